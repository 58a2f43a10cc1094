// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/yaml_edit.hpp"

#include <algorithm>

namespace aisprint::yaml {

namespace {

std::string quoted_if_needed(const std::string& value) {
    // Brackets, commas and the like would end a plain text inside of [...].
    const bool special = value.find_first_of(",[]{}#'\"\n") != std::string::npos ||
                         value.find(": ") != std::string::npos || needs_quotes(value);
    if (!special) {
        return value;
    }
    std::string quoted = "'";
    for (const char c : value) {
        quoted += c == '\'' ? "''" : std::string(1, c);
    }
    return quoted + "'";
}

std::string to_flow(const std::vector<std::string>& values) {
    if (values.size() == 1) {
        return quoted_if_needed(values.front());
    }
    std::string list = "[";
    for (const std::string& value : values) {
        list += (list.size() > 1 ? ", " : "") + quoted_if_needed(value);
    }
    return list + "]";
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/// The end of a scalar that lies in one line and carries no anchor or tag; npos if it does not.
std::size_t end_of_scalar(const std::string& text, std::size_t begin, const Node& node) {
    const char quote = begin < text.size() ? text[begin] : '\0';
    if (quote != '"' && quote != '\'') {
        // What is spelt otherwise than it reads goes on in the next line, or is no plain text.
        const bool same = text.compare(begin, node.scalar.size(), node.scalar) == 0;
        return node.spelling == Spelling::plain && same ? begin + node.scalar.size()
                                                        : std::string::npos;
    }
    for (std::size_t at = begin + 1; at < text.size() && text[at] != '\n'; ++at) {
        if ((quote == '"' && text[at] == '\\') ||
            (quote == '\'' && text.compare(at, 2, "''") == 0)) {
            ++at;
        } else if (text[at] == quote) {
            return at + 1;
        }
    }
    return std::string::npos;
}

/// The end of a word for nothing at the place where a value may stand, or that place.
std::size_t end_of_null(const std::string& text, std::size_t colon_end) {
    const std::size_t begin = text.find_first_not_of(" \t", colon_end);
    for (const std::string word : {"~", "null", "Null", "NULL"}) {
        if (begin != std::string::npos && text.compare(begin, word.size(), word) == 0) {
            return begin + word.size();
        }
    }
    return colon_end;
}

/// The end of a list in brackets that holds no other brackets; npos if it is not so simple.
std::size_t end_of_flow_list(const std::string& text, std::size_t begin) {
    for (std::size_t at = begin + 1; at < text.size(); ++at) {
        if (text[at] == ']') {
            return at + 1;
        }
        if (text[at] == '\'' || text[at] == '"' || text[at] == '#' || text[at] == '[') {
            const bool is_quote = text[at] == '\'' || text[at] == '"';
            const std::size_t close = is_quote ? text.find(text[at], at + 1) : std::string::npos;
            if (close == std::string::npos) {
                return std::string::npos;
            }
            at = close;
        }
    }
    return std::string::npos;
}

} // namespace

std::size_t TextEdit::offset_of(const Span& span) const {
    return m_source.offset_of(span.line, span.column);
}

bool TextEdit::set(const Node& mapping,
                   const std::string& key,
                   const std::vector<std::string>& values) {
    if (!mapping.is_mapping() || mapping.entries.empty() || values.empty()) {
        return false;
    }
    const Entry* entry = mapping.find_entry(key);
    const std::string value = to_flow(values);
    if (entry == nullptr) {
        return insert(mapping, key + ": " + value);
    }
    // A key from a merge belongs to another map.
    return offset_of(entry->key_span) >= offset_of(mapping.span) && replace(*entry, value);
}

bool TextEdit::insert(const Node& mapping, const std::string& line) {
    const std::string& text = m_source.text();
    const std::size_t first = offset_of(mapping.entries.front().key_span);
    const std::size_t start = offset_of(mapping.span);
    if (start < text.size() && text[start] == '{') {
        m_changes[first] = {first, line + ", "};
        return true;
    }
    const std::size_t line_start = m_source.offset_of(mapping.entries.front().key_span.line, 1);
    const std::string indent = text.substr(line_start, first - line_start);
    if (!std::ranges::all_of(indent, is_blank)) {
        return false;
    }
    m_changes[first] = {first, line + "\n" + indent};
    return true;
}

bool TextEdit::replace(const Entry& entry, const std::string& value) {
    const std::string& text = m_source.text();
    const std::size_t key = offset_of(entry.key_span);
    const std::size_t key_end = key + m_source.text().substr(key).find(':');
    if (entry.key_span.length == 0 || text.compare(key, entry.key.size(), entry.key) != 0 ||
        key_end != key + entry.key.size()) {
        return false;
    }
    const std::size_t colon_end = key_end + 1;
    if (entry.value.is_null()) {
        m_changes[colon_end] = {end_of_null(text, colon_end), " " + value};
        return true;
    }
    const std::size_t begin = offset_of(entry.value.span);
    if (begin < colon_end) {
        return false;
    }
    if (entry.value.is_sequence() && text[begin] != '[') {
        return replace_block_list(entry.value, colon_end, value);
    }
    if (entry.value.is_mapping()) {
        return false;
    }
    const std::size_t end = entry.value.is_sequence() ? end_of_flow_list(text, begin)
                                                      : end_of_scalar(text, begin, entry.value);
    if (end == std::string::npos) {
        return false;
    }
    m_changes[begin] = {end, value};
    return true;
}

bool TextEdit::replace_block_list(const Node& list,
                                  std::size_t colon_end,
                                  const std::string& value) {
    const std::string& text = m_source.text();
    std::size_t end = std::string::npos;
    for (const Node& item : list.items) {
        end =
            item.is_scalar() ? end_of_scalar(text, offset_of(item.span), item) : std::string::npos;
        if (end == std::string::npos) {
            return false;
        }
    }
    const std::size_t line_start = m_source.offset_of(list.span.line, 1);
    const std::size_t begin =
        line_start == 0 ? 0 : text.find_last_not_of("\r\n", line_start - 1) + 1;
    if (end == std::string::npos || begin < colon_end) {
        return false;
    }
    // Comments behind the key and behind the last item stay: they now follow the value.
    m_changes[begin] = {end, ""};
    m_changes[colon_end].text = " " + value;
    m_changes[colon_end].end = begin == colon_end ? end : colon_end;
    return true;
}

std::string TextEdit::text() const {
    std::string result;
    std::size_t done = 0;
    for (const auto& [begin, change] : m_changes) {
        result += m_source.text().substr(done, begin - done) + change.text;
        done = change.end;
    }
    return result + m_source.text().substr(done);
}

} // namespace aisprint::yaml
