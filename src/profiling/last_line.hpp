// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace aisprint::profiling {

/// The last line of what a program wrote that says something.
[[nodiscard]] inline std::string last_line(const std::string& text) {
    const std::size_t end = text.find_last_not_of(" \n\r");
    if (end == std::string::npos) {
        return "it says nothing";
    }
    const std::size_t before = text.find_last_of('\n', end);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    return text.substr(begin, end - begin + 1);
}

} // namespace aisprint::profiling
