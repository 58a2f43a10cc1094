// SPDX-License-Identifier: Apache-2.0
// Kills campaigns while they make, change and delete clusters, at every recorded step: no cluster
// is made twice, none is lost, and the next campaign goes on.
#include "cluster_application.hpp"
#include "im_double.hpp"

#include "aisprint/base/process.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <iostream>
#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace aisprint::profiling {
namespace {

namespace fs = std::filesystem;
using clients::test::ImDouble;

constexpr int k_killed = 128 + SIGKILL;

/// An application, its cloud, and processes that work on them.
class World {
public:
    World() : m_url(im.serve()) {
        test::write_cluster_application(application());
        for (const char* resource : {"VM1", "VM2"}) {
            clients::test::InfraScript script;
            script.outputs = test::outputs_of(resource);
            script.machines = 0;
            im.script(std::string("OSCAR ") + resource, script);
        }
    }

    [[nodiscard]] fs::path application() const { return m_scratch.path() / "app"; }
    [[nodiscard]] fs::path list() const {
        return application() / "oscarp/virtual_infrastructures.json";
    }

    /// Runs the program to its end: its exit code, or 128 plus the signal that ended it.
    [[nodiscard]] int
    run(const std::string& what, int moment, const std::vector<std::string>& more = {}) const {
        ProcessRequest request;
        request.command = {AISPRINT_CLUSTER_TOOL, what, application().string(), m_url,
                           std::to_string(moment)};
        request.command.insert(request.command.end(), more.begin(), more.end());
        const auto result = run_process(request);
        EXPECT_TRUE(result);
        return result ? result->exit_code : -1;
    }

