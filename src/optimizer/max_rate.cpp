// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/max_rate.hpp"

#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/instance.hpp"

#include <utility>

namespace aisprint::optimizer {

std::optional<MaxRateResult>
largest_rate(const Problem& problem, const Solution& solution, const MaxRateOptions& options) {
    MaxRateResult best;
    const auto keeps_all = [&](double rate) {
        const Instance instance(problem, rate);
        Evaluation evaluation = evaluate(instance, solution);
        ++best.tests;
        if (!evaluation.feasible()) {
            return false;
        }
        best.rate = rate;
        best.evaluation = std::move(evaluation);
        return true;
    };
    double low = problem.arrival_rate;
    if (!keeps_all(low)) {
        return std::nullopt;
    }
    double high = options.upper_bound;
    if (high <= low || keeps_all(high)) {
        return best;
    }
    while (high - low > options.epsilon) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) {
            break; // neighbouring numbers: epsilon is finer than they are
        }
        (keeps_all(middle) ? low : high) = middle;
    }
    return best;
}

} // namespace aisprint::optimizer
