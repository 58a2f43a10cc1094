// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/remote_shell.hpp"

#include "aisprint/base/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::clients {
namespace {

using testing::HasSubstr;

/// A program that stands for ssh.
std::string make_program(const ScratchDirectory& scratch, const std::string& script) {
    const std::filesystem::path path = scratch.path() / "ssh";
    EXPECT_TRUE(write_file_atomic(path, "#!/bin/sh\n" + script));
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path.string();
}

TEST(SshShellTest, TellsTheProgramWhatItMustNotAskFor) {
    const ScratchDirectory scratch;
    SshTarget target;
    target.host = "-oProxyCommand=x"; // no option, wherever it comes from
    target.user = "ann";
    target.port = 2222;
    target.identity_file = "/keys/100% mine.pem";
    target.known_hosts_file = "/our folder/known_hosts";
    target.program = make_program(scratch, "printf '[%s]\\n' \"$@\"\n");
    const Result<ProcessResult> result = SshShell(target).run("echo 'a b'", {});
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->exit_code, 0);
    EXPECT_EQ(result->standard_output,
              "[-T]\n[-o]\n[BatchMode=yes]\n[-o]\n[StrictHostKeyChecking=accept-new]\n"
              "[-o]\n[UserKnownHostsFile=\"/our folder/known_hosts\"]\n"
              "[-o]\n[ConnectTimeout=10]\n[-o]\n[ServerAliveInterval=15]\n"
              "[-o]\n[ServerAliveCountMax=4]\n[-o]\n[LogLevel=ERROR]\n"
              "[-o]\n[IdentityFile=\"/keys/100%% mine.pem\"]\n[-o]\n[IdentitiesOnly=yes]\n"
              "[-p]\n[2222]\n[-l]\n[ann]\n[--]\n[-oProxyCommand=x]\n[echo 'a b']\n");
}

TEST(SshShellTest, GivesBackWhatTheCommandDid) {
    const ScratchDirectory scratch;
    SshTarget target;
    target.host = "host";
    target.program = make_program(scratch, "echo out; echo no route >&2; exit 255\n");
    const Result<ProcessResult> result = SshShell(target).run("x", {});
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->exit_code, k_no_connection);
    EXPECT_EQ(result->standard_output, "out\n");
    EXPECT_THAT(result->standard_error, HasSubstr("no route"));
}

TEST(SshShellTest, AStopEndsTheProgram) {
    const ScratchDirectory scratch;
    SshTarget target;
    target.host = "host";
    target.program = make_program(scratch, "exec sleep 600\n");
    std::stop_source source;
    source.request_stop();
    const Result<ProcessResult> result = SshShell(target).run("x", source.get_token());
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result->stopped);
}

TEST(SshShellTest, ACommandThatNeverEndsIsNotWaitedForLonger) {
    const ScratchDirectory scratch;
    SshTarget target;
    target.host = "host";
    target.command_limit = std::chrono::milliseconds(50);
    target.program = make_program(scratch, "exec sleep 600\n");
    const Result<ProcessResult> result = SshShell(target).run("x", {});
    ASSERT_TRUE(result.has_value());
    EXPECT_FALSE(result->stopped);
    EXPECT_EQ(result->exit_code, k_no_connection);
    EXPECT_EQ(result->standard_error, "no end of the command within 0.05 s\n");
}

TEST(SshShellTest, AProgramThatIsNotThereHasItsExitCode) {
    SshTarget target;
    target.host = "host";
    target.program = "/nowhere/ssh";
    const Result<ProcessResult> result = SshShell(target).run("x", {});
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->exit_code, k_program_not_found);
}

TEST(ShellQuotedTest, MakesOneWordOfAnything) {
    EXPECT_EQ(shell_quoted("a b"), "'a b'");
    EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
    EXPECT_EQ(shell_quoted(""), "''");
    EXPECT_EQ(shell_quoted("$(x)\n"), "'$(x)\n'");
}

} // namespace
} // namespace aisprint::clients
