// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace aisprint {

/// Text as it may stand in HTML and SVG, also in attributes; what is no character is replaced.
[[nodiscard]] std::string escape_markup(const std::string& text);

/// Escaped text of at most `letters` letters; longer ones end in an ellipsis.
[[nodiscard]] std::string shortened_markup(const std::string& text, std::size_t letters);

} // namespace aisprint
