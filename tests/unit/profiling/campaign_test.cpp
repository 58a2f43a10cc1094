// SPDX-License-Identifier: Apache-2.0
#include "campaign_files.hpp"
#include "campaign_fixture.hpp"

#include "aisprint/profiling/models.hpp"
#include "aisprint/profiling/outputs.hpp"
#include "aisprint/profiling/recap.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <set>

namespace aisprint::profiling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Jobs of a second, as many of each service, which the test then changes.
class EditingBackend final : public Backend {
public:
    using Edit = std::function<void(RunOutcome&)>;
    EditingBackend(std::size_t jobs, Edit edit) : m_jobs(jobs), m_edit(std::move(edit)) {}

    Result<void> check(const Testbed&) override { return {}; }
    Result<bool> holds_objects_of(const RunRequest&) override { return true; }
    Result<RunOutcome>
    run(const RunRequest& request, const ProgressSink&, const std::stop_token&) override {
        RunOutcome outcome;
        for (const RunService& service : request.services) {
            outcome.jobs.push_back(FixedBackend::jobs_of(service, m_jobs, std::chrono::seconds(1)));
        }
        m_edit(outcome);
        return outcome;
    }

private:
    std::size_t m_jobs;
    Edit m_edit;
};

TEST_F(CampaignTest, TestsEachUnitOnceAndWritesWhatTheOptimiserReads) {
    FixedBackend backend;
    Notes notes;
    const CampaignPlan planned = plan();
    EXPECT_EQ(deployments_text(planned.testbed, "\t"),
              "\tdeployment_0: ['C1@VM1', 'C2@VM2']\n"
              "\tdeployment_1: ['C1P1.1@VM1', 'C1P1.2@VM1', 'C2@VM2']\n");
    const auto summary = run(backend, notes);
    ASSERT_TRUE(summary);
    // per run: full workflow, then the units that are new
    EXPECT_THAT(std::vector<std::string>(backend.m_calls.begin(), backend.m_calls.begin() + 3),
                ElementsAre("C1@VM1+C2@VM2", "C1@VM1", "C2@VM2"));
    EXPECT_EQ(backend.m_calls.size(), 4U * 3 + 4U * 3);
    EXPECT_EQ(backend.m_calls.back(), "C1P1.2@VM1");
    EXPECT_EQ(summary->tests_done, 24U);
    EXPECT_FALSE(summary->interrupted);
    std::vector<std::string> units;
    for (const UnitResult& unit : summary->units) {
        units.push_back(planned.testbed.units[unit.unit].id);
        EXPECT_EQ(unit.rows.size(), 4U);
        EXPECT_EQ(unit.mean_output_kb, 2.5);
    }
    EXPECT_THAT(units, ElementsAre("C1@VM1", "C2@VM2", "C1P1.1@VM1", "C1P1.2@VM1"));
    EXPECT_EQ(text_of("oscarp/c1/deployment_0/C1@VM1/results/Dataframes/a_dataframe.csv"),
              "observed_throughput,avg_response_time,requested_parallelism,cores\n"
              "3.0,1.0,4,3.6\n3.0,1.0,4,3.6\n2.0,1.0,2,1.8\n2.0,1.0,2,1.8\n");
    EXPECT_EQ(text_of("oscarp/c1/deployment_0/Full_workflow/results/Dataframes/"
                      "runtime_dataframe.csv"),
              "runs,runtime,configurations,total_cores\n"
              "Run #1,2.0,Configuration #1,7.2\nRun #2,2.0,Configuration #1,7.2\n"
              "Run #1,3.0,Configuration #2,3.6\nRun #2,3.0,Configuration #2,3.6\n");
    const auto sizes = merge_data_sizes("other: 7\na: 1\n", planned, *summary);
    ASSERT_TRUE(sizes);
    EXPECT_EQ(*sizes, "other: 7\na: 2.5\nb: 2.5\na_partition1_1: 2.5\na_partition1_2: 2.5\n");
    EXPECT_TRUE(files().contains("deployment_1/C1P1.2@VM1/runs/Run #4/done"));
    EXPECT_FALSE(files().contains("deployment_1/C2@VM2/runs/Run #1/done"));
}

