// SPDX-License-Identifier: Apache-2.0
#include "draw.hpp"

#include <algorithm>

namespace aisprint::optimizer {

namespace {

std::uint32_t to_u32(std::size_t value) {
    return static_cast<std::uint32_t>(value);
}

double least(const std::vector<double>& values) {
    return values.empty() ? k_infinite : *std::ranges::min_element(values);
}

} // namespace

DrawTables::DrawTables(const Instance& instance) : m_instance(&instance) {
    add_machines();
    add_sizes();
    add_partitions();
    add_constraints();
}

void DrawTables::add_machines() {
    const Problem& problem = m_instance->problem();
    const double horizon = problem.horizon_h;
    for (const ResourceKind kind : {ResourceKind::edge, ResourceKind::vm}) {
        for (std::size_t layer = 0; layer < problem.layers.size(); ++layer) {
            Slot slot;
            slot.first_machine = to_u32(m_machines.size());
            for (std::size_t j = 0; j < problem.resources.size(); ++j) {
                const Resource& resource = problem.resources[j];
                if (resource.layer != layer || resource.kind != kind) {
                    continue;
                }
                Machine machine;
                machine.resource = to_u32(j);
                machine.price = horizon * resource.cost;
                machine.nodes = resource.nodes;
                machine.most_work = resource.nodes * k_full_load;
                const bool per_node = problem.memory_rule == MemoryRule::one_node;
                machine.most_memory_mb = resource.memory_mb * (per_node ? 1 : resource.nodes);
                m_machines.push_back(machine);
            }
            slot.machine_count = to_u32(m_machines.size()) - slot.first_machine;
            if (slot.machine_count > 0) {
                m_slots.push_back(slot);
                m_edge_slots += kind == ResourceKind::edge ? 1 : 0;
            }
        }
    }
}

void DrawTables::add_sizes() {
    const Problem& problem = m_instance->problem();
    for (const auto& component : problem.components) {
        for (const auto& deployment : component.deployments) {
            for (const auto& partition : deployment.partitions) {
                m_sizes.insert(m_sizes.end(), partition.data_sizes.begin(),
                               partition.data_sizes.end());
            }
        }
    }
    std::ranges::sort(m_sizes);
    m_sizes.erase(std::unique(m_sizes.begin(), m_sizes.end()), m_sizes.end());

    // two different resources stand for each pair of layers; a layer with one resource needs none
    const auto find_in = [&](std::size_t layer, std::size_t except) {
        for (std::size_t j = 0; j < problem.resources.size(); ++j) {
            if (problem.resources[j].layer == layer && j != except) {
                return j;
            }
        }
        return k_none;
    };
    for (const double size : m_sizes) {
        for (std::size_t from = 0; from < problem.layers.size(); ++from) {
            for (std::size_t to = 0; to < problem.layers.size(); ++to) {
                const std::size_t a = find_in(from, k_none);
                const std::size_t b = a == k_none ? k_none : find_in(to, a);
                m_transfers.push_back(b == k_none ? 0.0 : m_instance->transfer_time(a, b, size));
            }
        }
    }
}

std::uint32_t DrawTables::size_number(double size) const {
    return to_u32(
        static_cast<std::size_t>(std::ranges::lower_bound(m_sizes, size) - m_sizes.begin()));
}

DrawTables::Option DrawTables::make_option(std::size_t partition,
                                           const CandidateFigures& figures) const {
    const double reach = m_instance->partition(partition).reach;
    const bool reached = reach > 0;
    const Resource& resource = m_instance->problem().resources[figures.resource];
    Option option;
    option.resource = to_u32(figures.resource);
    option.slot = to_u32(m_slots.size());
    option.layer = to_u32(resource.layer);
    option.in_cloud = resource.kind != ResourceKind::edge;
    option.exclusive = figures.exclusive;
    option.work = figures.work;
    option.memory_mb = figures.memory_mb;
    option.cost = figures.cost;
    if (figures.kind == TimeKind::queue) {
        option.queued_s = reached ? reach * figures.demand_s : 0.0;
        return option;
    }
    const double time = figures.kind == TimeKind::table ? least(figures.table_s) : figures.time_s;
    const bool has_mean = figures.mean_time_s >= 0 && time < k_infinite;
    option.fixed_s = reached ? reach * time : 0.0;
    option.fixed_inner_s = reached ? reach * (has_mean ? figures.mean_time_s : time) : 0.0;
    return option;
}

void DrawTables::add_partitions() {
    const Problem& problem = m_instance->problem();
    m_option_of.assign(m_instance->partition_count() * m_machines.size(), -1);
    m_partitions.resize(m_instance->partition_count());
    std::vector<std::size_t> uses(problem.resources.size(), 0);
    for (std::size_t p = 0; p < m_instance->partition_count(); ++p) {
        for (const CandidateFigures& figures : m_instance->partition(p).candidates) {
            ++uses[figures.resource];
        }
    }
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        Component component;
        component.first_deployment = to_u32(m_deployments.size());
        component.deployment_count = to_u32(problem.components[i].deployments.size());
        component.first_position = to_u32(m_positions);
        std::size_t longest = 0;
        for (std::size_t s = 0; s < problem.components[i].deployments.size(); ++s) {
            const auto& partitions = problem.components[i].deployments[s].partitions;
            Deployment deployment;
            deployment.first_partition = to_u32(m_instance->first_partition(i, s));
            deployment.partition_count = to_u32(partitions.size());
            deployment.first_edge_size = to_u32(m_edge_sizes.size());
            for (const double size : partitions.back().data_sizes) {
                m_edge_sizes.push_back(size_number(size));
            }
            m_deployments.push_back(deployment);
            longest = std::max(longest, partitions.size());
            for (std::size_t q = 0; q < partitions.size(); ++q) {
                const std::size_t p = deployment.first_partition + q;
                if (!partitions[q].data_sizes.empty()) {
                    m_partitions[p].output_size = size_number(partitions[q].data_sizes.front());
                }
                m_partitions[p].reach = m_instance->partition(p).reach;
                add_candidates(p, uses);
            }
        }
        m_positions += longest;
        m_components.push_back(component);
    }
}

