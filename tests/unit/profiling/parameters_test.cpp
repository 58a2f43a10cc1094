// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::profiling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<RunParameters> parse(const std::string& text, CollectingReporter& reporter) {
    return parse_run_parameters(SourceFile("oscarp/run_parameters.yaml", text), reporter);
}

const char* const k_guide = R"(
input_files:
  storage_bucket: "storage"
  filename: "Test-Video.mp4"
asynchronous:
  batch_size: 3
  number_of_batches: 2
  distribution: "exponential"
  inter_upload_time: 20
synchronous:
  number_of_pre_allocated_pods: 2
  connect_timeout_seconds: 30
  request_timeout_seconds: 300
  worker_nodes: 4
  distribution: constant
  intervals:
    - throughput: 6
      number_of_threads: 4
      duration_seconds: 60
      ramp_up_seconds: 0
  components:
    component1:
      parallelism: [10, 8, 6, 4, 2]
    component2:
      parallelism: [10, 8, 6, 4, 4]
      distribution: deterministic
  run:
    campaign_dir: campaign1
    repetitions: 3
    cooldown_time: 30
  other:
    time_correction: 0.5
    clean_infrastructures_after_testing: yes
)";

TEST(RunParameters, TheGuidesFileIsTakenAsItIsPrinted) {
    CollectingReporter reporter;
    const auto parameters = parse(k_guide, reporter);
    ASSERT_TRUE(parameters);
    EXPECT_TRUE(reporter.diagnostics().empty());
    EXPECT_EQ(parameters->filename, "Test-Video.mp4");
    EXPECT_EQ(parameters->batch_size, 3);
    EXPECT_EQ(parameters->number_of_batches, 2);
    EXPECT_EQ(parameters->arrival, Arrival::exponential);
    EXPECT_FALSE(parameters->combinatorial);
    EXPECT_TRUE(parameters->single_services);
    EXPECT_FALSE(parameters->synchronous);
    EXPECT_EQ(parameters->repetitions, 3);
    EXPECT_EQ(parameters->time_correction_hours, 0.5);
    EXPECT_TRUE(parameters->clean_after);
    ASSERT_EQ(parameters->intervals.size(), 1U);
    EXPECT_EQ(parameters->intervals[0].throughput_per_minute, 6);
    // partitions and degraded versions inherit from their component
    const ComponentParameters* partition = parameters->parameters_of("component2_partitionX_1");
    ASSERT_NE(partition, nullptr);
    EXPECT_THAT(partition->parallelism, ElementsAre(10, 8, 6, 4, 4));
    EXPECT_EQ(partition->arrival, Arrival::deterministic);
    EXPECT_EQ(parameters->parameters_of("component3"), nullptr);
}

TEST(RunParameters, TheOlderFormIsTaken) {
    CollectingReporter reporter;
    const auto parameters = parse("input_files: {filename: a.mp4, batch_size: 2}\n"
                                  "parallelism: {component1: [4, 2]}\n"
                                  "run: {campaign_dir: c}\n",
                                  reporter);
    ASSERT_TRUE(parameters);
    EXPECT_EQ(parameters->batch_size, 2);
    EXPECT_THAT(parameters->parameters_of("component1")->parallelism, ElementsAre(4, 2));
}

TEST(RunParameters, UnknownFieldsAreWarningsWithTheNearestName) {
    CollectingReporter reporter;
    ASSERT_TRUE(parse("components: {component1: {parallelism: [1]}}\n"
                      "run: {campaign_dir: c, repetition: 3}\n",
                      reporter));
    ASSERT_EQ(reporter.diagnostics().size(), 1U);
    EXPECT_EQ(reporter.diagnostics()[0].code, "PRF016");
    EXPECT_THAT(reporter.diagnostics()[0].hint, HasSubstr("repetitions"));
    EXPECT_EQ(reporter.diagnostics()[0].span.line, 2U);
}

TEST(RunParameters, UnknownFieldsOfComponentsAndIntervalsAreWarnings) {
    CollectingReporter reporter;
    ASSERT_TRUE(
        parse("synchronous: {intervals: [{throughput: 6, duration_seconds: 9, rampup: 1}]}\n"
              "components: {component1: {parallelism: [1], distributon: poisson}}\n"
              "run: {campaign_dir: c}\n",
              reporter));
    ASSERT_EQ(reporter.diagnostics().size(), 2U);
    EXPECT_THAT(reporter.diagnostics()[0].message,
                HasSubstr("'rampup' is no field of an interval"));
    EXPECT_THAT(reporter.diagnostics()[1].hint, HasSubstr("distribution"));
    EXPECT_EQ(reporter.diagnostics()[1].span.line, 2U);
}

