// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model_impl.hpp"

#include "aisprint/base/result.hpp"

#include <cstddef>
#include <vector>

namespace aisprint::partition {

/// The part of a graph that computes some tensors from others.
struct Part {
    /// For each node of the graph, whether it is in the part.
    std::vector<bool> nodes;
    std::size_t node_count = 0;
    /// Which of the given tensors are used, in the order given.
    std::vector<GraphIndex::Id> used;
    /// Inputs of the model that are used besides those, in order.
    std::vector<GraphIndex::Id> used_inputs;
};

/// The part that computes `targets`, where the tensors `given` are there already. Targets that
/// are given themselves count as used.
[[nodiscard]] Part find_part(const GraphIndex& graph,
                             const std::vector<GraphIndex::Id>& targets,
                             const std::vector<GraphIndex::Id>& given);

/// The part as a (reduced) model with these inputs and outputs, and the value infos, initializers,
/// functions and annotations that belong to it, in the order of the model. Fails (input, PRT020)
/// if the type of an input or output is unknown.
[[nodiscard]] Result<onnx::ModelProto> build_part(const Model::Impl& model,
                                                  const Part& part,
                                                  const std::vector<GraphIndex::Id>& inputs,
                                                  const std::vector<GraphIndex::Id>& outputs);

} // namespace aisprint::partition
