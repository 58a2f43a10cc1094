// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/markup.hpp"

#include "aisprint/base/source_file.hpp"

namespace aisprint {

namespace {

const char* const k_replacement = "\xEF\xBF\xBD"; // U+FFFD

/// Bytes of a UTF-8 character by its first one.
std::size_t character_size(unsigned char first) {
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

std::string escape_ascii(char letter) {
    switch (letter) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
    case '\r':
        return " ";
    default:
        // Other control characters are not allowed in markup.
        return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F
                   ? std::string(k_replacement)
                   : std::string(1, letter);
    }
}

/// Replaces bytes that are not ASCII if the text is not UTF-8.
std::string as_utf8(const std::string& text) {
    if (is_utf8(text)) {
        return text;
    }
    std::string result;
    for (const char letter : text) {
        result += static_cast<unsigned char>(letter) < 0x80 ? std::string(1, letter)
                                                            : std::string(k_replacement);
    }
    return result;
}

} // namespace

std::string escape_markup(const std::string& text) {
    const std::string clean = as_utf8(text);
    std::string result;
    for (std::size_t at = 0; at < clean.size();) {
        const std::size_t size = character_size(static_cast<unsigned char>(clean[at]));
        const std::string character = clean.substr(at, size);
        const bool forbidden = character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
        result += size == 1 ? escape_ascii(clean[at]) : forbidden ? k_replacement : character;
        at += size;
    }
    return result;
}

std::string shortened_markup(const std::string& text, std::size_t letters) {
    const std::string clean = as_utf8(text);
    if (count_code_points(clean) <= letters) {
        return escape_markup(clean);
    }
    std::size_t at = 0;
    for (std::size_t count = 0; count + 1 < letters && at < clean.size(); ++count) {
        at += character_size(static_cast<unsigned char>(clean[at]));
    }
    return escape_markup(clean.substr(0, at)) + "\xE2\x80\xA6";
}

} // namespace aisprint
