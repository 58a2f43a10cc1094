// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/config/candidate_deployments.hpp"
#include "aisprint/config/candidate_resources.hpp"
#include "aisprint/optimizer/problem.hpp"
#include "aisprint/optimizer/solution.hpp"
#include "aisprint/placement/method_config.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::placement {

/// A configuration of the application that may run: the original one, or one with degraded
/// components. Its problem is restricted as SPACE4AI-R will find it (1.8 of the formulation).
struct ApplicationVersion {
    std::string name; ///< original_deployment, alternative_deployment1, ...
    optimizer::Problem problem;
    optimizer::Solution solution;
};

/// An admissible application configuration of deployments_performance.yaml: its quality reaches
/// metric_thr.
struct PerformanceVersion {
    std::string name; ///< original_deployment, alternative_deployment1, ...
    double metric_value = 0;
    /// The configuration on all resources, with the constraints of the components it replaces.
    optimizer::Problem problem;
    /// For each component of `problem`, the index of the component of the original application
    /// that it is or replaces.
    std::vector<std::size_t> originals;
};

/// A deployment of aisprint/deployments: which components (or partitions) run on which layer.
struct DesignDeployment {
    std::string name;
    std::map<std::int64_t, std::vector<std::string>> layers; ///< by layer number
};

/// An application directory as the optimizer sees it.
struct ApplicationProblem {
    std::filesystem::path directory;
    optimizer::Problem problem;
    MethodConfig config;
    config::CandidateResources resources;
    config::CandidateDeployments candidates;
    std::vector<DesignDeployment> deployments; ///< of multi_cluster_qos_constraints.yaml, in order
    bool is_degraded = false;                  ///< a component has the annotation model_performance
    std::vector<PerformanceVersion> versions;  ///< of such an application only
    /// Names of all versions, also of those whose quality does not reach metric_thr.
    std::vector<std::string> version_names;
};

/// Reads the files of 1.3 in an application directory. Fails (input) with all errors of all files
/// at once (OPT2xx and those of the formats), naming the command that writes a missing file.
/// `arrival_rate`, in requests per second, takes the place of the annotation expected_throughput.
[[nodiscard]] Result<ApplicationProblem>
load_application_problem(const std::filesystem::path& directory,
                         Reporter& reporter,
                         std::optional<double> arrival_rate = std::nullopt);

/// The versions whose largest arrival rate SPACE4AI-R needs. Without degraded components that is
/// the application itself, as `solution` places it; otherwise every admissible version, best
/// quality first, on the machines and node numbers that `solution` selects and on all functions. A
/// component stays where the one that it replaces is, if it can, else it moves to the first
/// resource with which all constraints hold. Warns of a version that fits nowhere (OPT251).
[[nodiscard]] std::vector<ApplicationVersion>
application_versions(const ApplicationProblem& application,
                     const optimizer::Solution& solution,
                     Reporter& reporter);

/// The solution file of a version at its largest rate, as SPACE4AI-R finds it in an application.
[[nodiscard]] std::filesystem::path max_rate_file(const std::string& version);

/// The solution files of versions of the application, relative to it, that are there but not among
/// the `current` ones: those of versions that no longer run.
[[nodiscard]] std::vector<std::filesystem::path>
outdated_max_rate_files(const ApplicationProblem& application,
                        const std::vector<ApplicationVersion>& current);

/// Layout of production_deployment.yaml: domains directly under System, or under System.Resources.
enum class ProductionForm { flat, nested };

/// aisprint/deployments/optimal_deployment/production_deployment.yaml as the guide prints it.
/// Warns when no design deployment holds the placement (DeploymentName is NOT_FOUND then).
[[nodiscard]] std::string write_production_deployment(const ApplicationProblem& application,
                                                      const optimizer::Solution& solution,
                                                      bool feasible,
                                                      ProductionForm form,
                                                      Reporter& reporter);

} // namespace aisprint::placement
