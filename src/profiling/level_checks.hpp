// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oscar_services.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace aisprint::profiling {

/// Warnings (PRF108), by unit, for services whose level of parallelism is less than what the nodes
/// of their cluster take, where nothing else limits how many jobs run at once.
[[nodiscard]] std::map<std::string, Diagnostic>
inexact_levels(const RunRequest& request,
               const OscarClusters& clusters,
               const std::map<std::string, std::int64_t>& nodes);

} // namespace aisprint::profiling
