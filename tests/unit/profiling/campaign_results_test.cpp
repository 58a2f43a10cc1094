// SPDX-License-Identifier: Apache-2.0
#include "campaign_fixture.hpp"

#include "aisprint/base/yaml.hpp"
#include "aisprint/profiling/models.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace aisprint::profiling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* k_alone = "oscarp/c1/deployment_0/C1@VM1/";

std::vector<std::string> ids_of(const yaml::Node& runs) {
    std::vector<std::string> ids;
    for (const yaml::Node& run : runs.items) {
        const yaml::Node* unit = run.find("unit");
        ids.push_back(run.find("id")->scalar + " " + run.find("kind")->scalar +
                      (unit == nullptr ? "" : " " + unit->scalar) +
                      (run.find("finished") == nullptr ? " under way" : ""));
    }
    return ids;
}

TEST_F(CampaignTest, DescribesADeploymentAndItsRuns) {
    FixedBackend backend;
    Notes notes;
    CampaignOptions options;
    options.tool = {{"name", "aisprint"}, {"backend", "local"}};
    ASSERT_TRUE(run(backend, notes, options));
    const std::string text = text_of("oscarp/c1/deployment_0/input.yaml");
    EXPECT_THAT(text, HasSubstr("configuration:\n  services:\n  - a:\n      unit: C1@VM1\n"
                                "      cluster: VM1\n      image: null\n"
                                "      input_bucket: bucket0\n      output_bucket: bucket1\n"
                                "      cpu: 0.9\n      memory: 1024\n      parallelism:\n"
                                "      - 4\n      - 2\n      is_lambda: false\n"));
    EXPECT_THAT(text, HasSubstr("  - VM2:\n      total_nodes: 5\n      max_cpu_cores: 4\n"
                                "      max_memory_mb: 8192\n      execution_layer: 2\n"
                                "      nodes:\n      - 1\n      - 1\n"));
    EXPECT_THAT(text, HasSubstr("  input_files:\n    filename: clip.mp4\n"));
    EXPECT_THAT(text, HasSubstr("  tool:\n    name: aisprint\n    backend: local\n    seed: 1\n"));
    const auto document = yaml::parse(SourceFile("input.yaml", text));
    ASSERT_TRUE(document);
    const yaml::Node& runs = *document->find("configuration")->find("runs");
    EXPECT_THAT(ids_of(runs),
                ElementsAre("Run #1 full", "Run #1 single C1@VM1", "Run #1 single C2@VM2",
                            "Run #2 full", "Run #2 single C1@VM1", "Run #2 single C2@VM2",
                            "Run #3 full", "Run #3 single C1@VM1", "Run #3 single C2@VM2",
                            "Run #4 full", "Run #4 single C1@VM1", "Run #4 single C2@VM2"));
    const yaml::Node& last = runs.items.back();
    EXPECT_EQ(last.find("parallelism")->find("C2@VM2")->scalar, "2");
    EXPECT_EQ(last.find("jobs")->find("b")->find("succeeded")->scalar, "6");
    EXPECT_LE(last.find("started")->scalar, last.find("finished")->scalar);
}

TEST_F(CampaignTest, TheRecordTellsWhatIsUnderWay) {
    std::vector<std::string> during;
    FixedBackend backend;
    backend.m_health = [&](const RunRequest& request) {
        const auto text =
            read_file(request.folder.parent_path().parent_path().parent_path() / "input.yaml");
        EXPECT_TRUE(text);
        const auto document = yaml::parse(SourceFile("input.yaml", text.value_or("")));
        EXPECT_TRUE(document);
        during = ids_of(*document->find("configuration")->find("runs"));
        return std::vector<std::string>();
    };
    backend.m_stop_at = 3;
    Notes notes;
    ASSERT_TRUE(run(backend, notes));
    EXPECT_THAT(during, ElementsAre("Run #1 full", "Run #1 single C1@VM1",
                                    "Run #1 single C2@VM2 under way"));
}

TEST_F(CampaignTest, TheRecordHasTheParametersAsTheGuideIndentsThem) {
    write("oscarp/run_parameters.yaml",
          "input_files: {filename: clip.mp4}\nasynchronous: {batch_size: 3}\n"
          "synchronous:\n  worker_nodes: 2\n  components:\n    component1: {parallelism: [4]}\n"
          "    component2: {parallelism: [2]}\n  run: {campaign_dir: c1, repetitions: 1}\n"
          "  other: {seed: 3}\n");
    FixedBackend backend;
    Notes notes;
    ASSERT_TRUE(run(backend, notes));
    EXPECT_THAT(text_of("oscarp/c1/deployment_1/input.yaml"),
                HasSubstr("  synchronous:\n    worker_nodes: 2\n  components:\n    component1:\n"
                          "      parallelism:\n      - 4\n    component2:\n"));
}

