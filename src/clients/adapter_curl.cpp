// SPDX-License-Identifier: Apache-2.0
// HTTP over libcurl: the only file that knows it.
#include "aisprint/base/result.hpp"
#include "aisprint/clients/http.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace aisprint::clients {

namespace {

struct EasyCloser {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, EasyCloser>;

struct MultiCloser {
    void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
using Multi = std::unique_ptr<CURLM, MultiCloser>;

/// What one exchange at a time runs on. The open connections belong to `multi`, which is there
/// because only its waits can be woken from another thread.
struct Line {
    Multi multi;
    Easy easy;
};

struct ListCloser {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListCloser>;

/// What libcurl's callbacks of one exchange work on.
struct Exchange {
    HttpResponse response;
    std::size_t largest = 0;
    bool too_large = false;
    bool has_head = false; ///< the empty line behind the head came
};

std::string_view without_line_end(std::string_view line) {
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
        line.remove_suffix(1);
    }
    return line;
}

std::string_view without_blanks(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* user) {
    auto& exchange = *static_cast<Exchange*>(user);
    const std::string_view line = without_line_end({bytes, size * count});
    if (line.substr(0, 5) == "HTTP/") {
        exchange.response.headers.clear(); // of a 100 Continue, or of the proxy's own answer
        exchange.has_head = false;
        return size * count;
    }
    exchange.has_head |= line.empty(); // lines behind a chunked body follow the empty one
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
        exchange.response.headers.push_back({std::string(line.substr(0, colon)),
                                             std::string(without_blanks(line.substr(colon + 1)))});
    }
    return size * count;
}

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* user) {
    auto& exchange = *static_cast<Exchange*>(user);
    const std::size_t length = size * count;
    if (length > exchange.largest - exchange.response.body.size()) {
        exchange.too_large = true;
        return length + 1; // anything but the length ends the transfer
    }
    exchange.response.body.append(bytes, length);
    return length;
}

/// The way of a URL to people: without user, query and fragment, which may hold secrets.
std::string shown(std::string_view url) {
    const std::size_t begin = url.find("://");
    const std::size_t host = begin == std::string_view::npos ? 0 : begin + 3;
    const std::size_t end = std::min(url.find_first_of("/?#", host), url.size());
    const std::size_t at = url.substr(0, end).rfind('@');
    const std::size_t from = at == std::string_view::npos || at < host ? host : at + 1;
    return std::string(url.substr(0, host)) + std::string(url.substr(from, end - from));
}

struct CurlText {
    CURLcode code;
    TransportErrorKind kind;
    const char* text;
};

/// Failures of which the cause is known; the others are named by libcurl.
constexpr std::array<CurlText, 8> k_failures = {
    {{CURLE_UNSUPPORTED_PROTOCOL, TransportErrorKind::unreachable,
      "only http and https are supported"},
     {CURLE_URL_MALFORMAT, TransportErrorKind::unreachable, "the URL is malformed"},
     {CURLE_COULDNT_RESOLVE_PROXY, TransportErrorKind::unreachable,
      "the name of the proxy cannot be resolved"},
     {CURLE_COULDNT_RESOLVE_HOST, TransportErrorKind::unreachable,
      "the name of the server cannot be resolved"},
     {CURLE_COULDNT_CONNECT, TransportErrorKind::unreachable, "no connection"},
     {CURLE_OPERATION_TIMEDOUT, TransportErrorKind::timeout, "no complete answer in time"},
     {CURLE_PARTIAL_FILE, TransportErrorKind::broken, "the answer was cut off"},
     {CURLE_GOT_NOTHING, TransportErrorKind::broken,
      "the connection was closed without an answer"}}};

bool is_tls_failure(CURLcode code) {
    constexpr std::array<CURLcode, 10> k_codes = {
        CURLE_SSL_CONNECT_ERROR,     CURLE_PEER_FAILED_VERIFICATION,
        CURLE_SSL_CERTPROBLEM,       CURLE_SSL_CIPHER,
        CURLE_SSL_CACERT_BADFILE,    CURLE_SSL_ISSUER_ERROR,
        CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
        CURLE_SSL_ENGINE_NOTFOUND,   CURLE_SSL_ENGINE_INITFAILED};
    return std::find(k_codes.begin(), k_codes.end(), code) != k_codes.end();
}

/// What may be done about a certificate that was refused.
std::string tls_hint(CURLcode code, std::string_view reason) {
    if (code == CURLE_SSL_CACERT_BADFILE) {
        return "; check the file of --ca_file";
    }
    if (code != CURLE_PEER_FAILED_VERIFICATION) {
        return {};
    }
    if (reason.find("does not match") != std::string_view::npos ||
        reason.find("no alternative certificate subject name") != std::string_view::npos) {
        return "; use the name that the certificate was made for";
    }
    if (reason.find("expired") != std::string_view::npos) {
        return "; the server needs a new certificate";
    }
    return "; if its authority is a private one, name its certificate with --ca_file";
}

/// libcurl's words for the certificate checks that OpenSSL knows, without its prefix.
std::string tls_reason(std::string_view detail) {
    constexpr std::string_view k_prefix = "SSL certificate problem: ";
    if (detail.substr(0, k_prefix.size()) == k_prefix) {
        return "the certificate is not accepted: " + std::string(detail.substr(k_prefix.size()));
    }
    return std::string(detail);
}

TransportError error_of(CURLcode code,
                        const Exchange& exchange,
                        std::string_view detail,
                        const std::string& url,
                        Delivery delivery) {
    TransportError error;
    error.delivery = delivery;
    const std::string to = shown(url);
    if (exchange.too_large) {
        error.kind = TransportErrorKind::broken;
        error.message = fmt::format("{}: the answer is larger than {} bytes", to, exchange.largest);
        return error;
    }
    const std::string reason =
        detail.empty() ? std::string(curl_easy_strerror(code)) : std::string(detail);
    if (is_tls_failure(code)) {
        error.kind = TransportErrorKind::tls;
        error.message = fmt::format("{}: {}{}", to, tls_reason(reason), tls_hint(code, reason));
        return error;
    }
    const auto known = std::find_if(k_failures.begin(), k_failures.end(),
                                    [&](const CurlText& item) { return item.code == code; });
    if (known == k_failures.end()) {
        error.kind = TransportErrorKind::broken;
        error.message = fmt::format("{}: the connection broke: {}", to, reason);
        return error;
    }
    error.kind = known->kind;
    error.message = fmt::format("{}: {}", to, known->text);
    if (code == CURLE_UNSUPPORTED_PROTOCOL && delivery == Delivery::unknown) {
        error.kind = TransportErrorKind::broken;
        error.message = to + ": the answer is not HTTP";
    }
    return error;
}

TransportError cancelled(Delivery delivery) {
    return {TransportErrorKind::cancelled, delivery, "cancelled"};
}

/// Whether the request may have reached the server. Error codes do not tell: an answer that is not
/// HTTP, say, is an unsupported protocol, too. What was sent does.
Delivery delivery_of(CURL* handle, const std::string& url) {
    long proxy_status = 0;
    curl_easy_getinfo(handle, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    if (proxy_status >= 300) {
        return Delivery::not_sent; // the proxy has not opened a tunnel
    }
    long connections = 0;
    long requested = 0; // bytes, those of a tunnel's request included
    curl_off_t secured = 0;
    curl_off_t ready = 0;
    curl_easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &connections);
    curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &requested);
    curl_easy_getinfo(handle, CURLINFO_APPCONNECT_TIME_T, &secured);
    curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &ready);
    const bool is_https = url.size() > 4 && (url[4] == 's' || url[4] == 'S');
    const bool no_handshake = is_https && connections > 0 && secured == 0;
    return ready == 0 && (requested == 0 || no_handshake) ? Delivery::not_sent : Delivery::unknown;
}

