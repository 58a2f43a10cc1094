// SPDX-License-Identifier: Apache-2.0
#include "queue_forecast.hpp"

#include <gtest/gtest.h>

namespace aisprint::profiling {
namespace {

using std::chrono::milliseconds;

/// Always the same time, of the given squared variation.
QueueStage stage(double seconds, double variation, int slots) {
    return {{{{1, seconds}}, variation}, slots, 1};
}

JobRecord job(int begin_ms, int end_ms) {
    JobRecord record;
    const Moment zero(std::chrono::sys_days(std::chrono::year(2023) / 6 / 1));
    record.pod_create = record.job_start = zero + milliseconds(begin_ms);
    record.job_finish = zero + milliseconds(end_ms);
    return record;
}

TEST(QueueForecast, OneServerIsAsTheTextbookHasIt) {
    // M/M/1: waiting = use / (1 - use) of a holding time
    const auto exponential = forecast_queues({stage(1, 1, 1)}, 0.5, Arrival::poisson);
    EXPECT_NEAR(exponential[0].waiting, 1, 1e-9);
    EXPECT_NEAR(exponential[0].holding, 1, 1e-9);
    // M/D/1: half of that (Pollaczek and Khinchine)
    EXPECT_NEAR(forecast_queues({stage(1, 0, 1)}, 0.5, Arrival::poisson)[0].waiting, 0.5, 1e-9);
    // D/D/1: nobody waits
    EXPECT_EQ(forecast_queues({stage(1, 0, 1)}, 0.5, Arrival::deterministic)[0].waiting, 0);
}

TEST(QueueForecast, SeveralServersShareAQueue) {
    // M/M/2 with use 0.75: C = 9/14, waiting = C / (2 - 1.5)
    const auto two = forecast_queues({stage(1, 1, 2)}, 1.5, Arrival::poisson);
    EXPECT_NEAR(two[0].waiting, 9.0 / 7, 1e-9);
}

TEST(QueueForecast, JobsThatMeetAreSlowerThanAlone) {
    QueueStage slow{{{{1, 1}, {3, 3}}, 0}, 4, 1};
    const auto calm = forecast_queues({slow}, 0.01, Arrival::poisson);
    EXPECT_NEAR(calm[0].holding, 1.01, 0.01);
    const auto busy = forecast_queues({slow}, 0.4, Arrival::poisson);
    EXPECT_GT(busy[0].holding, 1.3);
    EXPECT_GT(busy[0].at_once, 1.5);
    // inputs that come so far apart that one is done before the next meet nobody
    EXPECT_NEAR(forecast_queues({slow}, 0.9, Arrival::deterministic)[0].holding, 1, 1e-6);
    EXPECT_FALSE(calm[0].extrapolated);
}

TEST(QueueForecast, MoreJobsThanSlotsCanDoIsTold) {
    const auto two = forecast_queues({stage(1, 0, 1), stage(3, 0, 1)}, 0.5, Arrival::poisson);
    EXPECT_FALSE(two[0].saturated);
    EXPECT_TRUE(two[1].saturated);
}

TEST(QueueForecast, BeyondTheProfiledNumberOfJobsIsTold) {
    const auto three = forecast_queues({stage(1, 0, 9)}, 3, Arrival::poisson);
    EXPECT_TRUE(three[0].extrapolated);
}

TEST(QueueForecast, CoresOfTheMachineAreSharedBeyondWhatWasMeasured) {
    HoldingTimes times{{{1, 1}, {2, 1}}, 0, 0.5, 1};
    EXPECT_DOUBLE_EQ(times.at(2), 1);
    EXPECT_DOUBLE_EQ(times.at(6), 3) << "three cores are asked for, one is there";
    times.machine_cores = 8;
    EXPECT_DOUBLE_EQ(times.at(6), 1);
    times.machine_cores = 0;
    EXPECT_DOUBLE_EQ(times.at(6), 1) << "it is not known";
    // jobs that share one core in all their stages: T = S / (1 - rate * S), as processors are
    // shared
    const HoldingTimes shared{{{1, 1}}, 0, 1, 1};
    const auto two = forecast_queues({{shared, 40, 1}, {shared, 40, 1}}, 0.25, Arrival::poisson);
    EXPECT_NEAR(two[0].holding + two[1].holding, 4, 0.01);
}

TEST(QueueForecast, HoldingTimesAreReadOffRuns) {
    ServiceRun alone;
    alone.parallelism = 1;
    alone.jobs = {job(0, 1000), job(1000, 2000)};
    ServiceRun pairs;
    pairs.parallelism = 2;
    pairs.jobs = {job(0, 1500), job(0, 1500)};
    ServiceRun staggered; // half of the time alone, half of it two at once
    staggered.parallelism = 2;
    staggered.jobs = {job(0, 1000), job(500, 1500)};
    EXPECT_DOUBLE_EQ(holding_times({staggered}).points[0].at_once, 1.5);
    const HoldingTimes times = holding_times({pairs, alone});
    ASSERT_EQ(times.points.size(), 2U);
    EXPECT_DOUBLE_EQ(times.points[0].at_once, 1);
    EXPECT_DOUBLE_EQ(times.points[0].seconds, 1);
    EXPECT_DOUBLE_EQ(times.points[1].at_once, 2);
    EXPECT_DOUBLE_EQ(times.points[1].seconds, 1.5);
    EXPECT_DOUBLE_EQ(times.variation, 0);
    EXPECT_DOUBLE_EQ(times.at(1.5), 1.25);
    EXPECT_DOUBLE_EQ(times.at(7), 1.5);
    EXPECT_TRUE(times.covers(2));
    EXPECT_FALSE(times.covers(3));
}

} // namespace
} // namespace aisprint::profiling
