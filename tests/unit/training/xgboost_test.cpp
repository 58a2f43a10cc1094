// SPDX-License-Identifier: Apache-2.0
// XGBoost models against the library that they come from.
#include "random.hpp"
#include "sample.hpp"

#include <xgboost/c_api.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace aisprint::training {
namespace {

struct Data {
    Matrix features;
    std::vector<double> target;
};

Data random_data(std::size_t rows, std::uint64_t seed) {
    Random random(seed);
    Data data{Matrix(rows, 3), {}};
    for (std::size_t i = 0; i < rows; ++i) {
        data.features.at(i, 0) = 1 + 31 * random.unit();
        data.features.at(i, 1) = 1000 * random.unit() - 500;
        data.features.at(i, 2) = static_cast<double>(random.below(4));
        data.target.push_back(20 / data.features.at(i, 0) + data.features.at(i, 2) +
                              std::abs(data.features.at(i, 1)) / 100 + 0.3 * random.unit());
    }
    return data;
}

/// What the library predicts for the rows with a model that it saved.
std::vector<float> library_predictions(const std::string& model, const Matrix& features) {
    std::vector<float> values;
    for (std::size_t i = 0; i < features.rows(); ++i) {
        for (const double value : features.row(i)) {
            values.push_back(static_cast<float>(value));
        }
    }
    BoosterHandle booster = nullptr;
    EXPECT_EQ(XGBoosterCreate(nullptr, 0, &booster), 0);
    EXPECT_EQ(XGBoosterLoadModelFromBuffer(booster, model.data(), model.size()), 0)
        << XGBGetLastError();
    EXPECT_EQ(XGBoosterSetParam(booster, "nthread", "1"), 0);
    DMatrixHandle matrix = nullptr;
    EXPECT_EQ(XGDMatrixCreateFromMat(values.data(), features.rows(), features.columns(),
                                     std::numeric_limits<float>::quiet_NaN(), &matrix),
              0);
    bst_ulong length = 0;
    const float* predicted = nullptr;
    EXPECT_EQ(XGBoosterPredict(booster, matrix, 0, 0, 0, &length, &predicted), 0);
    std::vector<float> found(predicted, predicted + length);
    XGDMatrixFree(matrix);
    XGBoosterFree(booster);
    return found;
}

TEST(XGBoost, OwnEvaluationEqualsTheLibrarys) {
    const Data data = random_data(150, 1);
    const Data queries = random_data(500, 2);
    const std::vector<Parameters> all{
        {{"max_depth", 3.0}, {"n_estimators", 200.0}, {"gamma", 0.0}},
        {{"max_depth", 100.0}, {"n_estimators", 300.0}, {"gamma", 0.25}},
        {{"max_depth", 6.0}, {"learning_rate", 1.0}, {"alpha", 1.0}, {"lambda", 0.0}},
        {{"max_depth", 4.0}, {"min_child_weight", 10.0}, {"n_estimators", 1.0}}};
    for (const Parameters& parameters : all) {
        const auto regressor =
            fit(Technique::xgboost, data.features, data.target, parameters, {.seed = 3});
        ASSERT_TRUE(regressor);
        const std::string saved = (*regressor)->to_json().dump();
        const std::vector<float> expected = library_predictions(saved, queries.features);
        ASSERT_EQ(expected.size(), 500U);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const double found = (*regressor)->predict(queries.features.row(i));
            EXPECT_NEAR(found, static_cast<double>(expected[i]), 1e-6 * std::abs(found));
        }
    }
}

/// Where the data speak against it, too.
TEST(XGBoost, HeedsMonotoneConstraints) {
    const Data data = random_data(300, 5);
    for (const char* transform : {"none", "log"}) {
        const Parameters parameters{{"max_depth", 4.0},
                                    {"gamma", 0.0},
                                    {"n_estimators", 100.0},
                                    {"target_transform", std::string(transform)}};
        const auto rises = [&](const std::vector<int>& monotone) {
            const auto regressor = fit(Technique::xgboost, data.features, data.target, parameters,
                                       {.monotone = monotone});
            EXPECT_TRUE(regressor);
            std::size_t count = 0;
            for (std::size_t i = 0; i < 300; ++i) {
                std::vector<double> row(data.features.row(i).begin(), data.features.row(i).end());
                double before = (*regressor)->predict(row);
                for (int step = 0; step < 20; ++step) {
                    row[0] += 0.7;
                    const double after = (*regressor)->predict(row);
                    count += after > before ? 1U : 0U;
                    before = after;
                }
            }
            return count;
        };
        EXPECT_EQ(rises({-1, 0, 0}), 0U) << transform;
        EXPECT_GT(rises({}), 0U) << transform;
    }
}

TEST(XGBoost, PrunedTreesLoad) {
    const Data data = random_data(100, 8);
    const auto regressor =
        fit(Technique::xgboost, data.features, data.target, {{"gamma", 5.0}}, {});
    ASSERT_TRUE(regressor);
    const auto loaded =
        perf::parse_model(SourceFile("model.json", model_file(Technique::xgboost, **regressor, 3)));
    ASSERT_TRUE(loaded) << loaded.error().diagnostics.front().message;
    for (std::size_t i = 0; i < 100; ++i) {
        EXPECT_EQ((*loaded)->predict(data.features.row(i), 0).value,
                  (*regressor)->predict(data.features.row(i)));
    }
}

/// The library predicts many rows at once but for numbers that are none in single precision.
TEST(Xgboost, PredictsManyRowsAsOneByOne) {
    Matrix features(40, 2);
    std::vector<double> target;
    for (std::size_t i = 0; i < features.rows(); ++i) {
        features.at(i, 0) = static_cast<double>(i % 8) / 3;
        features.at(i, 1) = static_cast<double>(i / 8) / 7;
        target.push_back(5 + features.at(i, 0) * features.at(i, 1) +
                         0.1 / (1.0 + static_cast<double>(i)));
    }
    for (const char* transform : {"none", "log"}) {
        const auto model = fit(
            Technique::xgboost, features, target,
            {{"n_estimators", 50.0}, {"gamma", 0.0}, {"target_transform", std::string(transform)}},
            {.seed = 2});
        ASSERT_TRUE(model);
        Matrix rows = features;
        for (const double last : {1.5, 1e300, -1e300}) {
            rows.at(39, 1) = last;
            const auto values = (*model)->predict_rows_by_part(rows, Part());
            for (std::size_t i = 0; i < rows.rows(); ++i) {
                EXPECT_EQ(values.at(i), (*model)->predict(rows.row(i))) << transform << " " << i;
            }
        }
    }
}

} // namespace
} // namespace aisprint::training
