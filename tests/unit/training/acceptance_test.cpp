// SPDX-License-Identifier: Apache-2.0
// What a training promises: groups stay together, intervals hold what they say, selections keep
// what matters, odd data and large tables are dealt with.
#include "aisprint/base/files.hpp"
#include "aisprint/perf/model.hpp"
#include "aisprint/training/onnx.hpp"
#include "aisprint/training/predict.hpp"
#include "aisprint/training/train.hpp"
#include "random.hpp"
#include "select.hpp"
#include "split.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>

namespace aisprint::training {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::string message_of(const Failure& failure) {
    std::string text;
    for (const Diagnostic& diagnostic : failure.diagnostics) {
        text += format_diagnostic(diagnostic);
    }
    return text;
}

TrainingConfig config_of(const std::string& text) {
    CollectingReporter reporter;
    auto config = parse_config(SourceFile("c.ini", text), reporter);
    EXPECT_TRUE(config) << (config ? "" : message_of(config.error()));
    return config.value_or(TrainingConfig());
}

Table table_of(const std::string& text) {
    auto table = parse_table(SourceFile("d.csv", text));
    EXPECT_TRUE(table) << (table ? "" : message_of(table.error()));
    return table.value_or(Table());
}

std::string general(const std::string& techniques, const std::string& more = "") {
    return fmt::format("[General]\ntechniques = [{}]\ny = time\nhp_selection = KFold\nfolds = 3\n"
                       "validation = HoldOut\nhold_out_ratio = 0.2\n{}",
                       techniques, more);
}

TrainingReport trained(const std::string& csv, const std::string& config) {
    CollectingReporter reporter;
    auto report = train(table_of(csv), config_of(config), {}, reporter);
    EXPECT_TRUE(report) << (report ? "" : message_of(report.error()));
    return report ? std::move(*report) : TrainingReport();
}

/// A number in [-1, 1).
double noise(Random& random) {
    return static_cast<double>(random.below(2'000'001)) / 1e6 - 1;
}

TEST(Splits, NeverPartAGroup) {
    std::vector<std::size_t> groups; // of 1 to 5 rows, in no order
    for (std::size_t i = 0; i < 60; ++i) {
        groups.push_back(i * i % 17);
    }
    std::vector<std::size_t> rows(groups.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        for (const SplitMethod method : {SplitMethod::hold_out, SplitMethod::k_fold}) {
            const auto splits = split_rows({method, 0.3, 4, seed, "validation"}, rows, groups);
            ASSERT_TRUE(splits);
            std::set<std::size_t> judged;
            for (const Split& split : *splits) {
                std::set<std::size_t> fitted;
                for (const std::size_t row : split.train) {
                    fitted.insert(groups[row]);
                }
                for (const std::size_t row : split.test) {
                    ASSERT_FALSE(fitted.contains(groups[row])) << "seed " << seed;
                    judged.insert(row);
                }
                EXPECT_EQ(split.train.size() + split.test.size(), rows.size());
            }
            EXPECT_TRUE(method == SplitMethod::hold_out || judged.size() == rows.size());
        }
    }
}

TEST(Selections, ByXgboostTakeTheMostUsedFirst) {
    const std::vector<double> splits{28, 60, 12, 171};
    EXPECT_THAT(select_important(splits, 0.4, 0), ElementsAre(3));
    EXPECT_THAT(select_important(splits, 0.7, 0), ElementsAre(1, 3));
    EXPECT_THAT(select_important(splits, 0.9, 0), ElementsAre(0, 1, 3));
    EXPECT_THAT(select_important(splits, 0.9, 2), ElementsAre(1, 3));
    EXPECT_THAT(select_important({5, 5, 0}, 0.99, 0), ElementsAre(0, 1)) << "never unused ones";
    EXPECT_THAT(select_important({0, 0}, 0.5, 0), ElementsAre(0, 1)) << "nothing to choose by";
}

TEST(Selections, ByXgboostLeaveOutWhatDoesNotMatter) {
    Random random(5);
    std::string csv = "useless,strong,weak,time\n";
    for (int i = 0; i < 120; ++i) {
        const auto strong = static_cast<double>(random.below(40));
        const auto weak = static_cast<double>(random.below(3));
        csv += fmt::format("{},{},{},{}\n", i % 2, strong, weak, 10 + 5 * strong + 0.5 * weak);
    }
    const TrainingReport report =
        trained(csv, general("'LRRidge', 'DecisionTree'") +
                         "[FeatureSelection]\nmethod = XGBoost\nXGBoost_tolerance = 0.5\n");
    ASSERT_THAT(report.techniques, SizeIs(2));
    for (const TechniqueResult& result : report.techniques) {
        ASSERT_TRUE(result.ok) << result.error;
        EXPECT_THAT(result.features, ElementsAre("strong"));
    }
}

TEST(Preparations, OfErnestMakeItsFourFeatures) {
    std::string csv = "datasize,cores,time\n";
    for (const int size : {1, 4, 9}) {
        for (const int cores : {1, 2, 4, 8}) {
            csv += fmt::format("{},{},{}\n", size, cores, 1 + 2.0 * size / cores);
        }
    }
    const TrainingReport report =
        trained(csv, general("'NNLS'") + "[DataPreparation]\nernest = True\n");
    EXPECT_THAT(report.prepared_features,
                ElementsAre("datasize_over_cores", "log_cores", "square_datasize_over_cores",
                            "squared_datasize_over_cores"));
    const auto cell = [&](const std::string& name) {
        return report.prepared.find(name)->numbers[7]; // 4 and 8
    };
    EXPECT_DOUBLE_EQ(cell("datasize_over_cores"), 0.5);
    EXPECT_DOUBLE_EQ(cell("log_cores"), std::log(8));
    EXPECT_DOUBLE_EQ(cell("square_datasize_over_cores"), std::sqrt(0.5));
    EXPECT_DOUBLE_EQ(cell("squared_datasize_over_cores"), 0.25);
    const auto model = perf::parse_model(SourceFile("m", report.techniques.front().model.dump()));
    ASSERT_TRUE(model) << message_of(model.error());
    std::vector<double> inputs;
    for (const std::string& input : (*model)->inputs()) {
        inputs.push_back(input == "cores" ? 4 : 6);
    }
    EXPECT_NEAR((*model)->predict(inputs, 0).value, 4, 1e-6);
}

TEST(Preparations, OfErnestGoWithNoOthers) {
    for (const char* other :
         {"use_columns = ['cores']", "skip_columns = ['cores']", "inverse = ['cores']",
          "product_max_degree = 2", "normalization = True"}) {
        CollectingReporter reporter;
        const auto config = parse_config(
            SourceFile("c.ini",
                       general("'NNLS'") + "[DataPreparation]\nernest = True\n" + other + "\n"),
            reporter);
        ASSERT_FALSE(config) << other;
        EXPECT_THAT(message_of(config.error()), HasSubstr("cannot be used with ernest"));
    }
}

/// time = 40 / cores + load, noise of 2 %, two times each.
std::string measurements(std::uint64_t seed = 1) {
    Random random(seed);
    std::string csv = "cores,load,time\n";
    for (int cores = 1; cores <= 8; ++cores) {
        for (int load = 1; load <= 6; ++load) {
            for (int repetition = 0; repetition < 2; ++repetition) {
                const double time = 40.0 / cores + load;
                csv += fmt::format("{},{},{}\n", cores, load, time * (1 + 0.02 * noise(random)));
            }
        }
    }
    return csv;
}

TEST(Normalization, IsUndoneInPredictions) {
    const std::string config = general("'LRRidge', 'DecisionTree', 'NNLS'") +
                               "[DataPreparation]\ninverse = ['cores']\nnormalization = ";
    const TrainingReport plain = trained(measurements(), config + "False\n");
    const TrainingReport scaled = trained(measurements(), config + "True\n");
    ASSERT_THAT(scaled.techniques, SizeIs(3));
    for (std::size_t i = 0; i < 3; ++i) {
        ASSERT_TRUE(scaled.techniques[i].ok) << scaled.techniques[i].error;
        EXPECT_TRUE(plain.techniques[i].model["scaling"].is_null());
        EXPECT_TRUE(scaled.techniques[i].model["scaling"].contains("target_scale"));
        const auto model = perf::parse_model(SourceFile("m", scaled.techniques[i].model.dump()));
        ASSERT_TRUE(model) << message_of(model.error());
        const std::vector<double> inputs{4, 3};
        ASSERT_THAT((*model)->inputs(), ElementsAre("cores", "load"));
        EXPECT_NEAR((*model)->predict(inputs, 0).value, 13, 0.1 * 13)
            << to_string(scaled.techniques[i].technique);
    }
}

TEST(Intervals, HaveBinsWhereErrorsDependOnTheLoad) {
    Random random(3);
    std::string csv = "load,time\n";
    for (int load = 1; load <= 40; ++load) {
        for (int repetition = 0; repetition < 3; ++repetition) {
            const double spread = 0.4 * load / 40;
            csv += fmt::format("{},{}\n", load, 5.0 * load * (1 + spread * noise(random)));
        }
    }
    const TrainingReport report = trained(csv, general("'LRRidge'"));
    const auto& interval = report.techniques.front().model["interval"];
    ASSERT_TRUE(interval.contains("bins")) << interval.dump();
    ASSERT_EQ(interval["bins"].size(), 3U);
    for (const auto& bin : interval["bins"]) {
        EXPECT_GE(bin["scores"].size(), 20U);
    }
    const auto model = perf::parse_model(SourceFile("m", report.techniques.front().model.dump()));
    ASSERT_TRUE(model) << message_of(model.error());
    const auto width = [&](double load) {
        const std::vector<double> inputs{load};
        const perf::Prediction prediction = (*model)->predict(inputs, 0.8);
        return prediction.upper.value_or(0) / prediction.value - 1;
    };
    EXPECT_GT(width(38), 2 * width(3));
    const TrainingReport even =
        trained(measurements(), general("'LRRidge'") + "[DataPreparation]\ninverse = "
                                                       "['cores']\n");
    EXPECT_FALSE(even.techniques.front().model["interval"].contains("bins"));
}

TEST(Intervals, AreLeftOutWhereTooLittleIsKnown) {
    const TrainingReport report =
        trained("cores,time\n1,8\n1,8.1\n2,4\n2,4.1\n3,3\n3,3.1\n4,2\n4,2.1\n",
                "[General]\ntechniques = ['LRRidge']\ny = time\nhp_selection = KFold\nfolds = 2\n"
                "validation = All\n");
    EXPECT_TRUE(report.techniques.front().model["interval"].is_null());
}

/// Some rows of a table.
Table rows_of(const Table& table, const std::vector<std::size_t>& rows) {
    Table some;
    some.rows = rows.size();
    for (const Column& column : table.columns) {
        Column own{column.name, column.is_text, {}, {}};
        for (const std::size_t row : rows) {
            own.numbers.push_back(column.numbers[row]);
        }
        some.columns.push_back(std::move(own));
    }
    return some;
}

TEST(Intervals, HoldMostTimesOfConfigurationsThatWereNotMeasured) {
    const std::filesystem::path file =
        std::filesystem::path(AISPRINT_SHARED_DATA) / "performance-models" / "oscarp-10s-files.csv";
    if (!std::filesystem::exists(file)) {
        GTEST_SKIP() << "no data: " << file;
    }
    const auto source = load_source(file, "oscarp-10s-files.csv");
    ASSERT_TRUE(source);
    const auto table = parse_table(*source);
    ASSERT_TRUE(table);
    // 40 configurations, three rows each
    std::vector<std::size_t> groups;
    std::vector<std::size_t> rows(table->rows);
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    std::map<std::pair<double, double>, std::size_t> numbers;
    for (const std::size_t row : rows) {
        const std::pair key{table->find("cores")->numbers[row],
                            table->find("number_of_files")->numbers[row]};
        groups.push_back(numbers.emplace(key, numbers.size()).first->second);
    }
    ASSERT_EQ(numbers.size(), 40U);
    const TrainingConfig config = config_of(
        "[General]\ntechniques = ['LRRidge', 'SVR', 'RandomForest']\ny = runtime\n"
        "hp_selection = KFold\nfolds = 5\nvalidation = All\n[DataPreparation]\n"
        "inverse = ['cores']\nlog = ['cores']\nskip_columns = ['log(cores)']\n"
        "product_max_degree = 2\n[LRRidge]\nalpha = [0.01]\n[SVR]\nC = [10]\nepsilon = [0.01]\n"
        "gamma = [0.01]\nkernel = ['rbf']\n[RandomForest]\nn_estimators = [30]\n"
        "max_depth = [None]\nmin_samples_split = [2]\ntarget_transform = ['none']\n");
    std::map<Technique, std::pair<std::size_t, std::size_t>> inside; // and all
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        const auto splits =
            split_rows({SplitMethod::hold_out, 0.2, 0, seed, "validation"}, rows, groups);
        ASSERT_TRUE(splits);
        const Table fitted = rows_of(*table, splits->front().train);
        const Table judged = rows_of(*table, splits->front().test);
        CollectingReporter reporter;
        const auto report = train(fitted, config, {}, reporter);
        ASSERT_TRUE(report) << message_of(report.error());
        for (const TechniqueResult& result : report->techniques) {
            const auto predicted =
                predict_table(SourceFile("m", result.model.dump()), judged, 0.9, reporter);
            ASSERT_TRUE(predicted) << message_of(predicted.error());
            for (const PredictedRow& row : predicted->rows) {
                if (row.prediction.lower && row.prediction.upper) {
                    auto& [hits, all] = inside[result.technique];
                    ++all;
                    hits += *row.prediction.lower <= *row.real && *row.real <= *row.prediction.upper
                                ? std::size_t{1}
                                : 0;
                }
            }
        }
    }
    ASSERT_THAT(inside, SizeIs(3));
    for (const auto& [technique, counts] : inside) {
        const double coverage =
            static_cast<double>(counts.first) / static_cast<double>(counts.second);
        RecordProperty("coverage_" + to_string(technique), fmt::format("{:.3f}", coverage));
        EXPECT_GE(counts.second, 100U) << "most rows lie inside of the range";
        EXPECT_GE(coverage, 0.80) << to_string(technique);
        EXPECT_LE(coverage, 1.00) << to_string(technique);
    }
}

