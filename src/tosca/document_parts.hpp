// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "document_plan.hpp"

#include <cstddef>
#include <string>

namespace aisprint::tosca {

/// The sections of a document's topology while it is put together.
struct Topology {
    yaml::Node inputs = yaml::mapping();
    yaml::Node nodes = yaml::mapping();
    yaml::Node outputs = yaml::mapping();
};

/// Inputs, outputs, front end, Kubernetes, OSCAR and monitoring of a cluster that we make.
void add_cluster(const DocumentPlan& plan, std::size_t index, Topology& topology);

/// Worker nodes of a cluster in a cloud, and CLUES if it is elastic.
void add_virtual_workers(const DocumentPlan& plan, std::size_t index, Topology& topology);

/// The Compute node of a worker, and the Kubernetes node on it; `suffix` tells workers apart.
void add_worker(const DocumentPlan& plan,
                std::size_t index,
                std::int64_t count,
                const std::string& suffix,
                Topology& topology);

/// Networks, addresses, credentials and worker nodes of a cluster on given machines.
void add_machines(const DocumentPlan& plan, std::size_t index, Topology& topology);

/// Where a component reports to: inputs of every document.
void add_monitoring_inputs(const DocumentPlan& plan, std::size_t index, Topology& topology);

/// The component's service or function, with outputs for those who want to call it.
void add_service(const DocumentPlan& plan,
                 std::size_t index,
                 Topology& topology,
                 Findings& findings);

/// Buckets that a component reads and writes, as properties of its service.
void add_buckets(const DocumentPlan& plan, std::size_t index, yaml::Node& properties);

/// Pull secret, drift detector and SPACE4AI-R, where they belong.
void add_extras(const DocumentPlan& plan, std::size_t index, Topology& topology);

/// Name of the secret with which clusters of ours pull images from a private registry.
[[nodiscard]] std::string pull_secret_name(const DocumentPlan& plan);

} // namespace aisprint::tosca
