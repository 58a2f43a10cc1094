// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/yaml.hpp"
#include "aisprint/tosca/deployment.hpp"
#include "aisprint/tosca/names.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::tosca {

/// Whether documents are written in the form of the reference, faults included, so that they can
/// be compared with its own.
enum class Compatibility { ours, reference };

/// Access to a private registry of images.
struct RegistryAccess {
    std::string server;
    std::string username;
    Secret password;
};

/// Which layer's InfluxDB a layer reports to.
enum class MonitoringParent { greatest, next };

/// Whether documents hold the components' services, or clusters only.
enum class ServiceNodes { yes, no };

/// Options of `toscarizer tosca`.
struct BuildOptions {
    std::int64_t elastic = 0; ///< most worker nodes; 0: clusters are not elastic
    Secret im_auth;           ///< credentials that elastic clusters get
    std::string domain;       ///< empty: im.grycap.net
    std::string influxdb_url; ///< central InfluxDB; empty: that of the template
    Secret influxdb_token;
    std::optional<RegistryAccess> registry;
    bool space4ai_r = false;
    std::string application_url; ///< Git URL for SPACE4AI-R
    /// Folder of custom_types.yaml and artifacts/, or a type file (its name ends in .yaml) beside
    /// the published artifacts; empty: the published ones, with corrections in the documents.
    std::string types_url;
    bool strict_names = false; ///< monitoring takes the application's name from the QoS constraints
    bool strict_elastic = false; ///< add the host that newer parsers ask for
    MonitoringParent monitoring_parent = MonitoringParent::greatest;
    Compatibility compatibility = Compatibility::ours;
    ServiceNodes services = ServiceNodes::yes;
    std::map<std::string, std::string> tags; ///< further entries of each document's metadata
};

/// A TOSCA document of one component.
struct Document {
    std::string component;
    yaml::Node content; ///< keys sorted
};

/// The documents of a deployment, one per component, in the order of the graph. Fails (input,
/// TSC050 to TSC066) for what cannot be written: elastic clusters on given machines or without
/// credentials, no cluster for the drift detector or SPACE4AI-R, URLs that are none, clusters
/// that cannot be told apart. Asserts that `names` has every component.
[[nodiscard]] Result<std::vector<Document>> build_documents(const Deployment& deployment,
                                                            const DeploymentNames& names,
                                                            const BuildOptions& options,
                                                            Reporter& reporter);

/// Every secret that stands in the documents of a deployment, for a redactor.
void add_secrets(const Deployment& deployment, const DeploymentNames& names, Redactor& redactor);

} // namespace aisprint::tosca
