// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/heuristics.hpp"
#include "aisprint/optimizer/problem.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

/// Small problems whose optimum is plain to see.
namespace aisprint::optimizer::test {

/// A machine in a layer of its own, which all other layers reach.
std::size_t
add_machine(Problem& problem, const std::string& name, double cost, int nodes, ResourceKind kind);

/// A function in a layer of its own.
std::size_t add_function(Problem& problem, const std::string& name, double cost);

/// A partition that takes `demand_s` on each of the machines.
[[nodiscard]] Partition queued(double demand_s, const std::vector<std::size_t>& machines);

/// A deployment s<number> of some partitions.
[[nodiscard]] Deployment deployment(std::size_t number, std::vector<Partition> partitions);

/// A component that follows the last one added.
void add_component(Problem& problem, std::vector<Deployment> deployments);

/// One component: whole on a big VM (10 an hour), or in two parts on a small one (1 an hour); the
/// whole does not run on the small one, the parts not on the big one.
[[nodiscard]] Problem two_ways_to_run();

/// One component on a dear function, or on a cheap VM whose layer nothing else uses.
[[nodiscard]] Problem unused_layer();

/// One component that runs in one way only.
[[nodiscard]] Problem single_placement();

/// A chain of `components`, each on one of two VMs, in one of two layers, one of them cheap.
[[nodiscard]] Problem chain(std::size_t components);

/// The solutions of a result.
[[nodiscard]] std::vector<Solution> solutions_of(const HeuristicResult& result);

/// An improvement heuristic with its default parameters.
struct Improver {
    std::string name;
    std::function<
        HeuristicResult(const Instance&, const std::vector<Solution>&, const ImprovementOptions&)>
        run;
};
[[nodiscard]] std::vector<Improver> improvers();

} // namespace aisprint::optimizer::test
