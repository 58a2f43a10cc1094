// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/deployments.hpp"
#include "aisprint/design/output_tree.hpp"

#include <optional>
#include <string>

namespace aisprint::design {

/// Adds aisprint/deployments/: a folder for each deployment with graph, links, copies of the tool
/// folders and constraints, and the files of all deployments. `performance` is the content of
/// deployments_performance.yaml, if there is one. Fails (io).
[[nodiscard]] Result<void> add_deployments(const ApplicationModel& model,
                                           const Deployments& deployments,
                                           const std::optional<std::string>& performance,
                                           OutputTree& tree);

} // namespace aisprint::design
