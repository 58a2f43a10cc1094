// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::golden {

/// The bytes of a file. Throws std::runtime_error if it cannot be read.
[[nodiscard]] std::string read_text(const std::filesystem::path& path);

/// Writes a file and the folders above it. Throws std::runtime_error.
void write_text(const std::filesystem::path& path, const std::string& text);

/// Splits as a shell does: blanks, single and double quotes, backslash; nothing is expanded.
[[nodiscard]] std::vector<std::string> split_words(const std::string& line);

[[nodiscard]] std::vector<std::string> split_lines(const std::string& text);

/// Applies the blocks of an edit file (`@ PATH`, lines to replace after `-`, new ones after `+`)
/// to the files below a folder. Throws if the old lines do not occur exactly once.
void apply_edits(const std::filesystem::path& folder, const std::string& edits);

/// Line by line: `*` stands for any text, a line `...` for any number of lines.
[[nodiscard]] bool matches_glob(const std::string& pattern, const std::string& text);

/// Lines only in the first text after `-`, only in the second after `+`, three around them.
[[nodiscard]] std::string difference(const std::string& expected, const std::string& found);

/// Replaces every occurrence.
void replace_all(std::string& text, std::string_view from, std::string_view to);

} // namespace aisprint::golden
