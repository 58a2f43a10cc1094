// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/clients/http.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace aisprint::clients {

/// Why a call of a remote service gave no result.
enum class RemoteErrorKind {
    unreachable,  ///< no connection, TLS failure, or no complete answer
    refused,      ///< 4xx but for those below: wrong request, the service said no
    unauthorised, ///< 401, 403: credentials missing or not the owner's
    gone,         ///< 404: what the call is about is not there
    conflict,     ///< 409: not possible in the present state
    server,       ///< 429, 5xx
    malformed,    ///< an answer that is not as the protocol says
    cancelled
};

/// Why a call gave no result; `message` is the server's text, shortened, stack traces removed. It
/// may hold anything that the server knows: redact it before it is shown.
struct RemoteError {
    RemoteErrorKind kind = RemoteErrorKind::unreachable;
    int status = 0; ///< 0: no answer
    /// not_sent: the server certainly did not do what was asked (not reached, or it refused).
    Delivery delivery = Delivery::unknown;
    std::string message;
    std::optional<TransportErrorKind> transport = {};          ///< if there was no complete answer
    std::optional<std::chrono::milliseconds> retry_after = {}; ///< the server's wish
    std::string code = {}; ///< the service's own name of the error (S3: NoSuchKey), or empty

    /// True if the same call may succeed later: all but refusals, bad credentials, bad
    /// certificates, things that are gone, and cancelled calls.
    [[nodiscard]] bool is_transient() const;
};

template <class T>
using RemoteResult = tl::expected<T, RemoteError>;

} // namespace aisprint::clients
