// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/evaluator.hpp"

namespace aisprint::optimizer {

/// Work that reaches a machine: utilisation on one node.
[[nodiscard]] double work_on(const Evaluator& evaluator, std::size_t resource);

/// Sets every machine in use to the least number of nodes that is stable (C5), at most N_j.
void set_least_nodes(Evaluator& evaluator);

/// Sets the cheapest node numbers with which the placement is feasible and costs at most
/// `cost_limit`; among equally cheap ones the first found, dearest machine first. False if there
/// are none; the node numbers are then undefined. After some thousand evaluations it is content
/// with the best so far, and with trained models perhaps with none.
[[nodiscard]] bool set_cheapest_nodes(Evaluator& evaluator, double cost_limit);

} // namespace aisprint::optimizer
