// SPDX-License-Identifier: Apache-2.0
#include "tensor_info.hpp"

#include <array>
#include <limits>

namespace aisprint::partition {

namespace {

struct ElementType {
    const char* name;
    std::uint64_t bytes;
};

/// By number of TensorProto.DataType; those after 16 are newer than the library's own list.
constexpr std::array<ElementType, 21> k_element_types = {{
    {"", 0},
    {"float32", 4},
    {"uint8", 1},
    {"int8", 1},
    {"uint16", 2},
    {"int16", 2},
    {"int32", 4},
    {"int64", 8},
    {"string", 0},
    {"bool", 1},
    {"float16", 2},
    {"float64", 8},
    {"uint32", 4},
    {"uint64", 8},
    {"complex64", 8},
    {"complex128", 16},
    {"bfloat16", 2},
    {"float8e4m3fn", 1},
    {"float8e4m3fnuz", 1},
    {"float8e5m2", 1},
    {"float8e5m2fnuz", 1},
}};

ElementType element_type(std::int32_t data_type) {
    if (data_type < 0 || static_cast<std::size_t>(data_type) >= k_element_types.size()) {
        return k_element_types[0];
    }
    return k_element_types[static_cast<std::size_t>(data_type)];
}

void set_elements(TensorInfo& info, std::uint64_t bytes_each) {
    info.known_elements = 1;
    bool first_unknown = false;
    bool other_unknown = false;
    for (std::size_t i = 0; i < info.shape.size(); ++i) {
        if (info.shape[i]) {
            info.known_elements =
                saturating_product(info.known_elements, static_cast<std::uint64_t>(*info.shape[i]));
        } else {
            (i == 0 && info.shape.size() > 1 ? first_unknown : other_unknown) = true;
        }
    }
    info.bytes = saturating_product(info.known_elements, bytes_each);
    info.knowledge = other_unknown   ? ShapeKnowledge::partial
                     : first_unknown ? ShapeKnowledge::batch
                                     : ShapeKnowledge::complete;
}

} // namespace

std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b) {
    std::uint64_t result = 0;
    return __builtin_mul_overflow(a, b, &result) ? std::numeric_limits<std::uint64_t>::max()
                                                 : result;
}

std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) {
    std::uint64_t result = 0;
    return __builtin_add_overflow(a, b, &result) ? std::numeric_limits<std::uint64_t>::max()
                                                 : result;
}

std::uint64_t element_bytes(std::int32_t data_type) {
    return element_type(data_type).bytes;
}

TensorInfo make_tensor_info(const std::string& name, const onnx::TypeProto& type) {
    TensorInfo info;
    info.name = name;
    switch (type.value_case()) {
    case onnx::TypeProto::kTensorType:
        break;
    case onnx::TypeProto::kSequenceType:
        info.element_type = "sequence";
        return info;
    case onnx::TypeProto::kMapType:
        info.element_type = "map";
        return info;
    case onnx::TypeProto::kOptionalType:
        info.element_type = "optional";
        return info;
    case onnx::TypeProto::kSparseTensorType:
        info.element_type = "sparse";
        return info;
    default:
        return info;
    }
    const ElementType element = element_type(type.tensor_type().elem_type());
    info.element_type = element.name;
    if (!type.tensor_type().has_shape()) {
        return info;
    }
    for (const onnx::TensorShapeProto::Dimension& dimension : type.tensor_type().shape().dim()) {
        // Some exporters write -1 for an unknown size.
        const bool known = dimension.has_dim_value() && dimension.dim_value() >= 0;
        info.shape.push_back(known ? std::optional(dimension.dim_value()) : std::nullopt);
    }
    set_elements(info, element.bytes);
    return info;
}

TensorInfo make_tensor_info(const onnx::TensorProto& tensor) {
    TensorInfo info;
    info.name = tensor.name();
    info.element_type = element_type(tensor.data_type()).name;
    for (const std::int64_t size : tensor.dims()) {
        info.shape.push_back(size >= 0 ? std::optional(size) : std::nullopt);
    }
    set_elements(info, element_type(tensor.data_type()).bytes);
    return info;
}

std::string to_string(const TensorInfo& tensor) {
    if (tensor.knowledge == ShapeKnowledge::none) {
        return "?";
    }
    if (tensor.shape.empty()) {
        return "scalar";
    }
    std::string text;
    for (const std::optional<std::int64_t>& size : tensor.shape) {
        text += text.empty() ? "" : "x";
        text += size ? std::to_string(*size) : "?";
    }
    return text;
}

} // namespace aisprint::partition
