// SPDX-License-Identifier: Apache-2.0
#include "literal.hpp"

#include "numbers.hpp"

#include <algorithm>
#include <cctype>

namespace aisprint::training {

namespace {

constexpr std::size_t k_deepest = 32;

class LiteralReader {
public:
    explicit LiteralReader(std::string_view text) : m_text(text) {}

    std::optional<Literal> read_all() {
        std::optional<Literal> value = read(0);
        if (!value) {
            return std::nullopt;
        }
        skip_blanks();
        if (m_at < m_text.size() && m_text[m_at] != '#') {
            return fail_at("the end of the value");
        }
        return value;
    }

    LiteralError error;

private:
    std::string_view m_text;
    std::size_t m_at = 0;

    std::nullopt_t fail_at(const char* expected) {
        error = {m_at, expected};
        return std::nullopt;
    }

    void skip_blanks() {
        while (m_at < m_text.size() &&
               std::isspace(static_cast<unsigned char>(m_text[m_at])) != 0) {
            ++m_at;
        }
    }

    /// Inside of brackets comments may stand at the end of any line.
    void skip_inside() {
        skip_blanks();
        while (m_at < m_text.size() && m_text[m_at] == '#') {
            m_at = std::min(m_text.find('\n', m_at), m_text.size());
            skip_blanks();
        }
    }

    [[nodiscard]] char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }

    std::optional<Literal> read(std::size_t depth) {
        if (depth > k_deepest) {
            return fail_at("fewer brackets inside of each other");
        }
        skip_blanks();
        const std::size_t begin = m_at;
        std::optional<Literal> value = read_here(depth);
        if (value) {
            value->begin = begin;
            value->end = m_at;
        }
        return value;
    }

    std::optional<Literal> read_here(std::size_t depth) {
        switch (peek()) {
        case '[':
            return read_list(']', depth);
        case '(':
            return read_list(')', depth);
        case '{':
            return read_dictionary(depth);
        case '"':
        case '\'':
            return read_text();
        default:
            return read_word();
        }
    }

    std::optional<Literal> read_list(char close, std::size_t depth) {
        Literal list;
        list.kind = LiteralKind::list;
        ++m_at;
        bool has_comma = false;
        for (skip_inside(); peek() != close; skip_inside()) {
            std::optional<Literal> item = read(depth + 1);
            if (!item) {
                return std::nullopt;
            }
            list.items.push_back(*std::move(item));
            skip_inside();
            if (peek() == ',') {
                ++m_at;
                has_comma = true;
            } else if (peek() != close) {
                return fail_at(close == ']' ? "',' or ']'" : "',' or ')'");
            }
        }
        ++m_at;
        // (x) is x, as in Python; (x,) is a tuple.
        if (close == ')' && list.items.size() == 1 && !has_comma) {
            Literal only = list.items.front();
            return only;
        }
        return list;
    }

    std::optional<Literal> read_dictionary(std::size_t depth) {
        Literal dictionary;
        dictionary.kind = LiteralKind::dictionary;
        ++m_at;
        for (skip_inside(); peek() != '}'; skip_inside()) {
            std::optional<Literal> key = read(depth + 1);
            if (!key) {
                return std::nullopt;
            }
            skip_inside();
            if (peek() != ':') {
                return fail_at("':'");
            }
            ++m_at;
            skip_inside();
            std::optional<Literal> value = read(depth + 1);
            if (!value) {
                return std::nullopt;
            }
            dictionary.entries.emplace_back(*std::move(key), *std::move(value));
            skip_inside();
            if (peek() == ',') {
                ++m_at;
            } else if (peek() != '}') {
                return fail_at("',' or '}'");
            }
        }
        ++m_at;
        return dictionary;
    }

    std::optional<Literal> read_text() {
        Literal text;
        text.kind = LiteralKind::text;
        const char quote = m_text[m_at++];
        while (peek() != quote) {
            if (m_at >= m_text.size() || peek() == '\n') {
                return fail_at("the closing quote");
            }
            if (peek() == '\\' && m_at + 1 < m_text.size()) {
                ++m_at;
                append_escape(text.text);
            } else {
                text.text += peek();
            }
            ++m_at;
        }
        ++m_at;
        return text;
    }

    void append_escape(std::string& text) const {
        switch (peek()) {
        case 'n':
            text += '\n';
            break;
        case 't':
            text += '\t';
            break;
        case 'r':
            text += '\r';
            break;
        case '\\':
        case '\'':
        case '"':
            text += peek();
            break;
        default: // as Python does
            text += '\\';
            text += peek();
        }
    }

    std::optional<Literal> read_word() {
        const std::size_t begin = m_at;
        while (m_at < m_text.size() &&
               std::string_view(" \t\r\n,:#[](){}'\"").find(peek()) == std::string_view::npos) {
            ++m_at;
        }
        const std::string_view word = m_text.substr(begin, m_at - begin);
        Literal literal;
        if (word == "None") {
            return literal;
        }
        if (word == "True" || word == "False") {
            literal.kind = LiteralKind::boolean;
            literal.flag = word == "True";
            return literal;
        }
        const std::optional<double> number = parse_number(word);
        // inf and nan are names in Python
        if (number && std::isfinite(*number) && word.find_first_of("0123456789") != word.npos) {
            literal.kind = LiteralKind::number;
            literal.number = *number;
            literal.is_whole = word.find_first_of(".eE") == word.npos;
            return literal;
        }
        m_at = begin;
        return fail_at("a value: a number, a quoted text, True, False, None, a list or a "
                       "dictionary");
    }
};

/// The text without a comment that follows a blank.
std::string without_comment(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '#' &&
            (i == 0 || std::isspace(static_cast<unsigned char>(text[i - 1])) != 0)) {
            return trimmed(text.substr(0, i));
        }
    }
    return trimmed(text);
}

} // namespace

ReadLiteral read_literal(std::string_view text) {
    LiteralReader reader(text);
    if (std::optional<Literal> value = reader.read_all()) {
        return {*std::move(value), std::nullopt};
    }
    Literal bare;
    bare.kind = LiteralKind::text;
    bare.is_bare = true;
    bare.text = without_comment(text);
    bare.begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    bare.end = bare.begin + bare.text.size();
    return {std::move(bare), std::move(reader.error)};
}

} // namespace aisprint::training