TEST(OddData, AConstantTargetIsPredictedAsItIs) {
    std::string csv = "cores,load,time\n";
    for (int i = 0; i < 24; ++i) {
        csv += fmt::format("{},{},7.5\n", 1 + i % 6, 1 + i % 4);
    }
    const TrainingReport report =
        trained(csv, general("'LRRidge', 'NNLS', 'Stepwise', 'DecisionTree', 'RandomForest', "
                             "'XGBoost', 'SVR', 'Dummy'"));
    for (const TechniqueResult& result : report.techniques) {
        ASSERT_TRUE(result.ok) << result.error;
        EXPECT_LT(result.training.mape, 0.01) << to_string(result.technique);
    }
    EXPECT_LT(report.techniques[report.best].selection_mape, 1e-9);
}

TEST(OddData, ConstantFeaturesAreDroppedAndDummyRemains) {
    std::string csv = "cores,warm,time\n";
    for (int i = 0; i < 12; ++i) {
        csv += fmt::format("2,1,{}\n", 5 + i % 3);
    }
    const TrainingReport report =
        trained(csv, general("'LRRidge', 'Dummy'", "group_split = False\n"));
    EXPECT_THAT(report.dropped_features, ElementsAre("cores", "warm"));
    EXPECT_THAT(report.prepared_features, IsEmpty());
    EXPECT_EQ(report.techniques[report.best].technique, Technique::dummy);
}

