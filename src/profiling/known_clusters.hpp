// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"

#include <functional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Fails (input, PRF098) with each of `resources` that `is_cluster` does not know.
[[nodiscard]] Result<void> check_known(const std::vector<std::string>& resources,
                                       const std::function<bool(const std::string&)>& is_cluster);

} // namespace aisprint::profiling
