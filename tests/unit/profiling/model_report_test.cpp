// SPDX-License-Identifier: Apache-2.0
#include "campaign_fixture.hpp"

#include "aisprint/profiling/models.hpp"
#include "aisprint/profiling/outputs.hpp"
#include "model_report.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace aisprint::profiling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Response times of 1 + 8/cores on five levels, each measured twice.
std::string table_text(const std::vector<int>& levels) {
    std::string text = "observed_throughput,avg_response_time,requested_parallelism,cores\n";
    for (const int level : levels) {
        for (int repetition = 0; repetition < 2; ++repetition) {
            text += fmt::format("1.0,{},{},{}\n", 1 + 8.0 / level, level, level);
        }
    }
    return text;
}

constexpr const char* k_config = R"([General]
techniques = ['Dummy', 'NNLS']
y = 'avg_response_time'
hp_selection = 'All'
validation = 'All'

[DataPreparation]
input_path = 'x.csv'
use_columns = ['cores']
inverse = ['cores']

[NNLS]
fit_intercept = [True]
)";

class ModelReport : public ::testing::Test {
protected:
    std::vector<LevelError> report_of(const std::vector<int>& levels) {
        const auto table = training::parse_table(SourceFile("x.csv", table_text(levels)));
        EXPECT_TRUE(table);
        const auto config = training::parse_config(SourceFile("x.ini", k_config), m_reporter);
        EXPECT_TRUE(config) << config.error().diagnostics[0].message;
        auto trained = training::train(*table, *config, {}, m_reporter);
        EXPECT_TRUE(trained);
        m_report = std::move(*trained);
        return leave_one_level_out(*table, *config, m_report, {});
    }

    CollectingReporter m_reporter;
    training::TrainingReport m_report;
};

TEST_F(ModelReport, TellsWhatEachTechniqueSaysOfUnseenLevels) {
    const std::vector<LevelError> errors = report_of({8, 4, 2, 1});
    ASSERT_EQ(errors.size(), 8U);
    std::vector<double> levels;
    for (const LevelError& error : errors) {
        levels.push_back(error.parallelism);
        EXPECT_EQ(error.rows, 2U);
        EXPECT_TRUE(error.mape);
    }
    EXPECT_THAT(levels, ElementsAre(8, 4, 2, 1, 8, 4, 2, 1));
    // the mean of 2, 3, 5 is told for the level of 9
    EXPECT_NEAR(*errors[3].mape, std::abs(10.0 / 3 - 9) / 9, 1e-9);
    // the curve is known between its ends; beyond them the end counts
    EXPECT_NEAR(*errors[5].mape, 0, 1e-6);
    EXPECT_NEAR(*errors[6].mape, 0, 1e-6);
    EXPECT_NEAR(*errors[7].mape, (9.0 - 5) / 9, 1e-6);
    const auto best = mean_level_error(errors, training::Technique::nnls);
    ASSERT_TRUE(best);
    EXPECT_LT(*best, *mean_level_error(errors, training::Technique::dummy));
}

TEST_F(ModelReport, IsATableWithTheErrorOverAllLevels) {
    const std::vector<LevelError> errors = report_of({4, 2, 1});
    const std::string csv = model_report_csv(errors, m_report);
    EXPECT_THAT(csv, HasSubstr("technique,left_out_parallelism,rows,mape,best\nDummy,4,2,"));
    EXPECT_THAT(csv, HasSubstr("NNLS,all,6,"));
    const auto read = read_level_error(csv, "NNLS");
    ASSERT_TRUE(read);
    EXPECT_NEAR(*read, *mean_level_error(errors, training::Technique::nnls), 1e-6);
    EXPECT_FALSE(read_level_error(csv, "SVR"));
    EXPECT_FALSE(read_level_error("technique\n", "NNLS"));
}

TEST_F(ModelReport, HasNoErrorsOfASingleLevel) {
    const std::vector<LevelError> errors = report_of({4});
    EXPECT_TRUE(errors.empty());
    EXPECT_THAT(model_report_csv(errors, m_report), HasSubstr("Dummy,all,0,,"));
}

