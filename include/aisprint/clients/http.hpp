// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::clients {

/// A line of a request's or an answer's head.
struct HttpHeader {
    std::string name;
    std::string value;
};

/// Whether a transport may send a request once more when a connection that was used before breaks
/// without an answer. It never does so with a POST.
enum class Resend { allowed, never };

/// A request. Headers may hold secrets: requests are never logged.
struct HttpRequest {
    std::string method = "GET";
    std::string url;
    std::vector<HttpHeader> headers;
    std::string body;
    std::chrono::milliseconds timeout{60000};     ///< for the whole exchange; 0: none
    std::chrono::milliseconds connect_timeout{0}; ///< 0: as the transport has it
    Resend resend = Resend::allowed;
};

/// A complete answer, whatever its status.
struct HttpResponse {
    int status = 0;
    std::vector<HttpHeader> headers;
    std::string body;

    /// The value of the first header of that name (case ignored), or empty.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Why there is no complete answer.
enum class TransportErrorKind { unreachable, tls, timeout, broken, cancelled };

/// Whether the server may have acted on a request although no answer came.
enum class Delivery { not_sent, unknown };

/// No complete answer came.
struct TransportError {
    TransportErrorKind kind = TransportErrorKind::unreachable;
    Delivery delivery = Delivery::not_sent;
    std::string message; ///< holds no header and no body
};

/// Sends requests; may be used by several threads at once.
class Transport {
public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    /// Sends one request, once, without following redirects, and waits for the whole answer. Ends
    /// early (cancelled) when a stop is asked for.
    [[nodiscard]] virtual tl::expected<HttpResponse, TransportError>
    send(const HttpRequest& request, std::stop_token stop) = 0;
};

/// Whether a server's certificate must be valid.
enum class TlsVerification { on, off };

/// How to reach servers. Proxies are taken from `proxy`; the caller reads the environment.
struct CurlOptions {
    TlsVerification verification = TlsVerification::on;
    std::filesystem::path ca_file; ///< empty: the system's authorities
    std::string proxy;             ///< empty: none
    std::string no_proxy;          ///< hosts reached directly, separated by commas
    std::chrono::milliseconds connect_timeout{10000};
    std::size_t largest_answer = std::size_t{64} << 20; ///< bytes
};

/// A transport over libcurl.
[[nodiscard]] std::unique_ptr<Transport> make_curl_transport(const CurlOptions& options);

/// `text` with all but letters, digits and -._~ in percent form (RFC 3986).
[[nodiscard]] std::string percent_encoded(std::string_view text);

} // namespace aisprint::clients
