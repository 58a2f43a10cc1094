// SPDX-License-Identifier: Apache-2.0
#include "extract.hpp"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace aisprint::partition {

namespace {

using Id = GraphIndex::Id;
using NameSet = std::unordered_set<std::string_view>;

/// The last format version in which every initializer must be an input as well.
constexpr std::int64_t k_initializers_are_inputs_until = 3;

class PartBuilder {
public:
    PartBuilder(const Model::Impl& model, const Part& part) : m_model(model), m_part(part) {}

    Result<onnx::ModelProto> run(const std::vector<Id>& inputs, const std::vector<Id>& outputs) {
        onnx::ModelProto result;
        result.set_ir_version(m_model.proto.ir_version());
        // Readers of old files look at this name; the version would say nothing about the model.
        result.set_producer_name("aisprint");
        *result.mutable_opset_import() = m_model.proto.opset_import();
        onnx::GraphProto& graph = *result.mutable_graph();
        graph.set_name("Extracted from {" + source().name() + "}");
        for (const Id id : inputs) {
            AISPRINT_TRY(add_value_info(id, *graph.add_input()));
        }
        for (const Id id : outputs) {
            AISPRINT_TRY(add_value_info(id, *graph.add_output()));
            m_names.insert(m_model.graph.tensors[id].name);
        }
        add_nodes(graph);
        add_annotations(graph);
        add_initializers(graph);
        add_value_infos(graph);
        add_functions(result);
        if (result.ir_version() <= k_initializers_are_inputs_until) {
            add_initializers_as_inputs(graph);
        }
        return result;
    }

private:
    [[nodiscard]] const onnx::GraphProto& source() const { return m_model.proto.graph(); }

    Result<void> add_value_info(Id id, onnx::ValueInfoProto& target) const {
        const std::string_view name = m_model.graph.tensors[id].name;
        const auto found = m_model.value_infos.find(name);
        if (found == m_model.value_infos.end() ||
            found->second->type().value_case() == onnx::TypeProto::VALUE_NOT_SET) {
            return fail(
                ErrorKind::input,
                make_error("PRT020",
                           fmt::format("the model {} cannot be cut at \"{}\": its type is unknown",
                                       m_model.store.shown_as(), name),
                           "choose another tensor, or add its type to the model's value infos"));
        }
        target = *found->second;
        return {};
    }

    void add_nodes(onnx::GraphProto& graph) {
        for (std::size_t i = 0; i < m_part.nodes.size(); ++i) {
            if (!m_part.nodes[i]) {
                continue;
            }
            *graph.add_node() = source().node(static_cast<int>(i));
            for (const Id id : m_model.graph.inputs_of(i)) {
                m_names.insert(m_model.graph.tensors[id].name);
            }
            for (const Id id : m_model.graph.outputs_of(i)) {
                m_names.insert(m_model.graph.tensors[id].name);
            }
        }
    }

    /// Scales and zero points that an annotation names are initializers that no node may use.
    void add_annotations(onnx::GraphProto& graph) {
        for (const onnx::TensorAnnotation& annotation : source().quantization_annotation()) {
            if (!m_names.contains(annotation.tensor_name())) {
                continue;
            }
            *graph.add_quantization_annotation() = annotation;
            for (const auto& entry : annotation.quant_parameter_tensor_names()) {
                m_parameter_names.insert(entry.value());
            }
        }
    }

    [[nodiscard]] bool is_needed(const std::string& name) const {
        return m_names.contains(name) || m_parameter_names.contains(name);
    }

    void add_initializers(onnx::GraphProto& graph) const {
        for (const onnx::TensorProto& tensor : source().initializer()) {
            if (is_needed(tensor.name())) {
                *graph.add_initializer() = tensor;
            }
        }
        for (const onnx::SparseTensorProto& tensor : source().sparse_initializer()) {
            if (is_needed(tensor.values().name())) {
                *graph.add_sparse_initializer() = tensor;
            }
        }
    }

    void add_value_infos(onnx::GraphProto& graph) const {
        for (const onnx::ValueInfoProto& info : source().value_info()) {
            if (m_names.contains(info.name())) {
                *graph.add_value_info() = info;
            }
        }
    }

