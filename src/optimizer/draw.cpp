// SPDX-License-Identifier: Apache-2.0
#include "draw.hpp"

#include <algorithm>
#include <cmath>

namespace aisprint::optimizer {

namespace {

/// One in so many thrifty choices is made among all candidates all the same.
constexpr std::size_t k_preference = 8;

std::uint32_t to_u32(std::size_t value) {
    return static_cast<std::uint32_t>(value);
}

} // namespace

Draw::Draw(const DrawTables& tables)
    : m_tables(&tables), m_slots(tables.m_slots.size()),
      m_functions(tables.m_instance->problem().resources.size()),
      m_deployment(tables.m_components.size()), m_chosen(tables.m_positions),
      m_after_cloud(tables.m_components.size()), m_all_linked(tables.m_instance->all_linked()),
      m_idle(tables.m_slots.size() + 1), m_time(tables.m_components.size()),
      m_inner_time(tables.m_components.size()) {
    m_admissible.resize(tables.m_slots.size());
    m_free.resize(tables.m_slots.size());
}

void Draw::reset() {
    std::ranges::fill(m_after_cloud, 0);
    for (const std::uint32_t resource : m_touched) {
        m_functions[resource] = FunctionState{};
    }
    m_touched.clear();
    m_cost = 0;
}

bool Draw::next(Random& random, DrawStyle style, double cost_limit) {
    reset();
    draw_machines(random, style);
    for (const std::size_t component : m_tables->m_instance->order()) {
        if (!draw_component(component, random, style) || m_cost > cost_limit) {
            return false;
        }
    }
    return true;
}

void Draw::draw_machines(Random& random, DrawStyle style) {
    // each bit is set with a probability of a quarter
    const std::uint64_t closed = style == DrawStyle::thrifty ? random.next() & random.next() : 0;
    for (std::size_t slot = 0; slot < m_slots.size(); ++slot) {
        const DrawTables::Slot& kinds = m_tables->m_slots[slot];
        SlotState& state = m_slots[slot];
        state = SlotState{};
        if (((closed >> (slot % 64)) & 1U) != 0) {
            continue;
        }
        state.number = kinds.first_machine +
                       (kinds.machine_count == 1 ? 0U : to_u32(random.below(kinds.machine_count)));
        state.machine = &m_tables->m_machines[state.number];
    }
}

bool Draw::draw_component(std::size_t component, Random& random, DrawStyle style) {
    const DrawTables::Component& shape = m_tables->m_components[component];
    std::size_t number = shape.deployment_count == 1 ? 0 : random.below(shape.deployment_count);
    for (std::size_t tries = 0; tries < shape.deployment_count; ++tries) {
        if (draw_deployment(component, shape.first_deployment + number, random, style)) {
            return true;
        }
        number = number + 1 == shape.deployment_count ? 0 : number + 1;
    }
    return false;
}

bool Draw::draw_deployment(std::size_t component,
                           std::size_t number,
                           Random& random,
                           DrawStyle style) {
    const DrawTables::Component& shape = m_tables->m_components[component];
    const DrawTables::Deployment& deployment = m_tables->m_deployments[number];
    m_deployment[component] = to_u32(number);
    bool after_cloud = m_after_cloud[component] != 0;
    m_undo.clear();
    for (std::size_t q = 0; q < deployment.partition_count; ++q) {
        if (!m_all_linked) {
            note_before(component, q);
        }
        const DrawTables::Option* option =
            draw_option(deployment.first_partition + q, after_cloud, random, style);
        if (option == nullptr) {
            roll_back(component);
            return false;
        }
        take(*option);
        m_chosen[shape.first_position + q] = option;
        after_cloud = after_cloud || option->in_cloud;
    }
    if (after_cloud) {
        const Problem& problem = m_tables->m_instance->problem();
        for (const Successor& successor : problem.components[component].successors) {
            m_after_cloud[successor.component] = 1;
        }
    }
    return true;
}

void Draw::roll_back(std::size_t component) {
    const std::size_t first = m_tables->m_components[component].first_position;
    for (std::size_t q = m_undo.size(); q > 0; --q) {
        const DrawTables::Option& option = *m_chosen[first + q - 1];
        const Undo& undo = m_undo[q - 1];
        m_cost = undo.cost;
        if (option.slot < m_slots.size()) {
            m_slots[option.slot] = undo.slot;
        } else if (option.shared) {
            m_functions[option.resource] = undo.function;
        }
    }
}

/// Notes what comes just before a partition: the one before it, or the ends of all predecessors.
void Draw::note_before(std::size_t component, std::size_t position) {
    m_before.clear();
    if (position > 0) {
        const std::size_t first = m_tables->m_components[component].first_position;
        m_before.push_back(m_chosen[first + position - 1]->resource);
        return;
    }
    for (const std::size_t predecessor : m_tables->m_instance->predecessors(component)) {
        const std::size_t first = m_tables->m_components[predecessor].first_position;
        const DrawTables::Deployment& deployment =
            m_tables->m_deployments[m_deployment[predecessor]];
        m_before.push_back(m_chosen[first + deployment.partition_count - 1]->resource);
    }
}

/// Whether an option shares a network domain with all that comes just before; C6 is seen to by
/// the order of slots.
bool Draw::may_follow(const DrawTables::Option& option) const {
    return std::ranges::all_of(m_before, [&](std::uint32_t resource) {
        return m_tables->m_instance->may_follow(resource, option.resource);
    });
}

std::size_t Draw::count_functions(const DrawTables::Partition& shape) const {
    if (m_before.empty()) {
        return shape.function_count;
    }
    std::size_t count = 0;
    for (std::size_t f = 0; f < shape.function_count; ++f) {
        count += may_follow(m_tables->m_options[shape.first_function + f]) ? 1U : 0U;
    }
    return count;
}

/// The function of a number among those counted.
const DrawTables::Option* Draw::pick_function(const DrawTables::Partition& shape,
                                              std::size_t number) const {
    const DrawTables::Option* function = &m_tables->m_options[shape.first_function];
    if (m_before.empty()) {
        return function + number;
    }
    for (;; ++function) {
        if (may_follow(*function) && number-- == 0) {
            return function;
        }
    }
}

const DrawTables::Option*
Draw::draw_option(std::size_t partition, bool after_cloud, Random& random, DrawStyle style) {
    const DrawTables::Partition& shape = m_tables->m_partitions[partition];
    const std::int32_t* option_of =
        m_tables->m_option_of.data() + partition * m_tables->m_machines.size();
    std::size_t admissible = 0;
    std::size_t free = 0;
    for (std::size_t at = after_cloud ? shape.first_cloud_slot : shape.first_slot;
         at < shape.end_slot; ++at) {
        const SlotState& slot = m_slots[m_tables->m_slots_of[at]];
        if (slot.machine == nullptr || option_of[slot.number] < 0) {
            continue;
        }
        const DrawTables::Option& option =
            m_tables->m_options[static_cast<std::size_t>(option_of[slot.number])];
        const double work = slot.work + option.work;
        const bool alone = slot.users == 0 || !(slot.exclusive || option.exclusive);
        if (work >= slot.machine->most_work || !alone ||
            slot.memory_mb + option.memory_mb > slot.machine->most_memory_mb ||
            !may_follow(option)) {
            continue;
        }
        m_admissible[admissible++] = &option;
        if (work < slot.nodes * k_full_load) {
            m_free[free++] = &option;
        }
    }
    if (free > 0 && style == DrawStyle::thrifty && random.below(k_preference) != 0) {
        return m_free[free == 1 ? 0 : random.below(free)];
    }
    const std::size_t count = admissible + count_functions(shape);
    if (count == 0) {
        return nullptr;
    }
    const std::size_t pick = count == 1 ? 0 : random.below(count);
    if (pick < admissible) {
        return m_admissible[pick];
    }
    const DrawTables::Option* function = pick_function(shape, pick - admissible);
    return function->shared && !function_has_room(*function) ? nullptr : function;
}

bool Draw::function_has_room(const DrawTables::Option& option) const {
    const FunctionState& state = m_functions[option.resource];
    const Resource& resource = m_tables->m_instance->problem().resources[option.resource];
    return state.users == 0 || (!state.exclusive && !option.exclusive &&
                                state.memory_mb + option.memory_mb <= resource.memory_mb);
}

void Draw::take(const DrawTables::Option& option) {
    Undo& undo = m_undo.emplace_back();
    undo.cost = m_cost;
    m_cost += option.cost;
    if (option.slot == m_slots.size()) {
        if (option.shared) {
            FunctionState& state = m_functions[option.resource];
            undo.function = state;
            if (state.users == 0) {
                m_touched.push_back(option.resource);
            }
            ++state.users;
            state.exclusive = state.exclusive || option.exclusive;
            state.memory_mb += option.memory_mb;
        }
        return;
    }
    SlotState& slot = m_slots[option.slot];
    undo.slot = slot;
    ++slot.users;
    slot.exclusive = slot.exclusive || option.exclusive;
    slot.work += option.work;
    slot.memory_mb += option.memory_mb;
    if (slot.nodes == 0 || slot.work >= slot.nodes * k_full_load) {
        const double nodes = std::floor(slot.work / k_full_load) + 1;
        m_cost += slot.machine->price * (nodes - slot.nodes);
        slot.nodes = nodes;
    }
}

double Draw::violation_at_all_nodes() {
    for (std::size_t slot = 0; slot < m_slots.size(); ++slot) {
        const SlotState& state = m_slots[slot];
        m_idle[slot] = state.users == 0
                           ? 0
                           : 1 / (1 - std::min(k_full_load, state.work / state.machine->nodes));
    }
    return violation();
}

double Draw::violation_at_least_nodes() {
    for (std::size_t slot = 0; slot < m_slots.size(); ++slot) {
        const SlotState& state = m_slots[slot];
        m_idle[slot] =
            state.users == 0 ? 0 : 1 / (1 - std::min(k_full_load, state.work / state.nodes));
    }
    return violation();
}

double Draw::transfer(std::uint32_t size,
                      const DrawTables::Option& from,
                      const DrawTables::Option& to) const {
    if (from.resource == to.resource) {
        return 0;
    }
    const std::size_t layers = m_tables->m_instance->problem().layers.size();
    return m_tables->m_transfers[(size * layers + from.layer) * layers + to.layer];
}

void Draw::compute_times(std::size_t component) {
    const DrawTables::Component& shape = m_tables->m_components[component];
    const DrawTables::Deployment& deployment = m_tables->m_deployments[m_deployment[component]];
    double inner = 0;
    double time = 0;
    for (std::size_t q = 0; q < deployment.partition_count; ++q) {
        const DrawTables::Option& option = *m_chosen[shape.first_position + q];
        const double queued = option.queued_s * m_idle[option.slot];
        double way = 0;
        if (q > 0) {
            const std::size_t partition = deployment.first_partition + q;
            const double reach = m_tables->m_partitions[partition].reach;
            way = reach > 0 ? reach * transfer(m_tables->m_partitions[partition - 1].output_size,
                                               *m_chosen[shape.first_position + q - 1], option)
                            : 0.0;
        }
        time = inner + queued + option.fixed_s + way;
        inner += queued + option.fixed_inner_s + way;
    }
    m_time[component] = time;
    m_inner_time[component] = inner;
}

double Draw::violation() {
    for (std::size_t i = 0; i < m_tables->m_components.size(); ++i) {
        if (m_tables->m_components[i].timed) {
            compute_times(i);
        }
    }
    double rate = 0;
    for (const DrawTables::Local& local : m_tables->m_locals) {
        const double time = m_time[local.component];
        rate += within(time, local.limit_s) ? 0.0 : (time - local.limit_s) / local.limit_s;
    }
    if (rate > 0) {
        return rate;
    }
    for (const DrawTables::Path& path : m_tables->m_paths) {
        double time = 0;
        for (std::size_t step = 0; step + 1 < path.steps.size(); ++step) {
            const std::size_t from = path.steps[step].component;
            const DrawTables::Deployment& deployment = m_tables->m_deployments[m_deployment[from]];
            const DrawTables::Component& shape = m_tables->m_components[from];
            const std::size_t to = path.steps[step + 1].component;
            const std::uint32_t size =
                m_tables->m_edge_sizes[deployment.first_edge_size + path.steps[step].successor];
            time += m_inner_time[from];
            time += transfer(size, *m_chosen[shape.first_position + deployment.partition_count - 1],
                             *m_chosen[m_tables->m_components[to].first_position]);
        }
        time += m_time[path.steps.back().component];
        rate += within(time, path.limit_s) ? 0.0 : (time - path.limit_s) / path.limit_s;
    }
    return rate;
}

void Draw::store(Solution& solution) const {
    const Problem& problem = m_tables->m_instance->problem();
    solution.components.resize(m_tables->m_components.size());
    solution.nodes.assign(problem.resources.size(), 0);
    for (std::size_t i = 0; i < solution.components.size(); ++i) {
        const DrawTables::Component& shape = m_tables->m_components[i];
        const DrawTables::Deployment& deployment = m_tables->m_deployments[m_deployment[i]];
        Choice& choice = solution.components[i];
        choice.deployment = m_deployment[i] - shape.first_deployment;
        choice.resources.clear();
        for (std::size_t q = 0; q < deployment.partition_count; ++q) {
            const std::size_t resource = m_chosen[shape.first_position + q]->resource;
            choice.resources.push_back(resource);
            solution.nodes[resource] = 1;
        }
    }
}

void Draw::store_with_all_nodes(Solution& solution) const {
    store(solution);
    for (const SlotState& slot : m_slots) {
        if (slot.users > 0) {
            solution.nodes[slot.machine->resource] = static_cast<int>(slot.machine->nodes);
        }
    }
}

void Draw::store_with_least_nodes(Solution& solution) const {
    store(solution);
    for (const SlotState& slot : m_slots) {
        if (slot.users > 0) {
            solution.nodes[slot.machine->resource] = static_cast<int>(slot.nodes);
        }
    }
}

} // namespace aisprint::optimizer