TEST_F(CampaignTest, ModelsAreTrainedAndWrittenAsTheOptimiserReadsThem) {
    FixedBackend backend;
    Notes notes;
    const CampaignPlan planned = plan();
    const auto summary = run(backend, notes);
    ASSERT_TRUE(summary);
    const auto models = train_models(m_folder, planned, *summary, m_reporter, {});
    ASSERT_TRUE(models) << models.error().diagnostics[0].message;
    EXPECT_TRUE(models->failed.empty());
    ASSERT_EQ(models->models.size(), 4U);
    const UnitModel& first = models->models.front();
    EXPECT_EQ(first.predictor, "CoreBasedPredictor");
    EXPECT_NEAR(first.mean_target, 1, 1e-9);
    EXPECT_TRUE(fs::exists(m_scratch.path() / first.file));
    const auto merged =
        merge_performance_models(R"({"z": {"z": {"VM9": {"model": "QTedge"}}}})", planned, *models);
    ASSERT_TRUE(merged);
    const auto document = nlohmann::json::parse(*merged);
    EXPECT_EQ(document["z"]["z"]["VM9"]["model"], "QTedge");
    EXPECT_EQ(document["a"]["a_partition1_2"]["VM1"]["regressor_file"], models->models.back().file);
    EXPECT_EQ(document["a"]["a"]["VM1"]["max_parallelism_per_node"], 4);
    EXPECT_FALSE(merge_performance_models("[]", planned, *models));
    const auto data = report_data(planned, *summary, *models, {"here"});
    ASSERT_TRUE(data);
    ASSERT_EQ(data->units.size(), 4U);
    EXPECT_EQ(data->units[0].runs.size(), 4U);
    EXPECT_EQ(data->units[0].predictions.size(), 4U);
}

TEST_F(CampaignTest, ASecondRunRepeatsNothing) {
    FixedBackend first;
    Notes notes;
    ASSERT_TRUE(run(first, notes));
    const std::set<std::string> before = files();
    FixedBackend second;
    Notes again;
    const auto summary = run(second, again);
    ASSERT_TRUE(summary);
    EXPECT_TRUE(second.m_calls.empty());
    EXPECT_EQ(summary->tests_skipped, 24U);
    EXPECT_EQ(files(), before);
}

TEST_F(CampaignTest, GoesOnAfterAnInterruptionAnywhere) {
    FixedBackend whole;
    Notes notes;
    ASSERT_TRUE(run(whole, notes));
    const std::set<std::string> expected = files();
    const std::string table = text_of("oscarp/c1/deployment_0/C1@VM1/results/Dataframes/"
                                      "a_response_time_dataframe.csv");
    for (const std::size_t stop_at : {1U, 2U, 3U, 4U, 8U, 12U, 13U, 14U, 23U, 24U}) {
        ASSERT_TRUE(remove_tree(m_scratch.path() / "oscarp/c1"));
        FixedBackend interrupted;
        interrupted.m_stop_at = stop_at;
        const auto first = run(interrupted, notes);
        ASSERT_TRUE(first);
        EXPECT_TRUE(first->interrupted);
        FixedBackend resumed;
        const auto second = run(resumed, notes);
        ASSERT_TRUE(second);
        EXPECT_FALSE(second->interrupted);
        // only the test under way is repeated, and the workflow whose outputs it needs
        EXPECT_LE(interrupted.m_calls.size() + resumed.m_calls.size(), 24U + 2U) << stop_at;
        EXPECT_EQ(files(), expected) << stop_at;
        EXPECT_EQ(text_of("oscarp/c1/deployment_0/C1@VM1/results/Dataframes/"
                          "a_response_time_dataframe.csv"),
                  table);
    }
}

TEST_F(CampaignTest, AnotherCampaignInTheSameFolderIsRefused) {
    FixedBackend backend;
    Notes notes;
    ASSERT_TRUE(run(backend, notes));
    write("oscarp/input_files/clip.mp4", "other pictures");
    FixedBackend second;
    const auto refused = run(second, notes);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().diagnostics[0].code, "PRF063");
    EXPECT_TRUE(second.m_calls.empty());
    ASSERT_TRUE(run(second, notes, {Restart::yes, {}, {}, {}}));
    EXPECT_EQ(second.m_calls.size(), 24U);
}

TEST_F(CampaignTest, RestartMeasuresTheSameCampaignAnew) {
    FixedBackend backend;
    Notes notes;
    ASSERT_TRUE(run(backend, notes));
    ASSERT_TRUE(run(backend, notes, {Restart::yes, {}, {}, {}}));
    EXPECT_EQ(backend.m_calls.size(), 48U);
}

