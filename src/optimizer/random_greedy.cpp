// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/heuristics.hpp"
#include "clock.hpp"
#include "draw.hpp"
#include "elites.hpp"
#include "node_search.hpp"
#include "parallel.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

namespace aisprint::optimizer {

namespace {

/// Iterations that a thread takes at a time. Each has random numbers of its own: how early a draw
/// ends depends on the other threads.
constexpr std::uint64_t k_block = 256;

/// Costs above the limit by less than this are left to the exact comparison.
constexpr double k_cost_slack = 1e-9;

/// Distance in bytes of what different threads write.
constexpr std::size_t k_cache_line = 64;

/// What the threads tell each other. It only saves work that could not change the result: a
/// placement dearer than the K-th cheapest of any thread is not among the K cheapest of all.
struct Shared {
    // apart from each other: the limit is read for each iteration, the counters are written often
    alignas(k_cache_line) std::atomic<std::uint64_t> next_block{0};
    std::atomic<std::uint64_t> steps{0};
    alignas(k_cache_line) std::atomic<double> cost_limit{k_infinite};
    std::atomic<bool> feasible{false};

    void lower_limit(double cost) {
        double seen = cost_limit.load(std::memory_order_relaxed);
        while (cost < seen && !cost_limit.compare_exchange_weak(seen, cost)) {}
    }
};

class Worker {
public:
    Worker(const DrawTables& tables, const RandomGreedyOptions& options, Shared& shared)
        : m_options(&options), m_shared(&shared), m_draw(tables), m_evaluator(tables.instance()),
          m_elites(options.elites) {}

    void run(const StopWatch& watch) {
        while (true) {
            const std::uint64_t first = m_shared->next_block.fetch_add(1) * k_block;
            const bool asked = first < m_options->stop.iterations;
            if (!asked && watch.seconds() >= m_options->stop.duration_s) {
                return;
            }
            const std::uint64_t left = m_options->stop.iterations - first;
            run_block(first, asked ? std::min(left, k_block) : k_block);
        }
    }

    const Elites& elites() const { return m_elites; }

private:
    const RandomGreedyOptions* m_options;
    Shared* m_shared;
    Draw m_draw;
    Evaluator m_evaluator;
    Solution m_solution;
    Elites m_elites;

    void run_block(std::uint64_t first, std::uint64_t count) {
        for (std::uint64_t iteration = first; iteration < first + count; ++iteration) {
            Random random(m_options->seed, iteration);
            const double limit = m_shared->cost_limit.load(std::memory_order_relaxed);
            const DrawStyle style = iteration % 4 == 0 ? DrawStyle::uniform : DrawStyle::thrifty;
            if (m_draw.next(random, style, limit + k_cost_slack * limit)) {
                consider(iteration);
            }
        }
        m_shared->steps.fetch_add(count, std::memory_order_relaxed);
    }

    /// A complete draw that keeps C1 to C6 and may be cheap enough.
    void consider(std::uint64_t iteration) {
        const double violation = m_draw.violation_at_all_nodes();
        if (violation > 0) {
            consider_violation(iteration, violation);
            return;
        }
        m_draw.store_with_least_nodes(m_solution);
        m_evaluator.load(m_solution);
        const double limit = m_shared->cost_limit.load(std::memory_order_relaxed);
        if (!set_cheapest_nodes(m_evaluator, limit)) {
            return;
        }
        m_elites.offer({m_evaluator.solution(), m_evaluator.cost(), 0}, iteration);
        m_shared->feasible.store(true, std::memory_order_relaxed);
        m_shared->lower_limit(m_elites.worst_cost());
    }

    /// Of use only as long as nothing is feasible.
    void consider_violation(std::uint64_t iteration, double violation) {
        if (m_shared->feasible.load(std::memory_order_relaxed) ||
            violation > m_elites.worst_violation() * (1 + k_cost_slack)) {
            return;
        }
        m_draw.store_with_all_nodes(m_solution);
        m_evaluator.load(m_solution);
        const double rate = m_evaluator.violation_rate();
        if (rate > 0 && rate < k_infinite) {
            m_elites.offer({m_evaluator.solution(), m_evaluator.cost(), rate}, iteration);
        }
    }
};

} // namespace

HeuristicResult random_greedy(const Instance& instance, const RandomGreedyOptions& options) {
    const StopWatch watch;
    const DrawTables tables(instance);
    Shared shared;
    const std::uint64_t blocks = (options.stop.iterations + k_block - 1) / k_block;
    unsigned threads = thread_count(options.threads);
    if (options.stop.duration_s <= 0) {
        threads = static_cast<unsigned>(std::clamp<std::uint64_t>(blocks, 1, threads));
    }
    std::vector<Elites> found(threads, Elites(options.elites));
    run_side_by_side(threads, [&](unsigned number) {
        Worker worker(tables, options, shared); // made here, so that its memory is the thread's own
        worker.run(watch);
        found[number] = worker.elites();
    });

    Elites elites(options.elites);
    for (const Elites& list : found) {
        elites.merge(list);
    }
    HeuristicResult result;
    result.feasible = elites.feasible();
    result.elites = elites.take();
    result.steps = shared.steps.load();
    result.seconds = watch.seconds();
    return result;
}

} // namespace aisprint::optimizer
