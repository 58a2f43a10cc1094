// SPDX-License-Identifier: Apache-2.0
// The ssh program as we call it, at a real server.
#include "ssh_server.hpp"

#include "aisprint/clients/kubectl.hpp"
#include "aisprint/profiling/physical_clusters.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <sys/stat.h>
#include <thread>
#include <vector>

namespace aisprint::clients {
namespace {

using test::SshServer;
using testing::AnyOf;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;
using testing::SizeIs;

class SshTest : public testing::Test {
protected:
    void SetUp() override {
        if (!m_server.problem().empty()) {
            GTEST_SKIP() << m_server.problem();
        }
    }

    ProcessResult run(const SshTarget& target, const std::string& command) {
        const Result<ProcessResult> result = SshShell(target).run(command, {});
        EXPECT_TRUE(result.has_value());
        return result.value_or(ProcessResult{});
    }

    RemoteError error_at(const SshTarget& target) {
        SshShell shell(target);
        const auto nodes = Kubectl(shell).nodes({});
        EXPECT_FALSE(nodes.has_value());
        return nodes ? RemoteError{} : nodes.error();
    }

    SshServer m_server;
};

TEST_F(SshTest, RunsALineInTheShellThere) {
    const ProcessResult result = run(m_server.target(), "printf '%s|' 'a  b' \"it's\" " +
                                                            shell_quoted("100% $HOME \xC3\xA9") +
                                                            "; cat; echo oops >&2; exit 3");
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_EQ(result.standard_output, "a  b|it's|100% $HOME \xC3\xA9|"); // cat had nothing to read
    EXPECT_EQ(result.standard_error, "oops\n");
    EXPECT_FALSE(result.stopped);
}

TEST_F(SshTest, LargeOutputsComeWhole) {
    const ProcessResult result =
        run(m_server.target(), "head -c 3000000 /dev/zero | tr '\\0' x; echo end");
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.standard_output, SizeIs(3000004));
    EXPECT_THAT(result.standard_output, EndsWith("xend\n"));
}

TEST_F(SshTest, SeveralThreadsUseItAtOnce) {
    std::vector<std::string> outputs(6);
    {
        std::vector<std::jthread> threads;
        for (std::string& output : outputs) {
            threads.emplace_back(
                [&] { output = run(m_server.target(), "echo here").standard_output; });
        }
    }
    EXPECT_THAT(outputs, Each("here\n"));
}

TEST_F(SshTest, AddressesOfVersion6Work) {
    SshTarget target = m_server.target();
    target.host = "::1";
    const ProcessResult result = run(target, "echo six");
    if (result.standard_error.find("Cannot assign") != std::string::npos ||
        result.standard_error.find("not supported") != std::string::npos) {
        GTEST_SKIP() << "this machine has no IPv6";
    }
    EXPECT_EQ(result.standard_output, "six\n") << result.standard_error;
}

TEST_F(SshTest, AMachineIsKnownAfterItWasMet) {
    ASSERT_EQ(run(m_server.target(), "true").exit_code, 0);
    const std::string known = read_file(m_server.target().known_hosts_file).value_or("");
    EXPECT_THAT(known, HasSubstr("ssh-ed25519"));
    ASSERT_EQ(run(m_server.target(), "true").exit_code, 0);
    EXPECT_EQ(read_file(m_server.target().known_hosts_file).value_or(""), known);
}

TEST_F(SshTest, AnotherMachineAtTheSameAddressIsRefused) {
    ASSERT_EQ(run(m_server.target(), "true").exit_code, 0);
    m_server.become_another_machine();
    const RemoteError error = error_at(m_server.target());
    EXPECT_EQ(error.kind, RemoteErrorKind::unauthorised);
    EXPECT_FALSE(error.is_transient());
    EXPECT_EQ(error.message,
              fmt::format("the machine has another host key than when it was met first; if it was "
                          "made anew, delete the old key (FILE:LINE): {}:1",
                          m_server.target().known_hosts_file.string()));
    std::filesystem::remove(m_server.target().known_hosts_file);
    EXPECT_EQ(run(m_server.target(), "echo again").standard_output, "again\n");
}

TEST_F(SshTest, WhoHasNoKeyIsTurnedAway) {
    SshTarget target = m_server.target();
    target.identity_file = m_server.folder() / "host_key";
    const RemoteError error = error_at(target);
    EXPECT_EQ(error.kind, RemoteErrorKind::unauthorised);
    EXPECT_THAT(error.message, HasSubstr("Permission denied (publickey)"));
    target.identity_file = m_server.folder() / "nothing here";
    EXPECT_EQ(error_at(target).kind, RemoteErrorKind::unauthorised);
}

TEST_F(SshTest, AMachineThatDoesNotAnswerIsUnreachable) {
    m_server.stop();
    const RemoteError error = error_at(m_server.target());
    EXPECT_EQ(error.kind, RemoteErrorKind::unreachable);
    EXPECT_TRUE(error.is_transient());
    // reset: a process of the server that is about to end took the connection
    EXPECT_THAT(error.message, AnyOf(HasSubstr("Connection refused"), HasSubstr("reset by peer")));
}

TEST_F(SshTest, AStopEndsACommandThatRuns) {
    std::stop_source source;
    const std::filesystem::path mark = m_server.folder() / "begun";
    const std::jthread stopper([&] {
        while (!std::filesystem::exists(mark)) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        source.request_stop();
    });
    // what runs there is not ended with the connection, but with the folder of this test
    const std::string name = shell_quoted(mark.string());
    SshShell shell(m_server.target());
    const Result<ProcessResult> result = shell.run(
        fmt::format("touch {0}; while test -e {0}; do sleep 0.1; done", name), source.get_token());
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result->stopped);
}

