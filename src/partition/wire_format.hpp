// SPDX-License-Identifier: Apache-2.0
// The wire format of protobuf, and where onnx.proto has tensors. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aisprint::partition {

/// The messages of onnx.proto that tensors can be in.
enum class Message { model, graph, node, attribute, tensor, sparse, function, training };

/// The message that a field of `parent` holds, if tensors can be in it.
[[nodiscard]] std::optional<Message> child_message(Message parent, std::uint32_t field);

// Fields of TensorProto.
inline constexpr std::uint32_t k_data_type = 2;
inline constexpr std::uint32_t k_float_data = 4;
inline constexpr std::uint32_t k_int32_data = 5;
inline constexpr std::uint32_t k_int64_data = 7;
inline constexpr std::uint32_t k_raw_data = 9;
inline constexpr std::uint32_t k_double_data = 10;
inline constexpr std::uint32_t k_uint64_data = 11;
inline constexpr std::uint32_t k_external_data = 13;
inline constexpr std::uint32_t k_data_location = 14;

/// True for the fields of TensorProto that the content of a tensor can be in.
[[nodiscard]] bool holds_content(std::uint32_t field);

// Kinds of fields on the wire.
inline constexpr std::uint32_t k_varint = 0;
inline constexpr std::uint32_t k_fixed64 = 1;
inline constexpr std::uint32_t k_length_delimited = 2;
inline constexpr std::uint32_t k_fixed32 = 5;

void append_varint(std::string& out, std::uint64_t value);

/// The tag and the length of a field that `size` bytes follow.
void append_header(std::string& out, std::uint32_t field, std::uint64_t size);

/// One field of a message; the payload of a varint is its value, otherwise a range.
struct Field {
    std::uint32_t number = 0;
    std::uint32_t wire = 0;
    std::uint64_t value = 0;
    std::uint64_t begin = 0;
    std::uint64_t payload = 0;
    std::uint64_t end = 0;

    [[nodiscard]] std::uint64_t size() const { return end - payload; }
};

/// The field that starts at `begin`, of which `head` are the first bytes; false if malformed, or if
/// it ends behind `limit`.
[[nodiscard]] bool
parse_field(std::string_view head, std::uint64_t begin, std::uint64_t limit, Field& field);

/// The field at `begin` of a message in memory that is known to be well-formed.
[[nodiscard]] Field field_at(std::string_view message, std::size_t begin);

} // namespace aisprint::partition
