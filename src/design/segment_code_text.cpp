// SPDX-License-Identifier: Apache-2.0
#include "segment_code_text.hpp"

#include <algorithm>
#include <utility>

namespace aisprint::design::segment_code {

namespace {

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\f\r\n") == std::string_view::npos;
}

bool is_indented_comment(std::string_view line) {
    const std::size_t start = line.find_first_not_of(" \t\f");
    return start != std::string_view::npos && start > 0 && line[start] == '#';
}

std::string_view line_at(std::string_view text, std::size_t begin) {
    return text.substr(begin, line_after(text, begin) - begin);
}

/// Byte ranges of the strings that span lines, in order.
std::vector<std::pair<std::size_t, std::size_t>> long_strings(const PythonTree& tree) {
    std::vector<std::pair<std::size_t, std::size_t>> ranges;
    const Node root = tree.root();
    std::size_t i = 0;
    while (i < root.subtree_end()) {
        const Node node = root.at(i);
        if (!node.is("string")) {
            ++i;
            continue;
        }
        if (node.text().find_first_of("\r\n") != std::string_view::npos) {
            ranges.emplace_back(node.begin(), node.end());
        }
        i = node.subtree_end();
    }
    return ranges;
}

bool is_docstring(const Node& statement) {
    const std::vector<Node> parts = statement.children();
    return statement.is("expression_statement") && parts.size() == 1 &&
           (parts.front().is("string") || parts.front().is("concatenated_string"));
}

} // namespace

std::string line_end_of(std::string_view text) {
    const std::size_t end = text.find_first_of("\r\n");
    if (end == std::string_view::npos || text[end] == '\n') {
        return "\n";
    }
    return end + 1 < text.size() && text[end + 1] == '\n' ? "\r\n" : "\r";
}

std::size_t line_begin(std::string_view text, std::size_t at) {
    if (at == 0) {
        return 0;
    }
    const std::size_t end = text.find_last_of("\r\n", at - 1);
    return end == std::string_view::npos ? 0 : end + 1;
}

std::size_t line_after(std::string_view text, std::size_t at) {
    const std::size_t end = text.find_first_of("\r\n", at);
    if (end == std::string_view::npos) {
        return text.size();
    }
    return text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n' ? end + 2 : end + 1;
}

std::size_t block_lines_end(std::string_view text, std::size_t end) {
    std::size_t result = end;
    if (end == 0 || (text[end - 1] != '\n' && text[end - 1] != '\r')) {
        result = line_after(text, end);
    }
    std::size_t next = result;
    while (next < text.size()) {
        const std::string_view line = line_at(text, next);
        if (!is_blank(line) && !is_indented_comment(line)) {
            break;
        }
        next += line.size();
        if (!is_blank(line)) {
            result = next;
        }
    }
    return result;
}

std::size_t import_place(const PythonTree& tree) {
    const std::string_view text = tree.source().text();
    std::size_t place = 0;
    while (place < text.size() && text[place] == '#') {
        place = line_after(text, place);
    }
    bool first = true;
    for (const Node& statement : tree.root().children()) {
        const bool header = statement.is("future_import_statement") ||
                            (first && is_docstring(statement)) ||
                            // another statement on the line of the header
                            (statement.begin() < place);
        if (!header) {
            break;
        }
        place = std::max(place, line_after(text, statement.end()));
        first = false;
    }
    while (place < text.size() && is_blank(line_at(text, place))) {
        place = line_after(text, place);
    }
    return place;
}

std::string
indented(const PythonTree& tree, std::size_t begin, std::size_t end, std::string_view unit) {
    const std::string_view text = tree.source().text();
    const auto strings = long_strings(tree);
    const auto in_string = [&strings](std::size_t at) {
        return std::ranges::any_of(
            strings, [at](const auto& range) { return range.first < at && at < range.second; });
    };
    std::string result;
    for (std::size_t at = begin; at < end;) {
        const std::size_t next = std::min(line_after(text, at), end);
        const std::string_view line = text.substr(at, next - at);
        if (!is_blank(line) && !in_string(at)) {
            result += unit;
        }
        result += line;
        at = next;
    }
    return result;
}

std::string apply_edits(std::string_view text, std::vector<Edit> edits) {
    std::ranges::stable_sort(edits, {}, &Edit::begin);
    std::string result;
    std::size_t at = 0;
    for (const Edit& edit : edits) {
        AISPRINT_ASSERT(edit.begin >= at && edit.end >= edit.begin && edit.end <= text.size());
        result += text.substr(at, edit.begin - at);
        result += edit.text;
        at = edit.end;
    }
    result += text.substr(at);
    return result;
}

std::string quoted(std::string_view text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') {
            result += '\\';
        }
        result += c;
    }
    return result + "'";
}

} // namespace aisprint::design::segment_code
