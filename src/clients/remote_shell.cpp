// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/remote_shell.hpp"

#include "aisprint/clients/pause.hpp"

#include <fmt/format.h>

#include <thread>
#include <utility>

namespace aisprint::clients {

namespace {

/// `path` as a value that the ssh program takes literally: it expands percent signs, and takes
/// words outside of quotes for several values.
std::string literal(const std::filesystem::path& path) {
    std::string result = "\"";
    for (const char letter : path.string()) {
        result += letter == '%' ? "%%" : std::string(1, letter);
    }
    return result + "\"";
}

void add_option(std::vector<std::string>& command, const std::string& name, std::string value) {
    command.emplace_back("-o");
    command.push_back(name + "=" + std::move(value));
}

/// Runs a program that is asked to end after `limit`, and has no connection then.
Result<ProcessResult> run_limited(const ProcessRequest& request,
                                  std::chrono::milliseconds limit,
                                  const std::stop_token& stop) {
    std::stop_source end;
    const std::stop_callback forward(stop, [&end] { end.request_stop(); });
    std::jthread watchman([&end, limit](const std::stop_token& is_over) {
        SystemClock().sleep(limit, is_over);
        if (!is_over.stop_requested()) {
            end.request_stop();
        }
    });
    AISPRINT_TRY_ASSIGN(ProcessResult result, run_process(request, end.get_token()));
    if (result.stopped && !stop.stop_requested()) {
        result.stopped = false;
        result.exit_code = k_no_connection;
        result.standard_error += fmt::format("no end of the command within {} s\n",
                                             std::chrono::duration<double>(limit).count());
    }
    return result;
}

} // namespace

SshShell::SshShell(SshTarget target) : m_target(std::move(target)) {}

Result<ProcessResult> SshShell::run(const std::string& command, const std::stop_token& stop) {
    ProcessRequest request;
    std::vector<std::string>& words = request.command;
    words = {m_target.program, "-T"};
    add_option(words, "BatchMode", "yes");
    add_option(words, "StrictHostKeyChecking", "accept-new");
    if (!m_target.known_hosts_file.empty()) {
        add_option(words, "UserKnownHostsFile", literal(m_target.known_hosts_file));
    }
    add_option(words, "ConnectTimeout", std::to_string(m_target.connect_timeout.count()));
    add_option(words, "ServerAliveInterval", "15"); // a machine that vanished is noticed
    add_option(words, "ServerAliveCountMax", "4");
    add_option(words, "LogLevel", "ERROR");
    if (!m_target.identity_file.empty()) {
        // not -i, which looks for the file before it expands the name
        add_option(words, "IdentityFile", literal(m_target.identity_file));
        add_option(words, "IdentitiesOnly", "yes");
    }
    words.insert(words.end(), {"-p", std::to_string(m_target.port)});
    if (!m_target.user.empty()) {
        words.insert(words.end(), {"-l", m_target.user});
    }
    // behind "--", a host that begins with a hyphen is no option
    words.insert(words.end(), {"--", m_target.host, command});
    return run_limited(request, m_target.command_limit, stop);
}

std::string shell_quoted(std::string_view text) {
    std::string result = "'";
    for (const char letter : text) {
        result += letter == '\'' ? "'\\''" : std::string(1, letter);
    }
    return result + "'";
}

} // namespace aisprint::clients
