// SPDX-License-Identifier: Apache-2.0
#include "crossing.hpp"
#include "extract.hpp"
#include "flops.hpp"
#include "model_impl.hpp"
#include "tensor_info.hpp"

#include "aisprint/partition/cuts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace aisprint::partition {

namespace {

using Id = GraphIndex::Id;

/// Sums over the nodes of a part and the initializers that they, or an output, need.
SideCost cost_of(const Model::Impl& model, const Part& part, const std::vector<Id>& targets) {
    SideCost cost;
    std::vector<bool> read(model.graph.tensors.size(), false);
    for (const Id id : targets) {
        read[id] = true;
    }
    for (std::size_t node = 0; node < part.nodes.size(); ++node) {
        if (part.nodes[node]) {
            ++cost.nodes;
            cost.flops = saturating_sum(cost.flops, node_flops(model, node));
            for (const Id id : model.graph.inputs_of(node)) {
                read[id] = true;
            }
        }
    }
    const auto add = [&](const std::string& name, const onnx::TensorProto& tensor) {
        Id id = 0;
        if (model.graph.find(name, id) && read[id]) {
            const TensorInfo info = make_tensor_info(tensor);
            cost.parameters = saturating_sum(cost.parameters, info.known_elements);
            cost.parameter_bytes = saturating_sum(cost.parameter_bytes, info.bytes);
        }
    };
    for (const onnx::TensorProto& tensor : model.proto.graph().initializer()) {
        add(tensor.name(), tensor);
    }
    for (const onnx::SparseTensorProto& tensor : model.proto.graph().sparse_initializer()) {
        add(tensor.values().name(), tensor.values());
    }
    return cost;
}

tl::unexpected<Failure> wrong(const char* code, std::string message, std::string hint) {
    return fail(ErrorKind::usage, make_error(code, std::move(message), std::move(hint)));
}

/// The tensors of these names, in order of computation.
Result<std::vector<Id>> find_tensors(const Model& model, const std::vector<std::string>& names) {
    const GraphIndex& graph = model.impl().graph;
    std::vector<Id> ids;
    for (const std::string& name : names) {
        Id id = 0;
        if (!graph.find(name, id)) {
            const std::optional<std::string> close = closest_name(name, model.tensor_names());
            return wrong("PRT013", fmt::format("{} has no tensor \"{}\"", model.shown_as(), name),
                         close ? fmt::format("did you mean \"{}\"?", *close)
                               : "list the cuts to see the names of tensors");
        }
        if (!graph.tensors[id].varies) {
            return wrong(
                "PRT014",
                fmt::format("cannot cut {} at \"{}\": it is a constant", model.shown_as(), name),
                "name tensors that depend on an input");
        }
        ids.push_back(id);
    }
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

} // namespace

Result<Cut> make_cut(const Model& model, const std::vector<std::string>& tensors) {
    const Model::Impl& impl = model.impl();
    AISPRINT_TRY_ASSIGN(const std::vector<Id> ids, find_tensors(model, tensors));
    Cut cut;
    std::vector<Id> first_outputs;
    for (const Id id : ids) {
        add_crossing_tensor(cut, impl, id);
        if (impl.graph.tensors[id].origin != GraphIndex::Origin::input) {
            first_outputs.push_back(id);
        }
    }
    std::vector<Id> second_outputs = impl.graph.outputs;
    std::erase_if(second_outputs, [&ids](Id id) { return std::ranges::count(ids, id) != 0; });
    const Part first = find_part(impl.graph, first_outputs, {});
    const Part second = find_part(impl.graph, second_outputs, ids);
    if (!second.used_inputs.empty()) {
        return wrong("PRT014",
                     fmt::format("cannot cut {} there: a way from input \"{}\" to an output does "
                                 "not cross the cut",
                                 model.shown_as(),
                                 impl.graph.tensors[second.used_inputs.front()].name),
                     "list the cuts to see which tensors can be cut at, if need be with a larger "
                     "--max_tensors");
    }
    for (const Id id : ids) {
        if (!impl.graph.tensors[id].is_output && std::ranges::count(second.used, id) == 0) {
            return wrong("PRT014",
                         fmt::format("cannot cut {} there: the part behind the cut does not need "
                                     "\"{}\"",
                                     model.shown_as(), impl.graph.tensors[id].name),
                         "leave this tensor out");
        }
    }
    for (std::size_t node = 0; node < impl.graph.nodes.size(); ++node) {
        const bool computed_twice =
            first.nodes[node] && second.nodes[node] && impl.graph.nodes[node].varies;
        if (computed_twice) {
            return wrong("PRT014",
                         fmt::format("cannot cut {} there: both sides would need the result of {}",
                                     model.shown_as(), describe_node(impl.proto.graph(), node)),
                         "list the cuts to see which tensors can be cut at, if need be with a "
                         "larger --max_tensors");
        }
    }
    if (first.node_count == 0 || second.node_count == 0) {
        return wrong("PRT014",
                     fmt::format("cannot cut {} there: one side would be empty", model.shown_as()),
                     "name tensors between the inputs and the outputs");
    }
    cut.first = cost_of(impl, first, first_outputs);
    cut.second = cost_of(impl, second, second_outputs);
    return cut;
}

} // namespace aisprint::partition
