// SPDX-License-Identifier: Apache-2.0
#include "raw_server.hpp"

#include "loopback.hpp"

#include "aisprint/base/result.hpp"

#include <array>
#include <charconv>
#include <csignal>
#include <memory>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace aisprint::clients::test {

namespace {

std::size_t length_of_body(const std::string& head) {
    constexpr std::string_view k_name = "Content-Length: ";
    std::size_t length = 0;
    if (const std::size_t at = head.find(k_name); at != std::string::npos) {
        std::from_chars(head.data() + at + k_name.size(), head.data() + head.size(), length);
    }
    return length;
}

template <class T, void (*free)(T*)>
struct Freed {
    void operator()(T* object) const { free(object); }
};

std::string pem_of(const std::function<int(BIO*)>& write) {
    const std::unique_ptr<BIO, Freed<BIO, BIO_free_all>> bio(BIO_new(BIO_s_mem()));
    AISPRINT_ASSERT(write(bio.get()) == 1);
    BUF_MEM* memory = nullptr;
    BIO_get_mem_ptr(bio.get(), &memory);
    return {memory->data, memory->length};
}

} // namespace

RawServer::RawServer(std::function<void(int)> handler) : m_handler(std::move(handler)) {
    m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = aisprint::test::loopback(0);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    AISPRINT_ASSERT(m_listener >= 0 && ::bind(m_listener, plain, size) == 0);
    AISPRINT_ASSERT(::listen(m_listener, 64) == 0);
    AISPRINT_ASSERT(::getsockname(m_listener, plain, &size) == 0);
    m_port = ntohs(address.sin_port);
    m_acceptor = std::thread([this] { accept_connections(); });
}

RawServer::~RawServer() {
    m_stopping = true;
    m_acceptor.join();
    {
        const std::lock_guard lock(m_mutex);
        for (const int socket : m_sockets) {
            ::shutdown(socket, SHUT_RDWR);
        }
    }
    for (std::thread& worker : m_workers) {
        worker.join();
    }
    for (const int socket : m_sockets) {
        ::close(socket);
    }
    ::close(m_listener);
}

std::string RawServer::url(const std::string& scheme) const {
    return scheme + "://127.0.0.1:" + std::to_string(m_port);
}

void RawServer::accept_connections() {
    constexpr int k_poll_ms = 10;
    while (!m_stopping) {
        pollfd waiting{m_listener, POLLIN, 0};
        if (::poll(&waiting, 1, k_poll_ms) <= 0) {
            continue;
        }
        const int socket = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) {
            continue;
        }
        ++m_connections;
        {
            const std::lock_guard lock(m_mutex);
            m_sockets.push_back(socket);
        }
        m_workers.emplace_back([this, socket] {
            sigset_t broken_pipe; // OpenSSL writes without MSG_NOSIGNAL
            sigemptyset(&broken_pipe);
            sigaddset(&broken_pipe, SIGPIPE);
            pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
            m_handler(socket);
            ::shutdown(socket, SHUT_RDWR);
        });
    }
}

std::string read_request(int socket) {
    std::string text;
    std::size_t whole = std::string::npos;
    while (text.size() < whole) {
        std::array<char, 4096> bytes{};
        const ssize_t count = ::recv(socket, bytes.data(), bytes.size(), 0);
        if (count <= 0) {
            return {};
        }
        text.append(bytes.data(), static_cast<std::size_t>(count));
        const std::size_t head = text.find("\r\n\r\n");
        if (head != std::string::npos) {
            whole = head + 4 + length_of_body(text.substr(0, head));
        }
    }
    return text;
}

void write_text(int socket, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (count <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

void wait_for_end(int socket) {
    std::array<char, 256> bytes{};
    while (::recv(socket, bytes.data(), bytes.size(), 0) > 0) {}
}

void relay(int client, int port) {
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = aisprint::test::loopback(port);
    AISPRINT_ASSERT(
        ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    std::array<pollfd, 2> waiting = {{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    bool open = true;
    while (open) {
        if (::poll(waiting.data(), waiting.size(), -1) <= 0) {
            continue;
        }
        for (std::size_t side = 0; side < 2 && open; ++side) {
            if (waiting.at(side).revents == 0) {
                continue;
            }
            std::array<char, 4096> bytes{};
            const ssize_t count = ::recv(waiting.at(side).fd, bytes.data(), bytes.size(), 0);
            open = count > 0;
            if (open) {
                write_text(waiting.at(1 - side).fd,
                           {bytes.data(), static_cast<std::size_t>(count)});
            }
        }
    }
    ::close(server);
}

Certificate make_certificate(const std::string& name, long from, long to) {
    const std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>> key(EVP_EC_gen("P-256"));
    const std::unique_ptr<X509, Freed<X509, X509_free>> certificate(X509_new());
    X509* x509 = certificate.get();
    AISPRINT_ASSERT(key != nullptr && x509 != nullptr);
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), from);
    X509_gmtime_adj(X509_getm_notAfter(x509), to);
    X509_set_pubkey(x509, key.get());
    X509_NAME* subject = X509_get_subject_name(x509);
    const std::array<unsigned char, 5> common = {'t', 'e', 's', 't', '\0'};
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common.data(), 4, -1, 0);
    X509_set_issuer_name(x509, subject);
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name.c_str());
    AISPRINT_ASSERT(names != nullptr && X509_add_ext(x509, names, -1) == 1);
    X509_EXTENSION_free(names);
    AISPRINT_ASSERT(X509_sign(x509, key.get(), EVP_sha256()) > 0);
    return {pem_of([&](BIO* bio) { return PEM_write_bio_X509(bio, x509); }), pem_of([&](BIO* bio) {
                return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr,
                                                nullptr);
            })};
}

std::function<void(int)> tls_handler(const Certificate& certificate, std::string answer) {
    const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    const std::unique_ptr<BIO, Freed<BIO, BIO_free_all>> certificate_text(
        BIO_new_mem_buf(certificate.certificate.data(), -1));
    const std::unique_ptr<BIO, Freed<BIO, BIO_free_all>> key_text(
        BIO_new_mem_buf(certificate.key.data(), -1));
    const std::unique_ptr<X509, Freed<X509, X509_free>> x509(
        PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
    const std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>> key(
        PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
    AISPRINT_ASSERT(SSL_CTX_use_certificate(context.get(), x509.get()) == 1);
    AISPRINT_ASSERT(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1);
    return [context, answer = std::move(answer)](int socket) {
        const std::unique_ptr<SSL, Freed<SSL, SSL_free>> ssl(SSL_new(context.get()));
        SSL_set_fd(ssl.get(), socket);
        if (SSL_accept(ssl.get()) != 1) {
            ERR_clear_error();
            return; // the client did not like the certificate
        }
        std::string text;
        while (text.find("\r\n\r\n") == std::string::npos) {
            std::array<char, 4096> bytes{};
            const int count = SSL_read(ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
            if (count <= 0) {
                return;
            }
            text.append(bytes.data(), static_cast<std::size_t>(count));
        }
        SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
        SSL_shutdown(ssl.get());
    };
}

} // namespace aisprint::clients::test
