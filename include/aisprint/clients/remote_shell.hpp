// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/process.hpp"
#include "aisprint/base/result.hpp"

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

namespace aisprint::clients {

/// Runs commands on another machine; may be used by several threads at once.
class RemoteShell {
public:
    RemoteShell() = default;
    RemoteShell(const RemoteShell&) = delete;
    RemoteShell& operator=(const RemoteShell&) = delete;
    virtual ~RemoteShell() = default;

    /// Runs `command`, a line for the shell there, to its end. Exit code k_no_connection: the
    /// machine could not be reached, or turned the user away; standard error says why. Fails (io)
    /// if no process can be made here.
    [[nodiscard]] virtual Result<ProcessResult> run(const std::string& command,
                                                    const std::stop_token& stop) = 0;
};

/// Exit code of the ssh program when it did not get as far as the command.
inline constexpr int k_no_connection = 255;

/// A machine that the ssh program can reach.
struct SshTarget {
    std::string host;
    std::string user;
    int port = 22;
    std::filesystem::path identity_file; ///< the private key; empty: those of the program's own
    /// Keys of machines that were met, ours; a new machine's is added, a changed one is refused.
    std::filesystem::path known_hosts_file;
    std::chrono::seconds connect_timeout{10};
    std::chrono::milliseconds command_limit{300000}; ///< how long a command may run
    std::string program = "ssh";                     ///< found in PATH unless its name has a slash
    bool operator==(const SshTarget&) const = default;
};

/// Runs commands with the ssh program, which never asks for a password. A command that runs longer
/// than its limit counts as one that brought no connection.
class SshShell final : public RemoteShell {
public:
    explicit SshShell(SshTarget target);

    [[nodiscard]] Result<ProcessResult> run(const std::string& command,
                                            const std::stop_token& stop) override;

private:
    SshTarget m_target;
};

/// `text` as one word of a POSIX shell.
[[nodiscard]] std::string shell_quoted(std::string_view text);

} // namespace aisprint::clients
