// SPDX-License-Identifier: Apache-2.0
#include "walk.hpp"

#include <cmath>
#include <utility>

namespace aisprint::optimizer {

namespace {

/// Temperature that counts as 0.
constexpr double k_cold = 1e-6;

} // namespace

HeuristicResult simulated_annealing(const Instance& instance,
                                    const std::vector<Solution>& starts,
                                    const ImprovementOptions& options,
                                    const SimulatedAnnealingOptions& parameters) {
    return walk_from_all(
        instance, starts, options, [&](Walk& walk, Budget& budget, Random& random) {
            WalkResult result{walk.current(), StopReason::steps};
            double temperature = parameters.initial_temperature;
            const auto any = [](const Ranked&) { return true; };
            while (budget.is_open()) {
                if (parameters.min_energy && result.best.cost < *parameters.min_energy) {
                    result.reason = StopReason::good_enough;
                    break;
                }
                if (temperature < k_cold) {
                    result.reason = StopReason::cold;
                    break;
                }
                std::optional<Ranked> neighbour = walk.cheapest_neighbour(any);
                if (!neighbour) {
                    result.reason = StopReason::no_neighbours;
                    break;
                }
                if (neighbour->cost >= walk.current().cost) {
                    // at a local optimum: somewhere, or the walk would come back at once
                    neighbour = walk.random_neighbour(random, any);
                }
                budget.count_step();
                const double rise = neighbour->cost - walk.current().cost;
                if (rise <= 0 || std::exp(-rise / temperature) >= random.unit()) {
                    walk.go_to(std::move(*neighbour));
                }
                if (walk.current().cost < result.best.cost) {
                    result.best = walk.current();
                }
                temperature = parameters.schedule == Schedule::exponential
                                  ? temperature * parameters.schedule_constant
                                  : temperature - parameters.schedule_constant;
            }
            return result;
        });
}

} // namespace aisprint::optimizer
