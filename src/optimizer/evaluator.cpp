// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/evaluator.hpp"

#include "aisprint/base/result.hpp"

#include <algorithm>

namespace aisprint::optimizer {

namespace {

/// True if a trained model sees more load than it was ever profiled with: like a full queue.
bool is_saturated(const CandidateFigures& figures, int nodes) {
    return figures.exclusive && figures.time(nodes, 0) == k_infinite;
}

} // namespace

Evaluator::Evaluator(const Instance& instance)
    : m_instance(&instance), m_choices(instance.problem().components.size()),
      m_resources(instance.problem().resources.size()),
      m_components(instance.problem().components.size()),
      m_paths(instance.problem().path_constraints.size()),
      m_machines_of_layer(instance.problem().layers.size(), 0) {
    for (Choice& choice : m_choices) {
        choice.deployment = k_none;
    }
}

void Evaluator::clear() {
    for (std::size_t i = 0; i < m_choices.size(); ++i) {
        remove(i);
    }
}

void Evaluator::load(const Solution& solution) {
    clear();
    for (std::size_t i = 0; i < solution.components.size(); ++i) {
        place(i, solution.components[i].deployment, solution.components[i].resources);
    }
    for (std::size_t j = 0; j < solution.nodes.size(); ++j) {
        if (is_used(j) && !m_instance->is_function(j)) {
            set_nodes(j, solution.nodes[j]);
        }
    }
}

void Evaluator::place(std::size_t component,
                      std::size_t deployment,
                      std::span<const std::size_t> resources) {
    // attach first: a machine that the component keeps does not lose its nodes
    const Choice before = m_choices[component];
    const std::size_t first = m_instance->first_partition(component, deployment);
    if (before.deployment == deployment && std::ranges::equal(before.resources, resources)) {
        return;
    }
    const auto stays = [&](std::size_t q) {
        return before.deployment == deployment && before.resources[q] == resources[q];
    };
    for (std::size_t q = 0; q < resources.size(); ++q) {
        if (!stays(q)) {
            attach(first + q, resources[q]);
        }
    }
    if (before.deployment != k_none) {
        const std::size_t old = m_instance->first_partition(component, before.deployment);
        for (std::size_t q = 0; q < before.resources.size(); ++q) {
            if (!stays(q)) {
                detach(old + q, before.resources[q]);
            }
        }
    }
    m_choices[component].deployment = deployment;
    m_choices[component].resources.assign(resources.begin(), resources.end());
    mark_stale(component);
    refresh_cost(component);
    refresh_orders_around(component);
}

void Evaluator::move(std::size_t component, std::size_t position, std::size_t resource) {
    Choice& choice = m_choices[component];
    const std::size_t before = choice.resources[position];
    if (before == resource) {
        return;
    }
    const std::size_t partition =
        m_instance->first_partition(component, choice.deployment) + position;
    attach(partition, resource);
    detach(partition, before);
    choice.resources[position] = resource;
    mark_stale(component);
    refresh_cost(component);
    refresh_orders_around(component);
}

void Evaluator::remove(std::size_t component) {
    Choice& choice = m_choices[component];
    if (choice.deployment == k_none) {
        return;
    }
    const std::size_t first = m_instance->first_partition(component, choice.deployment);
    for (std::size_t q = 0; q < choice.resources.size(); ++q) {
        detach(first + q, choice.resources[q]);
    }
    mark_stale(component);
    choice.deployment = k_none;
    choice.resources.clear();
    refresh_cost(component);
    refresh_orders_around(component);
}

void Evaluator::set_nodes(std::size_t resource, int nodes) {
    if (m_resources[resource].nodes == nodes || !is_used(resource)) {
        return;
    }
    m_resources[resource].nodes = nodes;
    refresh_resource(resource);
}

void Evaluator::attach(std::size_t partition, std::size_t resource) {
    ResourceState& state = m_resources[resource];
    if (state.partitions.empty()) {
        state.nodes = 1;
        count_machine(resource, 1);
    }
    state.partitions.insert(std::ranges::lower_bound(state.partitions, partition), partition);
    refresh_resource(resource);
}

void Evaluator::detach(std::size_t partition, std::size_t resource) {
    ResourceState& state = m_resources[resource];
    state.partitions.erase(std::ranges::lower_bound(state.partitions, partition));
    if (state.partitions.empty()) {
        state.nodes = 0;
        count_machine(resource, -1);
    }
    refresh_resource(resource);
}

void Evaluator::count_machine(std::size_t resource, int change) {
    if (m_instance->is_function(resource)) {
        return;
    }
    int& count = m_machines_of_layer[m_instance->problem().resources[resource].layer];
    const bool was_crowded = count > 1;
    count += change;
    m_crowded_layers += (count > 1 ? 1 : 0) - (was_crowded ? 1 : 0);
}

void Evaluator::refresh_resource(std::size_t resource) {
    ResourceState& state = m_resources[resource];
    state.work = 0;
    state.memory_mb = 0;
    for (const std::size_t partition : state.partitions) {
        const CandidateFigures* figures = m_instance->candidate(partition, resource);
        AISPRINT_ASSERT(figures != nullptr);
        state.work += figures->work;
        state.memory_mb += figures->memory_mb;
        mark_stale(m_instance->partition(partition).component);
    }
    const bool was_broken = state.broken;
    state.broken = is_broken(resource);
    m_broken_resources += (state.broken ? 1 : 0) - (was_broken ? 1 : 0);
}

template <class Report>
void Evaluator::check_resource(std::size_t resource, Report&& report) const {
    const ResourceState& state = m_resources[resource];
    if (state.partitions.empty()) {
        return;
    }
    const Resource& kind = m_instance->problem().resources[resource];
    const bool has_nodes = state.nodes >= 1 && state.nodes <= kind.nodes;
    if (!has_nodes) {
        report(ConstraintKind::node_limit, state.nodes, kind.nodes);
    }
    const bool per_node = m_instance->problem().memory_rule == MemoryRule::one_node;
    const double memory_mb = kind.memory_mb * (per_node ? 1 : state.nodes);
    if (state.memory_mb > memory_mb) {
        report(ConstraintKind::memory, state.memory_mb, memory_mb);
    }
    bool is_exclusive = false;
    bool saturated = false;
    for (const std::size_t partition : state.partitions) {
        const CandidateFigures& figures = *m_instance->candidate(partition, resource);
        is_exclusive = is_exclusive || figures.exclusive;
        saturated = saturated || is_saturated(figures, state.nodes);
    }
    if (is_exclusive && state.partitions.size() > 1) {
        report(ConstraintKind::co_location, static_cast<double>(state.partitions.size()), 1);
    }
    if (utilisation(resource) >= k_full_load) {
        report(ConstraintKind::stability, utilisation(resource), 1);
    } else if (has_nodes && saturated) {
        report(ConstraintKind::stability, k_infinite, 1);
    }
}

bool Evaluator::is_broken(std::size_t resource) const {
    bool broken = false;
    check_resource(resource, [&](ConstraintKind, double, double) { broken = true; });
    return broken;
}

std::vector<Violation> Evaluator::violations_of(std::size_t resource) const {
    std::vector<Violation> violations;
    check_resource(resource, [&](ConstraintKind kind, double value, double limit) {
        violations.push_back({kind, resource, value, limit});
    });
    return violations;
}

double Evaluator::utilisation(std::size_t resource) const {
    const ResourceState& state = m_resources[resource];
    return state.nodes > 0 ? state.work / state.nodes : 0.0;
}

void Evaluator::refresh_cost(std::size_t component) {
    const Choice& choice = m_choices[component];
    ComponentState& state = m_components[component];
    state.cost = 0;
    if (choice.deployment == k_none) {
        return;
    }
    const std::size_t first = m_instance->first_partition(component, choice.deployment);
    for (std::size_t q = 0; q < choice.resources.size(); ++q) {
        state.cost += m_instance->candidate(first + q, choice.resources[q])->cost;
    }
}

double Evaluator::cost() const {
    const Problem& problem = m_instance->problem();
    double machines = 0;
    for (std::size_t j = 0; j < m_resources.size(); ++j) {
        if (m_resources[j].nodes > 0 && !m_instance->is_function(j)) {
            machines += problem.resources[j].cost * m_resources[j].nodes;
        }
    }
    double functions = 0;
    for (const ComponentState& state : m_components) {
        functions += state.cost;
    }
    return problem.horizon_h * machines + functions;
}

/// True if each resource of a placed component, and the last one of each placed predecessor, may be
/// followed by the next.
template <class MayFollow>
bool Evaluator::follows(std::size_t component, MayFollow&& may_follow) const {
    const Choice& choice = m_choices[component];
    if (choice.deployment == k_none) {
        return true;
    }
    for (std::size_t q = 1; q < choice.resources.size(); ++q) {
        if (!may_follow(choice.resources[q - 1], choice.resources[q])) {
            return false;
        }
    }
    const auto fits = [&](std::size_t predecessor) {
        return !is_placed(predecessor) ||
               may_follow(m_choices[predecessor].resources.back(), choice.resources.front());
    };
    return std::ranges::all_of(m_instance->predecessors(component), fits);
}

bool Evaluator::returns_to_edge(std::size_t component) const {
    return !follows(component, [&](std::size_t from, std::size_t to) {
        return !m_instance->is_edge(to) || m_instance->is_edge(from);
    });
}

bool Evaluator::lacks_domain(std::size_t component) const {
    return !follows(
        component, [&](std::size_t from, std::size_t to) { return m_instance->reaches(from, to); });
}

bool Evaluator::keeps_order(std::size_t component) const {
    return follows(component, [&](std::size_t from, std::size_t to) {
        return m_instance->may_follow(from, to);
    });
}

void Evaluator::refresh_order(std::size_t component) {
    ComponentState& state = m_components[component];
    const bool was_broken = state.broken;
    state.broken = !keeps_order(component);
    m_broken_components += (state.broken ? 1 : 0) - (was_broken ? 1 : 0);
}

void Evaluator::refresh_orders_around(std::size_t component) {
    refresh_order(component);
    for (const Successor& successor : m_instance->problem().components[component].successors) {
        refresh_order(successor.component);
    }
}

void Evaluator::mark_stale(std::size_t component) {
    m_components[component].stale = true;
    for (const std::size_t path : m_instance->paths_of(component)) {
        m_paths[path].stale = true;
    }
}

void Evaluator::refresh_times(std::size_t component) {
    ComponentState& state = m_components[component];
    if (!state.stale) {
        return;
    }
    state.stale = false;
    state.time_s = 0;
    state.inner_time_s = 0;
    const Choice& choice = m_choices[component];
    if (choice.deployment == k_none) {
        return;
    }
    const std::vector<Partition>& partitions =
        m_instance->problem().components[component].deployments[choice.deployment].partitions;
    const std::size_t first = m_instance->first_partition(component, choice.deployment);
    for (std::size_t q = 0; q < choice.resources.size(); ++q) {
        const std::size_t resource = choice.resources[q];
        const CandidateFigures& figures = *m_instance->candidate(first + q, resource);
        const double load = utilisation(resource);
        const double inner = figures.inner_time(nodes(resource), load);
        const double time =
            q + 1 == choice.resources.size() ? figures.time(nodes(resource), load) : inner;
        const double reach = m_instance->partition(first + q).reach;
        if (reach <= 0) {
            break; // everybody has left; later partitions are never reached
        }
        const double transfer =
            q == 0 ? 0.0
                   : m_instance->transfer_time(choice.resources[q - 1], resource,
                                               partitions[q - 1].data_sizes.front());
        state.time_s += reach * (time + transfer);
        state.inner_time_s += reach * (inner + transfer);
    }
}

double Evaluator::component_time(std::size_t component) {
    refresh_times(component);
    return m_components[component].time_s;
}

double Evaluator::path_time(std::size_t path) {
    PathState& state = m_paths[path];
    if (!state.stale) {
        return state.time_s;
    }
    state.stale = false;
    state.time_s = 0;
    const std::vector<std::size_t>& components =
        m_instance->problem().path_constraints[path].components;
    for (std::size_t step = 0; step < components.size(); ++step) {
        const std::size_t component = components[step];
        refresh_times(component);
        if (step + 1 == components.size()) {
            state.time_s += m_components[component].time_s;
            continue;
        }
        state.time_s += m_components[component].inner_time_s;
        const std::size_t next = components[step + 1];
        if (is_placed(component) && is_placed(next)) {
            const Choice& choice = m_choices[component];
            const double data = m_instance->edge_data(component, choice.deployment,
                                                      m_instance->path_successor(path, step));
            state.time_s += m_instance->transfer_time(choice.resources.back(),
                                                      m_choices[next].resources.front(), data);
        }
    }
    return state.time_s;
}

bool Evaluator::structure_holds() const {
    return m_broken_resources == 0 && m_broken_components == 0 && m_crowded_layers == 0;
}

bool Evaluator::feasible() {
    return violation_rate() == 0;
}

double Evaluator::violation_rate() {
    if (!structure_holds()) {
        return k_infinite;
    }
    const Problem& problem = m_instance->problem();
    double rate = 0;
    for (const LocalConstraint& constraint : problem.local_constraints) {
        const double time = component_time(constraint.component);
        if (!within(time, constraint.threshold_s)) {
            rate += (time - constraint.threshold_s) / constraint.threshold_s;
        }
    }
    if (rate > 0) {
        return rate;
    }
    for (std::size_t path = 0; path < problem.path_constraints.size(); ++path) {
        const double limit = problem.path_constraints[path].threshold_s;
        const double time = path_time(path);
        if (!within(time, limit)) {
            rate += (time - limit) / limit;
        }
    }
    return rate;
}

void Evaluator::reduce_nodes() {
    const std::vector<Resource>& resources = m_instance->problem().resources;
    std::vector<std::size_t> machines;
    for (std::size_t j = 0; j < resources.size(); ++j) {
        if (m_resources[j].nodes > 1) {
            machines.push_back(j);
        }
    }
    std::ranges::stable_sort(machines, [&](std::size_t a, std::size_t b) {
        return resources[a].cost > resources[b].cost;
    });
    for (const std::size_t machine : machines) {
        while (nodes(machine) > 1) {
            set_nodes(machine, nodes(machine) - 1);
            if (!feasible()) {
                set_nodes(machine, nodes(machine) + 1);
                break;
            }
        }
    }
}

Solution Evaluator::solution() const {
    Solution solution;
    solution.components = m_choices;
    for (const ResourceState& state : m_resources) {
        solution.nodes.push_back(state.nodes);
    }
    return solution;
}

} // namespace aisprint::optimizer
