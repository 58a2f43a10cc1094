// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/parameters.hpp"
#include "aisprint/profiling/results.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Figures of a set of numbers. Quantiles lie between the two nearest numbers, in proportion.
struct Distribution {
    std::size_t count = 0;
    double total = 0;
    double mean = 0;
    double variance = 0; ///< of the population
    double deviation = 0;
    std::optional<double> variation; ///< deviation over mean; absent if the mean is 0
    double minimum = 0;
    double median = 0;
    double percentile_95 = 0;
    double maximum = 0;
};

/// The figures of `values`; nothing if there are none.
[[nodiscard]] std::optional<Distribution> describe(std::vector<double> values);

/// The interval that holds a mean with 95 % confidence.
struct MeanInterval {
    double lower = 0;
    double upper = 0;
};

/// Student's interval of the mean of `values`; nothing for less than two.
[[nodiscard]] std::optional<MeanInterval> mean_interval(const std::vector<double>& values);

/// What a run gave, or one interval of a synchronous run.
struct Measurement {
    std::size_t run = 1; ///< number
    std::size_t level = 0;
    std::size_t repetition = 0;
    std::size_t jobs = 0; ///< of the whole run
    ResponseRow row;
};

/// The rows of response_rows() with the runs that they come from.
[[nodiscard]] std::vector<Measurement> measurements(const std::vector<ServiceRun>& runs,
                                                    double cpu);
[[nodiscard]] std::vector<Measurement>
measurements(const std::vector<ServiceRun>& runs, double cpu, const RunParameters& parameters);

/// The repetitions of one configuration: of a level, and of a requested throughput if the test is
/// a synchronous one.
struct Configuration {
    std::size_t level = 0;
    int parallelism = 1;
    std::optional<double> requested_throughput;
    std::vector<std::size_t> members; ///< indices of the measurements, in their order
    double mean_throughput = 0;
    double mean_response_time = 0;
    std::optional<MeanInterval> interval; ///< of the response time
};

/// The configurations of measurements, by level and requested throughput.
[[nodiscard]] std::vector<Configuration> configurations(const std::vector<Measurement>& measured);

/// Indices of the measurements whose response time is far from those of their configuration: beyond
/// 1.5 interquartile ranges from the quartiles, or, of four repetitions or more, by more than 3.5
/// scaled median absolute deviations from the median.
[[nodiscard]] std::set<std::size_t> find_outliers(const std::vector<Measurement>& measured);

/// A part of the response time of jobs.
struct PartStatistics {
    std::string part; ///< wait, pod_creation, overhead, compute_time, write_back, full_time
    Distribution figures;
};

/// The parts that the stamps of at least one job tell, in the order of time; full_time last.
[[nodiscard]] std::vector<PartStatistics> part_statistics(const std::vector<ServiceRun>& runs);

/// What statistics.csv has of one service.
struct ServiceStatistics {
    std::string service;
    std::vector<PartStatistics> parts;
    std::vector<Measurement> measured;
};

/// statistics.csv: a row for each part over all jobs of a service, then one for the response time
/// of each configuration over its repetitions, with the interval of the mean if there are two.
/// Seconds, 6 decimals.
[[nodiscard]] std::string statistics_csv(const std::vector<ServiceStatistics>& services);

} // namespace aisprint::profiling
