// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/problem.hpp"
#include "aisprint/optimizer/solution.hpp"

namespace aisprint::optimizer::test {

/// The example of section 1.9 of the specification: two components, the second with two
/// deployments; resources EN1 (0), VM1 (1) and the function F1 (2).
[[nodiscard]] Problem worked_example();

/// c1 on one EN1, c2 undivided on the function: the optimum, 3.71.
[[nodiscard]] Solution worked_function_solution();
/// c2 undivided on one VM1 instead: 4.30.
[[nodiscard]] Solution worked_machine_solution();
/// c2 divided between EN1 and VM1: 4.30.
[[nodiscard]] Solution worked_divided_solution();

} // namespace aisprint::optimizer::test
