// SPDX-License-Identifier: Apache-2.0
#include "queue_forecast.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace aisprint::profiling {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::Field;

/// Always the same time, whoever else is there.
QueueStage stage(double seconds, int slots) {
    return {{{{1, seconds}}}, slots, 1};
}

std::vector<double> poisson_arrivals(double rate, std::size_t count) {
    std::mt19937_64 engine(1);
    std::vector<double> arrivals;
    double now = 0;
    while (arrivals.size() < count) {
        now += -std::log1p(-std::uniform_real_distribution<double>(0, 1)(engine)) / rate;
        arrivals.push_back(now);
    }
    return arrivals;
}

double mean_waiting(const std::vector<ForecastJob>& jobs) {
    double sum = 0;
    for (const ForecastJob& job : jobs) {
        sum += job.started - job.created;
    }
    return sum / static_cast<double>(jobs.size());
}

double mean_response(const std::vector<ForecastJob>& jobs) {
    double sum = 0;
    for (const ForecastJob& job : jobs) {
        sum += job.finished - job.created;
    }
    return sum / static_cast<double>(jobs.size());
}

JobRecord job(int begin_ms, int end_ms) {
    JobRecord record;
    const Moment zero(std::chrono::sys_days(std::chrono::year(2023) / 6 / 1));
    record.pod_create = record.job_start = zero + milliseconds(begin_ms);
    record.job_finish = zero + milliseconds(end_ms);
    return record;
}

TEST(QueueForecast, JobsWaitForASlot) {
    const auto jobs = forecast_queues({stage(2, 1)}, {0, 1, 5});
    ASSERT_EQ(jobs.size(), 1U);
    ASSERT_EQ(jobs[0].size(), 3U);
    EXPECT_DOUBLE_EQ(jobs[0][0].finished, 2);
    EXPECT_EQ(jobs[0][1].input, 1U);
    EXPECT_DOUBLE_EQ(jobs[0][1].created, 1);
    EXPECT_DOUBLE_EQ(jobs[0][1].started, 2);
    EXPECT_DOUBLE_EQ(jobs[0][1].finished, 4);
    EXPECT_DOUBLE_EQ(jobs[0][2].started, 5);
    EXPECT_TRUE(forecast_queues({stage(2, 1)}, {})[0].empty());
}

TEST(QueueForecast, OneServerIsAsTheTextbookHasIt) {
    // M/D/1 with use 0.5: half a holding time of waiting (Pollaczek and Khinchine)
    const auto poisson = forecast_queues({stage(1, 1)}, poisson_arrivals(0.5, 40000));
    EXPECT_NEAR(mean_waiting(poisson[0]), 0.5, 0.02);
    // D/D/1: nobody waits
    EXPECT_DOUBLE_EQ(mean_waiting(forecast_queues({stage(1, 1)}, {0, 2, 4, 6})[0]), 0);
}

TEST(QueueForecast, JobsThatMeetAreSlowerThanAlone) {
    const QueueStage slow{{{{1, 1}, {2, 2}}}, 2, 1};
    const auto jobs = forecast_queues({slow}, {0, 0.5});
    // alone for 0.5 s, then half as fast until the first one ends
    EXPECT_DOUBLE_EQ(jobs[0][0].finished, 1.5);
    EXPECT_DOUBLE_EQ(jobs[0][1].finished, 2);
    EXPECT_NEAR(jobs[0][0].at_once, 1 + 1 / 1.5, 1e-9);
    EXPECT_NEAR(jobs[0][1].at_once, 1 + 1 / 1.5, 1e-9);
}

TEST(QueueForecast, StagesShareTheMachine) {
    // one core for all jobs of both stages: T = S / (1 - rate * S), as processors are shared
    const HoldingTimes shared{{{1, 1}}, 1, 1};
    const auto jobs =
        forecast_queues({{shared, 1000, 1}, {shared, 1000, 1}}, poisson_arrivals(0.25, 40000));
    EXPECT_NEAR(mean_response(jobs[0]) + mean_response(jobs[1]), 4, 0.2);
    EXPECT_EQ(jobs[1].size(), 40000U);
}

