// SPDX-License-Identifier: Apache-2.0
#include "worked_example.hpp"

namespace aisprint::optimizer::test {

namespace {

Resource machine(const std::string& name, ResourceKind kind, std::size_t layer) {
    Resource resource;
    resource.name = name;
    resource.kind = kind;
    resource.layer = layer;
    return resource;
}

std::vector<Resource> resources() {
    Resource edge = machine("EN1", ResourceKind::edge, 0);
    edge.nodes = 2;
    edge.cost = 3.5;
    edge.memory_mb = 4096;
    edge.cores = 1;
    Resource vm = machine("VM1", ResourceKind::vm, 1);
    vm.nodes = 4;
    vm.cost = 0.8;
    vm.memory_mb = 8192;
    vm.cores = 4;
    Resource function = machine("F1", ResourceKind::function, 2);
    function.cost = 0.4;
    function.memory_mb = 2048;
    function.idle_time_s = 600;
    return {edge, vm, function};
}

Partition partition(const std::string& code,
                    double exit_probability,
                    double data_size,
                    std::vector<Candidate> candidates) {
    return {code, code, exit_probability, {data_size}, std::move(candidates)};
}

} // namespace

Problem worked_example() {
    Problem problem;
    problem.name = "worked example";
    problem.resources = resources();
    problem.layers = {{"computationalLayer1", ResourceKind::edge, 0},
                      {"computationalLayer2", ResourceKind::vm, 0},
                      {"computationalLayer3", ResourceKind::function, 0}};
    problem.domains = {{"ND1", {0, 1, 2}, 0.001, 1000}};
    problem.arrival_rate = 0.5;

    Component first{"c1", "c1", {{1, 0.7}}, {}};
    first.deployments = {{"s1", {partition("h1", 0, 5, {{0, 512, QueueModel{"QTedge", 0.4}}})}}};
    Component second{"c2", "c2", {}, {}};
    second.deployments = {{"s1",
                           {partition("h1", 0, 4,
                                      {{1, 2048, QueueModel{"QTcloud", 0.2}},
                                       {2, 1024, ServerlessModel{1.5, 2.5}}})}},
                          {"s2",
                           {partition("h2", 0.3, 6, {{0, 512, QueueModel{"QTedge", 0.3}}}),
                            partition("h3", 0, 4, {{1, 1024, QueueModel{"QTcloud", 0.1}}})}}};
    problem.components = {first, second};
    problem.local_constraints = {{"c2", 1, 3}};
    problem.path_constraints = {{"p1", {0, 1}, 6}};
    return problem;
}

Solution worked_function_solution() {
    return {{{0, {0}}, {0, {2}}}, {1, 0, 1}};
}

Solution worked_machine_solution() {
    return {{{0, {0}}, {0, {1}}}, {1, 1, 0}};
}

Solution worked_divided_solution() {
    return {{{0, {0}}, {1, {0, 1}}}, {1, 1, 0}};
}

} // namespace aisprint::optimizer::test
