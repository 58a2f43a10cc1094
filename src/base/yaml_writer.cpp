// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/yaml.hpp"
#include "yaml_scalars.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aisprint::yaml {

namespace {

bool starts_like_an_indicator(std::string_view text) {
    constexpr std::string_view k_indicators = "#,[]{}&*!|>'\"%@`";
    const char first = text.front();
    const bool alone = text.size() == 1 || text[1] == ' ';
    return k_indicators.find(first) != std::string_view::npos ||
           ((first == '?' || first == ':' || first == '-') && alone) || text.starts_with("---") ||
           text.starts_with("...");
}

/// True for text that has another structure, or no end where it should, without quotes. Flow
/// style allows a few more plain words, such as `-`, than the block style that is written.
bool is_no_plain_text(std::string_view text) {
    return !text.empty() &&
           (starts_like_an_indicator(text) || text.front() == ' ' || text.back() == ' ' ||
            text.back() == ':' || text.find(": ") != std::string_view::npos ||
            text.find(" #") != std::string_view::npos);
}

/// Readers drop it at the start of a file.
constexpr std::string_view k_byte_order_mark = "\xef\xbb\xbf";

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20U || c == '\x7f';
}

/// Writes nodes with the conventions of the header.
class Writer {
public:
    void write_document(const Node& node) {
        if (node.is_mapping() && !node.entries.empty()) {
            write_mapping(node, 0);
        } else if (node.is_sequence() && !node.items.empty()) {
            write_sequence(node, 0);
        } else {
            write_scalar(node, 0);
            m_text += '\n';
        }
    }

    [[nodiscard]] std::string take() { return std::move(m_text); }

private:
    static constexpr std::size_t k_width = 80;

    void indent(std::size_t depth) { m_text.append(depth, ' '); }

    void write_mapping(const Node& node, std::size_t depth, bool inline_first = false) {
        for (const Entry& entry : node.entries) {
            if (!std::exchange(inline_first, false)) {
                indent(depth);
            }
            write_text(entry.key, entry.key_spelling, depth, false);
            m_text += ':';
            write_value(entry.value, depth);
        }
    }

    void write_value(const Node& value, std::size_t depth) {
        if (value.is_mapping() && !value.entries.empty()) {
            m_text += '\n';
            write_mapping(value, depth + 2);
        } else if (value.is_sequence() && !value.items.empty()) {
            m_text += '\n';
            write_sequence(value, depth);
        } else {
            m_text += ' ';
            write_scalar(value, depth + 2);
            m_text += '\n';
        }
    }

    void write_sequence(const Node& node, std::size_t depth, bool inline_first = false) {
        for (const Node& item : node.items) {
            if (!std::exchange(inline_first, false)) {
                indent(depth);
            }
            m_text += "- ";
            if (item.is_mapping() && !item.entries.empty()) {
                write_mapping(item, depth + 2, true);
            } else if (item.is_sequence() && !item.items.empty()) {
                write_sequence(item, depth + 2, true);
            } else {
                write_scalar(item, depth + 2);
                m_text += '\n';
            }
        }
    }

    void write_scalar(const Node& node, std::size_t depth) {
        switch (node.kind) {
        case Kind::null:
            m_text += "null";
            break;
        case Kind::sequence:
            m_text += "[]";
            break;
        case Kind::mapping:
            m_text += "{}";
            break;
        case Kind::scalar:
            write_text(node.scalar, node.spelling, depth, true);
            break;
        }
    }

    void write_text(const std::string& text, Spelling spelling, std::size_t depth, bool fold) {
        const bool has_mark = text.find(k_byte_order_mark) != std::string::npos;
        if (has_mark || std::ranges::any_of(text, is_control)) {
            write_double_quoted(text);
        } else if (spelling == Spelling::text ? needs_quotes(text) : is_no_plain_text(text)) {
            std::string quoted;
            for (const char c : text) {
                quoted.append(c == '\'' ? 2 : 1, c);
            }
            write_folded("'" + quoted + "'", depth, fold, 1);
        } else {
            write_folded(text, depth, fold, 0);
        }
    }

    void write_double_quoted(const std::string& text) {
        m_text += '"';
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (std::string_view(text).substr(i).starts_with(k_byte_order_mark)) {
                m_text += "\\uFEFF";
                i += k_byte_order_mark.size() - 1;
                continue;
            }
            const char c = text[i];
            switch (c) {
            case '"':
                m_text += "\\\"";
                break;
            case '\\':
                m_text += "\\\\";
                break;
            case '\n':
                m_text += "\\n";
                break;
            case '\t':
                m_text += "\\t";
                break;
            case '\r':
                m_text += "\\r";
                break;
            default:
                if (is_control(c)) {
                    m_text += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
                } else {
                    m_text += c;
                }
            }
        }
        m_text += '"';
    }

    [[nodiscard]] std::size_t column() const {
        const std::size_t newline = m_text.rfind('\n');
        return m_text.size() - (newline == std::string::npos ? 0 : newline + 1);
    }

    /// Breaks at a single blank once the line is longer than the width. The first and last
    /// `margin` characters are quotes, next to which no break is allowed.
    void write_folded(const std::string& text, std::size_t depth, bool fold, std::size_t margin) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            const bool single_blank = text[i] == ' ' && i > margin &&
                                      i + 1 + margin < text.size() && text[i - 1] != ' ' &&
                                      text[i + 1] != ' ';
            if (fold && single_blank && column() > k_width) {
                m_text += '\n';
                indent(depth);
            } else {
                m_text += text[i];
            }
        }
    }

    std::string m_text;
};

} // namespace

bool needs_quotes(std::string_view text) {
    return reads_as_other_type(text) || is_no_plain_text(text);
}

std::string write(const Node& node) {
    Writer writer;
    writer.write_document(node);
    return writer.take();
}

} // namespace aisprint::yaml
