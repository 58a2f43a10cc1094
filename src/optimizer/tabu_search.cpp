// SPDX-License-Identifier: Apache-2.0
#include "walk.hpp"

#include <utility>

namespace aisprint::optimizer {

namespace {

/// Cheapest neighbours among which a step chooses.
constexpr std::size_t k_choices = 3;

} // namespace

HeuristicResult tabu_search(const Instance& instance,
                            const std::vector<Solution>& starts,
                            const ImprovementOptions& options,
                            const TabuSearchOptions& parameters) {
    return walk_from_all(
        instance, starts, options, [&](Walk& walk, Budget& budget, Random& random) {
            WalkResult result{walk.current(), StopReason::steps};
            TabuList tabu(parameters.tabu_size);
            tabu.add(walk.current());
            const auto is_allowed = [&](const Ranked& neighbour) {
                return neighbour.cost < result.best.cost || !tabu.contains(neighbour);
            };
            while (budget.is_open()) {
                if (parameters.min_score && result.best.cost < *parameters.min_score) {
                    result.reason = StopReason::good_enough;
                    break;
                }
                std::vector<Ranked> neighbours = walk.cheapest_neighbours(k_choices, is_allowed);
                if (neighbours.empty()) {
                    result.reason =
                        walk.has_neighbours() ? StopReason::all_tabu : StopReason::no_neighbours;
                    break;
                }
                budget.count_step();
                const bool improves = neighbours.front().cost < result.best.cost;
                const std::size_t pick = improves ? 0 : random.below(neighbours.size());
                walk.go_to(std::move(neighbours[pick]));
                tabu.add(walk.current());
                if (walk.current().cost < result.best.cost) {
                    result.best = walk.current();
                }
            }
            return result;
        });
}

} // namespace aisprint::optimizer