TEST(OddData, OneConfigurationIsSplitByRows) {
    std::string csv = "observed_throughput,cores,time\n";
    for (int i = 0; i < 20; ++i) {
        csv += fmt::format("{},4,{}\n", 1 + 0.1 * i, 9 - 0.1 * i);
    }
    CollectingReporter reporter;
    const auto report = train(table_of(csv), config_of(general("'LRRidge'")), {}, reporter);
    ASSERT_TRUE(report) << message_of(report.error());
    EXPECT_EQ(report->groups, 1U);
    std::set<std::string> codes;
    for (const Diagnostic& diagnostic : reporter.diagnostics()) {
        codes.insert(diagnostic.code);
    }
    EXPECT_THAT(codes, Contains("TRN026"));
}

/// Models of so many rows of a smooth function, with noise.
TrainingReport trained_on(std::size_t rows) {
    Random random(11);
    std::string csv = "a,b,c,time\n";
    for (std::size_t i = 0; i < rows; ++i) {
        const double a = 2 + noise(random);
        const double b = 2 + noise(random);
        const double c = 2 + noise(random);
        csv += fmt::format("{:.6f},{:.6f},{:.6f},{:.6f}\n", a, b, c,
                           (3 * a + b * b) * (1 + 0.01 * noise(random)));
    }
    return trained(csv, general("'LRRidge', 'DecisionTree', 'XGBoost'") +
                            "[LRRidge]\nalpha = [0.01]\n[DecisionTree]\nmax_depth = [6]\n"
                            "[XGBoost]\nn_estimators = [20]\nmax_depth = [4]\ngamma = [0]\n"
                            "target_transform = ['none']\n");
}

