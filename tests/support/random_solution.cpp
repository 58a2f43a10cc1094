// SPDX-License-Identifier: Apache-2.0
#include "random_problem.hpp"

#include <algorithm>

namespace aisprint::optimizer::test {

perf::Prediction TableModel::predict(std::span<const double> values, double level) const {
    perf::Prediction prediction;
    auto row = rows.lower_bound(values[0] - 1e-9);
    if (row == rows.end()) {
        --row;
    }
    prediction.value = row->second;
    for (std::size_t k = 1; k < values.size(); ++k) {
        prediction.value += per_input * values[k];
        if (names[k] == "observed_throughput" && largest_load > 0 && values[k] > largest_load) {
            prediction.saturated = true;
        }
    }
    if (level > 0) {
        prediction.lower = prediction.value * (1 - level / 4);
        prediction.upper = prediction.value * (1 + level / 4);
    }
    return prediction;
}

double TableModel::mean_target() const {
    return rows.begin()->second;
}

double count_placements(const Problem& problem) {
    double count = 1;
    for (const Component& component : problem.components) {
        double choices = 0;
        for (const Deployment& deployment : component.deployments) {
            double product = 1;
            for (const Partition& partition : deployment.partitions) {
                product *= static_cast<double>(partition.candidates.size());
            }
            choices += product;
        }
        count *= choices;
    }
    for (const Layer& layer : problem.layers) {
        int most = 1;
        for (const Resource& resource : problem.resources) {
            if (&problem.layers[resource.layer] == &layer) {
                most = std::max(most, resource.nodes);
            }
        }
        count *= most;
    }
    return count;
}

void tidy_nodes(const Problem& problem, Solution& solution) {
    std::vector<bool> used(problem.resources.size(), false);
    for (const Choice& choice : solution.components) {
        for (const std::size_t j : choice.resources) {
            used[j] = true;
        }
    }
    for (std::size_t j = 0; j < used.size(); ++j) {
        int& nodes = solution.nodes[j];
        if (!used[j]) {
            nodes = 0;
        } else if (problem.resources[j].kind == ResourceKind::function || nodes == 0) {
            nodes = 1;
        }
    }
}

namespace {

Choice random_choice(const Component& component, Random& random) {
    Choice choice;
    choice.deployment = random.below(component.deployments.size());
    for (const Partition& partition : component.deployments[choice.deployment].partitions) {
        choice.resources.push_back(random.pick(partition.candidates).resource);
    }
    return choice;
}

std::vector<int> random_nodes(const Problem& problem, Random& random) {
    std::vector<int> nodes;
    for (const Resource& resource : problem.resources) {
        nodes.push_back(random.from_to(1, resource.nodes));
    }
    return nodes;
}

} // namespace

Solution random_solution(const Problem& problem, Random& random) {
    Solution solution;
    for (const Component& component : problem.components) {
        solution.components.push_back(random_choice(component, random));
    }
    solution.nodes = random_nodes(problem, random);
    tidy_nodes(problem, solution);
    return solution;
}

Solution sensible_solution(const Problem& problem, Random& random) {
    std::vector<std::size_t> machine; // per layer
    for (std::size_t layer = 0; layer < problem.layers.size(); ++layer) {
        std::vector<std::size_t> of_layer;
        for (std::size_t j = 0; j < problem.resources.size(); ++j) {
            if (problem.resources[j].layer == layer) {
                of_layer.push_back(j);
            }
        }
        machine.push_back(random.pick(of_layer));
    }
    Solution solution;
    solution.components.resize(problem.components.size());
    std::vector<bool> in_cloud(problem.components.size(), false);
    for (const std::size_t i : topological_order(problem)) {
        Choice& choice = solution.components[i];
        const Component& component = problem.components[i];
        choice.deployment = random.below(component.deployments.size());
        bool is_cloud = in_cloud[i];
        for (const Partition& partition : component.deployments[choice.deployment].partitions) {
            std::vector<std::size_t> good;
            for (const Candidate& candidate : partition.candidates) {
                const Resource& resource = problem.resources[candidate.resource];
                const bool is_selected = resource.kind == ResourceKind::function ||
                                         machine[resource.layer] == candidate.resource;
                if (is_selected && !(is_cloud && resource.kind == ResourceKind::edge)) {
                    good.push_back(candidate.resource);
                }
            }
            choice.resources.push_back(good.empty() ? random.pick(partition.candidates).resource
                                                    : random.pick(good));
            is_cloud = problem.resources[choice.resources.back()].kind != ResourceKind::edge;
        }
        for (const Successor& successor : component.successors) {
            in_cloud[successor.component] = in_cloud[successor.component] || is_cloud;
        }
    }
    solution.nodes = random_nodes(problem, random);
    tidy_nodes(problem, solution);
    return solution;
}

Solution
neighbour(const Problem& problem, const Solution& solution, std::size_t changes, Random& random) {
    Solution result = solution;
    const std::vector<int> nodes = random_nodes(problem, random);
    for (std::size_t change = 0; change < changes; ++change) {
        if (random.chance(0.5)) {
            const std::size_t j = random.below(problem.resources.size());
            result.nodes[j] = nodes[j];
        } else {
            const std::size_t i = random.below(problem.components.size());
            result.components[i] = random_choice(problem.components[i], random);
        }
    }
    tidy_nodes(problem, result);
    return result;
}

} // namespace aisprint::optimizer::test
