// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aisprint::training {

/// What a literal is. Tuples are lists.
enum class LiteralKind { none, boolean, number, text, list, dictionary };

/// A value as configuration files write it: the literals of Python. [begin, end) is its place in
/// the text that it was read from.
struct Literal {
    LiteralKind kind = LiteralKind::none;
    bool flag = false;
    double number = 0;
    bool is_whole = false; ///< the number has neither point nor exponent
    std::string text;
    bool is_bare = false;                             ///< a text without quotes: not a literal
    std::vector<Literal> items;                       ///< of a list
    std::vector<std::pair<Literal, Literal>> entries; ///< of a dictionary
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Why a text is not a literal.
struct LiteralError {
    std::size_t at = 0;
    std::string expected;
};

/// A value as read: what is not a literal is a bare text, with the reason. A comment (" #...") at
/// the end does not count.
struct ReadLiteral {
    Literal value;
    std::optional<LiteralError> error;
};

/// Reads one literal; there is always one.
[[nodiscard]] ReadLiteral read_literal(std::string_view text);

} // namespace aisprint::training
