// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/live_run.hpp"

#include "campaign_fixture.hpp"
#include "live_models.hpp"

#include <gmock/gmock.h>

namespace aisprint::profiling {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Inputs come as asked for; each stage takes one second, the first a second more for the first
/// input. Jobs of the second stage are listed in another order.
class LiveBackend final : public Backend {
public:
    Result<void> check(const Testbed&) override { return {}; }
    Result<bool> holds_objects_of(const RunRequest&) override { return false; }

    Result<RunOutcome>
    run(const RunRequest& request, const ProgressSink&, const std::stop_token& stop) override {
        m_request = request;
        if (m_meanwhile) {
            const auto meanwhile = m_meanwhile;
            meanwhile();
        }
        RunOutcome outcome;
        outcome.jobs.resize(request.services.size());
        const Moment zero(std::chrono::sys_days(std::chrono::year(2023) / 6 / 1));
        for (std::size_t i = 0; i < request.single_inputs; ++i) {
            const double at = request.inter_upload_seconds * static_cast<double>(i);
            std::string key = fmt::format("in_{}", i);
            outcome.uploads.push_back({at, key});
            Moment now =
                zero + std::chrono::duration_cast<milliseconds>(std::chrono::duration<double>(at));
            for (std::size_t s = 0; s < request.services.size(); ++s) {
                JobRecord job;
                job.input_key = key;
                job.job_create = job.pod_create = job.job_start = now;
                now += milliseconds(s == 0 && i == 0 ? 2000 : 1000);
                job.job_finish = now;
                key = fmt::format("aisprint-{}-{}.jpg", i, s);
                job.output_keys = {key};
                outcome.jobs[s].insert(s == 1 ? outcome.jobs[s].begin() : outcome.jobs[s].end(),
                                       job);
            }
        }
        outcome.interrupted = stop.stop_requested();
        return outcome;
    }

    RunRequest m_request;
    std::function<void()> m_meanwhile; ///< called while the run goes on
};

class LiveRunTest : public CampaignTest {
protected:
    void SetUp() override {
        CampaignTest::SetUp();
        write("aisprint/deployments/multi_cluster_qos_constraints.yaml", R"(
System:
  Deployments:
    base:
      ExecutionLayers:
        1: {components: [a], local_constraints: {}, global_constraints: {}}
        2: {components: [b], local_constraints: {}, global_constraints: {}}
)");
        write("space4ai-d/qos_constraints.yaml", R"(
system:
  name: app
  local_constraints:
    local_constraint_1: {component_name: a, threshold: 1.25}
    local_constraint_2: {component_name: gone, threshold: 9}
  global_constraints: {}
)");
    }

    Result<LiveResult> live(const LiveOptions& options, std::size_t deployment = 0) {
        return run_live(
            m_folder, plan(), deployment, options, m_scratch.path() / "live/d", m_backend,
            [](const Progress&) {}, m_reporter, m_source.get_token());
    }

    Result<std::size_t> find(const std::string& name) {
        return find_live_deployment(m_folder, plan(), name, m_reporter);
    }

    static LiveOptions four_inputs() {
        LiveOptions options;
        options.rate = 0.25;
        options.inputs = 4;
        options.parallelism = {2};
        return options;
    }

    LiveBackend m_backend;
    std::stop_source m_source;
};

TEST_F(LiveRunTest, TimesOfComponentsAndPathsAreMeasuredByInput) {
    const auto result = live(four_inputs());
    ASSERT_TRUE(result) << result.error().diagnostics[0].message;
    EXPECT_EQ(m_backend.m_request.inter_upload_seconds, 4);
    EXPECT_EQ(m_backend.m_request.single_inputs, 4U);
    EXPECT_EQ(m_backend.m_request.services[1].parallelism, 2);
    ASSERT_EQ(result->components.size(), 2U);
    EXPECT_DOUBLE_EQ(result->components[0].times.mean, 1.25);
    EXPECT_DOUBLE_EQ(result->components[1].times.mean, 1);
    EXPECT_EQ(result->components[0].times.inputs, 4U);
    ASSERT_TRUE(result->components[0].times.interval);
    EXPECT_LT(result->components[0].times.interval->lower, 1.25);
    EXPECT_DOUBLE_EQ(result->observed_rate, 0.25);
    ASSERT_EQ(result->paths.size(), 2U);
    EXPECT_EQ(result->paths[0].name, "local_constraint_1");
    EXPECT_DOUBLE_EQ(result->paths[0].times.mean, 1.25);
    EXPECT_EQ(result->paths[1].name, "workflow");
    EXPECT_DOUBLE_EQ(result->paths[1].times.mean, 2.25) << "each input by itself";
    EXPECT_THAT(result->paths[1].partitions, ElementsAre("a", "b"));
}

TEST_F(LiveRunTest, InputsOfTheWarmUpDoNotCount) {
    LiveOptions options = four_inputs();
    options.warm_up = 1;
    const auto result = live(options);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->components[0].times.inputs, 3U);
    EXPECT_DOUBLE_EQ(result->components[0].times.mean, 1);
}

TEST_F(LiveRunTest, ConstraintsOnAComponentHoldForItsPartitionsTogether) {
    const auto result = live(four_inputs(), 1);
    ASSERT_TRUE(result);
    ASSERT_EQ(result->components.size(), 3U);
    EXPECT_THAT(result->paths[0].partitions, ElementsAre("a_partition1_1", "a_partition1_2"));
    EXPECT_DOUBLE_EQ(result->paths[0].times.mean, 2.25);
}

