// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/load_generator.hpp"
#include "aisprint/profiling/parameters.hpp"
#include "aisprint/profiling/schedule.hpp"
#include "aisprint/profiling/time_table.hpp"
#include "aisprint/profiling/units.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::profiling {

/// A unit as it takes part in a run.
struct RunService {
    const Unit* unit = nullptr;
    int parallelism = 1;
    std::int64_t containers_per_node = 1;
    std::size_t position = 0; ///< in the chain, from 0; names the buckets
};

/// What a run does with its objects.
enum class RunKind {
    full_workflow, ///< inputs go into bucket0, each service's outputs into the next bucket
    single_service ///< what the full workflow left in the service's bucket goes through it again,
                   ///< by way of tempK; outputs go to trashK and trigger nothing
};

/// A synchronous load on the first service of a full workflow.
struct SynchronousLoad {
    LoadPlan plan;
    int pre_allocated = 0; ///< containers that wait for requests; 0: none is kept
};

/// A stretch of the replay of a synchronous test: as many uploads as requests were accepted.
struct ReplayInterval {
    std::size_t uploads = 0;
    double period_seconds = 0;
};

/// One execution of a workload.
struct RunRequest {
    RunKind kind = RunKind::full_workflow;
    std::vector<RunService> services; ///< in the order of the chain; one for a single service
    /// Of the full workflow: uploaded in each batch, or once if there are several.
    std::vector<std::filesystem::path> input_files;
    int batch_size = 1; ///< of the full workflow
    int number_of_batches = 1;
    /// Of the full workflow, instead of batches: so many inputs one by one, by turns of the files.
    std::size_t single_inputs = 0;
    Arrival arrival = Arrival::deterministic;
    double inter_upload_seconds = 0;
    std::optional<SynchronousLoad> load; ///< of the full workflow, in place of uploads
    std::vector<ReplayInterval> replay;  ///< of a single service after such a load
    std::uint64_t seed = 1;
    /// Names the run of the full workflow whose objects are made, or go through a service again.
    std::string workflow;
    std::filesystem::path folder; ///< where logs go
    std::filesystem::path work;   ///< where a backend may keep what it needs between runs
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
    std::string oversubscribed;      ///< how the run asked for more than there was, or empty
    std::string load; ///< of a synchronous test: how many requests were rejected, and sent
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
enum class LimitMethod { cgroup2, cgroup1, affinity, watchdog, none };

/// The word for a method: cgroup2, ...
[[nodiscard]] std::string to_string(LimitMethod method);

/// How limits are kept on a machine.
struct LimitMethods {
    LimitMethod cpu = LimitMethod::none;
    LimitMethod memory = LimitMethod::none;
};

/// How a campaign ended, for those who clean up after it.
enum class CampaignEnd { complete, interrupted, failed };

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

    /// Makes the resources of a deployment ready for a run, with as many nodes as it says. Fails
    /// (remote) if they cannot be had.
    [[nodiscard]] virtual Result<void>
    prepare(const Testbed& testbed, const UnitChain& chain, const Run& run, std::stop_token stop);

    /// Whether the objects of a run of the full workflow are still there, so that single services
    /// can be tested with them.
    [[nodiscard]] virtual Result<bool> holds_objects_of(const RunRequest& full) = 0;

    /// What a cluster is, for the record of a deployment: names and values, no secrets.
    [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>>
    describe_cluster(const std::string& resource) const;

    /// Runs a workload to its end. Jobs that fail are part of the outcome. Fails (io) if files
    /// cannot be written or processes cannot be made.
    [[nodiscard]] virtual Result<RunOutcome>
    run(const RunRequest& request, const ProgressSink& progress, const std::stop_token& stop) = 0;

    /// Gives back what prepare() took, as the campaign ended. Called once, also after failures.
    [[nodiscard]] virtual Result<void> finish(CampaignEnd end);
};

} // namespace aisprint::profiling
