// SPDX-License-Identifier: Apache-2.0
#include "exact_tree.hpp"

#include "exact_split.hpp"
#include "exact_walk.hpp"

#include "aisprint/base/result.hpp"
#include "aisprint/optimizer/evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

namespace aisprint::optimizer::exact {

namespace {

constexpr double k_tie = 1e-9;

/// Subgradient steps for a box that is taken out, and for each of its parts.
constexpr std::size_t k_steps = 40;
constexpr std::size_t k_child_steps = 15;

/// Boxes that may wait; a box takes one to two kilobytes.
constexpr std::size_t k_most_waiting = 100'000;

/// Boxes looked at for a first solution before the search for the cheapest one begins.
constexpr std::uint64_t k_first_boxes = 100;
constexpr std::uint64_t k_start_boxes = 2000;
constexpr std::uint64_t k_no_limit = ~std::uint64_t{0};

/// Nodes of the first search in a configuration; eight times as many each time it is taken again.
constexpr std::uint64_t k_first_nodes = 20'000;
constexpr unsigned k_most_effort = 14;

/// Ranges of node numbers from this on are worth a search with the highest ones.
constexpr int k_many_nodes = 6;

/// Every so many boxes one of the hard configurations is taken again.
constexpr std::uint64_t k_turn = 16;

/// Layers that are all open in a search for any solution; with more, options get too many.
constexpr std::size_t k_most_open = 8;

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
        return std::min(m_model.cost_limit, m_options.cost_limit) * (1 + k_tie) + k_tie;
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
    if (cost > m_options.cost_limit * (1 + k_tie) + k_tie) {
        return;
    }
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

/// Queues a box. Keeps it with the thread that found it when too many are waiting, so that memory
/// stays bounded: what is kept is searched depth first.
void TreeSearch::add(OpenBox open, std::vector<OpenBox>& own) {
    const std::lock_guard lock(m_mutex);
    open.number = m_created++;
    open.rank = m_phase == Phase::cheapest
                    ? open.bound
                    : open.bound / (m_model.cost_limit + 1) - static_cast<double>(open.depth);
    if (open.effort > 0) {
        open.rank = open.bound + (m_model.cost_limit + 1) * open.effort;
        m_deferred.insert(std::move(open));
    } else if (m_open.size() < k_most_waiting) {
        m_open.insert(std::move(open));
    } else {
        own.push_back(std::move(open));
    }
    m_changed.notify_one();
}

void TreeSearch::drop_dear_boxes() {
    const double limit = threshold();
    if (m_phase == Phase::cheapest && !m_open.empty() && m_open.begin()->bound > limit) {
        m_open.clear(); // the least bound comes first
    }
    std::erase_if(m_deferred, [&](const OpenBox& open) { return open.bound > limit; });
}

/// The next box: mostly the one of least rank, now and then a hard configuration once more.
std::optional<OpenBox> TreeSearch::take() {
    drop_dear_boxes();
    const bool again = m_taken % k_turn == 0 || m_open.empty();
    Queue& queue = again && !m_deferred.empty() ? m_deferred : m_open;
    if (queue.empty()) {
        return std::nullopt;
    }
    if (++m_taken > m_take_limit) {
        m_stop = true;
        return std::nullopt;
    }
    return std::move(queue.extract(queue.begin()).value());
}

void TreeSearch::work() {
    Relaxation relaxation(m_model);
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [&] {
            return m_stop || !m_open.empty() || !m_deferred.empty() || m_in_work.empty();
        });
        std::optional<OpenBox> open;
        if (!m_stop) {
            open = take();
        }
        if (m_stop || (!open && m_in_work.empty())) {
            m_changed.notify_all();
            return;
        }
        if (!open) {
            continue;
        }
        const auto at = m_in_work.insert(open->bound);
        lock.unlock();
        process(relaxation, *std::move(open));
        lock.lock();
        if (!m_stop) {
            m_in_work.erase(at); // else its bound counts: it may not be finished
        }
        m_changed.notify_all();
    }
}

void TreeSearch::process(Relaxation& relaxation, OpenBox open) {
    std::vector<OpenBox> own;
    own.push_back(std::move(open));
    while (!own.empty()) {
        OpenBox next = std::move(own.back());
        own.pop_back();
        look_at(relaxation, std::move(next), own);
    }
}

