// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../space4aid_report.hpp"

#include "aisprint/design/run.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace aisprint::cli {

/// What is placed: "mask_detection: 2 components, 0.25 requests/s, 1 h".
[[nodiscard]] std::string space4aid_heading(const optimizer::Problem& problem);

/// Tables of a placement: where things run, constraints with slack, cost by resource.
[[nodiscard]] std::string placement_tables(const optimizer::Instance& instance,
                                           const PlacedSolution& placed);

/// What the search proved, the methods that ran, largest rates, front and sensitivity.
[[nodiscard]] std::string search_tables(const PlacementReport& report);

/// One line: "optimal, proved: ...".
[[nodiscard]] std::string certificate_text(const PlacementReport& report);

/// Files written or, in a dry run, that would be.
[[nodiscard]] std::string files_text(const std::vector<std::string>& files, design::DryRun dry_run);

/// The outdated files that were removed, or would be; empty without any.
[[nodiscard]] std::string removed_text(const std::vector<std::string>& files,
                                       design::DryRun dry_run);

/// Notes that explain why nothing is placed: what clashes and what would have to change.
[[nodiscard]] std::vector<std::string> explanation_lines(const optimizer::Problem& problem,
                                                         const optimizer::Explanation& explanation);

/// All of a report for programs.
[[nodiscard]] nlohmann::ordered_json to_json(const PlacementReport& report);

} // namespace aisprint::cli
