// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "onnx_proto.hpp"

#include <cstdint>
#include <optional>
#include <string>

// The one place that calls the onnx library, and that catches what it and protobuf throw.

namespace aisprint::partition {

/// Parses a serialised model; false if it is not one.
[[nodiscard]] bool parse_model(const std::string& bytes, onnx::ModelProto& model);

/// The model as bytes; nothing if it is larger than 2 GiB.
[[nodiscard]] std::optional<std::string> serialise_model(const onnx::ModelProto& model);

/// Names an attribute by which onnx's shape inference would divide although it is not positive
/// (strides, dilations, block sizes); empty if there is none. Subgraphs are looked at, too.
[[nodiscard]] std::string find_bad_divisor(const onnx::ModelProto& model);

/// What the checker of onnx says against the model; empty if nothing.
[[nodiscard]] std::string check_model(const onnx::ModelProto& model);

/// Adds the types and shapes that can be inferred, in place, to the value infos. Returns what
/// went wrong, if anything did; what was found before stays.
[[nodiscard]] std::string infer_shapes(onnx::ModelProto& model);

/// What is newer in this model than the onnx library knows ("operator set 21; 17 is known");
/// empty if nothing is. The checker is of no use for such a model.
[[nodiscard]] std::string newer_than_library(const onnx::ModelProto& model);

} // namespace aisprint::partition
