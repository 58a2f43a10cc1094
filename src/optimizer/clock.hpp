// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace aisprint::optimizer {

/// Seconds of wall clock since it was made.
class StopWatch {
public:
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
    }

private:
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

} // namespace aisprint::optimizer
