// SPDX-License-Identifier: Apache-2.0
#include "exact_leaf.hpp"

#include "exact_choices.hpp"

#include "aisprint/base/result.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace aisprint::optimizer::exact {

namespace {

/// A path constraint as the search sees it.
struct PathView {
    std::vector<std::size_t> units;
    std::vector<std::size_t> successors; ///< per step: index of the edge
    double limit_s = 0;
};

class LeafSearch {
public:
    LeafSearch(const Model& model, const Box& box, const LeafLimits& limits)
        : m_model(&model), m_choices(model, box), m_lists(m_choices.lists()), m_limits(&limits),
          m_threshold(limits.threshold), m_evaluator(*model.instance) {
        const std::size_t count = m_choices.configuration().slots.size();
        m_load.assign(count, 0.0);
        m_memory.assign(count, 0.0);
        m_partitions.assign(count, 0);
        m_exclusive.assign(count, false);
        m_inverse.assign(count, 1.0);
        const Problem& problem = model.instance->problem();
        for (std::size_t p = 0; p < problem.path_constraints.size(); ++p) {
            PathView view;
            view.units = problem.path_constraints[p].components;
            view.limit_s = problem.path_constraints[p].threshold_s * (1 + 2 * k_time_tolerance);
            for (std::size_t step = 0; step + 1 < view.units.size(); ++step) {
                view.successors.push_back(model.instance->path_successor(p, step));
            }
            m_paths.push_back(std::move(view));
        }
    }

    [[nodiscard]] bool
    prepare(Relaxation& relaxation, const Box& box, const Relaxation::Prices& prices) {
        return m_choices.prepare(relaxation, box, prices, m_threshold);
    }

    /// Components come by their weights, heaviest first, options by theirs at the given prices.
    LeafResult run(const std::vector<double>& unit_weights, Multipliers prices) {
        m_order_set = std::move(prices);
        arrange(unit_weights);
        m_placed.assign(m_lists.size(), k_none);
        m_times.assign(m_lists.size(), 0.0);
        m_inner_times.assign(m_lists.size(), 0.0);
        descend(0, 0.0, std::vector<double>(m_choices.sets().size(), 0.0));
        m_result.nodes = m_nodes;
        m_result.is_complete = !m_stopped;
        return std::move(m_result);
    }

    [[nodiscard]] const Configuration& configuration() const { return m_choices.configuration(); }

private:
    const Model* m_model;
    Choices m_choices;
    const std::vector<OptionList>& m_lists;
    const LeafLimits* m_limits;
    double m_threshold;
    Evaluator m_evaluator;
    std::vector<PathView> m_paths;
    LeafResult m_result;

    // the order of the search
    Multipliers m_order_set; ///< prices by which options are tried
    std::vector<std::size_t> m_order;
    std::vector<std::vector<double>> m_rest_cost_of_set; ///< per set: least weights from a depth on
    std::vector<std::vector<double>> m_rest_load;        ///< per slot
    std::vector<double> m_rest_cost;
    std::vector<std::vector<std::vector<double>>> m_weights; ///< per set, component, option
    std::vector<double> m_least_inner_s;
    std::vector<double> m_least_last_s;

    // what is placed
    std::vector<double> m_load;
    std::vector<double> m_memory;
    std::vector<std::uint32_t> m_partitions;
    std::vector<bool> m_exclusive;
    std::vector<double> m_inverse;
    std::vector<std::size_t> m_placed;
    std::vector<double> m_times;
    std::vector<double> m_inner_times;
    std::uint64_t m_nodes = 0;
    bool m_stopped = false;

