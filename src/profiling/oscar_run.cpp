// SPDX-License-Identifier: Apache-2.0
#include "oscar_run.hpp"

#include "oscar_downloads.hpp"
#include "run_health.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <cmath>
#include <thread>

namespace aisprint::profiling {

namespace {

using clients::OscarJob;
using clients::RemoteErrorKind;
using std::chrono::milliseconds;

milliseconds to_milliseconds(double seconds) {
    return milliseconds(static_cast<std::int64_t>(std::llround(seconds * 1000)));
}

std::chrono::microseconds to_microseconds(double hours) {
    constexpr double k_per_hour = 3.6e9;
    return std::chrono::microseconds(static_cast<std::int64_t>(std::llround(hours * k_per_hour)));
}

/// Objects below a place.
Result<std::vector<clients::S3Object>> objects_in(const OscarPlace& place,
                                                  const std::stop_token& stop) {
    AISPRINT_TRY_ASSIGN(
        auto objects,
        place.cluster->value("list the objects of bucket " + place.bucket,
                             place.cluster->s3().list(place.bucket, place.prefix, stop)));
    std::erase_if(objects, is_folder);
    return objects;
}

} // namespace

Result<RunOutcome> OscarRun::execute(const OscarPlace& from, const std::vector<UploadStep>& steps) {
    AISPRINT_TRY(make_directories(m_request.folder / "logs_oscar"));
    follow_functions();
    AISPRINT_TRY_ASSIGN(auto before, jobs_before());
    OscarWatch watched(std::move(before), {m_options.idle_limit, m_options.running_limit});
    if (m_request.load) {
        AISPRINT_TRY(prepare_load());
    } else {
        watched.expect(0, steps.size());
    }
    m_told.assign(m_sites.size(), 0);
    m_begin = m_parts.clock.now();
    m_last_answer = m_begin;
    watched.note_change(m_begin);

    m_parts.clock.thread_begins(); // this one
    m_parts.clock.thread_begins();
    std::jthread uploader([&](std::stop_token stop) {
        if (m_load) {
            drive_load(stop);
        } else {
            upload(from, steps, std::move(stop));
        }
        m_parts.clock.thread_ends();
    });
    const std::stop_callback forward(m_stop, [&] { uploader.request_stop(); });
    const Result<void> waited = watch(watched);
    m_parts.clock.thread_ends();
    uploader.request_stop();
    uploader.join();

    RunOutcome outcome;
    outcome.uploads = std::move(m_uploads);
    outcome.interrupted = m_stop.stop_requested();
    if (outcome.interrupted) {
        return outcome;
    }
    if (m_upload_failure) {
        return tl::unexpected<Failure>(std::move(*m_upload_failure));
    }
    AISPRINT_TRY(waited);
    if (m_stalled) {
        outcome.health.push_back(*m_stalled);
    }
    for (std::size_t i = 0; i < m_sites.size(); ++i) {
        auto records = collect(watched, i, outcome.health);
        if (m_stop.stop_requested()) {
            outcome.interrupted = true;
            return outcome;
        }
        AISPRINT_TRY(records);
        outcome.jobs.push_back(std::move(*records));
    }
    if (m_load) {
        AISPRINT_TRY(finish_load(from, outcome));
    }
    return outcome;
}

Result<void> OscarRun::prepare_load() {
    m_load.emplace(m_request, m_sites.front(), m_options, m_parts);
    const Result<void> prepared = m_load->prepare(m_stop);
    if (!m_load->without_pods().empty()) {
        m_without_pods[m_sites.front().home().resource()] = m_load->without_pods();
    }
    return prepared;
}

void OscarRun::drive_load(const std::stop_token& stop) {
    const Result<void> driven = m_load->drive(stop);
    const std::scoped_lock lock(m_mutex);
    m_uploads = m_load->uploads();
    if (!driven) {
        m_upload_failure = driven.error();
    }
}

/// Tells how many requests are answered; true if all are.
Result<bool> OscarRun::look_at_load() {
    const std::size_t answered = m_load->answered();
    if (answered != m_told.front()) {
        m_told.front() = answered;
        m_progress({m_sites.front().name(), answered, m_load->sent()});
    }
    return m_load->is_over() ? m_load->is_settled(m_stop) : Result<bool>(false);
}

/// Tells of requests that were rejected, and keeps what the others sent.
Result<void> OscarRun::finish_load(const OscarPlace& from, RunOutcome& outcome) {
    outcome.load = m_load->text();
    return m_options.keeps_objects ? m_load->store_inputs(from, outcome.jobs.front(), m_stop)
                                   : Result<void>();
}

/// Calls of earlier runs may still be logged; none takes longer than a quarter of an hour.
void OscarRun::follow_functions() {
    const clients::LogMoment from(m_parts.clock.wall_time() - std::chrono::minutes(15));
    for (std::size_t i = 0; i < m_sites.size(); ++i) {
        if (m_sites[i].is_function()) {
            m_functions.emplace(i, FunctionWatch(m_sites[i], from));
        }
    }
}

clients::RemoteResult<std::vector<OscarJob>> OscarRun::jobs_of(std::size_t service) {
    const auto function = m_functions.find(service);
    return function == m_functions.end()
               ? m_sites[service].home().oscar().jobs(m_sites[service].name(), m_stop)
               : function->second.jobs(m_parts.clock.now(), m_stop);
}

/// Functions are done when their logs are silent, too: lines of calls that nobody expects may come.
bool OscarRun::is_over(const OscarWatch& watch, std::size_t service) const {
    if (service == 0 && m_load) {
        return true; // look_at() has waited for it
    }
    const auto function = m_functions.find(service);
    return watch.is_done(service) &&
           (function == m_functions.end() ||
            function->second.is_quiet(m_parts.clock.now(), m_options.function_silence));
}

/// Names of jobs that the clusters know already: of services of the same name.
Result<std::vector<std::set<std::string>>> OscarRun::jobs_before() {
    std::vector<std::set<std::string>> before;
    for (std::size_t i = 0; i < m_sites.size(); ++i) {
        const OscarSite& site = m_sites[i];
        AISPRINT_TRY_ASSIGN(const auto jobs,
                            site.home().value("list the jobs of " + site.name(), jobs_of(i)));
        std::set<std::string> names;
        for (const OscarJob& job : jobs) {
            names.insert(job.name);
        }
        before.push_back(std::move(names));
    }
    return before;
}

/// Copies objects on the server, each at its moment since the beginning.
void OscarRun::upload(const OscarPlace& from,
                      const std::vector<UploadStep>& steps,
                      std::stop_token stop) {
    const OscarPlace& to = m_sites.front().input;
    for (const UploadStep& step : steps) {
        const milliseconds wait = m_begin + to_milliseconds(step.seconds) - m_parts.clock.now();
        if (wait.count() > 0) {
            m_parts.clock.sleep(wait, stop);
        }
        if (stop.stop_requested()) {
            return;
        }
        const double moment = std::chrono::duration<double>(m_parts.clock.now() - m_begin).count();
        const Result<void> copied =
            to.cluster->value("copy an input into bucket " + to.bucket,
                              to.cluster->s3().copy(from.bucket, from.prefix + step.file.string(),
                                                    to.bucket, to.prefix + step.key, stop));
        const std::scoped_lock lock(m_mutex);
        if (!copied) {
            m_upload_failure = copied.error();
            return;
        }
        m_uploads.push_back({moment, step.key});
    }
}

bool OscarRun::upload_failed() {
    const std::scoped_lock lock(m_mutex);
    return m_upload_failure.has_value();
}

/// Asks the clusters until all services are done, or nothing happens any more.
Result<void> OscarRun::watch(OscarWatch& watch) {
    std::size_t first_open = 0; // services before it are done
    std::size_t uploads = 0;
    while (!m_stop.stop_requested() && !upload_failed()) {
        {
            const std::scoped_lock lock(m_mutex);
            if (m_uploads.size() != uploads) {
                uploads = m_uploads.size();
                watch.note_change(m_parts.clock.now());
            }
        }
        for (std::size_t i = first_open; i < m_sites.size(); ++i) {
            AISPRINT_TRY_ASSIGN(const bool answered, look_at(watch, i));
            if (answered && i == first_open && is_over(watch, i)) {
                AISPRINT_TRY(expect_next(watch, i));
                ++first_open;
            }
        }
        if (first_open == m_sites.size()) {
            return {};
        }
        const milliseconds now = m_parts.clock.now();
        if (uploads == watch.expected(0) && watch.is_stalled(now)) {
            m_stalled = fmt::format(
                "{}: given up, since nothing happened any more when {} of {} jobs were over",
                m_sites[first_open].service.unit->id, watch.finished(first_open),
                watch.known(first_open));
            return {};
        }
        m_parts.clock.sleep(poll_pause(now - m_begin), m_stop);
    }
    return {};
}

/// Asks for the jobs of a service; false if its cluster does not answer for now.
Result<bool> OscarRun::look_at(OscarWatch& watch, std::size_t service) {
    if (service == 0 && m_load) {
        return look_at_load();
    }
    const OscarSite& site = m_sites[service];
    const auto jobs = jobs_of(service);
    const milliseconds now = m_parts.clock.now();
    if (!jobs) {
        const bool may_come_back =
            jobs.error().is_transient() && now - m_last_answer < m_options.patience;
        if (may_come_back || jobs.error().kind == RemoteErrorKind::cancelled) {
            return false;
        }
        return tl::unexpected<Failure>(
            site.home().failure("list the jobs of " + site.name(), jobs.error()));
    }
    m_last_answer = now;
    watch.see(service, *jobs, now);
    tell(watch, service);
    return true;
}

/// What a service wrote makes the jobs of the next.
Result<void> OscarRun::expect_next(OscarWatch& watch, std::size_t service) const {
    if (service == 0 && m_load) {
        watch.expect(0, m_load->sent());
    }
    if (service + 1 < m_sites.size()) {
        AISPRINT_TRY_ASSIGN(const auto objects, objects_in(m_sites[service].output, m_stop));
        watch.expect(service + 1, objects.size());
    }
    return {};
}

void OscarRun::tell(const OscarWatch& watch, std::size_t service) {
    const std::size_t done = watch.finished(service);
    if (done != m_told[service]) {
        m_told[service] = done;
        m_progress({m_sites[service].name(), done, watch.known(service)});
    }
}

Result<JobSources> OscarRun::sources_of(const OscarSite& site,
                                        const std::map<std::string, OscarJob>& jobs) {
    JobSources sources;
    sources.time_correction = to_microseconds(m_options.time_correction_hours);
    AISPRINT_TRY_ASSIGN(const auto objects, objects_in(site.output, m_stop));
    for (const clients::S3Object& object : objects) {
        sources.output_sizes[site.output.name_of(object.key)] = object.size;
    }
    std::vector<std::string> finished;
    for (const auto& [name, job] : jobs) {
        if (is_finished(job)) {
            finished.push_back(name);
        }
    }
    AISPRINT_TRY_ASSIGN(sources.logs,
                        download_logs(site, finished, m_request.folder / "logs_oscar",
                                      m_options.parallel_downloads, m_parts.clock, m_stop));
    AISPRINT_TRY(collect_pods(site, sources));
    return sources;
}

/// Asks Kubernetes for pods. Without them, their moments are not known; that is no failure.
Result<void> OscarRun::collect_pods(const OscarSite& site, JobSources& sources) {
    const OscarCluster& home = site.home();
    if (home.kubectl() == nullptr) {
        m_without_pods[home.resource()] = "physical_nodes.yaml names no fe_node to log in to";
        return {};
    }
    auto kube = home.kubectl()->jobs_and_pods(site.name(), m_stop);
    if (!kube) {
        m_without_pods[home.resource()] =
            home.failure("ask for pods", kube.error()).diagnostics.front().message;
        return {};
    }
    const std::filesystem::path folder = m_request.folder / "logs_kubectl";
    AISPRINT_TRY(make_directories(folder));
    for (const clients::KubePod& pod : kube->pods) {
        AISPRINT_TRY(write_file_atomic(folder / (file_name(pod.name) + ".txt"),
                                       to_text(pod, home.config().services_namespace)));
    }
    sources.kube = std::move(*kube);
    return {};
}

/// Records of a function's calls. Which of them wrote an object is not known: each counts alike.
Result<std::vector<JobRecord>> OscarRun::collect_calls(const OscarWatch& watch,
                                                       std::size_t service,
                                                       std::vector<std::string>& health) {
    const OscarSite& site = m_sites[service];
    std::vector<JobRecord> records = make_function_records(
        site.name(), site.home().resource(), watch.jobs(service), m_functions.at(service).calls());
    AISPRINT_TRY_ASSIGN(const auto objects, objects_in(site.output, m_stop));
    std::uint64_t bytes = 0;
    for (const clients::S3Object& object : objects) {
        bytes += object.size;
    }
    for (JobRecord& record : records) {
        record.output_bytes = bytes / records.size();
    }
    check_calls(site.service.unit->id, records, health);
    const std::size_t expected = watch.expected(service).value_or(records.size());
    if (records.size() != expected) {
        health.push_back(fmt::format("{}: {} calls for {} objects", site.service.unit->id,
                                     records.size(), expected));
    }
    return records;
}

Result<std::vector<JobRecord>>
OscarRun::collect(const OscarWatch& watch, std::size_t service, std::vector<std::string>& health) {
    const OscarSite& site = m_sites[service];
    if (service == 0 && m_load) {
        std::vector<JobRecord> requests = m_load->records();
        m_load->check(requests, health);
        return requests;
    }
    if (site.is_function()) {
        return collect_calls(watch, service, health);
    }
    AISPRINT_TRY_ASSIGN(const JobSources sources, sources_of(site, watch.jobs(service)));
    std::vector<JobRecord> records = make_records(site, watch.jobs(service), sources);
    check_health(site.service, records, health);
    check_jobs(site, records, watch.expected(service).value_or(records.size()), sources, health);
    if (const auto hours = log_offset_hours(records)) {
        m_offset = Offset{site.home().resource(), *hours};
    }
    return records;
}

} // namespace aisprint::profiling
