// SPDX-License-Identifier: Apache-2.0
// Whole campaigns on clusters of each version that behaves otherwise.
#include "fixture.hpp"

#include "aisprint/profiling/models.hpp"

#include <gmock/gmock.h>

namespace aisprint::profiling::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Versions : public OscarCampaign, public ::testing::WithParamInterface<const char*> {};

TEST_P(Versions, GiveTheTreeOfACampaignOnThisMachine) {
    StoppingObserver here;
    const auto local = run_here(here);
    ASSERT_TRUE(local) << local.error().diagnostics[0].message;
    const auto expected = tree();
    ASSERT_TRUE(remove_tree(m_folder.path / "oscarp/c1"));

    const std::string version = GetParam();
    start_double("VM1=" + version + ",VM2=" + version);
    StoppingObserver there;
    const auto summary = run_on_oscar(there);
    ASSERT_TRUE(summary) << summary.error().diagnostics[0].message;
    EXPECT_THAT(differences(expected, tree()), IsEmpty());
    EXPECT_EQ(there.tests, here.tests);
    EXPECT_THAT(summary->degraded, IsEmpty());
    EXPECT_EQ(summary->tests_done, 6U);
    for (const Diagnostic& diagnostic : m_reporter.diagnostics()) {
        EXPECT_NE(diagnostic.code.substr(0, 4), "PRF1") << diagnostic.message;
    }

    const RunOutcome& full = there.outcomes.at("Full_workflow 1");
    ASSERT_EQ(full.jobs.size(), 2U);
    ASSERT_EQ(full.jobs[0].size(), 4U);
    ASSERT_EQ(full.jobs[1].size(), 4U);
    for (const std::vector<JobRecord>& jobs : full.jobs) {
        for (const JobRecord& job : jobs) {
            EXPECT_TRUE(job.job_create && job.pod_create && job.job_start && job.script_start &&
                        job.script_end && job.job_finish)
                << job.name;
            EXPECT_EQ(job.node.substr(0, 3), "wn-");
            EXPECT_EQ(job.output_keys.size(), 1U);
            EXPECT_GT(job.output_bytes, 0U);
        }
    }
    EXPECT_THAT(full.jobs[0][0].input_key, HasSubstr("clip.v1_"));
    EXPECT_EQ(full.jobs[1][0].output_bytes, std::string("MOVING PICTURES A").size());
    EXPECT_EQ(full.uploads.size(), 4U);

    const auto models = train_models(m_folder, plan(), *summary, m_reporter, {});
    ASSERT_TRUE(models) << models.error().diagnostics[0].message;
    EXPECT_EQ(models->models.size(), 2U);
    EXPECT_THAT(models->failed, IsEmpty());

    // nothing of ours stays but the inputs
    EXPECT_THAT(m_clusters.ends, ElementsAre(CampaignEnd::complete));
    EXPECT_THAT(services("VM1"), IsEmpty());
    EXPECT_THAT(services("VM2"), IsEmpty());
    EXPECT_THAT(buckets("VM1"), ElementsAre("storage"));
}

INSTANTIATE_TEST_SUITE_P(OfOscar,
                         Versions,
                         ::testing::Values("v2.6.1", "v3.5.0", "v3.6.4", "v4.1.0"),
                         name_of_version);

TEST_F(OscarCampaign, ClustersOfOneChainMayDifferInVersion) {
    write_parameters("[2]", "true");
    start_double("VM1=v2.6.1,VM2=v4.1.0");
    StoppingObserver observer;
    const auto summary = run_on_oscar(observer);
    ASSERT_TRUE(summary) << summary.error().diagnostics[0].message;
    EXPECT_EQ(summary->tests_done, 3U);
    EXPECT_THAT(summary->degraded, IsEmpty());
    EXPECT_THAT(m_clusters.asked, ElementsAre(NodeCounts{{"VM1", 1}, {"VM2", 1}}));
}

} // namespace
} // namespace aisprint::profiling::test
