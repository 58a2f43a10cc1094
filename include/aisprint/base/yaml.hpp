// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aisprint::yaml {

struct Entry;

/// What a node is. An absent value (`key:`) and a plain `null` or `~` are both `null`.
enum class Kind { null, scalar, sequence, mapping };

/// How a scalar is spelt: `plain` text may stand for a number or a boolean, `text` never does.
enum class Spelling { plain, text };

/// A YAML document as a tree that keeps the order of keys and the places in the source.
struct Node {
    Kind kind = Kind::null;
    Spelling spelling = Spelling::text;
    std::string scalar;
    std::vector<Node> items;
    std::vector<Entry> entries;
    Span span;

    /// The value under `key`, or null if this is no mapping or has no such key.
    [[nodiscard]] const Node* find(std::string_view key) const;
    [[nodiscard]] Node* find(std::string_view key);

    /// The entry under `key`, or null.
    [[nodiscard]] const Entry* find_entry(std::string_view key) const;

    /// Appends an entry with a text key; returns the value as stored.
    Node& add(std::string key, Node value);

    /// Appends an item; returns it as stored.
    Node& push(Node value);

    [[nodiscard]] bool is_null() const { return kind == Kind::null; }
    [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
    [[nodiscard]] bool is_sequence() const { return kind == Kind::sequence; }
    [[nodiscard]] bool is_mapping() const { return kind == Kind::mapping; }
};

/// A key with its value. Keys are scalars.
struct Entry {
    std::string key;
    Span key_span;
    Node value;
    Spelling key_spelling = Spelling::text;
};

/// Equal in content: places do not count, spelling does.
[[nodiscard]] bool same_content(const Node& a, const Node& b);

/// Reads one document. Fails (input) with every syntax error found (BAS010), duplicate keys
/// (BAS011), keys that are not scalars (BAS012), more than one document (BAS013), anchors and
/// aliases that blow up (BAS014), or merges of other things than maps (BAS015). An empty text
/// gives a null node.
[[nodiscard]] Result<Node> parse(const SourceFile& source);

/// The boolean that YAML 1.1 reads from a plain scalar (true, yes, on, ... in the usual cases).
[[nodiscard]] std::optional<bool> as_bool(const Node& node);

/// The integer that YAML 1.1 reads from a plain scalar (decimal, 0x, 0b, 0 octal, underscores).
[[nodiscard]] std::optional<std::int64_t> as_integer(const Node& node);

/// The number read from a plain scalar. Beyond YAML 1.1, exponents need no dot (1e-5).
[[nodiscard]] std::optional<double> as_number(const Node& node);

/// Constructors of nodes to be written.
[[nodiscard]] Node null();
[[nodiscard]] Node text(std::string value);
[[nodiscard]] Node plain(std::string value);
[[nodiscard]] Node boolean(bool value);
[[nodiscard]] Node integer(std::int64_t value);
/// Shortest text that reads back as the same number, always recognisable as a float in YAML 1.1.
[[nodiscard]] Node number(double value);
[[nodiscard]] Node sequence(std::vector<Node> items = {});
[[nodiscard]] Node mapping();
[[nodiscard]] Node texts(const std::vector<std::string>& values);

/// Sorts the keys of all mappings by code point, at every level.
void sort_keys(Node& node);

/// The document as text: block style, indent of two, list items at the column of their key,
/// `{}` and `[]` for empty ones, single quotes where plain text would read as another type,
/// long plain text folded at blanks after column 80, final newline.
[[nodiscard]] std::string write(const Node& node);

/// What a node is, for messages: nothing, a list, a map, or a scalar in quotes.
[[nodiscard]] std::string describe(const Node& node);

/// True if a plain scalar of this text would not be read as that text under YAML 1.1.
[[nodiscard]] bool needs_quotes(std::string_view text);

} // namespace aisprint::yaml
