// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace aisprint::yaml {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string without_underscores(std::string_view text) {
    std::string result(text);
    std::erase(result, '_');
    return result;
}

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
    return std::ranges::find(words, text) != words.end();
}

constexpr std::array<std::string_view, 9> k_true{"true", "True", "TRUE", "yes", "Yes",
                                                 "YES",  "on",   "On",   "ON"};
constexpr std::array<std::string_view, 9> k_false{"false", "False", "FALSE", "no", "No",
                                                  "NO",    "off",   "Off",   "OFF"};

std::optional<bool> parse_bool(std::string_view text) {
    if (text.empty()) {
        return std::nullopt;
    }
    if (is_one_of(text, k_true)) {
        return true;
    }
    if (is_one_of(text, k_false)) {
        return false;
    }
    return std::nullopt;
}

/// YAML 1.1 integers without the base-60 form, which nobody writes on purpose.
std::optional<std::int64_t> parse_integer(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    if (text.empty() || !is_digit(text.front())) {
        return std::nullopt;
    }
    std::string digits = without_underscores(text);
    int base = 10;
    if (digits.starts_with("0x")) {
        base = 16;
        digits.erase(0, 2);
    } else if (digits.starts_with("0b")) {
        base = 2;
        digits.erase(0, 2);
    } else if (digits.size() > 1 && digits.front() == '0') {
        base = 8;
        digits.erase(0, 1);
    }
    digits.insert(0, negative ? "-" : "");
    std::int64_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
    if (error != std::errc{} || stop != end) {
        return std::nullopt;
    }
    return value;
}

std::optional<double> parse_special_float(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    if (text == ".inf" || text == ".Inf" || text == ".INF") {
        const double infinity = std::numeric_limits<double>::infinity();
        return negative ? -infinity : infinity;
    }
    if (text == ".nan" || text == ".NaN" || text == ".NAN") {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return std::nullopt;
}

std::optional<double> parse_float(std::string_view text) {
    if (const auto special = parse_special_float(text)) {
        return special;
    }
    std::string digits = without_underscores(text);
    if (digits.starts_with('+')) {
        digits.erase(0, 1);
    }
    const std::size_t first = text.starts_with('-') ? 1 : 0;
    const bool leading_dot = digits.size() > first + 1 && digits[first] == '.';
    if (first >= digits.size() ||
        !(is_digit(digits[first]) || (leading_dot && is_digit(digits[first + 1])))) {
        return std::nullopt;
    }
    double value = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || stop != end) {
        return std::nullopt;
    }
    return value;
}

/// A count of digits at the start of `text`, at least one and at most `most`, is taken off it.
bool take_digits(std::string_view& text, std::size_t least, std::size_t most) {
    std::size_t count = 0;
    while (count < most && count < text.size() && is_digit(text[count])) {
        ++count;
    }
    text.remove_prefix(count);
    return count >= least;
}

bool take(std::string_view& text, char c) {
    const bool found = text.starts_with(c);
    text.remove_prefix(found ? 1 : 0);
    return found;
}

/// Timestamps of YAML 1.1: YYYY-MM-DD, or the same with a time after it.
bool looks_like_timestamp(std::string_view text) {
    std::string_view date = text;
    if (take_digits(date, 4, 4) && take(date, '-') && take_digits(date, 2, 2) && take(date, '-') &&
        take_digits(date, 2, 2) && date.empty()) {
        return true;
    }
    if (!(take_digits(text, 4, 4) && take(text, '-') && take_digits(text, 1, 2) &&
          take(text, '-') && take_digits(text, 1, 2) && !text.empty() &&
          (text.front() == 'T' || text.front() == 't' || text.front() == ' '))) {
        return false;
    }
    text.remove_prefix(std::min(text.find_first_not_of("Tt "), text.size()));
    return take_digits(text, 1, 2) && take(text, ':') && take_digits(text, 2, 2) &&
           take(text, ':') && take_digits(text, 2, 2);
}

/// Base-60 integers and floats of YAML 1.1: `12:30`, `1:30:07.5`.
bool looks_like_sexagesimal(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    if (text.empty() || !is_digit(text.front())) {
        return false;
    }
    text.remove_prefix(std::min(text.find_first_not_of("0123456789_"), text.size()));
    bool has_part = false;
    while (take(text, ':')) {
        std::string_view part = text.substr(0, text.find_first_not_of("0123456789"));
        if (part.empty() || part.size() > 2 || (part.size() == 2 && part.front() > '5')) {
            return false;
        }
        text.remove_prefix(part.size());
        has_part = true;
    }
    return has_part && (text.empty() || (take(text, '.') && text.find_first_not_of("0123456789_") ==
                                                                std::string_view::npos));
}

