// SPDX-License-Identifier: Apache-2.0
#include "im_auth_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace aisprint::clients {

namespace {

constexpr std::string_view k_blanks = " \t";
constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";

/// A part of the text by its place.
struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
};

Range trimmed(std::string_view text, Range range) {
    while (range.begin < range.end && k_blanks.find(text[range.begin]) != std::string_view::npos) {
        ++range.begin;
    }
    while (range.end > range.begin &&
           k_blanks.find(text[range.end - 1]) != std::string_view::npos) {
        --range.end;
    }
    return range;
}

/// The ranges between the separators that stand outside of quotes.
std::vector<Range> split(std::string_view text, Range range, char separator) {
    std::vector<Range> parts;
    char quote = '\0';
    std::size_t begin = range.begin;
    for (std::size_t i = range.begin; i < range.end; ++i) {
        const char letter = text[i];
        if (quote != '\0') {
            quote = letter == quote ? '\0' : quote;
        } else if (letter == '"' || letter == '\'') {
            quote = letter;
        } else if (letter == separator) {
            parts.push_back({begin, i});
            begin = i + 1;
        }
    }
    parts.push_back({begin, range.end});
    return parts;
}

/// The place of a quote that is not closed, if there is one.
std::optional<std::size_t> open_quote(std::string_view text, Range range) {
    std::optional<std::size_t> open;
    for (std::size_t i = range.begin; i < range.end; ++i) {
        const char letter = text[i];
        if (open) {
            if (letter == text[*open]) {
                open.reset();
            }
        } else if (letter == '"' || letter == '\'') {
            open = i;
        }
    }
    return open;
}

/// A side of "key = value" as the server reads it: quotes dropped, and backslash-n (with one
/// backslash or two) as a line end.
std::string unquoted(std::string_view text) {
    std::string result;
    char quote = '\0';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char letter = text[i];
        if (letter == quote) {
            quote = '\0';
        } else if (quote == '\0' && (letter == '"' || letter == '\'')) {
            quote = letter;
        } else if (text.substr(i, 3) == "\\\\n") {
            result += '\n';
            i += 2;
        } else if (text.substr(i, 2) == "\\n") {
            result += '\n';
            ++i;
        } else {
            result += letter;
        }
    }
    return result;
}

/// Reads files of lines.
class LineReader {
public:
    LineReader(const SourceFile& source, std::vector<Diagnostic>& errors)
        : m_source(source), m_text(source.text()), m_errors(errors) {}

    RawAuth read();

private:
    bool has_bad_characters(Range line);
    void read_bearer(Range line);
    void read_credential(Range line);
    void read_part(Range part, RawCredential& credential);

    void error(Range range, const char* code, std::string message, std::string hint = {}) {
        m_errors.push_back(auth_error(m_source.span_of(range.begin, range.end), code,
                                      std::move(message), std::move(hint)));
    }

    const SourceFile& m_source;
    std::string_view m_text;
    std::vector<Diagnostic>& m_errors;
    RawAuth m_result;
    std::size_t m_lines = 0; ///< that are neither empty nor comments
    std::optional<Range> m_bearer;
};

RawAuth LineReader::read() {
    for (std::size_t number = 1; number <= m_source.line_count(); ++number) {
        const std::string_view whole = m_source.line_text(number);
        const auto begin = static_cast<std::size_t>(whole.data() - m_text.data());
        Range line{begin, begin + whole.size()};
        if (line.begin == 0 && whole.substr(0, k_byte_order_mark.size()) == k_byte_order_mark) {
            line.begin += k_byte_order_mark.size();
        }
        line = trimmed(m_text, line);
        if (line.begin == line.end || m_text[line.begin] == '#') {
            continue;
        }
        ++m_lines;
        if (has_bad_characters(line)) {
            m_result.is_complete = false;
            continue;
        }
        constexpr std::string_view k_bearer = "bearer ";
        const std::string_view start = m_text.substr(line.begin, k_bearer.size());
        if (start.size() == k_bearer.size() && line.end - line.begin > k_bearer.size() &&
            std::equal(start.begin(), start.end(), k_bearer.begin(), [](char a, char b) {
                return std::tolower(static_cast<unsigned char>(a)) == b;
            })) {
            read_bearer(line);
        } else {
            read_credential(line);
        }
    }
    if (m_bearer && m_lines > 1) {
        error(*m_bearer, "IMC011", "a bearer token must be the only line of its file",
              "keep either the token or the credentials");
    }
    return std::move(m_result);
}

