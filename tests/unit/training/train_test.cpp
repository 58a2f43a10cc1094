// SPDX-License-Identifier: Apache-2.0
// From a file of measurements and a configuration to a folder of models.
#include "aisprint/base/digest.hpp"
#include "aisprint/base/files.hpp"
#include "aisprint/perf/model.hpp"
#include "aisprint/training/predict.hpp"
#include "aisprint/training/train.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <thread>

namespace aisprint::training {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::set<std::string> codes_of(const std::vector<Diagnostic>& diagnostics) {
    std::set<std::string> codes;
    for (const Diagnostic& diagnostic : diagnostics) {
        codes.insert(diagnostic.code);
    }
    return codes;
}

std::string text_of(const std::vector<Diagnostic>& diagnostics) {
    std::string text;
    for (const Diagnostic& diagnostic : diagnostics) {
        text += format_diagnostic(diagnostic);
    }
    return text;
}

const std::string k_general = "[General]\ntechniques = [\"LRRidge\", \"Dummy\"]\ny = time\n"
                              "hp_selection = KFold\nfolds = 3\nvalidation = HoldOut\n"
                              "hold_out_ratio = 0.2\n";

TrainingConfig config_of(const std::string& text) {
    CollectingReporter reporter;
    auto config = parse_config(SourceFile("c.ini", text), reporter);
    EXPECT_TRUE(config) << (config ? "" : text_of(config.error().diagnostics));
    return config.value_or(TrainingConfig());
}

Table table_of(const std::string& text) {
    auto table = parse_table(SourceFile("d.csv", text));
    EXPECT_TRUE(table) << (table ? "" : text_of(table.error().diagnostics));
    return table.value_or(Table());
}

/// time = 10 / cores + load, with some noise, three times each.
std::string measurements() {
    std::string csv = "cores,load,time\n";
    for (int cores = 1; cores <= 6; ++cores) {
        for (int load = 1; load <= 3; ++load) {
            for (int repetition = 0; repetition < 3; ++repetition) {
                csv +=
                    fmt::format("{},{},{}\n", cores, load,
                                10.0 / cores + load + 0.05 * ((cores * 7 + load + repetition) % 3));
            }
        }
    }
    return csv;
}

Failure failure_of(const std::string& csv, const std::string& config) {
    CollectingReporter reporter;
    const auto report = train(table_of(csv), config_of(config), {}, reporter);
    EXPECT_FALSE(report);
    return report ? Failure() : report.error();
}

TEST(Tables, ReadQuotesLineEndsAndEmptyCells) {
    const Table table = table_of("a,\"b, c\",t\r\n1,,x\r\n2.5e1,-3,\"say \"\"y\"\"\"\r\n\r\n");
    ASSERT_EQ(table.rows, 2U);
    EXPECT_THAT(table.find("a")->numbers, ElementsAre(1, 25));
    EXPECT_TRUE(std::isnan(table.find("b, c")->numbers[0]));
    EXPECT_THAT(table.find("t")->texts, ElementsAre("x", "say \"y\""));
    EXPECT_EQ(table.find("d"), nullptr);
}

TEST(Tables, TellWhatIsWrongWithTheirCells) {
    const auto codes = [](const std::string& text) {
        const auto table = parse_table(SourceFile("d.csv", text));
        return table ? std::set<std::string>() : codes_of(table.error().diagnostics);
    };
    EXPECT_THAT(codes(""), ElementsAre("TRN001"));
    EXPECT_THAT(codes("a,b\n1,2,3\n4\n"), ElementsAre("TRN002"));
    EXPECT_THAT(codes("a,a,\n1,2,3\n"), ElementsAre("TRN003"));
    EXPECT_THAT(codes("a,b\n1,\"2\n"), ElementsAre("TRN004"));
}

TEST(Configurations, ReadLiteralsOfEveryKind) {
    const TrainingConfig config = config_of(
        k_general + "seed = 5  # five\n\n[DataPreparation]\ninput_path = da%ta.csv # why\n"
                    "inverse = [*]\nlog = ['cores',\n    # a remark\n    \"a\\\"b\",]\n"
                    "skip_rows = {'cores': 1e2,}\nproduct_max_degree = inf\nnormalization = false\n"
                    "[LRRidge]\nalpha = (0.1, 1)\nrelative_weights = [None, True]\n");
    EXPECT_EQ(config.seed, 5U);
    EXPECT_EQ(config.target, "time");
    EXPECT_EQ(config.input_path, "da%ta.csv");
    EXPECT_THAT(config.inverse, ElementsAre("*"));
    EXPECT_THAT(config.log, ElementsAre("cores", "a\"b"));
    EXPECT_EQ(config.skip_rows.at("cores"), 100);
    EXPECT_EQ(config.product_degree, SIZE_MAX);
    EXPECT_FALSE(config.normalization);
    const ParameterCandidates& ridge = config.candidates.at(Technique::lr_ridge);
    ASSERT_EQ(ridge.size(), 2U);
    EXPECT_EQ(ridge[0].second.size(), 2U);
    EXPECT_EQ(std::get<ParameterValue>(ridge[1].second[0]), ParameterValue());
}

TEST(Configurations, TellEveryError) {
    CollectingReporter reporter;
    const auto config = parse_config(
        SourceFile("c.ini", "lost = 1\n[General]\ntechniques = [\"LRRige\"]\nhp_selection = "
                            "Interpolation\nvalidation = HoldOut\nrun_num = many\nseed = [1\n"
                            "[LRRidge]\nalpha = ['loguniform(0.1,1)']\n"),
        reporter);
    ASSERT_FALSE(config);
    const std::string text = text_of(config.error().diagnostics);
    EXPECT_THAT(codes_of(config.error().diagnostics),
                ElementsAre("TRN010", "TRN011", "TRN012", "TRN013", "TRN014", "TRN015"));
    EXPECT_THAT(text, HasSubstr("c.ini:3:15: error: the technique 'LRRige' is unknown"));
    EXPECT_THAT(text, HasSubstr("did you mean 'LRRidge'?"));
    EXPECT_THAT(text, HasSubstr("Interpolation cannot be used to perform hp_selection"));
    EXPECT_THAT(text, HasSubstr("hold_out_ratio not set"));
    EXPECT_THAT(text, HasSubstr("'run_num' in [General] is many; it must be a whole number"));
    EXPECT_THAT(text, HasSubstr("expected ',' or ']'"));
}

TEST(Configurations, ReadDistributionsAndRefuseBrokenOnes) {
    const std::string search =
        k_general + "hyperparameter_tuning = Hyperopt\nhyperopt_max_evals = 4\n[XGBoost]\n";
    const TrainingConfig config =
        config_of(search + "gamma = ['loguniform(0.1, 10)']\nmax_depth = ['quniform(3,6,1)', 4]\n");
    const auto& gamma = std::get<Prior>(config.candidates.at(Technique::xgboost)[0].second.front());
    EXPECT_EQ(gamma.kind, PriorKind::log_uniform);
    EXPECT_EQ(gamma.b, 10);
    for (const char* prior : {"loguniform(0,1)", "uniform(2,1)", "unform(1,2)", "normal(1)",
                              "quniform(1,2,0)", "uniform(1,x)", "choice()"}) {
        CollectingReporter reporter;
        const auto broken = parse_config(
            SourceFile("c.ini", search + fmt::format("gamma = ['{}']\n", prior)), reporter);
        ASSERT_FALSE(broken) << prior;
        EXPECT_THAT(codes_of(broken.error().diagnostics), ElementsAre("TRN015")) << prior;
    }
}

TEST(Configurations, WarnOfWhatHasNoEffect) {
    CollectingReporter reporter;
    const std::string text =
        "[General]\ntechniques = ['SVR', 'NeuralNetwork']\ny = time\nhp_selection = All\n"
        "validation = All\nnormalization = True\nrunnum = 2\n[SVR]\nc = [2]\n[XGBost]\na = 1\n";
    const auto config = parse_config(SourceFile("c.ini", text), reporter);
    ASSERT_TRUE(config) << text_of(config.error().diagnostics);
    EXPECT_THAT(codes_of(reporter.diagnostics()), ElementsAre("TRN016", "TRN017", "TRN018"));
    EXPECT_THAT(text_of(reporter.diagnostics()), HasSubstr("it belongs below [DataPreparation]"));
    EXPECT_THAT(text_of(reporter.diagnostics()), HasSubstr("did you mean 'XGBoost'?"));
    EXPECT_EQ(config->candidates.at(Technique::svr)[0].first, "C");
}

TEST(Preparation, MakesTheColumnsOfTheSpecification) {
    CollectingReporter reporter;
    const auto report =
        train(table_of("a,b,time\n1,1,1\n2,2,3\n4,1,5\n5,2,7\n6,1,9\n7,3,11\n8,2,2\n9,1,5\n10,5,6\n"
                       "11,7,8\n"),
              config_of("[General]\ntechniques = ['Dummy']\ny = time\nhp_selection = All\n"
                        "validation = All\n[DataPreparation]\ninverse = [\"a\"]\nlog = [\"a\"]\n"
                        "product_max_degree = 2\n"),
              {}, reporter);
    ASSERT_TRUE(report) << text_of(report.error().diagnostics);
    EXPECT_THAT(report->prepared_features,
                ElementsAre("a", "b", "inverse_a", "log_a", "a__a", "a__b", "a__log_a", "b__b",
                            "b__inverse_a", "b__log_a", "inverse_a__inverse_a", "inverse_a__log_a",
                            "log_a__log_a"));
}

TEST(Preparation, TellsWhatItCannotDo) {
    const auto codes = [](const std::string& csv, const std::string& preparation) {
        return codes_of(
            failure_of(csv, k_general + "[DataPreparation]\n" + preparation).diagnostics);
    };
    const std::string csv = "a,b,t,time\n1,0,x,1\n2,3,y,2\n3,4,x,3\n";
    EXPECT_THAT(codes(csv, "use_columns = ['aa']\n"), ElementsAre("TRN020"));
    EXPECT_THAT(codes(csv, "inverse = ['b']\n"), ElementsAre("TRN021"));
    EXPECT_THAT(codes(csv, "log = ['b']\n"), ElementsAre("TRN021"));
    EXPECT_THAT(codes(csv, "log = ['t']\n"), ElementsAre("TRN021"));
    EXPECT_THAT(codes("a,time\n1,1\n,2\n3,3\n", ""), ElementsAre("TRN022"));
    EXPECT_THAT(codes("a,time\n1,1\n2,0\n3,3\n", ""), ElementsAre("TRN024"));
    EXPECT_THAT(codes("a,b\n1,1\n2,0\n3,3\n", ""), ElementsAre("TRN020"));
}

TEST(Training, RefusesTooFewRows) {
    EXPECT_THAT(codes_of(failure_of("a,time\n", k_general).diagnostics), Contains("TRN023"));
    const Failure few = failure_of("a,time\n1,1\n2,2\n3,3\n4,4\n5,5\n", k_general);
    EXPECT_THAT(codes_of(few.diagnostics), ElementsAre("TRN023"));
}

TEST(Training, GivesTheSameBytesForAnyNumberOfThreads) {
    const std::string config = k_general +
                               "hyperparameter_tuning = Hyperopt\nhyperopt_max_evals = 12\n"
                               "[FeatureSelection]\nmethod = SFS\nmax_features = 2\n"
                               "[LRRidge]\nalpha = ['loguniform(0.01,1)']\n";
    std::set<std::string> models;
    for (const std::size_t threads : {1U, 2U, 5U}) {
        CollectingReporter reporter;
        TrainOptions options;
        options.threads = threads;
        const auto report = train(table_of(measurements()), config_of(config), options, reporter);
        ASSERT_TRUE(report) << text_of(report.error().diagnostics);
        models.insert(report->techniques[0].model.dump());
        EXPECT_EQ(report->best, 0U);
        EXPECT_EQ(report->groups, 18U);
    }
    EXPECT_EQ(models.size(), 1U);
}

TEST(Training, GivesModelsThatPredictAndKnowTheirRange) {
    CollectingReporter reporter;
    const auto report =
        train(table_of(measurements()),
              config_of(k_general + "[DataPreparation]\ninverse = ['cores']\n"), {}, reporter);
    ASSERT_TRUE(report) << text_of(report.error().diagnostics);
    const TechniqueResult& best = report->techniques[report->best];
    EXPECT_LT(best.validation.mape, 0.05);
    const auto model = perf::parse_model(SourceFile("m", best.model.dump()));
    ASSERT_TRUE(model) << text_of(model.error().diagnostics);
    EXPECT_THAT((*model)->inputs(), ElementsAre("cores", "load"));
    const std::vector<double> inside{2, 2};
    const perf::Prediction prediction = (*model)->predict(inside, 0.9);
    EXPECT_NEAR(prediction.value, 7, 0.3);
    EXPECT_LT(prediction.lower.value_or(9), prediction.value);
    const std::vector<double> outside{1000, 2};
    EXPECT_FALSE((*model)->predict(outside, 0.9).inside_domain);
    EXPECT_GT((*model)->predict(outside, 0.9).value, 0);
}

TEST(Training, GoesOnWithoutATechniqueThatFails) {
    CollectingReporter reporter;
    const std::string only = "[DataPreparation]\nuse_columns = []\n";
    const auto report = train(table_of(measurements()), config_of(k_general + only), {}, reporter);
    ASSERT_TRUE(report) << text_of(report.error().diagnostics);
    EXPECT_EQ(report->techniques[report->best].technique, Technique::dummy);
    EXPECT_THAT(codes_of(reporter.diagnostics()), Contains("TRN028"));
    const Failure none = failure_of(
        measurements(), "[General]\ntechniques = ['LRRidge']\ny = time\nhp_selection = All\n"
                        "validation = All\n" +
                            only);
    EXPECT_EQ(none.diagnostics.front().code, "TRN040");
}

TEST(Training, WarnsOfErrorsThatLookTooSmall) {
    CollectingReporter reporter;
    const auto report = train(
        table_of("observed_throughput,cores,time\n1,1,1\n0.5,2,2\n0.25,1,4\n0.2,2,5\n0.1,1,10\n"
                 "0.125,2,8\n"),
        config_of(
            "[General]\ntechniques = ['LRRidge']\ny = time\nhp_selection = All\n"
            "validation = All\n[FeatureSelection]\nmethod = SFS\nmax_features = 9\nfolds = 2\n"),
        {}, reporter);
    ASSERT_TRUE(report) << text_of(report.error().diagnostics);
    EXPECT_THAT(codes_of(reporter.diagnostics()), ElementsAre("TRN026", "TRN027", "TRN029"));
}

TEST(Training, CanBeCancelled) {
    CollectingReporter reporter;
    std::stop_source source;
    source.request_stop();
    TrainOptions options;
    options.stop = source.get_token();
    const auto report = train(table_of(measurements()), config_of(k_general), options, reporter);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind, ErrorKind::cancelled);
    EXPECT_EQ(report.error().diagnostics.front().code, "TRN041");
}

