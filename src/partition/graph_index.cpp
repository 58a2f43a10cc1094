// SPDX-License-Identifier: Apache-2.0
#include "graph_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace aisprint::partition {

namespace {

using Id = GraphIndex::Id;
using NameSet = std::unordered_set<std::string_view>;

/// Collects what a sub-graph, and those inside it, use from outside. The depth of the recursion
/// is that of the messages, which protobuf limits.
void collect_captured(const onnx::GraphProto& graph,
                      std::vector<const NameSet*>& scopes,
                      std::vector<std::string_view>& captured) {
    NameSet own;
    scopes.push_back(&own);
    const auto use = [&](const std::string& name) {
        const bool inside = std::ranges::any_of(
            scopes, [&name](const NameSet* scope) { return scope->contains(name); });
        if (!name.empty() && !inside) {
            captured.push_back(name);
        }
    };
    for (const onnx::ValueInfoProto& input : graph.input()) {
        own.insert(input.name());
    }
    for (const onnx::TensorProto& initializer : graph.initializer()) {
        own.insert(initializer.name());
    }
    for (const onnx::SparseTensorProto& initializer : graph.sparse_initializer()) {
        own.insert(initializer.values().name());
    }
    for (const onnx::NodeProto& node : graph.node()) {
        std::ranges::for_each(node.input(), use);
        for (const onnx::AttributeProto& attribute : node.attribute()) {
            if (attribute.has_g()) {
                collect_captured(attribute.g(), scopes, captured);
            }
            for (const onnx::GraphProto& inner : attribute.graphs()) {
                collect_captured(inner, scopes, captured);
            }
        }
        own.insert(node.output().begin(), node.output().end());
    }
    for (const onnx::ValueInfoProto& output : graph.output()) {
        use(output.name());
    }
    scopes.pop_back();
}

/// The names that a node reads, each once.
void collect_inputs(const onnx::NodeProto& node, std::vector<std::string_view>& names) {
    names.assign(node.input().begin(), node.input().end());
    std::vector<const NameSet*> scopes;
    for (const onnx::AttributeProto& attribute : node.attribute()) {
        if (attribute.has_g()) {
            collect_captured(attribute.g(), scopes, names);
        }
        for (const onnx::GraphProto& graph : attribute.graphs()) {
            collect_captured(graph, scopes, names);
        }
    }
    std::erase(names, std::string_view());
}

/// Draws numbers without looking at any input: the two sides of a cut must share the result.
bool draws_random_numbers(const onnx::NodeProto& node) {
    return node.domain().empty() &&
           (node.op_type() == "RandomNormal" || node.op_type() == "RandomUniform");
}

class Indexer {
public:
    Indexer(const onnx::GraphProto& graph, const std::string& shown_as)
        : m_graph(graph), m_shown_as(shown_as) {}

    Result<GraphIndex> run() {
        add_initializers();
        AISPRINT_TRY(add_inputs());
        m_index.m_input_begin.push_back(0);
        m_index.m_output_begin.push_back(0);
        m_last_use.assign(m_index.tensors.size(), 0);
        for (std::size_t node = 0; node < static_cast<std::size_t>(m_graph.node_size()); ++node) {
            AISPRINT_TRY(add_node(node));
        }
        AISPRINT_TRY(add_outputs());
        mark_useful();
        return std::move(m_index);
    }

private:
    Id add(std::string_view name, GraphIndex::Origin origin) {
        const Id id = static_cast<Id>(m_index.tensors.size());
        GraphIndex::Tensor tensor;
        tensor.name = name;
        tensor.origin = origin;
        tensor.varies = origin == GraphIndex::Origin::input;
        m_index.tensors.push_back(tensor);
        m_index.m_ids.emplace(name, id);
        return id;
    }

    tl::unexpected<Failure> wrong(const std::string& what, const std::string& hint) const {
        return fail(ErrorKind::input,
                    make_error("PRT004", fmt::format("{}: {}", m_shown_as, what), hint));
    }

    void add_initializers() {
        for (const onnx::TensorProto& tensor : m_graph.initializer()) {
            if (!m_index.m_ids.contains(tensor.name())) {
                add(tensor.name(), GraphIndex::Origin::initializer);
            }
        }
        for (const onnx::SparseTensorProto& tensor : m_graph.sparse_initializer()) {
            if (!m_index.m_ids.contains(tensor.values().name())) {
                add(tensor.values().name(), GraphIndex::Origin::initializer);
            }
        }
    }

