// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/clients/http.hpp"
#include "aisprint/clients/pause.hpp"
#include "aisprint/clients/remote_error.hpp"
#include "aisprint/clients/signed_options.hpp"

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::clients {

/// How a client talks to CloudWatch Logs; an empty endpoint is that of AWS for the region.
using CloudWatchOptions = SignedOptions;

/// A moment in the log of a function, in UTC.
using LogMoment = std::chrono::sys_time<std::chrono::milliseconds>;

/// A part of a group of logs that one writer filled: for a function, one of its instances.
struct LogStream {
    std::string name;
    LogMoment last_ingestion{}; ///< when something came last; the zero moment: never
    bool operator==(const LogStream&) const = default;
};

/// A line of a log.
struct LogEvent {
    LogMoment time{};
    std::string message;
    bool operator==(const LogEvent&) const = default;
};

/// Reads and clears logs in CloudWatch, requests signed with signature version 4. All calls can be
/// repeated without harm, and are, as the policy says (no answer, throttling, 5xx). Errors carry
/// the service's name in `code`. May be used by several threads at once.
class CloudWatchClient {
public:
    CloudWatchClient(Transport& transport, Clock& clock, CloudWatchOptions options);
    CloudWatchClient(const CloudWatchClient&) = delete;
    CloudWatchClient& operator=(const CloudWatchClient&) = delete;

    /// The streams of a group, sorted by name. A group that is not there has none: functions make
    /// theirs when they are called for the first time.
    [[nodiscard]] RemoteResult<std::vector<LogStream>> streams(const std::string& group,
                                                               std::stop_token stop) const;

    /// What a stream holds from a moment on, in the order of time.
    [[nodiscard]] RemoteResult<std::vector<LogEvent>> events(const std::string& group,
                                                             const std::string& stream,
                                                             LogMoment from,
                                                             std::stop_token stop) const;

    /// Deletes a stream with its events. One that is not there is fine.
    [[nodiscard]] RemoteResult<void>
    remove_stream(const std::string& group, const std::string& stream, std::stop_token stop) const;

private:
    [[nodiscard]] HttpRequest signed_request(const std::string& action,
                                             const std::string& body) const;
    [[nodiscard]] RemoteResult<void> check_options() const;
    [[nodiscard]] RemoteResult<HttpResponse>
    send(const std::string& action, const std::string& body, const std::stop_token& stop) const;

    Transport& m_transport;
    Clock& m_clock;
    CloudWatchOptions m_options;
};

} // namespace aisprint::clients