TEST_F(CampaignTest, StatisticsLieBesideTheTables) {
    FixedBackend backend;
    Notes notes;
    ASSERT_TRUE(run(backend, notes));
    EXPECT_THAT(text_of(std::string(k_alone) + "results/statistics.csv"),
                HasSubstr("a,Configuration #1,4,,avg_response_time,2,2.0,1.0,0.0,0.0,0.0,1.0,1.0,"
                          "1.0,1.0,1.0,1.0\n"));
    const std::string full = text_of("oscarp/c1/deployment_0/Full_workflow/results/statistics.csv");
    EXPECT_THAT(full, HasSubstr("a,all,,,full_time,24,"));
    EXPECT_THAT(full, HasSubstr("b,all,,,full_time,24,"));
}

/// Five repetitions; the jobs of the third take much longer.
class Repetitions : public CampaignTest {
protected:
    void use(const std::string& options) {
        write("oscarp/run_parameters.yaml",
              "input_files: {filename: clip.mp4}\n"
              "asynchronous: {batch_size: 3, number_of_batches: 2}\n"
              "components:\n  component1: {parallelism: [4]}\n  component2: {parallelism: [4]}\n"
              "run: {campaign_dir: c1, repetitions: 5" +
                  options + "}\n");
    }

    /// Training data of the first unit.
    std::string trained_on() {
        return text_of(std::string(k_alone) + "results/Dataframes/a_dataframe.csv");
    }
};

TEST_F(Repetitions, OutliersAreFlaggedAndOnRequestLeftOutOfTraining) {
    use("");
    FixedBackend backend;
    backend.m_seconds = [](const RunRequest& request) {
        return std::chrono::seconds(request.folder.filename() == "Run #3" ? 60 : 1);
    };
    Notes notes;
    const auto kept = run(backend, notes);
    ASSERT_TRUE(kept);
    EXPECT_THAT(kept->units[0].outliers, ElementsAre(2U));
    EXPECT_EQ(kept->units[0].rows.size(), 5U);
    EXPECT_EQ(kept->units[0].training_rows.size(), 5U);
    EXPECT_THAT(trained_on(), HasSubstr(",60.0,4,3.6\n"));
    use(", drop_outliers: true");
    FixedBackend idle;
    const auto dropped = run(idle, notes);
    ASSERT_TRUE(dropped);
    EXPECT_TRUE(idle.m_calls.empty());
    EXPECT_EQ(dropped->units[0].rows.size(), 5U);
    EXPECT_EQ(dropped->units[0].training_rows.size(), 4U);
    EXPECT_THAT(trained_on(), Not(HasSubstr(",60.0,4,3.6\n")));
    EXPECT_THAT(text_of(std::string(k_alone) + "results/Dataframes/a_response_time_dataframe.csv"),
                HasSubstr("Run #3,"));
}

TEST_F(Repetitions, DegradedRunsAreToldAndOnRequestLeftOutOfTraining) {
    use(", exclude_degraded: true");
    FixedBackend backend;
    backend.m_health = [](const RunRequest& request) {
        return request.folder.filename() == "Run #2" ? std::vector<std::string>{"a job failed"}
                                                     : std::vector<std::string>();
    };
    Notes notes;
    const auto summary = run(backend, notes);
    ASSERT_TRUE(summary);
    const UnitResult& unit = summary->units[0];
    EXPECT_THAT(unit.health, ElementsAre(::testing::Pair(2U, ElementsAre("a job failed"))));
    EXPECT_EQ(unit.rows.size(), 5U);
    EXPECT_EQ(unit.training_rows.size(), 4U);
    const auto data = report_data(plan(), *summary, {}, {});
    ASSERT_TRUE(data);
    EXPECT_EQ(data->units[0].health, unit.health);
}

TEST_F(Repetitions, DegradedRunsOfAnEarlierRunOfTheProgramCount) {
    use("");
    FixedBackend backend;
    backend.m_health = [](const RunRequest&) { return std::vector<std::string>{"slow"}; };
    backend.m_stop_at = 4;
    Notes notes;
    ASSERT_TRUE(run(backend, notes));
    FixedBackend resumed;
    const auto summary = run(resumed, notes);
    ASSERT_TRUE(summary);
    EXPECT_THAT(summary->degraded,
                ElementsAre("deployment_0, Run #1, slow", "deployment_0, Run #1, slow",
                            "deployment_0, Run #1, slow"));
}