    Result<void> add_inputs() {
        for (const onnx::ValueInfoProto& input : m_graph.input()) {
            const auto known = m_index.m_ids.find(input.name());
            if (known == m_index.m_ids.end()) {
                m_index.inputs.push_back(add(input.name(), GraphIndex::Origin::input));
            } else if (m_index.tensors[known->second].origin == GraphIndex::Origin::input) {
                return wrong(fmt::format("there are two inputs \"{}\"", input.name()),
                             "export the model again");
            }
        }
        return {};
    }

    Result<void> add_node(std::size_t number) {
        const onnx::NodeProto& node = m_graph.node(static_cast<int>(number));
        collect_inputs(node, m_names);
        bool varies = draws_random_numbers(node);
        for (const std::string_view name : m_names) {
            const auto found = m_index.m_ids.find(name);
            if (found == m_index.m_ids.end()) {
                return wrong(fmt::format("{} uses \"{}\", which no node before it computes",
                                         describe_node(m_graph, number), name),
                             "export the model again, with its nodes in order of computation");
            }
            // Marks of the last use keep this linear for nodes that read the same tensor often.
            if (m_last_use[found->second] != number + 1) {
                m_last_use[found->second] = number + 1;
                m_index.m_inputs.push_back(found->second);
                varies = varies || m_index.tensors[found->second].varies;
            }
        }
        for (const std::string& name : node.output()) {
            if (name.empty()) {
                continue;
            }
            if (m_index.m_ids.contains(name)) {
                return wrong(fmt::format("{} computes \"{}\", which is there already",
                                         describe_node(m_graph, number), name),
                             "export the model again, with a name of its own for each tensor");
            }
            const Id id = add(name, GraphIndex::Origin::node);
            m_index.tensors[id].producer = static_cast<Id>(number);
            m_index.tensors[id].varies = varies;
            m_index.m_outputs.push_back(id);
            m_last_use.push_back(0);
        }
        m_index.m_input_begin.push_back(m_index.m_inputs.size());
        m_index.m_output_begin.push_back(m_index.m_outputs.size());
        m_index.nodes.push_back({varies, false});
        return {};
    }

    Result<void> add_outputs() {
        for (const onnx::ValueInfoProto& output : m_graph.output()) {
            Id id = 0;
            if (!m_index.find(output.name(), id)) {
                return wrong(fmt::format("nothing computes the output \"{}\"", output.name()),
                             "export the model again");
            }
            if (!m_index.tensors[id].is_output) {
                m_index.tensors[id].is_output = true;
                m_index.outputs.push_back(id);
            }
        }
        return {};
    }

    void mark_useful() {
        for (const Id id : m_index.outputs) {
            m_index.tensors[id].useful = true;
        }
        for (std::size_t node = m_index.nodes.size(); node-- > 0;) {
            m_index.nodes[node].useful = std::ranges::any_of(
                m_index.outputs_of(node), [this](Id id) { return m_index.tensors[id].useful; });
            if (m_index.nodes[node].useful) {
                for (const Id id : m_index.inputs_of(node)) {
                    m_index.tensors[id].useful = true;
                }
            }
        }
    }

    const onnx::GraphProto& m_graph;
    const std::string& m_shown_as;
    GraphIndex m_index;
    std::vector<std::string_view> m_names;
    std::vector<std::size_t> m_last_use;
};

} // namespace

bool GraphIndex::find(std::string_view name, Id& id) const {
    const auto found = m_ids.find(name);
    if (found == m_ids.end()) {
        return false;
    }
    id = found->second;
    return true;
}

Result<GraphIndex> index_graph(const onnx::GraphProto& graph, const std::string& shown_as) {
    return Indexer(graph, shown_as).run();
}

std::string describe_node(const onnx::GraphProto& graph, std::size_t node) {
    const onnx::NodeProto& message = graph.node(static_cast<int>(node));
    if (!message.name().empty()) {
        return fmt::format("{} node \"{}\"", message.op_type(), message.name());
    }
    return fmt::format("{} node {}", message.op_type(), node + 1);
}

} // namespace aisprint::partition