TEST_F(CampaignTest, MeasurementsOfTwoBackendsAreNotMixed) {
    FixedBackend backend;
    Notes notes;
    ASSERT_TRUE(run(backend, notes, {Restart::no, {}, {{"backend", "oscar"}}, {}}));
    const auto refused = run(backend, notes, {Restart::no, {}, {{"backend", "local"}}, {}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().diagnostics[0].code, "PRF063");
    EXPECT_THAT(refused.error().diagnostics[0].message, HasSubstr("'oscar'"));
}

TEST_F(CampaignTest, MeasurementsOfEditedComponentsAreNotMixed) {
    write("aisprint/designs/a/base/main.py", "pass");
    write("aisprint/designs/a/base/.venv/other.py", "pass");
    FixedBackend backend;
    Notes notes;
    const CampaignOptions options{Restart::no, {}, {{"backend", "local"}}, {}};
    ASSERT_TRUE(run(backend, notes, options));
    write("aisprint/designs/a/base/.venv/other.py", "...");
    write("aisprint/designs/a/base/output.txt", "a component may write where it is");
    ASSERT_TRUE(run(backend, notes, options));
    write("aisprint/designs/a/base/main.py", "...");
    const auto refused = run(backend, notes, options);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().diagnostics[0].code, "PRF063");
    EXPECT_THAT(refused.error().diagnostics[0].message, HasSubstr("aisprint/designs"));
}

TEST_F(CampaignTest, NamesOfFilesNeedNotBeUtf8) {
    EditingBackend backend(1, [](RunOutcome& outcome) {
        for (std::vector<JobRecord>& jobs : outcome.jobs) {
            jobs[0].input_key = "dig\xe9.txt";
            jobs[0].output_keys = {"caf\xe9.txt"};
        }
        outcome.uploads = {{0, "dig\xe9.txt"}};
    });
    Notes notes;
    const auto summary = run_campaign(plan(), {}, backend, notes, m_reporter, {});
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->tests_done, 24U);
    EXPECT_THAT(text_of("oscarp/c1/deployment_0/C1@VM1/runs/Run #1/time_table_a.json"),
                HasSubstr("caf\xef\xbf\xbd.txt"));
}

TEST_F(CampaignTest, FailedJobsAreInTheTableOfJobs) {
    EditingBackend backend(2, [](RunOutcome& outcome) {
        for (std::vector<JobRecord>& jobs : outcome.jobs) {
            jobs[1].status = JobStatus::timed_out;
        }
    });
    Notes notes;
    ASSERT_TRUE(run_campaign(plan(), {}, backend, notes, m_reporter, {}));
    const std::string frames = "oscarp/c1/deployment_0/C1@VM1/results/Dataframes/";
    const std::string jobs = text_of(frames + "a_jobs.csv");
    EXPECT_EQ(std::count(jobs.begin(), jobs.end(), '\n'), 1 + 4 * 2);
    EXPECT_THAT(jobs, HasSubstr("a-1,a,VM1,"));
    EXPECT_THAT(jobs, HasSubstr(",Run #4,2,TimedOut\n"));
    EXPECT_THAT(text_of(frames + "a_response_time_dataframe.csv"), HasSubstr("Run #1,1.0,1.0,4,"));
}

TEST_F(CampaignTest, NamesThatNothingHasAreRefused) {
    const CampaignPlan planned = plan();
    EXPECT_TRUE(check_names(planned, {"deployment_1", "C1P1.2@VM1"}));
    const auto wrong = check_names(planned, {"deployment_2", "C1@VM1", "C1@VM2"});
    ASSERT_FALSE(wrong);
    ASSERT_EQ(wrong.error().diagnostics.size(), 2U);
    EXPECT_EQ(wrong.error().diagnostics[1].code, "PRF065");
    EXPECT_THAT(wrong.error().diagnostics[1].message, HasSubstr("'C1@VM2'"));
}

TEST_F(CampaignTest, WhatIsReadAtTheEndIsCheckedAtTheBegin) {
    const CampaignPlan planned = plan();
    EXPECT_TRUE(check_campaign_outputs(m_folder, planned));
    write("oscarp/aMLLibrary-config.ini", "[General");
    write("oscarp/components_data_size.yaml", "[a, b]");
    write("oscarp/performance_models.json", R"({"a": {"a": 5}})");
    const auto checked = check_campaign_outputs(m_folder, planned);
    ASSERT_FALSE(checked);
    std::vector<std::string> codes;
    for (const Diagnostic& diagnostic : checked.error().diagnostics) {
        codes.push_back(diagnostic.code);
    }
    ASSERT_GE(codes.size(), 3U);
    EXPECT_THAT(codes, ::testing::IsSupersetOf({"PRF075", "PRF071"}));
    EXPECT_TRUE(codes.back().starts_with("TRN")) << codes.back();
}

