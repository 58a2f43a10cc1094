// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/partition/command.hpp"

#include <nlohmann/json.hpp>

namespace aisprint::partition {

/// The report for programs: the `result` of `aisprint partition --json`. Unknown dimensions are
/// null; a list of cuts, best first, with both sides' nodes, parameters, bytes and FLOPs.
[[nodiscard]] nlohmann::ordered_json to_json(const PartitionReport& report);

} // namespace aisprint::partition
