// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exact_bounds.hpp"
#include "exact_model.hpp"

#include "aisprint/optimizer/solution.hpp"

#include <cstdint>
#include <functional>

namespace aisprint::optimizer::exact {

/// A solution, its cost, and the effort it took.
struct WalkResult {
    Solution solution;
    double cost = 0;
    std::uint64_t configurations = 0;
    std::uint64_t nodes = 0;
};

/// The configuration that a solution uses, as a box.
[[nodiscard]] Box box_of(const Model& model, const Solution& solution);

/// Improves a feasible solution: lowers node numbers, then moves to neighbouring configurations
/// (another machine in a layer, a layer closed or opened, nodes more or less) in which a short
/// depth-first search finds a cheaper placement, deployments included, until none does.
/// `is_stopped` is asked before each configuration.
[[nodiscard]] WalkResult walk_configurations(const Model& model,
                                             Relaxation& relaxation,
                                             const Solution& start,
                                             const std::function<bool()>& is_stopped);

} // namespace aisprint::optimizer::exact
