// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/instance.hpp"
#include "aisprint/optimizer/solution.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::optimizer {

/// When a heuristic ends: it goes on while steps < iterations or elapsed < duration, that is, for
/// the longer of both. Results depend on the seed only as long as iterations decide.
struct StopRule {
    std::uint64_t iterations = 0;
    double duration_s = 0;
};

/// Why a heuristic ended.
enum class StopReason { steps, no_neighbours, all_tabu, cold, good_enough };

/// A solution with its figures as heuristics compare them.
struct Ranked {
    Solution solution;
    double cost = 0;           ///< meaningful when feasible
    double violation_rate = 0; ///< 0 when feasible
};

/// What Random Greedy is asked to do.
struct RandomGreedyOptions {
    StopRule stop;
    std::uint64_t seed = 1;
    unsigned threads = 1;
    std::size_t elites = 1; ///< distinct solutions kept (starting points of a heuristic)
};

/// What a heuristic ends with.
struct HeuristicResult {
    /// Cheapest first; without a feasible solution the least violating ones (Random Greedy), never
    /// mixed.
    std::vector<Ranked> elites;
    bool feasible = false;
    StopReason reason = StopReason::steps;
    std::uint64_t steps = 0;
    double seconds = 0;
};

/// Random placements, made cheaper by lowering node numbers (4.1 of the reference): the start of
/// every other heuristic. The result is the same for any number of threads.
[[nodiscard]] HeuristicResult random_greedy(const Instance& instance,
                                            const RandomGreedyOptions& options);

/// Cheapest neighbour at each step, with a memory of one.
struct LocalSearchOptions {
    std::optional<double> min_score; ///< stop when the cost falls below
};

/// Random neighbour at each step; the last `tabu_size` placements are not visited again.
struct TabuSearchOptions {
    std::size_t tabu_size = 50;
    std::optional<double> min_score;
};

/// How the temperature falls: T c, or T - c.
enum class Schedule { exponential, linear };

struct SimulatedAnnealingOptions {
    double initial_temperature = 5;
    double schedule_constant = 0.99;
    Schedule schedule = Schedule::exponential;
    std::optional<double> min_energy;
};

struct GeneticAlgorithmOptions {
    double crossover_rate = 0.5;
    double mutation_rate = 0.7;
    std::optional<double> min_fitness;
};

/// What all four improvement heuristics share.
struct ImprovementOptions {
    StopRule stop;
    std::uint64_t seed = 1;
    unsigned threads = 1; ///< starting points are worked on side by side
};

/// Improvement from starting points, all feasible (the elites of Random Greedy). Steps are split
/// over the starting points, not over threads, so that the result does not depend on the number of
/// threads. The first element of `elites` is the best solution visited. Neighbours change
/// resources and node numbers as in the reference, and, beyond it, the deployment of a component.
[[nodiscard]] HeuristicResult local_search(const Instance& instance,
                                           const std::vector<Solution>& starts,
                                           const ImprovementOptions& options,
                                           const LocalSearchOptions& parameters);
[[nodiscard]] HeuristicResult tabu_search(const Instance& instance,
                                          const std::vector<Solution>& starts,
                                          const ImprovementOptions& options,
                                          const TabuSearchOptions& parameters);
[[nodiscard]] HeuristicResult simulated_annealing(const Instance& instance,
                                                  const std::vector<Solution>& starts,
                                                  const ImprovementOptions& options,
                                                  const SimulatedAnnealingOptions& parameters);
[[nodiscard]] HeuristicResult genetic_algorithm(const Instance& instance,
                                                const std::vector<Solution>& starts,
                                                const ImprovementOptions& options,
                                                const GeneticAlgorithmOptions& parameters);

} // namespace aisprint::optimizer
