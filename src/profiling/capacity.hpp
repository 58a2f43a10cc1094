// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/backend.hpp"
#include "aisprint/profiling/campaign.hpp"

#include <string>
#include <vector>

namespace aisprint::profiling {

/// Why services that run at once do not fit: "C1@VM1 and C2@VM2 ask for ..."; empty if they do.
[[nodiscard]] std::string overload_of(const std::vector<RunService>& services,
                                      const Capacity& capacity);

} // namespace aisprint::profiling
