// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/tosca/deployment.hpp"

#include "deployment_constraints.hpp"
#include "deployment_graph.hpp"
#include "deployment_images.hpp"
#include "deployment_layers.hpp"
#include "deployment_physical.hpp"
#include "input_file.hpp"

#include <optional>
#include <set>
#include <string>

namespace aisprint::tosca {

/// What a component is put together from.
struct ComponentSources {
    const InputFile& deployments;
    const InputFile& resources;
    LayerIndex& layers;
    const BuiltImages& images;
    PhysicalNodes& physical;
    ConstraintReader& constraints;
    const std::set<std::string>& early_exits; ///< names without partition
    Unprotected unprotected = Unprotected::allow;
    Findings& findings;
};

/// The component that `entry` of the deployments file describes, without its links. Nothing if
/// it cannot be told where it runs; other findings do not stop it.
[[nodiscard]] std::optional<Component>
read_component(const GraphNode& node, const yaml::Entry& entry, const ComponentSources& sources);

} // namespace aisprint::tosca
