// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/source_file.hpp"
#include "aisprint/base/yaml.hpp"
#include "aisprint/config/application.hpp"
#include "aisprint/placement/method_config.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::placement {

/// A file that was read, with its text for messages.
struct Document {
    SourceFile source;
    yaml::Node root;
};

/// What the files of an application directory say. A file with errors is absent.
struct ApplicationFiles {
    config::ApplicationFolder folder;
    config::ApplicationConfig common; ///< its errors are moved to `errors`
    std::optional<MethodConfig> methods;
    SourceFile methods_source;
    std::optional<Document> annotations;
    std::optional<Document> partitions;
    std::optional<Document> deployments; ///< multi_cluster_qos_constraints.yaml
    std::optional<Document> data_sizes;
    std::optional<Document> performance;
    std::optional<Document> constraints;
    std::optional<Document> versions; ///< degraded-performance applications only
    /// Graphs of deployments of the design that were looked at, by name.
    std::map<std::string, std::optional<Document>> graphs;
    std::vector<Diagnostic> errors;

    /// True if a component carries the annotation model_performance.
    [[nodiscard]] bool is_degraded() const;
};

/// Reads all files but the graphs of deployments. Missing files are errors (OPT200).
[[nodiscard]] ApplicationFiles load_application_files(const config::ApplicationFolder& folder,
                                                      Reporter& reporter);

/// The graph of a deployment of the design, read at its first use; null after an error.
[[nodiscard]] const Document*
load_graph(ApplicationFiles& files, const std::string& deployment, Reporter& reporter);

} // namespace aisprint::placement
