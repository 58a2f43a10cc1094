// SPDX-License-Identifier: Apache-2.0
// Predictions of other implementations for the same data: see the README beside the data.
#include "sample.hpp"

#include <algorithm>
#include <cmath>

namespace aisprint::training {
namespace {

const std::filesystem::path k_data =
    std::filesystem::path(AISPRINT_SHARED_DATA) / "performance-models";

const std::vector<std::string> k_features{"cores",
                                          "number_of_files",
                                          "inverse_cores",
                                          "log_cores",
                                          "cores__cores",
                                          "cores__log_cores",
                                          "cores__number_of_files",
                                          "inverse_cores__inverse_cores",
                                          "inverse_cores__log_cores",
                                          "inverse_cores__number_of_files",
                                          "log_cores__log_cores",
                                          "log_cores__number_of_files",
                                          "number_of_files__number_of_files"};

/// The features are made here: the file holds them with 9 digits only.
Sample oracle() {
    Sample sample = read_sample(k_data / "oracle-oscarp-10s-files.csv");
    const Sample data = read_sample(k_data / "oscarp-10s-files.csv");
    auto& columns = sample.columns;
    for (const char* name : {"runtime", "cores", "number_of_files"}) {
        columns[name] = data.columns.at(name);
    }
    for (std::size_t i = 0; i < columns["cores"].size(); ++i) {
        columns["inverse_cores"][i] = 1 / columns["cores"][i];
        columns["log_cores"][i] = std::log(columns["cores"][i]);
    }
    for (const std::string& name : k_features) {
        const std::size_t at = name.find("__");
        for (std::size_t i = 0; at != std::string::npos && i < columns["cores"].size(); ++i) {
            columns[name][i] = columns[name.substr(0, at)][i] * columns[name.substr(at + 2)][i];
        }
    }
    return sample;
}

struct Deviation {
    const char* column;
    Technique technique;
    Parameters parameters;
    FitOptions options;
    double allowed;
};

const FitOptions k_plain{.compatible = true};

class Oracle : public testing::TestWithParam<Deviation> {};

TEST_P(Oracle, IsMetOnEveryRow) {
    if (!std::filesystem::exists(k_data)) {
        GTEST_SKIP() << "no data in " << k_data;
    }
    const Sample sample = oracle();
    const Matrix features = sample.matrix(k_features);
    const Deviation& wanted = GetParam();
    const auto regressor = fit(wanted.technique, features, sample.columns.at("runtime"),
                               wanted.parameters, wanted.options);
    ASSERT_TRUE(regressor) << regressor.error().diagnostics.front().message;
    const std::vector<double>& expected = sample.columns.at(wanted.column);
    double worst = 0;
    for (std::size_t i = 0; i < features.rows(); ++i) {
        const double found = (*regressor)->predict(features.row(i));
        worst = std::max(worst, std::abs(found / expected[i] - 1));
    }
    RecordProperty("worst", std::to_string(worst));
    EXPECT_LE(worst, wanted.allowed);
}

using namespace std::string_literals;
const FitOptions k_normalized{.compatible = true, .normalize = true};

INSTANTIATE_TEST_SUITE_P(
    All,
    Oracle,
    testing::Values(
        Deviation{"pred_LRRidge_alpha0.1", Technique::lr_ridge, {{"alpha", 0.1}}, k_plain, 1e-8},
        Deviation{"pred_LRRidge_alpha0.1_normalized",
                  Technique::lr_ridge,
                  {{"alpha", 0.1}},
                  k_normalized,
                  1e-8},
        Deviation{"pred_SVR_rbf_C10_eps0.01_gamma0.01_normalized",
                  Technique::svr,
                  {{"kernel", "rbf"s}, {"C", 10.0}, {"epsilon", 0.01}, {"gamma", 0.01}},
                  {},
                  1e-6},
        Deviation{"pred_SVR_linear_C10_eps0.01_normalized",
                  Technique::svr,
                  {{"kernel", "linear"s}, {"C", 10.0}, {"epsilon", 0.01}},
                  {},
                  1e-6},
        Deviation{"pred_DecisionTree_depth6",
                  Technique::decision_tree,
                  {{"max_depth", 6.0}, {"min_samples_split", 2.0}, {"min_samples_leaf", 1.0}},
                  {},
                  1e-6},
        Deviation{"pred_XGBoost_200x3_eta0.1_hist",
                  Technique::xgboost,
                  {{"n_estimators", 200.0}, {"max_depth", 3.0}, {"gamma", 0.0}},
                  {},
                  1e-5},
        Deviation{"pred_Stepwise_0.05_0.1", Technique::stepwise, {}, k_plain, 1e-8},
        Deviation{"pred_Lasso_pos_alpha0.001_converged", Technique::nnls, {}, k_plain, 1e-6},
        Deviation{"pred_Dummy", Technique::dummy, {}, {}, 1e-8}),
    [](const auto& test) { return to_string(test.param.technique) + std::to_string(test.index); });

/// Hald's data, with the results of the reference on rows that keep their labels.
TEST(Stepwise, FindsTheModelsOfHaldsData) {
    if (!std::filesystem::exists(k_data)) {
        GTEST_SKIP() << "no data in " << k_data;
    }
    const Sample sample = read_sample(k_data / "draper_smith.csv");
    const Matrix features = sample.matrix({"x1", "x2", "x3", "x4"});
    const auto model_of = [&](double p_add, double p_remove) {
        const auto regressor = fit(Technique::stepwise, features, sample.columns.at("y"),
                                   {{"p_to_add", p_add}, {"p_to_remove", p_remove}}, k_plain);
        EXPECT_TRUE(regressor);
        return (*regressor)->to_json();
    };
    const auto expect = [](const nlohmann::ordered_json& model, double intercept,
                           const std::vector<double>& weights) {
        EXPECT_NEAR(model["intercept"].get<double>(), intercept, 1e-6);
        for (std::size_t j = 0; j < weights.size(); ++j) {
            EXPECT_NEAR(model["weights"][j].get<double>(), weights[j], 1e-7) << j;
        }
    };
    expect(model_of(0.05, 0.1), 103.0973816, {1.4399583, 0, 0, -0.6139536});
    expect(model_of(0.15, 0.15), 111.6844054, {1.0518542, 0, -0.4100433, -0.6427961});
}

TEST(Stepwise, ChoosesTheOraclesSevenFeatures) {
    if (!std::filesystem::exists(k_data)) {
        GTEST_SKIP() << "no data in " << k_data;
    }
    const Sample sample = oracle();
    const auto regressor = fit(Technique::stepwise, sample.matrix(k_features),
                               sample.columns.at("runtime"), {}, k_plain);
    ASSERT_TRUE(regressor);
    const std::vector<double> sizes = (*regressor)->importance();
    EXPECT_EQ(sizes.size() - static_cast<std::size_t>(std::ranges::count(sizes, 0.0)), 7U);
}

} // namespace
} // namespace aisprint::training
