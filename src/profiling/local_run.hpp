// SPDX-License-Identifier: Apache-2.0
// One run of the local backend: processes, slots and the thread that uploads.
#pragma once

#include "job_queue.hpp"
#include "slot_group.hpp"

#include "aisprint/profiling/local_backend.hpp"

#include <filesystem>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::profiling {

/// A service in a run: how it is started, its queue, and what became of its jobs.
struct Stage {
    RunService service;
    std::filesystem::path design;
    std::string interpreter;
    std::vector<std::pair<std::string, std::string>> environment;
    std::string input_bucket;
    std::string output_bucket;
    JobQueue queue;
    std::vector<JobRecord> jobs;
};

/// The stages of a run, in the order of the chain.
using Stages = std::vector<std::unique_ptr<Stage>>;

/// All buckets that stages read and write, each once, in order.
[[nodiscard]] std::set<std::string> buckets_of(const Stages& stages);

/// Sends the inputs of `request` through the stages, to the end. Fails (io) if files cannot be
/// written or processes cannot be made.
[[nodiscard]] Result<RunOutcome> run_stages(const RunRequest& request,
                                            Stages stages,
                                            const LocalOptions& options,
                                            const ControlGroups& groups,
                                            const ProgressSink& progress,
                                            const std::stop_token& stop);

} // namespace aisprint::profiling
