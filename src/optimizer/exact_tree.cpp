// SPDX-License-Identifier: Apache-2.0
#include "exact_tree.hpp"

#include "aisprint/base/result.hpp"
#include "aisprint/optimizer/evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

namespace aisprint::optimizer::exact {

namespace {

constexpr double k_tie = 1e-9;

unsigned thread_count(unsigned asked) {
    return asked > 0 ? asked : std::max(1U, std::thread::hardware_concurrency());
}

} // namespace

TreeSearch::TreeSearch(const Instance& instance, const ExactOptions& options)
    : m_instance(&instance), m_options(options), m_start(std::chrono::steady_clock::now()),
      m_model(build_model(instance)), m_threads(thread_count(options.threads)) {}

double TreeSearch::elapsed_s() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
}

/// What a solution may cost to be of use. Equally cheap ones are: the first configuration wins.
double TreeSearch::threshold() const {
    if (!m_best) {
        return m_model.cost_limit * (1 + k_tie) + k_tie;
    }
    if (m_options.gap > 0) {
        return m_best_cost * (1 - m_options.gap);
    }
    return m_best_cost + k_tie * std::max(1.0, m_best_cost);
}

double TreeSearch::live_threshold() {
    const std::lock_guard lock(m_mutex);
    if (elapsed_s() > m_options.duration_s) {
        m_timed_out = true;
        m_stop = true;
        m_changed.notify_all();
    }
    return m_stop ? -1.0 : threshold();
}

ConfigurationKey TreeSearch::key_of(const Solution& solution) const {
    ConfigurationKey key;
    key.machine_cost = 0;
    for (std::size_t s = 0; s < m_model.machine_slots; ++s) {
        const int nodes = solution.nodes[m_model.slots[s].resource];
        key.machine_cost += m_model.slots[s].node_cost * nodes;
        key.nodes.push_back(nodes);
    }
    return key;
}

/// Takes a solution if it is better. Solutions of a configuration that leave one of its machines
/// empty count as found by chance: the configuration without it is searched, too.
void TreeSearch::offer(const Solution& solution, double cost, const Box* box) {
    ConfigurationKey key = key_of(solution);
    bool own = box != nullptr;
    for (std::size_t s = 0; own && s < m_model.machine_slots; ++s) {
        own = key.nodes[s] == box->high[s];
    }
    if (!own) {
        key = {};
    }
    const std::lock_guard lock(m_mutex);
    const double tie = k_tie * std::max(1.0, cost);
    const bool better = cost < m_best_cost - tie;
    const bool earlier = cost <= m_best_cost + tie && key < m_best_key;
    if (!better && !earlier) {
        return;
    }
    const double now = elapsed_s();
    if (!m_best) {
        m_first_s = now;
    }
    if (better) {
        m_best_s = now;
    }
    m_best = solution;
    m_best_cost = cost;
    m_best_key = std::move(key);
    if (m_phase == Phase::any_feasible) {
        m_stop = true;
        m_changed.notify_all();
    }
}

void TreeSearch::add(OpenBox open) {
    const std::lock_guard lock(m_mutex);
    open.number = m_created++;
    m_open.insert(std::move(open));
    m_changed.notify_one();
}

void TreeSearch::work() {
    Relaxation relaxation(m_model);
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [&] { return m_stop || !m_open.empty() || m_in_work.empty(); });
        if (m_stop || m_open.empty()) {
            m_changed.notify_all();
            return;
        }
        if (m_open.begin()->bound > threshold()) {
            m_open.clear();
            continue;
        }
        OpenBox open = std::move(m_open.extract(m_open.begin()).value());
        const double bound = open.bound;
        const auto at = m_in_work.insert(bound);
        lock.unlock();
        process(relaxation, std::move(open));
        if (elapsed_s() > m_options.duration_s) {
            static_cast<void>(live_threshold());
        }
        lock.lock();
        if (!m_stop || m_phase == Phase::any_feasible) {
            m_in_work.erase(at);
        }
        m_changed.notify_all();
    }
}

void TreeSearch::process(Relaxation& relaxation, OpenBox open) {
    const double limit = live_threshold();
    if (limit < 0) {
        return;
    }
    if (open.box.is_single(m_model)) {
        search_leaf(relaxation, open);
        return;
    }
    if (!relaxation.set_box(open.box)) {
        return;
    }
    Relaxation::Prices prices = *open.prices;
    double bound = relaxation.improve(open.box, prices, limit, 40);
    if (bound > limit || !relaxation.shrink(open.box, prices, bound, limit)) {
        return;
    }
    open.bound = std::max(open.bound, bound);
    open.prices = std::make_shared<const Relaxation::Prices>(prices);
    if (open.box.is_single(m_model)) {
        add(std::move(open));
        return;
    }
    static_cast<void>(relaxation.evaluate(open.box, prices));
    for (Box& child : split(open.box, relaxation)) {
        if (!relaxation.set_box(child)) {
            continue;
        }
        Relaxation::Prices child_prices = prices;
        const double child_bound = relaxation.improve(child, child_prices, limit, 15);
        if (child_bound > limit || !relaxation.shrink(child, child_prices, child_bound, limit)) {
            continue;
        }
        OpenBox next;
        next.bound = std::max(open.bound, child_bound);
        next.depth = open.depth + 1;
        next.box = std::move(child);
        next.prices = std::make_shared<const Relaxation::Prices>(std::move(child_prices));
        add(std::move(next));
    }
}

