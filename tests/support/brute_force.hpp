// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/problem.hpp"
#include "aisprint/optimizer/solution.hpp"

#include <cstdint>
#include <optional>

namespace aisprint::optimizer::test {

/// The cheapest placement, by looking at all of them.
struct BruteForceResult {
    std::optional<Solution> best; ///< none: infeasible
    double cost = k_infinite;
    std::uint64_t evaluated = 0; ///< placements that the naive evaluator looked at
};

/// Tries all deployments, resources and node numbers with the naive evaluator. Left out are only
/// placements that break C1 or C6, and those that are not cheaper than the best one. For up to
/// about a million placements (count_placements).
[[nodiscard]] BruteForceResult brute_force(const Problem& problem, double arrival_rate);

} // namespace aisprint::optimizer::test