TEST_F(CampaignTest, ModelsOfUnchangedTablesAreNotTrainedAgain) {
    write("oscarp/run_parameters.yaml",
          "input_files: {filename: clip.mp4}\nasynchronous: {batch_size: 3}\n"
          "components:\n  component1: {parallelism: [3, 2, 1]}\n"
          "  component2: {parallelism: [3, 2, 1]}\nrun: {campaign_dir: c1, repetitions: 1}\n");
    write("oscarp/aMLLibrary-config.ini", k_config);
    FixedBackend backend;
    Notes notes;
    const CampaignPlan planned = plan();
    const auto summary = run(backend, notes);
    ASSERT_TRUE(summary);
    const auto first = train_models(m_folder, planned, *summary, m_reporter, {});
    ASSERT_TRUE(first);
    const std::string results = "oscarp/c1/deployment_0/C1@VM1/results/";
    EXPECT_THAT(text_of(results + "model_report.csv"), HasSubstr("technique,left_out"));
    const fs::path best = m_scratch.path() / first->models[0].file;
    const auto early = fs::file_time_type::clock::now() - std::chrono::hours(1);
    fs::last_write_time(best, early);
    const auto second = train_models(m_folder, planned, *summary, m_reporter, {});
    ASSERT_TRUE(second);
    EXPECT_EQ(fs::last_write_time(best), early);
    EXPECT_EQ(second->models[0].technique, first->models[0].technique);
    EXPECT_EQ(second->models[0].validation_mape, first->models[0].validation_mape);
    EXPECT_TRUE(second->models[0].level_mape);
    write(results + "Dataframes/a_dataframe.csv",
          "observed_throughput,avg_response_time,requested_parallelism,cores\n"
          "3.0,2.0,3,2.7\n2.0,3.0,2,1.8\n1.0,4.0,1,0.9\n");
    const auto third = train_models(m_folder, planned, *summary, m_reporter, {});
    ASSERT_TRUE(third);
    EXPECT_NE(fs::last_write_time(best), early);
    EXPECT_NEAR(third->models[0].mean_target, 3, 1e-9);
}

TEST_F(CampaignTest, TheModelOfAFunctionIsItsMean) {
    write("oscarp/aMLLibrary-config.ini", k_config);
    FixedBackend backend;
    Notes notes;
    CampaignPlan planned = plan();
    const auto summary = run(backend, notes);
    ASSERT_TRUE(summary);
    const auto of_machines = train_models(m_folder, planned, *summary, m_reporter, {});
    ASSERT_TRUE(of_machines);
    const auto resource =
        std::find_if(planned.testbed.resources.begin(), planned.testbed.resources.end(),
                     [](const ResourceFacts& facts) { return facts.name == "VM1"; });
    ASSERT_NE(resource, planned.testbed.resources.end());
    resource->is_function = true;

    const auto models = train_models(m_folder, planned, *summary, m_reporter, {});

    ASSERT_TRUE(models) << models.error().diagnostics[0].message;
    ASSERT_EQ(models->models.size(), of_machines->models.size());
    std::size_t functions = 0;
    for (std::size_t i = 0; i < models->models.size(); ++i) {
        const bool runs_there = planned.testbed.units[models->models[i].unit].resource == "VM1";
        functions += runs_there ? 1 : 0;
        EXPECT_EQ(models->models[i].technique,
                  runs_there ? "Dummy" : of_machines->models[i].technique);
    }
    EXPECT_GE(functions, 1U);
    EXPECT_LT(functions, models->models.size());
    const auto merged = merge_performance_models(
        R"({"a": {"a": {"VM1": {"model": "PACSLTK", "demandCold": 9.5}}}})", planned, *models);
    ASSERT_TRUE(merged);
    const auto entry = nlohmann::json::parse(*merged)["a"]["a"]["VM1"];
    EXPECT_EQ(entry["demandWarm"], models->models.front().mean_target);
    EXPECT_EQ(entry["demandCold"], 9.5); // cold starts are not seen here

    const std::string table = "oscarp/c1/deployment_0/C1@VM1/runs/Run #1/time_table_a.json";
    auto jobs = parse_time_table(SourceFile(table, text_of(table)));
    ASSERT_TRUE(jobs);
    JobRecord& cold = jobs->front();
    cold.init_seconds = 0.5;
    cold.job_finish = *cold.job_create + std::chrono::seconds(20);
    write(table, to_time_table(*jobs));
    const auto measured = train_models(m_folder, planned, *summary, m_reporter, {});
    ASSERT_TRUE(measured);
    const auto again = merge_performance_models(*merged, planned, *measured);
    ASSERT_TRUE(again);
    const auto replaced = nlohmann::json::parse(*again)["a"]["a"]["VM1"];
    EXPECT_EQ(replaced["demandCold"], 20.5) << "with the start of the instance";
    EXPECT_LT(replaced["demandWarm"], 20);
}

TEST_F(CampaignTest, OutputsAreWrittenTogether) {
    FixedBackend backend;
    Notes notes;
    const CampaignPlan planned = plan();
    const auto summary = run(backend, notes);
    ASSERT_TRUE(summary);
    write("oscarp/performance_models.json", "[");
    const auto refused = write_campaign_outputs(m_folder, planned, *summary, {}, m_reporter, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().diagnostics[0].code, "PRF071");
    EXPECT_FALSE(fs::exists(planned.folder / k_report_file));
    EXPECT_FALSE(fs::exists(m_scratch.path() / "oscarp/components_data_size.yaml"));
    write("oscarp/performance_models.json", "{}");
    const auto models = write_campaign_outputs(m_folder, planned, *summary, {}, m_reporter, {});
    ASSERT_TRUE(models);
    EXPECT_EQ(models->models.size(), 4U);
    EXPECT_TRUE(fs::exists(planned.folder / k_report_file));
    EXPECT_THAT(text_of("oscarp/components_data_size.yaml"), HasSubstr("a: 2.5\n"));
    EXPECT_THAT(text_of("oscarp/performance_models.json"), HasSubstr("a_partition1_1"));
}

} // namespace
} // namespace aisprint::profiling
