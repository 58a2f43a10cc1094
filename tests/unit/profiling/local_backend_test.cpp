// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/local_backend.hpp"

#include "job_process.hpp"
#include "slot_group.hpp"
#include "uploads.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/profiling/results.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace aisprint::profiling {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const char* const k_python = "/usr/bin/python3";

TEST(Uploads, OneFileIsUploadedInEveryPlaceOfEveryBatch) {
    RunRequest request;
    request.input_files = {"in/clip.v2.mp4"};
    request.batch_size = 2;
    request.number_of_batches = 2;
    request.inter_upload_seconds = 20;
    std::vector<std::string> keys;
    std::vector<double> times;
    for (const UploadStep& step : plan_uploads(request)) {
        keys.push_back(step.key);
        times.push_back(step.seconds);
    }
    EXPECT_THAT(keys,
                ElementsAre("clip.v2_0.mp4", "clip.v2_1.mp4", "clip.v2_2.mp4", "clip.v2_3.mp4"));
    EXPECT_THAT(times, ElementsAre(0, 0, 20, 20));
}

TEST(Uploads, SeveralFilesAreUploadedOnceUnderTheirNames) {
    RunRequest request;
    request.input_files = {"a.jpg", "b", "c.jpg"};
    request.batch_size = 2;
    request.number_of_batches = 9;
    request.inter_upload_seconds = 5;
    std::vector<std::string> keys;
    for (const UploadStep& step : plan_uploads(request)) {
        keys.push_back(step.key);
    }
    EXPECT_THAT(keys, ElementsAre("a.jpg", "b", "c.jpg"));
    EXPECT_EQ(plan_uploads(request).back().seconds, 5);
}

TEST(Uploads, WaitsAreDrawnAsTheArrivalSays) {
    RunRequest request;
    request.input_files = {"a"};
    request.number_of_batches = 20001;
    request.inter_upload_seconds = 2;
    request.arrival = Arrival::poisson;
    EXPECT_NEAR(plan_uploads(request).back().seconds / 20000, 2, 0.05);
    request.arrival = Arrival::exponential; // max(T, E) has the mean T (1 + 1/e)
    EXPECT_NEAR(plan_uploads(request).back().seconds / 20000, 2 * (1 + std::exp(-1)), 0.05);
    const double once = plan_uploads(request).back().seconds;
    EXPECT_EQ(plan_uploads(request).back().seconds, once) << "the same seed, the same waits";
    request.seed = 7;
    EXPECT_NE(plan_uploads(request).back().seconds, once);
}

/// An application with components that are tiny shell-like Python programs.
class Local : public ::testing::Test {
protected:
    void SetUp() override {
        if (!fs::exists(k_python)) {
            GTEST_SKIP() << "no " << k_python;
        }
        component("a", R"(
import argparse, os, sys, time
parser = argparse.ArgumentParser()
parser.add_argument('-i'); parser.add_argument('-o')
args = parser.parse_args()
time.sleep(0.2)
print('UUID', os.environ['UUID'])
open(args.o + '.txt', 'w').write(open(args.i).read() + 'a')
)");
        component("b", R"(
import sys
i, o = sys.argv[2], sys.argv[4]
open(o + '-1.txt', 'w').write(open(i).read() + 'b')
)");
        ASSERT_TRUE(write_file_atomic(m_scratch.path() / "input.txt", "x"));
        m_testbed.units = {unit("C1@VM1", "a"), unit("C2@VM1", "b")};
    }

    void component(const std::string& name, const std::string& program) {
        const fs::path folder = m_scratch.path() / "aisprint/designs" / name / "base";
        ASSERT_TRUE(make_directories(folder));
        ASSERT_TRUE(write_file_atomic(folder / "main.py", program));
    }

    static Unit unit(const std::string& id, const std::string& name) {
        Unit result;
        result.id = id;
        result.component = result.partition = result.service = name;
        result.design = name + "/base";
        result.resource = "VM1";
        result.cpu = 0.9;
        result.memory_mb = 256;
        return result;
    }

    RunRequest request(int parallelism, int jobs) {
        RunRequest result;
        result.services = {{&m_testbed.units[0], parallelism, 1, 0},
                           {&m_testbed.units[1], parallelism, 1, 1}};
        result.input_files = {m_scratch.path() / "input.txt"};
        result.batch_size = jobs;
        result.folder = m_scratch.path() / "run";
        result.work = m_scratch.path() / "buckets";
        return result;
    }

    LocalBackend backend(std::optional<double> timeout = std::nullopt) {
        LocalOptions options;
        options.application = m_scratch.path();
        options.pythons = {k_python};
        options.job_timeout_seconds = timeout;
        return LocalBackend(options);
    }

