// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "onnx_proto.hpp"

#include "aisprint/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace aisprint::partition {

/// The main graph with numbers in place of names. Names are views into the model.
struct GraphIndex {
    using Id = std::uint32_t;

    enum class Origin : std::uint8_t { input, initializer, node };

    struct Tensor {
        std::string_view name;
        Origin origin = Origin::node;
        /// The node that computes it, if one does.
        Id producer = 0;
        bool is_output = false;
        /// Depends on an input of the model (or on a random generator).
        bool varies = false;
        /// Some output of the model depends on it.
        bool useful = false;
    };

    struct Node {
        /// Depends on an input, or draws random numbers; other nodes compute constants.
        bool varies = false;
        bool useful = false;
    };

    std::vector<Tensor> tensors;
    std::vector<Node> nodes;
    /// Real inputs, and outputs, in order.
    std::vector<Id> inputs;
    std::vector<Id> outputs;

    /// The tensors that a node reads: its inputs without empty names, and what its sub-graphs
    /// capture, each once.
    [[nodiscard]] std::span<const Id> inputs_of(std::size_t node) const {
        return {m_inputs.data() + m_input_begin[node],
                m_input_begin[node + 1] - m_input_begin[node]};
    }

    /// The tensors that a node computes, without empty names.
    [[nodiscard]] std::span<const Id> outputs_of(std::size_t node) const {
        return {m_outputs.data() + m_output_begin[node],
                m_output_begin[node + 1] - m_output_begin[node]};
    }

    /// The tensor of this name; false if there is none.
    [[nodiscard]] bool find(std::string_view name, Id& id) const;

    std::unordered_map<std::string_view, Id> m_ids;
    std::vector<Id> m_inputs;
    std::vector<std::size_t> m_input_begin;
    std::vector<Id> m_outputs;
    std::vector<std::size_t> m_output_begin;
};

/// Numbers the graph. Fails (input, PRT004) if a name is computed twice or used before it is
/// computed.
[[nodiscard]] Result<GraphIndex> index_graph(const onnx::GraphProto& graph,
                                             const std::string& shown_as);

/// A node for messages: "Conv node `conv1`" or "Conv node 17".
[[nodiscard]] std::string describe_node(const onnx::GraphProto& graph, std::size_t node);

} // namespace aisprint::partition
