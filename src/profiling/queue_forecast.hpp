// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/parameters.hpp"
#include "aisprint/profiling/results.hpp"

#include <vector>

namespace aisprint::profiling {

/// How long a unit holds its slot, depending on how many jobs run on the machine at once.
struct HoldingTimes {
    /// A level of parallelism that was measured.
    struct Point {
        double at_once = 1; ///< jobs, the job itself included: mean over its time
        double seconds = 0;
    };
    std::vector<Point> points; ///< by at_once
    double variation = 0;      ///< squared coefficient of variation at the first point
    double cpu = 1;            ///< cores that one job may take
    double machine_cores = 0;  ///< that all jobs share; 0: not known

    /// Seconds with so many jobs at once: straight lines between the points; beyond the last one in
    /// proportion to the share of the machine's cores that is left to a job, or level if it is not
    /// known.
    [[nodiscard]] double at(double at_once) const;

    /// True if at_once lies within what was measured.
    [[nodiscard]] bool covers(double at_once) const;
};

/// The holding times of a unit tested alone: from pod_create to job_finish, by level.
[[nodiscard]] HoldingTimes holding_times(const std::vector<ServiceRun>& runs);

/// A unit in a chain of queues.
struct QueueStage {
    HoldingTimes holding;
    int slots = 1;
    double jobs_per_input = 1;
};

/// What is expected of a stage.
struct StageForecast {
    double waiting = 0; ///< s
    double holding = 0; ///< s
    double at_once = 1; ///< jobs on the machine that a job meets, itself included
    bool saturated = false;
    bool extrapolated = false; ///< at_once lies beyond what was measured
};

/// Mean times of each stage when inputs arrive at `rate` per second, constantly or as a Poisson
/// process. Waiting follows Allen and Cunneen's approximation of G/G/c queues; arrivals at later
/// stages vary as Whitt's Queueing Network Analyzer (Bell System Technical Journal 62, 1983) has
/// it. Holding times are those measured with as many jobs at once as a job meets.
[[nodiscard]] std::vector<StageForecast>
forecast_queues(const std::vector<QueueStage>& stages, double rate, Arrival arrival);

} // namespace aisprint::profiling