    void arrange(const std::vector<double>& unit_weights) {
        m_order.resize(m_lists.size());
        std::iota(m_order.begin(), m_order.end(), std::size_t{0});
        std::ranges::stable_sort(m_order, [&](std::size_t a, std::size_t b) {
            return unit_weights[a] > unit_weights[b];
        });
        for (std::size_t i = 0; i < m_lists.size(); ++i) {
            std::vector<double> weights(m_lists[i].options.size(), 0.0);
            for (const std::size_t o : m_choices.alive()[i]) {
                weights[o] = m_choices.weigh(m_order_set, i, o);
            }
            std::ranges::stable_sort(m_choices.alive()[i], [&](std::size_t a, std::size_t b) {
                return weights[a] < weights[b];
            });
        }
        const std::size_t depth = m_order.size();
        m_rest_cost_of_set.assign(m_choices.sets().size(), std::vector<double>(depth + 1, 0.0));
        m_weights.assign(m_choices.sets().size(), {});
        for (std::size_t k = 0; k < m_choices.sets().size(); ++k) {
            m_weights[k].resize(m_lists.size());
            for (std::size_t d = depth; d-- > 0;) {
                const std::size_t i = m_order[d];
                m_weights[k][i].assign(m_lists[i].options.size(), 0.0);
                double least = k_infinite;
                for (const std::size_t o : m_choices.alive()[i]) {
                    m_weights[k][i][o] = m_choices.weigh(m_choices.sets()[k], i, o);
                    least = std::min(least, m_weights[k][i][o]);
                }
                m_rest_cost_of_set[k][d] = m_rest_cost_of_set[k][d + 1] + least;
            }
        }
        arrange_rest();
    }

    void arrange_rest() {
        const std::size_t depth = m_order.size();
        const std::size_t count = m_choices.configuration().slots.size();
        m_rest_load.assign(depth + 1, std::vector<double>(count, 0.0));
        m_rest_cost.assign(depth + 1, 0.0);
        m_least_inner_s.assign(m_lists.size(), 0.0);
        m_least_last_s.assign(m_lists.size(), 0.0);
        for (std::size_t d = depth; d-- > 0;) {
            const std::size_t i = m_order[d];
            std::vector<double> least(count, k_infinite);
            double cost = k_infinite;
            double inner = k_infinite;
            double last = k_infinite;
            for (const std::size_t o : m_choices.alive()[i]) {
                const Option& option = m_lists[i].options[o];
                cost = std::min(cost, option.cost);
                std::vector<double> load(count, 0.0);
                double queues = 0;
                for (const Use& use : m_lists[i].uses_of(option)) {
                    load[use.local] = use.load;
                    queues += use.demand_s / (1 - use.load);
                }
                inner = std::min(inner, option.inner_fixed_s + queues);
                last = std::min(last, option.fixed_s + queues);
                for (std::size_t l = 0; l < count; ++l) {
                    least[l] = std::min(least[l], load[l]);
                }
            }
            m_least_inner_s[i] = inner;
            m_least_last_s[i] = last;
            m_rest_cost[d] = m_rest_cost[d + 1] + cost;
            for (std::size_t l = 0; l < count; ++l) {
                m_rest_load[d][l] = m_rest_load[d + 1][l] + least[l];
            }
        }
    }

