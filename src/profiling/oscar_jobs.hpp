// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oscar_log.hpp"
#include "oscar_services.hpp"

#include "aisprint/clients/kubectl.hpp"
#include "aisprint/clients/oscar_client.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// What is known of the jobs of a service beside OSCAR's list of them.
struct JobSources {
    std::map<std::string, SupervisorLog> logs;         ///< by job
    std::optional<clients::KubeJobs> kube;             ///< nothing: there is no shell
    std::map<std::string, std::uint64_t> output_sizes; ///< by key, of the output bucket
    std::chrono::microseconds time_correction{0};      ///< of pods and logs
};

/// Records of the jobs of a service, in order of their creation, with the moments that are known:
/// creation, start and end of the container from OSCAR, the pod from Kubernetes, the script from
/// the log. Servers since 3.6.4 tell the start of the pod as creation; the Job object's own is
/// taken then, if there is a shell. Jobs that are not over are recorded as timed out; those that
/// broke down without any output as failed, although OSCAR says that they succeeded.
[[nodiscard]] std::vector<JobRecord>
make_records(const OscarSite& site,
             const std::map<std::string, clients::OscarJob>& jobs,
             const JobSources& sources);

/// Adds why the jobs make their run a degraded one, beside what check_health() says: jobs that are
/// missing or came twice, logs that are missing or tell nothing, tracebacks.
void check_jobs(const OscarSite& site,
                const std::vector<JobRecord>& records,
                std::size_t expected,
                const JobSources& sources,
                std::vector<std::string>& health);

/// Whether marks in logs do not go together with OSCAR's times (in the first such job): by how
/// many hours the log is off, rounded to quarters unless it is less than half of one.
[[nodiscard]] std::optional<double> log_offset_hours(const std::vector<JobRecord>& records);

/// PRF105 for a cluster whose logs are off by so many hours.
[[nodiscard]] Diagnostic log_offset_warning(const std::string& resource, double hours);

/// What is kept of a pod in logs_kubectl, in the words of `kubectl describe pods`.
[[nodiscard]] std::string to_text(const clients::KubePod& pod, const std::string& kube_namespace);

} // namespace aisprint::profiling