TEST(QueueForecast, AStageCanHaveMoreOrFewerJobsThanInputs) {
    QueueStage many = stage(1, 10);
    many.jobs_per_input = 2;
    QueueStage few = stage(1, 10);
    few.jobs_per_input = 1.0 / 3;
    const auto jobs = forecast_queues({stage(1, 10), many, few}, {0, 10, 20});
    EXPECT_EQ(jobs[1].size(), 6U);
    EXPECT_EQ(jobs[1][3].input, 1U);
    ASSERT_EQ(jobs[2].size(), 1U) << "a third of three inputs";
    EXPECT_EQ(jobs[2][0].input, 2U);
}

TEST(QueueForecast, MoreJobsThanSlotsCanDoQueueUp) {
    const auto jobs = forecast_queues({stage(3, 1)}, {0, 1, 2, 3});
    EXPECT_DOUBLE_EQ(jobs[0][3].started - jobs[0][3].created, 6);
}

TEST(QueueForecast, JobsThatTakeNoTimeEnd) {
    const auto jobs = forecast_queues({{HoldingTimes(), 1, 1}, stage(0, 1)}, {1e5, 1e5, 2e5});
    EXPECT_EQ(jobs[1].size(), 3U);
    EXPECT_NEAR(mean_response(jobs[1]), 0, 1e-5);
}

TEST(HoldingTimesTest, CoresOfTheMachineAreSharedBeyondWhatWasMeasured) {
    HoldingTimes times{{{1, 1}, {2, 1}}, 0.5, 1};
    EXPECT_DOUBLE_EQ(times.at(2), 1);
    EXPECT_DOUBLE_EQ(times.at(6), 3) << "three cores are asked for, one is there";
    times.machine_cores = 8;
    EXPECT_DOUBLE_EQ(times.at(6), 1);
    times.machine_cores = 0;
    EXPECT_DOUBLE_EQ(times.at(6), 1) << "it is not known";
}

TEST(HoldingTimesTest, SlotsAreReadOffAllJobsOfATest) {
    // half of the time alone, half of it with the other service
    const std::vector<HeldSlot> slots = held_slots({{job(0, 1000)}, {job(500, 1500)}}, 1);
    ASSERT_EQ(slots.size(), 1U);
    EXPECT_DOUBLE_EQ(slots[0].at_once, 1.5);
    EXPECT_DOUBLE_EQ(slots[0].seconds, 1);
    JobRecord lost = job(0, 1000);
    lost.job_finish.reset();
    EXPECT_TRUE(held_slots({{lost}}, 0).empty());
}

TEST(HoldingTimesTest, AMedianStandsForEachNumberOfJobs) {
    const HoldingTimes times =
        fit_holding_times({{1, 1}, {1, 1.1}, {1, 9}, {2.1, 1.5}, {1.9, 1.7}, {2, 1.6}, {1.8, 1.6}});
    ASSERT_EQ(times.points.size(), 2U);
    EXPECT_DOUBLE_EQ(times.points[0].at_once, 1);
    EXPECT_DOUBLE_EQ(times.points[0].seconds, 1.1) << "the job that was disturbed does not count";
    EXPECT_DOUBLE_EQ(times.points[1].at_once, 1.95);
    EXPECT_DOUBLE_EQ(times.points[1].seconds, 1.6);
    EXPECT_DOUBLE_EQ(times.at(0.5), 1.1);
    EXPECT_DOUBLE_EQ(times.at(7), 1.6);
    EXPECT_TRUE(times.covers(2));
    EXPECT_FALSE(times.covers(3));
    EXPECT_TRUE(fit_holding_times({}).points.empty());
}

TEST(HoldingTimesTest, MoreJobsAtOnceNeverTakeLess) {
    const HoldingTimes times = fit_holding_times({{1, 2}, {2, 3}, {2, 3}, {3, 1.5}});
    EXPECT_THAT(times.points, testing::ElementsAre(AllOf(Field(&HeldSlot::seconds, 2)),
                                                   AllOf(Field(&HeldSlot::seconds, 2.5))));
    EXPECT_NEAR(times.points[1].at_once, 7.0 / 3, 1e-12);
}

} // namespace
} // namespace aisprint::profiling
