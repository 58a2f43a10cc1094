// SPDX-License-Identifier: Apache-2.0
// Servers of the loopback interface that do exactly what a test says, byte by byte.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace aisprint::clients::test {

/// Runs `handler` on every connection, each in a thread of its own. Connections are cut when the
/// server ends.
class RawServer {
public:
    explicit RawServer(std::function<void(int socket)> handler);
    ~RawServer();
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    [[nodiscard]] int port() const { return m_port; }

    /// http://127.0.0.1:PORT, or with another scheme.
    [[nodiscard]] std::string url(const std::string& scheme = "http") const;

    [[nodiscard]] int connections() const { return m_connections; }

private:
    void accept_connections();

    std::function<void(int)> m_handler;
    int m_listener = -1;
    int m_port = 0;
    std::atomic<int> m_connections{0};
    std::atomic<bool> m_stopping{false};
    std::mutex m_mutex; ///< guards m_sockets
    std::vector<int> m_sockets;
    std::vector<std::thread> m_workers;
    std::thread m_acceptor;
};

/// Reads a request with its body; empty when the client has gone.
[[nodiscard]] std::string read_request(int socket);

/// Writes all bytes, or stops when the client has gone.
void write_text(int socket, std::string_view text);

/// Waits until the client closes the connection.
void wait_for_end(int socket);

/// Passes bytes to and fro until one side ends.
void relay(int client, int port);

/// A certificate and its key, both PEM.
struct Certificate {
    std::string certificate;
    std::string key;
};

/// A fresh certificate that signs itself, valid for the alternative name (as OpenSSL writes them:
/// "IP:127.0.0.1", "DNS:localhost") from now + `from` to now + `to` seconds.
[[nodiscard]] Certificate make_certificate(const std::string& name, long from, long to);

/// A handler that speaks TLS and answers every request with `answer`.
[[nodiscard]] std::function<void(int)> tls_handler(const Certificate& certificate,
                                                   std::string answer);

} // namespace aisprint::clients::test
