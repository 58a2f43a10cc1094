// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/process.hpp"

#include "aisprint/base/files.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <sys/stat.h>
#include <thread>

namespace aisprint {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

ProcessRequest shell(const std::string& script) {
    ProcessRequest request;
    request.command = {"/bin/sh", "-c", script};
    return request;
}

ProcessResult run(const ProcessRequest& request, const std::stop_token& stop = {}) {
    auto result = run_process(request, stop);
    EXPECT_TRUE(result.has_value());
    return result.value_or(ProcessResult{});
}

/// Waits until a file is there and not empty; it is written by a child that was started before.
std::string wait_for(const fs::path& path) {
    for (;;) {
        std::ifstream file(path);
        std::string line;
        if (std::getline(file, line)) {
            return line;
        }
        std::this_thread::yield();
    }
}

TEST(Process, GivesBothStreamsAndTheExitCode) {
    const ProcessResult result = run(shell("echo out; echo err >&2; exit 3"));
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_EQ(result.standard_output, "out\n");
    EXPECT_EQ(result.standard_error, "err\n");
    EXPECT_FALSE(result.stopped);
}

TEST(Process, ReadsALotFromBothStreamsAtOnce) {
    const ProcessResult result =
        run(shell("i=0; while [ $i -lt 20000 ]; do echo 0123456789; echo abcdefghij >&2; "
                  "i=$((i+1)); done"));
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.standard_output.size(), 220000U);
    // Of standard error only the last part is kept.
    EXPECT_GE(result.standard_error.size(), 64U * 1024);
    EXPECT_LE(result.standard_error.size(), 128U * 1024);
}

TEST(Process, AProgramThatIsNotThereHasACodeOfItsOwn) {
    ProcessRequest request;
    request.command = {"/nowhere/program"};
    EXPECT_EQ(run(request).exit_code, k_program_not_found);
}

TEST(Process, RunsInAFolderWithMoreVariables) {
    const ScratchDirectory scratch;
    ProcessRequest request = shell("pwd; echo $AISPRINT_A $AISPRINT_B; test -n \"$PATH\"");
    request.directory = scratch.path();
    request.environment = {{"AISPRINT_A", "one"}, {"AISPRINT_B", "x"}, {"AISPRINT_B", "two"}};
    const ProcessResult result = run(request);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.standard_output, fs::canonical(scratch.path()).string() + "\none two\n");
}

TEST(Process, HasNoInput) {
    EXPECT_EQ(run(shell("cat; echo end")).standard_output, "end\n");
}

TEST(Process, ASignalCountsFrom128) {
    EXPECT_EQ(run(shell("kill -KILL $$")).exit_code, 128 + SIGKILL);
}

TEST(Process, ALogTakesBothStreamsWithoutSecrets) {
    const ScratchDirectory scratch;
    ProcessRequest request = shell("printf 'user: pw'; printf '1234\\n'; echo err >&2; printf end");
    request.log = scratch.path() / "log";
    request.redactor.add(Secret("pw1234"));
    { std::ofstream(request.log) << "before\n"; }
    const ProcessResult result = run(request);
    EXPECT_EQ(result.standard_output, "");
    EXPECT_EQ(result.standard_error, "user: ***\nerr\nend");
    EXPECT_EQ(read_file(request.log).value(), "before\nuser: ***\nerr\nend");
    struct stat facts {};
    ASSERT_EQ(::stat(request.log.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST(Process, ALogThatCannotBeWrittenIsAFailure) {
    ProcessRequest request = shell("true");
    request.log = "/nowhere/log";
    const auto result = run_process(request);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().diagnostics.front().code, "BAS002");
}

TEST(Process, AProcessThatTheChildLeavesBehindDoesNotHoldUsUp) {
    const ScratchDirectory scratch;
    const ProcessResult result =
        run(shell("sleep 600 & echo $! >" + (scratch.path() / "pid").string() + "; echo done"));
    EXPECT_EQ(result.standard_output, "done\n");
    EXPECT_EQ(::kill(std::stoi(wait_for(scratch.path() / "pid")), SIGKILL), 0);
}

TEST(Process, AStopEndsTheWholeGroup) {
    const ScratchDirectory scratch;
    const fs::path pid = scratch.path() / "pid";
    std::stop_source stop;
    std::jthread stopper([&] {
        wait_for(pid);
        stop.request_stop();
    });
    const ProcessResult result =
        run(shell("sleep 600 & echo $! >" + pid.string() + "; wait"), stop.get_token());
    EXPECT_TRUE(result.stopped);
    EXPECT_EQ(result.exit_code, 128 + SIGTERM);
    // The grandchild was killed, too: it goes away, or is a zombie of init.
    for (bool alive = true; alive; std::this_thread::yield()) {
        std::ifstream file("/proc/" + wait_for(pid) + "/stat");
        std::string line;
        alive = std::getline(file, line) && line.find(") Z") == std::string::npos;
    }
}

TEST(Process, OneThatIgnoresTheRequestIsKilled) {
    const ScratchDirectory scratch;
    const fs::path ready = scratch.path() / "ready";
    std::stop_source stop;
    std::jthread stopper([&] {
        wait_for(ready);
        stop.request_stop();
    });
    ProcessRequest request =
        shell("trap '' TERM; echo 1 >" + ready.string() + "; while :; do sleep 600; done");
    request.patience = 10ms;
    const ProcessResult result = run(request, stop.get_token());
    EXPECT_TRUE(result.stopped);
    EXPECT_EQ(result.exit_code, 128 + SIGKILL);
}

TEST(Process, AStopThatCameBeforeEndsItAtOnce) {
    std::stop_source stop;
    stop.request_stop();
    EXPECT_TRUE(run(shell("sleep 600"), stop.get_token()).stopped);
}

} // namespace
} // namespace aisprint
