// SPDX-License-Identifier: Apache-2.0
#include "oscar_jobs.hpp"

#include "oscar_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace aisprint::profiling {

namespace {

using clients::KubePod;
using clients::OscarJob;
using clients::OscarJobStatus;
using std::chrono::microseconds;

/// Pods by their job: the last one that a node accepted.
std::map<std::string, const KubePod*> pods_by_job(const std::optional<clients::KubeJobs>& kube) {
    std::map<std::string, const KubePod*> found;
    if (kube) {
        for (const KubePod& pod : kube->pods) {
            const KubePod*& place = found[pod.job];
            if (place == nullptr || pod.start >= place->start) {
                place = &pod;
            }
        }
    }
    return found;
}

std::optional<Moment> moment_of(const std::optional<std::chrono::sys_seconds>& time) {
    return time ? std::optional<Moment>(*time) : std::nullopt;
}

std::optional<Moment> corrected(const std::optional<Moment>& moment, microseconds correction) {
    return moment ? std::optional<Moment>(*moment + correction) : std::nullopt;
}

JobStatus status_of(const OscarJob& job, const SupervisorLog* log) {
    if (job.status == OscarJobStatus::failed) {
        return JobStatus::failed;
    }
    if (!is_finished(job)) {
        return JobStatus::timed_out;
    }
    // the supervisor does not look at the exit status of the component
    const bool broke_down = log != nullptr && log->has_traceback && log->output_keys.empty();
    return broke_down ? JobStatus::failed : JobStatus::succeeded;
}

void add_pod_facts(const KubePod& pod, microseconds correction, JobRecord& record) {
    record.node = clients::without_domain(pod.node);
    record.pod_create = corrected(moment_of(pod.start), correction);
}

/// When the job was created, where OSCAR tells when its pod started.
std::optional<Moment>
creation_of(const OscarSite& site, const JobSources& sources, const OscarJob& job) {
    if (site.home().behaviour().creation_is_pod_start && sources.kube) {
        const auto kube = sources.kube->jobs.find(job.name);
        if (kube != sources.kube->jobs.end() && kube->second.creation) {
            return moment_of(kube->second.creation);
        }
    }
    return moment_of(job.creation);
}

void add_log_facts(const OscarSite& site,
                   const SupervisorLog& log,
                   const JobSources& sources,
                   JobRecord& record) {
    record.script_start = corrected(log.script_start, sources.time_correction);
    record.script_end = corrected(log.script_end, sources.time_correction);
    record.supervisor_start = corrected(log.first_line, sources.time_correction);
    record.supervisor_end = corrected(log.last_line, sources.time_correction);
    record.input_key = site.input.name_of(log.input_key);
    for (const std::string& key : log.output_keys) {
        record.output_keys.push_back(site.output.name_of(key));
        const auto size = sources.output_sizes.find(record.output_keys.back());
        record.output_bytes += size == sources.output_sizes.end() ? 0 : size->second;
    }
}

} // namespace

std::vector<JobRecord> make_records(const OscarSite& site,
                                    const std::map<std::string, OscarJob>& jobs,
                                    const JobSources& sources) {
    const auto pods = pods_by_job(sources.kube);
    std::vector<JobRecord> records;
    for (const auto& [name, job] : jobs) {
        const auto log = sources.logs.find(name);
        JobRecord record;
        record.name = name;
        record.service = site.name();
        record.resource = site.home().resource();
        record.job_create = creation_of(site, sources, job);
        record.job_start = moment_of(job.start);
        record.job_finish = moment_of(job.finish);
        record.status = status_of(job, log == sources.logs.end() ? nullptr : &log->second);
        record.exit_code = record.status == JobStatus::succeeded ? 0 : 1;
        const auto pod = pods.find(name);
        if (pod != pods.end()) {
            add_pod_facts(*pod->second, sources.time_correction, record);
        }
        if (log != sources.logs.end()) {
            add_log_facts(site, log->second, sources, record);
        }
        records.push_back(std::move(record));
    }
    std::sort(records.begin(), records.end(), [](const JobRecord& a, const JobRecord& b) {
        return std::tie(a.job_create, a.name) < std::tie(b.job_create, b.name);
    });
    return records;
}

void check_jobs(const OscarSite& site,
                const std::vector<JobRecord>& records,
                std::size_t expected,
                const JobSources& sources,
                std::vector<std::string>& health) {
    const std::string& id = site.service.unit->id;
    const auto add = [&](std::size_t count, std::size_t of, const char* what) {
        if (count > 0) {
            health.push_back(fmt::format("{}: {} of {} {}", id, count, of, what));
        }
    };
    add(records.size() < expected ? expected - records.size() : 0, expected, "jobs are missing");
    if (records.size() > expected) {
        health.push_back(fmt::format("{}: {} jobs for {} objects", id, records.size(), expected));
    }
    std::size_t without_log = 0;
    std::size_t without_marks = 0;
    std::size_t with_traceback = 0;
    for (const JobRecord& record : records) {
        const auto log = sources.logs.find(record.name);
        if (log == sources.logs.end()) {
            ++without_log;
            continue;
        }
        if (!log->second.script_start || !log->second.script_end) {
            ++without_marks;
        }
        if (log->second.has_traceback) {
            ++with_traceback;
        }
    }
    add(without_log, records.size(), "jobs have no log");
    add(without_marks, records.size(), "logs do not tell when the script ran");
    add(with_traceback, records.size(), "logs have a Traceback");
}

std::optional<double> log_offset_hours(const std::vector<JobRecord>& records) {
    constexpr std::chrono::seconds k_tolerance(2);
    constexpr double k_seconds_per_hour = 3600;
    for (const JobRecord& record : records) {
        if (!record.script_start || !record.job_start || !record.job_finish ||
            (*record.script_start >= *record.job_start - k_tolerance &&
             *record.script_start <= *record.job_finish + k_tolerance)) {
            continue;
        }
        const double seconds =
            std::chrono::duration<double>(*record.script_start - *record.job_start).count();
        const double hours = seconds / k_seconds_per_hour;
        const double rounded = std::round(hours * 4) / 4;
        return rounded != 0 ? rounded : hours;
    }
    return std::nullopt;
}

Diagnostic log_offset_warning(const std::string& resource, double hours) {
    constexpr double k_least_of_zones = 0.25; // clocks are off by anything
    constexpr double k_seconds_per_hour = 3600;
    const bool is_zone = std::abs(hours) >= k_least_of_zones;
    return make_error(
        "PRF105",
        fmt::format("logs of jobs on cluster {} are {:+g} {} off the times that OSCAR tells",
                    resource, is_zone ? hours : std::round(hours * k_seconds_per_hour),
                    is_zone ? "hours" : "seconds"),
        is_zone ? "set other.time_correction of run_parameters.yaml, or the cluster's clocks"
                : "set the clocks of the cluster's machines");
}

std::string to_text(const KubePod& pod, const std::string& kube_namespace) {
    const auto start = moment_of(pod.start);
    return fmt::format("Name:         {}\nNamespace:    {}\nNode:         {}\nStart Time:   {}\n",
                       pod.name, kube_namespace, pod.node,
                       start ? to_text(*start) + " +0000" : std::string());
}

} // namespace aisprint::profiling
