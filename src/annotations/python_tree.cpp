// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/python_tree.hpp"

#include "python_text.hpp"
#include "python_tree_data.hpp"
#include "syntax_errors.hpp"

#include <fmt/format.h>

#include <utility>

namespace aisprint::annotations {

namespace {

constexpr std::size_t k_max_bytes = 8U << 20U;

} // namespace

std::string_view Node::type() const {
    return m_data == nullptr ? std::string_view{} : m_data->records[m_index].type;
}

std::string_view Node::field() const {
    return m_data == nullptr ? std::string_view{} : m_data->records[m_index].field;
}

std::size_t Node::begin() const {
    return m_data->records[m_index].begin;
}

std::size_t Node::end() const {
    return m_data->records[m_index].end;
}

std::string_view Node::text() const {
    return std::string_view(m_data->source.text()).substr(begin(), end() - begin());
}

Span Node::span() const {
    return m_data->source.span_of(begin(), end());
}

Node Node::parent() const {
    return m_data == nullptr || m_index == 0 ? Node{} : at(m_data->records[m_index].parent);
}

std::size_t Node::subtree_end() const {
    return m_data->records[m_index].subtree_end;
}

bool Node::is_token() const {
    return m_data != nullptr && !m_data->records[m_index].named;
}

bool Node::contains(const Node& other) const {
    return m_data != nullptr && m_data == other.m_data && other.m_index >= m_index &&
           other.m_index < subtree_end();
}

std::vector<Node> Node::all_children() const {
    std::vector<Node> result;
    if (m_data == nullptr) {
        return result;
    }
    for (std::size_t i = m_index + 1; i < subtree_end(); i = m_data->records[i].subtree_end) {
        result.push_back(at(i));
    }
    return result;
}

std::vector<Node> Node::children() const {
    std::vector<Node> result;
    for (const Node& child : all_children()) {
        if (!child.is_token() && !child.is("comment") && !child.is("line_continuation")) {
            result.push_back(child);
        }
    }
    return result;
}

Node Node::child(std::string_view field_name) const {
    for (const Node& child : all_children()) {
        if (child.field() == field_name && !child.is("comment")) {
            return child;
        }
    }
    return {};
}

Node Node::child_of_type(std::string_view type_name) const {
    for (const Node& child : all_children()) {
        if (child.is(type_name)) {
            return child;
        }
    }
    return {};
}

Result<PythonTree> PythonTree::parse(const SourceFile& source) {
    if (source.text().size() > k_max_bytes) {
        return fail(ErrorKind::input,
                    make_error_at(source, {source.name(), 0, 0, 0}, "ANN004",
                                  fmt::format("the file has {} bytes; at most {} are read",
                                              source.text().size(), k_max_bytes),
                                  "move data out of the program into a file of its own"));
    }
    auto data = std::make_shared<PythonTreeData>();
    data->source = source;
    AISPRINT_TRY_ASSIGN(const PreparedText prepared, prepare_text(source));
    data->encoding = prepared.encoding;
    AISPRINT_TRY_ASSIGN(data->records, parse_records(source, prepared.text));
    std::vector<Diagnostic> errors = find_syntax_errors(*data);
    if (!errors.empty()) {
        return fail(ErrorKind::input, std::move(errors));
    }
    return PythonTree(std::move(data));
}

Node PythonTree::root() const {
    return {*m_data, 0};
}

const SourceFile& PythonTree::source() const {
    return m_data->source;
}

SourceEncoding PythonTree::encoding() const {
    return m_data->encoding;
}

} // namespace aisprint::annotations