std::vector<Box> TreeSearch::split(const Box& box, const Relaxation& relaxation) const {
    // dearest layer with a choice first, then the dearest range of nodes
    std::size_t chosen = k_none;
    double dearest = -1;
    for (std::size_t l = 0; l < m_model.layers.size(); ++l) {
        if (box.choices(m_model, l) + (box.may_be_empty[l] ? 1 : 0) < 2) {
            continue;
        }
        for (const std::size_t slot : m_model.layers[l]) {
            if (box.high[slot] > 0 && m_model.slots[slot].node_cost > dearest) {
                dearest = m_model.slots[slot].node_cost;
                chosen = l;
            }
        }
    }
    std::vector<Box> boxes;
    if (chosen != k_none) {
        if (box.may_be_empty[chosen]) {
            Box child = box;
            for (const std::size_t slot : m_model.layers[chosen]) {
                child.high[slot] = 0;
            }
            boxes.push_back(std::move(child));
        }
        for (const std::size_t slot : m_model.layers[chosen]) {
            if (box.high[slot] < 1) {
                continue;
            }
            Box child = box;
            child.may_be_empty[chosen] = false;
            for (const std::size_t other : m_model.layers[chosen]) {
                if (other != slot) {
                    child.high[other] = 0;
                }
            }
            boxes.push_back(std::move(child));
        }
        return boxes;
    }
    std::size_t widest = k_none;
    double spread = -1;
    for (std::size_t s = 0; s < m_model.machine_slots; ++s) {
        if (box.high[s] > box.low[s]) {
            const double value = m_model.slots[s].node_cost * (box.high[s] - box.low[s]);
            if (value > spread) {
                spread = value;
                widest = s;
            }
        }
    }
    const double work = relaxation.used_work()[widest];
    const int middle =
        std::clamp(static_cast<int>(std::min(work, 1e9)), box.low[widest], box.high[widest] - 1);
    Box below = box;
    below.high[widest] = middle;
    Box above = box;
    above.low[widest] = middle + 1;
    boxes.push_back(std::move(below));
    boxes.push_back(std::move(above));
    return boxes;
}

void TreeSearch::search_leaf(Relaxation& relaxation, const OpenBox& open) {
    LeafLimits limits;
    limits.threshold = live_threshold();
    if (limits.threshold < 0 || !relaxation.set_box(open.box)) {
        return;
    }
    limits.nodes = ~std::uint64_t{0};
    limits.first_only = m_phase == Phase::any_feasible;
    limits.current_threshold = [this] { return live_threshold(); };
    Relaxation::Prices prices = *open.prices;
    const double bound = relaxation.improve(open.box, prices, limits.threshold, 30);
    if (bound > limits.threshold) {
        return;
    }
    const LeafResult found =
        search_configuration(m_model, relaxation, open.box, std::move(prices), limits);
    {
        const std::lock_guard lock(m_mutex);
        ++m_configurations;
        m_nodes += found.nodes;
    }
    if (found.solution) {
        offer(*found.solution, found.cost, &open.box);
    }
}

void TreeSearch::search(Phase phase) {
    m_phase = phase;
    m_stop = false;
    m_open.clear();
    m_in_work.clear();
    Relaxation relaxation(m_model);
    OpenBox root;
    root.box = whole_box(m_model);
    root.prices = std::make_shared<const Relaxation::Prices>(relaxation.first_prices());
    add(std::move(root));
    std::vector<std::thread> helpers;
    for (unsigned t = 1; t < m_threads; ++t) {
        helpers.emplace_back([this] { work(); });
    }
    work();
    for (std::thread& helper : helpers) {
        helper.join();
    }
}

ExactResult TreeSearch::run() {
    if (m_model.is_hopeless) {
        return result(true);
    }
    search(m_options.goal == ExactGoal::any_feasible ? Phase::any_feasible : Phase::cheapest);
    return result(!m_best && !m_timed_out);
}

ExactResult TreeSearch::result(bool is_infeasible) {
    ExactResult result;
    result.seconds = elapsed_s();
    result.configurations = m_configurations;
    result.nodes = m_nodes;
    result.first_solution_s = m_first_s;
    result.best_solution_s = m_best_s;
    if (is_infeasible) {
        result.status = ExactStatus::infeasible;
        result.lower_bound = k_infinite;
        return result;
    }
    double bound = m_best ? m_best_cost : m_model.cost_limit;
    if (m_best && m_options.gap > 0) {
        bound = threshold(); // boxes above it were left out
    }
    const bool first_only = m_options.goal == ExactGoal::any_feasible;
    if (first_only) {
        bound = 0; // the rest was not looked at
    }
    if (m_timed_out) {
        if (!m_open.empty()) {
            bound = std::min(bound, m_open.begin()->bound);
        }
        if (!m_in_work.empty()) {
            bound = std::min(bound, *m_in_work.begin());
        }
    }
    result.lower_bound = bound;
    if (m_best) {
        result.solution = m_best;
        result.cost = m_best_cost;
        result.status = m_timed_out || first_only ? ExactStatus::feasible : ExactStatus::optimal;
    } else {
        result.status = ExactStatus::unknown;
    }
    return result;
}

} // namespace aisprint::optimizer::exact
