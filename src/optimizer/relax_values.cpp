// SPDX-License-Identifier: Apache-2.0
#include "relax_values.hpp"

#include "aisprint/optimizer/max_rate.hpp"

#include <cmath>

namespace aisprint::optimizer {

namespace {

/// Part of the time left that one search may take: for the cheapest solution, and for any.
constexpr double k_share = 0.25;
constexpr double k_small_share = 0.06;

constexpr double k_rate_precision = 1e-6;

/// Between a value that is too small and one that is enough.
double middle(double infeasible, double feasible, const Grain& grain) {
    if (infeasible > 0 && feasible > 8 * infeasible) {
        return std::sqrt(infeasible * feasible);
    }
    const double value = 0.5 * (infeasible + feasible);
    return grain.absolute > 0 ? std::floor(value) : value;
}

} // namespace

Finding find_within_cost(const Instance& instance,
                         double cost_limit,
                         const Deadline& deadline,
                         unsigned threads) {
    ExactOptions options;
    options.goal = ExactGoal::any_feasible;
    options.duration_s = k_small_share * deadline.remaining_s();
    options.threads = threads;
    options.cost_limit = cost_limit;
    Finding finding;
    if (options.duration_s <= 0) {
        return finding;
    }
    ExactResult result = branch_and_bound(instance, options);
    if (result.solution) {
        finding.verdict = Verdict::feasible;
        finding.solution = std::move(*result.solution);
    } else if (result.status == ExactStatus::infeasible) {
        finding.verdict = Verdict::infeasible;
    }
    return finding;
}

Finding find_feasible(const Instance& instance, const Deadline& deadline, unsigned threads) {
    return find_within_cost(instance, k_infinite, deadline, threads);
}

ExactResult find_cheapest(const Instance& instance,
                          const std::optional<Solution>& incumbent,
                          const Deadline& deadline,
                          unsigned threads) {
    ExactOptions options;
    options.duration_s = k_share * deadline.remaining_s();
    options.threads = threads;
    options.incumbent = incumbent;
    return options.duration_s > 0 ? branch_and_bound(instance, options) : ExactResult{};
}

/// Halves the gap, and every other time tries the nearest value below what the last solution
/// needed, which often is the smallest already.
double smallest_value(double infeasible,
                      double feasible,
                      const Grain& grain,
                      const std::function<Probe(double)>& probe) {
    bool just_below = false;
    while (true) {
        const double step = std::max(grain.absolute, grain.relative * feasible);
        if (feasible - infeasible <= step * (1 + 1e-6)) {
            return feasible;
        }
        double value = middle(infeasible, feasible, grain);
        if (just_below || value <= infeasible) {
            value = feasible - step;
        }
        just_below = !just_below;
        const Probe result = probe(value);
        if (result.verdict == Verdict::unknown) {
            return feasible;
        }
        if (result.verdict == Verdict::feasible) {
            feasible = std::min(result.value, value);
        } else {
            infeasible = value;
        }
    }
}

void add_nodes(Evaluator& evaluator) {
    const std::vector<Resource>& resources = evaluator.instance().problem().resources;
    for (std::size_t j = 0; j < resources.size(); ++j) {
        const int nodes = evaluator.nodes(j);
        if (nodes == 0 || nodes == resources[j].nodes || evaluator.instance().is_function(j)) {
            continue;
        }
        evaluator.set_nodes(j, resources[j].nodes);
        if (!evaluator.feasible()) {
            evaluator.set_nodes(j, nodes);
        }
    }
}

double
largest_rate_of(const Problem& problem, const Solution& solution, double rate, double highest) {
    Problem at_rate = problem;
    at_rate.arrival_rate = rate;
    const Instance instance(at_rate);
    Evaluator evaluator(instance);
    evaluator.load(solution);
    add_nodes(evaluator);
    const std::optional<MaxRateResult> found =
        largest_rate(at_rate, evaluator.solution(), {highest, k_rate_precision * rate});
    return found ? found->rate : rate;
}

} // namespace aisprint::optimizer
