// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/pause.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace aisprint::clients {

std::chrono::milliseconds SystemClock::now() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
}

std::chrono::seconds SystemClock::wall_time() const {
    return std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch());
}

void SystemClock::sleep(std::chrono::milliseconds duration, std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait_for(lock, stop, duration, [] { return false; });
}

std::chrono::milliseconds RetryPolicy::pause_before(int attempt, double random) const {
    constexpr int k_most_doublings = 16; // far beyond any use; keeps the shift in range
    const int doublings = std::clamp(attempt - 2, 0, k_most_doublings);
    const auto doubled = std::min<std::int64_t>(
        first_pause.count() * (std::int64_t{1} << doublings), longest_pause.count());
    const auto whole = static_cast<double>(doubled);
    const double kept = 1.0 - std::clamp(jitter, 0.0, 1.0) * std::clamp(random, 0.0, 1.0);
    return std::chrono::milliseconds(static_cast<std::int64_t>(whole * kept));
}

} // namespace aisprint::clients
