// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exact_bounds.hpp"
#include "exact_model.hpp"

#include <vector>

namespace aisprint::optimizer::exact {

/// Parts of a box that is not a single configuration, which together make up the whole: by the
/// machine of the dearest layer that has a choice, else by the dearest range of node numbers, cut
/// at the work that a relaxation puts there (`work_on`, per slot).
[[nodiscard]] std::vector<Box>
split(const Model& model, const Box& box, const std::vector<double>& work_on);

} // namespace aisprint::optimizer::exact