/// A plain decimal of any length, also one that no 64 bits hold.
bool looks_like_decimal(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    return !text.empty() && text.front() >= '1' && text.front() <= '9' &&
           text.find_first_not_of("0123456789_") == std::string_view::npos;
}

bool reads_as_other_type(std::string_view text) {
    return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL" ||
           text == "<<" || text == "=" || parse_bool(text) || parse_integer(text) ||
           looks_like_decimal(text) ||
           (parse_float(text) && text.find('.') != std::string_view::npos) ||
           looks_like_timestamp(text) || looks_like_sexagesimal(text);
}

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

const Entry* Node::find_entry(std::string_view key) const {
    const auto found = std::ranges::find(entries, key, &Entry::key);
    return found == entries.end() ? nullptr : &*found;
}

const Node* Node::find(std::string_view key) const {
    const Entry* entry = find_entry(key);
    return entry == nullptr ? nullptr : &entry->value;
}

Node* Node::find(std::string_view key) {
    const auto found = std::ranges::find(entries, key, &Entry::key);
    return found == entries.end() ? nullptr : &found->value;
}

Node& Node::add(std::string key, Node value) {
    kind = Kind::mapping;
    entries.push_back({std::move(key), {}, std::move(value), Spelling::text});
    return entries.back().value;
}

Node& Node::push(Node value) {
    kind = Kind::sequence;
    items.push_back(std::move(value));
    return items.back();
}

bool same_content(const Node& a, const Node& b) {
    if (a.kind != b.kind || a.items.size() != b.items.size() ||
        a.entries.size() != b.entries.size()) {
        return false;
    }
    if (a.is_scalar() && (a.scalar != b.scalar || a.spelling != b.spelling)) {
        return false;
    }
    const auto same_entry = [](const Entry& x, const Entry& y) {
        return x.key == y.key && same_content(x.value, y.value);
    };
    return std::ranges::equal(a.items, b.items, same_content) &&
           std::ranges::equal(a.entries, b.entries, same_entry);
}

std::optional<bool> as_bool(const Node& node) {
    return node.is_scalar() && node.spelling == Spelling::plain ? parse_bool(node.scalar)
                                                                : std::nullopt;
}

std::optional<std::int64_t> as_integer(const Node& node) {
    return node.is_scalar() && node.spelling == Spelling::plain ? parse_integer(node.scalar)
                                                                : std::nullopt;
}

std::optional<double> as_number(const Node& node) {
    if (!node.is_scalar() || node.spelling != Spelling::plain) {
        return std::nullopt;
    }
    if (const auto whole = parse_integer(node.scalar)) {
        return static_cast<double>(*whole);
    }
    return parse_float(node.scalar);
}

Node null() {
    return {};
}

Node text(std::string value) {
    Node node;
    node.kind = Kind::scalar;
    node.scalar = std::move(value);
    return node;
}

Node plain(std::string value) {
    Node node = text(std::move(value));
    node.spelling = Spelling::plain;
    return node;
}

Node boolean(bool value) {
    return plain(value ? "true" : "false");
}

Node integer(std::int64_t value) {
    return plain(std::to_string(value));
}

Node number(double value) {
    if (std::isnan(value)) {
        return plain(".nan");
    }
    if (std::isinf(value)) {
        return plain(value > 0 ? ".inf" : "-.inf");
    }
    // fmt's shortest form equals Python's repr() but for the form of the exponent and of whole
    // numbers; YAML 1.1 readers need a dot before an exponent.
    std::string digits = fmt::format("{}", value);
    const std::size_t exponent = digits.find('e');
    if (digits.find('.') == std::string::npos) {
        digits.insert(exponent == std::string::npos ? digits.size() : exponent, ".0");
    }
    return plain(digits);
}

Node sequence(std::vector<Node> items) {
    Node node;
    node.kind = Kind::sequence;
    node.items = std::move(items);
    return node;
}

Node mapping() {
    Node node;
    node.kind = Kind::mapping;
    return node;
}

Node texts(const std::vector<std::string>& values) {
    Node node = sequence();
    for (const std::string& value : values) {
        node.push(text(value));
    }
    return node;
}

void sort_keys(Node& node) {
    std::ranges::stable_sort(node.entries, {}, &Entry::key);
    for (Entry& entry : node.entries) {
        sort_keys(entry.value);
    }
    for (Node& item : node.items) {
        sort_keys(item);
    }
}

bool needs_quotes(std::string_view text) {
    return reads_as_other_type(text) || is_no_plain_text(text);
}

std::string describe(const Node& node) {
    switch (node.kind) {
    case Kind::null:
        return "nothing";
    case Kind::sequence:
        return "a list";
    case Kind::mapping:
        return "a map";
    case Kind::scalar:
        break;
    }
    return fmt::format("'{}'", node.scalar);
}

std::string write(const Node& node) {
    Writer writer;
    writer.write_document(node);
    return writer.take();
}

} // namespace aisprint::yaml
