// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/tradeoffs.hpp"

#include "relax_values.hpp"

#include <algorithm>

namespace aisprint::optimizer {

namespace {

/// Relative precision of the largest feasible rate.
constexpr double k_rate_grain = 1e-4;

/// The front of cost against arrival rate: the cheapest solution at each rate of a grid.
class RateFront {
public:
    RateFront(const Problem& problem, double upper_bound, const TradeoffOptions& options)
        : m_problem(&problem), m_upper_bound(std::max(upper_bound, problem.arrival_rate)),
          m_options(options), m_deadline(options.duration_s) {}

    std::vector<FrontPoint> run() {
        const std::optional<FrontPoint> first = cheapest(m_problem->arrival_rate, std::nullopt);
        if (!first) {
            return {};
        }
        std::vector<FrontPoint> points; // rates descend
        std::optional<Solution> above;
        if (m_options.points > 1) {
            const double highest = largest_rate(first->solution);
            for (const double rate : inner_rates(highest)) {
                if (std::optional<FrontPoint> point = cheapest(rate, above)) {
                    above = point->solution;
                    points.push_back(std::move(*point));
                }
            }
        }
        points.push_back(*first);
        return undominated(std::move(points));
    }

private:
    const Problem* m_problem;
    double m_upper_bound;
    TradeoffOptions m_options;
    Deadline m_deadline;

    /// Rates above the problem's own, the highest first.
    [[nodiscard]] std::vector<double> inner_rates(double highest) const {
        const double lowest = m_problem->arrival_rate;
        std::vector<double> rates;
        if (highest > lowest) {
            const auto steps = static_cast<double>(m_options.points - 1);
            for (std::size_t k = m_options.points - 1; k > 0; --k) {
                const double share = static_cast<double>(k) / steps;
                rates.push_back(k + 1 == m_options.points ? highest
                                                          : lowest + share * (highest - lowest));
            }
        }
        return rates;
    }

    /// The cheapest solution at a rate; `start` is one that may be feasible there.
    std::optional<FrontPoint> cheapest(double rate, const std::optional<Solution>& start) {
        const Instance instance(*m_problem, rate);
        std::optional<Solution> incumbent = start;
        if (incumbent && !evaluate(instance, *incumbent).feasible()) {
            incumbent.reset();
        }
        ExactResult result = find_cheapest(instance, incumbent, m_deadline, m_options.threads);
        if (!result.solution) {
            return std::nullopt;
        }
        FrontPoint point;
        point.cost = result.cost;
        point.value = rate;
        point.solution = std::move(*result.solution);
        point.proved = result.status == ExactStatus::optimal;
        return point;
    }

    /// The largest rate up to the upper bound that any solution stands.
    double largest_rate(const Solution& solution) {
        double best = rate_of(solution, m_problem->arrival_rate);
        const auto probe = [&](double interval_s) {
            const double rate = 1.0 / interval_s;
            const Finding finding =
                find_feasible(Instance(*m_problem, rate), m_deadline, m_options.threads);
            if (finding.verdict != Verdict::feasible) {
                return Probe{finding.verdict, 0};
            }
            best = std::max(best, rate_of(finding.solution, rate));
            return Probe{finding.verdict, 1.0 / best};
        };
        if (best < m_upper_bound) {
            const Finding finding =
                find_feasible(Instance(*m_problem, m_upper_bound), m_deadline, m_options.threads);
            if (finding.verdict == Verdict::feasible) {
                return m_upper_bound;
            }
            static_cast<void>(
                smallest_value(1.0 / m_upper_bound, 1.0 / best, {k_rate_grain, 0}, probe));
        }
        return best;
    }

    /// The largest rate that a placement stands with all nodes.
    double rate_of(const Solution& solution, double feasible) const {
        return largest_rate_of(*m_problem, solution, feasible, m_upper_bound);
    }

    /// Leaves out points that cost no less than one of a higher rate; rates ascend afterwards.
    static std::vector<FrontPoint> undominated(std::vector<FrontPoint> points) {
        std::vector<FrontPoint> front;
        for (FrontPoint& point : points) {
            if (front.empty() ||
                (point.cost < front.back().cost && !same_cost(point.cost, front.back().cost))) {
                front.push_back(std::move(point));
            }
        }
        std::ranges::reverse(front);
        return front;
    }
};

} // namespace

std::vector<FrontPoint>
cost_against_rate(const Problem& problem, double upper_bound, const TradeoffOptions& options) {
    return RateFront(problem, upper_bound, options).run();
}

} // namespace aisprint::optimizer
