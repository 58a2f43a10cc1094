// SPDX-License-Identifier: Apache-2.0
#include "walk.hpp"

#include <utility>

namespace aisprint::optimizer {

namespace {

/// Steps without a new best after which the walk starts anew from the best, a few random steps
/// away: at a local optimum the cheapest neighbours lead round and round it.
constexpr std::uint64_t k_patience = 8;
constexpr std::uint64_t k_kick = 3;

} // namespace

HeuristicResult local_search(const Instance& instance,
                             const std::vector<Solution>& starts,
                             const ImprovementOptions& options,
                             const LocalSearchOptions& parameters) {
    return walk_from_all(
        instance, starts, options, [&](Walk& walk, Budget& budget, Random& random) {
            WalkResult result{walk.current(), StopReason::steps};
            TabuList memory(1);
            std::uint64_t idle = 0;
            const auto is_new = [&](const Ranked& neighbour) {
                return !memory.contains(neighbour);
            };
            while (budget.is_open()) {
                if (parameters.min_score && result.best.cost < *parameters.min_score) {
                    result.reason = StopReason::good_enough;
                    break;
                }
                if (idle == k_patience) {
                    walk.go_to(result.best);
                }
                std::optional<Ranked> neighbour = idle >= k_patience
                                                      ? walk.random_neighbour(random, is_new)
                                                      : walk.cheapest_neighbour(is_new);
                if (!neighbour) {
                    result.reason =
                        walk.has_neighbours() ? StopReason::all_tabu : StopReason::no_neighbours;
                    break;
                }
                budget.count_step();
                memory.add(walk.current());
                walk.go_to(std::move(*neighbour));
                idle = idle + 1 == k_patience + k_kick ? 0 : idle + 1;
                if (walk.current().cost < result.best.cost) {
                    result.best = walk.current();
                    idle = 0;
                }
            }
            return result;
        });
}

} // namespace aisprint::optimizer
