// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aisprint::deploy {

/// A foreign text that can be shown: without terminal sequences and control characters other than
/// line ends and tabs, line ends as "\n", and bytes that are not UTF-8 as question marks.
[[nodiscard]] std::string readable_text(std::string_view text);

/// The last `count` lines of a text, without the line end behind them.
[[nodiscard]] std::string last_lines(std::string_view text, std::size_t count);

} // namespace aisprint::deploy
