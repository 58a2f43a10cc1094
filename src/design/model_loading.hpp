// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/application_model.hpp"

namespace aisprint::design {

/// The file that lists a component's early exits: early_exits.csv, .yaml, .yml or .json in its
/// folder onnx/; nothing if there is none.
[[nodiscard]] std::optional<std::filesystem::path>
find_exits_file(const std::filesystem::path& component_folder);

/// Loads the models of partitionable components and of those with early exits, chooses the cuts
/// and fills in the designs. Returns what is wrong, the form of their main.py included.
[[nodiscard]] std::vector<Diagnostic>
load_models(ApplicationModel& model, const DesignOptions& options, Reporter& reporter);

} // namespace aisprint::design
