// SPDX-License-Identifier: Apache-2.0
#include "neighbourhood.hpp"

#include <algorithm>

namespace aisprint::optimizer {

namespace {

/// Cheapest functions of a partition that are tried when a whole component is placed anew; beside
/// them the fastest. Each other function is reached by a move of its own.
constexpr std::size_t k_shortlisted_functions = 3;

/// Assignments of one deployment after which the rest is left out.
constexpr std::size_t k_most_assignments = 512;

} // namespace

Neighbourhood::Neighbourhood(const Instance& instance)
    : m_instance(&instance), m_ledger(instance), m_shortlist(instance.partition_count()) {
    for (std::size_t p = 0; p < m_shortlist.size(); ++p) {
        make_shortlist(p);
    }
}

void Neighbourhood::make_shortlist(std::size_t partition) {
    std::vector<std::size_t>& list = m_shortlist[partition];
    std::vector<const CandidateFigures*> functions;
    for (const CandidateFigures& figures : m_instance->partition(partition).candidates) {
        if (m_instance->is_function(figures.resource)) {
            functions.push_back(&figures);
        } else {
            list.push_back(figures.resource);
        }
    }
    std::ranges::stable_sort(functions, {}, &CandidateFigures::cost);
    if (functions.size() > k_shortlisted_functions) {
        const auto first_other =
            functions.begin() + static_cast<std::ptrdiff_t>(k_shortlisted_functions);
        std::iter_swap(first_other,
                       std::min_element(first_other, functions.end(),
                                        [](const CandidateFigures* a, const CandidateFigures* b) {
                                            return a->time_s < b->time_s;
                                        }));
        functions.resize(k_shortlisted_functions + 1);
    }
    for (const CandidateFigures* figures : functions) {
        list.push_back(figures->resource);
    }
}

void Neighbourhood::collect(const Evaluator& evaluator) {
    m_moves.clear();
    m_parts.clear();
    m_resources.clear();
    m_ledger.load(evaluator);
    for (std::size_t i = 0; i < m_instance->problem().components.size(); ++i) {
        add_component_moves(evaluator, i);
        add_function_moves(evaluator, i);
    }
    for (std::size_t j = 0; j < m_instance->problem().resources.size(); ++j) {
        if (evaluator.is_used(j) && !m_instance->is_function(j)) {
            add_machine_moves(evaluator, j);
        }
    }
}

void Neighbourhood::apply(std::size_t move, Evaluator& evaluator) const {
    const Move& made = m_moves[move];
    for (std::size_t p = made.first_part; p < made.first_part + made.part_count; ++p) {
        const Part& part = m_parts[p];
        evaluator.place(part.component, part.deployment,
                        std::span(m_resources).subspan(part.first_resource, part.count));
    }
}

void Neighbourhood::undo(std::size_t move, const Solution& before, Evaluator& evaluator) const {
    const Move& made = m_moves[move];
    for (std::size_t p = made.first_part; p < made.first_part + made.part_count; ++p) {
        const std::size_t component = m_parts[p].component;
        evaluator.place(component, before.components[component].deployment,
                        before.components[component].resources);
    }
    for (std::size_t j = 0; j < before.nodes.size(); ++j) {
        if (before.nodes[j] > 0 && !m_instance->is_function(j)) {
            evaluator.set_nodes(j, before.nodes[j]);
        }
    }
}

template <typename Leaf>
void Neighbourhood::assign(std::size_t component,
                           std::size_t deployment,
                           std::size_t position,
                           Leaf leaf) {
    const std::size_t first = m_instance->first_partition(component, deployment);
    const std::size_t count =
        m_instance->problem().components[component].deployments[deployment].partitions.size();
    if (position == count) {
        ++m_assignments;
        leaf();
        return;
    }
    for (const std::size_t resource : m_shortlist[first + position]) {
        if (resource == m_forbidden || !m_ledger.is_open(resource) ||
            (position > 0 && !m_instance->may_follow(m_trail.back(), resource))) {
            continue;
        }
        m_ledger.add(first + position, resource);
        m_trail.push_back(resource);
        if (m_ledger.is_stable()) {
            assign(component, deployment, position + 1, leaf);
        }
        m_trail.pop_back();
        m_ledger.remove(first + position, resource);
        if (m_assignments >= k_most_assignments) {
            return;
        }
    }
}

void Neighbourhood::take_out(const Choice& choice, std::size_t component) {
    const std::size_t first = m_instance->first_partition(component, choice.deployment);
    for (std::size_t q = 0; q < choice.resources.size(); ++q) {
        m_ledger.remove(first + q, choice.resources[q]);
    }
}

void Neighbourhood::put_back(const Choice& choice, std::size_t component) {
    const std::size_t first = m_instance->first_partition(component, choice.deployment);
    for (std::size_t q = 0; q < choice.resources.size(); ++q) {
        m_ledger.add(first + q, choice.resources[q]);
    }
}

void Neighbourhood::add_move(std::span<const Change> changes) {
    if (!m_ledger.is_stable()) {
        return;
    }
    m_moves.push_back({m_ledger.least_cost(), m_parts.size(), changes.size()});
    for (const Change& change : changes) {
        m_parts.push_back({change.component, change.choice.deployment, m_resources.size(),
                           change.choice.resources.size()});
        m_resources.insert(m_resources.end(), change.choice.resources.begin(),
                           change.choice.resources.end());
    }
}

void Neighbourhood::revert(const Evaluator& evaluator, std::span<const Change> changes) {
    for (const Change& change : changes) {
        take_out(change.choice, change.component);
        put_back(evaluator.choice(change.component), change.component);
    }
}

void Neighbourhood::add_component_moves(const Evaluator& evaluator, std::size_t component) {
    const Choice& choice = evaluator.choice(component);
    take_out(choice, component);
    const std::size_t deployments = m_instance->problem().components[component].deployments.size();
    for (std::size_t d = 0; d < deployments; ++d) {
        m_assignments = 0;
        assign(component, d, 0, [&] {
            if (d == choice.deployment && m_trail == choice.resources) {
                return;
            }
            const std::size_t first = m_resources.size();
            m_moves.push_back({m_ledger.least_cost(), m_parts.size(), 1});
            m_parts.push_back({component, d, first, m_trail.size()});
            m_resources.insert(m_resources.end(), m_trail.begin(), m_trail.end());
        });
    }
    put_back(choice, component);
}

void Neighbourhood::add_function_moves(const Evaluator& evaluator, std::size_t component) {
    const Choice& choice = evaluator.choice(component);
    const std::size_t first = m_instance->first_partition(component, choice.deployment);
    for (std::size_t q = 0; q < choice.resources.size(); ++q) {
        const auto fits = [&](std::size_t resource) {
            return (q == 0 || m_instance->may_follow(choice.resources[q - 1], resource)) &&
                   (q + 1 == choice.resources.size() ||
                    m_instance->may_follow(resource, choice.resources[q + 1]));
        };
        const std::vector<std::size_t>& list = m_shortlist[first + q];
        for (const CandidateFigures& figures : m_instance->partition(first + q).candidates) {
            if (!m_instance->is_function(figures.resource) ||
                figures.resource == choice.resources[q] || !fits(figures.resource) ||
                std::ranges::find(list, figures.resource) != list.end()) {
                continue;
            }
            Change change{component, choice};
            change.choice.resources[q] = figures.resource;
            make(evaluator, change);
            add_move({&change, 1});
            revert(evaluator, {&change, 1});
        }
    }
}

void Neighbourhood::add_machine_moves(const Evaluator& evaluator, std::size_t machine) {
    const std::vector<Resource>& resources = m_instance->problem().resources;
    for (std::size_t other = 0; other < resources.size(); ++other) {
        const bool same_layer = resources[other].layer == resources[machine].layer;
        if (other != machine && !m_instance->is_function(other) &&
            (same_layer || m_ledger.is_open(other))) {
            add_exchange(evaluator, machine, other);
        }
    }
    add_flight(evaluator, machine);
    add_emptying(evaluator, machine);
}

std::vector<std::size_t> Neighbourhood::components_on(const Evaluator& evaluator,
                                                      std::size_t machine) const {
    std::vector<std::size_t> components;
    for (const std::size_t partition : evaluator.partitions_on(machine)) {
        const std::size_t component = m_instance->partition(partition).component;
        if (components.empty() || components.back() != component) {
            components.push_back(component);
        }
    }
    return components;
}

void Neighbourhood::make(const Evaluator& evaluator, const Change& change) {
    take_out(evaluator.choice(change.component), change.component);
    put_back(change.choice, change.component);
}

void Neighbourhood::add_exchange(const Evaluator& evaluator,
                                 std::size_t machine,
                                 std::size_t other) {
    if (std::ranges::any_of(evaluator.partitions_on(machine), [&](std::size_t partition) {
            return m_instance->candidate(partition, other) == nullptr;
        })) {
        return;
    }
    std::vector<Change> changes;
    for (const std::size_t component : components_on(evaluator, machine)) {
        changes.push_back({component, evaluator.choice(component)});
        std::ranges::replace(changes.back().choice.resources, machine, other);
        make(evaluator, changes.back());
    }
    add_move(changes);
    revert(evaluator, changes);
}

void Neighbourhood::add_flight(const Evaluator& evaluator, std::size_t machine) {
    std::vector<Change> changes;
    bool possible = true;
    for (const std::size_t component : components_on(evaluator, machine)) {
        Choice choice = evaluator.choice(component);
        const std::size_t first = m_instance->first_partition(component, choice.deployment);
        for (std::size_t q = 0; q < choice.resources.size(); ++q) {
            if (choice.resources[q] != machine) {
                continue;
            }
            // functions stand behind the machines, cheapest first
            const std::vector<std::size_t>& list = m_shortlist[first + q];
            const auto function = std::ranges::find_if(
                list, [&](std::size_t j) { return m_instance->is_function(j); });
            possible = possible && function != list.end();
            choice.resources[q] = function != list.end() ? *function : machine;
        }
        changes.push_back({component, std::move(choice)});
        make(evaluator, changes.back());
    }
    if (possible) {
        add_move(changes);
    }
    revert(evaluator, changes);
}

Neighbourhood::Place Neighbourhood::find_cheapest(std::size_t component) {
    Place best;
    const std::size_t deployments = m_instance->problem().components[component].deployments.size();
    for (std::size_t d = 0; d < deployments; ++d) {
        m_assignments = 0;
        assign(component, d, 0, [&] {
            if (best.choice.deployment == k_none || m_ledger.least_cost() < best.cost) {
                best.cost = m_ledger.least_cost();
                best.choice.deployment = d;
                best.choice.resources = m_trail;
            }
        });
    }
    return best;
}

void Neighbourhood::add_emptying(const Evaluator& evaluator, std::size_t machine) {
    std::vector<Change> changes;
    bool possible = true;
    m_forbidden = machine;
    for (const std::size_t component : components_on(evaluator, machine)) {
        take_out(evaluator.choice(component), component);
        Place place = find_cheapest(component);
        if (place.choice.deployment == k_none) {
            put_back(evaluator.choice(component), component);
            possible = false;
            break;
        }
        put_back(place.choice, component);
        changes.push_back({component, std::move(place.choice)});
    }
    m_forbidden = k_none;
    if (possible) {
        add_move(changes);
    }
    revert(evaluator, changes);
}

Choice Neighbourhood::cheapest_choice(std::size_t component, const Evaluator& evaluator) {
    m_ledger.load(evaluator);
    return find_cheapest(component).choice;
}

} // namespace aisprint::optimizer
