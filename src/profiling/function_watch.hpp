// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "function_log.hpp"
#include "oscar_services.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

namespace aisprint::profiling {

/// Follows the calls of a function by its logs.
class FunctionWatch {
public:
    /// Looks at what was logged since `from`.
    FunctionWatch(const OscarSite& site, clients::LogMoment from) : m_site(site), m_from(from) {}

    /// The calls as jobs. The logs are read anew every 10 s only: moments stand in them, and asking
    /// late costs no precision.
    [[nodiscard]] clients::RemoteResult<std::vector<clients::OscarJob>>
    jobs(std::chrono::milliseconds now, const std::stop_token& stop);

    /// Whether nothing was logged for so long: lines arrive late, and not in order.
    [[nodiscard]] bool is_quiet(std::chrono::milliseconds now,
                                std::chrono::milliseconds limit) const {
        return now - m_last_change >= limit;
    }

    [[nodiscard]] const FunctionCalls& calls() const { return m_calls; }

private:
    std::reference_wrapper<const OscarSite> m_site;
    clients::LogMoment m_from;
    clients::LogMoment m_newest{};
    std::size_t m_lines = 0; ///< of the log
    std::chrono::milliseconds m_last_change{0};
    FunctionCalls m_calls;
    std::optional<std::chrono::milliseconds> m_asked; ///< when the logs were read last
    std::vector<clients::OscarJob> m_jobs;            ///< as they were then
};

/// Waits until the calls that a function's logs tell of are over: those of a run that was given up
/// still write. No call takes longer than AWS lets it. Fails (remote).
[[nodiscard]] Result<void> wait_for_calls(const OscarSite& site,
                                          clients::Clock& clock,
                                          const std::function<void(const std::string&)>& say,
                                          const std::stop_token& stop);

/// The group that AWS Lambda writes the logs of a function to.
[[nodiscard]] std::string log_group_of(const OscarSite& site);

} // namespace aisprint::profiling
