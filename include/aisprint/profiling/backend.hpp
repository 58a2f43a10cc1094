// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/parameters.hpp"
#include "aisprint/profiling/time_table.hpp"
#include "aisprint/profiling/units.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// A unit as it takes part in a run.
struct RunService {
    const Unit* unit = nullptr;
    int parallelism = 1;
    std::int64_t containers_per_node = 1;
    std::size_t position = 0; ///< in the chain, from 0; names the buckets
};

/// One execution of a workload.
struct RunRequest {
    std::vector<RunService> services;               ///< in the order of the chain; one for a test
                                                    ///< of a service alone
    std::vector<std::filesystem::path> input_files; ///< uploaded in each batch, or once
    int batch_size = 1;
    int number_of_batches = 1;
    Arrival arrival = Arrival::deterministic;
    double inter_upload_seconds = 0;
    std::uint64_t seed = 1;
    std::filesystem::path folder;  ///< where logs go
    std::filesystem::path buckets; ///< where buckets lie; kept for tests of single services
    std::string input_bucket;      ///< bucket0, or tempK
    bool keep_outputs = true;      ///< false: outputs go to trashK and trigger nothing
};

/// An upload of an input.
struct Upload {
    double seconds = 0; ///< since the run began
    std::string key;
};

/// What a run gave.
struct RunOutcome {
    std::vector<std::vector<JobRecord>> jobs; ///< by service, in order of their creation
    std::vector<Upload> uploads;
    std::vector<std::string> health; ///< why the run is degraded; empty: it is not
    bool interrupted = false;
};

/// How far a service is.
struct Progress {
    std::string service;
    std::size_t done = 0;
    std::size_t known = 0; ///< jobs that are there or done
};

/// Takes progress, from one thread at a time.
using ProgressSink = std::function<void(const Progress&)>;

/// Whether and how limits of a container are kept.
enum class LimitMethod { cgroup2, cgroup1, affinity, none };

/// The word for a method: cgroup2, ...
[[nodiscard]] std::string to_string(LimitMethod method);

/// How limits are kept on a machine.
struct LimitMethods {
    LimitMethod cpu = LimitMethod::none;
    LimitMethod memory = LimitMethod::none;
};

/// Something that runs workloads.
class Backend {
public:
    Backend() = default;
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;
    virtual ~Backend() = default;

    /// Checks that every unit could run, before anything does. Fails (input, PRF05x) with all that
    /// is missing.
    [[nodiscard]] virtual Result<void> check(const Testbed& testbed) = 0;

    /// Runs a workload to its end. Jobs that fail are part of the outcome. Fails (io) if files
    /// cannot be written or processes cannot be made.
    [[nodiscard]] virtual Result<RunOutcome>
    run(const RunRequest& request, const ProgressSink& progress, const std::stop_token& stop) = 0;
};

} // namespace aisprint::profiling
