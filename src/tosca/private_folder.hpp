// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"

#include <filesystem>

namespace aisprint::tosca {

/// Makes a folder of a deployment that holds secrets: mode 0700, with a .gitignore that names what
/// the program writes there. Lines that a user has added to it stay. Fails (io).
[[nodiscard]] Result<void> make_private_folder(const std::filesystem::path& path);

/// Whether this is a regular file that only its owner may read.
[[nodiscard]] bool is_private_file(const std::filesystem::path& path);

} // namespace aisprint::tosca
