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

/// Random placements with their cheapest node numbers: the start of every other heuristic. As in
/// the reference each iteration draws a machine per layer, deployments and candidates; unlike it,
/// only among those that keep C2 to C6, in three of four iterations with a leaning towards few
/// layers and full machines, and a draw ends as soon as it can be neither feasible nor cheap
/// enough. Each iteration has random numbers of its own, so that the result is the same for any
/// number of threads.
[[nodiscard]] HeuristicResult random_greedy(const Instance& instance,
                                            const RandomGreedyOptions& options);

/// Cheapest neighbour at each step, even if dearer than the current placement, but not the one
/// before. After some steps without a new best it goes on a few random steps away from the best.
struct LocalSearchOptions {
    std::optional<double> min_score; ///< stop when the cost falls below
};

/// At each step a random one of the three cheapest neighbours, or the cheapest if it is a new
/// best; the last `tabu_size` placements are not visited again.
struct TabuSearchOptions {
    std::size_t tabu_size = 50;
    std::optional<double> min_score;
};

/// How the temperature falls: T c, or T - c.
enum class Schedule { exponential, linear };

/// The cheapest neighbour at each step while that improves, else a random one, which is accepted
/// with the probability exp(-rise / temperature). Ends when the temperature is below 1e-6.
struct SimulatedAnnealingOptions {
    double initial_temperature = 5;
    double schedule_constant = 0.99;
    Schedule schedule = Schedule::exponential;
    std::optional<double> min_energy;
};

/// A generation: some members live on, chosen by roulette (by rank, the cheapest most likely);
/// pairs of others are crossed, the first components from one, the rest from the other; members
/// are joined by a random and by the cheapest of their neighbours with the mutation rate; the best
/// distinct ones survive.
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

/// Improvement from starting points (the elites of Random Greedy); infeasible ones are left out,
/// and without a feasible one the result is infeasible. Steps are split over the starting points,
/// the first ones taking the remainder, not over threads, so that the result does not depend on the
/// number of threads; the generations of the genetic algorithm are not split. `elites` holds the
/// best distinct solutions visited from each starting point, at most as many, cheapest first.
/// Neighbours change resources and node numbers as in the reference, and, beyond it, open layers
/// and change the deployment of a component.
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