TEST(ModelFolders, KeepWhatIsThere) {
    const ScratchDirectory scratch;
    CollectingReporter reporter;
    const auto report = train(table_of(measurements()), config_of(k_general), {}, reporter);
    ASSERT_TRUE(report);
    const auto folder = scratch.path() / "deep" / "models";
    ASSERT_TRUE(write_model_folder(folder, *report, "ini", "csv"));
    for (const char* name :
         {"best.json", "LRRidge.json", "Dummy.json", "results.txt", "results.json", "data.csv",
          "data_preprocessed.csv", "configuration.ini", "done"}) {
        EXPECT_TRUE(std::filesystem::exists(folder / name)) << name;
    }
    EXPECT_THAT(read_file(folder / "results.txt").value(),
                HasSubstr("Overall best result is LRRidge"));
    const auto again = write_model_folder(folder, *report, "ini", "csv");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().diagnostics.front().code, "TRN050");
    ASSERT_TRUE(remove_tree(folder / "done"));
    EXPECT_TRUE(write_model_folder(folder, *report, "ini", "csv"));
    ASSERT_TRUE(write_file_atomic(scratch.path() / "mine.txt", "x"));
    const auto foreign = write_model_folder(scratch.path(), *report, "ini", "csv");
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().diagnostics.front().code, "TRN051");
}

