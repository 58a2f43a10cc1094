// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "function_watch.hpp"
#include "oscar_jobs.hpp"
#include "oscar_load.hpp"
#include "oscar_services.hpp"
#include "oscar_watch.hpp"
#include "uploads.hpp"

#include "aisprint/profiling/oscar_backend.hpp"

#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// One run of services that are deployed: objects go in, jobs are waited for, and what is known of
/// them is collected.
class OscarRun {
public:
    OscarRun(const RunRequest& request,
             const std::vector<OscarSite>& sites,
             const OscarOptions& options,
             const OscarParts& parts,
             const ProgressSink& progress,
             const std::stop_token& stop)
        : m_request(request), m_sites(sites), m_options(options), m_parts(parts),
          m_progress(progress), m_stop(stop) {}

    /// Copies objects from a place into the first service's bucket as `steps` say (`file` is the
    /// name there), or calls it as the load of the request says, and waits for all that follows. A
    /// run in which nothing happens any more is a degraded one. Fails (remote) if a cluster is
    /// lost, (io) if logs cannot be written.
    [[nodiscard]] Result<RunOutcome> execute(const OscarPlace& from,
                                             const std::vector<UploadStep>& steps);

    /// By how many hours logs are off, if they are, and on which cluster.
    struct Offset {
        std::string resource;
        double hours = 0;
    };
    [[nodiscard]] const std::optional<Offset>& offset() const { return m_offset; }

    /// Clusters whose pods could not be asked for, and why.
    [[nodiscard]] const std::map<std::string, std::string>& without_pods() const {
        return m_without_pods;
    }

private:
    [[nodiscard]] Result<void> prepare_load();
    [[nodiscard]] Result<bool> look_at_load();
    void drive_load(const std::stop_token& stop);
    [[nodiscard]] Result<void> finish_load(const OscarPlace& from, RunOutcome& outcome);
    void follow_functions();
    [[nodiscard]] clients::RemoteResult<std::vector<clients::OscarJob>>
    jobs_of(std::size_t service);
    [[nodiscard]] bool is_over(const OscarWatch& watch, std::size_t service) const;
    [[nodiscard]] Result<std::vector<std::set<std::string>>> jobs_before();
    void upload(const OscarPlace& from, const std::vector<UploadStep>& steps, std::stop_token stop);
    [[nodiscard]] Result<void> watch(OscarWatch& watch);
    [[nodiscard]] Result<bool> look_at(OscarWatch& watch, std::size_t service);
    [[nodiscard]] Result<void> expect_next(OscarWatch& watch, std::size_t service) const;
    [[nodiscard]] bool upload_failed();
    void tell(const OscarWatch& watch, std::size_t service);
    [[nodiscard]] Result<JobSources>
    sources_of(const OscarSite& site, const std::map<std::string, clients::OscarJob>& jobs);
    [[nodiscard]] Result<void> collect_pods(const OscarSite& site, JobSources& sources);
    [[nodiscard]] Result<std::vector<JobRecord>>
    collect_calls(const OscarWatch& watch, std::size_t service, std::vector<std::string>& health);
    [[nodiscard]] Result<std::vector<JobRecord>>
    collect(const OscarWatch& watch, std::size_t service, std::vector<std::string>& health);

    const RunRequest& m_request;
    const std::vector<OscarSite>& m_sites;
    const OscarOptions& m_options;
    const OscarParts& m_parts;
    const ProgressSink& m_progress;
    std::stop_token m_stop;
    std::chrono::milliseconds m_begin{0};
    std::chrono::milliseconds m_last_answer{0};
    std::optional<std::string> m_stalled; ///< for how long nothing happened
    std::vector<std::size_t> m_told;
    std::map<std::size_t, FunctionWatch> m_functions; ///< by service
    std::optional<OscarLoad> m_load;                  ///< on the first service
    std::optional<Offset> m_offset;
    std::map<std::string, std::string> m_without_pods;
    std::mutex m_mutex; ///< of all below
    std::vector<Upload> m_uploads;
    std::optional<Failure> m_upload_failure;
};

} // namespace aisprint::profiling
