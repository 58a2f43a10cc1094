// SPDX-License-Identifier: Apache-2.0
#include "interrupt.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <stop_token>

namespace aisprint::cli {
namespace {

/// Waits until a stop is requested.
void wait_for(const std::stop_token& token) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait(lock, token, [] { return false; });
}

class InterruptSignals : public testing::TestWithParam<int> {};

TEST_P(InterruptSignals, TheFirstOneAsksForAStop) {
    const Interrupt interrupt;
    EXPECT_FALSE(interrupt.token().stop_requested());
    ASSERT_EQ(std::raise(GetParam()), 0);
    wait_for(interrupt.token());
    EXPECT_TRUE(interrupt.token().stop_requested());
}

TEST_P(InterruptSignals, TheSecondOneEndsTheProgramAtOnce) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            const Interrupt interrupt;
            std::raise(SIGINT);
            std::raise(GetParam());
            std::abort();
        },
        testing::ExitedWithCode(130), "");
}

TEST_P(InterruptSignals, AfterwardsSignalsEndTheProgramAsUsual) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            { const Interrupt interrupt; }
            std::raise(GetParam());
            std::abort();
        },
        testing::KilledBySignal(GetParam()), "");
}

INSTANTIATE_TEST_SUITE_P(OfATerminalAndOfSystems,
                         InterruptSignals,
                         testing::Values(SIGINT, SIGTERM));

TEST(Interrupt, CanBeUsedAgain) {
    for (int round = 0; round < 2; ++round) {
        const Interrupt interrupt;
        EXPECT_FALSE(interrupt.token().stop_requested()) << round;
        std::raise(SIGINT);
        wait_for(interrupt.token());
    }
}

} // namespace
} // namespace aisprint::cli