TEST(HopelessFits, AreToldAndPrintNothing) {
    std::string csv = "a,time\n";
    Random random(7);
    for (int i = 0; i < 8; ++i) {
        csv += fmt::format("{:.6f},{:.6f}\n", 2 + noise(random), 2 + noise(random));
    }
    const TrainingConfig config =
        config_of("[General]\ntechniques = ['SVR']\ny = time\nhp_selection = 'All'\n"
                  "validation = 'All'\n[DataPreparation]\nuse_columns = ['a']\n"
                  "[SVR]\nC = [1e9]\nepsilon = [0.001]\ngamma = [1]\nkernel = ['linear']\n"
                  "degree = [2]\n");
    CollectingReporter reporter;
    testing::internal::CaptureStderr();
    const auto report = train(table_of(csv), config, {}, reporter);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    ASSERT_TRUE(report) << message_of(report.error());
    std::vector<std::string> told;
    for (const Diagnostic& diagnostic : reporter.diagnostics()) {
        if (diagnostic.code == "TRN035") {
            told.push_back(diagnostic.message);
        }
    }
    EXPECT_THAT(told, ElementsAre(HasSubstr("SVR: libsvm gave up after 10000000 steps with C")));
}

TEST(Extrapolation, IsAllowedWhereTheConfigurationSaysSo) {
    const std::string data = "[DataPreparation]\nuse_columns = ['load']\n[LRRidge]\nalpha = [0]\n"
                             "relative_weights = [False]\n";
    std::string csv = "load,time\n";
    for (int i = 0; i < 24; ++i) {
        csv += fmt::format("{},{}\n", 1 + i / 2, 2 + 3 * (1 + i / 2));
    }
    const auto predict = [&](const std::string& policy, double load) {
        const TrainingReport report = trained(csv, general("'LRRidge'", policy) + data);
        const auto model =
            perf::parse_model(SourceFile("m", report.techniques.front().model.dump()));
        EXPECT_TRUE(model);
        const std::vector<double> inputs{load};
        return (*model)->predict(inputs, 0.8);
    };
    const perf::Prediction free = predict("extrapolation = allow\n", 100);
    EXPECT_NEAR(free.value, 302, 1e-6);
    EXPECT_FALSE(free.inside_domain);
    EXPECT_FALSE(free.saturated);
    EXPECT_THAT(free.clamped, IsEmpty());
    EXPECT_THAT(free.extrapolated, testing::ElementsAre("load"));
    EXPECT_FALSE(free.upper);
    EXPECT_NEAR(predict("", 15).value, 47, 1e-6);
    EXPECT_NEAR(predict("", 100).value, 2 + 3 * 17.5, 1e-6) << "half of the range beyond its end";
    EXPECT_NEAR(predict("extrapolation = allow\n", -50).value, 5, 1e-6) << "the smallest target";
    EXPECT_TRUE(predict("extrapolation = allow\n", 6).inside_domain);
}

