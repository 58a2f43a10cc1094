// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/random_source.hpp"
#include "aisprint/base/secret.hpp"
#include "aisprint/tosca/deployment.hpp"

#include <map>
#include <string>

namespace aisprint::tosca {

/// Names and passwords that are drawn for a component's cluster. For layers without a cluster of
/// ours only `cluster` is drawn; it names the storage provider.
struct ComponentNames {
    LayerKind kind = LayerKind::virtual_machines; ///< of the layer that they were drawn for
    std::string cluster;                          ///< oscar-cluster-<8>
    Secret admin_token;
    Secret oscar_password;
    Secret minio_password;
    Secret influx_token;
    Secret influx_password;
};

/// Names of all components, by name.
using DeploymentNames = std::map<std::string, ComponentNames>;

/// Whether names that were drawn before are kept.
enum class KeepNames { yes, no };

/// Names for every component of `deployment`, in its order: those of `before` where the component
/// is there and its layer is of the same kind, fresh ones else. Draws as the reference does: 8
/// characters for each component; for clusters of ours then 8 and five times 16.
[[nodiscard]] DeploymentNames draw_names(const Deployment& deployment,
                                         const DeploymentNames& before,
                                         KeepNames keep,
                                         RandomSource& random);

/// Reads IM_FOLDER/.secrets.yaml; no file gives no names. Fails (input, TSC0xx).
[[nodiscard]] Result<DeploymentNames> load_names(const config::ApplicationFolder& folder,
                                                 const std::string& im_folder);

/// The text of .secrets.yaml.
[[nodiscard]] std::string to_yaml_text(const DeploymentNames& names);

} // namespace aisprint::tosca
