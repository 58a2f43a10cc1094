// SPDX-License-Identifier: Apache-2.0
#include "walk.hpp"

#include "elites.hpp"
#include "node_search.hpp"
#include "parallel.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <utility>

namespace aisprint::optimizer {

namespace {

/// Bounds are sums in another order than costs; they may be off by rounding.
constexpr double k_bound_slack = 1e-9;

} // namespace

void TabuList::add(const Ranked& ranked) {
    m_entries.push_back(ranked);
    if (m_entries.size() > m_capacity) {
        m_entries.pop_front();
    }
}

bool TabuList::contains(const Ranked& ranked) const {
    return std::ranges::any_of(m_entries, [&](const Ranked& entry) {
        return entry.cost == ranked.cost && entry.solution == ranked.solution;
    });
}

Walk::Walk(const Instance& instance) : m_evaluator(instance), m_neighbourhood(instance) {}

bool Walk::start(const Solution& solution) {
    m_evaluator.load(solution);
    if (!m_evaluator.feasible()) {
        return false;
    }
    const double cost = m_evaluator.cost();
    if (!set_cheapest_nodes(m_evaluator, cost)) {
        m_evaluator.load(solution);
    }
    m_current = {m_evaluator.solution(), m_evaluator.cost(), 0};
    m_is_collected = false;
    return true;
}

void Walk::go_to(Ranked ranked) {
    m_evaluator.load(ranked.solution);
    m_current = std::move(ranked);
    m_is_collected = false;
}

void Walk::collect() {
    m_seen_feasible = false;
    if (m_is_collected) {
        return;
    }
    m_is_collected = true;
    m_neighbourhood.collect(m_evaluator);
    m_order.resize(m_neighbourhood.size());
    std::iota(m_order.begin(), m_order.end(), std::size_t{0});
}

std::optional<Ranked> Walk::visit(std::size_t move, double cost_limit) {
    m_neighbourhood.apply(move, m_evaluator);
    std::optional<Ranked> neighbour;
    if (set_cheapest_nodes(m_evaluator, cost_limit)) {
        neighbour = Ranked{m_evaluator.solution(), m_evaluator.cost(), 0};
        m_seen_feasible = true;
    }
    m_neighbourhood.undo(move, m_current.solution, m_evaluator);
    return neighbour;
}

std::optional<Ranked> Walk::cheapest_neighbour(const Filter& filter) {
    std::vector<Ranked> cheapest = cheapest_neighbours(1, filter);
    return cheapest.empty() ? std::nullopt : std::optional<Ranked>(std::move(cheapest.front()));
}

std::vector<Ranked> Walk::cheapest_neighbours(std::size_t count, const Filter& filter) {
    collect();
    std::ranges::sort(m_order, [&](std::size_t a, std::size_t b) {
        const double bound_a = m_neighbourhood.least_cost(a);
        const double bound_b = m_neighbourhood.least_cost(b);
        return bound_a != bound_b ? bound_a < bound_b : a < b;
    });
    Elites cheapest(count);
    for (const std::size_t move : m_order) {
        const double limit = cheapest.worst_cost();
        if (m_neighbourhood.least_cost(move) > limit + k_bound_slack * limit) {
            break;
        }
        std::optional<Ranked> neighbour = visit(move, limit);
        if (neighbour && neighbour->cost < limit && filter(*neighbour)) {
            cheapest.offer(std::move(*neighbour), move);
        }
    }
    return cheapest.take();
}

std::optional<Ranked> Walk::random_neighbour(Random& random, const Filter& filter) {
    collect();
    std::ranges::sort(m_order);
    for (std::size_t left = m_order.size(); left > 0; --left) {
        const std::size_t pick = random.below(left);
        std::optional<Ranked> neighbour = visit(m_order[pick], k_infinite);
        if (neighbour && filter(*neighbour)) {
            return neighbour;
        }
        std::swap(m_order[pick], m_order[left - 1]);
    }
    return std::nullopt;
}

HeuristicResult walk_from_all(const Instance& instance,
                              const std::vector<Solution>& starts,
                              const ImprovementOptions& options,
                              const Walker& walker) {
    const StopWatch watch;
    const auto count = static_cast<std::uint64_t>(starts.size());
    const auto threads =
        static_cast<unsigned>(std::clamp<std::uint64_t>(count, 1, thread_count(options.threads)));
    struct Slot {
        std::optional<WalkResult> result;
        std::uint64_t steps = 0;
    };
    std::vector<Slot> slots(starts.size());
    std::atomic<std::size_t> next{0};
    run_side_by_side(threads, [&](unsigned) {
        Walk walk(instance);
        for (std::size_t at = next++; at < starts.size(); at = next++) {
            if (!walk.start(starts[at])) {
                continue;
            }
            const std::uint64_t steps =
                options.stop.iterations / count + (at < options.stop.iterations % count ? 1 : 0);
            Budget budget(steps, options.stop.duration_s * threads / static_cast<double>(count));
            Random random(options.seed, at);
            slots[at].result = walker(walk, budget, random);
            slots[at].steps = budget.done();
        }
    });

    HeuristicResult result;
    Elites elites(starts.size());
    double best_cost = k_infinite;
    for (std::size_t at = 0; at < slots.size(); ++at) {
        result.steps += slots[at].steps;
        if (!slots[at].result) {
            continue;
        }
        if (slots[at].result->best.cost < best_cost) {
            best_cost = slots[at].result->best.cost;
            result.reason = slots[at].result->reason;
        }
        elites.offer(std::move(slots[at].result->best), at);
    }
    result.feasible = elites.feasible();
    result.elites = elites.take();
    result.seconds = watch.seconds();
    return result;
}

} // namespace aisprint::optimizer
