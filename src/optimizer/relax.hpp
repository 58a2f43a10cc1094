// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/explain.hpp"
#include "aisprint/optimizer/instance.hpp"
#include "aisprint/optimizer/problem.hpp"
#include "aisprint/optimizer/solution.hpp"

#include <cstddef>
#include <vector>

/// Problems with some of their requirements lifted or set to another value: what explanations and
/// sensitivities are made of. Components and resources keep their indices, so that solutions of a
/// relaxed problem can be evaluated under the original one.
namespace aisprint::optimizer {

/// Which of a list of requirements are in force.
using RequirementSet = std::vector<bool>;

/// All requirements of a problem, in the order of RequirementKind and then of their subjects. Left
/// out are those that nothing depends on: limits of resources that are no candidates, layers with
/// one machine, and the way back to the edge if there is no edge or nothing else.
[[nodiscard]] std::vector<Requirement> list_requirements(const Problem& problem);

/// Limits of a resource that stand for "as much as you like".
struct Plenty {
    /// Utilisation below 1 % with everything that could run there; 10 % and a few times the nodes
    /// there are where trained models may run; functions: 1.
    int nodes = 1;
    double memory_mb = 0; ///< everything that could run there fits
};

/// Generous limits per resource, at least the resource's own.
[[nodiscard]] std::vector<Plenty> generous_limits(const Instance& instance);

/// A copy of the problem in which only the requirements of `kept` are in force. The arrival rate is
/// left as it is: a search over rates is up to the caller. Between layers that need not share a
/// network domain transfers take no time.
[[nodiscard]] Problem relaxed(const Problem& problem,
                              const std::vector<Requirement>& requirements,
                              const RequirementSet& kept,
                              const std::vector<Plenty>& plenty);

/// Sets the value of a requirement that has one.
void set_value(Problem& problem, const Requirement& requirement, double value);

/// Arrival rates, ascending, that stand for "any rate up to the problem's own". Machines are
/// fastest without load; functions and trained models need not be, so that with these a few rates
/// are tried, the problem's own among them.
[[nodiscard]] std::vector<double> lower_rates(const Problem& problem);

/// The requirements that a solution of a relaxed problem breaks, at a rate.
[[nodiscard]] RequirementSet broken_requirements(const Problem& problem,
                                                 const std::vector<Requirement>& requirements,
                                                 const std::vector<Plenty>& plenty,
                                                 double rate,
                                                 const Solution& solution);

} // namespace aisprint::optimizer
