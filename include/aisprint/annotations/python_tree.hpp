// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::annotations {

struct PythonTreeData;

/// How the bytes of a source above 0x7f are to be read.
enum class SourceEncoding { utf8, latin1, latin9, cp1252 };

/// One node of a syntax tree; a small handle that is valid as long as its tree. Types and fields
/// are those of the Python grammar of tree-sitter ("call", "function"; tokens: "(", "def").
class Node {
public:
    Node() = default;
    Node(const PythonTreeData& data, std::size_t index) : m_data(&data), m_index(index) {}

    /// False for a node that is not there.
    explicit operator bool() const { return m_data != nullptr; }
    bool operator==(const Node&) const = default;

    /// The kind of node; empty for a node that is not there.
    [[nodiscard]] std::string_view type() const;
    /// The role in the parent; empty if it has none.
    [[nodiscard]] std::string_view field() const;
    /// True if the node is there and of that type.
    [[nodiscard]] bool is(std::string_view type_name) const { return type() == type_name; }
    /// Byte range in the source: [begin, end).
    [[nodiscard]] std::size_t begin() const;
    [[nodiscard]] std::size_t end() const;
    /// The bytes of the node.
    [[nodiscard]] std::string_view text() const;
    /// The place of the node; the length stops at the end of the first line.
    [[nodiscard]] Span span() const;
    /// The node around it; not there for the module.
    [[nodiscard]] Node parent() const;
    /// Its parts in order, without tokens and comments.
    [[nodiscard]] std::vector<Node> children() const;
    /// Its parts in order, tokens and comments included.
    [[nodiscard]] std::vector<Node> all_children() const;
    /// The first part with that role, not a comment.
    [[nodiscard]] Node child(std::string_view field_name) const;
    /// The first part of that type.
    [[nodiscard]] Node child_of_type(std::string_view type_name) const;
    /// True for a token, such as a bracket or a keyword.
    [[nodiscard]] bool is_token() const;

    /// The position in a walk of the whole tree, parents first; [index, subtree_end) is the node
    /// with all that is inside it.
    [[nodiscard]] std::size_t index() const { return m_index; }
    [[nodiscard]] std::size_t subtree_end() const;
    /// The node at another position of that walk.
    [[nodiscard]] Node at(std::size_t index) const { return {*m_data, index}; }
    /// True if `other` is this node or inside it.
    [[nodiscard]] bool contains(const Node& other) const;

private:
    const PythonTreeData* m_data = nullptr;
    std::size_t m_index = 0;
};

/// The syntax tree of a Python source that has no syntax errors.
class PythonTree {
public:
    /// Parses a source. Fails (input): ANN001 syntax error, ANN002 Python 2, ANN003 encoding,
    /// ANN004 too large or too complex.
    [[nodiscard]] static Result<PythonTree> parse(const SourceFile& source);

    /// The module, root of the tree.
    [[nodiscard]] Node root() const;
    /// The text that was parsed.
    [[nodiscard]] const SourceFile& source() const;
    /// How its bytes are read.
    [[nodiscard]] SourceEncoding encoding() const;

private:
    explicit PythonTree(std::shared_ptr<const PythonTreeData> data) : m_data(std::move(data)) {}
    std::shared_ptr<const PythonTreeData> m_data;
};

} // namespace aisprint::annotations
