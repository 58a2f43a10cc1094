// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/problem.hpp"
#include "aisprint/optimizer/solution.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace aisprint::optimizer::test {

/// Node numbers to try for a resource of a placement whose components are chosen.
using NodeNumbers = std::function<std::vector<int>(const Solution&, std::size_t resource)>;

/// All node numbers from 1 to N_j.
[[nodiscard]] NodeNumbers all_node_numbers(const Problem& problem);

/// Calls visit(placement) for every way to place the components on their candidates, with each of
/// the node numbers; unused resources have none. No condition is checked.
void for_each_placement(const Problem& problem,
                        const NodeNumbers& node_numbers,
                        const std::function<void(const Solution&)>& visit);

} // namespace aisprint::optimizer::test
