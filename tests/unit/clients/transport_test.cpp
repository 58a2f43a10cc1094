// SPDX-License-Identifier: Apache-2.0
// The transport over libcurl, against servers on the loopback interface.
#include "im_double.hpp"
#include "raw_server.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/clients/http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

namespace aisprint::clients::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* k_answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
constexpr long k_day = 86400;

HttpRequest request_to(const std::string& url, const std::string& method = "GET") {
    HttpRequest request;
    request.url = url;
    request.method = method;
    request.timeout = 30s;
    return request;
}

/// Answers every request of a connection with the same text, and keeps the requests.
class Answering {
public:
    explicit Answering(std::string answer = k_answer)
        : m_answer(std::move(answer)), m_server([this](int socket) { serve(socket); }) {}

    RawServer& server() { return m_server; }
    std::string url(const std::string& path = "/") const { return m_server.url() + path; }

    std::vector<std::string> requests() {
        const std::lock_guard lock(m_mutex);
        return m_requests;
    }

private:
    void serve(int socket) {
        for (std::string text = read_request(socket); !text.empty(); text = read_request(socket)) {
            {
                const std::lock_guard lock(m_mutex);
                m_requests.push_back(text);
            }
            write_text(socket, m_answer);
        }
    }

    std::string m_answer;
    std::mutex m_mutex; ///< guards m_requests
    std::vector<std::string> m_requests;
    RawServer m_server; ///< last: its threads use the others
};

TEST(CurlTransport, SendsWhatItIsGiven) {
    Answering server("HTTP/1.1 201 Created\r\nInfID:  a b \r\nContent-Length: 0\r\n\r\n");
    const auto transport = make_curl_transport({});
    HttpRequest request = request_to(server.url("/x?y=z"), "POST");
    request.headers = {{"Authorization", "a;b"}, {"X-Empty", ""}};
    request.body = std::string("a\0b", 3);
    const auto response = transport->send(request, {});
    ASSERT_TRUE(response.has_value());
    EXPECT_EQ(response->status, 201);
    EXPECT_EQ(response->header("infid"), "a b");
    EXPECT_EQ(response->body, "");
    const std::string seen = server.requests().at(0);
    EXPECT_THAT(seen, AllOf(StartsWith("POST /x?y=z HTTP/1.1\r\n"),
                            HasSubstr("\r\nAuthorization: a;b\r\n"), HasSubstr("\r\nX-Empty:\r\n"),
                            HasSubstr("\r\nContent-Length: 3\r\n"), Not(HasSubstr("Expect"))));
    EXPECT_EQ(seen.substr(seen.size() - 3), request.body);
    EXPECT_TRUE(transport->send(request_to(server.url(), "DELETE"), {}).has_value());
    EXPECT_THAT(server.requests().at(1), StartsWith("DELETE / HTTP/1.1\r\n"));
    EXPECT_TRUE(transport->send(request_to(server.url(), "POST"), {}).has_value());
    EXPECT_THAT(server.requests().at(2), HasSubstr("\r\nContent-Length: 0\r\n"));
}

TEST(CurlTransport, AHeadHasNoBody) {
    Answering server("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nETag: \"e\"\r\n\r\n");
    const auto transport = make_curl_transport({});
    for (int i = 0; i < 2; ++i) { // the connection is of use afterwards
        const auto response = transport->send(request_to(server.url("/x"), "HEAD"), {});
        ASSERT_TRUE(response.has_value()) << response.error().message;
        EXPECT_EQ(response->header("content-length"), "7");
        EXPECT_EQ(response->body, "");
    }
    EXPECT_THAT(server.requests().at(0), StartsWith("HEAD /x HTTP/1.1\r\n"));
    EXPECT_EQ(server.server().connections(), 1);
}

TEST(CurlTransport, PathsStayAsTheyAre) {
    Answering server;
    const auto transport = make_curl_transport({});
    ASSERT_TRUE(transport->send(request_to(server.url("/b/../x/./..")), {}).has_value());
    EXPECT_THAT(server.requests().at(0), StartsWith("GET /b/../x/./.. HTTP/1.1\r\n"));
}

