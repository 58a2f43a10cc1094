// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/schedule.hpp"

#include <string>

namespace aisprint::profiling {

/// `deployment_0: ['C1@VM1', 'C2@VM2']` for each deployment, one per line, after `indent`.
[[nodiscard]] std::string deployments_text(const Testbed& testbed, const std::string& indent);

/// How many containers of each unit fit on a node, and what would make one more fit.
[[nodiscard]] std::string
fit_text(const Testbed& testbed, const UnitChain& chain, const Schedule& schedule);

/// The way of the data through the buckets, and the levels of the schedule with what changes from
/// one to the next; also the content of campaign_summary.txt.
[[nodiscard]] std::string recap_text(const Testbed& testbed,
                                     const UnitChain& chain,
                                     const Schedule& schedule,
                                     const RunParameters& parameters);

} // namespace aisprint::profiling
