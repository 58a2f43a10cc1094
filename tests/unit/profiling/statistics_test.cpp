// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace aisprint::profiling {
namespace {

Moment at(double seconds) {
    return Moment(std::chrono::sys_days(std::chrono::year(2023) / 6 / 1)) +
           std::chrono::microseconds(std::llround(seconds * 1e6));
}

/// A job of `seconds`, half a second of which it waits.
JobRecord job(double seconds) {
    JobRecord record;
    record.name = "j";
    record.job_create = at(0);
    record.pod_create = at(0.5);
    record.job_finish = at(seconds);
    return record;
}

/// A run with a single job.
ServiceRun run(std::size_t number, std::size_t level, double seconds) {
    ServiceRun one;
    one.number = number;
    one.level = level;
    one.parallelism = level == 0 ? 4 : 2;
    one.jobs = {job(seconds)};
    return one;
}

std::vector<Measurement> measured(const std::vector<double>& times) {
    std::vector<ServiceRun> runs;
    for (const double time : times) {
        runs.push_back(run(runs.size() + 1, 0, time));
    }
    return measurements(runs, 0.9);
}

TEST(Statistics, FiguresOfNumbers) {
    const auto figures = describe({4, 1, 3, 2});
    ASSERT_TRUE(figures);
    EXPECT_EQ(figures->count, 4U);
    EXPECT_DOUBLE_EQ(figures->total, 10);
    EXPECT_DOUBLE_EQ(figures->mean, 2.5);
    EXPECT_DOUBLE_EQ(figures->variance, 1.25);
    EXPECT_DOUBLE_EQ(figures->deviation, std::sqrt(1.25));
    EXPECT_DOUBLE_EQ(*figures->variation, std::sqrt(1.25) / 2.5);
    EXPECT_DOUBLE_EQ(figures->minimum, 1);
    EXPECT_DOUBLE_EQ(figures->median, 2.5);
    EXPECT_DOUBLE_EQ(figures->percentile_95, 3.85);
    EXPECT_DOUBLE_EQ(figures->maximum, 4);
}

TEST(Statistics, FewNumbers) {
    EXPECT_FALSE(describe({}));
    const auto one = describe({7});
    EXPECT_DOUBLE_EQ(one->variance, 0);
    EXPECT_DOUBLE_EQ(one->percentile_95, 7);
    EXPECT_FALSE(describe({-1, 1})->variation) << "the mean is 0";
}

TEST(Statistics, StudentsInterval) {
    EXPECT_FALSE(mean_interval({}));
    EXPECT_FALSE(mean_interval({3}));
    // t(0.975) of 1 and 2 degrees of freedom: 12.7062047, 4.30265273, as tables have it.
    const auto two = mean_interval({1, 3});
    EXPECT_NEAR(two->lower, 2 - 12.7062047, 1e-6);
    EXPECT_NEAR(two->upper, 2 + 12.7062047, 1e-6);
    const auto three = mean_interval({1, 2, 3});
    EXPECT_NEAR(three->upper, 2 + 4.30265273 / std::sqrt(3), 1e-7);
    EXPECT_DOUBLE_EQ(mean_interval({5, 5, 5})->lower, 5);
}

TEST(Statistics, ConfigurationsAreLevels) {
    const auto all =
        measurements({run(1, 0, 1), run(2, 0, 3), run(3, 1, 5), ServiceRun{4, 1, 1, 2, {}}}, 0.9);
    ASSERT_EQ(all.size(), 3U) << "a run without jobs measures nothing";
    const auto list = configurations(all);
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].parallelism, 4);
    EXPECT_EQ(list[0].members, (std::vector<std::size_t>{0, 1}));
    EXPECT_DOUBLE_EQ(list[0].mean_response_time, 2);
    EXPECT_DOUBLE_EQ(list[0].mean_throughput, (1 + 0.33333) / 2);
    ASSERT_TRUE(list[0].interval);
    EXPECT_EQ(list[1].parallelism, 2);
    EXPECT_FALSE(list[1].interval);
}