TEST_F(LiveRunTest, WhatIsMissingIsTold) {
    const auto result = live(four_inputs());
    ASSERT_TRUE(result);
    std::vector<std::string> codes;
    for (const Diagnostic& diagnostic : m_reporter.diagnostics()) {
        if (diagnostic.code.starts_with("PRF08")) { // the plan has warnings of its own
            codes.push_back(diagnostic.code);
        }
    }
    EXPECT_THAT(codes, ElementsAre("PRF081", "PRF082", "PRF082"));
    EXPECT_FALSE(result->components[0].times.model);
    EXPECT_FALSE(result->components[0].times.forecast);
    EXPECT_THAT(result->components[0].notes, ElementsAre(HasSubstr("no tests of the component")));
    EXPECT_FALSE(result->paths[0].times.model) << "a sum with an unknown part is unknown";
}

TEST_F(LiveRunTest, QueuesAreForecastFromTheCampaign) {
    FixedBackend measured;
    Notes notes;
    ASSERT_TRUE(run(measured, notes));
    LiveOptions options = four_inputs();
    options.arrival = Arrival::deterministic;
    const auto result = live(options);
    ASSERT_TRUE(result);
    ASSERT_TRUE(result->components[0].times.forecast);
    // jobs of the campaign took a second each
    EXPECT_DOUBLE_EQ(result->components[0].times.forecast->seconds, 1);
    EXPECT_NEAR(*error_of(result->components[0].times.forecast, result->components[0].times), -0.2,
                1e-9);
    EXPECT_NEAR(result->paths.back().times.forecast->seconds, 2, 1e-3);
}

TEST_F(LiveRunTest, FunctionsAreExpectedToTakeTheirWarmTime) {
    write("oscarp/performance_models.json",
          R"({"a": {"a": {"VM1": {"model": "PACSLTK", "demandWarm": 1.5, "demandCold": 2}}},
              "b": {"b": {"VM2": {"model": "QTcloud", "demand": 1}}}})");
    const auto result = live(four_inputs());
    ASSERT_TRUE(result);
    ASSERT_TRUE(result->components[0].times.model);
    EXPECT_DOUBLE_EQ(result->components[0].times.model->seconds, 1.5);
    EXPECT_NEAR(*error_of(result->components[0].times.model, result->components[0].times), 0.2,
                1e-9);
    EXPECT_FALSE(result->components[1].times.model) << "nothing was trained";
}

TEST_F(LiveRunTest, DamagedModelsAreRefused) {
    write("oscarp/performance_models.json", "[");
    const auto result = live(four_inputs());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().diagnostics[0].code, "PRF071");
}

TEST_F(LiveRunTest, NumbersOfJobsAtOnceMustFitTheDeployment) {
    LiveOptions options = four_inputs();
    options.parallelism = {1, 2, 3};
    const auto result = live(options);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().diagnostics[0].code, "PRF083");
}

TEST_F(LiveRunTest, TwoRunsAtOnceAreRefused) {
    std::optional<std::string> code;
    m_backend.m_meanwhile = [&] {
        m_backend.m_meanwhile = nullptr;
        const auto second = live(four_inputs(), 1);
        ASSERT_FALSE(second);
        code = second.error().diagnostics[0].code;
    };
    EXPECT_TRUE(live(four_inputs()));
    EXPECT_EQ(code, "PRF086");
    EXPECT_TRUE(live(four_inputs())) << "the lock is free again";
}

TEST_F(LiveRunTest, AnInterruptedRunComparesNothing) {
    m_source.request_stop();
    const auto result = live(four_inputs());
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->interrupted);
    EXPECT_THAT(result->components, IsEmpty());
}

TEST_F(LiveRunTest, DeploymentsAreFoundByName) {
    EXPECT_EQ(*find("deployment_1"), 1U);
    EXPECT_EQ(*find("base"), 0U) << "the only one with a on layer 1 and b on layer 2";
    for (const char* name : {"deployment_9", "best", ""}) {
        const auto found = find(name);
        ASSERT_FALSE(found) << name;
        EXPECT_EQ(found.error().diagnostics[0].code, "PRF080");
        EXPECT_THAT(found.error().diagnostics[0].hint, HasSubstr("deployment_0 to deployment_1"));
    }
}

TEST_F(LiveRunTest, WithoutANameThePlacementOfProductionIsTaken) {
    const auto produce = [&](const std::string& resource) {
        const std::string container = ":\n        container1:\n          image: null\n"
                                      "          memorySize: 1024\n          computingUnits: 0.9\n"
                                      "          selectedExecutionResource: ";
        write("aisprint/deployments/optimal_deployment/production_deployment.yaml",
              "System:\n  Components:\n    component1:\n      name: a\n      executionLayer: 1\n"
              "      Containers" +
                  container + resource +
                  "\n    component2:\n      name: b\n      executionLayer: 2\n      Containers" +
                  container + "VM2\n");
    };
    produce("VM1");
    const auto found = find("");
    ASSERT_TRUE(found) << found.error().diagnostics[0].message;
    EXPECT_EQ(*found, 0U);
    produce("VM9");
    EXPECT_FALSE(find("")) << "VM9 is not in the campaign";
}

TEST_F(LiveRunTest, TheAnnotatedRateIsThatOfTheFirstComponent) {
    EXPECT_EQ(*annotated_rate(m_folder, plan()), std::nullopt);
    write("common_config/annotations.yaml",
          "src/b/main.py: {component_name: {name: b}, expected_throughput: {rate: 7}}\n"
          "src/a/main.py: {component_name: {name: a}, expected_throughput: {rate: 1.5}}\n");
    EXPECT_EQ(*annotated_rate(m_folder, plan()), 1.5);
}

} // namespace
} // namespace aisprint::profiling
