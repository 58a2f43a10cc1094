// SPDX-License-Identifier: Apache-2.0
// The JSON form of an auth.dat: a list of flat objects. Read here, and not by the JSON library,
// since its messages quote what they found, and since it knows no places.
#include "im_auth_reader.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>

namespace aisprint::clients {

namespace {

void append_utf8(std::string& text, std::uint32_t code) {
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xC0U | (code >> 6U));
        text += static_cast<char>(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        text += static_cast<char>(0xE0U | (code >> 12U));
        text += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
        text += static_cast<char>(0x80U | (code & 0x3FU));
    } else {
        text += static_cast<char>(0xF0U | (code >> 18U));
        text += static_cast<char>(0x80U | ((code >> 12U) & 0x3FU));
        text += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
        text += static_cast<char>(0x80U | (code & 0x3FU));
    }
}

/// Reads until the first error.
class JsonReader {
public:
    JsonReader(const SourceFile& source, std::vector<Diagnostic>& errors)
        : m_source(source), m_text(source.text()), m_errors(errors) {}

    RawAuth read() {
        RawAuth auth;
        skip_blanks();
        ++m_at; // the bracket that told the form
        auth.is_complete = read_items(auth.credentials);
        skip_blanks();
        if (auth.is_complete && m_at < m_text.size()) {
            fail("nothing after the list");
        }
        return auth;
    }

private:
    bool read_items(std::vector<RawCredential>& credentials) {
        if (accept(']')) {
            return true;
        }
        do {
            RawCredential credential;
            if (!read_object(credential)) {
                return false;
            }
            credentials.push_back(std::move(credential));
        } while (accept(','));
        return accept(']') || fail("',' or ']'");
    }

    bool read_object(RawCredential& credential) {
        skip_blanks();
        const std::size_t begin = m_at;
        if (!accept('{')) {
            return fail("an object: {\"key\": \"value\", ...}");
        }
        if (!accept('}')) {
            do {
                if (!read_field(credential)) {
                    return false;
                }
            } while (accept(','));
            if (!accept('}')) {
                return fail("',' or '}'");
            }
        }
        credential.span = m_source.span_of(begin, m_at);
        return true;
    }

    bool read_field(RawCredential& credential) {
        RawField field;
        skip_blanks();
        std::size_t begin = m_at;
        const std::optional<std::string> key = read_text();
        if (!key) {
            return fail("the name of a field, in double quotes");
        }
        field.key = *key;
        field.key_span = m_source.span_of(begin, m_at);
        if (!is_field_name(field.key)) {
            m_errors.push_back(auth_error(field.key_span, "IMC008",
                                          "the text before ':' is not the name of a field"));
        }
        if (!accept(':')) {
            return fail("':'");
        }
        skip_blanks();
        begin = m_at;
        const std::optional<std::string> value =
            m_at < m_text.size() && m_text[m_at] == '"' ? read_text() : read_word();
        if (!value) {
            m_at = begin;
            return fail("a text in double quotes");
        }
        field.value = *value;
        field.value_span = m_source.span_of(begin, m_at);
        if (is_field_name(field.key) && m_text.substr(begin, m_at - begin) != "null") {
            credential.fields.push_back(std::move(field));
        }
        return true;
    }

    /// A number, true, false or null, as it is written.
    std::optional<std::string> read_word() {
        const std::size_t begin = m_at;
        while (m_at < m_text.size() &&
               (std::isalnum(static_cast<unsigned char>(m_text[m_at])) != 0 ||
                m_text[m_at] == '.' || m_text[m_at] == '-' || m_text[m_at] == '+')) {
            ++m_at;
        }
        const std::string_view word = m_text.substr(begin, m_at - begin);
        const bool known =
            word == "true" || word == "false" || word == "null" ||
            (!word.empty() &&
             (word.front() == '-' || std::isdigit(static_cast<unsigned char>(word.front())) != 0));
        return known ? std::optional<std::string>(word) : std::nullopt;
    }

    std::optional<std::string> read_text() {
        if (m_at >= m_text.size() || m_text[m_at] != '"') {
            return std::nullopt;
        }
        std::string text;
        for (std::size_t i = m_at + 1; i < m_text.size(); ++i) {
            const char letter = m_text[i];
            if (letter == '"') {
                m_at = i + 1;
                return text;
            }
            if (static_cast<unsigned char>(letter) < 0x20) {
                return std::nullopt;
            }
            if (letter != '\\') {
                text += letter;
            } else if (!read_escape(i, text)) {
                return std::nullopt;
            }
        }
        return std::nullopt;
    }

    /// The escape whose backslash is at `i`; leaves `i` at its last character.
    bool read_escape(std::size_t& i, std::string& text) {
        constexpr std::string_view k_names = "\"\\/bfnrt";
        constexpr std::string_view k_values = "\"\\/\b\f\n\r\t";
        ++i;
        if (i >= m_text.size()) {
            return false;
        }
        if (const std::size_t found = k_names.find(m_text[i]); found != std::string_view::npos) {
            text += k_values[found];
            return true;
        }
        std::optional<std::uint32_t> code = hex_code(i);
        if (!code) {
            return false;
        }
        i += 4;
        if (*code >= 0xD800 && *code < 0xDC00 && m_text.substr(i + 1, 1) == "\\") {
            const std::optional<std::uint32_t> low = hex_code(i + 2);
            if (!low || *low < 0xDC00 || *low > 0xDFFF) {
                return false;
            }
            code = 0x10000 + ((*code - 0xD800) << 10U) + (*low - 0xDC00);
            i += 6;
        }
        if (*code >= 0xD800 && *code <= 0xDFFF) {
            return false;
        }
        append_utf8(text, *code);
        return true;
    }

    /// The number of "uXXXX" at `at`.
    std::optional<std::uint32_t> hex_code(std::size_t at) const {
        if (at + 5 > m_text.size() || m_text[at] != 'u') {
            return std::nullopt;
        }
        std::uint32_t code = 0;
        for (std::size_t i = at + 1; i < at + 5; ++i) {
            const int letter = std::tolower(static_cast<unsigned char>(m_text[i]));
            if (std::isxdigit(letter) == 0) {
                return std::nullopt;
            }
            const int digit = std::isdigit(letter) != 0 ? letter - '0' : letter - 'a' + 10;
            code = code * 16 + static_cast<std::uint32_t>(digit);
        }
        return code;
    }

    void skip_blanks() {
        m_at = std::min(m_text.find_first_not_of(" \t\r\n\xEF\xBB\xBF", m_at), m_text.size());
    }

    bool accept(char letter) {
        skip_blanks();
        if (m_at < m_text.size() && m_text[m_at] == letter) {
            ++m_at;
            return true;
        }
        return false;
    }

    bool fail(const char* expected) {
        skip_blanks();
        const std::size_t at = std::min(m_at, m_text.empty() ? 0 : m_text.size() - 1);
        m_errors.push_back(auth_error(m_source.span_of(at, at + 1), "IMC010",
                                      std::string("not valid here; expected ") + expected,
                                      "the JSON form is a list of objects whose values are texts"));
        return false;
    }

    const SourceFile& m_source;
    std::string_view m_text;
    std::vector<Diagnostic>& m_errors;
    std::size_t m_at = 0;
};

} // namespace

RawAuth read_json_auth(const SourceFile& source, std::vector<Diagnostic>& errors) {
    return JsonReader(source, errors).read();
}

} // namespace aisprint::clients
