// SPDX-License-Identifier: Apache-2.0
// What answers of CloudWatch Logs mean. Pure functions.
#pragma once

#include "answer.hpp"

#include "aisprint/clients/cloudwatch_client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace aisprint::clients {

/// A page of streams.
struct LogStreamPage {
    std::vector<LogStream> streams;
    std::string next; ///< token of the page that follows, or empty
};

/// A page of events.
struct LogEventPage {
    std::vector<LogEvent> events;
    std::string next; ///< token of the page that follows: at the end, the one that was sent
};

/// The error of an answer that is not as the protocol says.
[[nodiscard]] RemoteError cloudwatch_malformed(const HttpResponse& response,
                                               const std::string& what);

/// The error of an answer whose status is not 2xx.
[[nodiscard]] RemoteError cloudwatch_error_of(const HttpResponse& response);

/// An answer to DescribeLogStreams.
[[nodiscard]] Parsed<LogStreamPage> parse_log_streams(const HttpResponse& response);

/// An answer to GetLogEvents.
[[nodiscard]] Parsed<LogEventPage> parse_log_events(const HttpResponse& response);

} // namespace aisprint::clients
