// SPDX-License-Identifier: Apache-2.0
#include "all_placements.hpp"

#include <numeric>

namespace aisprint::optimizer::test {

namespace {

class Walk {
public:
    Walk(const Problem& problem,
         const NodeNumbers& node_numbers,
         const std::function<void(const Solution&)>& visit)
        : m_problem(&problem), m_node_numbers(&node_numbers), m_visit(&visit),
          m_used(problem.resources.size(), 0) {
        m_current.components.resize(problem.components.size());
        m_current.nodes.assign(problem.resources.size(), 0);
    }

    void choose_component(std::size_t i) {
        if (i == m_problem->components.size()) {
            choose_nodes(0);
            return;
        }
        for (std::size_t s = 0; s < m_problem->components[i].deployments.size(); ++s) {
            m_current.components[i].deployment = s;
            m_current.components[i].resources.clear();
            choose_resource(i, 0);
        }
    }

private:
    const Problem* m_problem;
    const NodeNumbers* m_node_numbers;
    const std::function<void(const Solution&)>* m_visit;
    std::vector<int> m_used;
    Solution m_current;

    void choose_resource(std::size_t i, std::size_t q) {
        Choice& choice = m_current.components[i];
        const Deployment& deployment = m_problem->components[i].deployments[choice.deployment];
        if (q == deployment.partitions.size()) {
            const Choice chosen = choice;
            choose_component(i + 1);
            m_current.components[i] = chosen;
            return;
        }
        for (const Candidate& candidate : deployment.partitions[q].candidates) {
            choice.resources.push_back(candidate.resource);
            ++m_used[candidate.resource];
            choose_resource(i, q + 1);
            --m_used[candidate.resource];
            choice.resources.pop_back();
        }
    }

    void choose_nodes(std::size_t j) {
        if (j == m_problem->resources.size()) {
            (*m_visit)(m_current);
            return;
        }
        if (m_used[j] == 0) {
            m_current.nodes[j] = 0;
            choose_nodes(j + 1);
            return;
        }
        for (const int nodes : (*m_node_numbers)(m_current, j)) {
            m_current.nodes[j] = nodes;
            choose_nodes(j + 1);
        }
    }
};

} // namespace

NodeNumbers all_node_numbers(const Problem& problem) {
    return [&problem](const Solution&, std::size_t resource) {
        std::vector<int> numbers(static_cast<std::size_t>(problem.resources[resource].nodes));
        std::iota(numbers.begin(), numbers.end(), 1);
        return numbers;
    };
}

void for_each_placement(const Problem& problem,
                        const NodeNumbers& node_numbers,
                        const std::function<void(const Solution&)>& visit) {
    Walk(problem, node_numbers, visit).choose_component(0);
}

} // namespace aisprint::optimizer::test
