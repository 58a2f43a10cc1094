// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/secret.hpp"
#include "aisprint/base/yaml.hpp"
#include "aisprint/config/application.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::tosca {

/// Which deployment of an application: the one of the base design, or the one that was chosen.
enum class DeploymentKind { base, optimal };

/// How the resources of a computational layer come about.
enum class LayerKind { virtual_machines, physical_to_be_provisioned, physical_provisioned, lambda };

/// The word for a layer's kind in candidate_resources.yaml.
[[nodiscard]] std::string to_string(LayerKind kind);

/// The kind that a word stands for, or nothing.
[[nodiscard]] std::optional<LayerKind> parse_layer_kind(const std::string& word);

/// Whether components of such a layer get a cluster of their own, which we make.
[[nodiscard]] bool has_own_cluster(LayerKind kind);

/// Files of one deployment, as paths below the application's folder.
struct DeploymentFiles {
    DeploymentKind kind = DeploymentKind::base;
    std::string deployments;    ///< components and containers
    std::string resources;      ///< computational layers; the same file for `optimal`
    std::string graph;          ///< application_dag.yaml
    std::string constraints;    ///< folder with qos_constraints*.yaml
    std::string containers;     ///< images that were built
    std::string annotations;    ///< early exits
    std::string physical_nodes; ///< clusters and machines that exist
    std::string im;             ///< folder of TOSCA documents, secrets and state
    std::string oscar;          ///< folder of FDL
};

/// Finds the files of a deployment: a folder `optimal_deployment` or a link of that name, its
/// production_deployment.yaml inside or beside it, and the deployment that it names. Fails (input,
/// TSC001) with what is missing.
[[nodiscard]] Result<DeploymentFiles> find_deployment(const config::ApplicationFolder& folder,
                                                      DeploymentKind kind);

/// A machine that exists, reached over SSH.
struct PhysicalNode {
    std::string public_ip;
    std::string private_ip;
    std::string ssh_user;
    Secret ssh_key;
    int ssh_port = 22;
};

/// A service of a cluster that exists: where it is, and how to get in.
struct ClusterService {
    std::string endpoint;
    std::string access_key;
    Secret secret_key;
    Secret token; ///< of InfluxDB
};

/// An S3 bucket for the files of Lambda functions.
struct LambdaBucket {
    std::string name;
    std::string region;
    std::string access_key;
    Secret secret_key;
};

/// What common_config/physical_nodes.yaml says of a resource.
struct PhysicalResource {
    std::string name;
    std::optional<PhysicalNode> front_end;
    std::vector<PhysicalNode> workers;
    std::optional<ClusterService> minio;
    std::optional<ClusterService> influx;
    std::string oscar_name;
    std::optional<ClusterService> oscar;
    std::string pull_secret; ///< of the cluster, for private registries
    std::optional<LambdaBucket> lambda;
    Span span;
};

/// The resource that a component runs on. Sizes as TOSCA wants them.
struct NodeResource {
    std::string key; ///< resource1
    std::string name;
    std::int64_t total_nodes = 1;
    double cost = 0;       ///< per node and hour, 0 if not told
    std::string memory_mb; ///< as spelt
    std::string disk_gb;   ///< digits, or empty
    std::string disk_type; ///< gp3, or empty
    std::string flavor;    ///< empty: chosen by IM
    std::int64_t cores = 0;
    std::int64_t gpus = 0;
    std::string gpu_vendor;
    std::string gpu_model;
    bool sgx = false;
    bool spot = false;
    bool secure_boot = false;
    bool measured_boot = false;
    std::string architecture; ///< amd64 or arm64; empty if not told
    yaml::Node os_distribution;
    yaml::Node os_version;
    yaml::Node os_image; ///< null: IM searches one
    Span span;
};

/// The computational layer of a component.
struct Layer {
    std::int64_t number = 0;
    std::string key;
    std::string name;
    LayerKind kind = LayerKind::virtual_machines;
    Span span;
};

/// An edge to or from a component with its transition probability.
struct Link {
    std::size_t component = 0; ///< index in Deployment::components
    double weight = 1;
};

/// A component (or a partition of one) with everything that its document needs.
struct Component {
    std::string name;
    Layer layer;
    NodeResource resource;
    std::optional<PhysicalResource> physical;
    std::string image;
    std::string memory_mb;      ///< as spelt; 512 by default
    yaml::Node computing_units; ///< number as spelt; 1 by default
    bool trusted_execution = false;
    bool network_protection = false;
    bool file_system_protection = false;
    bool gpu = false;
    yaml::Node expose_service; ///< null: not exposed
    yaml::Node synchronous;    ///< null: not told
    bool has_early_exits = false;
    std::string constraints;        ///< QoS constraints of its layer as YAML text, or empty
    std::string constraints_name;   ///< name of the system in them, or empty
    std::vector<Link> successors;   ///< in the order of the edges
    std::vector<Link> predecessors; ///< in the order of the edges
    Span span;
};

/// A deployment, read and checked: components in the order of the graph.
struct Deployment {
    DeploymentFiles files;
    std::string app_name; ///< name of the graph, with hyphens for underscores
    std::vector<Component> components;
    std::string drift_detector_image; ///< empty: none
    std::string name;                 ///< base, or that of the chosen deployment

    /// The component of that name, or null.
    [[nodiscard]] const Component* find(const std::string& component) const;
};

/// Name without `_partition<i>_<j>`.
[[nodiscard]] std::string base_component(const std::string& name);

/// Whether a component that asks for trusted execution, on a machine with SGX, may run an image
/// without protection (one whose name ends neither in `-sgx` nor in `-confidential`): an error, or
/// a warning. Documents are only written with `refuse`, unless the user says otherwise.
enum class Unprotected { refuse, allow };

/// Reads a deployment. Fails (input) with everything that is wrong in its files: components without
/// entry, layers and resources that do not exist, unknown layer types, images that cannot be told,
/// physical data that a layer needs and that is not there, resources and demands that do not go
/// together (codes TSC001 to TSC049, see docs/diagnostics.md). Time grows linearly with the files.
[[nodiscard]] Result<Deployment> load_deployment(const config::ApplicationFolder& folder,
                                                 DeploymentKind kind,
                                                 Reporter& reporter,
                                                 Unprotected unprotected = Unprotected::allow);

} // namespace aisprint::tosca
