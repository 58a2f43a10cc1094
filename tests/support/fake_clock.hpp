// SPDX-License-Identifier: Apache-2.0
// A clock for tests: hours pass in no time.
#pragma once

#include "aisprint/clients/pause.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <stop_token>

namespace aisprint::clients::test {

/// Time that stands still while anybody works, and jumps to the next end of a pause when all
/// threads that have told of themselves are asleep. A single thread need not tell.
class FakeClock final : public Clock {
public:
    explicit FakeClock(std::chrono::seconds wall = std::chrono::seconds{1'700'000'000})
        : m_wall(wall) {}

    [[nodiscard]] std::chrono::milliseconds now() const override {
        const std::lock_guard guard(m_mutex);
        return m_now;
    }

    [[nodiscard]] std::chrono::seconds wall_time() const override {
        return m_wall + std::chrono::duration_cast<std::chrono::seconds>(now());
    }

    void sleep(std::chrono::milliseconds duration, std::stop_token stop) override {
        std::unique_lock lock(m_mutex);
        if (stop.stop_requested()) {
            return;
        }
        const auto end = m_now + duration;
        const auto place = m_ends.insert(end);
        jump_if_all_sleep();
        m_woken.wait(lock, stop, [&] { return m_now >= end; });
        m_ends.erase(place);
    }

    void thread_begins() override {
        const std::lock_guard guard(m_mutex);
        ++m_threads;
    }

    void thread_ends() override {
        const std::lock_guard guard(m_mutex);
        --m_threads;
        jump_if_all_sleep();
    }

    /// Lets time pass.
    void advance(std::chrono::milliseconds duration) {
        const std::lock_guard guard(m_mutex);
        m_now += duration;
        m_woken.notify_all();
    }

private:
    /// Those whose pause is over still count as asleep until they run: time must not go on then.
    void jump_if_all_sleep() {
        const bool all_sleep = !m_ends.empty() && m_ends.size() >= m_threads;
        if (all_sleep && *m_ends.begin() > m_now) {
            m_now = *m_ends.begin();
            m_woken.notify_all();
        }
    }

    std::chrono::seconds m_wall;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_woken;
    std::chrono::milliseconds m_now{0};
    std::multiset<std::chrono::milliseconds> m_ends;
    std::size_t m_threads = 0;
};

} // namespace aisprint::clients::test
