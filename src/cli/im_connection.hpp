// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "toscarizer_options.hpp"

#include "aisprint/base/random_source.hpp"
#include "aisprint/clients/http.hpp"
#include "aisprint/clients/im_client.hpp"
#include "aisprint/clients/pause.hpp"
#include "aisprint/deploy/run.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::cli {

/// The options about the Infrastructure Manager, as typed.
struct ImArguments {
    std::string url = "https://im.egi.eu/im";
    ImAuthArguments auth;
    std::string verify = "true";
    bool insecure = false;
    std::string ca_file;
};

/// The options about waiting, as typed.
struct WaitArguments {
    double poll_seconds = 10;
    double timeout_seconds = 3600;
    int parallel = 4;
};

/// Adds --im_url, --im_auth, --verify, --insecure and --ca_file.
void add_im_options(CLI::App& app, ImArguments& arguments);

/// Adds --poll and --timeout.
void add_wait_options(CLI::App& app, WaitArguments& arguments);

/// The typed options about waiting.
[[nodiscard]] deploy::RunOptions to_run_options(const WaitArguments& arguments);

/// Options for reaching a server, with the proxy of the environment for its address.
[[nodiscard]] clients::CurlOptions curl_options_for(std::string_view url);

/// Random numbers in [0, 1) for pauses; may be used by several threads at once.
[[nodiscard]] std::function<double()> make_jitter();

/// A client of the Infrastructure Manager with all that it stands on.
class ImConnection {
public:
    /// Makes a client; no request is sent. Reads the proxy settings of the environment. Fails
    /// (usage, CLI004) for a --verify that is no boolean word, and for URLs that are no http or
    /// https ones.
    [[nodiscard]] static Result<std::unique_ptr<ImConnection>> make(const ImArguments& arguments,
                                                                    const clients::ImAuth& auth);

    [[nodiscard]] clients::ImClient& client() { return *m_client; }

    /// The same with short pauses between attempts: somebody who mistyped an address, or is off
    /// line, is told so within seconds.
    [[nodiscard]] clients::ImClient& impatient_client() { return *m_impatient_client; }

    [[nodiscard]] clients::Clock& clock() { return m_clock; }
    [[nodiscard]] RandomSource& random() { return m_random; }

private:
    ImConnection() = default;

    std::unique_ptr<clients::Transport> m_transport;
    clients::SystemClock m_clock;
    SystemRandomSource m_random;
    std::unique_ptr<clients::ImClient> m_client;
    std::unique_ptr<clients::ImClient> m_impatient_client;
};

} // namespace aisprint::cli
