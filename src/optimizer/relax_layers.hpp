// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/problem.hpp"
#include "aisprint/optimizer/solution.hpp"

#include <cstddef>
#include <set>
#include <utility>
#include <vector>

/// Problems in which some layers or components are freed of their networks. Machines of a layer can
/// be given layers of their own, which keep the name: that is by what layers are known here.
namespace aisprint::optimizer {

/// Pairs of layers, the lower index first.
using LayerPairs = std::set<std::pair<std::size_t, std::size_t>>;

/// Gives each resource of a layer a layer of its own in the same network domains.
void split_layer(Problem& problem, std::size_t layer);

/// Does so with all layers of functions, which changes nothing of the problem.
void split_function_layers(Problem& problem);

/// Does so with all layers: afterwards none of them has to use one resource only.
void split_all_layers(Problem& problem);

/// Lets the resources of two layers of the original problem reach each other without delay. The
/// layers of functions must be split, so that functions of one layer do not profit, too.
void link_layers(const Problem& original, std::size_t a, std::size_t b, Problem& problem);

/// Layers between which a solution moves data without a common domain.
[[nodiscard]] LayerPairs unlinked_steps(const Problem& problem, const Solution& solution);

/// A copy of the problem in which the components that are not `bound` cost no time, load, memory or
/// transfers, and fit anywhere. They run on resources added behind those of the problem: one on the
/// edge, and a function.
[[nodiscard]] Problem with_free_components(const Problem& problem, const std::vector<bool>& bound);

} // namespace aisprint::optimizer
