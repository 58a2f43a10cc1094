// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/base/secret.hpp"

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace aisprint {

/// Exit code of a program that was not found or could not be started.
inline constexpr int k_program_not_found = 127;

/// A program to be run, without standard input and in a process group of its own.
struct ProcessRequest {
    /// Program, found in PATH unless its name has a slash, and its arguments.
    std::vector<std::string> command;
    /// Where it runs; empty: where we do.
    std::filesystem::path directory;
    /// Variables on top of our own environment; a later one of the same name wins.
    std::vector<std::pair<std::string, std::string>> environment;
    /// File that both streams go to, line by line, appended, readable by its owner only; empty:
    /// they are captured.
    std::filesystem::path log;
    /// Takes secrets out of the lines of the log.
    Redactor redactor;
    /// How long a program that is asked to end (SIGTERM) may take before it is killed.
    std::chrono::milliseconds patience{5000};
};

/// How a child process ended, and what it wrote.
struct ProcessResult {
    /// Exit code; 128 plus the signal if one ended it.
    int exit_code = 0;
    std::string standard_output;
    /// The last part of standard error. With a log, of both streams, redacted.
    std::string standard_error;
    /// It was asked to end.
    bool stopped = false;
};

/// Runs a program to its end, or ends it with its whole process group when a stop is requested.
/// It gets SIGTERM, too, when this program dies. Fails (io) if no process can be made (BAS005) or
/// the log cannot be written (BAS002).
[[nodiscard]] Result<ProcessResult> run_process(const ProcessRequest& request,
                                                const std::stop_token& stop = {});

} // namespace aisprint
