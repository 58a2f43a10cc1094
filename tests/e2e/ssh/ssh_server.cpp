// SPDX-License-Identifier: Apache-2.0
#include "ssh_server.hpp"

#include "loopback.hpp"

#include "aisprint/base/process.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace aisprint::test {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_server = "/usr/sbin/sshd"; // it must be started by its whole path
constexpr const char* k_run_folder = "/run/sshd";  // must be there if it runs as root
constexpr const char* k_user_key = "keys of 100% us/user key";
constexpr const char* k_host_key = "host_key";

std::string user_name() {
    const passwd* user = ::getpwuid(::geteuid());
    return user == nullptr ? std::string() : user->pw_name;
}

/// A port that nobody listens at just now.
int free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the interface of sockets
    auto* const general = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket, general, size), 0);
    EXPECT_EQ(::getsockname(socket, general, &size), 0);
    ::close(socket);
    return ntohs(address.sin_port);
}

bool answers(int port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the interface of sockets
    const auto* const general = reinterpret_cast<const sockaddr*>(&address);
    const bool connected = ::connect(socket, general, sizeof address) == 0;
    ::close(socket);
    return connected;
}

void make_key(const fs::path& path) {
    ProcessRequest request;
    request.command = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path.string()};
    const auto made = run_process(request);
    ASSERT_TRUE(made && made->exit_code == 0) << (made ? made->standard_error : "");
}

} // namespace

SshServer::SshServer() {
    if (!fs::exists(k_server)) {
        m_problem = "there is no sshd here (package openssh-server)";
        return;
    }
    std::error_code reason; // other tests' servers use the folder, too: it stays
    if (::geteuid() == 0 && !fs::create_directory(k_run_folder, reason) && reason) {
        m_problem = fmt::format("cannot make {}: {}", k_run_folder, reason.message());
        return;
    }
    fs::create_directories((folder() / k_user_key).parent_path());
    fs::create_directories(folder() / "bin");
    make_key(folder() / k_user_key);
    make_host_key();
    m_port = free_port();
    start();
}

SshServer::~SshServer() {
    stop();
}

void SshServer::make_host_key() const {
    for (const char* end : {"", ".pub"}) {
        fs::remove(folder() / (std::string(k_host_key) + end));
    }
    make_key(folder() / k_host_key);
}

void SshServer::start() {
    const fs::path settings = folder() / "sshd_config";
    EXPECT_TRUE(write_file_atomic(
        settings, fmt::format("ListenAddress 127.0.0.1:{0}\nListenAddress [::1]:{0}\n"
                              "HostKey {1}/{2}\nAuthorizedKeysFile \"{1}/{3}.pub\"\n"
                              "StrictModes no\nUsePAM no\nPidFile none\n"
                              "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
                              "SetEnv PATH={1}/bin:/usr/bin:/bin\n",
                              m_port, folder().string(), k_host_key, "keys of 100%% us/user key")));
    const std::string log = folder() / "sshd.log";
    m_child = ::fork();
    if (m_child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        ::dup2(output, STDERR_FILENO);
        ::execl(k_server, k_server, "-D", "-e", "-f", settings.c_str(), nullptr);
        ::_exit(127);
    }
    constexpr int k_looks = 500;
    for (int look = 0; look < k_looks && !answers(m_port); ++look) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (::waitpid(m_child, nullptr, WNOHANG) == m_child) {
            m_child = -1;
            m_problem = "sshd does not start: " + read_file(log).value_or("");
            return;
        }
    }
}

void SshServer::stop() {
    if (m_child > 0) {
        ::kill(m_child, SIGTERM);
        while (::waitpid(m_child, nullptr, 0) < 0 && errno == EINTR) {}
        m_child = -1;
    }
}

void SshServer::become_another_machine() {
    stop();
    make_host_key();
    start();
}

clients::SshTarget SshServer::target() const {
    clients::SshTarget target;
    target.host = "127.0.0.1";
    target.user = user_name();
    target.port = m_port;
    target.identity_file = folder() / k_user_key;
    target.known_hosts_file = folder() / "keys of 100% us/known hosts";
    return target;
}

std::string SshServer::key() const {
    return read_file(folder() / k_user_key).value_or("");
}

void SshServer::add_program(const std::string& name, const std::string& script) const {
    const fs::path path = folder() / "bin" / name;
    EXPECT_TRUE(write_file_atomic(path, "#!/bin/sh\n" + script));
    fs::permissions(path, fs::perms::owner_all);
}

} // namespace aisprint::test
