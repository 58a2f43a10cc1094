// SPDX-License-Identifier: Apache-2.0
#include "random_problem.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace aisprint::optimizer::test {

namespace {

/// Which resources a component may use.
struct Group {
    bool drone = false;
    bool edge = false;
    bool vm = false;
    bool functions = false;
};

class Generator {
public:
    Generator(std::size_t count, std::uint64_t seed) : m_count(count), m_random(seed) {}

    Problem generate();

private:
    std::size_t m_count;
    Random m_random;
    Problem m_problem;
    std::size_t m_function_layer = 0;

    void add_machines();
    void add_layer(ResourceKind kind, std::size_t machines);
    void add_domains();
    void add_graph();
    void add_edge(std::size_t from, std::size_t to);
    void add_component(std::size_t component);
    void add_candidates(Component& component, const Group& group);
    [[nodiscard]] Group group_of(std::size_t component) const;
    void add_constraints();
    std::vector<std::size_t> random_walk();
};

void Generator::add_layer(ResourceKind kind, std::size_t machines) {
    const std::size_t layer = m_problem.layers.size();
    m_problem.layers.push_back({"computationalLayer" + std::to_string(layer + 1), kind, 0});
    const auto of_kind = static_cast<std::size_t>(std::count_if(
        m_problem.resources.begin(), m_problem.resources.end(), [&](const Resource& resource) {
            return resource.kind == kind && resource.name.find("Drone") != 0;
        }));
    for (std::size_t k = 1; k <= machines; ++k) {
        Resource machine;
        machine.kind = kind;
        machine.layer = layer;
        machine.memory_mb = 32768.0 * static_cast<double>(m_count);
        const std::size_t number = of_kind + k;
        if (layer == 0) {
            machine.name = "Drone" + std::to_string(k);
            machine.cost = m_random.between(4, 5);
        } else if (kind == ResourceKind::edge) {
            machine.name = "EN" + std::to_string(number);
            machine.cost = m_random.between(6, 8);
            machine.nodes = 2;
        } else {
            machine.name = "VM" + std::to_string(number);
            machine.cost = static_cast<double>(number) * m_random.between(0.02, 1);
            machine.nodes = m_random.from_to(3, 4);
        }
        m_problem.resources.push_back(machine);
    }
}

/// Layers and types grow with the number of components up to 15, as in the published instances.
void Generator::add_machines() {
    const std::size_t types = m_count <= 5 ? 3 : m_count < 15 ? 4 : 5;
    add_layer(ResourceKind::edge, 1);
    add_layer(ResourceKind::edge, m_count <= 5 ? 2 : types);
    if (m_count >= 10) {
        add_layer(ResourceKind::edge, types);
    }
    add_layer(ResourceKind::vm, types);
    if (m_count >= 7) {
        add_layer(ResourceKind::vm, types);
    }
    if (m_count >= 15) {
        add_layer(ResourceKind::vm, types);
    }
    m_function_layer = m_problem.layers.size();
    m_problem.layers.push_back(
        {"computationalLayer" + std::to_string(m_function_layer + 1), ResourceKind::function, 0});
}

void Generator::add_domains() {
    std::vector<std::size_t> edge;
    std::vector<std::size_t> cloud;
    std::vector<std::size_t> all;
    for (std::size_t layer = 0; layer < m_problem.layers.size(); ++layer) {
        (m_problem.layers[layer].kind == ResourceKind::edge ? edge : cloud).push_back(layer);
        all.push_back(layer);
    }
    m_problem.domains = {
        {"ND1", edge, 0.001, 2000}, {"ND2", cloud, 0.001, 1500}, {"ND3", all, 0.001, 1000}};
}

void Generator::add_edge(std::size_t from, std::size_t to) {
    // weights for now; add_graph makes probabilities of them
    m_problem.components[from].successors.push_back({to, m_random.between(0.05, 1)});
}

/// Each pair of inner components is linked with probability 0.8; a source before those without
/// predecessor, a sink after those without successor.
void Generator::add_graph() {
    m_problem.components.resize(m_count);
    std::set<std::size_t> has_predecessor;
    for (std::size_t from = 1; from + 1 < m_count; ++from) {
        for (std::size_t to = from + 1; to + 1 < m_count; ++to) {
            if (m_random.chance(0.8)) {
                add_edge(from, to);
                has_predecessor.insert(to);
            }
        }
    }
    for (std::size_t inner = 1; inner + 1 < m_count; ++inner) {
        if (has_predecessor.count(inner) == 0) {
            add_edge(0, inner);
        }
        if (m_problem.components[inner].successors.empty()) {
            add_edge(inner, m_count - 1);
        }
    }
    for (Component& component : m_problem.components) {
        double sum = 0;
        for (const Successor& successor : component.successors) {
            sum += successor.probability;
        }
        for (Successor& successor : component.successors) {
            successor.probability /= sum;
        }
    }
}

Group Generator::group_of(std::size_t component) const {
    const double share = static_cast<double>(component) / static_cast<double>(m_count);
    Group group;
    if (component == 0) {
        group.drone = true;
    } else if (component <= (m_count < 15 ? 1 : 2)) {
        group.drone = true;
        group.edge = true;
    } else if (component <= (m_count < 10 ? 1 : m_count < 15 ? 3 : 4)) {
        group.edge = true;
    } else if (share < 0.58) {
        group.edge = true;
        group.vm = true;
    } else {
        group.vm = true;
        group.functions = share >= 0.665;
    }
    return group;
}

void Generator::add_candidates(Component& component, const Group& group) {
    static constexpr std::array<double, 3> k_vm_memory{2048, 4096, 8192};
    static constexpr std::array<double, 3> k_edge_memory{512, 1024, 2048};
    static constexpr std::array<double, 2> k_drone_memory{256, 512};
    const std::size_t resources = m_problem.resources.size();
    for (std::size_t j = 0; j < resources; ++j) {
        const Resource machine = m_problem.resources[j];
        const bool is_drone = machine.layer == 0;
        const bool is_vm = machine.kind == ResourceKind::vm;
        if (machine.kind == ResourceKind::function ||
            !(is_drone ? group.drone : (is_vm ? group.vm : group.edge))) {
            continue;
        }
        double base_s = is_drone
                            ? m_random.between(1, 2)
                            : (is_vm ? m_random.between(0.5, 0.7) : m_random.between(0.6, 1.1));
        if (!is_drone) {
            base_s /= machine.cost;
        }
        const double memory_mb = is_drone
                                     ? k_drone_memory[m_random.below(2)]
                                     : (is_vm ? k_vm_memory : k_edge_memory)[m_random.below(3)];
        for (Deployment& deployment : component.deployments) {
            const auto parts = static_cast<double>(deployment.partitions.size());
            for (Partition& partition : deployment.partitions) {
                const double extra_s = parts > 1 ? m_random.between(0.005, 0.008) : 0.0;
                partition.candidates.push_back(
                    {j, memory_mb, QueueModel{"QTedge", base_s / parts + extra_s}});
            }
        }
    }
    const std::size_t functions = group.functions ? 1 + m_random.below(2) : 0;
    for (Deployment& deployment : component.deployments) {
        for (Partition& partition : deployment.partitions) {
            for (std::size_t k = 0; k < functions; ++k) {
                Resource function;
                function.kind = ResourceKind::function;
                function.layer = m_function_layer;
                function.cost = m_random.between(0, 1);
                function.memory_mb = 32768.0 * static_cast<double>(m_count);
                function.idle_time_s = 600;
                const double warm_s = m_random.between(2, 3);
                partition.candidates.push_back(
                    {m_problem.resources.size(), 1024.0 * m_random.from_to(1, 4),
                     ServerlessModel{warm_s, warm_s + m_random.between(1, 2)}});
                m_problem.resources.push_back(function);
                m_problem.resources.back().name = "F" + std::to_string(m_problem.resources.size());
            }
        }
    }
}

void Generator::add_component(std::size_t number) {
    Component& component = m_problem.components[number];
    component.code = "c" + std::to_string(number + 1);
    component.name = component.code;
    std::vector<std::size_t> parts{2, 3, 4};
    std::size_t code = 0;
    const std::size_t deployments = 1 + m_random.below(3);
    for (std::size_t s = 0; s < deployments; ++s) {
        std::size_t count = 1;
        if (s > 0) {
            const std::size_t at = m_random.below(parts.size());
            count = parts[at];
            parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at));
        }
        Deployment deployment{"s" + std::to_string(s + 1), {}};
        for (std::size_t q = 0; q < count; ++q) {
            Partition partition;
            partition.code = "h" + std::to_string(++code);
            partition.name = partition.code;
            const bool is_last = q + 1 == count;
            partition.early_exit_probability = is_last ? 0.0 : m_random.unit();
            const std::size_t sizes =
                is_last ? std::max<std::size_t>(component.successors.size(), 1) : 1;
            for (std::size_t k = 0; k < sizes; ++k) {
                partition.data_sizes.push_back(m_random.from_to(4, 7));
            }
            deployment.partitions.push_back(partition);
        }
        component.deployments.push_back(deployment);
    }
    add_candidates(component, group_of(number));
}

