// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::design {

/// The class names of classification_performance/class_names_dictionary.csv by their index;
/// nothing if the file is missing or cannot be understood.
[[nodiscard]] std::optional<std::vector<std::string>>
load_class_names(const std::filesystem::path& component_folder);

/// The same, with the reasons. `shown_as` is the file's name in diagnostics. Fails (io), or (input,
/// DSN030) when columns `class` and `index` are missing or the indices are not 0, 1, 2, ...
[[nodiscard]] Result<std::vector<std::string>> parse_class_names(const std::filesystem::path& file,
                                                                 const std::string& shown_as);

} // namespace aisprint::design
