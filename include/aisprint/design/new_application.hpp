// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"

#include <filesystem>
#include <string>

namespace aisprint::design {

/// Makes the skeleton of an application in PARENT/NAME from the folder `application` of the
/// templates; all of it or nothing. Fails (usage, DSN003) for a bad name, (io, DSN004) when
/// something of that name exists.
[[nodiscard]] Result<void> create_application(const std::filesystem::path& parent,
                                              const std::string& name,
                                              const std::filesystem::path& templates);

} // namespace aisprint::design