std::vector<std::size_t> Generator::random_walk() {
    std::vector<std::size_t> path{m_random.below(m_count - 1)};
    do {
        const std::vector<Successor>& next = m_problem.components[path.back()].successors;
        // one of the nearest, as uniformly chosen simple paths are long
        const std::size_t near = std::min<std::size_t>(next.size(), 8);
        path.push_back(next[m_random.below(near)].component);
    } while (!m_problem.components[path.back()].successors.empty() && path.size() < 12 &&
             m_random.chance(0.8));
    return path;
}

void Generator::add_constraints() {
    const std::size_t count = std::max<std::size_t>(3, m_count / 3);
    std::set<std::size_t> constrained;
    while (constrained.size() < count) {
        constrained.insert(m_random.below(m_count));
    }
    for (const std::size_t component : constrained) {
        const double limit_s = m_count <= 5 ? m_random.between(10, 15) : m_random.between(7, 10);
        m_problem.local_constraints.push_back(
            {m_problem.components[component].code, component, limit_s});
    }
    for (std::size_t p = 0; p < count; ++p) {
        m_problem.path_constraints.push_back(
            {"p" + std::to_string(p + 1), random_walk(), m_random.between(20, 25)});
    }
}

Problem Generator::generate() {
    m_problem.name = "general workflow";
    m_problem.arrival_rate = 0.45;
    add_machines();
    add_graph();
    for (std::size_t component = 0; component < m_count; ++component) {
        add_component(component);
    }
    add_domains();
    add_constraints();
    return m_problem;
}

} // namespace

Problem general_workflow(std::size_t components, std::uint64_t seed) {
    return Generator(components, seed).generate();
}

} // namespace aisprint::optimizer::test
