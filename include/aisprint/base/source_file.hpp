// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/diagnostic.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint {

/// A text with the name it is shown under, and the way from byte offsets to lines and columns.
/// Lines end at "\n", "\r\n" or a lone "\r".
class SourceFile {
public:
    SourceFile() = default;

    /// `name` is the path as the user knows it (relative to the application, or as typed).
    SourceFile(std::string name, std::string text);

    /// The path as shown in diagnostics.
    [[nodiscard]] const std::string& name() const { return m_name; }

    /// The whole text, as it was read.
    [[nodiscard]] const std::string& text() const { return m_text; }

    /// The span of the bytes [begin, end); the length stops at the end of the first line.
    [[nodiscard]] Span span_of(std::size_t begin, std::size_t end) const;

    /// The byte offset of a line and a column, both from 1 and columns in code points; past the
    /// end gives the nearest valid place.
    [[nodiscard]] std::size_t offset_of(std::size_t line, std::size_t column) const;

    /// Line `line` (from 1) without its end; empty when there is no such line.
    [[nodiscard]] std::string_view line_text(std::size_t line) const;

    /// How many lines there are; an empty text has one.
    [[nodiscard]] std::size_t line_count() const { return m_line_starts.size(); }

private:
    [[nodiscard]] std::size_t count_columns(std::string_view text) const;

    std::string m_name;
    std::string m_text;
    std::vector<std::size_t> m_line_starts{0};
    bool m_is_ascii = true; ///< columns need no counting then
};

/// How many code points `text` holds; bytes that are not UTF-8 count one each.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

/// True if `text` is well-formed UTF-8 (no overlong forms, no surrogates).
[[nodiscard]] bool is_utf8(std::string_view text);

} // namespace aisprint
