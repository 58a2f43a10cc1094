// SPDX-License-Identifier: Apache-2.0
// Jobs of functions in the full workflow stand for tests of the functions alone.
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/profiling/time_table.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Keeps the jobs of a function in a folder. Fails (io).
[[nodiscard]] Result<void> keep_table(const std::filesystem::path& folder,
                                      const std::string& service,
                                      const std::vector<JobRecord>& jobs);

/// The jobs that were kept. Fails (input, io) if they cannot be read.
[[nodiscard]] Result<std::vector<JobRecord>> kept_table(const std::filesystem::path& folder,
                                                        const std::string& service);

} // namespace aisprint::profiling