TEST(CurlTransport, ReusesConnectionsButNotForPost) {
    Answering server;
    const auto transport = make_curl_transport({});
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(transport->send(request_to(server.url()), {})->body, "hi");
    }
    EXPECT_EQ(server.server().connections(), 1);
    EXPECT_TRUE(transport->send(request_to(server.url(), "POST"), {}).has_value());
    EXPECT_EQ(server.server().connections(), 2);
}

TEST(CurlTransport, NeverSendsTwiceWhatMustNotBe) {
    std::atomic<int> deeds{0};
    RawServer server([&](int socket) {
        while (true) {
            const std::string text = read_request(socket);
            if (text.rfind("POST", 0) == 0 || text.rfind("PUT", 0) == 0) {
                ++deeds;
                return; // closed without an answer
            }
            if (text.empty()) {
                return;
            }
            write_text(socket, k_answer);
        }
    });
    for (const char* method : {"POST", "PUT"}) {
        deeds = 0;
        HttpRequest request = request_to(server.url(), method);
        request.resend = method == std::string("PUT") ? Resend::never : Resend::allowed;
        const auto transport = make_curl_transport({});
        ASSERT_TRUE(transport->send(request_to(server.url()), {}).has_value());
        const auto response = transport->send(request, {});
        ASSERT_FALSE(response.has_value()) << method;
        EXPECT_EQ(response.error().kind, TransportErrorKind::broken) << method;
        EXPECT_EQ(response.error().delivery, Delivery::unknown) << method;
        EXPECT_EQ(deeds, 1) << method;
    }
}

TEST(CurlTransport, SaysWhenNobodyListens) {
    std::string url;
    {
        RawServer server([](int) {});
        url = server.url();
    }
    const auto response = make_curl_transport({})->send(request_to(url + "/p?token=t"), {});
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().kind, TransportErrorKind::unreachable);
    EXPECT_EQ(response.error().delivery, Delivery::not_sent);
    EXPECT_EQ(response.error().message, url + ": no connection (Connection refused)");
}

TEST(CurlTransport, KnowsOnlyHttp) {
    for (const char* url : {"ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://a b/"}) {
        const auto response = make_curl_transport({})->send(request_to(url), {});
        ASSERT_FALSE(response.has_value()) << url;
        EXPECT_EQ(response.error().kind, TransportErrorKind::unreachable) << url;
        EXPECT_EQ(response.error().delivery, Delivery::not_sent) << url;
    }
}

TEST(CurlTransport, AnswersThatBreakOff) {
    const std::vector<std::string> answers = {
        "", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
        "SSH-2.0-OpenSSH_9.2\r\n"};
    for (const std::string& answer : answers) {
        SCOPED_TRACE(answer);
        RawServer server([&](int socket) {
            static_cast<void>(read_request(socket));
            write_text(socket, answer);
        });
        const auto response = make_curl_transport({})->send(request_to(server.url()), {});
        ASSERT_FALSE(response.has_value());
        EXPECT_EQ(response.error().kind, TransportErrorKind::broken) << response.error().message;
        EXPECT_EQ(response.error().delivery, Delivery::unknown) << response.error().message;
    }
}

TEST(CurlTransport, TimeoutsLeaveOpenWhatHappened) {
    RawServer server([](int socket) {
        static_cast<void>(read_request(socket));
        wait_for_end(socket);
    });
    HttpRequest request = request_to(server.url(), "POST");
    request.timeout = 100ms;
    const auto response = make_curl_transport({})->send(request, {});
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().kind, TransportErrorKind::timeout);
    EXPECT_EQ(response.error().delivery, Delivery::unknown);
}

TEST(CurlTransport, StopsWhenAsked) {
    std::stop_source source;
    RawServer server([&](int socket) {
        static_cast<void>(read_request(socket));
        source.request_stop();
        wait_for_end(socket);
    });
    const auto transport = make_curl_transport({});
    HttpRequest request = request_to(server.url());
    request.timeout = 1h;
    const auto response = transport->send(request, source.get_token());
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().kind, TransportErrorKind::cancelled);
    EXPECT_EQ(response.error().delivery, Delivery::unknown);
    const auto never = transport->send(request, source.get_token());
    ASSERT_FALSE(never.has_value());
    EXPECT_EQ(never.error().delivery, Delivery::not_sent);
    EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, LargeAnswersAreRefused) {
    Answering server("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901");
    CurlOptions options;
    options.largest_answer = 10;
    const auto refused = make_curl_transport(options)->send(request_to(server.url()), {});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, TransportErrorKind::broken);
    EXPECT_THAT(refused.error().message, HasSubstr("larger than 10 bytes"));
    options.largest_answer = 11;
    EXPECT_TRUE(make_curl_transport(options)->send(request_to(server.url()), {}).has_value());
}

