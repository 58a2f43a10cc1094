// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/config/application_dag.hpp"
#include "aisprint/config/candidate_deployments.hpp"
#include "aisprint/config/candidate_resources.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::config {

/// Where an application lies: its folder on disk, and the same as the user typed it.
struct ApplicationFolder {
    std::filesystem::path path;
    std::string shown_as; ///< without a trailing slash

    /// The path of a file of the application, as shown in diagnostics and artefacts.
    [[nodiscard]] std::string shown(const std::string& relative) const;
};

/// What the YAML files of an application say. A file with errors is absent.
struct ApplicationConfig {
    std::optional<ApplicationDag> dag;
    std::optional<CandidateResources> resources;
    std::optional<CandidateDeployments> deployments;
    /// What is wrong in them, in any order.
    std::vector<Diagnostic> errors;
};

/// Reads the three files under common_config/ and checks them against each other: layers (CFG042)
/// and resources (CFG043) exist, resources lie in the layers of their entry (CFG044), demands fit
/// (CFG046, warning). Missing files are errors (CFG001).
[[nodiscard]] ApplicationConfig load_application_config(const ApplicationFolder& folder,
                                                        Reporter& reporter);

} // namespace aisprint::config
