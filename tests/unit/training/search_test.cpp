// SPDX-License-Identifier: Apache-2.0
// What is tried both ways without being asked for: logarithms of the target, weights of Stepwise.
#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "evaluator.hpp"
#include "random.hpp"
#include "search.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace aisprint::training {
namespace {

using testing::SizeIs;

/// Rows of x and y, where y = f(x) times a factor of noise around 1.
template <class Function>
Table table_of(const Function& f, double noise) {
    Random random(1);
    std::string csv = "x,y\n";
    for (std::size_t i = 0; i < 120; ++i) {
        const auto x = static_cast<double>(i % 24 + 1);
        csv += fmt::format("{},{}\n", x, f(x) * (1 + noise * (2 * random.unit() - 1)));
    }
    return *parse_table(SourceFile("table.csv", csv));
}

TrainingConfig config_of(const std::string& technique, const std::string& sections) {
    CollectingReporter reporter;
    const auto config = parse_config(
        SourceFile("c.ini", "[General]\ntechniques = ['" + technique +
                                "']\ny = 'y'\nhp_selection = KFold\nfolds = 5\n"
                                "validation = All\n[DataPreparation]\ninput_path = 'table.csv'\n" +
                                sections),
        reporter);
    EXPECT_TRUE(config.has_value());
    return *config;
}

/// What a search finds, and what it looked at.
struct Found {
    Scored chosen;
    std::vector<Scored> all;

    /// The best trial with this value.
    [[nodiscard]] Score best_with(const std::string& name, const ParameterValue& value) const {
        Score best;
        for (const Scored& scored : all) {
            if (scored.trial.parameters.at(name) == value &&
                (!best.ok || scored.score.mape < best.mape)) {
                best = scored.score;
            }
        }
        return best;
    }
};

Found search_in(const Table& table, const TrainingConfig& config, Technique technique) {
    CollectingReporter reporter;
    const auto data = prepare(table, config, reporter);
    EXPECT_TRUE(data.has_value());
    const TrainOptions options;
    const Campaign campaign{config, *data, options};
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < data->rows(); ++i) {
        rows.push_back(i);
    }
    const auto folds = split_rows({SplitMethod::k_fold, 0, 5, 11, "test"}, rows, {});
    EXPECT_TRUE(folds.has_value());
    const Evaluator evaluator(campaign, technique, *folds, 5);
    std::vector<Trial> trials;
    for (const SearchSpace& space : search_spaces(config, technique)) {
        trials.push_back({space.fixed, {0}});
    }
    return {search(evaluator, {0}, std::nullopt), evaluator.evaluate(std::move(trials))};
}

const std::string k_none = "none";
const std::string k_log = "log";

TEST(Searches, TakeLogarithmsThatAreClearlyBetter) {
    const Table table = table_of([](double x) { return std::exp(x / 2); }, 0.02);
    const Found found =
        search_in(table, config_of("DecisionTree", "[DecisionTree]\nmax_depth = [2, 3]\n"),
                  Technique::decision_tree);
    ASSERT_THAT(found.all, SizeIs(4));
    EXPECT_EQ(found.chosen.trial.parameters.at("target_transform"), ParameterValue(k_log));
    EXPECT_EQ(found.chosen.score.mape, found.best_with("target_transform", k_log).mape);
}

TEST(Searches, LeaveLogarithmsThatAreBetterByLuck) {
    const Table table = table_of([](double x) { return x > 12 ? 20.0 : 10.0; }, 0.3);
    const Found found = search_in(table,
                                  config_of("DecisionTree", "[DecisionTree]\nmax_depth = [1]\n"
                                                            "min_samples_split = [2]\n"),
                                  Technique::decision_tree);
    const Score none = found.best_with("target_transform", k_none);
    const Score log = found.best_with("target_transform", k_log);
    EXPECT_LT(log.mape, none.mape);
    EXPECT_EQ(found.chosen.trial.parameters.at("target_transform"), ParameterValue(k_none));
    EXPECT_EQ(found.chosen.score.mape, none.mape);
}

TEST(Searches, TryOnlyWhatIsGiven) {
    const Table table = table_of([](double x) { return std::exp(x / 2); }, 0.02);
    for (const char* section : {"[DecisionTree]\ntarget_transform = ['none']\n",
                                "[DecisionTree]\ntarget_transform = ['log']\n"}) {
        EXPECT_THAT(search_spaces(config_of("DecisionTree", section), Technique::decision_tree),
                    SizeIs(1));
    }
    TrainingConfig compatible = config_of("Stepwise", "");
    EXPECT_THAT(search_spaces(compatible, Technique::stepwise), SizeIs(2));
    compatible.compatible = true;
    EXPECT_THAT(search_spaces(compatible, Technique::stepwise), SizeIs(1));
    EXPECT_THAT(search_spaces(config_of("LRRidge", ""), Technique::lr_ridge), SizeIs(1));
}

TEST(Searches, WeightStepwiseWhereErrorsAreRelative) {
    const Table table = table_of([](double x) { return x; }, 0.5);
    const Found found = search_in(table, config_of("Stepwise", ""), Technique::stepwise);
    EXPECT_EQ(found.chosen.trial.parameters.at("relative_weights"), ParameterValue(true));
}

} // namespace
} // namespace aisprint::training