/// Adds what the system says about a connection that was not made, and the proxy about a tunnel.
void add_details(TransportError& error, CURL* handle, CURLcode code, const std::string& proxy) {
    long number = 0;
    if (code == CURLE_COULDNT_CONNECT &&
        curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &number) == CURLE_OK && number != 0) {
        error.message +=
            fmt::format(" ({})", std::generic_category().message(static_cast<int>(number)));
    }
    if (code == CURLE_COULDNT_CONNECT && !proxy.empty()) {
        error.message += fmt::format("; a proxy is set: {}", shown(proxy));
    }
    long proxy_status = 0;
    curl_easy_getinfo(handle, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    if (proxy_status >= 300) {
        error.kind = TransportErrorKind::unreachable;
        error.message += fmt::format("; the proxy refuses with status {}", proxy_status);
    }
}

class CurlTransport final : public Transport {
public:
    explicit CurlTransport(const CurlOptions& options) : m_options(options) {}

    tl::expected<HttpResponse, TransportError> send(const HttpRequest& request,
                                                    std::stop_token stop) override;

private:
    Line take_line();
    void give_back(Line line);
    void set_options(CURL* handle, const HttpRequest& request, Exchange& exchange) const;

    CurlOptions m_options;
    std::mutex m_mutex; ///< guards m_idle
    std::vector<Line> m_idle;
};

