// SPDX-License-Identifier: Apache-2.0
// Trials that share a fit: what a part of the largest model gives is what its own fit would give.
#include "families.hpp"
#include "random.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace aisprint::training {
namespace {

using testing::SizeIs;

struct Data {
    Matrix features;
    std::vector<double> target;
};

Data make_data() {
    constexpr std::size_t k_rows = 90;
    Data data{Matrix(k_rows, 3), {}};
    Random random(7);
    for (std::size_t i = 0; i < k_rows; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            data.features.at(i, j) = static_cast<double>(random.below(12)) + 1;
        }
        data.target.push_back(data.features.at(i, 0) * data.features.at(i, 1) +
                              static_cast<double>(random.below(5)));
    }
    return data;
}

std::vector<Trial> trials_of(const std::vector<Parameters>& parameters) {
    std::vector<Trial> trials;
    for (const Parameters& own : parameters) {
        trials.push_back({own, {0, 1, 2}});
    }
    return trials;
}

/// Every member of every family predicts the same numbers as a fit of its own.
void expect_equal_predictions(Technique technique, const std::vector<Trial>& trials) {
    const Data data = make_data();
    std::size_t members = 0;
    for (const Family& family : families_of(technique, trials)) {
        const auto largest =
            fit(technique, data.features, data.target, family.largest.parameters, {.seed = 3});
        ASSERT_TRUE(largest);
        for (const Member& member : family.members) {
            const auto own = fit(technique, data.features, data.target,
                                 trials[member.trial].parameters, {.seed = 3});
            ASSERT_TRUE(own);
            ++members;
            const auto together = (*largest)->predict_rows_by_part(data.features, member.part);
            ASSERT_THAT(together, SizeIs(data.features.rows()));
            for (std::size_t i = 0; i < data.features.rows(); ++i) {
                const auto row = data.features.row(i);
                ASSERT_EQ((*largest)->predict_by_part(row, member.part), (*own)->predict(row))
                    << to_string(technique) << ", trial " << member.trial << ", row " << i;
                ASSERT_EQ(together[i], (*own)->predict(row))
                    << to_string(technique) << ", trial " << member.trial << ", row " << i;
            }
        }
    }
    EXPECT_EQ(members, trials.size());
}

TEST(Families, OfBoostedTreesShareFitsOfMoreRounds) {
    const auto trials = trials_of({{{"n_estimators", 20.0}, {"max_depth", 3.0}},
                                   {{"n_estimators", 60.0}, {"max_depth", 3.0}},
                                   {{"n_estimators", 7.0}, {"max_depth", 3.0}},
                                   {{"n_estimators", 60.0}, {"max_depth", 2.0}}});
    const auto families = families_of(Technique::xgboost, trials);
    ASSERT_THAT(families, SizeIs(2));
    EXPECT_THAT(families[0].members, SizeIs(3));
    expect_equal_predictions(Technique::xgboost, trials);
}

TEST(Families, OfForestsShareFitsOfMoreAndDeeperTrees) {
    const auto trials = trials_of({{{"n_estimators", 4.0}, {"max_depth", 5.0}},
                                   {{"n_estimators", 9.0}, {"max_depth", 2.0}},
                                   {{"n_estimators", 2.0}, {"max_depth", ParameterValue{}}},
                                   {{"n_estimators", 9.4}}});
    const auto families = families_of(Technique::random_forest, trials);
    ASSERT_THAT(families, SizeIs(1));
    expect_equal_predictions(Technique::random_forest, trials);
}

TEST(Families, OfTreesShareFitsOfDeeperOnes) {
    const auto trials = trials_of({{{"max_depth", 2.0}},
                                   {{"max_depth", 6.0}},
                                   {},
                                   {{"max_depth", 6.0}, {"criterion", std::string("mae")}},
                                   {{"max_depth", 1.0}, {"criterion", std::string("mae")}}});
    EXPECT_THAT(families_of(Technique::decision_tree, trials), SizeIs(2));
    expect_equal_predictions(Technique::decision_tree, trials);
}

TEST(Families, OfForestsThatDrawFeaturesShareFitsOfDeeperTrees) {
    const auto trials = trials_of({{{"max_depth", 2.0}, {"max_features", 2.0}},
                                   {{"max_depth", 6.0}, {"max_features", 2.0}},
                                   {{"max_depth", 6.0}, {"max_features", 1.0}}});
    EXPECT_THAT(families_of(Technique::random_forest, trials), SizeIs(2));
    expect_equal_predictions(Technique::random_forest, trials);
    EXPECT_THAT(families_of(Technique::decision_tree, trials), SizeIs(2));
    expect_equal_predictions(Technique::decision_tree, trials);
}

TEST(Families, OfSupportVectorsShareWhatTheirKernelDoesNotSee) {
    const auto trials =
        trials_of({{{"kernel", std::string("linear")}, {"gamma", 0.1}},
                   {{"kernel", std::string("linear")}, {"gamma", 1.0}},
                   {{"kernel", std::string("linear")}, {"degree", 3.0}},
                   {{"kernel", std::string("rbf")}, {"gamma", 0.1}},
                   {{"kernel", std::string("rbf")}, {"gamma", 1.0}},
                   {{"kernel", std::string("rbf")}, {"gamma", 1.0}, {"degree", 3.0}},
                   {{"kernel", std::string("poly")}, {"gamma", 0.1}},
                   {{"kernel", std::string("poly")}, {"gamma", 1.0}}});
    EXPECT_THAT(families_of(Technique::svr, trials), SizeIs(5));
    expect_equal_predictions(Technique::svr, trials);
    // each of these has an error of its own to tell
    const auto broken = trials_of({{{"kernel", std::string("linear")}, {"gamma", -1.0}},
                                   {{"kernel", std::string("linear")}, {"gamma", 1.0}},
                                   {{"kernel", std::string("linear")}, {"degree", 99.0}},
                                   {{"kernel", std::string("cubic")}, {"gamma", 0.1}},
                                   {{"kernel", 3.0}}});
    EXPECT_THAT(families_of(Technique::svr, broken), SizeIs(5));
}

TEST(Families, KeepApartWhatCannotBeFittedOrHasNoParts) {
    const auto broken = trials_of({{{"n_estimators", 0.0}}, {{"n_estimators", 5.0}}});
    EXPECT_THAT(families_of(Technique::xgboost, broken), SizeIs(2));
    std::vector<Trial> others = trials_of({{{"n_estimators", 5.0}}, {{"n_estimators", 6.0}}});
    others[1].features = {0, 1};
    EXPECT_THAT(families_of(Technique::xgboost, others), SizeIs(2));
    EXPECT_THAT(families_of(Technique::svr, trials_of({{{"C", 1.0}}, {{"C", 2.0}}})), SizeIs(2));
}

} // namespace
} // namespace aisprint::training
