// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/exact.hpp"
#include "aisprint/optimizer/explain.hpp"
#include "aisprint/optimizer/problem.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace aisprint::optimizer {

/// A point of a front: the cheapest solution for a response time or an arrival rate.
struct FrontPoint {
    double cost = 0;
    double value = 0; ///< response time of the path in seconds, or rate in requests per second
    Solution solution;
    bool proved = false; ///< false if the search hit its limit
};

/// Limits of the searches behind a front or a sensitivity table.
struct TradeoffOptions {
    double duration_s = 60; ///< wall clock of the whole
    unsigned threads = 1;
    std::size_t points = 20; ///< at most
};

/// Front of cost against the response time of a path constraint's components (its limit stays in
/// force as the slow end). Cheapest first, each point faster and dearer than the one before.
[[nodiscard]] std::vector<FrontPoint>
cost_against_path_time(const Problem& problem, std::size_t path, const TradeoffOptions& options);

/// Front of cost against arrival rate, from the problem's own to `upper_bound` or the largest
/// feasible rate. Each point is the cheapest placement for that rate; rates ascend.
[[nodiscard]] std::vector<FrontPoint>
cost_against_rate(const Problem& problem, double upper_bound, const TradeoffOptions& options);

/// What a requirement costs: the optimum without it, and, for the limits with a value, the optimum
/// after the smallest useful relaxation (one node more, 10 % more time or memory or less load).
struct Sensitivity {
    Requirement requirement;
    double cost = 0;         ///< optimum as it is
    double cost_without = 0; ///< optimum with the requirement dropped; <= cost
    std::optional<double> relaxed_value;
    double cost_relaxed = 0; ///< optimum at relaxed_value
    bool proved = false;
};

/// One line per requirement of the problem, in the order local, path, nodes, memory, rate, layers.
/// `best` is the optimum of the problem.
[[nodiscard]] std::vector<Sensitivity>
sensitivity(const Problem& problem, const ExactResult& best, const TradeoffOptions& options);

} // namespace aisprint::optimizer
