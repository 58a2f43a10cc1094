// SPDX-License-Identifier: Apache-2.0
#include "ledger.hpp"

#include <algorithm>
#include <cmath>

namespace aisprint::optimizer {

Ledger::Ledger(const Instance& instance)
    : m_instance(&instance), m_states(instance.problem().resources.size()),
      m_machines_of_layer(instance.problem().layers.size(), 0) {
    const Problem& problem = instance.problem();
    for (std::size_t j = 0; j < m_states.size(); ++j) {
        const Resource& resource = problem.resources[j];
        m_states[j].is_machine = resource.kind != ResourceKind::function;
        m_states[j].nodes = resource.nodes;
        m_states[j].price = m_states[j].is_machine ? problem.horizon_h * resource.cost : 0.0;
        m_states[j].layer = resource.layer;
    }
}

void Ledger::load(const Evaluator& evaluator) {
    for (State& state : m_states) {
        state.users = 0;
        state.least_nodes = 0;
        state.work = 0;
    }
    std::ranges::fill(m_machines_of_layer, 0);
    m_overloaded = 0;
    m_cost = 0;
    for (std::size_t j = 0; j < m_states.size(); ++j) {
        for (const std::size_t partition : evaluator.partitions_on(j)) {
            add(partition, j);
        }
    }
}

bool Ledger::is_open(std::size_t resource) const {
    const State& state = m_states[resource];
    return !state.is_machine || m_machines_of_layer[state.layer] == (state.users > 0 ? 1 : 0);
}

void Ledger::change(std::size_t partition, std::size_t resource, int direction) {
    const CandidateFigures& figures = *m_instance->candidate(partition, resource);
    State& state = m_states[resource];
    m_cost += direction * figures.cost;
    const bool was_used = state.users > 0;
    state.users += direction;
    if (!state.is_machine) {
        return;
    }
    state.work = state.users > 0 ? state.work + direction * figures.work : 0.0;
    const int before = state.least_nodes;
    state.least_nodes =
        state.users > 0
            ? static_cast<int>(std::min(std::max(0.0, state.work) / k_full_load, 1e9)) + 1
            : 0;
    m_cost += state.price * (state.least_nodes - before);
    m_overloaded += (state.least_nodes > state.nodes ? 1 : 0) - (before > state.nodes ? 1 : 0);
    m_machines_of_layer[state.layer] += (state.users > 0 ? 1 : 0) - (was_used ? 1 : 0);
}

} // namespace aisprint::optimizer
