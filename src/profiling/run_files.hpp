// SPDX-License-Identifier: Apache-2.0
// Files of a run of the local backend, whose buckets are folders.
#pragma once

#include "aisprint/base/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// A hard link, or a copy where there can be none: inputs are only read. Fails (io, BAS002).
[[nodiscard]] Result<void> stage_file(const std::filesystem::path& from,
                                      const std::filesystem::path& to);

/// Files below a folder, by their path in it, sorted. What a component made unreadable is not
/// there.
[[nodiscard]] std::vector<std::string> files_below(const std::filesystem::path& folder);

/// Objects of a bucket, in order of their names.
[[nodiscard]] std::vector<std::filesystem::path> objects_of(const std::filesystem::path& bucket);

} // namespace aisprint::profiling
