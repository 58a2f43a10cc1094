// SPDX-License-Identifier: Apache-2.0
// Sends requests of a client and repeats those that may be repeated.
#pragma once

#include "aisprint/clients/pause.hpp"
#include "aisprint/clients/remote_error.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>

namespace aisprint::clients {

/// How a caller repeats.
struct CallerOptions {
    RetryPolicy retries;
    /// The server's Retry-After is followed up to this.
    std::chrono::milliseconds longest_pause{120000};
    std::function<double()> random; ///< in [0, 1), for jitter; null: no jitter
    /// Kind and text of an answer whose status is not 2xx, as the service words its errors.
    std::function<RemoteError(const HttpResponse&)> error_of;
    /// The error that an answer of status 2xx holds, if it holds one; null: none does.
    std::function<std::optional<RemoteError>(const HttpResponse&)> error_inside = {};
    /// Whether all is as was asked for. Called before a request that the server may have acted on
    /// is repeated; if so, it is not, and the answer is an empty one of status 204. Null: nobody
    /// looks.
    std::function<bool()> is_done = {};
};

/// Sends requests; answers with a status of 2xx are results, all others are errors. May be used by
/// several threads at once.
class RemoteCaller {
public:
    RemoteCaller(Transport& transport, Clock& clock, CallerOptions options)
        : m_transport(transport), m_clock(clock), m_options(std::move(options)) {}

    /// Sends once.
    [[nodiscard]] RemoteResult<HttpResponse> send(const HttpRequest& request,
                                                  const std::stop_token& stop) const;

    /// Which requests may be sent again after an error that a short wait may cure.
    enum class Repeat {
        whatever_happened, ///< the request says what should be: repeating it does no harm
        if_not_sent        ///< only if the server certainly did nothing
    };

    /// Sends until there is an answer, an error that no wait cures, or the attempts are used up.
    /// `make` builds the request anew for each attempt: signatures grow old.
    [[nodiscard]] RemoteResult<HttpResponse>
    send_repeatedly(const std::function<HttpRequest()>& make,
                    Repeat repeat,
                    const std::stop_token& stop) const;

private:
    void pause(int attempt, const RemoteError& error, const std::stop_token& stop) const;

    Transport& m_transport;
    Clock& m_clock;
    CallerOptions m_options;
};

} // namespace aisprint::clients
