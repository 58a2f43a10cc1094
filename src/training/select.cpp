// SPDX-License-Identifier: Apache-2.0
#include "select.hpp"

#include <algorithm>
#include <numeric>

namespace aisprint::training {

std::vector<std::size_t> select_forward(const Evaluator& evaluator,
                                        const std::vector<std::size_t>& pool,
                                        const Parameters& parameters,
                                        const FeatureLimits& limits) {
    std::vector<std::size_t> chosen;
    std::vector<std::size_t> best;
    double best_mape = 0;
    while (chosen.size() < std::min(limits.most, pool.size())) {
        std::vector<Trial> trials;
        for (const std::size_t feature : pool) {
            if (std::ranges::find(chosen, feature) == chosen.end()) {
                std::vector<std::size_t> longer = chosen;
                longer.insert(std::ranges::upper_bound(longer, feature), feature);
                trials.push_back({parameters, std::move(longer)});
            }
        }
        const std::vector<Scored> scored = evaluator.evaluate(std::move(trials));
        const Scored& winner = best_of(scored);
        if (!winner.score.ok) {
            break;
        }
        chosen = winner.trial.features;
        const bool is_allowed = chosen.size() >= limits.least;
        if (is_allowed && (best.empty() || winner.score.mape < best_mape)) {
            best = chosen;
            best_mape = winner.score.mape;
        }
    }
    return best;
}

std::vector<std::size_t>
select_important(const std::vector<double>& importance, double tolerance, std::size_t most) {
    std::vector<std::size_t> order(importance.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const double total = std::accumulate(importance.begin(), importance.end(), 0.0);
    if (!(total > 0)) {
        return order;
    }
    std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return importance[i]; });
    std::vector<std::size_t> chosen;
    double sum = 0;
    for (const std::size_t feature : order) {
        if (sum >= tolerance || importance[feature] <= 0 || (most > 0 && chosen.size() == most)) {
            break;
        }
        sum += importance[feature] / total;
        chosen.push_back(feature);
    }
    std::ranges::sort(chosen);
    return chosen;
}

} // namespace aisprint::training
