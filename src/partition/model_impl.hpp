// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph_index.hpp"
#include "onnx_proto.hpp"
#include "wire.hpp"

#include "aisprint/partition/model.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace aisprint::partition {

/// A model in memory: everything but the contents of large tensors.
struct Model::Impl {
    explicit Impl(BlobStore blob_store) : store(std::move(blob_store)) {}

    /// What is known of a tensor, by its number in `graph`.
    [[nodiscard]] const TensorInfo& info(GraphIndex::Id id) const { return infos[id]; }

    BlobStore store;
    /// The reduced model after shape inference, with the shapes that the file leaves open.
    onnx::ModelProto proto;
    GraphIndex graph;
    /// With the input shapes that the user gave.
    std::vector<TensorInfo> infos;
    /// Tensors that have a value info, in order: those of the file first, then inferred ones.
    std::vector<GraphIndex::Id> listed;
    /// Value infos of `proto`: of the list, of the inputs and of the outputs.
    std::unordered_map<std::string_view, const onnx::ValueInfoProto*> value_infos;
    std::vector<std::string> assumptions;
    /// Passed the checker of onnx.
    bool checked = false;
    std::uint64_t parameters = 0;
    std::uint64_t parameter_bytes = 0;
};

} // namespace aisprint::partition
