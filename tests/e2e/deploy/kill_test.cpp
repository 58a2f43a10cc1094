// SPDX-License-Identifier: Apache-2.0
// Kills deployments and deletions of another process, then goes on in this one: no infrastructure
// is made twice, and none is lost.
#include "deploy_bench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <iostream>
#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace aisprint::deploy {
namespace {

using clients::test::FaultKind;
using clients::test::ImCall;
using namespace std::chrono_literals;

/// A deployment of three components, and processes that work on it.
class Kill : public testing::Test {
protected:
    struct World {
        World() { bench.url = bench.im.serve(); }
        test::Bench bench;
    };

    static pid_t start(const World& world, const char* what, int moment) {
        const std::string number = std::to_string(moment);
        const std::string folder = world.bench.folder().string();
        const pid_t child = ::fork();
        if (child == 0) {
            ::execl(AISPRINT_KILLED_DEPLOYMENT, AISPRINT_KILLED_DEPLOYMENT, what,
                    world.bench.url.c_str(), folder.c_str(), number.c_str(),
                    static_cast<char*>(nullptr));
            ::_exit(127);
        }
        return child;
    }

    /// Exit code of a process, or minus the number of the signal that ended it.
    static int wait_for(pid_t child) {
        int status = 0;
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

    static bool all_ok(const Result<RunSummary>& summary) {
        return summary && std::ranges::all_of(summary->components, &ComponentOutcome::ok);
    }

    /// What is made is known or can be found: no more than one of each.
    static void expect_none_twice(World& world) {
        for (const char* name : {"a", "b", "c"}) {
            EXPECT_LE(world.bench.im.most_live_at_once(name), 1) << name;
        }
    }

    static void expect_deploy_goes_on(World& world) {
        ASSERT_TRUE(all_ok(world.bench.deploy()));
        expect_none_twice(world);
        for (const char* name : {"a", "b", "c"}) {
            EXPECT_EQ(world.bench.im.live(name), 1) << name;
            EXPECT_EQ(world.bench.im.created(name), 1) << name;
        }
        const int requests = world.bench.im.changing_requests();
        ASSERT_TRUE(all_ok(world.bench.deploy()));
        EXPECT_EQ(world.bench.im.changing_requests(), requests);
    }

    static void expect_delete_goes_on(World& world) {
        ASSERT_TRUE(all_ok(world.bench.remove()));
        EXPECT_EQ(world.bench.im.live(), 0);
        EXPECT_FALSE(std::filesystem::exists(world.bench.folder() / "state.json"));
        EXPECT_FALSE(std::filesystem::exists(world.bench.folder() / "infras.yaml"));
    }
};

TEST_F(Kill, DeployAtEveryRecordedStep) {
    int moment = 1;
    for (bool killed = true; killed; ++moment) {
        SCOPED_TRACE("moment " + std::to_string(moment));
        World world;
        const int code = wait_for(start(world, "deploy", moment));
        killed = code == -SIGKILL;
        ASSERT_TRUE(killed || code == 0) << code;
        expect_none_twice(world);
        expect_deploy_goes_on(world);
        expect_delete_goes_on(world);
        if (HasFailure()) {
            return;
        }
    }
    EXPECT_GT(moment, 30) << "three moments for each of at least ten steps";
}

TEST_F(Kill, DeleteAtEveryRecordedStep) {
    int moment = 1;
    for (bool killed = true; killed; ++moment) {
        SCOPED_TRACE("moment " + std::to_string(moment));
        World world;
        ASSERT_EQ(wait_for(start(world, "deploy", 0)), 0);
        const int code = wait_for(start(world, "delete", moment));
        killed = code == -SIGKILL;
        ASSERT_TRUE(killed || code == 0) << code;
        expect_delete_goes_on(world);
        if (HasFailure()) {
            return;
        }
    }
    EXPECT_GT(moment, 15) << "three moments for each of six steps";
}

/// The server has made the infrastructure, and the answer is on its way.
TEST_F(Kill, DeployThatWaitsForAnAnswer) {
    for (int nth = 1; nth <= 3; ++nth) {
        SCOPED_TRACE("creation " + std::to_string(nth));
        World world;
        world.bench.im.add_fault({.call = ImCall::create,
                                  .nth = nth,
                                  .times = 1,
                                  .fault = {.kind = FaultKind::slow, .delay = 3s}});
        const pid_t child = start(world, "deploy", 0);
        while (world.bench.im.created() < nth) {
            std::this_thread::sleep_for(1ms);
        }
        ::kill(child, SIGKILL);
        ASSERT_EQ(wait_for(child), -SIGKILL);
        world.bench.im.clear_faults();
        expect_deploy_goes_on(world);
        expect_delete_goes_on(world);
    }
}

/// The request was read, but nothing came of it.
TEST_F(Kill, DeployBeforeTheServerActs) {
    World world;
    world.bench.im.add_fault({.call = ImCall::create,
                              .nth = 2,
                              .times = 100,
                              .fault = {.kind = FaultKind::reset_after_reading}});
    const pid_t child = start(world, "deploy", 0);
    while (world.bench.im.count(ImCall::create) < 2) {
        std::this_thread::sleep_for(1ms);
    }
    ::kill(child, SIGKILL);
    ASSERT_EQ(wait_for(child), -SIGKILL);
    world.bench.im.clear_faults();
    expect_deploy_goes_on(world);
}

TEST_F(Kill, AtRandomMoments) {
    std::chrono::steady_clock::duration longest{};
    {
        World world;
        const auto begin = std::chrono::steady_clock::now();
        ASSERT_EQ(wait_for(start(world, "deploy", 0)), 0);
        longest = std::chrono::steady_clock::now() - begin;
    }
    const std::uint32_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::uniform_int_distribution<long> delay_us(
        0, std::chrono::duration_cast<std::chrono::microseconds>(longest).count());
    int kills = 0;
    for (int round = 0; round < 40; ++round) {
        World world;
        // Several kills in a row, so that going on is interrupted, too.
        for (int attempt = 0; attempt < 3; ++attempt) {
            const pid_t child = start(world, "deploy", 0);
            std::this_thread::sleep_for(std::chrono::microseconds(delay_us(random)));
            ::kill(child, SIGKILL);
            const int code = wait_for(child);
            ASSERT_TRUE(code == -SIGKILL || code == 0) << code;
            kills += code == -SIGKILL ? 1 : 0;
            expect_none_twice(world);
        }
        expect_deploy_goes_on(world);
        const pid_t child = start(world, "delete", 0);
        std::this_thread::sleep_for(std::chrono::microseconds(delay_us(random)));
        ::kill(child, SIGKILL);
        kills += wait_for(child) == -SIGKILL ? 1 : 0;
        expect_delete_goes_on(world);
        if (HasFailure()) {
            return;
        }
    }
    EXPECT_GT(kills, 40);
    std::cout << kills << " processes killed\n";
}

} // namespace
} // namespace aisprint::deploy