void TreeSearch::look_at(Relaxation& relaxation, OpenBox open, std::vector<OpenBox>& own) {
    const double limit = live_threshold();
    if (limit < 0 || open.bound > limit) {
        return;
    }
    if (open.box.is_single(m_model)) {
        search_leaf(relaxation, std::move(open));
        return;
    }
    if (!relaxation.set_box(open.box)) {
        return;
    }
    Relaxation::Prices prices = *open.prices;
    const double bound = relaxation.improve(open.box, prices, limit, k_steps);
    if (bound > limit || !relaxation.shrink(open.box, prices, bound, limit)) {
        return;
    }
    open.bound = std::max(open.bound, bound);
    open.prices = std::make_shared<const Relaxation::Prices>(prices);
    if (open.box.is_single(m_model)) {
        add(std::move(open), own);
        return;
    }
    if (is_hopeless(relaxation, open.box, prices)) {
        return;
    }
    static_cast<void>(relaxation.evaluate(open.box, prices));
    for (Box& child : split(m_model, open.box, relaxation.used_work())) {
        if (!relaxation.set_box(child)) {
            continue;
        }
        Relaxation::Prices child_prices = prices;
        const double child_bound = relaxation.improve(child, child_prices, limit, k_child_steps);
        if (child_bound > limit || !relaxation.shrink(child, child_prices, child_bound, limit)) {
            continue;
        }
        OpenBox next;
        next.bound = std::max(open.bound, child_bound);
        next.depth = open.depth + 1;
        next.box = std::move(child);
        next.prices = std::make_shared<const Relaxation::Prices>(std::move(child_prices));
        add(std::move(next), own);
    }
}

void TreeSearch::search_leaf(Relaxation& relaxation, OpenBox open) {
    LeafLimits limits;
    limits.threshold = live_threshold();
    if (limits.threshold < 0 || !relaxation.set_box(open.box)) {
        return;
    }
    limits.nodes = k_first_nodes << (3 * std::min(open.effort, k_most_effort));
    limits.first_only = m_phase == Phase::any_feasible;
    limits.current_threshold = [this] { return live_threshold(); };
    Relaxation::Prices prices = *open.prices;
    if (relaxation.improve(open.box, prices, limits.threshold, k_steps) > limits.threshold) {
        return;
    }
    const LeafResult found =
        search_configuration(m_model, relaxation, open.box, std::move(prices), limits);
    {
        const std::lock_guard lock(m_mutex);
        m_configurations += open.effort == 0 ? 1 : 0;
        m_nodes += found.nodes;
    }
    if (found.solution) {
        offer(*found.solution, found.cost, found.is_complete ? &open.box : nullptr);
    }
    if (!found.is_complete) {
        ++open.effort;
        std::vector<OpenBox> none; // deferred ones are always queued
        add(std::move(open), none);
    }
}

/// True if only node numbers are open, many of them, and not even the highest ones admit a
/// placement: without trained models fewer nodes are never better.
bool TreeSearch::is_hopeless(Relaxation& relaxation,
                             const Box& box,
                             const Relaxation::Prices& prices) {
    int numbers = 0;
    for (std::size_t l = 0; l < m_model.layers.size(); ++l) {
        if (box.choices(m_model, l) + (box.may_be_empty[l] ? 1 : 0) > 1) {
            return false;
        }
        for (const std::size_t slot : m_model.layers[l]) {
            const int range = std::max(0, box.high[slot] - box.low[slot]);
            if (range > 0 && m_model.slots[slot].has_tables) {
                return false;
            }
            numbers = std::max(numbers, range);
        }
    }
    if (numbers < k_many_nodes) {
        return false;
    }
    Box highest = box;
    highest.low = box.high;
    for (int& low : highest.low) {
        low = std::max(1, low);
    }
    LeafLimits limits;
    limits.threshold = m_model.cost_limit * (1 + k_tie) + k_tie;
    limits.nodes = k_first_nodes;
    limits.first_only = true;
    const LeafResult found = search_configuration(m_model, relaxation, highest, prices, limits);
    if (found.solution) {
        offer(*found.solution, found.cost, nullptr);
    }
    return !found.solution && found.is_complete;
}

/// Everything; if any placement will do, only the most nodes of each machine: times fall and
/// capacities rise with them, unless trained models run there. A limit of the cost wants all.
Box TreeSearch::root_box(Phase phase) const {
    Box box = whole_box(m_model);
    if (phase == Phase::cheapest || m_options.cost_limit < m_model.cost_limit) {
        return box;
    }
    box.low = box.high;
    if (m_all_open) {
        box.may_be_empty.assign(box.may_be_empty.size(), false); // machines may stand idle
    }
    for (const Unit& unit : m_model.units) {
        for (const Variant& variant : unit.variants) {
            for (const Part& part : variant.parts) {
                for (const Place& place : part.places) {
                    if (place.figures->kind == TimeKind::table) {
                        box.low[place.slot] = 1;
                    }
                }
            }
        }
    }
    return box;
}