    /// Checks the two components, then runs.
    Result<RunOutcome> run(const RunRequest& request,
                           const std::stop_token& stop = {},
                           std::optional<double> timeout = std::nullopt) {
        LocalBackend local = backend(timeout);
        AISPRINT_TRY(local.check(m_testbed));
        return local.run(request, ignore, stop);
    }

    static void ignore(const Progress&) {}

    ScratchDirectory m_scratch;
    Testbed m_testbed;
};

TEST_F(Local, AChainRunsWithTheParallelismThatWasAskedFor) {
    LocalBackend local = backend();
    ASSERT_TRUE(local.check(m_testbed));
    const auto outcome = local.run(request(2, 10), ignore, {});
    ASSERT_TRUE(outcome) << outcome.error().diagnostics[0].message;
    ASSERT_EQ(outcome->jobs.size(), 2U);
    ASSERT_EQ(outcome->jobs[0].size(), 10U);
    ASSERT_EQ(outcome->jobs[1].size(), 10U);
    EXPECT_EQ(actual_parallelism(outcome->jobs[0]), 2U);
    EXPECT_TRUE(outcome->health.empty()) << outcome->health.front();
    EXPECT_EQ(outcome->uploads.size(), 10U);
    Moment first = *outcome->jobs[0].front().job_create;
    Moment last = first;
    for (const auto& jobs : outcome->jobs) {
        for (const JobRecord& job : jobs) {
            EXPECT_EQ(job.status, JobStatus::succeeded);
            EXPECT_LE(*job.job_create, *job.pod_create);
            EXPECT_LE(*job.pod_create, *job.job_start);
            EXPECT_LE(*job.job_start, *job.script_start);
            EXPECT_LE(*job.script_start, *job.script_end);
            EXPECT_LE(*job.script_end, *job.job_finish);
            EXPECT_EQ(job.output_keys.size(), 1U);
            last = std::max(last, *job.job_finish);
        }
    }
    EXPECT_GE(last - first, std::chrono::milliseconds(1000)); // 10 sleeps of 0.2 s, two at a time
    // a component keeps the identity that its predecessor gave
    const std::string key = outcome->jobs[1].front().input_key;
    EXPECT_THAT(outcome->jobs[1].front().output_keys,
                ElementsAre(key.substr(0, key.find('.')) + "-1.txt"));
    const auto text = read_file(m_scratch.path() / "buckets/bucket2" /
                                outcome->jobs[1].front().output_keys.front());
    ASSERT_TRUE(text);
    EXPECT_EQ(*text, "xab");
    EXPECT_EQ(outcome->jobs[0].front().output_bytes, 2U);
}

TEST_F(Local, InputsMayBeSymbolicLinks) {
    fs::create_symlink("input.txt", m_scratch.path() / "link.txt");
    RunRequest linked = request(1, 1);
    linked.input_files = {m_scratch.path() / "link.txt"};
    const auto outcome = run(linked);
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(outcome->health.empty());
    EXPECT_EQ(outcome->jobs[0].front().input_key, "link.txt");
}

TEST_F(Local, JobsHaveLogsInTheWordsOfTheSupervisor) {
    const auto outcome = run(request(1, 1));
    ASSERT_TRUE(outcome);
    const auto log =
        read_file(m_scratch.path() / "run/logs_oscar" / (outcome->jobs[0].front().name + ".txt"));
    ASSERT_TRUE(log);
    EXPECT_THAT(*log, HasSubstr(" - supervisor - INFO - Script file found in "
                                "'/oscar/config/script.sh'\n"));
    EXPECT_THAT(*log, HasSubstr(" - supervisor - INFO - Searching for files to upload in folder"));
    EXPECT_THAT(*log, HasSubstr("Downloading item from bucket 'bucket0' with key 'input.txt'"));
    EXPECT_THAT(*log, HasSubstr("\nUUID "));
}

TEST_F(Local, AServiceAloneTriggersNothing) {
    const RunRequest full = request(2, 3);
    ASSERT_TRUE(run(full));
    RunRequest alone = full;
    alone.kind = RunKind::single_service;
    alone.services.erase(alone.services.begin() + 1);
    const auto outcome = run(alone);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->jobs.size(), 1U);
    EXPECT_EQ(outcome->jobs[0].size(), 3U);
    EXPECT_TRUE(fs::exists(m_scratch.path() / "buckets/trash1" /
                           outcome->jobs[0].front().output_keys.front()));
}

TEST_F(Local, KnowsWhoseObjectsItHolds) {
    RunRequest first = request(1, 1);
    first.workflow = "Run #1";
    LocalBackend local = backend();
    ASSERT_TRUE(local.check(m_testbed));
    EXPECT_FALSE(local.holds_objects_of(first).value());
    ASSERT_TRUE(local.run(first, [](const Progress&) {}, {}));
    EXPECT_TRUE(local.holds_objects_of(first).value());
    RunRequest second = first;
    second.workflow = "Run #2";
    EXPECT_FALSE(local.holds_objects_of(second).value());
}

