// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/diagnostic.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::annotations {

/// What a Python literal is. Tuples count as lists.
enum class ValueKind { none, boolean, integer, floating, string, list, dict };

/// A Python value that is known without running the program, and where it stands.
///
/// Only the members that belong to `kind` mean something; the others keep their defaults.
struct Value {
    ValueKind kind = ValueKind::none;
    /// boolean
    bool boolean = false;
    /// integer
    std::int64_t integer = 0;
    /// floating
    double floating = 0.0;
    /// string: the decoded text. integer, floating: the literal as written ("0x10", "1e-3"),
    /// or the computed number when the source holds an expression.
    std::string text;
    /// list: the items. dict: the values, in the order of the source.
    std::vector<Value> items;
    /// dict: the keys; keys[i] belongs to items[i].
    std::vector<Value> keys;
    /// Where the expression stands that gave the value.
    Span span;

    /// True for integers and floating-point numbers; booleans are none.
    [[nodiscard]] bool is_number() const;

    /// The number as a double; 0 for what is no number.
    [[nodiscard]] double number() const;

    /// The value of a dict under a string key, or null.
    [[nodiscard]] const Value* find(std::string_view key) const;
};

/// True if both are the same value: kind and content count, spelling and place do not
/// (so 16 equals 0x10, while 1 differs from 1.0).
[[nodiscard]] bool operator==(const Value& left, const Value& right);

/// The value in Python notation, for messages: 'text', 3, [1, 2], None. Long ones are cut short.
[[nodiscard]] std::string to_display(const Value& value);

/// The kind in words, with article: "a string", "an integer", "None".
[[nodiscard]] std::string describe_kind(const Value& value);

} // namespace aisprint::annotations
