// SPDX-License-Identifier: Apache-2.0
#include "python_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>

namespace aisprint::annotations {

namespace {

/// 0x80 to 0x9f of Windows' code page 1252; 0 where it defines nothing.
constexpr std::array<std::uint16_t, 32> k_cp1252 = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

std::uint32_t latin9_code_point(std::uint8_t byte) {
    switch (byte) {
    case 0xa4:
        return 0x20ac;
    case 0xa6:
        return 0x0160;
    case 0xa8:
        return 0x0161;
    case 0xb4:
        return 0x017d;
    case 0xb8:
        return 0x017e;
    case 0xbc:
        return 0x0152;
    case 0xbd:
        return 0x0153;
    case 0xbe:
        return 0x0178;
    default:
        return byte;
    }
}

struct Cookie {
    std::string name;
    Span span;
};

/// The encoding named on a line, as PEP 263 has it, with its byte offset in the line.
std::optional<std::pair<std::string, std::size_t>> cookie_of_line(std::string_view line) {
    const std::size_t start = line.find_first_not_of(" \t\f");
    if (start == std::string_view::npos || line[start] != '#') {
        return std::nullopt;
    }
    for (std::size_t at = line.find("coding", start); at != std::string_view::npos;
         at = line.find("coding", at + 1)) {
        std::size_t name = at + 6;
        if (name >= line.size() || (line[name] != ':' && line[name] != '=')) {
            continue;
        }
        name = std::min(line.find_first_not_of(" \t", name + 1), line.size());
        std::size_t end = name;
        while (end < line.size() && (std::isalnum(static_cast<unsigned char>(line[end])) != 0 ||
                                     line[end] == '-' || line[end] == '_' || line[end] == '.')) {
            ++end;
        }
        if (end > name) {
            return std::pair(std::string(line.substr(name, end - name)), name);
        }
    }
    return std::nullopt;
}

std::optional<Cookie> find_cookie(const SourceFile& source) {
    for (std::size_t number = 1; number <= std::min<std::size_t>(2, source.line_count());
         ++number) {
        const std::string_view line = source.line_text(number);
        if (const auto found = cookie_of_line(line)) {
            const std::size_t begin = source.offset_of(number, 1) + found->second;
            return Cookie{found->first, source.span_of(begin, begin + found->first.size())};
        }
        const std::size_t start = line.find_first_not_of(" \t\f");
        if (start != std::string_view::npos && line[start] != '#') {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

std::optional<SourceEncoding> encoding_of_name(std::string name) {
    std::ranges::transform(name, name.begin(), [](char c) {
        return c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    const auto is_one_of = [&name](std::initializer_list<std::string_view> names) {
        return std::ranges::find(names, std::string_view(name)) != names.end();
    };
    if (is_one_of({"utf-8", "utf8", "utf-8-sig", "u8", "ascii", "us-ascii"})) {
        return SourceEncoding::utf8;
    }
    if (is_one_of({"latin-1", "latin1", "iso-8859-1", "iso8859-1", "l1"})) {
        return SourceEncoding::latin1;
    }
    if (is_one_of({"latin-9", "latin9", "iso-8859-15", "iso8859-15", "l9"})) {
        return SourceEncoding::latin9;
    }
    if (is_one_of({"cp1252", "windows-1252", "1252"})) {
        return SourceEncoding::cp1252;
    }
    return std::nullopt;
}

Result<SourceEncoding> encoding_of(const SourceFile& source) {
    const bool plain = std::ranges::all_of(
        source.text(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    const std::optional<Cookie> cookie = find_cookie(source);
    if (!cookie || plain) {
        return SourceEncoding::utf8;
    }
    if (const auto encoding = encoding_of_name(cookie->name)) {
        return *encoding;
    }
    return fail(ErrorKind::input,
                make_error_at(source, cookie->span, "ANN003",
                              fmt::format("encoding '{}' is not supported; known are utf-8, "
                                          "iso-8859-1, iso-8859-15 and cp1252",
                                          cookie->name),
                              "save the file as UTF-8"));
}

/// The offset of the first byte that is not part of well-formed UTF-8.
std::size_t first_bad_byte(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t length = 1;
        while (length < 4 && !is_utf8(text.substr(at, length))) {
            ++length;
        }
        if (!is_utf8(text.substr(at, length))) {
            return at;
        }
        at += length;
    }
    return text.size();
}

} // namespace

Result<PreparedText> prepare_text(const SourceFile& source) {
    PreparedText prepared{source.text(), SourceEncoding::utf8};
    std::string& text = prepared.text;
    if (const std::size_t zero = text.find('\0'); zero != std::string::npos) {
        return fail(ErrorKind::input,
                    make_error_at(source, source.span_of(zero, zero + 1), "ANN003",
                                  "the file holds a zero byte, which Python does not allow",
                                  "save the file as UTF-8 text"));
    }
    AISPRINT_TRY_ASSIGN(prepared.encoding, encoding_of(source));
    if (prepared.encoding == SourceEncoding::utf8) {
        if (!is_utf8(text)) {
            const std::size_t bad = first_bad_byte(text);
            return fail(ErrorKind::input,
                        make_error_at(source, source.span_of(bad, bad + 1), "ANN003",
                                      fmt::format("byte 0x{:02x} is not valid UTF-8",
                                                  static_cast<unsigned char>(text[bad])),
                                      "save the file as UTF-8, or name its encoding on the first "
                                      "line, as in `# -*- coding: latin-1 -*-`"));
        }
    } else {
        std::ranges::replace_if(
            text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, 'x');
    }
    for (std::size_t at = text.find('\r'); at != std::string::npos; at = text.find('\r', at + 1)) {
        if (at + 1 >= text.size() || text[at + 1] != '\n') {
            text[at] = '\n';
        }
    }
    return prepared;
}

void append_utf8(std::string& text, std::uint32_t code_point) {
    const auto put = [&text](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xc0U | (code_point >> 6U));
        put(0x80U | (code_point & 0x3fU));
    } else if (code_point < 0x10000) {
        put(0xe0U | (code_point >> 12U));
        put(0x80U | ((code_point >> 6U) & 0x3fU));
        put(0x80U | (code_point & 0x3fU));
    } else {
        put(0xf0U | (code_point >> 18U));
        put(0x80U | ((code_point >> 12U) & 0x3fU));
        put(0x80U | ((code_point >> 6U) & 0x3fU));
        put(0x80U | (code_point & 0x3fU));
    }
}

std::string decode_bytes(std::string_view bytes, SourceEncoding encoding) {
    if (encoding == SourceEncoding::utf8) {
        return std::string(bytes);
    }
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        std::uint32_t code_point = byte;
        if (encoding == SourceEncoding::latin9) {
            code_point = latin9_code_point(byte);
        } else if (encoding == SourceEncoding::cp1252 && byte >= 0x80 && byte < 0xa0 &&
                   k_cp1252.at(byte - 0x80U) != 0) {
            code_point = k_cp1252.at(byte - 0x80U);
        }
        append_utf8(text, code_point);
    }
    return text;
}

} // namespace aisprint::annotations
