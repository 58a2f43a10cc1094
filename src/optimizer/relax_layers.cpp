// SPDX-License-Identifier: Apache-2.0
#include "relax_layers.hpp"

#include <algorithm>
#include <string>

namespace aisprint::optimizer {

namespace {

/// Seconds of a component that costs no time; the search expects demands above 0.
constexpr double k_no_time_s = 1e-12;

/// Transfers at this bandwidth take no time.
constexpr double k_free_bandwidth = 1e100;

bool holds(const NetworkDomain& domain, std::size_t layer) {
    return std::ranges::find(domain.layers, layer) != domain.layers.end();
}

void add_link(Problem& problem, std::size_t from, std::size_t to) {
    NetworkDomain domain;
    domain.name = "(link)";
    domain.layers = {from, to};
    domain.bandwidth = k_free_bandwidth;
    problem.domains.push_back(domain);
}

/// Puts a layer into the domains of another one. Of links it gets its own, which do not join the
/// two.
void copy_domains(Problem& problem, std::size_t layer, std::size_t copy) {
    const std::size_t count = problem.domains.size();
    for (std::size_t d = 0; d < count; ++d) {
        if (!holds(problem.domains[d], layer)) {
            continue;
        }
        if (problem.domains[d].bandwidth < k_free_bandwidth) {
            problem.domains[d].layers.push_back(copy);
            continue;
        }
        NetworkDomain link = problem.domains[d];
        std::ranges::replace(link.layers, layer, copy);
        problem.domains.push_back(std::move(link));
    }
}

std::vector<std::size_t> layers_named(const Problem& problem, const std::string& name) {
    std::vector<std::size_t> layers;
    for (std::size_t layer = 0; layer < problem.layers.size(); ++layer) {
        if (problem.layers[layer].name == name) {
            layers.push_back(layer);
        }
    }
    return layers;
}

/// Adds a resource with a layer of its own, to which all transfers are free.
std::size_t add_free_resource(Problem& problem, const std::string& name, ResourceKind kind) {
    Resource resource;
    resource.name = name;
    resource.kind = kind;
    resource.layer = problem.layers.size();
    resource.memory_mb = 1;
    resource.idle_time_s = 600;
    for (std::size_t layer = 0; layer <= resource.layer; ++layer) {
        add_link(problem, layer, resource.layer);
    }
    Layer layer;
    layer.name = name;
    layer.kind = kind;
    problem.layers.push_back(layer);
    problem.resources.push_back(resource);
    return problem.resources.size() - 1;
}

/// Replaces the deployments of a component by one that runs on the free resources.
void free_component(Component& component, std::size_t edge, std::size_t function) {
    Partition partition;
    partition.code = "h1";
    partition.name = component.name;
    partition.data_sizes.assign(std::max<std::size_t>(1, component.successors.size()), 0.0);
    partition.candidates = {{edge, 0.0, QueueModel{"QTedge", k_no_time_s}},
                            {function, 0.0, ServerlessModel{k_no_time_s, k_no_time_s}}};
    Deployment deployment;
    deployment.code = "s1";
    deployment.partitions.push_back(std::move(partition));
    component.deployments.clear();
    component.deployments.push_back(std::move(deployment));
}

} // namespace

void split_layer(Problem& problem, std::size_t layer) {
    bool first = true;
    for (Resource& resource : problem.resources) {
        if (resource.layer != layer) {
            continue;
        }
        if (!first) {
            resource.layer = problem.layers.size();
            const Layer copy = problem.layers[layer];
            problem.layers.push_back(copy);
            copy_domains(problem, layer, resource.layer);
        }
        first = false;
    }
}

void split_function_layers(Problem& problem) {
    const std::size_t count = problem.layers.size();
    for (std::size_t layer = 0; layer < count; ++layer) {
        if (problem.layers[layer].kind == ResourceKind::function) {
            split_layer(problem, layer);
        }
    }
}

void split_all_layers(Problem& problem) {
    const std::size_t count = problem.layers.size();
    for (std::size_t layer = 0; layer < count; ++layer) {
        split_layer(problem, layer);
    }
}

void link_layers(const Problem& original, std::size_t a, std::size_t b, Problem& problem) {
    for (const std::size_t from : layers_named(problem, original.layers[a].name)) {
        for (const std::size_t to : layers_named(problem, original.layers[b].name)) {
            add_link(problem, from, to);
        }
    }
}

LayerPairs unlinked_steps(const Problem& problem, const Solution& solution) {
    LayerPairs pairs;
    const auto add_step = [&](std::size_t j, std::size_t k) {
        const std::size_t from = problem.resources[j].layer;
        const std::size_t to = problem.resources[k].layer;
        const bool reaches =
            j == k || std::ranges::any_of(problem.domains, [&](const auto& domain) {
                return holds(domain, from) && holds(domain, to);
            });
        if (!reaches) {
            const std::size_t one = layers_named(problem, problem.layers[from].name).front();
            const std::size_t other = layers_named(problem, problem.layers[to].name).front();
            pairs.emplace(std::min(one, other), std::max(one, other));
        }
    };
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        const std::vector<std::size_t>& resources = solution.components[i].resources;
        for (std::size_t q = 1; q < resources.size(); ++q) {
            add_step(resources[q - 1], resources[q]);
        }
        for (const Successor& successor : problem.components[i].successors) {
            add_step(resources.back(), solution.components[successor.component].resources.front());
        }
    }
    return pairs;
}

Problem with_free_components(const Problem& problem, const std::vector<bool>& bound) {
    Problem copy = problem;
    split_function_layers(copy); // the free links are not to help functions of one layer
    const std::size_t edge = add_free_resource(copy, "(edge)", ResourceKind::edge);
    const std::size_t function = add_free_resource(copy, "(function)", ResourceKind::function);
    for (std::size_t i = 0; i < bound.size(); ++i) {
        if (!bound[i]) {
            free_component(copy.components[i], edge, function);
        }
    }
    return copy;
}

} // namespace aisprint::optimizer
