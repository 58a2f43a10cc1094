// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <stop_token>

namespace aisprint::clients {

/// Time as clients see it, so that tests need not wait. May be used by several threads at once.
class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    /// Time since some fixed moment; never goes back.
    [[nodiscard]] virtual std::chrono::milliseconds now() const = 0;

    /// Seconds since 1970 (UTC), for records.
    [[nodiscard]] virtual std::chrono::seconds wall_time() const = 0;

    /// Waits; returns early when a stop is asked for.
    virtual void sleep(std::chrono::milliseconds duration, std::stop_token stop) = 0;

    /// Threads that share work tell a clock when they begin (before they run) and when they end,
    /// so that a clock of tests knows when all of them sleep.
    virtual void thread_begins() {}
    virtual void thread_ends() {}
};

/// The machine's clock.
class SystemClock final : public Clock {
public:
    [[nodiscard]] std::chrono::milliseconds now() const override;
    [[nodiscard]] std::chrono::seconds wall_time() const override;
    void sleep(std::chrono::milliseconds duration, std::stop_token stop) override;
};

/// How often a request is repeated, and after which pauses: `first_pause`, then twice as long each
/// time up to `longest_pause`, each shortened by a random part of up to `jitter` of itself.
struct RetryPolicy {
    int attempts = 4;
    std::chrono::milliseconds first_pause{10000};
    double jitter = 0.25;
    std::chrono::milliseconds longest_pause{60000};

    /// The pause before attempt `attempt` (2, 3, ...); `random` lies in [0, 1).
    [[nodiscard]] std::chrono::milliseconds pause_before(int attempt, double random) const;
};

} // namespace aisprint::clients
