// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/application_model.hpp"
#include "aisprint/design/output_tree.hpp"

namespace aisprint::design {

/// Adds common_config/annotations.yaml.
void add_annotations(const ApplicationModel& model, OutputTree& tree);

/// Adds aisprint/designs/: base designs, segments with their models and generated code, and
/// component_partitions.yaml. Models are written to `workspace` first. Fails (io, input).
[[nodiscard]] Result<void> add_designs(const ApplicationModel& model,
                                       const DesignOptions& options,
                                       const std::filesystem::path& workspace,
                                       OutputTree& tree);

} // namespace aisprint::design
