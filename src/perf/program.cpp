// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace aisprint::perf {

namespace {

struct OperationName {
    std::string_view name;
    Operation operation;
    std::size_t operands; ///< 0: any number
};

constexpr std::array<OperationName, 8> k_operations{
    {{"inverse", Operation::inverse, 1},
     {"log", Operation::logarithm, 1},
     {"product", Operation::product, 0},
     {"onehot", Operation::onehot, 1},
     {"ernest_datasize_over_cores", Operation::ernest_ratio, 2},
     {"ernest_log_cores", Operation::ernest_log, 1},
     {"ernest_square_datasize_over_cores", Operation::ernest_root_of_ratio, 2},
     {"ernest_squared_datasize_over_cores", Operation::ernest_ratio_of_root, 2}}};

double evaluate(const Step& step, std::span<const double> slots) {
    const double first = slots[step.operands.front()];
    switch (step.operation) {
    case Operation::inverse:
        return 1 / first;
    case Operation::logarithm:
    case Operation::ernest_log:
        return std::log(first);
    case Operation::onehot:
        return first == step.value ? 1 : 0;
    case Operation::ernest_ratio:
        return first / slots[step.operands[1]];
    case Operation::ernest_root_of_ratio:
        return std::sqrt(first / slots[step.operands[1]]);
    case Operation::ernest_ratio_of_root:
        return std::sqrt(first) / slots[step.operands[1]];
    case Operation::product:
        break;
    }
    double product = 1;
    for (const std::size_t operand : step.operands) {
        product *= slots[operand];
    }
    return product;
}

using Names = std::map<std::string, std::size_t>;

std::optional<std::size_t> find_column(const Names& names, const std::string& name, Fields& in) {
    const auto found = names.find(name);
    if (found != names.end()) {
        return found->second;
    }
    in.error("PRM006", fmt::format("the performance model uses the column '{}', which is neither "
                                   "an input nor derived before",
                                   name));
    return std::nullopt;
}

Step read_step(const Json& json, const std::string& path, const Names& names, Fields& in) {
    Step step;
    const std::string name = in.text(&json, "op", path);
    const auto* found = std::ranges::find(k_operations, name, &OperationName::name);
    const std::vector<std::string> operands = in.texts(&json, "of", path);
    if (found == k_operations.end()) {
        in.error("PRM004",
                 fmt::format("the operation '{}' of the performance model is unknown", name));
        return step;
    }
    step.operation = found->operation;
    if (operands.empty() || (found->operands != 0 && operands.size() != found->operands)) {
        in.error("PRM003", fmt::format("'{}.of' of the performance model has {} elements; '{}' "
                                       "takes {}",
                                       path, operands.size(), name,
                                       found->operands == 0 ? std::string("at least 1")
                                                            : std::to_string(found->operands)));
    }
    for (const std::string& operand : operands) {
        if (const auto slot = find_column(names, operand, in)) {
            step.operands.push_back(*slot);
        }
    }
    if (step.operation == Operation::onehot) {
        step.value = in.number(&json, "value", path);
    }
    return step;
}

/// Marks the slots that the features need.
std::vector<bool> needed_slots(std::size_t inputs,
                               const std::vector<Step>& steps,
                               const std::vector<std::size_t>& features) {
    std::vector<bool> needed(inputs + steps.size(), false);
    for (const std::size_t feature : features) {
        needed[feature] = true;
    }
    for (std::size_t i = steps.size(); i-- > 0;) {
        if (needed[inputs + i]) {
            for (const std::size_t operand : steps[i].operands) {
                needed[operand] = true;
            }
        }
    }
    return needed;
}

} // namespace

void Program::set_scaling(std::vector<double> means, std::vector<double> scales) {
    m_means = std::move(means);
    m_scales = std::move(scales);
}

void Program::run(std::span<double> slots, std::span<double> features) const {
    for (std::size_t i = 0; i < m_steps.size(); ++i) {
        slots[m_inputs.size() + i] = evaluate(m_steps[i], slots);
    }
    for (std::size_t f = 0; f < m_features.size(); ++f) {
        features[f] = slots[m_features[f]];
    }
    for (std::size_t f = 0; f < m_means.size(); ++f) {
        features[f] = (features[f] - m_means[f]) / m_scales[f];
    }
}

Program read_program(const Json& root, Fields& in) {
    Names names;
    const std::vector<std::string> inputs = in.texts(&root, "inputs", "");
    const auto name_column = [&](const std::string& name) {
        if (!names.emplace(name, names.size()).second) {
            in.error("PRM006", fmt::format("the performance model has two columns '{}'", name));
        }
    };
    std::ranges::for_each(inputs, name_column);
    std::vector<Step> steps;
    const Json* derived = in.array(&root, "derived", "");
    for (std::size_t i = 0; derived != nullptr && i < derived->size(); ++i) {
        const std::string path = fmt::format("derived[{}]", i);
        steps.push_back(read_step((*derived)[i], path, names, in));
        name_column(in.text(&(*derived)[i], "name", path));
    }
    std::vector<std::size_t> features;
    for (const std::string& feature : in.texts(&root, "features", "")) {
        if (const auto slot = find_column(names, feature, in)) {
            features.push_back(*slot);
        }
    }
    Program program;
    if (in.failed()) {
        return program;
    }
    const std::vector<bool> needed = needed_slots(inputs.size(), steps, features);
    std::vector<std::size_t> moved(needed.size(), 0);
    std::size_t next = 0;
    for (std::size_t slot = 0; slot < needed.size(); ++slot) {
        moved[slot] = next;
        next += needed[slot] ? std::size_t{1} : std::size_t{0};
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (needed[i]) {
            program.m_inputs.push_back(inputs[i]);
        }
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (needed[inputs.size() + i]) {
            for (std::size_t& operand : steps[i].operands) {
                operand = moved[operand];
            }
            program.m_steps.push_back(std::move(steps[i]));
        }
    }
    for (const std::size_t feature : features) {
        program.m_features.push_back(moved[feature]);
    }
    return program;
}

} // namespace aisprint::perf
