// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/estimate.hpp"

#include "campaign_fixture.hpp"

#include <gmock/gmock.h>

namespace aisprint::profiling {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Two deployments, levels 4 and 2, two repetitions, six inputs in two batches.
class Estimates : public CampaignTest {
protected:
    void wait_between_batches(const std::string& seconds) {
        std::string text = text_of("oscarp/run_parameters.yaml");
        text.replace(text.find("number_of_batches: 2"), 20,
                     "number_of_batches: 2, inter_upload_time: " + seconds);
        write("oscarp/run_parameters.yaml", text);
    }

    static Knowledge all_take(double seconds) {
        Knowledge knowledge;
        for (const char* const id : {"C1@VM1", "C2@VM2", "C1P1.1@VM1", "C1P1.2@VM1"}) {
            knowledge[id].job_seconds = seconds;
        }
        return knowledge;
    }

    EstimateSettings m_free{0, 0, 0, 0, 0, {}};
};

TEST_F(Estimates, KnowOnlyWaitsBeforeAnythingIsMeasured) {
    wait_between_batches("10");
    const CampaignEstimate estimate = estimate_campaign(plan(), {}, {}, m_free);
    ASSERT_EQ(estimate.deployments.size(), 2U);
    EXPECT_EQ(estimate.deployments[0].tests, 12U);
    EXPECT_EQ(estimate.deployments[1].tests, 12U);
    EXPECT_DOUBLE_EQ(estimate.seconds.lower, 240); // one wait in each of 24 tests
    EXPECT_DOUBLE_EQ(estimate.seconds.upper, 240);
    EXPECT_THAT(estimate.unknown, ElementsAre("C1@VM1", "C1P1.1@VM1", "C1P1.2@VM1", "C2@VM2"));
    EXPECT_FALSE(estimate.cost);
}

TEST_F(Estimates, CountJobsByParallelism) {
    const CampaignPlan planned = plan();
    // 6 jobs of 3 s, 4 at a time: 6 s; the two services side by side, or one after the other
    const Range full = estimate_test(planned, {0, 1, k_full_workflow}, all_take(3), m_free);
    EXPECT_DOUBLE_EQ(full.lower, 6);
    EXPECT_DOUBLE_EQ(full.upper, 12);
    const Range alone =
        estimate_test(planned, {0, 3, "C1@VM1"}, all_take(3), m_free); // 2 at a time
    EXPECT_DOUBLE_EQ(alone.lower, 9);
    EXPECT_DOUBLE_EQ(alone.upper, 9);
    Knowledge several = all_take(3);
    several["C2@VM2"].jobs_per_input = 2;
    EXPECT_DOUBLE_EQ(estimate_test(planned, {0, 1, "C2@VM2"}, several, m_free).upper, 9);
}

TEST_F(Estimates, ExponentialWaitsAreLongerOnAverage) {
    wait_between_batches("10, distribution: exponential");
    const Range one = estimate_test(plan(), {0, 1, "C1@VM1"}, {}, m_free);
    EXPECT_NEAR(one.upper, 13.679, 0.001);
}

TEST_F(Estimates, SynchronousTestsTakeTheirIntervals) {
    CampaignPlan planned = plan();
    planned.parameters.synchronous = true;
    planned.parameters.intervals = {{60, 1, 20, 0}, {120, 1, 10, 4}};
    const Range unknown = estimate_test(planned, {0, 1, k_full_workflow}, {}, m_free);
    EXPECT_DOUBLE_EQ(unknown.lower, 34);
    // 20 + 24 requests of 3 s, 4 at a time
    const Range full = estimate_test(planned, {0, 1, "C1@VM1"}, all_take(3), m_free);
    EXPECT_DOUBLE_EQ(full.lower, 34);
}

TEST_F(Estimates, ClustersTakeTimeAndMoney) {
    EstimateSettings settings{14, 0, 0, 900, 120, 1};
    const CampaignEstimate estimate = estimate_campaign(plan(), {"deployment_0"}, {}, settings);
    ASSERT_EQ(estimate.deployments.size(), 1U);
    // 4 x (2 services + 1 + 1) x 14 s, and the clusters; both levels fit on one node
    const double seconds = 4 * 4 * 14 + 900;
    EXPECT_DOUBLE_EQ(estimate.seconds.upper, seconds);
    ASSERT_TRUE(estimate.cost);
    EXPECT_NEAR(estimate.cost->upper, seconds / 3600 * 4, 1e-9); // two nodes and two front ends
}

TEST_F(Estimates, FollowWhatIsTested) {
    EXPECT_EQ(estimate_campaign(plan(), {"C2@VM2"}, {}, m_free).deployments.size(), 1U);
    EXPECT_THAT(estimate_campaign(plan(), {"C9@VM9"}, {}, m_free).deployments, IsEmpty());
}

TEST_F(Estimates, LearnFromTestsThatAreDone) {
    FixedBackend backend;
    backend.m_seconds = [](const RunRequest&) { return std::chrono::seconds(5); };
    Notes notes;
    EXPECT_THAT(knowledge_of(plan()), IsEmpty());
    ASSERT_TRUE(run(backend, notes, {Restart::no, {"deployment_0"}, {}, {}}));
    const Knowledge knowledge = knowledge_of(plan());
    ASSERT_EQ(knowledge.size(), 2U);
    EXPECT_DOUBLE_EQ(*knowledge.at("C1@VM1").job_seconds, 5);
    EXPECT_DOUBLE_EQ(knowledge.at("C1@VM1").jobs_per_input, 1);
}

TEST_F(Estimates, GetShorterWhileACampaignGoesOn) {
    const CampaignPlan planned = plan();
    RemainingTime remaining(planned, {"deployment_0"}, m_free);
    EXPECT_EQ(remaining.total(), 12U);
    EXPECT_FALSE(remaining.left());
    RunOutcome outcome;
    for (const std::size_t unit : planned.testbed.deployments[0].units) {
        const RunService service{&planned.testbed.units[unit], 4, 1, outcome.jobs.size()};
        outcome.jobs.push_back(FixedBackend::jobs_of(service, 6, std::chrono::seconds(2)));
    }
    remaining.finish({0, 1, k_full_workflow}, outcome);
    EXPECT_EQ(remaining.done(), 1U);
    const auto left = remaining.left();
    ASSERT_TRUE(left);
    // full: 3 more (4 s or 8 s; 6 s or 12 s twice); alone: 2 x 2 x 4 s and 2 x 2 x 6 s
    EXPECT_DOUBLE_EQ(left->lower, 4 + 2 * 6 + 4 * 4 + 4 * 6);
    EXPECT_DOUBLE_EQ(left->upper, 8 + 2 * 12 + 4 * 4 + 4 * 6);
    for (const TestId& test : tests_of(planned, {"deployment_0"})) {
        remaining.skip(test);
    }
    EXPECT_EQ(remaining.done(), 12U);
    EXPECT_DOUBLE_EQ(remaining.left()->upper, 0);
}

TEST_F(Estimates, AreThereFromTheFirstTestOn) {
    const CampaignPlan planned = plan();
    RemainingTime remaining(planned, {}, m_free);
    RunOutcome outcome;
    for (const std::size_t unit : planned.testbed.deployments[0].units) {
        const RunService service{&planned.testbed.units[unit], 4, 1, outcome.jobs.size()};
        outcome.jobs.push_back(FixedBackend::jobs_of(service, 6, std::chrono::seconds(2)));
    }
    remaining.finish({0, 1, k_full_workflow}, outcome);
    for (const TestId& test : tests_of(planned, {})) {
        if (test.deployment == 0 || test.run > 1) {
            remaining.skip(test);
        }
    }
    // deployment_1, Run #1: full, and each partition alone; nobody has measured the partitions
    const auto left = remaining.left();
    ASSERT_TRUE(left);
    EXPECT_DOUBLE_EQ(left->lower, 4) << "b, which is known";
    EXPECT_DOUBLE_EQ(left->upper, 3 * 4 + 2 * 4) << "each partition takes as long as the whole";
}

TEST(Durations, AreForPeople) {
    EXPECT_EQ(duration_text({0, 0}), "0 s");
    EXPECT_EQ(duration_text({35.4, 130}), "35 s to 2 min 10 s");
    EXPECT_EQ(duration_text({59.7, 59.7}), "1 min 0 s");
    EXPECT_EQ(duration_text({3599.6, 9000}), "1 h 0 min to 2 h 30 min");
}

} // namespace
} // namespace aisprint::profiling
