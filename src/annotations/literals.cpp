// SPDX-License-Identifier: Apache-2.0
#include "literals.hpp"

#include "python_text.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace aisprint::annotations {

namespace {

bool is_octal(char c) {
    return c >= '0' && c <= '7';
}

/// Reads the escapes of a string that is not raw.
class Unescaper {
public:
    explicit Unescaper(std::string_view text) : m_text(text) {}

    tl::expected<std::string, std::string> run() {
        while (m_at < m_text.size()) {
            const char c = m_text[m_at];
            if (c != '\\' || m_at + 1 >= m_text.size()) {
                m_result.push_back(c);
                ++m_at;
                continue;
            }
            m_at += 2;
            if (!escape(m_text[m_at - 1])) {
                return tl::unexpected<std::string>("holds an escape that is not valid or not "
                                                   "supported");
            }
        }
        return m_result;
    }

private:
    /// Handles the escape whose letter is `c`; the position is behind it.
    bool escape(char c) {
        static constexpr std::string_view k_letters = "\\'\"abfnrtv";
        static constexpr std::string_view k_values = "\\'\"\a\b\f\n\r\t\v";
        if (const std::size_t known = k_letters.find(c); known != std::string_view::npos) {
            m_result.push_back(k_values[known]);
            return true;
        }
        switch (c) {
        case '\n':
            return true;
        case 'x':
            return code_point(2);
        case 'u':
            return code_point(4);
        case 'U':
            return code_point(8);
        case 'N':
            return false;
        default:
            break;
        }
        if (is_octal(c)) {
            octal();
            return true;
        }
        m_result.push_back('\\');
        m_result.push_back(c);
        return true;
    }

    void octal() {
        --m_at;
        std::uint32_t value = 0;
        for (int digits = 0; digits < 3 && m_at < m_text.size() && is_octal(m_text[m_at]);
             ++digits) {
            value = value * 8 + static_cast<std::uint32_t>(m_text[m_at] - '0');
            ++m_at;
        }
        append_utf8(m_result, value);
    }

    bool code_point(std::size_t digits) {
        if (m_at + digits > m_text.size()) {
            return false;
        }
        std::uint32_t value = 0;
        const char* const begin = m_text.data() + m_at;
        const char* const end = begin + digits;
        const auto [stop, error] = std::from_chars(begin, end, value, 16);
        if (error != std::errc{} || stop != end || value > 0x10ffff ||
            (value >= 0xd800 && value < 0xe000)) {
            return false;
        }
        append_utf8(m_result, value);
        m_at += digits;
        return true;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::string m_result;
};

std::string with_unix_lines(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r') {
            result.push_back(text[i]);
        } else if (i + 1 >= text.size() || text[i + 1] != '\n') {
            result.push_back('\n');
        }
    }
    return result;
}

void undouble(std::string& text, char brace) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        result.push_back(text[i]);
        if (text[i] == brace && i + 1 < text.size() && text[i + 1] == brace) {
            ++i;
        }
    }
    text = std::move(result);
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return result;
}

Value integer_value(std::int64_t number, std::string_view text) {
    Value value;
    value.kind = ValueKind::integer;
    value.integer = number;
    value.text = std::string(text);
    return value;
}

tl::expected<Value, std::string> parse_integer(std::string digits, std::string_view text) {
    int base = 10;
    if (digits.size() > 1 && digits[0] == '0') {
        const char mark = digits[1];
        base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 10;
        if (base != 10) {
            digits.erase(0, 2);
        }
    }
    std::int64_t number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number, base);
    if (error == std::errc::result_out_of_range) {
        return tl::unexpected<std::string>("does not fit into 64 bits");
    }
    if (error != std::errc{} || stop != end) {
        return tl::unexpected<std::string>("is not a number");
    }
    return integer_value(number, text);
}

} // namespace

tl::expected<std::string, std::string> parse_string_literal(const Node& node,
                                                            SourceEncoding encoding) {
    const Node start = node.child_of_type("string_start");
    const Node stop = node.child_of_type("string_end");
    if (!start || !stop) {
        return tl::unexpected<std::string>("has no end");
    }
    std::string prefix = lower(start.text());
    prefix.erase(std::min(prefix.find_first_of("'\""), prefix.size()));
    const bool raw = prefix.find('r') != std::string::npos;
    const bool formatted = prefix.find('f') != std::string::npos;
    if (prefix.find('b') != std::string::npos) {
        return tl::unexpected<std::string>("is a bytes literal");
    }
    if (formatted && node.child_of_type("interpolation")) {
        return tl::unexpected<std::string>("is an f-string with expressions in it");
    }
    const std::string_view whole = node.text();
    const std::string text = with_unix_lines(decode_bytes(
        whole.substr(start.end() - node.begin(), stop.begin() - start.end()), encoding));
    tl::expected<std::string, std::string> result = text;
    if (!raw) {
        result = Unescaper(text).run();
    }
    if (result && formatted) {
        undouble(*result, '{');
        undouble(*result, '}');
    }
    return result;
}

tl::expected<Value, std::string> parse_number_literal(const Node& node) {
    const std::string_view text = node.text();
    std::string digits = lower(text);
    std::erase(digits, '_');
    const bool prefixed = digits.size() > 1 && digits[0] == '0' &&
                          (digits[1] == 'x' || digits[1] == 'o' || digits[1] == 'b');
    if (digits.ends_with('j')) {
        return tl::unexpected<std::string>("is a complex number");
    }
    if (node.is("integer") && (prefixed || digits.find_first_of(".e") == std::string::npos)) {
        return parse_integer(digits, text);
    }
    Value value;
    value.kind = ValueKind::floating;
    value.text = std::string(text);
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value.floating);
    if (error != std::errc{} || stop != end) {
        return tl::unexpected<std::string>("is out of the range of floating-point numbers");
    }
    return value;
}

} // namespace aisprint::annotations