bool LineReader::has_bad_characters(Range line) {
    const std::size_t before = m_errors.size();
    for (std::size_t i = line.begin; i < line.end; ++i) {
        const auto byte = static_cast<unsigned char>(m_text[i]);
        const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
        const std::string_view letter = m_text.substr(i, length);
        if (!is_utf8(letter)) {
            error({i, i + 1}, "IMC003", "a byte that is not UTF-8", "save the file as UTF-8");
            return true; // the rest would be guesswork
        }
        const bool is_c1 = byte == 0xC2 && static_cast<unsigned char>(letter[1]) < 0xA0;
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f || is_c1) {
            error({i, i + length}, "IMC004", "a control character, which no header can hold",
                  "remove it; a line end inside of a value is written \\n");
        } else if (byte > 0xC3) {
            error({i, i + length}, "IMC005",
                  "a character outside of Latin-1, which no header can hold",
                  "use only characters up to U+00FF");
        }
        i += length - 1;
    }
    return m_errors.size() > before;
}

void LineReader::read_bearer(Range line) {
    constexpr std::string_view k_token =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";
    const Range token = trimmed(m_text, {line.begin + 7, line.end});
    const std::string_view text = m_text.substr(token.begin, token.end - token.begin);
    m_bearer = line;
    m_result.form = RawAuth::Form::bearer;
    if (const std::size_t at = text.find_first_not_of(k_token); at != std::string_view::npos) {
        error({token.begin + at, token.begin + at + 1}, "IMC011",
              "a bearer token holds letters, digits and -._~+/= only",
              "copy the token again, in one line");
        return;
    }
    m_result.bearer = std::string(text);
}

void LineReader::read_credential(Range line) {
    if (const std::optional<std::size_t> quote = open_quote(m_text, line)) {
        error({*quote, *quote + 1}, "IMC006", "a quote that is not closed",
              "close it; a value with one kind of quote in it is put into the other kind");
        m_result.is_complete = false;
        return;
    }
    RawCredential credential;
    credential.span = m_source.span_of(line.begin, line.end);
    std::vector<Range> parts = split(m_text, line, ';');
    if (const Range last = trimmed(m_text, parts.back());
        last.begin == last.end && parts.size() > 1) {
        parts.pop_back(); // a semicolon at the end is usual
    }
    const std::size_t before = m_errors.size();
    for (const Range part : parts) {
        read_part(part, credential);
    }
    credential.is_complete = m_errors.size() == before;
    m_result.credentials.push_back(std::move(credential));
}

void LineReader::read_part(Range part, RawCredential& credential) {
    const Range inner = trimmed(m_text, part);
    if (inner.begin == inner.end) {
        error({part.begin, std::max(part.end, part.begin + 1)}, "IMC007",
              "nothing between two semicolons", "remove one of them");
        return;
    }
    const std::vector<Range> sides = split(m_text, inner, '=');
    if (sides.size() != 2) {
        error(inner, "IMC007",
              sides.size() < 2 ? "a part that is not of the form key = value"
                               : "more than one '=' in a part",
              "put a value with '=' or ';' in it into quotes");
        return;
    }
    const Range key = trimmed(m_text, sides[0]);
    const Range value = trimmed(m_text, sides[1]);
    RawField field;
    field.key = unquoted(m_text.substr(key.begin, key.end - key.begin));
    if (!is_field_name(field.key)) {
        error({key.begin, std::max(key.end, key.begin + 1)}, "IMC008",
              "the text before '=' is not the name of a field",
              "put a value with '=' or ';' in it into quotes");
        return;
    }
    field.key_span = m_source.span_of(key.begin, key.end);
    if (value.begin == value.end) {
        error(key, "IMC009", "a field without a value", "write '' for an empty one");
        return;
    }
    field.value = unquoted(m_text.substr(value.begin, value.end - value.begin));
    field.value_span = m_source.span_of(value.begin, value.end);
    credential.fields.push_back(std::move(field));
}

bool is_json_form(std::string_view text) {
    if (text.substr(0, k_byte_order_mark.size()) == k_byte_order_mark) {
        text.remove_prefix(k_byte_order_mark.size());
    }
    const std::size_t at = text.find_first_not_of(" \t\r\n");
    return at != std::string_view::npos && text[at] == '[';
}

} // namespace

Diagnostic auth_error(const Span& span, std::string code, std::string message, std::string hint) {
    Diagnostic diagnostic = make_error(std::move(code), std::move(message), std::move(hint));
    diagnostic.span = span;
    return diagnostic;
}

bool is_field_name(std::string_view text) {
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 &&
           text.front() != '.' && text.front() != '-' &&
           std::all_of(text.begin(), text.end(), [](unsigned char letter) {
               return letter < 0x80 && (std::isalnum(letter) != 0 || letter == '_' ||
                                        letter == '.' || letter == '-');
           });
}

RawAuth read_auth(const SourceFile& source, std::vector<Diagnostic>& errors) {
    if (is_json_form(source.text())) {
        return read_json_auth(source, errors);
    }
    return LineReader(source, errors).read();
}

} // namespace aisprint::clients
