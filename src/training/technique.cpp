// SPDX-License-Identifier: Apache-2.0
#include "aisprint/training/config.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace aisprint::training {

namespace {

constexpr std::array<std::pair<Technique, const char*>, 8> k_names{
    {{Technique::dummy, "Dummy"},
     {Technique::nnls, "NNLS"},
     {Technique::lr_ridge, "LRRidge"},
     {Technique::stepwise, "Stepwise"},
     {Technique::svr, "SVR"},
     {Technique::decision_tree, "DecisionTree"},
     {Technique::random_forest, "RandomForest"},
     {Technique::xgboost, "XGBoost"}}};

} // namespace

std::string to_string(Technique technique) {
    const auto found = std::find_if(k_names.begin(), k_names.end(),
                                    [&](const auto& entry) { return entry.first == technique; });
    return found == k_names.end() ? "" : found->second;
}

std::optional<Technique> parse_technique(const std::string& name) {
    const auto found = std::find_if(k_names.begin(), k_names.end(),
                                    [&](const auto& entry) { return entry.second == name; });
    if (found == k_names.end()) {
        return std::nullopt;
    }
    return found->first;
}

} // namespace aisprint::training
