// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/pause.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace aisprint::clients {
namespace {

using namespace std::chrono_literals;

TEST(RetryPolicy, PausesDouble) {
    const RetryPolicy policy{4, 10s, 0.25};
    EXPECT_EQ(policy.pause_before(2, 0.0), 10s);
    EXPECT_EQ(policy.pause_before(3, 0.0), 20s);
    EXPECT_EQ(policy.pause_before(4, 0.0), 40s);
    EXPECT_EQ(policy.pause_before(4, 1.0), 30s);
    EXPECT_EQ(policy.pause_before(1, 0.5), 8750ms);
    EXPECT_GT(policy.pause_before(std::numeric_limits<int>::max(), 0.5), 0s);
    EXPECT_EQ((RetryPolicy{4, 10s, 7.0}.pause_before(2, 1.0)), 0s);
}

TEST(RetryPolicy, PausesHaveALimit) {
    const RetryPolicy policy{26, 1s, 0.0};
    EXPECT_EQ(policy.pause_before(7, 0.0), 32s);
    EXPECT_EQ(policy.pause_before(8, 0.0), 60s);
    EXPECT_EQ(policy.pause_before(26, 0.0), 60s);
    EXPECT_EQ((RetryPolicy{9, 1s, 0.0, 5s}.pause_before(9, 0.0)), 5s);
}

TEST(SystemClock, SleepEndsWhenAStopIsAskedFor) {
    SystemClock clock;
    std::stop_source source;
    source.request_stop();
    clock.sleep(1h, source.get_token()); // would outlast any test
    std::stop_source later;
    std::jthread stopper([&] { later.request_stop(); });
    clock.sleep(1h, later.get_token());
    EXPECT_TRUE(later.stop_requested());
}

TEST(SystemClock, TimeGoesOn) {
    SystemClock clock;
    const auto before = clock.now();
    clock.sleep(2ms, {});
    EXPECT_GE(clock.now() - before, 2ms);
    EXPECT_GT(clock.wall_time(), 1600000000s);
}

} // namespace
} // namespace aisprint::clients