TEST(Statistics, SynchronousConfigurationsAreIntervals) {
    RunParameters parameters;
    parameters.synchronous = true;
    parameters.intervals = {{60, 1, 10, 0}, {120, 1, 10, 0}};
    ServiceRun one = run(1, 0, 2);
    one.jobs.push_back(job(4));
    one.jobs[0].interval = 1;
    one.jobs[1].interval = 2;
    const auto list = configurations(measurements({one}, 1, parameters));
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].requested_throughput, 1.0);
    EXPECT_DOUBLE_EQ(list[0].mean_response_time, 2);
    EXPECT_EQ(list[1].requested_throughput, 2.0);
    EXPECT_DOUBLE_EQ(list[1].mean_response_time, 4);
}

TEST(Statistics, Outliers) {
    using Found = std::set<std::size_t>;
    EXPECT_EQ(find_outliers(measured({1, 1, 100})), Found{}) << "three cannot tell";
    EXPECT_EQ(find_outliers(measured({1, 1.1, 1.2, 9})), Found{3});
    EXPECT_EQ(find_outliers(measured({1, 1.1, 1.2, 1.3, 1.4})), Found{});
    // Inside of the fences, 1.9 - 1.5 * 0.7 to 2.6 + 1.5 * 0.7, but more than 3.5 * 1.4826 * 0.1
    // from the median, 2.
    EXPECT_EQ(find_outliers(measured({1.9, 1.9, 2, 2.1, 2.6, 3.1, 1.9})), (Found{4, 5}));
    EXPECT_EQ(find_outliers(measured({2, 2, 2, 2})), Found{});
}

TEST(Statistics, OutliersAreSoughtInTheirConfiguration) {
    std::vector<ServiceRun> runs;
    for (std::size_t i = 0; i < 4; ++i) {
        runs.push_back(run(i + 1, 0, 1 + 0.1 * static_cast<double>(i)));
        runs.push_back(run(i + 5, 1, 50 + 0.1 * static_cast<double>(i)));
    }
    EXPECT_TRUE(find_outliers(measurements(runs, 1)).empty());
}

TEST(Statistics, PartsOfWhichNothingIsKnownAreLeftOut) {
    const auto parts = part_statistics({run(1, 0, 2), run(2, 0, 4)});
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0].part, "wait");
    EXPECT_DOUBLE_EQ(parts[0].figures.total, 1);
    EXPECT_EQ(parts[1].part, "full_time");
    EXPECT_DOUBLE_EQ(parts[1].figures.mean, 3);
}

TEST(Statistics, File) {
    const std::vector<ServiceRun> runs{run(1, 0, 1), run(2, 0, 3), run(3, 1, 5)};
    EXPECT_EQ(statistics_csv({{"s", part_statistics(runs), measurements(runs, 1)}}),
              "service,configuration,requested_parallelism,requested_throughput,quantity,count,"
              "total,mean,variance,standard_deviation,coefficient_of_variation,minimum,median,"
              "percentile_95,maximum,ci95_lower,ci95_upper\n"
              "s,all,,,wait,3,1.5,0.5,0.0,0.0,0.0,0.5,0.5,0.5,0.5,,\n"
              "s,all,,,full_time,3,9.0,3.0,2.666667,1.632993,0.544331,1.0,3.0,4.8,5.0,,\n"
              "s,Configuration #1,4,,avg_response_time,2,4.0,2.0,1.0,1.0,0.5,1.0,2.0,2.9,3.0,"
              "-10.706205,14.706205\n"
              "s,Configuration #2,2,,avg_response_time,1,5.0,5.0,0.0,0.0,0.0,5.0,5.0,5.0,5.0,,\n");
}

} // namespace
} // namespace aisprint::profiling
