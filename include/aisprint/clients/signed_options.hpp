// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/secret.hpp"
#include "aisprint/clients/pause.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace aisprint::clients {

/// How a client talks to a server whose requests are signed (signature version 4).
struct SignedOptions {
    /// http or https URL of the server; trailing slashes are dropped. Empty: the client's own
    /// default, if it has one.
    std::string endpoint;
    std::string access_key;
    Secret secret_key;
    std::string region = "us-east-1";
    RetryPolicy retries;
    /// The server's Retry-After is followed up to this.
    std::chrono::milliseconds longest_pause{60000};
    /// Of a request. What moves large contents has more time: a second for each 64 kB.
    std::chrono::milliseconds request_timeout{60000};
    std::function<double()> random; ///< in [0, 1), for jitter; null: no jitter
};

} // namespace aisprint::clients
