// SPDX-License-Identifier: Apache-2.0
#include "campaign_load.hpp"

#include <algorithm>
#include <cmath>

namespace aisprint::profiling {

namespace {

std::chrono::milliseconds milliseconds_of(double seconds) {
    constexpr double k_thousand = 1000;
    return std::chrono::milliseconds(std::llround(seconds * k_thousand));
}

} // namespace

SynchronousLoad load_of(const RunParameters& parameters, std::uint64_t seed) {
    SynchronousLoad load;
    load.plan.intervals = parameters.intervals;
    load.plan.timing = parameters.constant_timing ? LoadTiming::constant : LoadTiming::exponential;
    load.plan.connect_timeout = milliseconds_of(parameters.connect_timeout_seconds);
    load.plan.request_timeout = milliseconds_of(parameters.request_timeout_seconds);
    load.plan.seed = seed;
    load.pre_allocated = parameters.pre_allocated_pods;
    return load;
}

std::vector<ReplayInterval> replay_of(const RunParameters& parameters,
                                      const std::vector<JobRecord>& first) {
    constexpr double k_seconds_per_minute = 60;
    std::vector<ReplayInterval> replay;
    for (std::size_t i = 0; i < parameters.intervals.size(); ++i) {
        const int number = static_cast<int>(i) + 1;
        const auto accepted = std::count_if(first.begin(), first.end(), [&](const JobRecord& job) {
            return job.interval == number;
        });
        replay.push_back({static_cast<std::size_t>(accepted),
                          k_seconds_per_minute / parameters.intervals[i].throughput_per_minute});
    }
    return replay;
}

} // namespace aisprint::profiling