TEST_F(CampaignTest, NothingIsTrainedInAFolderThatAnotherCampaignTook) {
    FixedBackend backend;
    Notes notes;
    const CampaignPlan planned = plan();
    const auto summary = run(backend, notes);
    ASSERT_TRUE(summary);
    const auto other = CampaignFiles::open(planned, {});
    ASSERT_TRUE(other);
    const auto outputs = write_campaign_outputs(m_folder, planned, *summary, {}, m_reporter, {});
    ASSERT_FALSE(outputs);
    EXPECT_EQ(outputs.error().diagnostics[0].code, "PRF062");
}

TEST_F(CampaignTest, TrainingThatIsInterruptedIsNoResult) {
    FixedBackend backend;
    Notes notes;
    const auto summary = run(backend, notes);
    ASSERT_TRUE(summary);
    std::stop_source source;
    source.request_stop();
    const auto outputs =
        write_campaign_outputs(m_folder, plan(), *summary, {}, m_reporter, source.get_token());
    ASSERT_FALSE(outputs);
    EXPECT_EQ(outputs.error().kind, ErrorKind::cancelled);
    EXPECT_FALSE(fs::exists(m_scratch.path() / "oscarp/performance_models.json"));
    EXPECT_TRUE(write_campaign_outputs(m_folder, plan(), *summary, {}, m_reporter, {}));
}

TEST_F(CampaignTest, TheBaseIsTheFirstEntryOfItsComponent) {
    FixedBackend backend;
    Notes notes;
    const CampaignPlan planned = plan();
    const auto summary = run(backend, notes);
    ASSERT_TRUE(summary);
    const auto models = train_models(m_folder, planned, *summary, m_reporter, {});
    ASSERT_TRUE(models);
    const auto merged =
        merge_performance_models(R"({"a": {"a_partition1_1": {}}})", planned, *models);
    ASSERT_TRUE(merged);
    const auto document = nlohmann::ordered_json::parse(*merged);
    EXPECT_EQ(document["a"].begin().key(), "a");
}

TEST_F(CampaignTest, AnotherLoadIsAnotherCampaign) {
    CampaignPlan planned = plan();
    const std::string batches = fingerprint_of(planned);
    planned.parameters.intervals = {{60, 1, 20, 0}};
    EXPECT_EQ(fingerprint_of(planned), batches) << "no synchronous test is made";
    planned.parameters.synchronous = true;
    const std::string load = fingerprint_of(planned);
    EXPECT_NE(load, batches);
    planned.parameters.intervals[0].throughput_per_minute = 61;
    EXPECT_NE(fingerprint_of(planned), load);
}

TEST_F(CampaignTest, PartsOfACampaignCanBeTested) {
    FixedBackend backend;
    Notes notes;
    ASSERT_TRUE(run(backend, notes, {Restart::no, {"deployment_1"}, {}, {}}));
    EXPECT_EQ(backend.m_calls.size(), 12U);
    EXPECT_EQ(backend.m_calls.front(), "C1P1.1@VM1+C1P1.2@VM1+C2@VM2");
}

TEST_F(CampaignTest, TwoCampaignsInOneFolderAreRefused) {
    class Nested final : public Backend {
    public:
        using Second = std::function<Result<CampaignSummary>(FixedBackend&, Notes&)>;
        explicit Nested(Second second) : m_second(std::move(second)) {}
        Result<void> check(const Testbed&) override { return {}; }
        Result<bool> holds_objects_of(const RunRequest&) override { return false; }
        Result<RunOutcome>
        run(const RunRequest& request, const ProgressSink&, const std::stop_token& stop) override {
            FixedBackend inner;
            Notes notes;
            const auto second = m_second(inner, notes);
            EXPECT_FALSE(second);
            if (!second) {
                m_code = second.error().diagnostics[0].code;
            }
            return inner.run(
                request, [](const Progress&) {}, stop);
        }
        std::string m_code;

    private:
        Second m_second;
    };
    Nested backend([this](FixedBackend& inner, Notes& notes) { return run(inner, notes); });
    Notes notes;
    ASSERT_TRUE(run_campaign(plan(), {}, backend, notes, m_reporter, {}));
    EXPECT_EQ(backend.m_code, "PRF062");
}

