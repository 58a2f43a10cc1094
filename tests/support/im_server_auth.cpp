// SPDX-License-Identifier: Apache-2.0
#include "im_server_auth.hpp"

#include <cstddef>

namespace aisprint::clients::test {

namespace {

std::string replaced(std::string_view text, std::string_view from, char to) {
    std::string result;
    while (!text.empty()) {
        if (text.substr(0, from.size()) == from) {
            result += to;
            text.remove_prefix(from.size());
        } else {
            result += text.front();
            text.remove_prefix(1);
        }
    }
    return result;
}

std::vector<std::string> split_at(const std::string& text, std::string_view separator) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    for (;;) {
        const std::size_t end = text.find(separator, begin);
        parts.push_back(text.substr(begin, end - begin));
        if (end == std::string::npos) {
            return parts;
        }
        begin = end + separator.size();
    }
}

/// Python's idea of a blank among the first 256 code points.
bool is_blank(char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    return (byte >= 0x09 && byte <= 0x0d) || (byte >= 0x1c && byte <= 0x20) || byte == 0x85 ||
           byte == 0xa0;
}

std::string stripped(const std::string& text) {
    std::size_t begin = 0;
    std::size_t end = text.size();
    while (begin < end && is_blank(text[begin])) {
        ++begin;
    }
    while (end > begin && is_blank(text[end - 1])) {
        --end;
    }
    return text.substr(begin, end - begin);
}

enum class Quotes { kept, dropped };

/// Splits where `separator` stands outside of quotes. A last part of blanks only is left out,
/// unless there were quotes somewhere.
std::vector<std::string>
split_outside_quotes(const std::string& text, char separator, Quotes quotes) {
    std::vector<std::string> parts;
    std::string part;
    bool in_single = false;
    bool in_double = false;
    bool any = false;
    for (const char letter : text) {
        if (letter == '"' && !in_single) {
            in_double = !in_double;
        } else if (letter == '\'' && !in_double) {
            in_single = !in_single;
        } else {
            if (letter == separator && !in_single && !in_double) {
                parts.push_back(part);
                part.clear();
            } else {
                part += letter;
            }
            continue;
        }
        any = true;
        if (quotes == Quotes::kept) {
            part += letter;
        }
    }
    if (any || !stripped(part).empty()) {
        parts.push_back(part);
    }
    return parts;
}

} // namespace

std::vector<std::map<std::string, std::string>> parse_authorization(std::string_view header) {
    const std::string text = replaced(header, "\\\\n", '\n');
    std::vector<std::map<std::string, std::string>> credentials;
    for (const std::string& raw : split_at(text, "\\n")) {
        const std::string line = stripped(raw);
        if (line.empty() || line.front() == '#') {
            continue;
        }
        std::map<std::string, std::string> credential;
        for (const std::string& part : split_outside_quotes(line, ';', Quotes::kept)) {
            const std::vector<std::string> sides = split_outside_quotes(part, '=', Quotes::dropped);
            if (sides.size() != 2) {
                break;
            }
            credential[stripped(sides[0])] = replaced(stripped(sides[1]), "\\n", '\n');
        }
        credentials.push_back(std::move(credential));
    }
    return credentials;
}

} // namespace aisprint::clients::test
