// SPDX-License-Identifier: Apache-2.0
#include "syntax_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>

namespace aisprint::annotations {

namespace {

char closing_of(char open) {
    switch (open) {
    case '(':
        return ')';
    case '[':
        return ']';
    default:
        return '}';
    }
}

bool is_leaf(const PythonTreeData& data, std::size_t i) {
    return data.records[i].subtree_end == i + 1;
}

Diagnostic syntax_error(const PythonTreeData& data,
                        std::size_t begin,
                        std::size_t end,
                        const std::string& what) {
    return make_error_at(data.source, data.source.span_of(begin, end), "ANN001",
                         "syntax error: " + what,
                         "correct the statement; `python3 -m py_compile` checks a file");
}

/// The first bracket that has no partner, going by the tokens that the parser saw.
std::optional<Diagnostic> unbalanced_bracket(const PythonTreeData& data) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < data.records.size(); ++i) {
        const NodeRecord& record = data.records[i];
        if (!is_leaf(data, i) || record.missing || record.type.size() != 1) {
            continue;
        }
        const char token = record.type.front();
        if (token == '(' || token == '[' || token == '{') {
            open.push_back(i);
        } else if (token == ')' || token == ']' || token == '}') {
            if (open.empty()) {
                return syntax_error(data, record.begin, record.end,
                                    fmt::format("'{}' closes nothing", token));
            }
            const NodeRecord& other = data.records[open.back()];
            if (closing_of(other.type.front()) != token) {
                return syntax_error(data, record.begin, record.end,
                                    fmt::format("'{}' does not close '{}'", token, other.type));
            }
            open.pop_back();
        }
    }
    if (!open.empty()) {
        const NodeRecord& record = data.records[open.back()];
        return syntax_error(data, record.begin, record.begin + 1,
                            fmt::format("'{}' is never closed", record.type));
    }
    return std::nullopt;
}

/// A string whose end the parser did not find.
std::optional<Diagnostic> open_string(const PythonTreeData& data, std::size_t error) {
    const NodeRecord& record = data.records[error];
    for (std::size_t i = error; i < record.subtree_end; ++i) {
        if (data.records[i].type == "string_start") {
            const NodeRecord& start = data.records[i];
            const std::size_t next = start.subtree_end;
            const auto closes = [&data](std::size_t at) {
                return data.records[at].type == "string_end";
            };
            bool closed = false;
            for (std::size_t at = next; at < record.subtree_end && !closed; ++at) {
                closed = closes(at);
            }
            if (!closed) {
                return syntax_error(data, start.begin, start.end, "the string has no end");
            }
        }
    }
    return std::nullopt;
}

/// Whether all brackets of a line are closed on it, strings and comments not considered.
bool is_balanced(std::string_view line) {
    const auto is_one_of = [](std::string_view set) {
        return [set](char c) { return set.find(c) != std::string_view::npos; };
    };
    return std::ranges::count_if(line, is_one_of("([{")) ==
           std::ranges::count_if(line, is_one_of(")]}"));
}

/// A statement with a body whose first line, among those from `first` to `last`, has no colon.
std::optional<Diagnostic>
missing_colon(const PythonTreeData& data, std::size_t first, std::size_t last) {
    static constexpr std::array<std::string_view, 11> k_keywords = {
        "def", "class", "if", "elif", "else", "for", "while", "with", "try", "except", "finally"};
    for (std::size_t number = first; number <= last; ++number) {
        std::string_view line = data.source.line_text(number);
        const std::size_t start = std::min(line.find_first_not_of(" \t"), line.size());
        const std::size_t word_end = std::min(line.find_first_of(" \t(", start), line.size());
        const std::string_view word = line.substr(start, word_end - start);
        const bool opens = std::ranges::find(k_keywords, word) != k_keywords.end();
        if (opens && line.find(':') == std::string_view::npos && line.back() != '\\' &&
            is_balanced(line)) {
            const std::size_t end =
                data.source.offset_of(number, 1) + line.find_last_not_of(" \t") + 1;
            return syntax_error(data, end, end,
                                fmt::format("the line of `{}` must end with ':'", word));
        }
    }
    return std::nullopt;
}

/// The place of an ERROR node to point at: errors that recover soon were noticed at their end,
/// those that swallow many lines say nothing about where they began going wrong but the start.
Diagnostic describe_error(const PythonTreeData& data, std::size_t error) {
    if (auto unfinished = open_string(data, error)) {
        return *unfinished;
    }
    const NodeRecord& record = data.records[error];
    std::size_t last = error;
    for (std::size_t i = error; i < record.subtree_end; ++i) {
        if (is_leaf(data, i) && data.records[i].end > data.records[i].begin) {
            last = i;
        }
    }
    const Span first_span = data.source.span_of(record.begin, record.end);
    const NodeRecord& leaf = data.records[last];
    const Span last_span = data.source.span_of(leaf.begin, leaf.end);
    if (auto colon =
            missing_colon(data, first_span.line, std::min(last_span.line, first_span.line + 1))) {
        return *colon;
    }
    if (last != error && last_span.line <= first_span.line + 1) {
        return syntax_error(data, leaf.begin, leaf.end,
                            "the statement is not complete or not valid");
    }
    const std::size_t end = std::max<std::size_t>(record.end, record.begin + 1);
    return syntax_error(data, record.begin, std::min(end, data.source.text().size()),
                        "this is not a valid statement");
}

