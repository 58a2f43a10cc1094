// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "deploy_session.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace aisprint::cli {

/// What is known of one infrastructure now.
struct StatusLine {
    std::string component;
    std::string state;    ///< IM's word, or `gone`, `creating`, `not asked`
    std::string machines; ///< "2 configured, 1 running"
    std::string url;
    std::string message; ///< why it is not known or not there; redacted
    std::chrono::seconds age{0};
};

/// Joins the recorded state with what IM tells.
[[nodiscard]] std::vector<StatusLine> status_lines(const deploy::DeploymentState& state,
                                                   const LiveStates& live,
                                                   std::chrono::seconds now,
                                                   const Redactor& redactor);

/// True if there is an infrastructure and all of them are configured.
[[nodiscard]] bool all_configured(const std::vector<StatusLine>& lines);

/// The lines as a table.
[[nodiscard]] std::string status_text(const std::vector<StatusLine>& lines);

/// The lines for programs.
[[nodiscard]] nlohmann::ordered_json to_json(const std::vector<StatusLine>& lines);

} // namespace aisprint::cli
