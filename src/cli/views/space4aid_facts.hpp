// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../space4aid_report.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::cli {

/// A condition of a placement, with its value where it has one.
struct ConstraintFact {
    std::string kind;    ///< local, path, utilisation, nodes, memory, or the rule's name
    std::string subject; ///< constraint, component, resource or layer
    std::string unit;    ///< s, MB, nodes; empty for a share and for rules without a value
    std::optional<double> value;
    std::optional<double> limit;
    bool holds = true;
};

/// What a resource in use costs over the horizon.
struct CostFact {
    std::size_t resource = 0;
    double amount = 0; ///< nodes, or mean number of busy function instances
    double cost = 0;
};

/// Every condition of a placement: response times first, then resources, then the rules.
[[nodiscard]] std::vector<ConstraintFact> constraint_facts(const optimizer::Instance& instance,
                                                           const PlacedSolution& placed);

/// The cost of each resource in use, in the order of the problem; they add up to the whole.
[[nodiscard]] std::vector<CostFact> cost_facts(const optimizer::Instance& instance,
                                               const PlacedSolution& placed);

/// What a violated condition is called: "component blurry-faces-onnx takes 23.4 s, 20 s allowed".
[[nodiscard]] std::string violation_text(const optimizer::Problem& problem,
                                         const optimizer::Violation& violation);

/// A requirement with its value: "local constraint of blurry-faces-onnx (20 s)".
[[nodiscard]] std::string requirement_text(const optimizer::Problem& problem,
                                           const optimizer::Requirement& requirement);

/// What would have to change: "local constraint of blurry-faces-onnx: 20 s would have to be
/// 23.4 s". The number is rounded to the side on which it suffices.
[[nodiscard]] std::string relaxation_text(const optimizer::Problem& problem,
                                          const optimizer::Requirement& requirement);

/// Names for people: of a component; of a partition within it (empty: the whole component).
[[nodiscard]] std::string component_name(const optimizer::Component& component);
[[nodiscard]] std::string partition_name(const optimizer::Component& component,
                                         const optimizer::Partition& partition);

/// Numbers for people.
[[nodiscard]] std::string seconds_text(double seconds);
[[nodiscard]] std::string money_text(double dollars);
[[nodiscard]] std::string share_text(double share);

} // namespace aisprint::cli