Line CurlTransport::take_line() {
    {
        const std::lock_guard lock(m_mutex);
        if (!m_idle.empty()) {
            Line line = std::move(m_idle.back());
            m_idle.pop_back();
            return line;
        }
    }
    Line line{Multi(curl_multi_init()), Easy(curl_easy_init())};
    AISPRINT_ASSERT(line.multi != nullptr && line.easy != nullptr);
    return line;
}

void CurlTransport::give_back(Line line) {
    curl_easy_reset(line.easy.get());
    const std::lock_guard lock(m_mutex);
    m_idle.push_back(std::move(line));
}

/// Runs a transfer until it ends (its code) or a stop is asked for (nothing).
std::optional<CURLcode> perform(const Line& line, const std::stop_token& stop) {
    CURLM* multi = line.multi.get();
    CURLMcode added = curl_multi_add_handle(multi, line.easy.get());
    AISPRINT_ASSERT(added == CURLM_OK);
    const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
    constexpr int k_longest_wait_ms = 1000;
    int running = 1;
    while (!stop.stop_requested()) {
        CURLMcode code = curl_multi_perform(multi, &running);
        if (code == CURLM_OK && running > 0) {
            code = curl_multi_poll(multi, nullptr, 0, k_longest_wait_ms, nullptr);
        }
        if (code != CURLM_OK) {
            return CURLE_RECV_ERROR; // the system cannot wait for the connection
        }
        if (running == 0) {
            break;
        }
    }
    std::optional<CURLcode> result;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg == CURLMSG_DONE) {
            result = message->data.result;
        }
    }
    return result;
}

/// Sets an option that this libcurl must know.
template <class T>
void set(CURL* handle, CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(handle, option, value);
    AISPRINT_ASSERT(code == CURLE_OK);
}

/// What would end a header early and begin another.
bool has_line_ends(const HttpRequest& request) {
    constexpr std::string_view k_ends("\r\n\0", 3);
    return std::any_of(request.headers.begin(), request.headers.end(), [&](const HttpHeader& item) {
        return item.name.find_first_of(k_ends) != std::string::npos ||
               item.value.find_first_of(k_ends) != std::string::npos;
    });
}

List header_list(const HttpRequest& request) {
    List list;
    const auto add = [&](const std::string& line) {
        curl_slist* longer = curl_slist_append(list.get(), line.c_str());
        AISPRINT_ASSERT(longer != nullptr);
        static_cast<void>(list.release());
        list.reset(longer);
    };
    for (const HttpHeader& header : request.headers) {
        // a semicolon is libcurl's way to send a header without a value
        add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
    }
    add("Expect:"); // no second round trip for larger documents
    return list;
}