bool is_python2_integer(std::string_view text) {
    if (text.empty()) {
        return false;
    }
    if (text.back() == 'l' || text.back() == 'L') {
        return true;
    }
    return text.size() > 1 && text.front() == '0' &&
           std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '_'; }) &&
           std::ranges::any_of(text, [](char c) { return c >= '1' && c <= '9'; });
}

/// The parser is lenient about keywords where a name must stand.
bool is_keyword(std::string_view text) {
    static constexpr std::array<std::string_view, 33> k_keywords = {
        "False", "None",   "True", "and",   "as",     "assert",   "break", "class", "continue",
        "def",   "del",    "elif", "else",  "except", "finally",  "for",   "from",  "global",
        "if",    "import", "in",   "is",    "lambda", "nonlocal", "not",   "or",    "pass",
        "raise", "return", "try",  "while", "with",   "yield"};
    return std::ranges::find(k_keywords, text) != k_keywords.end();
}

bool has_child(const PythonTreeData& data, std::size_t node, std::string_view type) {
    const std::size_t end = data.records[node].subtree_end;
    for (std::size_t i = node + 1; i < end; i = data.records[i].subtree_end) {
        if (data.records[i].type == type) {
            return true;
        }
    }
    return false;
}

/// What of Python 2 a node is, or nothing. The grammar accepts both languages.
std::optional<std::string> python2_form(const PythonTreeData& data, std::size_t i) {
    const NodeRecord& record = data.records[i];
    const std::string_view text =
        std::string_view(data.source.text()).substr(record.begin, record.end - record.begin);
    if (record.type == "print_statement") {
        return "`print` without parentheses";
    }
    if (record.type == "exec_statement") {
        return "`exec` without parentheses";
    }
    if (record.type == "<>") {
        return "the operator `<>`";
    }
    if (record.type == "except_clause" && has_child(data, i, ",")) {
        return "`except E, name`";
    }
    if (record.type == "raise_statement" && has_child(data, i, "expression_list")) {
        return "`raise E, value`";
    }
    if (record.type == "string_start" && text.front() == '`') {
        return "backquotes";
    }
    if (record.type == "string_start" && text.size() > 2 &&
        (text.starts_with("ur") || text.starts_with("uR") || text.starts_with("Ur") ||
         text.starts_with("UR"))) {
        return "the string prefix `ur`";
    }
    if (record.type == "integer" && is_python2_integer(text)) {
        return fmt::format("the number `{}`", text);
    }
    if (record.type == "tuple_pattern" && data.records[record.parent].type == "parameters") {
        return "a tuple among the parameters";
    }
    return std::nullopt;
}

/// An error without a node of its own, such as a missing line end: `async 'text'`.
std::vector<Diagnostic> hidden_error(const PythonTreeData& data) {
    std::optional<std::size_t> innermost;
    for (std::size_t i = 0; i < data.records.size(); ++i) {
        if (data.records[i].broken) {
            innermost = i;
        }
    }
    if (!innermost) {
        return {};
    }
    const NodeRecord& record = data.records[*innermost];
    // Two statements with nothing but blanks between them: the end of the first is missing.
    std::size_t before = *innermost + 1;
    while (before < record.subtree_end) {
        const std::size_t next = data.records[before].subtree_end;
        if (next < record.subtree_end && data.records[before].named && data.records[next].named) {
            const std::size_t end = data.records[before].end;
            const std::string_view between =
                std::string_view(data.source.text()).substr(end, data.records[next].begin - end);
            if (data.records[next].type != "comment" &&
                between.find_first_not_of(" \t") == std::string_view::npos) {
                return {syntax_error(data, data.records[before].begin, data.records[next].end,
                                     "this is not a valid statement")};
            }
        }
        before = next;
    }
    return {syntax_error(data, record.begin, record.end, "this is not a valid statement")};
}

} // namespace

std::vector<Diagnostic> find_syntax_errors(const PythonTreeData& data) {
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < data.records.size(); ++i) {
        const NodeRecord& record = data.records[i];
        if (auto form = python2_form(data, i)) {
            return {make_error_at(data.source, data.source.span_of(record.begin, record.end),
                                  "ANN002",
                                  fmt::format("{} is Python 2; components are Python 3", *form),
                                  "convert the file to Python 3")};
        }
        if (!first && record.type == "identifier" &&
            is_keyword(std::string_view(data.source.text())
                           .substr(record.begin, record.end - record.begin))) {
            return {syntax_error(data, record.begin, record.end,
                                 "a keyword stands where a name is expected")};
        }
        if (!first && (record.type == "ERROR" || record.missing)) {
            first = i;
        }
    }
    if (!first) {
        return hidden_error(data);
    }
    if (auto bracket = unbalanced_bracket(data)) {
        return {*bracket};
    }
    const NodeRecord& record = data.records[*first];
    if (record.missing) {
        const std::string what =
            record.named ? std::string(record.type) : fmt::format("'{}'", record.type);
        return {syntax_error(data, record.begin, record.begin, what + " expected")};
    }
    return {describe_error(data, *first)};
}

} // namespace aisprint::annotations