TEST(RunParameters, TheListOfAnotherLengthIsPointedAt) {
    CollectingReporter reporter;
    const auto parameters = parse("components:\n  component1: {parallelism: [2, 1]}\n"
                                  "  component2: {parallelism: [2]}\n"
                                  "  component3: {parallelism: [2, 1]}\nrun: {campaign_dir: c}\n",
                                  reporter);
    ASSERT_FALSE(parameters);
    EXPECT_EQ(parameters.error().diagnostics[0].span.line, 3U);
}

TEST(RunParameters, AWrongTimingOfSynchronousTestsIsConstant) {
    CollectingReporter reporter;
    const auto parameters = parse("synchronous: {distribution: normal}\n"
                                  "components: {component1: {parallelism: [1]}}\n"
                                  "run: {campaign_dir: c}\n",
                                  reporter);
    ASSERT_TRUE(parameters);
    EXPECT_TRUE(parameters->constant_timing);
    EXPECT_EQ(reporter.diagnostics().at(0).code, "PRF017");
}

struct Fault {
    const char* name;
    const char* text;
    const char* code;
    const char* message;
};

class ParameterFaults : public ::testing::TestWithParam<Fault> {};

TEST_P(ParameterFaults, AreTold) {
    CollectingReporter reporter;
    const auto parameters = parse(GetParam().text, reporter);
    ASSERT_FALSE(parameters);
    EXPECT_EQ(parameters.error().kind, ErrorKind::input);
    ASSERT_EQ(parameters.error().diagnostics.size(), 1U)
        << parameters.error().diagnostics.back().message;
    EXPECT_EQ(parameters.error().diagnostics[0].code, GetParam().code);
    EXPECT_THAT(parameters.error().diagnostics[0].message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All,
    ParameterFaults,
    ::testing::Values(
        Fault{"no_map", "[]", "PRF010", "the document"},
        Fault{"no_components", "run: {campaign_dir: c}", "PRF011", "components"},
        Fault{"no_folder", "components: {component1: {parallelism: [1]}}\nrun: {}", "PRF011",
              "campaign_dir"},
        Fault{"no_levels", "components: {component1: {}}\nrun: {campaign_dir: c}", "PRF011",
              "parallelism"},
        Fault{"empty_levels", "components: {component1: {parallelism: []}}\nrun: {campaign_dir: c}",
              "PRF014", "at least one value"},
        Fault{"rising_levels",
              "components: {component1: {parallelism: [2, 4]}}\nrun: {campaign_dir: c}", "PRF014",
              "decreasing order"},
        Fault{"lengths",
              "components: {component1: {parallelism: [2]}, component2: {parallelism: [2, 1]}}\n"
              "run: {campaign_dir: c}",
              "PRF013", "different length"},
        Fault{"level_zero", "components: {component1: {parallelism: [0]}}\nrun: {campaign_dir: c}",
              "PRF012", "parallelism"},
        Fault{"arrival",
              "asynchronous: {distribution: normal}\n"
              "components: {component1: {parallelism: [1]}}\nrun: {campaign_dir: c}",
              "PRF015", "deterministic"},
        Fault{"bucket",
              "input_files: {storage_bucket: bucket1}\n"
              "components: {component1: {parallelism: [1]}}\nrun: {campaign_dir: c}",
              "PRF015", "storage_bucket"},
        Fault{"folder", "components: {component1: {parallelism: [1]}}\nrun: {campaign_dir: ../c}",
              "PRF015", "campaign_dir"},
        Fault{"backend",
              "components: {component1: {parallelism: [1]}}\nrun: {campaign_dir: c}\n"
              "other: {backend: aws}",
              "PRF015", "backend"},
        Fault{"flag",
              "components: {component1: {parallelism: [1]}}\n"
              "run: {campaign_dir: c, train_models: perhaps}",
              "PRF010", "train_models"},
        Fault{"no_intervals",
              "components: {component1: {parallelism: [1]}}\n"
              "run: {campaign_dir: c, test_synchronously: true}",
              "PRF011", "has no intervals"},
        Fault{"one_list_is_none",
              "components: {component1: {parallelism: 2}, component2: {parallelism: [2]}}\n"
              "run: {campaign_dir: c}",
              "PRF010", "parallelism"},
        Fault{"time",
              "components: {component1: {parallelism: [1]}}\nrun: {campaign_dir: c}\n"
              "other: {time_correction: soon}",
              "PRF010", "time_correction"}),
    [](const auto& fault) { return std::string(fault.param.name); });

TEST(RunParameters, CombinatorialTestsMayHaveListsOfDifferentLength) {
    CollectingReporter reporter;
    EXPECT_TRUE(parse("asynchronous: {combinatorial_test: true}\n"
                      "components: {component1: {parallelism: [2]}, "
                      "component2: {parallelism: [2, 1]}}\nrun: {campaign_dir: c}",
                      reporter));
}

} // namespace
} // namespace aisprint::profiling
