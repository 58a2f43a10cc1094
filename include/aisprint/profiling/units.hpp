// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/config/application.hpp"
#include "aisprint/profiling/parameters.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// A resource as far as profiling looks at it.
struct ResourceFacts {
    std::string name;
    std::int64_t layer = 0;
    std::int64_t total_nodes = 1;
    double cores_per_node = 0;
    double memory_mb_per_node = 0;
    double cost = 0; ///< per node and hour
    bool is_function = false;
    std::string architecture; ///< amd64 or arm64; empty if it is not told
};

/// Whether whole cores are written without a point: if the file spells the demand as an integer.
enum class CoresSpelling { real, integer };

/// A testing unit: a component, partition or alternative on a resource.
struct Unit {
    std::string id;        ///< C1@VM1, C1P1.2@VM1, C1A2@VM1
    std::string key;       ///< of candidate_deployments.yaml: component1_partitionX_2
    std::string component; ///< base component: blurry-faces-onnx
    std::string partition; ///< name of the partition, or of the component: NAME_partition1_2
    std::string design;    ///< folder below aisprint/designs: NAME/partition1_2
    std::string service;   ///< name with hyphens
    std::string resource;
    double cpu = 1; ///< cores of one container
    CoresSpelling cores_spelling = CoresSpelling::real;
    double memory_mb = 512;
    std::vector<std::string> images;
    bool gpu = false;
    ComponentParameters parameters;
};

/// Units that make a whole application, in the order of the chain.
struct UnitChain {
    std::vector<std::size_t> units; ///< indices in Testbed::units
};

/// What a campaign tests.
struct Testbed {
    std::vector<ResourceFacts> resources;
    std::vector<Unit> units; ///< each once
    std::vector<UnitChain> deployments;
    /// Alternatives of the component of a unit, on its resource: unit -> units.
    std::map<std::size_t, std::vector<std::size_t>> alternatives;

    [[nodiscard]] const ResourceFacts* find_resource(const std::string& name) const;
};

/// Enumerates units and deployments: base components on each candidate resource, partition groups
/// with every combination of their resources, deployments as the product over components, the
/// first slowest. Warns of incomplete partition groups and of more than 20 deployments. Fails
/// (input, PRF02x): resources outside of their layers, components without parameters, demands that
/// contradict the annotations, graphs that are no chain.
[[nodiscard]] Result<Testbed> enumerate_units(const config::ApplicationConfig& application,
                                              const config::ApplicationFolder& folder,
                                              const RunParameters& parameters,
                                              Reporter& reporter);

/// List of the units of a deployment as the reference prints it: ['C1@VM1', 'C2@VM2'].
[[nodiscard]] std::string to_list_text(const Testbed& testbed, const UnitChain& chain);

} // namespace aisprint::profiling