TEST(ManyRows, GiveModelsThatDoNotGrowWithThem) {
    const TrainingReport few = trained_on(1'000);
    const TrainingReport many = trained_on(10'000);
    EXPECT_EQ(many.rows, 10'000U);
    for (std::size_t i = 0; i < 3; ++i) {
        ASSERT_TRUE(many.techniques[i].ok) << many.techniques[i].error;
        EXPECT_LT(many.techniques[i].validation.mape, 0.2);
        const auto& model = many.techniques[i].model;
        EXPECT_LE(model["interval"]["scores"].size(), 200U);
        EXPECT_FALSE(model["domain"]["a"].contains("values")) << "at most 64 are listed";
        EXPECT_LT(model.dump().size(), 2 * few.techniques[i].model.dump().size());
    }
}

TEST(OnnxExports, TellWhatTheyCannotHold) {
    const nlohmann::ordered_json model{{"technique", "Dummy"},
                                       {"target", "time"},
                                       {"inputs", nlohmann::ordered_json::array()},
                                       {"derived", nlohmann::ordered_json::array()},
                                       {"features", nlohmann::ordered_json::array()},
                                       {"scaling", nullptr},
                                       {"model", {{"value", 1e300}}},
                                       {"domain", nlohmann::ordered_json::object()},
                                       {"min_target", 1.0}};
    const auto bytes = to_onnx(model);
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().diagnostics.front().code, "TRN064");
    EXPECT_THAT(message_of(bytes.error()), HasSubstr("1e+300 is too large"));
}

TEST(ModelFolders, HoldWhatIsAskedFor) {
    const ScratchDirectory scratch;
    const std::string ini = "; mine\n" + general("'LRRidge', 'Dummy'", "run_num = 2\n");
    const TrainingReport report = trained(measurements(), ini);
    const auto folder = scratch.path() / "models";
    FolderOptions options;
    options.added = {{"output", "\"models\""}, {"j", "4"}};
    options.onnx = true;
    options.experiments = true;
    ASSERT_TRUE(write_model_folder(folder, report, ini, "csv", options));
    EXPECT_THAT(read_file(folder / "best.onnx").value(), Not(IsEmpty()));
    const std::string enriched = read_file(folder / "configuration_enriched.ini").value();
    EXPECT_THAT(enriched, HasSubstr("; mine\n[General]\noutput = \"models\"\nj = 4\ntechniques"));
    CollectingReporter reporter;
    EXPECT_TRUE(parse_config(SourceFile("e.ini", enriched), reporter));
    EXPECT_THAT(reporter.diagnostics(), IsEmpty());
    const auto log =
        nlohmann::json::parse(read_file(folder / "run_1" / "HoldOut" / "LRRidge.json").value());
    EXPECT_EQ(log["name"], "run_1/HoldOut");
    EXPECT_EQ(log["validation"]["mape"], report.techniques[0].experiments[1].validation.mape);
    // a training that was broken off is no obstacle
    ASSERT_TRUE(remove_tree(folder / "done"));
    EXPECT_TRUE(write_model_folder(folder, report, ini, "csv"));
    EXPECT_FALSE(std::filesystem::exists(folder / "run_1"));
    EXPECT_FALSE(std::filesystem::exists(folder / "best.onnx"));
}

} // namespace
} // namespace aisprint::training
