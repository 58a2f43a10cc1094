// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/tradeoffs.hpp"

#include "relax.hpp"
#include "relax_values.hpp"

#include <algorithm>
#include <utility>

namespace aisprint::optimizer {

namespace {

/// Relative difference below which two response times are one.
constexpr double k_time_grain = 1e-6;

/// The front of cost against the time of a path, by the constraint method: the cheapest solution
/// under a limit of the path is a point of the front once no solution of that cost is faster.
class PathFront {
public:
    PathFront(const Problem& problem, std::size_t path, const TradeoffOptions& options)
        : m_problem(problem), m_path(path), m_options(options), m_deadline(options.duration_s),
          m_limit(problem.path_constraints[path].threshold_s) {}

    std::vector<FrontPoint> run() {
        add_ends();
        while (m_points.size() > 1 && m_points.size() < m_options.points) {
            const std::size_t at = widest_gap();
            if (at == m_points.size() || !fill(at)) {
                break;
            }
        }
        std::vector<FrontPoint> front;
        for (Vertex& vertex : m_points) {
            front.push_back(std::move(vertex.point));
        }
        return front;
    }

private:
    /// A point, and what is known of the gap between it and the next one, which is faster.
    struct Vertex {
        FrontPoint point;
        /// Under limits up to this one the next point is the cheapest.
        double explored_s = 0;
        /// The lower half of the gap was empty: look right below this point.
        bool is_sparse = false;
    };

    Problem m_problem; ///< the limit of the path changes
    std::size_t m_path;
    TradeoffOptions m_options;
    Deadline m_deadline;
    double m_limit;
    std::vector<Vertex> m_points; ///< cheapest first

    const Instance& with_limit(std::optional<Instance>& instance, double limit_s) {
        m_problem.path_constraints[m_path].threshold_s = limit_s;
        return instance.emplace(m_problem);
    }

    double time_of(const Instance& instance, const Solution& solution) const {
        Evaluator evaluator(instance);
        evaluator.load(solution);
        return evaluator.path_time(m_path);
    }

    /// The cheapest solution under a limit; nothing if there is none or time is up.
    std::optional<FrontPoint> cheapest(double limit_s) {
        std::optional<Instance> holder;
        const Instance& instance = with_limit(holder, limit_s);
        std::optional<Solution> incumbent;
        for (const Vertex& vertex : m_points) {
            if (vertex.point.value <= limit_s) {
                incumbent = vertex.point.solution;
                break;
            }
        }
        ExactResult result = find_cheapest(instance, incumbent, m_deadline, m_options.threads);
        if (!result.solution) {
            return std::nullopt;
        }
        FrontPoint point;
        point.cost = result.cost;
        point.value = time_of(instance, *result.solution);
        point.solution = std::move(*result.solution);
        point.proved = result.status == ExactStatus::optimal;
        return point;
    }

    /// Makes a point as fast as its cost allows. No solution of that cost keeps to `too_fast_s`.
    void tighten(FrontPoint& point, double too_fast_s) {
        const double cost_limit = point.cost + 1e-9 * std::max(1.0, point.cost);
        const auto probe = [&](double limit_s) {
            std::optional<Instance> holder;
            const Instance& instance = with_limit(holder, limit_s);
            Finding finding = find_within_cost(instance, cost_limit, m_deadline, m_options.threads);
            if (finding.verdict == Verdict::feasible) {
                point.value = time_of(instance, finding.solution);
                point.solution = std::move(finding.solution);
            }
            point.proved = point.proved && finding.verdict != Verdict::unknown;
            return Probe{finding.verdict, point.value};
        };
        static_cast<void>(smallest_value(too_fast_s, point.value, {k_time_grain, 0}, probe));
    }

    /// The least time of the path that any solution reaches.
    double fastest(const Solution& solution) {
        const auto value_of = [&](const Instance& instance, const Solution& found) {
            Evaluator evaluator(instance);
            evaluator.load(found);
            const double before = evaluator.path_time(m_path);
            add_nodes(evaluator);
            return std::min(before, evaluator.path_time(m_path));
        };
        const auto probe = [&](double limit_s) {
            std::optional<Instance> holder;
            const Instance& instance = with_limit(holder, limit_s);
            const Finding finding = find_feasible(instance, m_deadline, m_options.threads);
            return finding.verdict == Verdict::feasible
                       ? Probe{finding.verdict, value_of(instance, finding.solution)}
                       : Probe{finding.verdict, 0};
        };
        std::optional<Instance> holder;
        const double start_s = value_of(with_limit(holder, m_limit), solution);
        return smallest_value(0, start_s, {k_time_grain, 0}, probe);
    }

    void add_ends() {
        std::optional<FrontPoint> slow = cheapest(m_limit);
        if (!slow) {
            return;
        }
        m_points.push_back({*slow, 0, false});
        if (m_options.points < 2) {
            tighten(m_points[0].point, 0);
            return;
        }
        const double fastest_s = fastest(slow->solution);
        std::optional<FrontPoint> fast = cheapest(fastest_s);
        if (!fast) {
            return; // time is up
        }
        if (fast->cost <= slow->cost || same_cost(fast->cost, slow->cost)) {
            m_points[0].point = std::move(*fast);
            return;
        }
        m_points.push_back({std::move(*fast), 0, false});
        tighten(m_points[0].point, m_points[1].point.value);
        m_points[0].explored_s = m_points[1].point.value;
    }

    [[nodiscard]] static double right_below(const Vertex& vertex) {
        return vertex.point.value * (1 - k_time_grain);
    }

    /// Number of the point after which there is most room, in time and in cost; one beyond the
    /// last if all gaps are known to be empty.
    [[nodiscard]] std::size_t widest_gap() const {
        const FrontPoint& slow = m_points.front().point;
        const FrontPoint& fast = m_points.back().point;
        std::size_t widest = m_points.size();
        double most = 0;
        for (std::size_t at = 0; at + 1 < m_points.size(); ++at) {
            const Vertex& vertex = m_points[at];
            if (vertex.explored_s >= right_below(vertex)) {
                continue;
            }
            const double room =
                (vertex.point.value - vertex.explored_s) / (slow.value - fast.value) +
                (m_points[at + 1].point.cost - vertex.point.cost) / (fast.cost - slow.cost);
            if (room > most) {
                most = room;
                widest = at;
            }
        }
        return widest;
    }

    /// Looks for a point in a gap. False if time is up.
    bool fill(std::size_t at) {
        const double top_s = right_below(m_points[at]);
        const double low_s = m_points[at].explored_s;
        const double limit_s = m_points[at].is_sparse ? top_s : 0.5 * (low_s + top_s);
        std::optional<FrontPoint> found = cheapest(limit_s);
        if (!found) { // too hard for its share of the time
            m_points[at].explored_s = k_infinite;
            return m_deadline.remaining_s() > 0;
        }
        m_points[at].explored_s = limit_s;
        m_points[at].is_sparse = true;
        const double next_cost = m_points[at + 1].point.cost;
        if (found->cost >= next_cost || same_cost(found->cost, next_cost)) {
            return true;
        }
        tighten(*found, std::max(low_s, m_points[at + 1].point.value));
        m_points[at].is_sparse = false;
        m_points.insert(m_points.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                        Vertex{std::move(*found), low_s, false});
        return true;
    }
};

} // namespace

std::vector<FrontPoint>
cost_against_path_time(const Problem& problem, std::size_t path, const TradeoffOptions& options) {
    return PathFront(problem, path, options).run();
}

} // namespace aisprint::optimizer
