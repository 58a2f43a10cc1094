// SPDX-License-Identifier: Apache-2.0
// Campaigns on clusters that are interrupted, and go on.
#include "fixture.hpp"

#include <gmock/gmock.h>

namespace aisprint::profiling::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Interruptions : public OscarCampaign, public ::testing::WithParamInterface<const char*> {
protected:
    void SetUp() override {
        OscarCampaign::SetUp();
        write_parameters("[2]", "true");
        write_component("filter_a", "write('-1.jpg', source)\n");
        write_component("b", "write('.txt', source)\n");
        const std::string version = GetParam();
        start_double("VM1=" + version + ",VM2=" + version);
    }
};

TEST_P(Interruptions, GiveTheSameTreeInTheEnd) {
    StoppingObserver whole;
    const auto complete = run_on_oscar(whole);
    ASSERT_TRUE(complete) << complete.error().diagnostics[0].message;
    const auto expected = tree();
    EXPECT_THAT(whole.tests, ElementsAre("Full_workflow", "C1@VM1", "C2@VM2"));

    for (const std::size_t stop_at : {1U, 2U, 3U}) {
        ASSERT_TRUE(remove_tree(m_folder.path / "oscarp/c1"));
        m_clusters.ends.clear();
        std::stop_source stop;
        StoppingObserver first;
        first.on_progress = [&](const Progress&) {
            if (first.tests.size() == stop_at) {
                stop.request_stop();
            }
        };
        const auto interrupted = run_on_oscar(first, stop.get_token());
        ASSERT_TRUE(interrupted) << interrupted.error().diagnostics[0].message;
        EXPECT_TRUE(interrupted->interrupted);
        EXPECT_EQ(interrupted->tests_done, stop_at - 1);
        EXPECT_THAT(m_clusters.ends, ElementsAre(CampaignEnd::interrupted));
        StoppingObserver second;
        const auto resumed = run_on_oscar(second);
        ASSERT_TRUE(resumed) << resumed.error().diagnostics[0].message;
        EXPECT_FALSE(resumed->interrupted);
        EXPECT_THAT(resumed->degraded, IsEmpty());
        // what the full workflow left on the clusters is found again, and not made anew
        EXPECT_EQ(second.tests.size(), 3 - (stop_at - 1)) << stop_at;
        EXPECT_THAT(differences(expected, tree()), IsEmpty()) << stop_at;
    }
}

INSTANTIATE_TEST_SUITE_P(OfOscar,
                         Interruptions,
                         ::testing::Values("v2.6.1", "v3.6.4"),
                         name_of_version);

class LostObjects : public Interruptions {};

TEST_P(LostObjects, AreMadeAgain) {
    std::stop_source stop;
    StoppingObserver first;
    first.on_test = [&](std::size_t test) {
        if (test == 2) {
            stop.request_stop();
        }
    };
    ASSERT_TRUE(run_on_oscar(first, stop.get_token()));
    // somebody made the clusters anew meanwhile
    const std::string version = GetParam();
    start_double("VM1=" + version + ",VM2=" + version);
    StoppingObserver second;
    const auto resumed = run_on_oscar(second);
    ASSERT_TRUE(resumed) << resumed.error().diagnostics[0].message;
    EXPECT_THAT(second.tests, ElementsAre("Full_workflow", "C1@VM1", "C2@VM2"));
}

INSTANTIATE_TEST_SUITE_P(OfOscar, LostObjects, ::testing::Values("v4.1.0"), [](const auto&) {
    return std::string("v4_1_0");
});

} // namespace
} // namespace aisprint::profiling::test
