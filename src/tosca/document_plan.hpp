// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/tosca/document.hpp"

#include "input_file.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::tosca {

/// The InfluxDB that the components of a layer report to. With Compatibility::reference a cluster
/// that exists without InfluxDB gives null nodes, as the reference writes them.
struct MonitoringTarget {
    yaml::Node url;
    yaml::Node token;
    std::string bucket;
};

/// What the documents of a deployment have in common, and what they know of each other; indices
/// are those of Deployment::components.
struct DocumentPlan {
    const Deployment& deployment;
    const BuildOptions& options;
    std::string domain;
    std::string influxdb_url;  ///< of the central InfluxDB
    std::string types_file;    ///< URL of the type file
    std::string artifacts_url; ///< where artifacts lie, with a slash at the end
    std::vector<const ComponentNames*> names;
    std::vector<std::optional<MonitoringTarget>> monitoring; ///< nothing: the central InfluxDB
    std::vector<std::size_t> last_partitions; ///< last segment that follows a component, or itself
    std::optional<std::size_t> host;          ///< cluster of drift detector and SPACE4AI-R
    bool names_clusters = false; ///< services say which of several clusters they belong to

    [[nodiscard]] bool as_reference() const {
        return options.compatibility == Compatibility::reference;
    }
    [[nodiscard]] const Component& component(std::size_t index) const {
        return deployment.components[index];
    }
    [[nodiscard]] const std::string& cluster(std::size_t index) const {
        return names[index]->cluster;
    }
    [[nodiscard]] bool has_drift_detector() const {
        return !deployment.drift_detector_image.empty();
    }
    /// URL of the MinIO of a cluster of ours.
    [[nodiscard]] std::string minio_url(std::size_t index) const;
    /// Name that monitoring knows the application by, as component `index` has it.
    [[nodiscard]] std::string monitoring_name(std::size_t index) const;
};

/// Puts together what documents share. What is wrong with deployment and options goes to
/// `findings`; with errors there the plan is not to be used.
[[nodiscard]] DocumentPlan make_plan(const Deployment& deployment,
                                     const DeploymentNames& names,
                                     const BuildOptions& options,
                                     Findings& findings);

/// Where each component reports to.
[[nodiscard]] std::vector<std::optional<MonitoringTarget>>
plan_monitoring(const DocumentPlan& plan);

/// A finding about a component, at its place; the line is not shown.
[[nodiscard]] Diagnostic
about(const Component& component, const char* code, std::string message, std::string hint);

/// A component's name with hyphens for underscores: that of its service and of its bucket.
[[nodiscard]] std::string service_name(const Component& component);

/// Host name of an http(s) URL without port; empty for other texts.
[[nodiscard]] std::string host_of(const std::string& url);

} // namespace aisprint::tosca
