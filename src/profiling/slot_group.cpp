// SPDX-License-Identifier: Apache-2.0
#include "slot_group.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <csignal>
#include <fcntl.h>
#include <sstream>
#include <string_view>
#include <thread>
#include <unistd.h>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_group_prefix = "aisprint-"; ///< of names: then the process, stage, slot
constexpr const char* k_processes = "cgroup.procs";
constexpr int k_period_us = 100000;
constexpr double k_bytes_per_mb = 1048576;

/// Writes a value to a file of the kernel, which takes it in one piece or not at all.
bool write_value(const fs::path& file, const std::string& value) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return false;
    }
    const bool written =
        ::write(descriptor, value.data(), value.size()) == static_cast<ssize_t>(value.size());
    ::close(descriptor);
    return written;
}

bool can_make_group(const fs::path& parent) {
    const fs::path probe = parent / fmt::format("aisprint-probe-{}", ::getpid());
    std::error_code reason;
    if (!fs::create_directory(probe, reason)) {
        return false;
    }
    fs::remove(probe, reason);
    return true;
}

/// Kills all processes of a group, and those that they start meanwhile; at most so often that a
/// process that cannot be killed holds nobody up.
void kill_processes(const fs::path& group) {
    constexpr int k_rounds = 50;
    for (int round = 0; round < k_rounds; ++round) {
        const auto text = read_file(group / k_processes);
        std::istringstream numbers(text ? *text : "");
        bool found = false;
        for (::pid_t process = 0; numbers >> process;) {
            if (process > 0) { // 0 stands for what another name space hides
                found = true;
                ::kill(process, SIGKILL);
            }
        }
        if (!found) {
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

/// Removes the groups of programs that were killed, with what is left of their jobs.
void remove_groups_of_the_dead(const fs::path& parent) {
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(parent, ignored)) {
        const std::string name = entry.path().filename().string();
        ::pid_t owner = 0;
        if (name.starts_with(k_group_prefix)) {
            const char* begin = name.data() + std::string_view(k_group_prefix).size();
            std::from_chars(begin, name.data() + name.size(), owner);
        }
        if (owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH) {
            kill_processes(entry.path());
            fs::remove(entry.path(), ignored);
        }
    }
}

bool has_words(const std::string& text, const std::vector<std::string>& words) {
    std::istringstream stream(text);
    std::vector<std::string> found;
    for (std::string word; stream >> word;) {
        found.push_back(word);
    }
    return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
        return std::find(found.begin(), found.end(), word) != found.end();
    });
}

/// The number behind `key` in a file of lines "key number", or the first number of the file.
std::uint64_t read_number(const fs::path& file, const std::string& key) {
    const auto text = read_file(file);
    if (!text) {
        return 0;
    }
    std::size_t start = 0;
    if (!key.empty()) {
        start = text->find(key + " ");
        if (start == std::string::npos) {
            return 0;
        }
        start += key.size() + 1;
    }
    std::uint64_t value = 0;
    std::from_chars(text->data() + start, text->data() + text->size(), value);
    return value;
}

} // namespace

std::string to_string(LimitMethod method) {
    switch (method) {
    case LimitMethod::cgroup2:
        return "cgroup2";
    case LimitMethod::cgroup1:
        return "cgroup1";
    case LimitMethod::affinity:
        return "affinity";
    case LimitMethod::watchdog:
        return "watchdog";
    case LimitMethod::none:
        return "none";
    }
    return {};
}

LimitMethods ControlGroups::methods() const {
    if (!unified.empty()) {
        return {LimitMethod::cgroup2, LimitMethod::cgroup2};
    }
    return {cpu.empty() ? LimitMethod::affinity : LimitMethod::cgroup1,
            memory.empty() ? LimitMethod::watchdog : LimitMethod::cgroup1};
}

ControlGroups find_control_groups(const fs::path& root) {
    ControlGroups groups;
    const auto delegated = read_file(root / "cgroup.subtree_control");
    if (delegated && has_words(*delegated, {"cpu", "memory"}) && can_make_group(root)) {
        remove_groups_of_the_dead(root);
        groups.unified = root;
        return groups;
    }
    if (fs::exists(root / "cpu/cgroup.procs") && can_make_group(root / "cpu")) {
        groups.cpu = root / "cpu";
        remove_groups_of_the_dead(groups.cpu);
    }
    if (fs::exists(root / "memory/cgroup.procs") && can_make_group(root / "memory")) {
        groups.memory = root / "memory";
        remove_groups_of_the_dead(groups.memory);
    }
    return groups;
}

Result<SlotGroup> SlotGroup::make(const ControlGroups& groups,
                                  const std::string& name,
                                  double cpu,
                                  double memory_mb) {
    SlotGroup slot;
    const auto quota = static_cast<std::int64_t>(std::llround(cpu * k_period_us));
    const auto bytes = static_cast<std::int64_t>(std::llround(memory_mb * k_bytes_per_mb));
    const auto add =
        [&](const fs::path& parent,
            const std::vector<std::pair<std::string, std::string>>& values) -> Result<fs::path> {
        const fs::path folder = parent / name;
        std::error_code reason;
        fs::create_directory(folder, reason);
        if (reason) {
            return io_failure("PRF052", "make the control group", folder, reason);
        }
        slot.m_folders.push_back(folder);
        slot.m_join_files.push_back(folder / k_processes);
        for (const auto& [file, value] : values) {
            if (!write_value(folder / file, value)) {
                return io_failure("PRF052", "set the limit", folder / file, last_system_error());
            }
        }
        return folder;
    };
    if (!groups.unified.empty()) {
        AISPRINT_TRY_ASSIGN(
            const fs::path folder,
            add(groups.unified, {{"cpu.max", fmt::format("{} {}", quota, k_period_us)},
                                 {"memory.max", fmt::format("{}", bytes)},
                                 {"memory.oom.group", "1"}}));
        if (fs::exists(folder / "memory.swap.max")) { // not where the kernel does not count swap
            write_value(folder / "memory.swap.max", "0");
        }
        slot.m_peak_file = folder / "memory.peak";
        slot.m_kills_file = folder / "memory.events";
    }
    if (!groups.cpu.empty()) {
        AISPRINT_TRY(add(groups.cpu, {{"cpu.cfs_period_us", fmt::format("{}", k_period_us)},
                                      {"cpu.cfs_quota_us", fmt::format("{}", quota)}}));
    }
    if (!groups.memory.empty()) {
        AISPRINT_TRY_ASSIGN(
            const fs::path folder,
            add(groups.memory, {{"memory.limit_in_bytes", fmt::format("{}", bytes)}}));
        slot.m_peak_file = folder / "memory.max_usage_in_bytes";
        slot.m_kills_file = folder / "memory.oom_control";
    }
    return slot;
}

SlotGroup::~SlotGroup() {
    for (const fs::path& folder : m_folders) {
        std::error_code ignored;
        fs::remove(folder, ignored); // never a tree: the kernel's files go with their folder
    }
}

void SlotGroup::end_processes() const {
    for (const fs::path& folder : m_folders) {
        kill_processes(folder);
    }
}

void SlotGroup::reset() const {
    if (!m_peak_file.empty()) {
        write_value(m_peak_file, "0"); // not every kernel can; the peak is then that of the run
    }
}

std::uint64_t SlotGroup::peak_memory_bytes() const {
    return m_peak_file.empty() ? 0 : read_number(m_peak_file, "");
}

std::uint64_t SlotGroup::memory_kills() const {
    return m_kills_file.empty() ? 0 : read_number(m_kills_file, "oom_kill");
}

} // namespace aisprint::profiling
