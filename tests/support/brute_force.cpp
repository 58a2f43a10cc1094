// SPDX-License-Identifier: Apache-2.0
#include "brute_force.hpp"

#include "naive_evaluator.hpp"

#include <vector>

namespace aisprint::optimizer::test {

namespace {

class Enumeration {
public:
    Enumeration(const Problem& problem, double arrival_rate)
        : m_problem(&problem), m_evaluator(problem, arrival_rate),
          m_partitions_on(problem.resources.size(), 0) {
        m_current.components.resize(problem.components.size());
        m_current.nodes.assign(problem.resources.size(), 0);
    }

    BruteForceResult run() {
        choose_component(0);
        return m_result;
    }

private:
    const Problem* m_problem;
    NaiveEvaluator m_evaluator;
    std::vector<int> m_partitions_on;
    Solution m_current;
    BruteForceResult m_result;

    [[nodiscard]] bool on_edge(std::size_t j) const {
        return m_problem->resources[j].kind == ResourceKind::edge;
    }

    void choose_component(std::size_t i) {
        if (i == m_problem->components.size()) {
            if (!returns_to_edge()) {
                choose_nodes(0);
            }
            return;
        }
        Choice& choice = m_current.components[i];
        for (std::size_t s = 0; s < m_problem->components[i].deployments.size(); ++s) {
            choice.deployment = s;
            choice.resources.clear();
            choose_resource(i, 0);
        }
    }

    void choose_resource(std::size_t i, std::size_t q) {
        Choice& choice = m_current.components[i];
        const std::vector<Partition>& partitions =
            m_problem->components[i].deployments[choice.deployment].partitions;
        if (q == partitions.size()) {
            choose_component(i + 1);
            return;
        }
        for (const Candidate& candidate : partitions[q].candidates) {
            const std::size_t j = candidate.resource;
            const bool returns = q > 0 && on_edge(j) && !on_edge(choice.resources.back());
            if (returns || layer_has_other(j)) {
                continue;
            }
            choice.resources.push_back(j);
            ++m_partitions_on[j];
            choose_resource(i, q + 1);
            --m_partitions_on[j];
            choice.resources.pop_back();
        }
    }

    /// C1: another machine of the same layer is in use.
    [[nodiscard]] bool layer_has_other(std::size_t j) const {
        const Resource& resource = m_problem->resources[j];
        for (std::size_t other = 0; other < m_problem->resources.size(); ++other) {
            if (other != j && m_partitions_on[other] > 0 &&
                m_problem->resources[other].layer == resource.layer &&
                resource.kind != ResourceKind::function) {
                return true;
            }
        }
        return false;
    }

    /// C6 between components.
    [[nodiscard]] bool returns_to_edge() const {
        for (std::size_t i = 0; i < m_problem->components.size(); ++i) {
            for (const Successor& successor : m_problem->components[i].successors) {
                if (!on_edge(m_current.components[i].resources.back()) &&
                    on_edge(m_current.components[successor.component].resources.front())) {
                    return true;
                }
            }
        }
        return false;
    }

    void choose_nodes(std::size_t j) {
        if (j == m_problem->resources.size()) {
            try_current();
            return;
        }
        if (m_partitions_on[j] == 0) {
            m_current.nodes[j] = 0;
            choose_nodes(j + 1);
            return;
        }
        for (int nodes = 1; nodes <= m_problem->resources[j].nodes; ++nodes) {
            m_current.nodes[j] = nodes;
            choose_nodes(j + 1);
        }
    }

    void try_current() {
        const double cost = m_evaluator.cost(m_current);
        if (m_result.best && cost >= m_result.cost) {
            return;
        }
        ++m_result.evaluated;
        if (m_evaluator.evaluate(m_current).feasible()) {
            m_result.best = m_current;
            m_result.cost = cost;
        }
    }
};

} // namespace

BruteForceResult brute_force(const Problem& problem, double arrival_rate) {
    return Enumeration(problem, arrival_rate).run();
}

} // namespace aisprint::optimizer::test
