// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/live_run.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace aisprint::cli {

/// What was run, then measured and expected response times of components and paths, with notes.
[[nodiscard]] std::string live_text(const profiling::LiveResult& result);

/// The same for programs.
[[nodiscard]] nlohmann::ordered_json to_json(const profiling::LiveResult& result);

} // namespace aisprint::cli
