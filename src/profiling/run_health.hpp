// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/backend.hpp"

#include <string>
#include <vector>

namespace aisprint::profiling {

/// Adds to `health` why the jobs of a service make their run a degraded one: jobs that failed or
/// wrote nothing, more jobs at once than asked for, or fewer while some waited.
void check_health(const RunService& service,
                  const std::vector<JobRecord>& jobs,
                  std::vector<std::string>& health);

} // namespace aisprint::profiling
