// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/backend.hpp"
#include "aisprint/profiling/clusters.hpp"
#include "aisprint/profiling/functions.hpp"

#include "aisprint/base/reporter.hpp"
#include "aisprint/clients/http.hpp"
#include "aisprint/clients/pause.hpp"
#include "aisprint/clients/remote_shell.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::profiling {

/// What the OSCAR backend works with.
struct OscarOptions {
    /// Marks our services on clusters: letters, digits, hyphens. Services without it are never
    /// touched.
    std::string owner;
    std::string storage_bucket = "storage"; ///< where inputs wait, on the first service's cluster
    bool keeps_objects = true;              ///< for tests of single services
    bool is_synchronous = false;            ///< the first service of each workflow is called
    double time_correction_hours = 0;       ///< added to times of pods and of the FaaS supervisor
    /// How long nothing may happen while no job runs, and while one does (or five times the
    /// longest job so far), until a run is given up.
    std::chrono::milliseconds idle_limit = std::chrono::minutes(15);
    std::chrono::milliseconds running_limit = std::chrono::hours(2);
    /// How long a cluster may not answer while its jobs are waited for.
    std::chrono::milliseconds patience = std::chrono::minutes(20);
    std::size_t parallel_downloads = 4; ///< of logs
    /// How long the logs of a function must be silent before its calls count as complete.
    std::chrono::milliseconds function_silence = std::chrono::seconds(30);
    /// How long the pods of a service that is called synchronously are waited for, and how long if
    /// it cannot be looked at them.
    std::chrono::milliseconds pods_limit = std::chrono::minutes(10);
    std::chrono::milliseconds unseen_pods_pause = std::chrono::seconds(30);
    /// How long no output must come of requests that timed out until none is expected any more.
    std::chrono::milliseconds late_silence = std::chrono::seconds(30);
    int attempts = 8; ///< of a request, with pauses of 1, 2, 4, ... seconds: two minutes together
};

/// What the OSCAR backend stands on; all of it outlives the backend.
struct OscarParts {
    ClusterSource& clusters;
    clients::Clock& clock;
    Reporter& reporter;
    std::function<std::unique_ptr<clients::Transport>(const Cluster&)> make_transport;
    std::function<std::unique_ptr<clients::RemoteShell>(const clients::SshTarget&)> make_shell;
    std::function<double()> random;              ///< in [0, 1), for jitter; null: none
    std::function<void(const std::string&)> say; ///< takes lines of progress; null: nobody does
    FunctionSource* functions = nullptr;         ///< null: there are no cloud functions
};

/// Runs components as services of OSCAR clusters, of versions 2.6 to 4.1. Services that it makes
/// carry the owner's label; buckets are named bucketK, tempK and trashK on every cluster. Nothing
/// else is changed there but the storage bucket. Units on cloud functions run as AWS Lambda
/// functions; alone they are not tested again: their jobs of the full workflow count.
class OscarBackend final : public Backend {
public:
    OscarBackend(OscarOptions options, OscarParts parts);
    ~OscarBackend() override;

    /// Checks names, images and kinds of resources; asks no cluster.
    [[nodiscard]] Result<void> check(const Testbed& testbed) override;
    [[nodiscard]] Result<void> prepare(const Testbed& testbed,
                                       const UnitChain& chain,
                                       const Run& run,
                                       std::stop_token stop) override;
    [[nodiscard]] Result<bool> holds_objects_of(const RunRequest& full) override;
    /// Addresses and users of a cluster that prepare() has made ready.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>>
    describe_cluster(const std::string& resource) const override;
    [[nodiscard]] Result<RunOutcome> run(const RunRequest& request,
                                         const ProgressSink& progress,
                                         const std::stop_token& stop) override;
    [[nodiscard]] Result<void> finish(CampaignEnd end) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace aisprint::profiling
