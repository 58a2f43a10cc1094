// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "onnx_proto.hpp"

#include "aisprint/partition/model.hpp"

#include <cstdint>
#include <string>

namespace aisprint::partition {

/// What a type says about a tensor.
[[nodiscard]] TensorInfo make_tensor_info(const std::string& name, const onnx::TypeProto& type);

/// What is known of an initializer.
[[nodiscard]] TensorInfo make_tensor_info(const onnx::TensorProto& tensor);

/// Bytes of one element of a data type of TensorProto; 0 if they have no fixed size.
[[nodiscard]] std::uint64_t element_bytes(std::int32_t data_type);

/// a * b and a + b, or the largest number if that is too large.
[[nodiscard]] std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b);
[[nodiscard]] std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b);

} // namespace aisprint::partition
