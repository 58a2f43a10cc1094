// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/profiling/backend.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Where control groups can be made on this machine.
struct ControlGroups {
    std::filesystem::path
        unified;                  ///< version 2: a folder with cpu and memory to delegate; or empty
    std::filesystem::path cpu;    ///< version 1; or empty
    std::filesystem::path memory; ///< version 1; or empty

    /// How limits are kept with them.
    [[nodiscard]] LimitMethods methods() const;
};

/// Looks for places below `root` (/sys/fs/cgroup) where this process may make groups.
[[nodiscard]] ControlGroups find_control_groups(const std::filesystem::path& root);

/// The control groups of one slot: a process that joins them is kept within the limits of a
/// container. Removed with the object.
class SlotGroup {
public:
    /// Makes the groups; without any, the object does nothing. Fails (io, PRF052).
    [[nodiscard]] static Result<SlotGroup>
    make(const ControlGroups& groups, const std::string& name, double cpu, double memory_mb);

    SlotGroup(SlotGroup&&) noexcept = default;
    SlotGroup& operator=(SlotGroup&&) = delete;
    ~SlotGroup();

    /// Files that a process writes "0" to, to join.
    [[nodiscard]] const std::vector<std::filesystem::path>& join_files() const {
        return m_join_files;
    }

    /// Kills what is left in the groups: what a job has started and not ended.
    void end_processes() const;

    /// Forgets the peak of the process before.
    void reset() const;

    /// Largest use of memory since reset(), in bytes; 0 if it is not known.
    [[nodiscard]] std::uint64_t peak_memory_bytes() const;

    /// How often a process of this group was killed for its memory.
    [[nodiscard]] std::uint64_t memory_kills() const;

private:
    SlotGroup() = default;

    std::vector<std::filesystem::path> m_folders;
    std::vector<std::filesystem::path> m_join_files;
    std::filesystem::path m_peak_file;
    std::filesystem::path m_kills_file;
};

} // namespace aisprint::profiling
