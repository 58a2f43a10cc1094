// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "job_guard.hpp"

#include "aisprint/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::profiling {

/// A component's process.
struct JobProcess {
    std::vector<std::string> command; ///< program, with its path, and arguments
    std::filesystem::path directory;
    std::vector<std::pair<std::string, std::string>> environment; ///< on top of ours
    std::filesystem::path log;                                    ///< takes both streams
    std::vector<std::filesystem::path> join_files;                ///< of control groups
    std::vector<int> cpus;                                        ///< to run on; empty: all
    std::optional<std::chrono::milliseconds> timeout;
    /// Resident memory of the process and its descendants together, looked at every 100 ms: more
    /// ends them all. For systems without control groups.
    std::optional<std::uint64_t> memory_limit_bytes;
    const JobGuard* guard = nullptr; ///< ends what the process started, too, if we are killed
};

/// How it ended.
struct JobEnd {
    int exit_code = 0; ///< 128 plus the signal if one ended it
    double cpu_seconds = 0;
    std::uint64_t peak_resident_bytes = 0;
    bool timed_out = false;
    bool out_of_memory = false; ///< it was ended since it held more than it may
    bool stopped = false;       ///< a stop was asked for
};

/// Runs a process in a session of its own and waits until it and all of its group are gone. It dies
/// with us, and its group does if there is a guard. Fails (io, PRF051) if no process can be made.
[[nodiscard]] Result<JobEnd> run_job(const JobProcess& process, const std::stop_token& stop);

} // namespace aisprint::profiling
