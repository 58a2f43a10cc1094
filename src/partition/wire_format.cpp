// SPDX-License-Identifier: Apache-2.0
#include "wire_format.hpp"

#include "aisprint/base/result.hpp"

#include <algorithm>

namespace aisprint::partition {

namespace {

/// Reads a varint from at most `available` bytes; the number of bytes used, 0 if it is malformed.
std::size_t parse_varint(const char* bytes, std::size_t available, std::uint64_t& value) {
    value = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(available, 10); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        value |= std::uint64_t{byte & 0x7fU} << (7 * i);
        if ((byte & 0x80U) == 0) {
            return i + 1;
        }
    }
    return 0;
}

} // namespace

std::optional<Message> child_message(Message parent, std::uint32_t field) {
    struct Row {
        Message parent;
        std::uint32_t field;
        Message child;
    };
    static constexpr Row k_rows[] = {
        {Message::model, 7, Message::graph},         {Message::model, 20, Message::training},
        {Message::model, 25, Message::function},     {Message::graph, 1, Message::node},
        {Message::graph, 5, Message::tensor},        {Message::graph, 15, Message::sparse},
        {Message::node, 5, Message::attribute},      {Message::attribute, 5, Message::tensor},
        {Message::attribute, 6, Message::graph},     {Message::attribute, 10, Message::tensor},
        {Message::attribute, 11, Message::graph},    {Message::attribute, 22, Message::sparse},
        {Message::attribute, 23, Message::sparse},   {Message::sparse, 1, Message::tensor},
        {Message::sparse, 2, Message::tensor},       {Message::function, 7, Message::node},
        {Message::function, 11, Message::attribute}, {Message::training, 1, Message::graph},
        {Message::training, 2, Message::graph},
    };
    for (const Row& row : k_rows) {
        if (row.parent == parent && row.field == field) {
            return row.child;
        }
    }
    return std::nullopt;
}

bool holds_content(std::uint32_t field) {
    return field == k_float_data || field == k_int32_data || field == k_int64_data ||
           field == k_raw_data || field == k_double_data || field == k_uint64_data;
}

void append_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

void append_header(std::string& out, std::uint32_t field, std::uint64_t size) {
    append_varint(out, (std::uint64_t{field} << 3) | k_length_delimited);
    append_varint(out, size);
}

bool parse_field(std::string_view head, std::uint64_t begin, std::uint64_t limit, Field& field) {
    std::uint64_t tag = 0;
    const std::size_t tag_bytes = parse_varint(head.data(), head.size(), tag);
    if (tag_bytes == 0 || tag >> 3 == 0 || tag >> 32 != 0) {
        return false;
    }
    field.number = static_cast<std::uint32_t>(tag >> 3);
    field.wire = static_cast<std::uint32_t>(tag & 7);
    field.begin = begin;
    field.payload = begin + tag_bytes;
    std::uint64_t size = 0;
    if (field.wire == k_varint || field.wire == k_length_delimited) {
        const std::size_t used =
            parse_varint(head.data() + tag_bytes, head.size() - tag_bytes, field.value);
        if (used == 0) {
            return false;
        }
        size = field.wire == k_varint ? used : field.value;
        field.payload += field.wire == k_varint ? 0 : used;
    } else if (field.wire == k_fixed64 || field.wire == k_fixed32) {
        size = field.wire == k_fixed64 ? 8 : 4;
    } else {
        return false;
    }
    if (field.payload > limit || size > limit - field.payload) {
        return false;
    }
    field.end = field.payload + size;
    return true;
}

Field field_at(std::string_view message, std::size_t begin) {
    Field field;
    AISPRINT_ASSERT(parse_field(message.substr(begin), begin, message.size(), field));
    return field;
}

} // namespace aisprint::partition
