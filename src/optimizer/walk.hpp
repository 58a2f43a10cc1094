// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/heuristics.hpp"
#include "clock.hpp"
#include "neighbourhood.hpp"
#include "random.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

/// What the improvement heuristics share: a walk from one feasible placement to the next.
namespace aisprint::optimizer {

/// The last placements visited, up to a number of them.
class TabuList {
public:
    explicit TabuList(std::size_t capacity) : m_capacity(capacity) {}

    void add(const Ranked& ranked);
    [[nodiscard]] bool contains(const Ranked& ranked) const;

private:
    std::size_t m_capacity;
    std::deque<Ranked> m_entries;
};

/// A feasible placement that moves to its neighbours. Each neighbour gets its cheapest node
/// numbers.
class Walk {
public:
    explicit Walk(const Instance& instance);

    /// Starts from a solution, with its cheapest node numbers. False if it is not feasible.
    [[nodiscard]] bool start(const Solution& solution);

    [[nodiscard]] const Ranked& current() const { return m_current; }

    void go_to(Ranked ranked);

    /// Decides on a neighbour that is feasible.
    using Filter = std::function<bool(const Ranked&)>;

    /// The cheapest feasible neighbour that passes the filter; among equally cheap ones the first.
    [[nodiscard]] std::optional<Ranked> cheapest_neighbour(const Filter& filter);

    /// The cheapest distinct feasible neighbours that pass the filter, at most `count`, cheapest
    /// first.
    [[nodiscard]] std::vector<Ranked> cheapest_neighbours(std::size_t count, const Filter& filter);

    /// One of the feasible neighbours that pass the filter, each with the same probability.
    [[nodiscard]] std::optional<Ranked> random_neighbour(Random& random, const Filter& filter);

    /// True if the placement has a feasible neighbour at all, after one of those above found
    /// none.
    [[nodiscard]] bool has_neighbours() const { return m_seen_feasible; }

private:
    Evaluator m_evaluator;
    Neighbourhood m_neighbourhood;
    Ranked m_current;
    std::vector<std::size_t> m_order;
    bool m_is_collected = false;
    bool m_seen_feasible = false;

    void collect();
    std::optional<Ranked> visit(std::size_t move, double cost_limit);
};

/// Steps and seconds that a walk may take, the longer of both.
class Budget {
public:
    Budget(std::uint64_t steps, double seconds) : m_steps(steps), m_seconds(seconds) {}

    [[nodiscard]] bool is_open() const { return m_done < m_steps || m_watch.seconds() < m_seconds; }
    void count_step() { ++m_done; }
    [[nodiscard]] std::uint64_t done() const { return m_done; }

private:
    std::uint64_t m_steps;
    double m_seconds;
    std::uint64_t m_done = 0;
    StopWatch m_watch;
};

/// Where a walk ended up.
struct WalkResult {
    Ranked best;
    StopReason reason = StopReason::steps;
};

/// Walks from a starting point until the budget or the heuristic's own rule ends it.
using Walker = std::function<WalkResult(Walk& walk, Budget& budget, Random& random)>;

/// Runs a walk from each starting point that is feasible, side by side. Iterations are split over
/// the starting points, the first ones taking the remainder; a duration is split so that the whole
/// takes as long as asked.
[[nodiscard]] HeuristicResult walk_from_all(const Instance& instance,
                                            const std::vector<Solution>& starts,
                                            const ImprovementOptions& options,
                                            const Walker& walker);

} // namespace aisprint::optimizer
