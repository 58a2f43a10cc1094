// SPDX-License-Identifier: Apache-2.0
#include "text.hpp"

#include "aisprint/base/source_file.hpp"

namespace aisprint::deploy {

namespace {

constexpr char k_escape = '\x1b';
constexpr unsigned char k_first_printable = 0x20;
constexpr unsigned char k_delete = 0x7f;
constexpr unsigned char k_first_not_ascii = 0x80;

/// How long the terminal sequence at the beginning of `text` is: ESC [ ... letter, or ESC x.
std::size_t sequence_length(std::string_view text) {
    if (text.size() < 2 || text[1] != '[') {
        return text.size() < 2 ? 1 : 2;
    }
    std::size_t end = 2;
    while (end < text.size() && (text[end] < '@' || text[end] > '~')) {
        ++end;
    }
    return end < text.size() ? end + 1 : end;
}

/// How long the character at the beginning of `text` is; 0 if it is not UTF-8.
std::size_t character_length(std::string_view text) {
    constexpr std::size_t k_longest = 4;
    for (std::size_t length = 1; length <= k_longest && length <= text.size(); ++length) {
        if (is_utf8(text.substr(0, length))) {
            return length;
        }
    }
    return 0;
}

} // namespace

std::string readable_text(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const char letter = text.front();
        const auto byte = static_cast<unsigned char>(letter);
        std::size_t length = 1;
        if (letter == k_escape) {
            length = sequence_length(text);
        } else if (byte >= k_first_not_ascii) {
            length = character_length(text);
            result += length == 0 ? std::string_view("?") : text.substr(0, length);
            length = length == 0 ? 1 : length;
        } else if (letter == '\r') {
            result += '\n';
            length = text.substr(0, 2) == "\r\n" ? 2 : 1;
        } else if (letter == '\n' || letter == '\t' ||
                   (byte >= k_first_printable && byte != k_delete)) {
            result += letter;
        }
        text.remove_prefix(length);
    }
    return result;
}

std::string last_lines(std::string_view text, std::size_t count) {
    while (!text.empty() && text.back() == '\n') {
        text.remove_suffix(1);
    }
    std::size_t begin = text.size();
    while (count > 0 && begin > 0) {
        const std::size_t found = text.rfind('\n', begin - 1);
        if (found == std::string_view::npos) {
            return std::string(text);
        }
        begin = found;
        --count;
    }
    return std::string(text.substr(begin == text.size() ? begin : begin + 1));
}

} // namespace aisprint::deploy
