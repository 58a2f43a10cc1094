// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"

#include <string>
#include <vector>

namespace aisprint::partition {

/// How a child process ended, and what it wrote.
struct ProcessResult {
    /// Exit code; 128 plus the signal if one ended it.
    int exit_code = 0;
    std::string standard_output;
    /// The last part of standard error.
    std::string standard_error;
};

/// Runs a program, found in PATH unless its name has a slash, without standard input, to its end.
/// An exit code of 127 means that it was not found. Fails (io, PRT021) if no process can be made.
[[nodiscard]] Result<ProcessResult> run_process(const std::vector<std::string>& command);

} // namespace aisprint::partition