TEST_F(Local, FailuresAreRecordedAndDegradeTheRun) {
    component("a", "import sys\nsys.exit(3)\n");
    const auto outcome = run(request(1, 2));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->jobs[0].front().status, JobStatus::failed);
    EXPECT_EQ(outcome->jobs[0].front().exit_code, 3);
    EXPECT_TRUE(outcome->jobs[1].empty());
    EXPECT_THAT(outcome->health, ElementsAre("C1@VM1: 2 of 2 jobs failed"));
}

TEST_F(Local, SilentComponentsDegradeTheRun) {
    component("b", "pass\n");
    const auto outcome = run(request(1, 1));
    ASSERT_TRUE(outcome);
    EXPECT_THAT(outcome->health, ElementsAre("C2@VM1: 1 of 1 jobs wrote nothing"));
}

TEST_F(Local, JobsThatTakeTooLongAreEnded) {
    component("a", "import time\ntime.sleep(60)\n");
    const auto outcome = run(request(1, 1), {}, 0.3);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->jobs[0].front().status, JobStatus::timed_out);
}

TEST_F(Local, AStopEndsEverything) {
    component("a", "import time\ntime.sleep(60)\n");
    std::stop_source stop;
    std::jthread stopper([&] {
        while (!fs::exists(m_scratch.path() / "run/.jobs/0-0/output.txt")) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        stop.request_stop();
    });
    const auto outcome = run(request(2, 4), stop.get_token());
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(outcome->interrupted);
    EXPECT_TRUE(outcome->jobs[0].empty());
}

TEST_F(Local, DesignsAndInterpretersAreCheckedBefore) {
    m_testbed.units.push_back(unit("C3@VM1", "c"));
    const auto checked = backend().check(m_testbed);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().diagnostics[0].code, "PRF050");
    LocalOptions options;
    options.application = m_scratch.path();
    options.pythons = {"/no/python"};
    const auto interpreter = LocalBackend(options).check(m_testbed);
    ASSERT_FALSE(interpreter);
    EXPECT_THAT(
        interpreter.error().diagnostics,
        ::testing::Contains(::testing::Field(&Diagnostic::message, HasSubstr("/no/python"))));
}

/// Whether a process is there and has not ended.
bool is_alive(pid_t process) {
    const auto status = read_file(fmt::format("/proc/{}/stat", process));
    return status && status->find(") Z ") == std::string::npos;
}

