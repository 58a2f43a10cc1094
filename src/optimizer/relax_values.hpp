// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/exact.hpp"
#include "aisprint/optimizer/instance.hpp"
#include "aisprint/optimizer/problem.hpp"
#include "aisprint/optimizer/solution.hpp"
#include "clock.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

/// Searches for the nearest value of a limit with which a problem has a solution.
namespace aisprint::optimizer {

/// Wall clock that several searches share.
class Deadline {
public:
    explicit Deadline(double duration_s) : m_duration_s(duration_s) {}

    /// Seconds left, at least 0.
    [[nodiscard]] double remaining_s() const {
        return std::max(0.0, m_duration_s - m_watch.seconds());
    }

private:
    double m_duration_s;
    StopWatch m_watch;
};

/// What a search for a feasible solution says; unknown if its time was up.
enum class Verdict { feasible, infeasible, unknown };

/// An answer with the solution, if there is one.
struct Finding {
    Verdict verdict = Verdict::unknown;
    Solution solution;
};

/// Looks for any solution, for at most a share of the time left, so that a hard search leaves some
/// to others.
[[nodiscard]] Finding
find_feasible(const Instance& instance, const Deadline& deadline, unsigned threads);

/// Looks for the cheapest solution, from one that is feasible if there is one at hand.
[[nodiscard]] ExactResult find_cheapest(const Instance& instance,
                                        const std::optional<Solution>& incumbent,
                                        const Deadline& deadline,
                                        unsigned threads);

/// Looks for any solution that costs no more than `cost_limit`.
[[nodiscard]] Finding find_within_cost(const Instance& instance,
                                       double cost_limit,
                                       const Deadline& deadline,
                                       unsigned threads);

/// True if costs are the same but for rounding.
[[nodiscard]] inline bool same_cost(double a, double b) {
    return std::abs(a - b) <= 1e-9 * std::max(1.0, std::max(std::abs(a), std::abs(b)));
}

/// What a search under a value of a limit says, and the value that its solution needs.
struct Probe {
    Verdict verdict = Verdict::unknown;
    double value = 0;
};

/// How near to the smallest value is near enough. With an absolute grain values are whole numbers.
struct Grain {
    double relative = 0;
    double absolute = 0;
};

/// The smallest value of a limit for which `probe` finds a solution: one that a solution needs,
/// while the value one grain below is infeasible. `infeasible` is a value that is too small,
/// `feasible` one that a solution needs. Ends early when a probe does not know.
[[nodiscard]] double smallest_value(double infeasible,
                                    double feasible,
                                    const Grain& grain,
                                    const std::function<Probe(double)>& probe);

/// Gives every machine in use all its nodes as long as the placement stays feasible.
void add_nodes(Evaluator& evaluator);

/// The largest rate up to `highest` that a placement stands with all its nodes, to a millionth of
/// `rate`; at least `rate`, at which it is feasible.
[[nodiscard]] double
largest_rate_of(const Problem& problem, const Solution& solution, double rate, double highest);

} // namespace aisprint::optimizer
