// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/exact.hpp"
#include "aisprint/optimizer/problem.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace aisprint::optimizer {

/// A condition of the user's that can be lifted.
enum class RequirementKind {
    local_limit,            ///< subject: local constraint; value in seconds
    path_limit,             ///< subject: path constraint; seconds
    node_limit,             ///< subject: resource; nodes
    memory_limit,           ///< subject: resource; MB of a node
    arrival_rate,           ///< no subject; requests per second
    one_resource_per_layer, ///< subject: layer; no value
    no_return_to_edge,      ///< no subject, no value
    network_domain          ///< subject, other_layer: layers that share none; no value
};

/// True if requirements of a kind set a number.
[[nodiscard]] constexpr bool has_value(RequirementKind kind) {
    return kind != RequirementKind::one_resource_per_layer &&
           kind != RequirementKind::no_return_to_edge && kind != RequirementKind::network_domain;
}

/// One of them, with its value and the nearest value that would make the problem feasible while
/// all others stay as they are. No `needed` if none up to a generous bound does.
struct Requirement {
    RequirementKind kind = RequirementKind::local_limit;
    std::size_t subject = 0;
    double value = 0;
    std::optional<double> needed;
    std::size_t other_layer = 0; ///< network_domain only
};

/// Why there is no solution.
struct Explanation {
    /// Requirements that clash: together, and with the load and the time of `components` alone,
    /// they admit no solution; without any one of them there is one, as far as everything else that
    /// is not named here is left out, too. Empty if there is no solution even with all requirements
    /// lifted, because of trained models that cannot share a machine.
    std::vector<Requirement> clash;
    /// All requirements that alone can be relaxed to make the problem feasible, with the value
    /// needed if they have one. They are part of the clash: lifting another leaves it as it is.
    std::vector<Requirement> relaxations;
    /// Components that have a part in the clash: if any one of them took no time and no resources,
    /// the requirements could be met, as far as all components not named here do not either.
    std::vector<std::size_t> components;
    /// False if a search hit its time limit, so that the set may be reducible, a relaxation may be
    /// missing, or a value larger than needed.
    bool complete = true;
};

/// Explains an infeasible problem by deletion: each component, then each requirement, is dropped
/// for good if the rest is still infeasible. Values needed are exact for nodes and memory, to a
/// relative 1e-6 for times and 1e-4 for rates, and always enough. A dropped limit of nodes stands
/// for a utilisation of 1 % (10 % where trained models may run), a dropped rate for the best of a
/// few lower ones if there are functions or trained models. `duration_s` limits the whole (wall
/// clock). The problem must be infeasible; if it turns out to be feasible the explanation is
/// empty.
[[nodiscard]] Explanation
explain_infeasibility(const Problem& problem, double duration_s, unsigned threads);

} // namespace aisprint::optimizer
