// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace aisprint::optimizer {

/// How a component runs: index of its deployment, and the resource of each of its partitions.
struct Choice {
    std::size_t deployment = 0;
    std::vector<std::size_t> resources;

    bool operator==(const Choice&) const = default;
};

/// A placement: a choice per component, and the nodes of each resource (0 when it is not used,
/// 1 for a function in use). Indices are those of the Problem.
struct Solution {
    std::vector<Choice> components;
    std::vector<int> nodes;

    bool operator==(const Solution&) const = default;
};

/// The conditions of a placement.
enum class ConstraintKind {
    one_resource_per_layer, ///< C1: an edge or cloud layer uses one kind of machine
    compatibility,          ///< C2: the resource is a candidate of the partition
    node_limit,             ///< C2: no more nodes than there are, at least one
    memory,                 ///< C3: memory of the partitions on a resource
    co_location,            ///< C4: a partition with a trained model is alone on its resource
    stability,              ///< C5: utilisation below 1, trained models below saturation
    no_return_to_edge,      ///< C6: nothing on the edge after something in the cloud
    network_domain,         ///< C9: a resource and the next one share it, or a network domain
    local_response_time,    ///< C7
    path_response_time      ///< C8
};

/// A condition that does not hold. `subject` is the index of a layer (C1), resource (node limit,
/// memory, co-location, stability), component (compatibility, C6 and C9: the later one), local
/// constraint (C7) or path constraint (C8).
struct Violation {
    ConstraintKind kind = ConstraintKind::stability;
    std::size_t subject = 0;
    double value = 0; ///< what it is
    double limit = 0; ///< what it may be
};

constexpr double k_infinite = std::numeric_limits<double>::infinity();

/// Figures of a placement. Times in seconds; infinite where a resource is overloaded.
struct Evaluation {
    double cost = 0;                                  ///< over the horizon
    std::vector<std::vector<double>> partition_times; ///< per component, per chosen partition
    std::vector<double> component_times;              ///< R_i, as the local constraints see it
    std::vector<double> local_times;                  ///< per local constraint
    std::vector<double> path_times;                   ///< per path constraint
    std::vector<double> utilisation;   ///< per resource; NaN if not used or without a demand
    std::vector<double> memory_mb;     ///< per resource, of the partitions on it
    std::vector<Violation> violations; ///< all of them

    [[nodiscard]] bool feasible() const { return violations.empty(); }
};

} // namespace aisprint::optimizer
