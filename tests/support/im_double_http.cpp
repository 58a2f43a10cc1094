// SPDX-License-Identifier: Apache-2.0
// The double behind a socket of the loopback interface: one thread per connection.
#include "im_double_impl.hpp"

#include "aisprint/base/result.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <netinet/in.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace aisprint::clients::test {

namespace {

constexpr int k_poll_ms = 20; ///< how soon threads notice that the double ends

/// Bytes of one connection, and the end of it.
class Connection {
public:
    Connection(int socket, const std::atomic<bool>& stopping)
        : m_socket(socket), m_stopping(stopping) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { ::close(m_socket); }

    /// The next request with its target, or nothing when the client is gone.
    std::optional<HttpRequest> read_request() {
        std::size_t head_end = 0;
        while ((head_end = m_buffer.find("\r\n\r\n")) == std::string::npos) {
            if (!receive()) {
                return std::nullopt;
            }
        }
        HttpRequest request;
        std::size_t length = 0;
        parse_head(m_buffer.substr(0, head_end), request, length);
        m_buffer.erase(0, head_end + 4);
        while (m_buffer.size() < length) {
            if (!receive()) {
                return std::nullopt;
            }
        }
        request.body = m_buffer.substr(0, length);
        m_buffer.erase(0, length);
        return request;
    }

    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t count = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) {
                return; // the client has gone; what it makes of that is its business
            }
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }

    /// Makes the end of the connection a reset.
    void reset() {
        const linger at_once{1, 0};
        ::setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }

private:
    bool receive() {
        for (;;) {
            pollfd waiting{m_socket, POLLIN, 0};
            const int ready = ::poll(&waiting, 1, k_poll_ms);
            if (m_stopping) {
                return false;
            }
            if (ready <= 0) {
                continue;
            }
            std::array<char, 16384> bytes{};
            const ssize_t count = ::recv(m_socket, bytes.data(), bytes.size(), 0);
            if (count <= 0) {
                return false;
            }
            m_buffer.append(bytes.data(), static_cast<std::size_t>(count));
            return true;
        }
    }

    /// Takes the head apart; `url` becomes the target.
    void parse_head(const std::string& head, HttpRequest& request, std::size_t& length) {
        std::size_t begin = 0;
        bool first = true;
        while (begin < head.size()) {
            const std::size_t end = std::min(head.find("\r\n", begin), head.size());
            const std::string line = head.substr(begin, end - begin);
            begin = end + 2;
            if (first) {
                const std::size_t space = line.find(' ');
                const std::size_t second = line.find(' ', space + 1);
                request.method = line.substr(0, space);
                request.url = line.substr(space + 1, second - space - 1);
                first = false;
                continue;
            }
            const std::size_t colon = line.find(':');
            if (colon == std::string::npos) {
                continue;
            }
            const std::size_t value = line.find_first_not_of(' ', colon + 1);
            request.headers.push_back(
                {line.substr(0, colon), value == std::string::npos ? "" : line.substr(value)});
        }
        const HttpResponse finder{0, request.headers, {}};
        const std::string_view text = finder.header("Content-Length");
        std::from_chars(text.data(), text.data() + text.size(), length);
        if (finder.header("Expect") == "100-continue") {
            write("HTTP/1.1 100 Continue\r\n\r\n");
        }
    }

    int m_socket;
    const std::atomic<bool>& m_stopping;
    std::string m_buffer;
};

std::string head_of(const HttpResponse& response, std::size_t length) {
    std::string head =
        fmt::format("HTTP/1.1 {} Status\r\nContent-Length: {}\r\n", response.status, length);
    for (const HttpHeader& header : response.headers) {
        head += fmt::format("{}: {}\r\n", header.name, header.value);
    }
    return head + "\r\n";
}

} // namespace

void ImDouble::Impl::serve_connection(int socket) {
    Connection connection(socket, stopping);
    while (const std::optional<HttpRequest> request = connection.read_request()) {
        if (request->url.rfind("/double/", 0) == 0) {
            const HttpResponse response = control(request->method, request->url, request->body);
            connection.write(head_of(response, response.body.size()) + response.body);
            continue;
        }
        const HttpResponse finder{0, request->headers, {}};
        const Exchange exchange =
            handle(*request, request->url, fmt::format("http://{}", finder.header("Host")));
        const HttpResponse& response = exchange.response;
        const std::string& body = response.body;
        switch (exchange.fault.kind) {
        case FaultKind::reset_before_reading:
        case FaultKind::reset_after_reading:
        case FaultKind::reset_after_acting:
            connection.reset();
            return;
        case FaultKind::close_without_answer:
            return;
        case FaultKind::truncated_body:
            // an empty body cannot be cut, so its head is
            connection.write(body.empty() ? head_of(response, 0).substr(0, 20)
                                          : head_of(response, body.size()) +
                                                body.substr(0, body.size() / 2));
            return;
        case FaultKind::slow: {
            std::unique_lock lock(stop_mutex);
            stopped.wait_for(lock, exchange.fault.delay, [&] { return stopping.load(); });
            break;
        }
        default:
            break;
        }
        connection.write(head_of(response, body.size()) + body);
    }
}

void ImDouble::Impl::accept_connections() {
    while (!stopping) {
        pollfd waiting{listener, POLLIN, 0};
        if (::poll(&waiting, 1, k_poll_ms) <= 0) {
            continue;
        }
        const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) {
            continue;
        }
        const std::lock_guard lock(workers_mutex);
        workers.emplace_back([this, socket] { serve_connection(socket); });
    }
}

void ImDouble::Impl::stop_serving() {
    {
        const std::lock_guard lock(stop_mutex);
        stopping = true;
    }
    stopped.notify_all();
    if (acceptor.joinable()) {
        acceptor.join();
    }
    for (std::thread& worker : workers) {
        worker.join();
    }
    if (listener >= 0) {
        ::close(listener);
    }
}

std::string ImDouble::serve(int port) {
    AISPRINT_ASSERT(m_impl->listener < 0);
    m_impl->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    AISPRINT_ASSERT(m_impl->listener >= 0);
    const int yes = 1;
    ::setsockopt(m_impl->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    AISPRINT_ASSERT(::bind(m_impl->listener, plain, size) == 0);
    AISPRINT_ASSERT(::listen(m_impl->listener, 64) == 0);
    AISPRINT_ASSERT(::getsockname(m_impl->listener, plain, &size) == 0);
    m_impl->port = ntohs(address.sin_port);
    m_impl->acceptor = std::thread([impl = m_impl.get()] { impl->accept_connections(); });
    return fmt::format("http://127.0.0.1:{}", m_impl->port);
}

} // namespace aisprint::clients::test