TEST(TablePredictions, TellWhatTheyCannotDo) {
    CollectingReporter reporter;
    std::string csv = "kind,cores,time\n";
    for (int cores = 1; cores <= 8; ++cores) {
        csv += fmt::format("a,{},{}\nb,{},{}\n", cores, 5 + cores, cores, 9 + cores);
    }
    const auto report = train(table_of(csv),
                              config_of("[General]\ntechniques = ['LRRidge']\ny = time\n"
                                        "hp_selection = KFold\nfolds = 2\nvalidation = All\n"
                                        "extrapolation = reject\n[LRRidge]\nalpha = [0]\n"),
                              {}, reporter);
    ASSERT_TRUE(report) << text_of(report.error().diagnostics);
    const SourceFile model("m.json", report->techniques[0].model.dump());
    const auto predict = [&](const std::string& rows) {
        CollectingReporter warnings;
        auto result = predict_table(model, table_of(rows), 0, warnings);
        std::set<std::string> codes = codes_of(warnings.diagnostics());
        if (!result) {
            codes.merge(codes_of(result.error().diagnostics));
        }
        return std::pair(std::move(result), std::move(codes));
    };
    const auto [right, no_codes] = predict("time,cores,kind\n8,3,a\n12,3,b\n");
    ASSERT_TRUE(right) << text_of(right.error().diagnostics);
    EXPECT_THAT(no_codes, testing::IsEmpty());
    EXPECT_NEAR(right->rows[0].prediction.value, 8, 1e-6);
    EXPECT_NEAR(right->rows[1].prediction.value, 12, 1e-6);
    EXPECT_NEAR(right->mape.value_or(1), 0, 1e-6);
    EXPECT_THAT(to_csv(*right), HasSubstr("real,pred\n8,"));
    EXPECT_THAT(predict("cores\n3\n").second, ElementsAre("TRN060"));
    EXPECT_THAT(predict("cores,kind\nx,a\n").second, ElementsAre("TRN061"));
    EXPECT_THAT(predict("cores,kind\n,a\n").second, ElementsAre("TRN061"));
    EXPECT_THAT(predict("cores,kind\n3,c\n").second, ElementsAre("TRN062"));
    EXPECT_THAT(predict("cores,kind\n30,a\n").second, ElementsAre("TRN063"));
}

