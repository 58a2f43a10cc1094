// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/yaml.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace aisprint::config {

/// How the resources of a layer come about.
enum class LayerType { virtual_machines, physical, cloud_functions };

/// An accelerator (GPU) of a node; memory in MB, 0 if not told.
struct Accelerator {
    std::string name;
    double memory_mb = 0;
};

/// A candidate resource: a kind of node, or a cloud function.
struct Resource {
    std::string name;
    std::int64_t layer = 0;
    std::int64_t total_nodes = 1;
    double cost = 0;            ///< per hour and node
    double memory_mb = 0;       ///< of a node
    double computing_units = 0; ///< cores of a node, all processors together; 0: not limited
    std::vector<std::string> architectures;
    std::vector<Accelerator> accelerators;
    bool has_sgx = false;
    bool has_secure_boot = false;
    bool has_measured_boot = false;
    Span span;
};

/// A computational layer.
struct ComputationalLayer {
    std::string key;
    std::int64_t number = 0;
    LayerType type = LayerType::virtual_machines;
    std::vector<Resource> resources;
    Span span;
};

/// A network domain with its own layers.
struct NetworkDomain {
    std::string key;
    std::vector<std::string> sub_domains;
    std::vector<ComputationalLayer> layers;
};

/// common_config/candidate_resources.yaml.
struct CandidateResources {
    std::string name;
    std::vector<NetworkDomain> domains;
    SourceFile source;
    /// The document with scalars in their usual form, to be copied from.
    yaml::Node document;

    /// The layer of that number, or null.
    [[nodiscard]] const ComputationalLayer* find_layer(std::int64_t number) const;

    /// The resource of that name, or null.
    [[nodiscard]] const Resource* find_resource(const std::string& name) const;

    /// Names of all resources, and numbers of all layers, in file order.
    [[nodiscard]] std::vector<std::string> resource_names() const;
    [[nodiscard]] std::vector<std::int64_t> layer_numbers() const;
};

/// Reads and checks the resources. Fails (input) for what the format forbids (CFG002..CFG007),
/// layer numbers that differ from their key (CFG030) or repeat (CFG031), resource names that
/// repeat (CFG032), unknown sub-domains (CFG033) and machines (resources without idleTime outside
/// layers of functions) without processors (CFG035). Fewer
/// than two layers is a warning (CFG034).
[[nodiscard]] Result<CandidateResources> parse_candidate_resources(SourceFile source,
                                                                   Reporter& reporter);

} // namespace aisprint::config
