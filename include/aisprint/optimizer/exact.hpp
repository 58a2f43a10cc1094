// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/instance.hpp"
#include "aisprint/optimizer/solution.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace aisprint::optimizer {

/// What an exact search ends with.
enum class ExactStatus {
    optimal,    ///< the solution is the cheapest, within the gap asked for
    infeasible, ///< proved: there is no solution
    feasible,   ///< stopped by its limit with a solution
    unknown     ///< stopped by its limit without a solution
};

/// Whether the search looks for the cheapest solution or is content with the first feasible one.
enum class ExactGoal { cheapest, any_feasible };

/// Limits of an exact search.
struct ExactOptions {
    ExactGoal goal = ExactGoal::cheapest;
    double duration_s = 60; ///< wall clock; infinite for none
    double gap = 0;         ///< relative: stop when (cost - bound) / cost is not above it
    unsigned threads = 1;   ///< 0: as many as the machine has
    std::optional<Solution> incumbent; ///< a feasible solution to start from
    /// Dearer solutions do not count: without cheaper ones the problem is called infeasible.
    double cost_limit = k_infinite;
};

/// The answer with its certificate. Without a limit the result does not depend on the number of
/// threads: among equally cheap solutions the first in the order of the configurations wins.
struct ExactResult {
    ExactStatus status = ExactStatus::unknown;
    std::optional<Solution> solution;
    double cost = k_infinite;
    double lower_bound = 0;
    std::uint64_t configurations = 0; ///< looked at: machines and node numbers per layer
    std::uint64_t nodes = 0;          ///< of the depth-first searches
    double seconds = 0;
    double first_solution_s = 0; ///< until the first feasible solution
    double best_solution_s = 0;  ///< until the one returned

    /// (cost - lower bound) / cost; 0 if proved optimal, infinite without a solution.
    [[nodiscard]] double gap() const;
};

/// Branch and bound over sets of configurations (machines and node numbers per layer): a Lagrangian
/// relaxation of the capacities bounds the cost of each set, the one of least bound is divided
/// next, and inside a single configuration the components are placed depth first. Exact for the
/// whole model (docs/optimising.md).
[[nodiscard]] ExactResult branch_and_bound(const Instance& instance, const ExactOptions& options);

} // namespace aisprint::optimizer
