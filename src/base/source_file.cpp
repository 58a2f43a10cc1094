// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/source_file.hpp"

#include <algorithm>
#include <cstdint>

namespace aisprint {

namespace {

bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// Length of the UTF-8 sequence at the start of `text`, 0 if it is not well-formed.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80U) {
        return 1;
    }
    std::size_t length = 0;
    std::uint32_t value = 0;
    std::uint32_t smallest = 0;
    if ((lead & 0xE0U) == 0xC0U) {
        length = 2;
        value = lead & 0x1FU;
        smallest = 0x80;
    } else if ((lead & 0xF0U) == 0xE0U) {
        length = 3;
        value = lead & 0x0FU;
        smallest = 0x800;
    } else if ((lead & 0xF8U) == 0xF0U) {
        length = 4;
        value = lead & 0x07U;
        smallest = 0x10000;
    } else {
        return 0;
    }
    if (text.size() < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if (!is_continuation(text[i])) {
            return 0;
        }
        value = (value << 6U) | (byte(i) & 0x3FU);
    }
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    return value < smallest || value > 0x10FFFF || surrogate ? 0 : length;
}

} // namespace

SourceFile::SourceFile(std::string name, std::string text)
    : m_name(std::move(name)), m_text(std::move(text)) {
    m_is_ascii =
        std::ranges::all_of(m_text, [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
    for (std::size_t i = 0; i < m_text.size(); ++i) {
        const bool carriage_return =
            m_text[i] == '\r' && (i + 1 == m_text.size() || m_text[i + 1] != '\n');
        if (m_text[i] == '\n' || carriage_return) {
            m_line_starts.push_back(i + 1);
        }
    }
}

Span SourceFile::span_of(std::size_t begin, std::size_t end) const {
    begin = std::min(begin, m_text.size());
    end = std::clamp(end, begin, m_text.size());
    const auto next = std::ranges::upper_bound(m_line_starts, begin);
    const auto line = static_cast<std::size_t>(next - m_line_starts.begin());
    const std::size_t start = m_line_starts[line - 1];
    const std::size_t line_end = start + line_text(line).size();
    const std::string_view text = m_text;
    Span span{m_name, line, 0, 0};
    span.column = count_columns(text.substr(start, begin - start)) + 1;
    const std::size_t stop = std::max(begin, std::min(end, line_end));
    span.length = count_columns(text.substr(begin, stop - begin));
    return span;
}

std::size_t SourceFile::count_columns(std::string_view text) const {
    return m_is_ascii ? text.size() : count_code_points(text);
}

std::size_t SourceFile::offset_of(std::size_t line, std::size_t column) const {
    line = std::clamp<std::size_t>(line, 1, m_line_starts.size());
    const std::string_view text = line_text(line);
    if (m_is_ascii) {
        return m_line_starts[line - 1] +
               std::min(text.size(), std::max<std::size_t>(column, 1) - 1);
    }
    std::size_t offset = 0;
    for (std::size_t position = 1; position < column && offset < text.size(); ++position) {
        ++offset;
        while (offset < text.size() && is_continuation(text[offset])) {
            ++offset;
        }
    }
    return m_line_starts[line - 1] + offset;
}

std::string_view SourceFile::line_text(std::size_t line) const {
    if (line == 0 || line > m_line_starts.size()) {
        return {};
    }
    const std::size_t start = m_line_starts[line - 1];
    const std::size_t end = line < m_line_starts.size() ? m_line_starts[line] : m_text.size();
    std::string_view text = std::string_view(m_text).substr(start, end - start);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.remove_suffix(1);
    }
    return text;
}

std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    while (!text.empty()) {
        text.remove_prefix(std::max<std::size_t>(1, sequence_length(text)));
        ++count;
    }
    return count;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

} // namespace aisprint
