// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/config/application.hpp"
#include "aisprint/profiling/local_backend.hpp"
#include "aisprint/profiling/parameters.hpp"

#include <string>

namespace aisprint::cli {

/// What the local backend works with: the interpreter called `python` (of the run parameters if it
/// is empty, else python3 of PATH or of the system), as a path of the current folder (those of the
/// parameters: of the application), the Python package beside the program, and the
/// parameters' limits. Fails (io, CLI006) if the templates are not there.
[[nodiscard]] Result<profiling::LocalOptions>
make_local_options(const config::ApplicationFolder& folder,
                   const profiling::RunParameters& parameters,
                   const std::string& python);

} // namespace aisprint::cli
