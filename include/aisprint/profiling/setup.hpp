// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/profiling/units.hpp"

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

namespace aisprint::profiling {

/// Takes a line about what is being done.
using LineSink = std::function<void(const std::string&)>;

/// Makes the Python environment of each design of a testbed: .venv in its folder, with what its
/// requirements.txt lists, by `python` and its pip as the user has configured it. Environments
/// that are there get what they lack; designs of the same requirements share one. Fails (input,
/// PRF056) for a design without requirements.txt, (remote, PRF057) if venv or pip fail, (cancelled,
/// PRF058).
[[nodiscard]] Result<void> set_up_designs(const Testbed& testbed,
                                          const std::filesystem::path& application,
                                          const std::string& python,
                                          const LineSink& tell,
                                          const std::stop_token& stop);

} // namespace aisprint::profiling
