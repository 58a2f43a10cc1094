// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model_impl.hpp"

#include <cstddef>
#include <cstdint>

namespace aisprint::partition {

/// Estimated floating point operations of a node for one run, a multiplication and an addition
/// counting two; 0 if shapes or the operator are unknown. Unknown dimensions count as 1.
[[nodiscard]] std::uint64_t node_flops(const Model::Impl& model, std::size_t node);

/// True if a node only rearranges or adjusts what it gets (activations, normalizations, shapes),
/// so that a cut before it and one behind it are the same to the user.
[[nodiscard]] bool is_light(const onnx::NodeProto& node);

} // namespace aisprint::partition