/// Trains on a shared data set, or skips.
class SharedTraining : public testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(m_folder)) {
            GTEST_SKIP() << "no shared data: " << m_folder;
        }
    }

    Result<TrainingReport> train_as(const std::string& name, Reporter& reporter) {
        AISPRINT_TRY_ASSIGN(const SourceFile ini, load_source(m_folder / name, name));
        AISPRINT_TRY_ASSIGN(const TrainingConfig config, parse_config(ini, reporter));
        AISPRINT_TRY_ASSIGN(const SourceFile csv,
                            load_source(m_folder / config.input_path, config.input_path));
        AISPRINT_TRY_ASSIGN(const Table table, parse_table(csv));
        return train(table, config, {}, reporter);
    }

private:
    const std::filesystem::path m_folder =
        std::filesystem::path(AISPRINT_SHARED_DATA) / "performance-models";
};

TEST_F(SharedTraining, FollowsTheGuide) {
    CollectingReporter reporter;
    const auto report = train_as("guide-sfs.ini", reporter);
    ASSERT_TRUE(report) << text_of(report.error().diagnostics);
    EXPECT_EQ(report->techniques.size(), 4U);
    EXPECT_THAT(report->dropped_features, ElementsAre("warm_cores"));
    EXPECT_THAT(codes_of(reporter.diagnostics()), ElementsAre("TRN025"));
    for (const TechniqueResult& result : report->techniques) {
        EXPECT_TRUE(result.ok) << result.error;
        EXPECT_LE(result.features.size(), 5U);
    }
    const TechniqueResult& best = report->techniques[report->best];
    EXPECT_LT(best.selection_mape, 0.15);
    for (const auto& input : best.model["inputs"]) {
        EXPECT_TRUE(input == "cores" || input == "observed_throughput") << input;
    }
}

TEST_F(SharedTraining, FindsGoodModelsOfRealMeasurements) {
    CollectingReporter reporter;
    const auto report = train_as("oscarp-10s-files-holdout.ini", reporter);
    ASSERT_TRUE(report) << text_of(report.error().diagnostics);
    const TechniqueResult& best = report->techniques[report->best];
    EXPECT_LT(best.selection_mape, 0.05);
    EXPECT_LT(best.validation.mape, 0.06);
    const auto model = perf::parse_model(SourceFile("m", best.model.dump()));
    ASSERT_TRUE(model) << text_of(model.error().diagnostics);
    for (const double cores : {64.0, 1000.0}) {
        const std::vector<double> inputs{cores, 10};
        const perf::Prediction prediction = (*model)->predict(inputs, 0.9);
        EXPECT_FALSE(prediction.inside_domain);
        EXPECT_GT(prediction.value, 0);
    }
}

} // namespace
} // namespace aisprint::training
