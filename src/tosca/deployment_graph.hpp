// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "input_file.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace aisprint::tosca {

/// A component of the graph and where it is declared (or named first).
struct GraphNode {
    std::string name;
    Span span;
};

/// A dependency between two nodes, by index.
struct GraphEdge {
    std::size_t from = 0;
    std::size_t to = 0;
    double weight = 1;
    Span span;
};

/// application_dag.yaml of a deployment; its names may be those of partitions.
struct Graph {
    std::string name; ///< with hyphens for underscores
    std::vector<GraphNode> nodes;
    std::vector<GraphEdge> edges;
};

/// The graph of `file`: components as listed, then those that only dependencies name. What is
/// wrong goes to `findings` (TSC027, TSC028, TSC029, TSC030); the rest is read all the same.
[[nodiscard]] Graph read_graph(const InputFile& file, Findings& findings);

} // namespace aisprint::tosca
