// SPDX-License-Identifier: Apache-2.0
// Runs the program `aisprint design` under bad circumstances: whatever happens, an application is
// as it was before the run or as it is after a complete one.
#include "aisprint/base/files.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace aisprint {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

const fs::path k_source = AISPRINT_SOURCE_DIR;
const char* const k_staging = ".aisprint-staging";

/// Starts `design`; `prepare` runs in the new process first. Its output goes to the file `log`.
pid_t start(const fs::path& application,
            const fs::path& log,
            const std::function<void()>& prepare = {}) {
    const pid_t child = ::fork();
    if (child != 0) {
        return child;
    }
    const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    if (prepare) {
        prepare();
    }
    ::execl(AISPRINT_PROGRAM, AISPRINT_PROGRAM, "design", "--application_dir", application.c_str(),
            static_cast<char*>(nullptr));
    ::_exit(127);
}

/// Exit code of a process, or minus the number of the signal that ended it.
int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

using Tree = std::map<std::string, std::string>;

/// Every path below `root` with what it is: bytes of files, targets of links, "folder".
Tree snapshot(const fs::path& root) {
    Tree tree;
    if (!fs::exists(root)) {
        return tree;
    }
    for (fs::recursive_directory_iterator entry(root), end; entry != end; ++entry) {
        const std::string path = entry->path().lexically_relative(root).generic_string();
        if (path == k_staging) {
            entry.disable_recursion_pending();
        } else if (entry->is_symlink()) {
            tree[path] = "-> " + fs::read_symlink(entry->path()).string();
        } else if (entry->is_directory()) {
            tree[path] = "folder";
        } else {
            tree[path] = "file " + read_file(entry->path()).value();
        }
    }
    return tree;
}

/// The part of a tree below aisprint/, without the marker that a fresh folder carries until the
/// files outside of it are in place, too.
Tree generated(Tree tree) {
    tree.erase("aisprint/.fresh");
    std::erase_if(tree, [](const auto& item) { return !item.first.starts_with("aisprint"); });
    return tree;
}

/// Paths in which two trees differ.
std::string difference(const Tree& a, const Tree& b) {
    std::string paths;
    for (const auto& [path, content] : a) {
        const auto other = b.find(path);
        if (other == b.end() || other->second != content) {
            paths += " " + path;
        }
    }
    for (const auto& [path, content] : b) {
        if (!a.contains(path)) {
            paths += " +" + path;
        }
    }
    return paths;
}

class Crash : public testing::Test {
protected:
    void SetUp() override {
        fs::copy(k_source / "examples/mask_detection", m_application, fs::copy_options::recursive);
        m_log = m_scratch.path() / "log";
        // A file that no run of design wrote, below the generated folder.
        fs::create_directories(m_application / "aisprint/logs");
        std::ofstream(m_application / "aisprint/logs/mine.txt") << "keep me";
    }

    /// Two inputs that differ in designs, links, deployments and constraints.
    void set_variant(int variant) {
        const fs::path main = m_application / "src/blurry-faces-onnx/main.py";
        const fs::path original =
            k_source / "examples/mask_detection/src/blurry-faces-onnx/main.py";
        std::string text = read_file(original).value();
        if (variant == 1) {
            const std::size_t place = text.find("'num_partitions'");
            ASSERT_EQ(place, std::string::npos) << "the example has changed";
            const std::size_t model = text.find("partitionable_model");
            const std::size_t end = text.find('}', text.find("onnx_file", model));
            ASSERT_NE(end, std::string::npos);
            text.insert(end, ", 'num_partitions': 2");
        }
        ASSERT_TRUE(write_file_atomic(main, text));
    }

    /// A complete run; returns what it leaves.
    Tree complete_run() {
        EXPECT_EQ(wait_for(start(m_application, m_log)), 0) << log();
        EXPECT_FALSE(fs::exists(m_application / k_staging));
        return snapshot(m_application);
    }

    [[nodiscard]] std::string log() const { return read_file(m_log).value_or(""); }

    /// Every file outside aisprint/ is as in one of the two trees.
    static void expect_files_of_either(const Tree& now, const Tree& before, const Tree& after) {
        std::set<std::string> paths;
        for (const Tree* tree : {&now, &before, &after}) {
            for (const auto& [path, content] : *tree) {
                if (!path.starts_with("aisprint")) {
                    paths.insert(path);
                }
            }
        }
        const auto at = [](const Tree& tree, const std::string& path) {
            const auto found = tree.find(path);
            return found == tree.end() ? std::string("absent") : found->second;
        };
        for (const std::string& path : paths) {
            const std::string content = at(now, path);
            EXPECT_TRUE(content == at(before, path) || content == at(after, path)) << path;
        }
    }

    ScratchDirectory m_scratch;
    fs::path m_application = m_scratch.path() / "app";
    fs::path m_log;
};