TEST(CurlTransport, DoesNotFollowRedirects) {
    Answering server("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
    const auto response = make_curl_transport({})->send(request_to(server.url()), {});
    ASSERT_TRUE(response.has_value());
    EXPECT_EQ(response->status, 302);
    EXPECT_EQ(response->header("Location"), "/other");
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(CurlTransport, RefusesHeadersWithLineEnds) {
    Answering server;
    HttpRequest request = request_to(server.url());
    request.headers = {{"Authorization", "a\r\nX-Other: b"}};
    const auto response = make_curl_transport({})->send(request, {});
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().delivery, Delivery::not_sent);
    EXPECT_THAT(response.error().message, Not(HasSubstr("X-Other")));
    EXPECT_EQ(server.server().connections(), 0);
}

TEST(CurlTransport, ManyThreadsAtOnce) {
    ImDouble im;
    const std::string url = im.serve();
    const auto transport = make_curl_transport({});
    std::atomic<int> good{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                for (int k = 0; k < 25; ++k) {
                    const auto response = transport->send(request_to(url + "/version"), {});
                    good += response && response->body == "1.15.0" ? 1 : 0;
                }
            });
        }
    }
    EXPECT_EQ(good, 200);
}

TEST(CurlTransport, ProxiesAreUsedAsTold) {
    Answering proxy;
    Answering server("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ndirect");
    CurlOptions options;
    options.proxy = proxy.url("");
    const auto through = make_curl_transport(options)->send(request_to(server.url("/a")), {});
    ASSERT_TRUE(through.has_value());
    EXPECT_EQ(through->body, "hi");
    EXPECT_THAT(proxy.requests().at(0), StartsWith("GET " + server.url("/a") + " HTTP/1.1\r\n"));
    options.no_proxy = "other.example,127.0.0.1";
    EXPECT_EQ(make_curl_transport(options)->send(request_to(server.url()), {})->body, "direct");
}

TEST(CurlTransport, ADeadProxyIsNamed) {
    CurlOptions options;
    {
        RawServer proxy([](int) {});
        options.proxy = "http://ann:pw1@127.0.0.1:" + std::to_string(proxy.port());
    }
    const auto response = make_curl_transport(options)->send(request_to("http://im.example/"), {});
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().kind, TransportErrorKind::unreachable);
    EXPECT_EQ(response.error().delivery, Delivery::not_sent);
    EXPECT_THAT(response.error().message,
                AllOf(HasSubstr("a proxy is set: http://127.0.0.1:"), Not(HasSubstr("pw1"))));
}

