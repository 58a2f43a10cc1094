// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/clients/oscar_client.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// When a run in which nothing happens is given up.
struct StallLimits {
    std::chrono::milliseconds idle;    ///< while no job runs
    std::chrono::milliseconds running; ///< while one does; or five times the longest job so far
};

/// How far the services of a chain are, by what their clusters tell of their jobs. Plain
/// bookkeeping: time comes in with each call.
class OscarWatch {
public:
    /// Watches a chain of services; jobs in `before` (by service) are of earlier runs.
    OscarWatch(std::vector<std::set<std::string>> before, StallLimits limits);

    /// How many jobs a service will have: inputs that are uploaded, or outputs of the one before.
    void expect(std::size_t service, std::size_t jobs);

    /// What a cluster tells of a service's jobs.
    void see(std::size_t service,
             const std::vector<clients::OscarJob>& jobs,
             std::chrono::milliseconds now);

    /// Something happened that the jobs do not show, such as an upload.
    void note_change(std::chrono::milliseconds now) { m_last_change = now; }

    /// Whether all jobs that were expected of a service, and all that came, are over.
    [[nodiscard]] bool is_done(std::size_t service) const;

    /// Whether nothing has happened for too long.
    [[nodiscard]] bool is_stalled(std::chrono::milliseconds now) const;

    /// Jobs of a service that are over, and that are known or expected.
    [[nodiscard]] std::size_t finished(std::size_t service) const;
    [[nodiscard]] std::size_t known(std::size_t service) const;
    [[nodiscard]] std::optional<std::size_t> expected(std::size_t service) const;

    /// Jobs of a service, by name.
    [[nodiscard]] const std::map<std::string, clients::OscarJob>& jobs(std::size_t service) const;

private:
    struct State {
        std::set<std::string> before;
        std::map<std::string, clients::OscarJob> jobs;
        std::optional<std::size_t> expected;
    };

    std::vector<State> m_services;
    StallLimits m_limits;
    std::chrono::milliseconds m_last_change{0};
};

/// Whether a job is over.
[[nodiscard]] bool is_finished(const clients::OscarJob& job);

/// The pause before clusters are asked again, by the time since the beginning: up to 2 s in the
/// first minute, then 10 s. Moments come from logs: asking late costs no precision.
[[nodiscard]] std::chrono::milliseconds poll_pause(std::chrono::milliseconds since_begin);

} // namespace aisprint::profiling
