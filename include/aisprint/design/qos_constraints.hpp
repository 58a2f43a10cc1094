// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/deployments.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::design {

/// A bound on the time from the start of the first to the end of the last part of a path. A path
/// of one part is a local constraint. The threshold is in seconds, spelt as annotated.
struct QosConstraint {
    std::vector<std::string> path;
    yaml::Node threshold;
    bool is_local = false;
};

/// What one layer of a deployment has to keep.
struct LayerQos {
    std::vector<std::string> components;
    std::vector<QosConstraint> local;
    std::vector<QosConstraint> global;
    std::optional<std::string> throughput_component;
};

/// Constraints of a deployment by layer number.
using DeploymentQos = std::map<std::int64_t, LayerQos>;

/// Derives the constraints of a deployment from the annotations. A constraint belongs to the layer
/// of the last part of its path; a partitioned component's local constraint becomes a global one
/// over its segments.
[[nodiscard]] DeploymentQos
qos_of(const ApplicationModel& model, const Deployments& deployments, const Deployment& deployment);

/// The content of ams/qos_constraints_L<layer>.yaml.
[[nodiscard]] yaml::Node to_layer_document(const std::string& application, const LayerQos& layer);

/// The content of space4ai-d/qos_constraints.yaml: all layers, without the throughput component.
[[nodiscard]] yaml::Node to_deployment_document(const std::string& application,
                                                const DeploymentQos& qos);

/// The deployment's value in multi_cluster_qos_constraints.yaml.
[[nodiscard]] yaml::Node to_multi_cluster_entry(const DeploymentQos& qos);

} // namespace aisprint::design
