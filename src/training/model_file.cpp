// SPDX-License-Identifier: Apache-2.0
#include "model_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

namespace aisprint::training {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t k_most_values = 64;

/// Collects the columns that features are made of.
class ProgramWriter {
public:
    explicit ProgramWriter(const Workspace& work) : m_work(work) {}

    void need(const std::string& name) {
        if (!m_seen.insert(name).second) {
            return;
        }
        const WorkColumn* column = m_work.find_any(name);
        AISPRINT_ASSERT(column != nullptr);
        if (column->operation.empty()) {
            inputs.push_back(column);
            return;
        }
        for (const std::string& operand : column->operands) {
            need(operand);
        }
        Json step{{"name", name}, {"op", column->operation}, {"of", column->operands}};
        if (column->operation == "onehot") {
            step["value"] = column->value;
            categories.insert(column->operands.front());
        }
        derived.push_back(std::move(step));
    }

    std::vector<const WorkColumn*> inputs;
    Json derived = Json::array();
    std::set<std::string> categories; ///< inputs that are asked for their values

private:
    const Workspace& m_work;
    std::set<std::string> m_seen;
};

Json domain_of(const WorkColumn& column) {
    const std::set<double> distinct(column.values.begin(), column.values.end());
    Json domain{{"min", *distinct.begin()}, {"max", *distinct.rbegin()}};
    if (distinct.size() <= k_most_values) {
        domain["values"] = distinct;
    }
    return domain;
}

std::string policy_name(ExtrapolationPolicy policy) {
    switch (policy) {
    case ExtrapolationPolicy::clamp:
        return "clamp";
    case ExtrapolationPolicy::reject:
        return "reject";
    case ExtrapolationPolicy::allow:
        break;
    }
    return "allow";
}

/// Features by falling size of what `size` tells of them.
std::vector<std::size_t> by_size(const std::vector<double>& sizes) {
    std::vector<std::size_t> order(sizes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater<>(),
                             [&](std::size_t i) { return std::abs(sizes[i]); });
    return order;
}

} // namespace

Json to_json(const Parameters& parameters) {
    Json json = Json::object();
    for (const auto& [name, value] : parameters) {
        std::visit(
            [&json, &key = name](const auto& held) {
                if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
                    json[key] = nullptr;
                } else {
                    json[key] = held;
                }
            },
            value);
    }
    return json;
}

Json make_model_file(const Campaign& campaign,
                     const Regressor& regressor,
                     const Trial& trial,
                     const ModelFacts& facts) {
    const Prepared& data = campaign.data;
    ProgramWriter program(data.work);
    std::vector<std::string> features;
    for (const std::size_t feature : trial.features) {
        features.push_back(data.names[feature]);
        program.need(data.names[feature]);
    }
    Json inputs = Json::array();
    Json domain = Json::object();
    Json categories = Json::object();
    for (const WorkColumn* input : program.inputs) {
        inputs.push_back(input->name);
        // a category that was not seen is none of those seen, and not the nearest one
        if (!program.categories.contains(input->name)) {
            domain[input->name] = domain_of(*input);
        }
        const auto labels = data.work.categories.find(input->name);
        if (labels != data.work.categories.end()) {
            categories[input->name] = labels->second;
        }
    }
    const double rows = static_cast<double>(data.rows());
    Json file{{"format", "ai-sprint-performance-model"},
              {"version", 1},
              {"technique", to_string(facts.technique)},
              {"target", campaign.config.target},
              {"inputs", std::move(inputs)},
              {"derived", std::move(program.derived)},
              {"features", std::move(features)},
              {"scaling", regressor.scaling()},
              {"target_transform", regressor.target_transform()},
              {"hyperparameters", to_json(trial.parameters)},
              {"model", regressor.to_json()},
              {"domain", std::move(domain)},
              {"extrapolation", policy_name(campaign.config.policy)},
              {"mean_target", std::accumulate(data.target.begin(), data.target.end(), 0.0) / rows},
              {"min_target", *std::ranges::min_element(data.target)},
              {"metrics", facts.metrics},
              {"interval", facts.interval},
              {"seed", campaign.config.seed}};
    if (!categories.empty()) {
        file["categories"] = std::move(categories);
    }
    if (!campaign.options.data_digest.empty()) {
        file["data_sha256"] = campaign.options.data_digest;
    }
    return file;
}

std::string describe(Technique technique,
                     const Regressor& regressor,
                     const std::vector<std::string>& features) {
    const Json model = regressor.to_json();
    if (technique == Technique::dummy) {
        return fmt::format("Dummy constant model y = {}", model.at("value").get<double>());
    }
    std::string text;
    if (model.contains("weights")) {
        const auto weights = model.at("weights").get<std::vector<double>>();
        for (const std::size_t i : by_size(weights)) {
            if (weights[i] != 0) {
                text += fmt::format("   + ({:.4f} * {})\n", weights[i], features[i]);
            }
        }
        return fmt::format("{} coefficients:\n{}   + ({:.4f})", to_string(technique), text,
                           model.at("intercept").get<double>());
    }
    const std::vector<double> importance = regressor.importance();
    const double total = std::accumulate(importance.begin(), importance.end(), 0.0);
    if (!(total > 0)) {
        return fmt::format("{} on {}", to_string(technique), fmt::join(features, ", "));
    }
    for (const std::size_t i : by_size(importance)) {
        text += fmt::format("\n   {}: {:.3f}", features[i], importance[i] / total);
    }
    return fmt::format("{} weights:{}", to_string(technique), text);
}

} // namespace aisprint::training
