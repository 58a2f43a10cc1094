// SPDX-License-Identifier: Apache-2.0
#include "node_search.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace aisprint::optimizer {

namespace {

/// Combinations up to which all are looked at; with more, the evaluations after which the search
/// is content with what it has.
constexpr int k_node_budget = 4096;

int least_nodes(const Evaluator& evaluator, std::size_t resource) {
    const int available = evaluator.instance().problem().resources[resource].nodes;
    const double stable = std::floor(work_on(evaluator, resource) / k_full_load) + 1;
    return stable < available ? static_cast<int>(stable) : available;
}

/// The box of node numbers between the least stable ones and N_j, searched depth first. While
/// response times only fall with node numbers (queueing models and functions), a machine's number
/// is out of the question if the rest at N_j does not make the placement feasible.
class NodeSearch {
public:
    NodeSearch(Evaluator& evaluator, double cost_limit)
        : m_evaluator(&evaluator), m_cost_limit(cost_limit), m_best_cost(cost_limit) {
        const Problem& problem = evaluator.instance().problem();
        double combinations = 1;
        for (std::size_t j = 0; j < problem.resources.size(); ++j) {
            if (evaluator.is_used(j) && !evaluator.instance().is_function(j)) {
                m_machines.push_back(j);
                m_monotone = m_monotone && is_monotone(j);
            }
        }
        std::ranges::stable_sort(m_machines, [&](std::size_t a, std::size_t b) {
            return problem.resources[a].cost > problem.resources[b].cost;
        });
        for (const std::size_t machine : m_machines) {
            m_least.push_back(least_nodes(evaluator, machine));
            m_most.push_back(problem.resources[machine].nodes);
            combinations *= m_most.back() - m_least.back() + 1;
        }
        // a limit must not decide where a search that is cut off ends up: limits come from other
        // threads at any time
        m_is_cut_off = combinations > k_node_budget;
        m_best_cost = m_is_cut_off ? k_infinite : cost_limit;
    }

    /// True if there is a feasible point within the limit; leaves the evaluator at it.
    bool run() {
        set_all(m_least);
        if (m_evaluator->cost() > m_cost_limit) {
            return false;
        }
        if (m_evaluator->feasible()) {
            return true;
        }
        if (m_monotone) {
            set_all(m_most);
            if (!m_evaluator->feasible()) {
                return false;
            }
        }
        m_nodes = m_least;
        descend(0);
        if (m_best.empty()) {
            return false;
        }
        set_all(m_best);
        return m_best_cost <= m_cost_limit;
    }

private:
    Evaluator* m_evaluator;
    double m_cost_limit;
    double m_best_cost;
    bool m_is_cut_off = false;
    bool m_monotone = true;
    std::vector<std::size_t> m_machines;
    std::vector<int> m_least;
    std::vector<int> m_most;
    std::vector<int> m_nodes;
    std::vector<int> m_best;
    int m_evaluations = 0;

    bool is_monotone(std::size_t machine) const {
        const Instance& instance = m_evaluator->instance();
        return std::ranges::none_of(
            m_evaluator->partitions_on(machine), [&](std::size_t partition) {
                return instance.candidate(partition, machine)->kind == TimeKind::table;
            });
    }

    void set_all(const std::vector<int>& nodes) {
        for (std::size_t d = 0; d < m_machines.size(); ++d) {
            m_evaluator->set_nodes(m_machines[d], nodes[d]);
        }
    }

    /// Cost with machines before `dimension` as chosen, the rest at the least.
    double cost_from(std::size_t dimension) {
        for (std::size_t d = 0; d < m_machines.size(); ++d) {
            m_evaluator->set_nodes(m_machines[d], d < dimension ? m_nodes[d] : m_least[d]);
        }
        return m_evaluator->cost();
    }

    bool feasible_from(std::size_t dimension) {
        ++m_evaluations;
        for (std::size_t d = 0; d < m_machines.size(); ++d) {
            m_evaluator->set_nodes(m_machines[d], d < dimension ? m_nodes[d] : m_most[d]);
        }
        return m_evaluator->feasible();
    }

    bool has_run_out() const {
        return m_is_cut_off && m_evaluations > k_node_budget && !(m_monotone && m_best.empty());
    }

    void descend(std::size_t dimension) {
        if (dimension == m_machines.size()) {
            const double cost = cost_from(dimension);
            const bool better = m_best.empty() ? cost <= m_best_cost : cost < m_best_cost;
            if (better && (m_monotone || feasible_from(dimension))) {
                m_best = m_nodes;
                m_best_cost = cost;
            }
            return;
        }
        for (int n = m_least[dimension]; n <= m_most[dimension]; ++n) {
            m_nodes[dimension] = n;
            if (cost_from(dimension + 1) > m_best_cost || has_run_out()) {
                return;
            }
            if (!m_monotone || feasible_from(dimension + 1)) {
                descend(dimension + 1);
            }
        }
    }
};

} // namespace

double work_on(const Evaluator& evaluator, std::size_t resource) {
    return evaluator.utilisation(resource) * evaluator.nodes(resource);
}

void set_least_nodes(Evaluator& evaluator) {
    const Instance& instance = evaluator.instance();
    for (std::size_t j = 0; j < instance.problem().resources.size(); ++j) {
        if (evaluator.is_used(j) && !instance.is_function(j)) {
            evaluator.set_nodes(j, least_nodes(evaluator, j));
        }
    }
}

bool set_cheapest_nodes(Evaluator& evaluator, double cost_limit) {
    return NodeSearch(evaluator, cost_limit).run();
}

} // namespace aisprint::optimizer
