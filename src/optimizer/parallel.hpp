// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace aisprint::optimizer {

/// Number of threads to start: 0 asks for as many as the machine has.
[[nodiscard]] inline unsigned thread_count(unsigned asked) {
    return asked > 0 ? asked : std::max(1U, std::thread::hardware_concurrency());
}

/// Runs `work(0)` to `work(count - 1)` side by side, the first on the calling thread.
inline void run_side_by_side(unsigned count, const std::function<void(unsigned)>& work) {
    std::vector<std::thread> threads;
    for (unsigned number = 1; number < count; ++number) {
        threads.emplace_back(work, number);
    }
    work(0);
    for (std::thread& thread : threads) {
        thread.join();
    }
}

} // namespace aisprint::optimizer