TEST(CurlTransport, TheEnvironmentIsNotRead) {
    Answering server;
    ASSERT_EQ(::setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    const auto response = make_curl_transport({})->send(request_to(server.url()), {});
    ::unsetenv("http_proxy");
    EXPECT_TRUE(response.has_value());
}

/// A server with a certificate of its own, and that certificate in a file.
class TlsTest : public testing::Test {
protected:
    RawServer& serve(const std::string& name, long from = -k_day, long to = k_day) {
        const Certificate certificate = make_certificate(name, from, to);
        m_server.emplace(
            tls_handler(certificate, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"));
        EXPECT_TRUE(write_file_atomic(ca_file(), certificate.certificate).has_value());
        return *m_server;
    }

    std::filesystem::path ca_file() const { return m_folder.path() / "ca.pem"; }

    /// Sends a request; what is wrong with it must be TLS, before anything was sent.
    std::string tls_error(const CurlOptions& options) {
        const auto response =
            make_curl_transport(options)->send(request_to(m_server->url("https")), {});
        EXPECT_FALSE(response.has_value());
        if (response) {
            return {};
        }
        EXPECT_EQ(response.error().kind, TransportErrorKind::tls) << response.error().message;
        EXPECT_EQ(response.error().delivery, Delivery::not_sent);
        return response.error().message;
    }

    CurlOptions with_ca() const {
        CurlOptions options;
        options.ca_file = ca_file();
        return options;
    }

private:
    ScratchDirectory m_folder;
    std::optional<RawServer> m_server;
};

TEST_F(TlsTest, UnknownAuthoritiesAreRefusedWithAHint) {
    const std::string url = serve("IP:127.0.0.1").url("https");
    EXPECT_EQ(tls_error({}), url + ": the certificate is not accepted: self-signed certificate; if "
                                   "its authority is a private one, name its certificate with "
                                   "--ca_file");
    const auto response = make_curl_transport(with_ca())->send(request_to(url), {});
    ASSERT_TRUE(response.has_value()) << response.error().message;
    EXPECT_EQ(response->body, "secret");
}

TEST_F(TlsTest, VerificationCanBeTurnedOff) {
    const std::string url = serve("DNS:elsewhere.example", -2 * k_day, -k_day).url("https");
    CurlOptions options;
    options.verification = TlsVerification::off;
    EXPECT_TRUE(make_curl_transport(options)->send(request_to(url), {}).has_value());
}

TEST_F(TlsTest, NamesMustMatch) {
    serve("DNS:elsewhere.example");
    EXPECT_THAT(
        tls_error(with_ca()),
        AllOf(HasSubstr("127.0.0.1"), HasSubstr("use the name that the certificate was made for")));
}

TEST_F(TlsTest, ExpiredCertificatesAreRefused) {
    serve("IP:127.0.0.1", -2 * k_day, -k_day);
    EXPECT_THAT(tls_error(with_ca()), AllOf(HasSubstr("certificate has expired"),
                                            HasSubstr("the server needs a new certificate")));
}

TEST_F(TlsTest, AFileWithoutAuthoritiesIsNamed) {
    serve("IP:127.0.0.1");
    ASSERT_TRUE(write_file_atomic(ca_file(), "nothing\n").has_value());
    EXPECT_THAT(tls_error(with_ca()), HasSubstr("check the file of --ca_file"));
}

TEST_F(TlsTest, PlainServersDoNotSpeakTls) {
    RawServer plain([](int socket) { write_text(socket, "HTTP/1.1 400 Bad Request\r\n\r\n"); });
    const auto response = make_curl_transport({})->send(request_to(plain.url("https")), {});
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().kind, TransportErrorKind::tls) << response.error().message;
    EXPECT_EQ(response.error().delivery, Delivery::not_sent);
}

TEST_F(TlsTest, TunnelsThroughAProxy) {
    const int port = serve("IP:127.0.0.1").port();
    std::string asked;
    RawServer proxy([&](int socket) {
        asked = read_request(socket);
        write_text(socket, "HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n");
        relay(socket, port);
    });
    CurlOptions options = with_ca();
    options.proxy = proxy.url();
    HttpRequest request = request_to("https://127.0.0.1:" + std::to_string(port));
    request.headers = {{"Authorization", "type = x"}};
    {
        const auto transport = make_curl_transport(options);
        const auto response = transport->send(request, {});
        ASSERT_TRUE(response.has_value()) << response.error().message;
        EXPECT_EQ(response->body, "secret");
        EXPECT_EQ(response->header("X-Proxy"), "");
    }
    EXPECT_THAT(asked, AllOf(StartsWith("CONNECT 127.0.0.1:" + std::to_string(port)),
                             Not(HasSubstr("Authorization: type"))));
}

TEST_F(TlsTest, TunnelsDoNotMakeBadCertificatesGood) {
    const int port = serve("IP:127.0.0.1").port();
    RawServer proxy([&](int socket) {
        static_cast<void>(read_request(socket));
        write_text(socket, "HTTP/1.1 200 Connection established\r\n\r\n");
        relay(socket, port);
    });
    CurlOptions options;
    options.proxy = proxy.url();
    tls_error(options);
}

TEST_F(TlsTest, ProxiesMayRefuse) {
    RawServer proxy([](int socket) {
        static_cast<void>(read_request(socket));
        write_text(socket, "HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n");
    });
    CurlOptions options;
    options.proxy = proxy.url();
    const auto response =
        make_curl_transport(options)->send(request_to("https://im.example/", "POST"), {});
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().kind, TransportErrorKind::unreachable);
    EXPECT_EQ(response.error().delivery, Delivery::not_sent);
    EXPECT_THAT(response.error().message, HasSubstr("the proxy refuses with status 407"));
}

} // namespace
} // namespace aisprint::clients::test
