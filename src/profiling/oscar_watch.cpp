// SPDX-License-Identifier: Apache-2.0
#include "oscar_watch.hpp"

#include <algorithm>
#include <utility>

namespace aisprint::profiling {

namespace {

using clients::OscarJob;
using clients::OscarJobStatus;
using std::chrono::milliseconds;

constexpr int k_times_longest = 5;

bool has_changed(const OscarJob& before, const OscarJob& now) {
    return before.status != now.status || before.start != now.start || before.finish != now.finish;
}

} // namespace

bool is_finished(const OscarJob& job) {
    return job.status == OscarJobStatus::succeeded || job.status == OscarJobStatus::failed;
}

milliseconds poll_pause(milliseconds since_begin) {
    constexpr milliseconds k_least(500);
    constexpr milliseconds k_early(2000);
    constexpr milliseconds k_late(10000);
    constexpr int k_fraction = 20;
    if (since_begin >= std::chrono::minutes(1)) {
        return k_late;
    }
    return std::clamp(since_begin / k_fraction, k_least, k_early);
}

OscarWatch::OscarWatch(std::vector<std::set<std::string>> before, StallLimits limits)
    : m_limits(limits) {
    for (std::set<std::string>& names : before) {
        m_services.push_back({std::move(names), {}, std::nullopt});
    }
}

void OscarWatch::expect(std::size_t service, std::size_t jobs) {
    m_services[service].expected = jobs;
}

void OscarWatch::see(std::size_t service, const std::vector<OscarJob>& jobs, milliseconds now) {
    State& state = m_services[service];
    for (const OscarJob& job : jobs) {
        if (state.before.contains(job.name)) {
            continue;
        }
        const auto [place, is_new] = state.jobs.try_emplace(job.name, job);
        if (is_new || has_changed(place->second, job)) {
            place->second = job;
            m_last_change = now;
        }
    }
}

bool OscarWatch::is_done(std::size_t service) const {
    const State& state = m_services[service];
    return state.expected && finished(service) >= *state.expected &&
           finished(service) == state.jobs.size();
}

bool OscarWatch::is_stalled(milliseconds now) const {
    milliseconds longest{0};
    bool runs = false;
    for (const State& state : m_services) {
        for (const auto& [name, job] : state.jobs) {
            runs = runs || job.status == OscarJobStatus::running;
            if (job.start && job.finish) {
                longest = std::max<milliseconds>(longest, *job.finish - *job.start);
            }
        }
    }
    const milliseconds limit = runs ? m_limits.running : m_limits.idle;
    return now - m_last_change > std::max(limit, k_times_longest * longest);
}

std::size_t OscarWatch::finished(std::size_t service) const {
    const auto& jobs = m_services[service].jobs;
    return static_cast<std::size_t>(std::count_if(
        jobs.begin(), jobs.end(), [](const auto& entry) { return is_finished(entry.second); }));
}

std::size_t OscarWatch::known(std::size_t service) const {
    const State& state = m_services[service];
    return std::max(state.jobs.size(), state.expected.value_or(0));
}

std::optional<std::size_t> OscarWatch::expected(std::size_t service) const {
    return m_services[service].expected;
}

const std::map<std::string, OscarJob>& OscarWatch::jobs(std::size_t service) const {
    return m_services[service].jobs;
}

} // namespace aisprint::profiling