    [[nodiscard]] bool fits_neighbours(std::size_t i, const Option& option) const {
        const Instance& instance = *m_model->instance;
        for (const std::size_t k : m_model->units[i].predecessors) {
            if (m_placed[k] != k_none &&
                !instance.may_follow(m_lists[k].options[m_placed[k]].last_resource,
                                     option.first_resource)) {
                return false;
            }
        }
        for (const std::size_t k : m_model->units[i].successors) {
            if (m_placed[k] != k_none &&
                !instance.may_follow(option.last_resource,
                                     m_lists[k].options[m_placed[k]].first_resource)) {
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] bool fits_slots(std::size_t depth, std::size_t i, const Option& option) const {
        for (const Use& use : m_lists[i].uses_of(option)) {
            const std::size_t l = use.local;
            if (m_load[l] + use.load + m_rest_load[depth + 1][l] >= 1.0 + k_slack ||
                m_memory[l] + use.memory_mb > m_choices.memory_limits()[l] || m_exclusive[l] ||
                (use.is_exclusive && m_partitions[l] > 0)) {
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] bool keeps_times() {
        for (std::size_t l = 0; l < m_load.size(); ++l) {
            m_inverse[l] = m_load[l] < 1 ? 1.0 / (1.0 - m_load[l]) : k_infinite;
        }
        for (std::size_t i = 0; i < m_lists.size(); ++i) {
            const Unit& unit = m_model->units[i];
            if (m_placed[i] == k_none || (!unit.on_path && unit.local_limit_s == k_infinite)) {
                continue;
            }
            const Option& option = m_lists[i].options[m_placed[i]];
            double queues = 0;
            for (const Use& use : m_lists[i].uses_of(option)) {
                if (use.demand_s > 0) {
                    queues += use.demand_s * m_inverse[use.local];
                }
            }
            m_times[i] = option.fixed_s + queues;
            m_inner_times[i] = option.inner_fixed_s + queues;
            if (m_times[i] > unit.local_limit_s * (1 + 2 * k_time_tolerance)) {
                return false;
            }
        }
        return std::ranges::all_of(m_paths, [&](const PathView& path) { return keeps_path(path); });
    }

    [[nodiscard]] bool keeps_path(const PathView& path) const {
        double sum = 0;
        for (std::size_t step = 0; step < path.units.size(); ++step) {
            const std::size_t i = path.units[step];
            const bool is_last = step + 1 == path.units.size();
            if (m_placed[i] == k_none) {
                sum += is_last ? m_least_last_s[i] : m_least_inner_s[i];
                continue;
            }
            if (is_last) {
                sum += m_times[i];
                continue;
            }
            sum += m_inner_times[i];
            const std::size_t next = path.units[step + 1];
            if (m_placed[next] != k_none) {
                const Option& option = m_lists[i].options[m_placed[i]];
                const Option& after = m_lists[next].options[m_placed[next]];
                if (option.last_resource != after.first_resource) {
                    const double data = m_model->instance->edge_data(
                        i, m_model->units[i].variants[option.variant].deployment,
                        path.successors[step]);
                    sum += m_model->instance->transfer_time(option.last_resource,
                                                            after.first_resource, data);
                }
            }
        }
        return sum <= path.limit_s;
    }

    /// What placing an option changes, to be taken back exactly.
    struct Undo {
        double load;
        double memory;
        std::uint32_t partitions;
        bool exclusive;
    };

    void put(std::size_t i, std::size_t o, std::vector<Undo>& undo) {
        undo.clear();
        for (const Use& use : m_lists[i].uses_of(m_lists[i].options[o])) {
            const std::size_t l = use.local;
            undo.push_back({m_load[l], m_memory[l], m_partitions[l], m_exclusive[l]});
            m_load[l] += use.load;
            m_memory[l] += use.memory_mb;
            m_partitions[l] += use.partitions;
            m_exclusive[l] = m_exclusive[l] || use.is_exclusive;
        }
        m_placed[i] = o;
    }

    void take_back(std::size_t i, const std::vector<Undo>& undo) {
        const std::span<const Use> uses = m_lists[i].uses_of(m_lists[i].options[m_placed[i]]);
        for (std::size_t k = 0; k < undo.size(); ++k) {
            const std::size_t l = uses[k].local;
            m_load[l] = undo[k].load;
            m_memory[l] = undo[k].memory;
            m_partitions[l] = undo[k].partitions;
            m_exclusive[l] = undo[k].exclusive;
        }
        m_placed[i] = k_none;
    }

    [[nodiscard]] bool is_out_of_budget() {
        if (m_nodes >= m_limits->nodes) {
            m_stopped = true;
        } else if (m_nodes % 256 == 0 && m_limits->current_threshold) {
            const double threshold = m_limits->current_threshold();
            m_stopped = threshold < 0;
            m_threshold = std::min(m_threshold, threshold);
        }
        return m_stopped;
    }

    void descend(std::size_t depth, double cost, const std::vector<double>& weights) {
        if (depth == m_order.size()) {
            accept();
            return;
        }
        const std::size_t i = m_order[depth];
        std::vector<Undo> undo;
        std::vector<double> next(weights.size());
        for (const std::size_t o : m_choices.alive()[i]) {
            ++m_nodes;
            if (is_out_of_budget()) {
                return;
            }
            const Option& option = m_lists[i].options[o];
            if (m_choices.configuration().machine_cost + cost + option.cost +
                        m_rest_cost[depth + 1] >
                    m_threshold ||
                !is_light_enough(depth, i, o, weights, next) || !fits_neighbours(i, option) ||
                !fits_slots(depth, i, option)) {
                continue;
            }
            put(i, o, undo);
            if (keeps_times()) {
                descend(depth + 1, cost + option.cost, next);
            }
            take_back(i, undo);
            if (m_stopped) {
                return;
            }
        }
    }

    [[nodiscard]] bool is_light_enough(std::size_t depth,
                                       std::size_t i,
                                       std::size_t o,
                                       const std::vector<double>& weights,
                                       std::vector<double>& next) const {
        for (std::size_t k = 0; k < m_choices.sets().size(); ++k) {
            next[k] = weights[k] + m_weights[k][i][o];
            if (m_choices.configuration().machine_cost - m_choices.sets()[k].capacity + next[k] +
                    m_rest_cost_of_set[k][depth + 1] >
                m_threshold + k_slack) {
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] Solution solution() const {
        Solution solution;
        solution.nodes.assign(m_model->instance->problem().resources.size(), 0);
        for (std::size_t i = 0; i < m_lists.size(); ++i) {
            const Option& option = m_lists[i].options[m_placed[i]];
            const Variant& variant = m_model->units[i].variants[option.variant];
            Choice choice;
            choice.deployment = variant.deployment;
            for (std::size_t q = 0; q < variant.parts.size(); ++q) {
                const std::size_t resource = m_lists[i].resources[option.first_place + q];
                choice.resources.push_back(resource);
                solution.nodes[resource] = 1;
            }
            solution.components.push_back(std::move(choice));
        }
        for (std::size_t l = 0; l < m_choices.configuration().slots.size(); ++l) {
            const std::size_t resource =
                m_model->slots[m_choices.configuration().slots[l]].resource;
            if (solution.nodes[resource] > 0) {
                solution.nodes[resource] = m_choices.configuration().nodes[l];
            }
        }
        return solution;
    }

    void accept() {
        Solution found = solution();
        m_evaluator.load(found);
        if (!m_evaluator.feasible()) {
            return; // on the very edge of a limit: the evaluator decides
        }
        const double cost = m_evaluator.cost();
        if (cost > m_threshold) {
            return;
        }
        m_result.solution = std::move(found);
        m_result.cost = cost;
        m_threshold = cost - k_slack * std::max(1.0, cost);
        m_stopped = m_stopped || m_limits->first_only;
    }
};

} // namespace

LeafResult search_configuration(const Model& model,
                                Relaxation& relaxation,
                                const Box& box,
                                Relaxation::Prices prices,
                                const LeafLimits& limits) {
    LeafSearch search(model, box, limits);
    if (!search.prepare(relaxation, box, prices)) {
        return {};
    }
    // Prices that depend on the configuration alone give the order of the search.
    const Configuration& configuration = search.configuration();
    Relaxation::Prices fixed = relaxation.first_prices();
    for (int step = 0; step < 20; ++step) {
        static_cast<void>(relaxation.evaluate(box, fixed));
        for (const std::size_t slot : configuration.slots) {
            const int nodes = configuration.nodes[configuration.locals[slot]];
            const double gap = relaxation.used_work()[slot] / nodes - 1;
            fixed[slot] = std::max(0.0, fixed[slot] + gap * (model.slots[slot].node_cost + 0.01) /
                                                          (2.0 + step));
        }
    }
    static_cast<void>(relaxation.evaluate(box, fixed));
    Multipliers order;
    order.load.assign(configuration.slots.size(), 0.0);
    order.memory.assign(configuration.slots.size(), 0.0);
    for (std::size_t l = 0; l < configuration.slots.size(); ++l) {
        order.load[l] = fixed[configuration.slots[l]] * configuration.nodes[l];
    }
    return search.run(relaxation.unit_weights(), std::move(order));
}

} // namespace aisprint::optimizer::exact
