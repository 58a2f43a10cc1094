// SPDX-License-Identifier: Apache-2.0
#include "infrastructure_outcomes.hpp"

#include <fmt/format.h>

namespace aisprint::profiling {

Failure interrupted_preparation() {
    return {ErrorKind::cancelled, {make_error("PRF099", "interrupted", "run this again to go on")}};
}

Result<void> check_made(const deploy::RunSummary& summary) {
    if (summary.interrupted) {
        return tl::unexpected(interrupted_preparation());
    }
    std::vector<Diagnostic> errors;
    for (const deploy::ComponentOutcome& outcome : summary.components) {
        if (outcome.ok) {
            continue;
        }
        Diagnostic failed = make_error(
            "PRF094", fmt::format("The deployment of infrastructure {} failed.", outcome.component),
            outcome.log_path.empty() ? "run this again to try once more"
                                     : fmt::format("the whole message is in {}; run this again to "
                                                   "try once more",
                                                   outcome.log_path));
        failed.notes.push_back(
            {fmt::format("IM says: {}",
                         outcome.message.empty() ? to_string(outcome.state) : outcome.message),
             std::nullopt});
        errors.push_back(std::move(failed));
    }
    if (!errors.empty()) {
        return fail(ErrorKind::remote, std::move(errors));
    }
    return {};
}

Result<void> check_deleted(const deploy::RunSummary& summary) {
    if (summary.interrupted) {
        return tl::unexpected(interrupted_preparation());
    }
    std::vector<Diagnostic> errors;
    for (const deploy::ComponentOutcome& outcome : summary.components) {
        if (!outcome.ok) {
            errors.push_back(
                make_error("PRF096",
                           fmt::format("The infrastructure {} ({}) could not be deleted: {}",
                                       outcome.component, outcome.url, outcome.message),
                           "it still runs, and may cost money: run this again, or delete it at "
                           "IM"));
        }
    }
    if (!errors.empty()) {
        return fail(ErrorKind::remote, std::move(errors));
    }
    return {};
}

} // namespace aisprint::profiling
