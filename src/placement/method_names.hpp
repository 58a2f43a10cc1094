// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace aisprint::placement {

/// The methods of a configuration.
enum class MethodKind {
    random_greedy,
    tabu_search,
    local_search,
    simulated_annealing,
    genetic_algorithm,
    binary_search,
    branch_and_bound
};

/// The method that a configuration calls `name`; nothing if there is none.
[[nodiscard]] std::optional<MethodKind> method_kind(const std::string& name);

/// The accepted names of a method, and of all methods.
[[nodiscard]] std::vector<std::string> names_of(MethodKind kind);
[[nodiscard]] std::vector<std::string> all_method_names();

} // namespace aisprint::placement