/// The number in a file, as soon as it is there.
pid_t wait_for_number(const fs::path& file) {
    for (int i = 0; i < 2000; ++i) {
        const auto text = read_file(file);
        if (text && text->ends_with("\n")) {
            return std::stoi(*text);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "never: " << file;
    return 0;
}

bool ends_soon(pid_t process) {
    for (int i = 0; i < 1000 && is_alive(process); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return !is_alive(process);
}

TEST_F(Local, WhatAJobLeavesRunningEndsWithIt) {
    component("a", fmt::format("import subprocess\n"
                               "child = subprocess.Popen(['sleep', '60'])\n"
                               "open('{}', 'w').write(str(child.pid) + '\\n')\n",
                               (m_scratch.path() / "child").string()));
    ASSERT_TRUE(run(request(1, 1)));
    EXPECT_TRUE(ends_soon(wait_for_number(m_scratch.path() / "child")));
}

TEST_F(Local, WhatLeavesTheSessionOfAJobEndsWithItToo) {
    if (backend().limits().cpu == LimitMethod::affinity) {
        GTEST_SKIP() << "no control group can be made here";
    }
    component("a", fmt::format("import subprocess\n"
                               "child = subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
                               "open('{}', 'w').write(str(child.pid) + '\\n')\n",
                               (m_scratch.path() / "child").string()));
    ASSERT_TRUE(run(request(1, 1)));
    EXPECT_TRUE(ends_soon(wait_for_number(m_scratch.path() / "child")));
}

// a job dies with the program by itself; what it has started does by the guard
TEST_F(Local, NothingOfAJobSurvivesAKilledProgram) {
    component("a", fmt::format("import subprocess, time\n"
                               "child = subprocess.Popen(['sleep', '60'])\n"
                               "open('{}', 'w').write(str(child.pid) + '\\n')\ntime.sleep(60)\n",
                               (m_scratch.path() / "child").string()));
    const pid_t program = ::fork();
    ASSERT_GE(program, 0);
    if (program == 0) {
        static_cast<void>(run(request(1, 1)));
        ::_exit(0);
    }
    const pid_t child = wait_for_number(m_scratch.path() / "child");
    EXPECT_TRUE(is_alive(child));
    ::kill(program, SIGKILL);
    ::waitpid(program, nullptr, 0);
    EXPECT_TRUE(ends_soon(child));
}

TEST_F(Local, MomentsCanBeThoseOfOscar) {
    LocalOptions options;
    options.application = m_scratch.path();
    options.pythons = {k_python};
    options.whole_seconds = true;
    LocalBackend local(options);
    ASSERT_TRUE(local.check(m_testbed));
    const auto outcome = local.run(request(1, 2), ignore, {});
    ASSERT_TRUE(outcome);
    for (const JobRecord& job : outcome->jobs[0]) {
        EXPECT_EQ(job.job_create->time_since_epoch().count() % 1'000'000, 0);
        EXPECT_EQ(job.job_finish->time_since_epoch().count() % 1'000'000, 0);
        EXPECT_EQ(job.script_end->time_since_epoch().count() % 1'000, 0);
        EXPECT_GT(*job.script_end, *job.script_start);
    }
}

TEST_F(Local, ProgramsThatCannotBeReadAreToldWithTheReason) {
    component("a", "def f(:\n");
    const auto checked = backend().check(m_testbed);
    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().diagnostics[0].message, HasSubstr("SyntaxError"));
}

TEST_F(Local, UnreadableOutputsAreNotThere) {
    component("a", "import os, sys\nfolder = os.path.dirname(sys.argv[4])\n"
                   "os.mkdir(folder + '/closed', 0)\nos.symlink('nothing', folder + '/link')\n"
                   "open(sys.argv[4] + '.txt', 'w').write('x')\n");
    const auto outcome = run(request(1, 1));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->jobs[0].front().output_keys.size(), 1U);
}

TEST_F(Local, MemoryBeyondTheLimitIsNotGiven) {
    LocalBackend local = backend();
    if (local.limits().memory == LimitMethod::none) {
        GTEST_SKIP() << "no control group for memory can be made here";
    }
    ASSERT_TRUE(local.check(m_testbed));
    component("a", "x = bytearray(600 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1\n");
    const auto outcome = local.run(request(1, 1), ignore, {});
    ASSERT_TRUE(outcome);
    EXPECT_NE(outcome->jobs[0].front().status, JobStatus::succeeded);
}

TEST_F(Local, AnInterpreterWithoutTheModulesOfADesignIsNotTaken) {
    component("a", "import a_module_that_nobody_has, os\nfrom utils import x\n");
    ASSERT_TRUE(write_file_atomic(m_scratch.path() / "aisprint/designs/a/base/utils.py",
                                  "from another_one.part import y\n"));
    const auto checked = backend().check(m_testbed);
    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().diagnostics[0].message,
                HasSubstr("/usr/bin/python3 lacks a_module_that_nobody_has, another_one"));
}

TEST(ControlGroups, AreNotFoundWhereThereAreNone) {
    const ScratchDirectory scratch;
    const ControlGroups groups = find_control_groups(scratch.path());
    EXPECT_EQ(groups.methods().cpu, LimitMethod::affinity);
    EXPECT_EQ(groups.methods().memory, LimitMethod::watchdog);
    EXPECT_TRUE(SlotGroup::make(groups, "s", 1, 100));
}

TEST(ControlGroups, GiveNoSwapWhereItIsCounted) {
    const ScratchDirectory scratch;
    const fs::path group = scratch.path() / "slot";
    ASSERT_TRUE(make_directories(group));
    for (const char* file : {"cpu.max", "memory.max", "memory.oom.group", "memory.swap.max"}) {
        ASSERT_TRUE(write_file_atomic(group / file, ""));
    }
    ASSERT_TRUE(SlotGroup::make({scratch.path(), {}, {}}, "slot", 0.5, 100));
    EXPECT_EQ(*read_file(group / "cpu.max"), "50000 100000");
    EXPECT_EQ(*read_file(group / "memory.max"), "104857600");
    EXPECT_EQ(*read_file(group / "memory.swap.max"), "0");
}

TEST(ControlGroups, OfProgramsThatWereKilledAreRemoved) {
    const ScratchDirectory scratch;
    const fs::path parent = scratch.path() / "cpu";
    const fs::path dead = parent / "aisprint-2147483647-0-1"; // above every limit of processes
    const fs::path alive = parent / fmt::format("aisprint-{}-0-1", ::getpid());
    const fs::path other = parent / "aisprint-of-somebody";
    for (const fs::path& folder : {dead, alive, other}) {
        ASSERT_TRUE(make_directories(folder));
    }
    ASSERT_TRUE(write_file_atomic(parent / "cgroup.procs", ""));
    EXPECT_EQ(find_control_groups(scratch.path()).cpu, parent);
    EXPECT_FALSE(fs::exists(dead));
    EXPECT_TRUE(fs::exists(alive));
    EXPECT_TRUE(fs::exists(other));
}

} // namespace
} // namespace aisprint::profiling
