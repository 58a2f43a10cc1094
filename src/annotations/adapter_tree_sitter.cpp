// SPDX-License-Identifier: Apache-2.0
// The only file that knows tree-sitter.
#include "python_tree_data.hpp"

#include <tree_sitter/api.h>

#include <fmt/format.h>

#include <limits>
#include <memory>

extern "C" const TSLanguage* tree_sitter_python(void);

namespace aisprint::annotations {

namespace {

/// Error recovery can be slow on text that is no Python at all.
constexpr std::uint64_t k_timeout_us = 20'000'000;

struct ParserDeleter {
    void operator()(TSParser* parser) const { ts_parser_delete(parser); }
};

struct TreeDeleter {
    void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};

/// A cursor that is deleted with the object.
class Cursor {
public:
    explicit Cursor(TSNode node) : m_cursor(ts_tree_cursor_new(node)) {}
    ~Cursor() { ts_tree_cursor_delete(&m_cursor); }
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    TSTreeCursor* get() { return &m_cursor; }

private:
    TSTreeCursor m_cursor;
};

NodeRecord make_record(TSTreeCursor* cursor, std::uint32_t parent) {
    const TSNode node = ts_tree_cursor_current_node(cursor);
    NodeRecord record;
    record.type = ts_node_type(node);
    if (const char* field = ts_tree_cursor_current_field_name(cursor)) {
        record.field = field;
    }
    record.begin = ts_node_start_byte(node);
    record.end = ts_node_end_byte(node);
    record.parent = parent;
    record.named = ts_node_is_named(node);
    record.missing = ts_node_is_missing(node);
    record.broken = ts_node_has_error(node);
    return record;
}

/// Walks the tree without recursion, so that its depth does not matter.
std::vector<NodeRecord> flatten(TSNode root) {
    std::vector<NodeRecord> records;
    Cursor cursor(root);
    std::vector<std::uint32_t> open;
    while (true) {
        const std::uint32_t parent = open.empty() ? 0 : open.back();
        open.push_back(static_cast<std::uint32_t>(records.size()));
        records.push_back(make_record(cursor.get(), parent));
        if (ts_tree_cursor_goto_first_child(cursor.get())) {
            continue;
        }
        while (true) {
            records[open.back()].subtree_end = static_cast<std::uint32_t>(records.size());
            open.pop_back();
            if (open.empty()) {
                return records;
            }
            if (ts_tree_cursor_goto_next_sibling(cursor.get())) {
                break;
            }
            ts_tree_cursor_goto_parent(cursor.get());
        }
    }
}

} // namespace

Result<std::vector<NodeRecord>> parse_records(const SourceFile& source, const std::string& text) {
    AISPRINT_ASSERT(text.size() < std::numeric_limits<std::uint32_t>::max());
    const std::unique_ptr<TSParser, ParserDeleter> parser(ts_parser_new());
    AISPRINT_ASSERT(ts_parser_set_language(parser.get(), tree_sitter_python()));
    ts_parser_set_timeout_micros(parser.get(), k_timeout_us);
    const std::unique_ptr<TSTree, TreeDeleter> tree(ts_parser_parse_string(
        parser.get(), nullptr, text.data(), static_cast<std::uint32_t>(text.size())));
    if (!tree) {
        return fail(ErrorKind::input,
                    make_error_at(source, {source.name(), 0, 0, 0}, "ANN004",
                                  fmt::format("the file takes more than {} s to parse; it is "
                                              "probably not Python",
                                              k_timeout_us / 1'000'000),
                                  "check that the file is a Python program"));
    }
    return flatten(ts_tree_root_node(tree.get()));
}

} // namespace aisprint::annotations