    void add_initializers_as_inputs(onnx::GraphProto& graph) const {
        for (const onnx::TensorProto& tensor : graph.initializer()) {
            onnx::ValueInfoProto& input = *graph.add_input();
            const auto known = m_model.value_infos.find(tensor.name());
            if (known != m_model.value_infos.end()) {
                input = *known->second;
                continue;
            }
            input.set_name(tensor.name());
            onnx::TypeProto::Tensor& type = *input.mutable_type()->mutable_tensor_type();
            type.set_elem_type(tensor.data_type());
            type.mutable_shape();
            for (const std::int64_t size : tensor.dims()) {
                type.mutable_shape()->add_dim()->set_dim_value(size);
            }
        }
    }

    /// Keeps the functions of the model that the nodes call, and those that they call.
    void add_functions(onnx::ModelProto& result) const {
        if (m_model.proto.functions_size() == 0) {
            return;
        }
        std::set<std::pair<std::string_view, std::string_view>> called;
        collect_calls(result.graph(), called);
        std::vector<bool> kept(static_cast<std::size_t>(m_model.proto.functions_size()), false);
        for (bool changed = true; changed;) {
            changed = false;
            for (int i = 0; i < m_model.proto.functions_size(); ++i) {
                const onnx::FunctionProto& function = m_model.proto.functions(i);
                if (!kept[static_cast<std::size_t>(i)] &&
                    called.contains({function.domain(), function.name()})) {
                    kept[static_cast<std::size_t>(i)] = changed = true;
                    collect_calls(function, called);
                }
            }
        }
        for (int i = 0; i < m_model.proto.functions_size(); ++i) {
            if (kept[static_cast<std::size_t>(i)]) {
                *result.add_functions() = m_model.proto.functions(i);
            }
        }
    }

    /// Of the nodes of a graph or a function, and of their sub-graphs.
    template <class Nodes>
    static void collect_calls(const Nodes& holder,
                              std::set<std::pair<std::string_view, std::string_view>>& called) {
        for (const onnx::NodeProto& node : holder.node()) {
            called.emplace(node.domain(), node.op_type());
            for (const onnx::AttributeProto& attribute : node.attribute()) {
                if (attribute.has_g()) {
                    collect_calls(attribute.g(), called);
                }
                for (const onnx::GraphProto& graph : attribute.graphs()) {
                    collect_calls(graph, called);
                }
            }
        }
    }

    const Model::Impl& m_model;
    const Part& m_part;
    NameSet m_names;
    NameSet m_parameter_names;
};

} // namespace

Part find_part(const GraphIndex& graph,
               const std::vector<Id>& targets,
               const std::vector<Id>& given) {
    enum class Mark : std::uint8_t { none, needed, there, there_and_used };
    std::vector<Mark> marks(graph.tensors.size(), Mark::none);
    for (const Id id : given) {
        marks[id] = Mark::there;
    }
    const auto need = [&marks](Id id) {
        const bool is_given = marks[id] == Mark::there || marks[id] == Mark::there_and_used;
        marks[id] = is_given ? Mark::there_and_used : Mark::needed;
    };
    for (const Id id : targets) {
        need(id);
    }
    Part part;
    part.nodes.assign(graph.nodes.size(), false);
    for (std::size_t node = graph.nodes.size(); node-- > 0;) {
        for (const Id id : graph.outputs_of(node)) {
            part.nodes[node] = part.nodes[node] || marks[id] == Mark::needed;
        }
        if (part.nodes[node]) {
            ++part.node_count;
            for (const Id id : graph.inputs_of(node)) {
                need(id);
            }
        }
    }
    for (const Id id : given) {
        if (marks[id] == Mark::there_and_used) {
            part.used.push_back(id);
        }
    }
    for (const Id id : graph.inputs) {
        if (marks[id] == Mark::needed) {
            part.used_inputs.push_back(id);
        }
    }
    return part;
}

Result<onnx::ModelProto> build_part(const Model::Impl& model,
                                    const Part& part,
                                    const std::vector<Id>& inputs,
                                    const std::vector<Id>& outputs) {
    return PartBuilder(model, part).run(inputs, outputs);
}

} // namespace aisprint::partition