void DrawTables::add_candidates(std::size_t index, const std::vector<std::size_t>& uses) {
    Partition& partition = m_partitions[index];
    partition.first_slot = to_u32(m_slots_of.size());
    partition.first_cloud_slot = partition.first_slot;
    for (std::size_t slot = 0; slot < m_slots.size(); ++slot) {
        bool any = false;
        const std::size_t first = m_slots[slot].first_machine;
        for (std::size_t m = first; m < first + m_slots[slot].machine_count; ++m) {
            const CandidateFigures* figures = m_instance->candidate(index, m_machines[m].resource);
            if (figures == nullptr) {
                continue;
            }
            any = true;
            m_option_of[index * m_machines.size() + m] =
                static_cast<std::int32_t>(m_options.size());
            m_options.push_back(make_option(index, *figures));
            m_options.back().slot = to_u32(slot);
        }
        if (any) {
            m_slots_of.push_back(to_u32(slot));
            partition.first_cloud_slot += slot < m_edge_slots ? 1 : 0;
        }
    }
    partition.end_slot = to_u32(m_slots_of.size());
    partition.first_function = to_u32(m_options.size());
    for (const CandidateFigures& figures : m_instance->partition(index).candidates) {
        const Resource& resource = m_instance->problem().resources[figures.resource];
        if (m_instance->is_function(figures.resource) && figures.memory_mb <= resource.memory_mb) {
            m_options.push_back(make_option(index, figures));
            m_options.back().shared = uses[figures.resource] > 1;
            ++partition.function_count;
        }
    }
}

void DrawTables::add_constraints() {
    const Problem& problem = m_instance->problem();
    for (const LocalConstraint& constraint : problem.local_constraints) {
        m_components[constraint.component].timed = true;
        m_locals.push_back({to_u32(constraint.component), constraint.threshold_s});
    }
    for (std::size_t p = 0; p < problem.path_constraints.size(); ++p) {
        const PathConstraint& constraint = problem.path_constraints[p];
        Path path;
        path.limit_s = constraint.threshold_s;
        for (std::size_t step = 0; step < constraint.components.size(); ++step) {
            const bool last = step + 1 == constraint.components.size();
            m_components[constraint.components[step]].timed = true;
            path.steps.push_back({to_u32(constraint.components[step]),
                                  last ? 0 : to_u32(m_instance->path_successor(p, step))});
        }
        m_paths.push_back(std::move(path));
    }
}

} // namespace aisprint::optimizer
