// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/files.hpp"
#include "aisprint/clients/remote_shell.hpp"

#include <filesystem>
#include <string>
#include <sys/types.h>

namespace aisprint::test {

/// OpenSSH's server in a folder of its own: it has a host key, lets in one key, and finds programs
/// in `bin` first. It logs in only the user who runs the test.
class SshServer {
public:
    SshServer();
    ~SshServer();
    SshServer(const SshServer&) = delete;
    SshServer& operator=(const SshServer&) = delete;

    /// Why there is no server, or empty.
    [[nodiscard]] const std::string& problem() const { return m_problem; }

    /// The machine as clients are told of it. The names of its files are awkward ones.
    [[nodiscard]] clients::SshTarget target() const;

    /// Text of the private key that is let in.
    [[nodiscard]] std::string key() const;

    /// Makes a program that is found before those of the system.
    void add_program(const std::string& name, const std::string& script) const;

    /// Stops it, and starts it again at the same port with another host key.
    void become_another_machine();

    /// Stops it.
    void stop();

    [[nodiscard]] const std::filesystem::path& folder() const { return m_scratch.path(); }

private:
    void start();
    void make_host_key() const;

    ScratchDirectory m_scratch;
    std::string m_problem;
    int m_port = 0;
    pid_t m_child = -1;
};

} // namespace aisprint::test