TEST_F(SshTest, KeysWithoutALineEndLogIn) {
    profiling::Login login;
    login.resource = "R1";
    login.host = m_server.target().host;
    login.user = m_server.target().user;
    login.port = m_server.target().port;
    std::string key = m_server.key();
    key.pop_back();
    login.key = Secret(key);
    const auto target = profiling::write_login(login, m_server.folder());
    ASSERT_TRUE(target.has_value());
    struct stat status {};
    ASSERT_EQ(::stat(target->identity_file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(run(*target, "echo in").standard_output, "in\n");
}

TEST_F(SshTest, KubectlThereListsAndCordonsNodes) {
    m_server.add_program("sudo", "exec \"$@\"\n");
    m_server.add_program(
        "kubectl",
        fmt::format("cd {}\ncase \"$*\" in\n"
                    "'get nodes -o json') test -e cordoned && c=true || c=false\n"
                    "  echo '{{\"items\": [{{\"metadata\": {{\"name\": \"wn-1\"}}, \"spec\": "
                    "{{\"unschedulable\": '$c'}}}}]}}' ;;\n"
                    "'cordon wn-1') echo node/wn-1 cordoned; touch cordoned ;;\n"
                    "'uncordon wn-1') echo node/wn-1 uncordoned; rm -f cordoned ;;\n"
                    "*) echo \"Error from server (NotFound): nodes \\\"$2\\\" not found\" >&2\n"
                    "  exit 1 ;;\nesac\n",
                    shell_quoted(m_server.folder().string())));
    SshShell shell(m_server.target());
    const Kubectl kubectl(shell);
    const auto is_open = [&] {
        const auto nodes = kubectl.nodes({});
        EXPECT_TRUE(nodes.has_value() && nodes->size() == 1)
            << (nodes ? "" : nodes.error().message);
        return nodes && nodes->size() == 1 && nodes->front().schedulable;
    };
    EXPECT_TRUE(is_open());
    EXPECT_TRUE(kubectl.cordon("wn-1", {}).has_value());
    EXPECT_FALSE(is_open());
    EXPECT_TRUE(kubectl.uncordon("wn-1", {}).has_value());
    EXPECT_TRUE(is_open());
    EXPECT_EQ(kubectl.cordon("wn-2", {}).error().kind, RemoteErrorKind::gone);
}

} // namespace
} // namespace aisprint::clients
