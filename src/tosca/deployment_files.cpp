// SPDX-License-Identifier: Apache-2.0
// Where the files of a deployment lie.
#include "aisprint/tosca/deployment.hpp"

#include "input_file.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace aisprint::tosca {

namespace {

const char* const k_deployments = "aisprint/deployments";
const char* const k_optimal = "aisprint/deployments/optimal_deployment";

void require(const config::ApplicationFolder& folder,
             const std::string& relative,
             const std::string& hint,
             std::vector<Diagnostic>& errors) {
    if (!has_file(folder, relative)) {
        errors.push_back(make_error_in(folder.shown(relative), "TSC001",
                                       "the file does not exist, but the deployment needs it",
                                       hint));
    }
}

DeploymentFiles common_files(DeploymentKind kind) {
    DeploymentFiles files;
    files.kind = kind;
    files.containers = "aisprint/designs/containers.yaml";
    files.annotations = "common_config/annotations.yaml";
    files.physical_nodes = "common_config/physical_nodes.yaml";
    return files;
}

DeploymentFiles base_files() {
    DeploymentFiles files = common_files(DeploymentKind::base);
    const std::string base = fmt::format("{}/base", k_deployments);
    files.deployments = "common_config/candidate_deployments.yaml";
    files.resources = "common_config/candidate_resources.yaml";
    files.graph = base + "/application_dag.yaml";
    files.constraints = base + "/ams";
    files.im = base + "/im";
    files.oscar = base + "/oscar";
    return files;
}

/// The folder beside `optimal_deployment` that a link of that name points to; empty if it is no
/// such link.
std::string linked_deployment(const config::ApplicationFolder& folder) {
    std::error_code failed;
    const std::filesystem::path target =
        std::filesystem::read_symlink(folder.path / k_optimal, failed);
    if (failed) {
        return {};
    }
    const std::filesystem::path beside = folder.path / k_deployments / target.filename();
    const bool same = std::filesystem::equivalent(folder.path / k_optimal, beside, failed);
    return !failed && same ? target.filename().string() : std::string();
}

/// The deployment that production_deployment.yaml names, empty if it names none.
Result<std::string> named_deployment(const config::ApplicationFolder& folder,
                                     const std::string& production) {
    Findings findings;
    const auto file = read_input(folder, production, findings);
    if (!file) {
        return fail(ErrorKind::input, std::move(findings.errors));
    }
    const yaml::Entry* entry = find_section(file->document, "DeploymentName");
    if (entry == nullptr || entry->value.is_null()) {
        return std::string();
    }
    const yaml::Node* name = &entry->value;
    if (!name->is_scalar() || !config::is_valid_name(name->scalar)) {
        return fail(ErrorKind::input,
                    file->error(name->span, "TSC001",
                                fmt::format("DeploymentName must be the name of a folder under "
                                            "{}, found {}",
                                            folder.shown(k_deployments), yaml::describe(*name)),
                                "write for example DeploymentName: deployment1"));
    }
    return name->scalar;
}

Result<DeploymentFiles> find_optimal(const config::ApplicationFolder& folder) {
    DeploymentFiles files = common_files(DeploymentKind::optimal);
    files.deployments = fmt::format("{}/production_deployment.yaml", k_optimal);
    if (!has_file(folder, files.deployments)) {
        const std::string beside = fmt::format("{}/production_deployment.yaml", k_deployments);
        if (!has_file(folder, beside)) {
            return fail(ErrorKind::input,
                        make_error_in(folder.shown(files.deployments), "TSC001",
                                      "no deployment was chosen: the file does not exist",
                                      "run 'aisprint space4aid' first, or use --base"));
        }
        files.deployments = beside;
    }
    files.resources = files.deployments;
    AISPRINT_TRY_ASSIGN(std::string name, named_deployment(folder, files.deployments));
    if (name.empty()) {
        name = linked_deployment(folder);
    }
    const std::string inputs =
        name.empty() ? std::string(k_optimal) : fmt::format("{}/{}", k_deployments, name);
    files.graph = inputs + "/application_dag.yaml";
    files.constraints = inputs + "/ams";
    files.im = fmt::format("{}/im", k_optimal);
    files.oscar = fmt::format("{}/oscar", k_optimal);
    return files;
}

} // namespace

Result<DeploymentFiles> find_deployment(const config::ApplicationFolder& folder,
                                        DeploymentKind kind) {
    DeploymentFiles files = base_files();
    if (kind == DeploymentKind::optimal) {
        AISPRINT_TRY_ASSIGN(files, find_optimal(folder));
    }
    const std::string design = "run 'aisprint design' first";
    std::vector<Diagnostic> missing;
    require(folder, files.deployments, "create it; see 'aisprint schema candidate_deployments'",
            missing);
    if (files.resources != files.deployments) {
        require(folder, files.resources, "create it; see 'aisprint schema candidate_resources'",
                missing);
    }
    require(folder, files.graph, design, missing);
    if (!missing.empty()) {
        return fail(ErrorKind::input, std::move(missing));
    }
    return files;
}

} // namespace aisprint::tosca
