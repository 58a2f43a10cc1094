// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/value.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aisprint::annotations {

namespace {

constexpr std::size_t k_max_items = 6;
constexpr std::size_t k_max_text = 60;

std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        if (result.size() > k_max_text && (static_cast<unsigned char>(c) & 0xc0U) != 0x80U) {
            return result + "...'";
        }
        if (c == '\n') {
            result += "\\n";
        } else if (c == '\t') {
            result += "\\t";
        } else if (static_cast<unsigned char>(c) < 0x20) {
            result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            if (c == '\'' || c == '\\') {
                result += '\\';
            }
            result += c;
        }
    }
    return result + "'";
}

std::string display_items(const Value& value) {
    std::string result;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        result += i == 0 ? "" : ", ";
        if (i == k_max_items) {
            return result + "...";
        }
        if (value.kind == ValueKind::dict) {
            result += to_display(value.keys[i]) + ": ";
        }
        result += to_display(value.items[i]);
    }
    return result;
}

} // namespace

bool Value::is_number() const {
    return kind == ValueKind::integer || kind == ValueKind::floating;
}

double Value::number() const {
    if (kind == ValueKind::integer) {
        return static_cast<double>(integer);
    }
    return kind == ValueKind::floating ? floating : 0.0;
}

const Value* Value::find(std::string_view key) const {
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (keys[i].kind == ValueKind::string && keys[i].text == key) {
            return &items[i];
        }
    }
    return nullptr;
}

bool operator==(const Value& left, const Value& right) {
    if (left.kind != right.kind) {
        return false;
    }
    switch (left.kind) {
    case ValueKind::none:
        return true;
    case ValueKind::boolean:
        return left.boolean == right.boolean;
    case ValueKind::integer:
        return left.integer == right.integer;
    case ValueKind::floating:
        return left.floating == right.floating;
    case ValueKind::string:
        return left.text == right.text;
    case ValueKind::list:
        return left.items == right.items;
    case ValueKind::dict:
        return left.keys == right.keys && left.items == right.items;
    }
    return false;
}

std::string to_display(const Value& value) {
    switch (value.kind) {
    case ValueKind::none:
        return "None";
    case ValueKind::boolean:
        return value.boolean ? "True" : "False";
    case ValueKind::integer:
    case ValueKind::floating:
        return value.text;
    case ValueKind::string:
        return quoted(value.text);
    case ValueKind::list:
        return "[" + display_items(value) + "]";
    case ValueKind::dict:
        return "{" + display_items(value) + "}";
    }
    return {};
}

std::string describe_kind(const Value& value) {
    switch (value.kind) {
    case ValueKind::none:
        return "None";
    case ValueKind::boolean:
        return "a boolean";
    case ValueKind::integer:
        return "an integer";
    case ValueKind::floating:
        return "a number";
    case ValueKind::string:
        return "a string";
    case ValueKind::list:
        return "a list";
    case ValueKind::dict:
        return "a dictionary";
    }
    return {};
}

} // namespace aisprint::annotations
