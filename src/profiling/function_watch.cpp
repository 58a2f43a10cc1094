// SPDX-License-Identifier: Apache-2.0
#include "function_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace aisprint::profiling {

namespace {

/// Each instance has a stream, and AWS answers 25 questions for streams in a second.
constexpr std::chrono::milliseconds k_poll(10000);

} // namespace

std::string log_group_of(const OscarSite& site) {
    return "/aws/lambda/" + site.name();
}

clients::RemoteResult<std::vector<clients::OscarJob>>
FunctionWatch::jobs(std::chrono::milliseconds now, const std::stop_token& stop) {
    if (m_asked && now - *m_asked < k_poll) {
        return m_jobs;
    }
    const clients::CloudWatchClient& logs = *m_site.get().home().logs();
    const std::string group = log_group_of(m_site);
    const auto streams = logs.streams(group, stop);
    if (!streams) {
        return tl::unexpected<clients::RemoteError>(streams.error());
    }
    std::vector<clients::LogEvent> lines;
    clients::LogMoment newest{};
    for (const clients::LogStream& stream : *streams) {
        newest = std::max(newest, stream.last_ingestion);
        if (stream.last_ingestion != clients::LogMoment{} && stream.last_ingestion < m_from) {
            continue; // an instance of an earlier run
        }
        auto events = logs.events(group, stream.name, m_from, stop);
        if (!events && events.error().kind == clients::RemoteErrorKind::gone) {
            continue; // AWS deletes streams of which all is too old
        }
        if (!events) {
            return tl::unexpected<clients::RemoteError>(events.error());
        }
        std::ranges::move(*events, std::back_inserter(lines));
    }
    if (newest != m_newest || lines.size() != m_lines) {
        m_newest = newest;
        m_lines = lines.size();
        m_last_change = now;
    }
    // a call that is tried again may be in the streams of two instances
    std::ranges::stable_sort(lines, {}, &clients::LogEvent::time);
    m_calls.clear();
    read_function_log(lines, m_calls);
    m_jobs.clear();
    for (const auto& [request, call] : m_calls) {
        if (call.start) { // else it began before we look
            m_jobs.push_back(to_job(request, call));
        }
    }
    m_asked = now;
    return m_jobs;
}

Result<void> wait_for_calls(const OscarSite& site,
                            clients::Clock& clock,
                            const std::function<void(const std::string&)>& say,
                            const std::stop_token& stop) {
    constexpr std::chrono::minutes k_longest_call(15);
    FunctionWatch watch(site, clients::LogMoment(clock.wall_time() - k_longest_call));
    bool is_told = false;
    while (!stop.stop_requested()) {
        AISPRINT_TRY_ASSIGN(const auto jobs, site.home().value("read the logs of " + site.name(),
                                                               watch.jobs(clock.now(), stop)));
        const auto oldest = clients::LogMoment(clock.wall_time() - k_longest_call);
        const bool runs = std::ranges::any_of(jobs, [&](const clients::OscarJob& job) {
            return job.status == clients::OscarJobStatus::running && job.start &&
                   *job.start > oldest;
        });
        if (!runs) {
            break;
        }
        if (!std::exchange(is_told, true)) {
            say(fmt::format("Waiting for earlier calls of function {}...", site.name()));
        }
        clock.sleep(k_poll, stop);
    }
    return {};
}

} // namespace aisprint::profiling
