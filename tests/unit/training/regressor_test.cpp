// SPDX-License-Identifier: Apache-2.0
#include "sample.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

namespace aisprint::training {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

constexpr Technique k_all[] = {
    Technique::dummy, Technique::nnls,          Technique::lr_ridge,      Technique::stepwise,
    Technique::svr,   Technique::decision_tree, Technique::random_forest, Technique::xgboost};

struct Data {
    Matrix features;
    std::vector<double> target;
};

/// Times of a job on 1 to 12 cores under 8 loads, with a wave in place of noise.
Data times() {
    Data data{Matrix(96, 4), {}};
    for (std::size_t i = 0; i < 96; ++i) {
        const double cores = static_cast<double>(i % 12) + 1;
        const double load = 0.1 * static_cast<double>(i / 12) + 0.05;
        data.features.at(i, 0) = cores;
        data.features.at(i, 1) = load;
        data.features.at(i, 2) = 1 / cores;
        data.features.at(i, 3) = load / cores;
        data.target.push_back(0.3 + 4 / cores + 2 * load / cores +
                              0.05 * std::sin(static_cast<double>(i)));
    }
    return data;
}

std::unique_ptr<Regressor> fitted(Technique technique,
                                  const Data& data,
                                  const Parameters& parameters = {},
                                  const FitOptions& options = {}) {
    auto result = fit(technique, data.features, data.target, parameters, options);
    if (!result) {
        ADD_FAILURE() << to_string(technique) << ": " << result.error().diagnostics.front().message;
        return nullptr;
    }
    return std::move(*result);
}

std::vector<Diagnostic>
errors_of(Technique technique, const Data& data, const Parameters& parameters = {}) {
    const auto result = fit(technique, data.features, data.target, parameters, {});
    EXPECT_FALSE(result) << to_string(technique);
    return result ? std::vector<Diagnostic>{} : result.error().diagnostics;
}

double mape(const Regressor& regressor, const Data& data) {
    double sum = 0;
    for (std::size_t i = 0; i < data.target.size(); ++i) {
        sum += std::abs(regressor.predict(data.features.row(i)) / data.target[i] - 1);
    }
    return sum / static_cast<double>(data.target.size());
}

/// Settings with which each technique has something to learn.
Parameters useful(Technique technique) {
    switch (technique) {
    case Technique::svr:
        return {{"kernel", "rbf"s}, {"C", 10.0}, {"epsilon", 0.01}, {"gamma", "scale"s}};
    case Technique::decision_tree:
        return {{"max_depth", 6.0}};
    case Technique::random_forest:
        return {{"max_depth", 6.0}, {"n_estimators", 20.0}, {"max_features", 0.5}};
    case Technique::xgboost:
        return {{"gamma", 0.0}, {"max_depth", 3.0}, {"n_estimators", 60.0}};
    default:
        return {};
    }
}

/// The same bits from the regressor and from the model file made of it, also between the rows.
void expect_survives_file(Technique technique,
                          const Data& data,
                          const Parameters& parameters,
                          const FitOptions& options = {}) {
    const auto regressor = fitted(technique, data, parameters, options);
    ASSERT_TRUE(regressor);
    const std::size_t width = data.features.columns();
    const SourceFile file("model.json", model_file(technique, *regressor, width));
    const auto loaded = perf::parse_model(file);
    ASSERT_TRUE(loaded) << loaded.error().diagnostics.front().message;
    ASSERT_EQ((*loaded)->inputs().size(), width);
    std::size_t compared = 0;
    for (std::size_t i = 0; i < data.features.rows(); ++i) {
        for (const double factor : {1.0, 1.037}) {
            std::vector<double> row(data.features.row(i).begin(), data.features.row(i).end());
            for (double& value : row) {
                value *= factor;
            }
            const double here = regressor->predict(row);
            if (here <= 0) {
                continue; // a file's model gives the smallest target instead
            }
            const double there = (*loaded)->predict(row, 0).value;
            EXPECT_EQ(std::memcmp(&here, &there, sizeof here), 0)
                << to_string(technique) << " row " << i << ": " << here << " and " << there;
            ++compared;
        }
    }
    EXPECT_GT(compared, data.features.rows());
}

TEST(Regressors, SurviveTheModelFileBitByBit) {
    const Data data = times();
    for (const Technique technique : k_all) {
        SCOPED_TRACE(to_string(technique));
        Parameters parameters = useful(technique);
        expect_survives_file(technique, data, parameters);
        expect_survives_file(technique, data, parameters, {.normalize = true});
        expect_survives_file(technique, data, parameters, {.compatible = true});
        parameters["target_transform"] = "log"s;
        expect_survives_file(technique, data, parameters);
        expect_survives_file(technique, data, parameters, {.normalize = true});
    }
    for (const char* kernel : {"linear", "poly", "sigmoid"}) {
        SCOPED_TRACE(kernel);
        expect_survives_file(Technique::svr, data,
                             {{"kernel", std::string(kernel)}, {"C", 1.0}, {"gamma", 0.1}});
    }
    expect_survives_file(Technique::decision_tree, data, {{"criterion", "mae"s}});
}

TEST(Regressors, LearnWhatIsThere) {
    const Data data = times();
    const std::map<Technique, double> most{
        {Technique::dummy, 1.5},         {Technique::nnls, 0.05},
        {Technique::lr_ridge, 0.05},     {Technique::stepwise, 0.05},
        {Technique::svr, 0.06},          {Technique::decision_tree, 0.06},
        {Technique::random_forest, 0.1}, {Technique::xgboost, 0.06}};
    for (const auto& [technique, allowed] : most) {
        const auto regressor = fitted(technique, data, useful(technique));
        ASSERT_TRUE(regressor);
        EXPECT_LT(mape(*regressor, data), allowed) << to_string(technique);
    }
}

TEST(Regressors, SameSeedSameBytes) {
    const Data data = times();
    for (const Technique technique : k_all) {
        const FitOptions options{.seed = 17};
        const auto first = fitted(technique, data, useful(technique), options);
        const auto second = fitted(technique, data, useful(technique), options);
        EXPECT_EQ(first->to_json().dump(), second->to_json().dump()) << to_string(technique);
    }
    const Parameters forest = useful(Technique::random_forest);
    EXPECT_NE(fitted(Technique::random_forest, data, forest, {.seed = 1})->to_json(),
              fitted(Technique::random_forest, data, forest, {.seed = 2})->to_json());
}

TEST(Regressors, RelativeWeightsLowerRelativeErrors) {
    Data data = times();
    for (std::size_t i = 0; i < data.target.size(); ++i) {
        data.target[i] *= data.target[i] * data.target[i]; // what no linear model fits
    }
    for (const Technique technique : {Technique::nnls, Technique::lr_ridge, Technique::stepwise}) {
        SCOPED_TRACE(to_string(technique));
        const double relative = mape(*fitted(technique, data), data);
        const double plain = mape(*fitted(technique, data, {{"relative_weights", false}}), data);
        EXPECT_LT(relative, 0.8 * plain);
        EXPECT_EQ(fitted(technique, data, {{"relative_weights", true}})->to_json(),
                  fitted(technique, data)->to_json());
    }
}

TEST(Regressors, LogarithmsKeepPredictionsPositive) {
    const Data data = times();
    for (const Technique technique : k_all) {
        Parameters parameters = useful(technique);
        parameters["target_transform"] = "log"s;
        const auto regressor = fitted(technique, data, parameters);
        EXPECT_EQ(regressor->target_transform(), "log");
        const std::vector<double> far{1000, 5, -3, 17};
        EXPECT_GT(regressor->predict(far), 0) << to_string(technique);
    }
}

TEST(Regressors, TakeAConstantTarget) {
    Data data = times();
    std::ranges::fill(data.target, 2.5);
    for (const Technique technique : k_all) {
        for (const bool normalize : {false, true}) {
            const auto regressor =
                fitted(technique, data, useful(technique), {.normalize = normalize});
            ASSERT_TRUE(regressor);
            // XGBoost comes from 0.5 in steps of a tenth of the way.
            const double allowed = technique == Technique::xgboost ? 0.1 : 1e-9;
            EXPECT_NEAR(regressor->predict(data.features.row(5)), 2.5, allowed)
                << to_string(technique);
        }
        expect_survives_file(technique, data, useful(technique));
    }
}

TEST(Regressors, TakeFeaturesThatAreAllConstant) {
    Data data = times();
    for (std::size_t i = 0; i < data.features.rows(); ++i) {
        for (std::size_t j = 0; j < data.features.columns(); ++j) {
            data.features.at(i, j) = 0.1 * static_cast<double>(j + 1);
        }
    }
    const double mean = std::accumulate(data.target.begin(), data.target.end(), 0.0) / 96;
    for (const Technique technique : k_all) {
        const auto regressor = fitted(technique, data, useful(technique), {.compatible = true});
        ASSERT_TRUE(regressor);
        const double found = regressor->predict(data.features.row(0));
        EXPECT_TRUE(std::isfinite(found));
        if (technique != Technique::svr) { // which goes for the median
            EXPECT_NEAR(found, mean, 0.05 * mean) << to_string(technique);
        }
    }
}

TEST(Regressors, TakeTwoRows) {
    Data data{Matrix(2, 1), {1.0, 3.0}};
    data.features.at(1, 0) = 1;
    for (const Technique technique : k_all) {
        const auto regressor = fitted(technique, data, useful(technique));
        ASSERT_TRUE(regressor);
        EXPECT_TRUE(std::isfinite(regressor->predict(data.features.row(0))));
    }
}

TEST(Regressors, RefuseDataThatTheyCannotTake) {
    for (const Technique technique : k_all) {
        SCOPED_TRACE(to_string(technique));
        const Data one{Matrix(1, 1), {1.0}};
        EXPECT_EQ(errors_of(technique, one).front().code, "TRN032");
        Data holes = times();
        holes.features.at(7, 2) = std::numeric_limits<double>::quiet_NaN();
        holes.target[9] = std::numeric_limits<double>::infinity();
        const auto errors = errors_of(technique, holes);
        ASSERT_EQ(errors.size(), 2U);
        EXPECT_THAT(errors[0].message, HasSubstr("feature 3 of row 8 is nan"));
        EXPECT_THAT(errors[1].message, HasSubstr("target of row 10 is inf"));
        Data zero = times();
        zero.target[4] = 0;
        const auto logs = errors_of(technique, zero, {{"target_transform", "log"s}});
        ASSERT_EQ(logs.size(), 1U);
        EXPECT_EQ(logs.front().code, "TRN033");
        EXPECT_THAT(logs.front().message, HasSubstr("row 5 is 0"));
    }
    Data huge = times();
    huge.features.at(3, 1) = 1e60;
    EXPECT_THAT(errors_of(Technique::xgboost, huge).front().message,
                HasSubstr("row 4 holds a number above 3.4e+38"));
    const Data none{Matrix(3, 0), {1, 2, 3}};
    EXPECT_EQ(errors_of(Technique::lr_ridge, none).front().code, "TRN032");
    EXPECT_DOUBLE_EQ(fitted(Technique::dummy, none)->predict({}), 2);
}

TEST(Regressors, TargetsOfZeroCountAsSmallOnes) {
    Data data = times();
    data.target[0] = 0;
    data.target[1] = -1e-9;
    for (const Technique technique : {Technique::nnls, Technique::lr_ridge, Technique::stepwise}) {
        const auto regressor = fitted(technique, data);
        ASSERT_TRUE(regressor);
        EXPECT_TRUE(std::isfinite(regressor->predict(data.features.row(30))));
    }
}

TEST(Regressors, TellEveryWrongParameterAtOnce) {
    const auto errors = errors_of(Technique::xgboost, times(),
                                  {{"learning_rate", 0.0},
                                   {"max_depth", "deep"s},
                                   {"lambda", -1.0},
                                   {"n_estimator", 3.0},
                                   {"target_transform", "root"s}});
    std::string text;
    for (const Diagnostic& error : errors) {
        text += error.code + " " + error.message + " | " + error.hint + "\n";
    }
    EXPECT_EQ(errors.size(), 5U) << text;
    EXPECT_THAT(text,
                HasSubstr("TRN030 XGBoost has no hyper-parameter 'n_estimator'; it has alpha"));
    EXPECT_THAT(text, HasSubstr("did you mean 'n_estimators'?"));
    EXPECT_THAT(text, HasSubstr("TRN031 'learning_rate' of XGBoost is 0; it must be a number, "
                                "above 0 and at most 1"));
    EXPECT_THAT(text, HasSubstr("'max_depth' of XGBoost is 'deep'; it must be a whole number from "
                                "1 to 10000"));
    EXPECT_THAT(text, HasSubstr("'lambda' of XGBoost is -1; it must be a number, at least 0"));
    EXPECT_THAT(text, HasSubstr("'target_transform' of XGBoost is 'root'; it must be one of none, "
                                "log"));
}

TEST(Regressors, RefuseValuesOutOfRange) {
    struct Case {
        Technique technique;
        const char* name;
        ParameterValue value;
    };
    const std::vector<Case> cases{{Technique::lr_ridge, "alpha", -0.1},
                                  {Technique::lr_ridge, "alpha", "loguniform(0.01,1)"s},
                                  {Technique::lr_ridge, "relative_weights", 1.0},
                                  {Technique::nnls, "lasso", -1.0},
                                  {Technique::nnls, "fit_intercept", "yes"s},
                                  {Technique::stepwise, "p_to_add", 0.0},
                                  {Technique::stepwise, "p_to_remove", 1.0},
                                  {Technique::stepwise, "max_iter", 0.0},
                                  {Technique::svr, "C", 0.0},
                                  {Technique::svr, "epsilon", -1.0},
                                  {Technique::svr, "kernel", "cubic"s},
                                  {Technique::svr, "gamma", 0.0},
                                  {Technique::svr, "gamma", "wide"s},
                                  {Technique::svr, "degree", 0.0},
                                  {Technique::decision_tree, "criterion", "gini"s},
                                  {Technique::decision_tree, "max_depth", 0.0},
                                  {Technique::decision_tree, "max_features", 0.0},
                                  {Technique::decision_tree, "max_features", "most"s},
                                  {Technique::decision_tree, "min_samples_split", 0.0},
                                  {Technique::decision_tree, "min_samples_leaf", -1.0},
                                  {Technique::random_forest, "n_estimators", 0.0},
                                  {Technique::xgboost, "gamma", -1.0},
                                  {Technique::xgboost, "min_child_weight", ParameterValue{}}};
    const Data data = times();
    for (const Case& wrong : cases) {
        const auto errors = errors_of(wrong.technique, data, {{wrong.name, wrong.value}});
        ASSERT_EQ(errors.size(), 1U) << wrong.name;
        EXPECT_EQ(errors.front().code, "TRN031");
        EXPECT_THAT(errors.front().message, HasSubstr("'"s + wrong.name + "' of "));
    }
}

TEST(Regressors, EveryDefaultIsAllowed) {
    for (const Technique technique : k_all) {
        const auto merged = fitted(technique, times(), default_parameters(technique));
        ASSERT_TRUE(merged);
        EXPECT_EQ(merged->to_json(), fitted(technique, times())->to_json());
        const FitOptions compatible{.compatible = true};
        EXPECT_EQ(fitted(technique, times(), default_parameters(technique), compatible)->to_json(),
                  fitted(technique, times(), {}, compatible)->to_json());
    }
}

TEST(Regressors, ImportanceIsOfTheFeaturesThatCount) {
    const Data data = times();
    for (const Technique technique : k_all) {
        const auto regressor = fitted(technique, data, useful(technique));
        const std::vector<double> sizes = regressor->importance();
        ASSERT_EQ(sizes.size(), 4U) << to_string(technique);
        const double sum = std::accumulate(sizes.begin(), sizes.end(), 0.0);
        const bool none = technique == Technique::dummy || technique == Technique::svr;
        EXPECT_EQ(sum > 0, !none) << to_string(technique);
    }
    const auto linear = fitted(Technique::svr, data, {{"C", 10.0}, {"kernel", "linear"s}});
    EXPECT_GT(linear->importance()[2], 0);
}

} // namespace
} // namespace aisprint::training