void CurlTransport::set_options(CURL* handle,
                                const HttpRequest& request,
                                Exchange& exchange) const {
    set(handle, CURLOPT_URL, request.url.c_str());
    set(handle, CURLOPT_PATH_AS_IS, 1L); // signed paths stay as they are, names made of dots too
    set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_NOSIGNAL, 1L); // timeouts by signals are not for threads
    set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    const auto connecting =
        request.connect_timeout.count() > 0 ? request.connect_timeout : m_options.connect_timeout;
    set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connecting.count()));
    set(handle, CURLOPT_QUICK_EXIT, 1L); // do not wait for a resolver when cancelled
    set(handle, CURLOPT_PROXY, m_options.proxy.c_str()); // empty: none, whatever the environment
    set(handle, CURLOPT_NOPROXY, m_options.no_proxy.c_str());
    set(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    const bool verify = m_options.verification == TlsVerification::on;
    set(handle, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
    set(handle, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
    set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!m_options.ca_file.empty()) {
        set(handle, CURLOPT_CAINFO, m_options.ca_file.c_str());
        set(handle, CURLOPT_CAPATH, static_cast<char*>(nullptr));
    }
    set(handle, CURLOPT_WRITEFUNCTION, &take_body);
    set(handle, CURLOPT_WRITEDATA, &exchange);
    set(handle, CURLOPT_HEADERFUNCTION, &take_header);
    set(handle, CURLOPT_HEADERDATA, &exchange);
    set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    if (request.method == "POST" || request.resend == Resend::never) {
        // on a connection that was used before, libcurl repeats a request that found no answer:
        // what creates something must not be sent twice
        set(handle, CURLOPT_FRESH_CONNECT, 1L);
    }
    if (request.method == "POST" || request.method == "PUT" || !request.body.empty()) {
        set(handle, CURLOPT_POST, 1L);
        set(handle, CURLOPT_POSTFIELDS, request.body.data());
        set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    }
    if (request.method == "HEAD") {
        set(handle, CURLOPT_NOBODY, 1L); // or it would wait for the body that the head tells of
    }
    set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

tl::expected<HttpResponse, TransportError> CurlTransport::send(const HttpRequest& request,
                                                               std::stop_token stop) {
    if (stop.stop_requested()) {
        return tl::unexpected<TransportError>(cancelled(Delivery::not_sent));
    }
    if (has_line_ends(request)) {
        return tl::unexpected<TransportError>(
            TransportError{TransportErrorKind::broken, Delivery::not_sent,
                           "a header of the request holds a line end or a zero byte"});
    }
    Line line = take_line();
    CURL* easy = line.easy.get();
    Exchange exchange;
    exchange.largest = m_options.largest_answer;
    std::array<char, CURL_ERROR_SIZE> detail{};
    set_options(easy, request, exchange);
    const List headers = header_list(request);
    set(easy, CURLOPT_HTTPHEADER, headers.get());
    set(easy, CURLOPT_ERRORBUFFER, detail.data());
    const std::optional<CURLcode> code = perform(line, stop);
    std::optional<TransportError> error;
    if (!code) {
        error = cancelled(delivery_of(easy, request.url));
    } else if (*code != CURLE_OK) {
        error =
            error_of(*code, exchange, detail.data(), request.url, delivery_of(easy, request.url));
        add_details(*error, easy, *code, m_options.proxy);
    } else if (!exchange.has_head) {
        // libcurl takes the end of the connection for the end of the head
        error = error_of(CURLE_PARTIAL_FILE, exchange, {}, request.url, Delivery::unknown);
    }
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    exchange.response.status = static_cast<int>(status);
    curl_multi_remove_handle(line.multi.get(), easy);
    give_back(std::move(line));
    if (error) {
        return tl::unexpected<TransportError>(std::move(*error));
    }
    return std::move(exchange.response);
}

} // namespace

std::unique_ptr<Transport> make_curl_transport(const CurlOptions& options) {
    // libcurl counts these calls; the first one must not run beside other threads' use of libcurl
    static const CURLcode k_ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    AISPRINT_ASSERT(k_ready == CURLE_OK);
    return std::make_unique<CurlTransport>(options);
}

} // namespace aisprint::clients
