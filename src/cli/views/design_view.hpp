// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/run.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace aisprint::cli {

/// Title and first line of `design`; `folder` is the application as typed.
[[nodiscard]] std::string design_heading(const std::string& folder);

/// What `design` did, in the lines of the user guide.
[[nodiscard]] std::string design_story(const design::DesignReport& report);

/// What `design` would do: a short table.
[[nodiscard]] std::string design_outlook(const design::DesignReport& report);

/// The result of `design` and `check` for programs.
[[nodiscard]] nlohmann::ordered_json to_json(const design::DesignReport& report);

} // namespace aisprint::cli
