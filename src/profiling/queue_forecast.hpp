// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/time_table.hpp"

#include <cstddef>
#include <vector>

namespace aisprint::profiling {

/// How long a job held its slot.
struct HeldSlot {
    double at_once = 1; ///< jobs on the machine, the job itself included: mean over its time
    double seconds = 0; ///< from pod_create to job_finish
};

/// The slots that jobs of one service held in a test. `services` are the jobs of all that ran on
/// the machine in this test, `service` is the place of the one in question.
[[nodiscard]] std::vector<HeldSlot> held_slots(const std::vector<std::vector<JobRecord>>& services,
                                               std::size_t service);

/// How long a unit holds its slot, depending on how many jobs run on the machine at once.
struct HoldingTimes {
    std::vector<HeldSlot> points; ///< by at_once, and so by seconds
    double cpu = 1;               ///< cores that one job may take
    double machine_cores = 0;     ///< that all jobs share; 0: not known

    /// Seconds with so many jobs at once: straight lines between the points; beyond the last one in
    /// proportion to the share of the machine's cores that is left to a job, or level if it is not
    /// known.
    [[nodiscard]] double at(double at_once) const;

    /// True if at_once lies within what was measured.
    [[nodiscard]] bool covers(double at_once) const;
};

/// The holding times of a unit: for each whole number of jobs at once the median of what was
/// measured, because other work on the machine lengthens some jobs much; where fewer jobs seem to
/// take longer than more, the means of both (isotonic regression, by pooling adjacent violators:
/// Barlow et al., Statistical Inference under Order Restrictions, 1972).
[[nodiscard]] HoldingTimes fit_holding_times(const std::vector<HeldSlot>& slots);

/// A unit in a chain of queues.
struct QueueStage {
    HoldingTimes holding;
    int slots = 1;
    double jobs_per_input = 1;
};

/// A job that is expected; moments in the seconds of the arrivals.
struct ForecastJob {
    std::size_t input = 0; ///< the arrival that it comes from
    double created = 0;
    double started = 0; ///< after waiting for a slot
    double finished = 0;
    double at_once = 1; ///< jobs on the machine that it met, itself included: mean over its time
};

/// What becomes of inputs that arrive at the given moments (s, ascending): they pass the stages in
/// order, first come first served, each stage does as many at once as it has slots, and all jobs
/// that run slow each other down as the holding times say (processors are shared: in a second with
/// n jobs at once a job does 1/at(n) of its work). Without chance: equal arrivals give equal jobs.
/// The result has the jobs of each stage, in the order in which they were created. Takes time in
/// proportion to the number of jobs times the number of slots.
[[nodiscard]] std::vector<std::vector<ForecastJob>>
forecast_queues(const std::vector<QueueStage>& stages, const std::vector<double>& arrivals);

} // namespace aisprint::profiling
