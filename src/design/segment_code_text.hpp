// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "segment_code_site.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace aisprint::design::segment_code {

/// The line end that a text uses first.
[[nodiscard]] std::string line_end_of(std::string_view text);

/// Offset of the first byte of the line that holds `at`.
[[nodiscard]] std::size_t line_begin(std::string_view text, std::size_t at);

/// Offset behind the line that holds `at`, its end included.
[[nodiscard]] std::size_t line_after(std::string_view text, std::size_t at);

/// Offset behind the lines of a block that ends at `end`: its last line and the indented
/// comments that follow it.
[[nodiscard]] std::size_t block_lines_end(std::string_view text, std::size_t end);

/// Where imports can be added at the top: behind the first comment lines, the docstring and
/// imports from __future__, at the beginning of a line.
[[nodiscard]] std::size_t import_place(const PythonTree& tree);

/// The bytes [begin, end) with `unit` before each line, except blank ones and those that begin
/// inside a string.
[[nodiscard]] std::string
indented(const PythonTree& tree, std::size_t begin, std::size_t end, std::string_view unit);

/// The text after the edits, which must not overlap.
[[nodiscard]] std::string apply_edits(std::string_view text, std::vector<Edit> edits);

/// The text as a Python literal in single quotes.
[[nodiscard]] std::string quoted(std::string_view text);

} // namespace aisprint::design::segment_code
