// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.hpp"
#include "space4aid_options.hpp"
#include "space4aid_report.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/design/run.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace aisprint::cli {

/// Checks that --pareto names a path constraint of the problem, or the rate. Fails (usage,
/// OPT305).
[[nodiscard]] Result<void> check_front(const optimizer::Problem& problem,
                                       const Space4aidArguments& arguments);

/// Runs the methods on a problem, explains why there is no answer, and adds front and
/// sensitivity when they are asked for. Names of methods go to the error stream.
[[nodiscard]] PlacementReport search_placement(const optimizer::Problem& problem,
                                               const optimizer::MethodList& methods,
                                               const Space4aidArguments& arguments,
                                               Session& session);

/// Why a search has no answer: OPT301 if it is proved that there is none, else OPT302.
[[nodiscard]] Diagnostic no_placement(const PlacementReport& report);

/// Warns of a search that hit its limit (OPT304).
void report_remarks(const PlacementReport& report, Reporter& reporter);

/// The text on the result stream for a search with an answer.
[[nodiscard]] std::string report_text(const PlacementReport& report);

/// Writes files unless it is a dry run. Fails (io).
[[nodiscard]] Result<void> write_outputs(const std::vector<FileContent>& files,
                                         const Space4aidArguments& arguments);

/// The paths of files, for people.
[[nodiscard]] std::vector<std::string> file_names(const std::vector<FileContent>& files);

/// Whether the run writes.
[[nodiscard]] design::DryRun dry_run(const Space4aidArguments& arguments);

/// The picture of a placement.
[[nodiscard]] std::string picture_of(const PlacementReport& report);

/// True if results go to the result stream as text.
[[nodiscard]] bool prints_text(const Session& session);

/// The three forms of the command.
int run_on_application(const Space4aidArguments& arguments, Session& session);
int run_on_system(const Space4aidArguments& arguments, Session& session);
int run_evaluation(const Space4aidArguments& arguments, Session& session);

/// Reads a system description and puts the rules of the command line into it.
[[nodiscard]] Result<optimizer::Problem> load_system(const Space4aidArguments& arguments,
                                                     Reporter& reporter);

/// A rate as it stands in the name of a solution file: four decimals at most, "1.8", "1.0".
[[nodiscard]] std::string rate_in_name(double rate);

} // namespace aisprint::cli
