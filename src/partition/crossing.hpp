// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model_impl.hpp"
#include "tensor_info.hpp"

#include "aisprint/partition/cuts.hpp"

namespace aisprint::partition {

/// Adds a tensor to what crosses a cut: its size, and whether an end of the model knows it.
inline void add_crossing_tensor(Cut& cut, const Model::Impl& model, GraphIndex::Id id) {
    const GraphIndex::Tensor& tensor = model.graph.tensors[id];
    const TensorInfo& info = model.info(id);
    cut.tensors.push_back(info);
    cut.elements = saturating_sum(cut.elements, info.known_elements);
    cut.bytes = saturating_sum(cut.bytes, info.bytes);
    if (tensor.origin == GraphIndex::Origin::input) {
        cut.forwarded_inputs.push_back(info.name);
    }
    if (tensor.is_output) {
        cut.finished_outputs.push_back(info.name);
    }
}

} // namespace aisprint::partition