TEST_F(CampaignTest, HiddenFilesAreNoInputs) {
    write("oscarp/run_parameters.yaml", "components:\n  component1: {parallelism: [1]}\n"
                                        "  component2: {parallelism: [1]}\n"
                                        "run: {campaign_dir: c1}\n");
    write("oscarp/input_files/.gitkeep", "");
    const CampaignPlan planned = plan();
    ASSERT_EQ(planned.input_files.size(), 1U);
    EXPECT_EQ(planned.input_files[0].filename(), "clip.mp4");
}

TEST_F(CampaignTest, KeysThatNoComponentHasAreWarnings) {
    write("oscarp/run_parameters.yaml",
          "synchronous:\n  components:\n    component1: {parallelism: [1]}\n"
          "    component1_partitonX_1: {parallelism: [1]}\n"
          "    component2: {parallelism: [1]}\nrun: {campaign_dir: c1}\n");
    static_cast<void>(plan());
    bool is_told = false;
    for (const Diagnostic& diagnostic : m_reporter.diagnostics()) {
        if (diagnostic.code == "PRF016") {
            is_told = true;
            EXPECT_EQ(diagnostic.span.line, 4U);
            EXPECT_THAT(diagnostic.hint, ::testing::HasSubstr("component1_partitionX_1"));
        }
    }
    EXPECT_TRUE(is_told);
}

TEST_F(CampaignTest, EverythingThatIsMissingIsToldAtOnce) {
    ASSERT_TRUE(remove_tree(m_scratch.path() / "oscarp/input_files"));
    ASSERT_TRUE(remove_tree(m_scratch.path() / "aisprint"));
    const auto planned = plan_campaign(m_folder, m_reporter);
    ASSERT_FALSE(planned);
    std::vector<std::string> codes;
    for (const Diagnostic& diagnostic : planned.error().diagnostics) {
        codes.push_back(diagnostic.code);
    }
    EXPECT_THAT(codes, ::testing::UnorderedElementsAre("PRF020", "PRF061"));
    ASSERT_TRUE(remove_tree(m_scratch.path() / "oscarp/run_parameters.yaml"));
    const auto without = plan_campaign(m_folder, m_reporter);
    ASSERT_FALSE(without);
    EXPECT_EQ(without.error().diagnostics[0].code, "PRF060");
}

TEST_F(CampaignTest, RecapsFollowTheGuide) {
    const CampaignPlan planned = plan();
    EXPECT_EQ(fit_text(planned.testbed, planned.testbed.deployments[0], planned.schedules[0]),
              "Component C1@VM1 can fit 4 container(s) on every node:\n"
              "\tCPU needs to be decreased to (at least) 0.72 to fit more\n"
              "Component C2@VM2 can fit 4 container(s) on every node:\n"
              "\tCPU needs to be decreased to (at least) 0.72 to fit more\n");
    EXPECT_EQ(recap_text(planned.testbed, planned.testbed.deployments[0], planned.schedules[0],
                         planned.parameters),
              "Workflow:\n\tstorage -> bucket0\n\tbucket0 -> |a| -> bucket1\n"
              "\tbucket1 -> |b| -> bucket2\n\nScheduler:\n\tRun #1\n\t\tServices:\n"
              "\t\t\ta                                  cpu: 0.9 , memory: 1024 mb , parallelism: "
              "4 , cluster: VM1\n"
              "\t\t\tb                                  cpu: 0.9 , memory: 1024 mb , parallelism: "
              "4 , cluster: VM2\n"
              "\t\tClusters:\n\t\t\tVM1                 nodes: 1\n"
              "\t\t\tVM2                 nodes: 1\n\n"
              "\tRun #2\n\t\tServices:\n"
              "\t\t\ta                                  parallelism: 4 -> 2\n"
              "\t\t\tb                                  parallelism: 4 -> 2\n"
              "\t\tClusters:\n\t\t\tVM1                 unchanged\n"
              "\t\t\tVM2                 unchanged\n\n"
              "\tRepeated 2 time(s), 4 runs in total\n");
}

} // namespace
} // namespace aisprint::profiling