TEST_F(Crash, KilledAtAnyMoment) {
    std::array<Tree, 2> complete;
    Clock::duration longest{};
    for (const int variant : {0, 1}) {
        set_variant(variant);
        complete_run();
        const auto begin = Clock::now();
        complete.at(static_cast<std::size_t>(variant)) = complete_run();
        longest = std::max(longest, Clock::now() - begin);
    }
    ASSERT_NE(generated(complete[0]), generated(complete[1]));
    ASSERT_EQ(complete[0].at("aisprint/logs/mine.txt"), "file keep me");
    const std::uint32_t seed = std::random_device{}();
    std::mt19937 random(seed);
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::uniform_int_distribution<long> delay_us(
        0, std::chrono::duration_cast<std::chrono::microseconds>(longest * 11 / 10).count());
    const auto end = Clock::now() + std::chrono::seconds(60);
    std::size_t kills = 0;
    std::size_t changed = 0;
    Tree before = complete[1];
    for (std::size_t round = 0; kills < 200 && (kills < 150 || Clock::now() < end); ++round) {
        const std::size_t variant = round % 2;
        set_variant(static_cast<int>(variant));
        const Tree& after = complete.at(variant);
        // Several kills in a row, so that recovery is interrupted, too.
        for (int attempt = 0; attempt < 4; ++attempt) {
            const pid_t child = start(m_application, m_log);
            std::this_thread::sleep_for(std::chrono::microseconds(delay_us(random)));
            ::kill(child, SIGKILL);
            kills += wait_for(child) == -SIGKILL ? 1U : 0U;
            const Tree now = snapshot(m_application);
            const bool is_before = generated(now) == generated(before);
            const bool is_after = generated(now) == generated(after);
            ASSERT_TRUE(is_before || is_after)
                << "neither before (" << difference(generated(now), generated(before))
                << ") nor after (" << difference(generated(now), generated(after)) << ")";
            expect_files_of_either(now, before, after);
            changed += is_after ? 1U : 0U;
            if (HasFailure()) {
                return;
            }
        }
        const Tree now = complete_run();
        ASSERT_EQ(now, after) << difference(now, after);
        before = now;
    }
    EXPECT_GE(kills, 150U);
    EXPECT_GT(changed, 0U) << "no run got as far as to change anything";
    std::cout << kills << " runs killed; " << changed << " times the new state was in place\n";
}

TEST_F(Crash, SecondRunAtTheSameTimeIsRefused) {
    const Tree before = complete_run();
    const int folder = ::open(m_application.c_str(), O_RDONLY | O_DIRECTORY);
    ASSERT_EQ(::flock(folder, LOCK_EX | LOCK_NB), 0) << "stands for the other run";
    EXPECT_EQ(wait_for(start(m_application, m_log)), 3);
    EXPECT_NE(log().find("[DSN001]"), std::string::npos) << log();
    ::close(folder);
    EXPECT_EQ(snapshot(m_application), before);
    EXPECT_EQ(complete_run(), before);
}

TEST_F(Crash, ManyRunsAtOnceBreakNothing) {
    const Tree expected = complete_run();
    for (int round = 0; round < 5; ++round) {
        std::vector<pid_t> children;
        for (int i = 0; i < 4; ++i) {
            children.push_back(
                start(m_application, m_scratch.path() / ("log" + std::to_string(i))));
        }
        int done = 0;
        for (const pid_t child : children) {
            const int code = wait_for(child);
            EXPECT_TRUE(code == 0 || code == 3) << code;
            done += code == 0 ? 1 : 0;
        }
        EXPECT_GE(done, 1);
        const Tree now = snapshot(m_application);
        EXPECT_EQ(now, expected) << difference(now, expected);
        EXPECT_FALSE(fs::exists(m_application / k_staging));
    }
}

TEST_F(Crash, DiskFull) {
    set_variant(0);
    const Tree before = complete_run();
    set_variant(1);
    const Tree with_input = snapshot(m_application);
    for (const rlim_t limit : {rlim_t{0}, rlim_t{1000}, rlim_t{20'000}, rlim_t{60'000}}) {
        const int code = wait_for(start(m_application, m_log, [limit] {
            std::signal(SIGXFSZ, SIG_IGN);
            const int null = ::open("/dev/null", O_WRONLY);
            ::dup2(null, STDOUT_FILENO);
            const struct rlimit bound { limit, limit };
            ::setrlimit(RLIMIT_FSIZE, &bound);
        }));
        EXPECT_EQ(code, 1) << limit << log();
        const Tree now = snapshot(m_application);
        EXPECT_EQ(now, with_input) << limit << difference(now, with_input);
        EXPECT_FALSE(fs::exists(m_application / k_staging)) << limit;
    }
    EXPECT_NE(generated(complete_run()), generated(before));
}

TEST_F(Crash, ReadOnlyApplication) {
    const bool is_root = ::geteuid() == 0;
    constexpr uid_t k_nobody = 65534;
    const auto become_nobody = [is_root] {
        if (is_root && (::setgid(k_nobody) != 0 || ::setuid(k_nobody) != 0)) {
            ::_exit(126);
        }
    };
    fs::permissions(m_scratch.path(), fs::perms::all);
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(m_application)) {
        fs::permissions(entry.path(),
                        fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write,
                        fs::perm_options::remove);
    }
    fs::permissions(m_application, fs::perms::owner_write, fs::perm_options::remove);
    const pid_t probe = ::fork();
    if (probe == 0) {
        become_nobody();
        ::_exit(::access(AISPRINT_PROGRAM, X_OK) == 0 ? 0 : 125);
    }
    const bool can_run = wait_for(probe) == 0;
    const Tree before = snapshot(m_application);
    const int code = can_run ? wait_for(start(m_application, m_log, become_nobody)) : 0;
    const Tree after = snapshot(m_application);
    fs::permissions(m_application, fs::perms::owner_all, fs::perm_options::add);
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(m_application)) {
        fs::permissions(entry.path(), fs::perms::owner_write, fs::perm_options::add);
    }
    if (!can_run) {
        GTEST_SKIP() << "the program lies where other users cannot run it";
    }
    EXPECT_EQ(code, 1) << log();
    EXPECT_NE(log().find("Permission denied"), std::string::npos) << log();
    EXPECT_EQ(after, before);
}

} // namespace
} // namespace aisprint
