// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/config/application.hpp"

#include <filesystem>
#include <string>

namespace aisprint::cli {

/// The folder of the templates: AISPRINT_TEMPLATES, or share/aisprint/templates beside the
/// installed program, or templates/ of the source tree that the program was built in. Fails
/// (io, CLI006) when there is none.
[[nodiscard]] Result<std::filesystem::path> find_templates();

/// The application that a command works on: the folder given, else the current one if it looks
/// like an application. Fails (usage, CLI002) otherwise.
[[nodiscard]] Result<config::ApplicationFolder> find_application(const std::string& given);

} // namespace aisprint::cli