    /// Starts the program and kills it after a time, if it still runs then.
    [[nodiscard]] int kill_after(std::chrono::microseconds delay,
                                 const std::vector<std::string>& words) const {
        std::vector<std::string> all = {AISPRINT_CLUSTER_TOOL, words[0], application().string(),
                                        m_url, "0"};
        all.insert(all.end(), words.begin() + 1, words.end());
        const pid_t child = ::fork();
        if (child == 0) {
            std::vector<char*> arguments;
            for (std::string& word : all) {
                arguments.push_back(word.data());
            }
            arguments.push_back(nullptr);
            const int nowhere = ::open("/dev/null", O_WRONLY);
            ::dup2(nowhere, STDOUT_FILENO);
            ::dup2(nowhere, STDERR_FILENO);
            ::execv(arguments[0], arguments.data());
            ::_exit(k_program_not_found);
        }
        std::this_thread::sleep_for(delay);
        ::kill(child, SIGKILL);
        int status = 0;
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

    void expect_none_twice() const {
        for (const char* name : {"OSCAR VM1", "OSCAR VM2"}) {
            EXPECT_LE(im.most_live_at_once(name), 1) << name;
        }
    }

    /// Two clusters are there, with these numbers of nodes, and known to the application.
    void expect_ready(const std::string& nodes1, const std::string& nodes2) const {
        expect_none_twice();
        EXPECT_EQ(im.live(), 2);
        const auto text = read_file(list());
        for (const auto& infra : im.infrastructures()) {
            if (infra.live) {
                const std::string& nodes = infra.infra_name == "OSCAR VM1" ? nodes1 : nodes2;
                EXPECT_NE(infra.document.find("count: " + nodes), std::string::npos)
                    << infra.infra_name;
                EXPECT_TRUE(text && text->find(infra.id) != std::string::npos) << infra.id;
            }
        }
    }

    void expect_nothing_left() const {
        EXPECT_EQ(im.live(), 0);
        EXPECT_FALSE(fs::exists(list()));
        EXPECT_FALSE(fs::exists(application() / "oscarp/.toscarizer/state.json"));
    }

    ImDouble im;

private:
    ScratchDirectory m_scratch;
    std::string m_url;
};

TEST(KilledClusters, CreationAtEveryRecordedStep) {
    int moment = 1;
    for (bool killed = true; killed; ++moment) {
        SCOPED_TRACE("moment " + std::to_string(moment));
        World world;
        const int code = world.run("prepare", moment, {"VM1=2", "VM2=1"});
        killed = code == k_killed;
        ASSERT_TRUE(killed || code == 0) << code;
        world.expect_none_twice();
        ASSERT_EQ(world.run("prepare", 0, {"VM1=2", "VM2=1"}), 0);
        world.expect_ready("2", "1");
        EXPECT_EQ(world.im.created(), 2);
        const int requests = world.im.changing_requests();
        ASSERT_EQ(world.run("prepare", 0, {"VM1=2", "VM2=1"}), 0);
        EXPECT_EQ(world.im.changing_requests(), requests);
        ASSERT_EQ(world.run("delete", 0), 0);
        world.expect_nothing_left();
        if (testing::Test::HasFailure()) {
            return;
        }
    }
    EXPECT_GT(moment, 20) << "three moments for each of at least seven steps";
}

TEST(KilledClusters, ResizeAtEveryRecordedStep) {
    int moment = 1;
    for (bool killed = true; killed; ++moment) {
        SCOPED_TRACE("moment " + std::to_string(moment));
        World world;
        ASSERT_EQ(world.run("prepare", 0, {"VM1=3", "VM2=2"}), 0);
        const int code = world.run("prepare", moment, {"VM1=1", "VM2=2"});
        killed = code == k_killed;
        ASSERT_TRUE(killed || code == 0) << code;
        ASSERT_EQ(world.run("prepare", 0, {"VM1=1", "VM2=2"}), 0);
        world.expect_ready("1", "2");
        EXPECT_EQ(world.im.created(), 2);
        if (testing::Test::HasFailure()) {
            return;
        }
    }
    EXPECT_GT(moment, 6) << "three moments for each of at least two steps";
}

/// One cluster is no longer used: its deletion is gone on with by whoever comes next.
TEST(KilledClusters, DeletionAtEveryRecordedStep) {
    for (const bool unused : {true, false}) {
        int moment = 1;
        for (bool killed = true; killed; ++moment) {
            SCOPED_TRACE("moment " + std::to_string(moment) + (unused ? " of unused" : " of all"));
            World world;
            ASSERT_EQ(world.run("prepare", 0, {"VM1=1", "VM2=1"}), 0);
            const int code =
                unused ? world.run("prepare", moment, {"VM2=1"}) : world.run("delete", moment);
            killed = code == k_killed;
            ASSERT_TRUE(killed || code == 0) << code;
            if (unused) {
                ASSERT_EQ(world.run("prepare", 0, {"VM2=1"}), 0);
                EXPECT_EQ(world.im.live("OSCAR VM1"), 0);
                EXPECT_EQ(world.im.live("OSCAR VM2"), 1);
                EXPECT_EQ(world.im.created(), 2);
            }
            ASSERT_EQ(world.run("delete", 0), 0);
            world.expect_nothing_left();
            if (testing::Test::HasFailure()) {
                return;
            }
        }
        EXPECT_GT(moment, 6);
    }
}

TEST(KilledClusters, AtRandomMoments) {
    const std::uint32_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::uniform_int_distribution<int> delay_us(0, 120'000);
    const std::vector<std::vector<std::string>> calls = {{"prepare", "VM1=2", "VM2=1"},
                                                         {"prepare", "VM1=1", "VM2=3"},
                                                         {"prepare", "VM1=2"},
                                                         {"delete"}};
    int kills = 0;
    for (int round = 0; round < 10; ++round) {
        World world;
        for (int attempt = 0; attempt < 5; ++attempt) {
            const auto& call = calls[random() % calls.size()];
            const int code = world.kill_after(std::chrono::microseconds(delay_us(random)), call);
            ASSERT_TRUE(code == k_killed || code == 0) << code;
            kills += code == k_killed ? 1 : 0;
            world.expect_none_twice();
        }
        ASSERT_EQ(world.run("prepare", 0, {"VM1=2", "VM2=1"}), 0);
        world.expect_ready("2", "1");
        ASSERT_EQ(world.run("delete", 0), 0);
        world.expect_nothing_left();
        if (testing::Test::HasFailure()) {
            return;
        }
    }
    std::cout << kills << " processes killed\n";
}

} // namespace
} // namespace aisprint::profiling
