// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/tosca/deployment.hpp"

#include <string>
#include <vector>

namespace aisprint::tosca {

/// Resources of an application as clusters without services: a deployment with one component for
/// each of them, of the resource's name, on as many nodes as there are. Documents of it are built
/// with ServiceNodes::no. `physical` of clusters that exist also says how to get in: the front end
/// if it is told of, OSCAR's user and password, and its endpoint, by default that of MinIO without
/// `minio.`. Documents and state are to lie in `im_folder`, a path below the application's folder.
/// Fails (input, TSC0xx) with everything that is wrong: resources that do not exist, or whose names
/// are no names of files (TSC068), and what is wrong with their layers and with what
/// physical_nodes.yaml says of them.
[[nodiscard]] Result<Deployment> load_clusters(const config::ApplicationFolder& folder,
                                               const std::vector<std::string>& resources,
                                               const std::string& im_folder,
                                               Reporter& reporter);

} // namespace aisprint::tosca
