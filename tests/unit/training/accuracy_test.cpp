// SPDX-License-Identifier: Apache-2.0
// How well single techniques predict configurations that they were not fitted to, on the published
// data sets: cross-validation that leaves out a tenth of the configurations with all their rows.
#include "random.hpp"
#include "sample.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace aisprint::training {
namespace {

using namespace std::string_literals;
using Names = std::vector<std::string>;

const std::filesystem::path k_data =
    std::filesystem::path(AISPRINT_SHARED_DATA) / "performance-models";

struct DataSet {
    const char* file;
    const char* target;
    Names base;
    Names inverse;
    Names log;
    Names configuration; ///< columns that say which rows are repetitions of each other
};

const DataSet k_files{
    "oscarp-10s-files.csv",      "runtime", {"cores", "number_of_files"}, {"cores"}, {"cores"},
    {"cores", "number_of_files"}};
const DataSet k_minutes{"oscarp-15min.csv", "runtime", {"cores"}, {"cores"}, {"cores"}, {"cores"}};
const DataSet k_synchronous{"synthetic-sync.csv",
                            "avg_response_time",
                            {"cores", "observed_throughput"},
                            {"cores"},
                            {"cores"},
                            {"cores", "requested_throughput"}};
const DataSet k_stereo{"stereomatch_itr_100.csv",
                       "exec_time_ms",
                       {"confidence", "hypo_step", "max_arm_length", "nThreads"},
                       {"nThreads"},
                       {},
                       {"confidence", "hypo_step", "max_arm_length", "nThreads"}};
const DataSet k_faas{"faas_test.csv",
                     "ave_response_time",
                     {"Lambda", "warm_service_time", "cold_service_time", "expiration_time"},
                     {"Lambda"},
                     {},
                     {}}; // each row is one of its own

/// Features with all products of two, but for x * 1/x.
Names add_features(const DataSet& set, Sample& sample) {
    Names names = set.base;
    for (const std::string& column : set.inverse) {
        for (const double x : sample.columns.at(column)) {
            sample.columns["inverse_" + column].push_back(1 / x);
        }
        names.push_back("inverse_" + column);
    }
    for (const std::string& column : set.log) {
        for (const double x : sample.columns.at(column)) {
            sample.columns["log_" + column].push_back(std::log(x));
        }
        names.push_back("log_" + column);
    }
    const Names factors = names;
    for (std::size_t i = 0; i < factors.size(); ++i) {
        for (std::size_t j = i; j < factors.size(); ++j) {
            if (factors[j] == "inverse_" + factors[i]) {
                continue;
            }
            const std::string name = factors[i] + "__" + factors[j];
            const std::vector<double>& a = sample.columns.at(factors[i]);
            const std::vector<double>& b = sample.columns.at(factors[j]);
            std::vector<double> product(a.size());
            std::ranges::transform(a, b, product.begin(), std::multiplies<>());
            sample.columns[name] = std::move(product);
            names.push_back(name);
        }
    }
    return names;
}

/// By row: which of the ten folds its configuration is in.
std::vector<std::size_t> folds_of(const DataSet& set, const Sample& sample) {
    const std::size_t rows = sample.columns.at(set.target).size();
    std::map<std::vector<double>, std::size_t> groups;
    std::vector<std::size_t> group(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        std::vector<double> key;
        for (const std::string& column : set.configuration) {
            key.push_back(sample.columns.at(column)[i]);
        }
        if (key.empty()) {
            key.push_back(static_cast<double>(i));
        }
        group[i] = groups.emplace(key, groups.size()).first->second;
    }
    std::vector<std::size_t> order(groups.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random(0).shuffle(order);
    std::vector<std::size_t> fold(groups.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        fold[order[i]] = i % 10;
    }
    for (std::size_t& at : group) {
        at = fold[at];
    }
    return group;
}

double cross_validated(const DataSet& set, Technique technique, const Parameters& parameters) {
    Sample sample = read_sample(k_data / set.file);
    const Matrix features = sample.matrix(add_features(set, sample));
    const std::vector<double>& target = sample.columns.at(set.target);
    const std::vector<std::size_t> folds = folds_of(set, sample);
    std::vector<std::size_t> columns(features.columns());
    std::iota(columns.begin(), columns.end(), std::size_t{0});
    double sum = 0;
    for (std::size_t fold = 0; fold < 10; ++fold) {
        std::vector<std::size_t> rows;
        std::vector<double> known;
        for (std::size_t i = 0; i < target.size(); ++i) {
            if (folds[i] != fold) {
                rows.push_back(i);
                known.push_back(target[i]);
            }
        }
        const auto regressor =
            fit(technique, features.take(rows, columns), known, parameters, {.seed = fold});
        if (!regressor) {
            ADD_FAILURE() << regressor.error().diagnostics.front().message;
            return 1e9;
        }
        for (std::size_t i = 0; i < target.size(); ++i) {
            if (folds[i] == fold) {
                sum += std::abs((*regressor)->predict(features.row(i)) / target[i] - 1);
            }
        }
    }
    return sum / static_cast<double>(target.size());
}

struct Accuracy {
    const char* name;
    const DataSet& set;
    Technique technique;
    Parameters parameters;
    double most; ///< MAPE
};

Parameters support_vectors() {
    return {{"kernel", "rbf"s}, {"C", 10.0}, {"epsilon", 0.01}, {"gamma", 0.01}};
}

Parameters boosted(const std::string& transform) {
    return {{"n_estimators", 200.0},
            {"max_depth", 3.0},
            {"gamma", 0.0},
            {"target_transform", transform}};
}

Parameters forest(const std::string& transform) {
    return {{"n_estimators", 50.0},
            {"max_depth", ParameterValue{}},
            {"min_samples_split", 2.0},
            {"target_transform", transform}};
}

Parameters tree(const std::string& transform) {
    return {{"max_depth", 6.0},
            {"min_samples_split", 2.0},
            {"min_samples_leaf", 1.0},
            {"target_transform", transform}};
}

class UnseenConfigurations : public testing::TestWithParam<Accuracy> {};

TEST_P(UnseenConfigurations, ArePredicted) {
    if (!std::filesystem::exists(k_data)) {
        GTEST_SKIP() << "no data in " << k_data;
    }
    const Accuracy& wanted = GetParam();
    const double mape = cross_validated(wanted.set, wanted.technique, wanted.parameters);
    EXPECT_LE(mape, wanted.most);
}

// Down to Faas, the expectations of the specification; below, what this code reaches, with a
// margin: a change that costs accuracy is to be seen.
INSTANTIATE_TEST_SUITE_P(
    All,
    UnseenConfigurations,
    testing::Values(
        Accuracy{"FilesRidge", k_files, Technique::lr_ridge, {{"alpha", 0.01}}, 0.05},
        Accuracy{"FilesSvr", k_files, Technique::svr, support_vectors(), 0.05},
        Accuracy{"MinutesRidge", k_minutes, Technique::lr_ridge, {{"alpha", 0.01}}, 0.09},
        Accuracy{"MinutesNnls", k_minutes, Technique::nnls, {}, 0.09},
        Accuracy{"SynchronousXgboost", k_synchronous, Technique::xgboost, boosted("log"), 0.10},
        Accuracy{"StereoXgboost", k_stereo, Technique::xgboost, boosted("log"), 0.07},
        Accuracy{"StereoForest", k_stereo, Technique::random_forest, forest("log"), 0.07},
        Accuracy{"FaasRidge", k_faas, Technique::lr_ridge, {{"alpha", 0.0001}}, 0.001},
        Accuracy{"FaasNnls", k_faas, Technique::nnls, {}, 0.001},
        Accuracy{"FilesTree", k_files, Technique::decision_tree, tree("none"), 0.18},
        Accuracy{"FilesForest", k_files, Technique::random_forest, forest("none"), 0.145},
        Accuracy{"FilesStepwise", k_files, Technique::stepwise, {}, 0.075},
        Accuracy{"MinutesStepwise", k_minutes, Technique::stepwise, {}, 0.055},
        Accuracy{"SynchronousForest", k_synchronous, Technique::random_forest, forest("log"),
                 0.105},
        Accuracy{"SynchronousRidge", k_synchronous, Technique::lr_ridge, {{"alpha", 0.01}}, 0.16}),
    [](const auto& test) { return std::string(test.param.name); });

} // namespace
} // namespace aisprint::training
