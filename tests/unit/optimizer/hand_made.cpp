// SPDX-License-Identifier: Apache-2.0
#include "hand_made.hpp"

#include <fmt/format.h>

namespace aisprint::optimizer::test {

namespace {

/// Opens a layer in the network that joins all of them.
std::size_t add_layer(Problem& problem, ResourceKind kind) {
    const std::size_t number = problem.layers.size();
    problem.layers.push_back({fmt::format("computationalLayer{}", number + 1), kind, 0});
    if (problem.domains.empty()) {
        problem.domains.push_back({"ND1", {}, 0.001, 1000});
    }
    problem.domains.front().layers.push_back(number);
    return number;
}

std::size_t add_resource(Problem& problem, Resource resource) {
    resource.layer = add_layer(problem, resource.kind);
    problem.resources.push_back(std::move(resource));
    return problem.resources.size() - 1;
}

} // namespace

std::size_t
add_machine(Problem& problem, const std::string& name, double cost, int nodes, ResourceKind kind) {
    Resource machine;
    machine.name = name;
    machine.kind = kind;
    machine.cost = cost;
    machine.nodes = nodes;
    machine.memory_mb = 8192;
    return add_resource(problem, std::move(machine));
}

std::size_t add_function(Problem& problem, const std::string& name, double cost) {
    Resource function;
    function.name = name;
    function.kind = ResourceKind::function;
    function.cost = cost;
    function.memory_mb = 4096;
    function.idle_time_s = 600;
    return add_resource(problem, std::move(function));
}

Partition queued(double demand_s, const std::vector<std::size_t>& machines) {
    Partition partition;
    partition.data_sizes = {1};
    for (const std::size_t machine : machines) {
        partition.candidates.push_back({machine, 512, QueueModel{"QTcloud", demand_s}});
    }
    return partition;
}

Deployment deployment(std::size_t number, std::vector<Partition> partitions) {
    for (std::size_t q = 0; q < partitions.size(); ++q) {
        partitions[q].code = fmt::format("h{}{}", number, q + 1);
        partitions[q].name = partitions[q].code;
    }
    return {fmt::format("s{}", number), std::move(partitions)};
}

void add_component(Problem& problem, std::vector<Deployment> deployments) {
    const std::size_t number = problem.components.size();
    if (number > 0) {
        problem.components.back().successors.push_back({number, 1});
    }
    const std::string code = fmt::format("c{}", number + 1);
    problem.components.push_back({code, code, {}, std::move(deployments)});
}

Problem two_ways_to_run() {
    Problem problem;
    const std::size_t big = add_machine(problem, "Big", 10, 2, ResourceKind::vm);
    const std::size_t small = add_machine(problem, "Small", 1, 2, ResourceKind::vm);
    add_component(problem, {deployment(1, {queued(0.2, {big})}),
                            deployment(2, {queued(0.3, {small}), queued(0.3, {small})})});
    return problem;
}

Problem unused_layer() {
    Problem problem;
    const std::size_t vm = add_machine(problem, "VM", 1, 2, ResourceKind::vm);
    const std::size_t function = add_function(problem, "F", 100);
    Partition partition = queued(0.5, {vm});
    partition.candidates.push_back({function, 512, ServerlessModel{0.5, 1}});
    add_component(problem, {deployment(1, {partition})});
    return problem;
}

Problem single_placement() {
    Problem problem;
    const std::size_t vm = add_machine(problem, "VM", 1, 3, ResourceKind::vm);
    add_component(problem, {deployment(1, {queued(1.5, {vm})})});
    return problem;
}

Problem chain(std::size_t components) {
    Problem problem;
    const auto nodes = static_cast<int>(components);
    const std::size_t dear = add_machine(problem, "Dear", 3, nodes, ResourceKind::vm);
    const std::size_t cheap = add_machine(problem, "Cheap", 1, nodes, ResourceKind::vm);
    for (std::size_t n = 0; n < components; ++n) {
        add_component(problem, {deployment(1, {queued(0.4, {dear, cheap})})});
    }
    return problem;
}

std::vector<Solution> solutions_of(const HeuristicResult& result) {
    std::vector<Solution> solutions;
    for (const Ranked& elite : result.elites) {
        solutions.push_back(elite.solution);
    }
    return solutions;
}

std::vector<Improver> improvers() {
    return {{"local search",
             [](const Instance& instance, const std::vector<Solution>& starts,
                const ImprovementOptions& options) {
                 return local_search(instance, starts, options, {});
             }},
            {"tabu search",
             [](const Instance& instance, const std::vector<Solution>& starts,
                const ImprovementOptions& options) {
                 return tabu_search(instance, starts, options, {});
             }},
            {"simulated annealing",
             [](const Instance& instance, const std::vector<Solution>& starts,
                const ImprovementOptions& options) {
                 return simulated_annealing(instance, starts, options, {});
             }},
            {"genetic algorithm", [](const Instance& instance, const std::vector<Solution>& starts,
                                     const ImprovementOptions& options) {
                 return genetic_algorithm(instance, starts, options, {});
             }}};
}

} // namespace aisprint::optimizer::test