/// Looks at boxes until none is left (exhausted), a limit is reached or, if any solution will do,
/// there is one.
TreeSearch::Outcome TreeSearch::search(Phase phase, std::uint64_t take_limit) {
    m_phase = phase;
    m_stop = false;
    m_taken = 0;
    m_take_limit = take_limit;
    m_open.clear();
    m_deferred.clear();
    m_in_work.clear();
    OpenBox root;
    root.box = root_box(phase);
    root.prices = std::make_shared<const Relaxation::Prices>(Relaxation(m_model).first_prices());
    std::vector<OpenBox> none; // the queue is empty, so that the root is put there
    add(std::move(root), none);
    std::vector<std::thread> helpers;
    for (unsigned t = 1; t < m_threads; ++t) {
        helpers.emplace_back([this] { work(); });
    }
    work();
    for (std::thread& helper : helpers) {
        helper.join();
    }
    return m_stop ? Outcome::stopped : Outcome::exhausted;
}

/// Takes over the solution that the caller has, if it holds what it promises.
void TreeSearch::use_incumbent() {
    if (!m_options.incumbent) {
        return;
    }
    Evaluator evaluator(*m_instance);
    evaluator.load(*m_options.incumbent);
    if (evaluator.feasible()) {
        offer(*m_options.incumbent, evaluator.cost(), nullptr);
    }
}

/// Looks for a first solution: for a moment in any set of machines, which gives cheaper ones, then
/// with a machine in every layer, which settles sooner whether there is one.
TreeSearch::Outcome TreeSearch::find_start() {
    const Outcome outcome = search(Phase::any_feasible, k_first_boxes);
    if (outcome == Outcome::exhausted || m_best || m_timed_out) {
        return outcome;
    }
    m_all_open = true;
    return search(Phase::any_feasible, k_start_boxes);
}

void TreeSearch::improve_start() {
    Relaxation relaxation(m_model);
    const auto is_stopped = [this] { return elapsed_s() > m_options.duration_s; };
    const WalkResult walked = walk_configurations(m_model, relaxation, *m_best, is_stopped);
    m_configurations += walked.configurations;
    m_nodes += walked.nodes;
    offer(walked.solution, walked.cost, nullptr);
}

ExactResult TreeSearch::run() {
    if (m_model.is_hopeless) {
        return result(true);
    }
    use_incumbent();
    if (m_options.goal == ExactGoal::any_feasible) {
        m_all_open = m_model.layers.size() <= k_most_open;
        const bool exhausted =
            !m_best && search(Phase::any_feasible, k_no_limit) == Outcome::exhausted;
        return result(exhausted && !m_best);
    }
    if (!m_best && find_start() == Outcome::exhausted && !m_best) {
        return result(true);
    }
    if (m_timed_out) { // before the bounds of this phase mean anything
        m_open.clear();
        m_deferred.clear();
        m_in_work.clear();
        m_in_work.insert(0.0);
        return result(false);
    }
    if (m_best) {
        m_phase = Phase::cheapest;
        improve_start();
    }
    const Outcome outcome = search(Phase::cheapest, k_no_limit);
    return result(outcome == Outcome::exhausted && !m_best);
}

/// What no solution undercuts, whatever the search found: the relaxation of the whole problem.
double TreeSearch::root_bound() const {
    const double most = m_best ? m_best_cost : m_model.cost_limit;
    Relaxation relaxation(m_model);
    const Box box = whole_box(m_model);
    if (!relaxation.set_box(box)) {
        return most;
    }
    Relaxation::Prices prices = relaxation.first_prices();
    return std::min(relaxation.improve(box, prices, most, k_steps), most);
}

/// What no solution undercuts, as far as the search went.
double TreeSearch::proved_bound() const {
    if (m_options.goal == ExactGoal::any_feasible) {
        return 0;
    }
    double bound = m_best ? m_best_cost : m_model.cost_limit;
    if (m_best && m_options.gap > 0) {
        bound = threshold(); // boxes above it were left out
    }
    if (m_timed_out) {
        for (const Queue* queue : {&m_open, &m_deferred}) {
            for (const OpenBox& open : *queue) {
                bound = std::min(bound, open.bound);
            }
        }
        if (!m_in_work.empty()) {
            bound = std::min(bound, *m_in_work.begin());
        }
        if (bound <= 0) { // not even the first box was looked at
            bound = root_bound();
        }
    }
    return std::max(0.0, bound);
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
    result.lower_bound = proved_bound();
    if (!m_best) {
        result.status = ExactStatus::unknown;
        return result;
    }
    const bool is_proved = !m_timed_out && m_options.goal == ExactGoal::cheapest;
    result.solution = m_best;
    result.cost = m_best_cost;
    result.status = is_proved ? ExactStatus::optimal : ExactStatus::feasible;
    return result;
}

} // namespace aisprint::optimizer::exact