TEST_F(CampaignTest, ResultsAreMadeAgainWhenTheirTestsAreNewer) {
    FixedBackend backend;
    Notes notes;
    ASSERT_TRUE(run(backend, notes));
    Notes again;
    FixedBackend idle;
    ASSERT_TRUE(run(idle, again));
    EXPECT_THAT(again.m_lines, ::testing::Contains("kept 0/C1@VM1"));
    const fs::path folder = m_scratch.path() / k_alone;
    write(std::string(k_alone) + "results/Dataframes/a_dataframe.csv", "old");
    fs::last_write_time(folder / "runs/Run #2/done",
                        fs::file_time_type::clock::now() + std::chrono::seconds(5));
    Notes third;
    ASSERT_TRUE(run(idle, third));
    EXPECT_THAT(third.m_lines, ::testing::Contains("results 0/C1@VM1"));
    EXPECT_THAT(third.m_lines, ::testing::Contains("kept 0/C2@VM2"));
    EXPECT_THAT(text_of(std::string(k_alone) + "results/Dataframes/a_dataframe.csv"),
                HasSubstr("3.0,1.0,4,3.6\n"));
}

/// Trains after a campaign whose jobs of some runs begin and end in the same second.
class ShortJobs : public CampaignTest {
protected:
    CampaignModels train(const std::set<std::string>& instant_runs) {
        FixedBackend backend;
        backend.m_seconds = [=](const RunRequest& request) {
            return std::chrono::seconds(
                instant_runs.contains(request.folder.filename().string()) ? 0 : 1);
        };
        Notes notes;
        const auto summary = run(backend, notes);
        EXPECT_TRUE(summary);
        auto models = train_models(m_folder, plan(), *summary, m_reporter, {});
        EXPECT_TRUE(models);
        const auto file = merge_performance_models("", plan(), *models);
        EXPECT_TRUE(file);
        m_file = *file;
        return std::move(*models);
    }

    [[nodiscard]] std::vector<std::string> warnings() const {
        std::vector<std::string> found;
        for (const Diagnostic& diagnostic : m_reporter.diagnostics()) {
            if (diagnostic.code == "PRF073") {
                found.push_back(diagnostic.message);
            }
        }
        return found;
    }

    std::string m_file; ///< performance_models.json
};

TEST_F(ShortJobs, RunsWithoutTimeAreNotTrainedOn) {
    const CampaignModels models = train({"Run #1", "Run #3"});
    EXPECT_THAT(models.failed, ElementsAre());
    ASSERT_FALSE(models.models.empty());
    EXPECT_EQ(models.models[0].mean_target, 1);
    EXPECT_THAT(warnings(),
                ::testing::Contains("C1@VM1: the mean response time of Run #1, Run #3 is 0 s; "
                                    "models are trained without them"));
    EXPECT_THAT(m_file, HasSubstr("\"meanTime\": 1.0"));
    EXPECT_THAT(m_file, Not(HasSubstr("null")));
}

TEST_F(ShortJobs, WithoutAnyTimeThereIsNoModel) {
    const CampaignModels models = train({"Run #1", "Run #2", "Run #3", "Run #4"});
    EXPECT_TRUE(models.models.empty());
    EXPECT_THAT(models.failed,
                ::testing::Contains("C1@VM1: no run is left whose response time is above 0 s"));
    EXPECT_EQ(m_file, "{}\n");
}

TEST_F(CampaignTest, WholeCoresAreSpeltAsTheFileHasThem) {
    for (const auto& [written, row] : std::vector<std::pair<std::string, std::string>>{
             {"1", ",1.0,4,4\n"}, {"1.0", ",1.0,4,4.0\n"}}) {
        ASSERT_TRUE(remove_tree(m_scratch.path() / "oscarp/c1"));
        std::string text = "Components:\n" + entry("component1", "a", 1, "VM1") +
                           entry("component1_partitionX_1", "a_partitionX_1", 1, "VM1") +
                           entry("component1_partitionX_2", "a_partitionX_2", 1, "VM1") +
                           entry("component2", "b", 2, "VM2");
        text.replace(text.find("0.9"), 3, written);
        write("common_config/candidate_deployments.yaml", text);
        FixedBackend backend;
        Notes notes;
        ASSERT_TRUE(run(backend, notes, {Restart::no, {"deployment_0"}, {}, {}}));
        EXPECT_THAT(text_of(std::string(k_alone) + "results/Dataframes/a_dataframe.csv"),
                    HasSubstr(row))
            << written;
    }
}

TEST_F(CampaignTest, ADamagedRecordIsTold) {
    FixedBackend backend;
    Notes notes;
    ASSERT_TRUE(run(backend, notes));
    write(std::string(k_alone) + "runs/Run #2/run_configuration.json", "[");
    const auto refused = run(backend, notes);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().diagnostics[0].code, "PRF041");
}

} // namespace
} // namespace aisprint::profiling
