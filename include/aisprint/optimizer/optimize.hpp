// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/exact.hpp"
#include "aisprint/optimizer/heuristics.hpp"
#include "aisprint/optimizer/max_rate.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace aisprint::optimizer {

/// The improvement heuristic of a method list, with its parameters.
struct Improvement {
    std::variant<LocalSearchOptions,
                 TabuSearchOptions,
                 SimulatedAnnealingOptions,
                 GeneticAlgorithmOptions>
        parameters;
    StopRule stop;
    std::size_t starting_points = 1;
};

/// What a user asks for in SPACE4AI-D.yaml.
struct MethodList {
    std::optional<ExactOptions> exact = ExactOptions{}; ///< none: --no-exact
    std::optional<StopRule> random_greedy;
    std::optional<Improvement> improvement;
    std::optional<MaxRateOptions> binary_search;
    std::uint64_t seed = 1;
    unsigned threads = 1;
};

/// A method that was run, for the report.
struct MethodReport {
    std::string name; ///< BranchAndBound, RandomGreedy, LocalSearch, ...
    bool feasible = false;
    double cost = k_infinite;
    double seconds = 0;
    std::uint64_t steps = 0;
};

/// The better answer of all methods, with the certificate of the exact search.
struct Optimum {
    ExactStatus status = ExactStatus::unknown;
    std::optional<Solution> solution;        ///< absent if infeasible or nothing was found
    std::optional<Solution> least_violating; ///< of Random Greedy, when nothing feasible was found
    std::string found_by;
    double cost = k_infinite;
    double lower_bound = 0;
    std::vector<MethodReport> methods; ///< in the order in which they ran

    /// (cost - lower bound) / cost; 0 if proved optimal, infinite without a solution.
    [[nodiscard]] double gap() const;
};

/// Runs the methods: exact search first, then the named ones as asked. `progress` is told the name
/// of each method before it starts.
[[nodiscard]] Optimum optimize(const Instance& instance,
                               const MethodList& methods,
                               const std::function<void(const std::string&)>& progress);

} // namespace aisprint::optimizer
