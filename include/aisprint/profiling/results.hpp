// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/parameters.hpp"
#include "aisprint/profiling/schedule.hpp"
#include "aisprint/profiling/time_table.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// A number as the dataframes have it: shortest text that reads back as the same, always with a
/// point.
[[nodiscard]] std::string real_text(double value);

/// `value` rounded to `decimals`, ties of the exact binary value to even, as C's printf does.
[[nodiscard]] double rounded(double value, int decimals);

/// From the first to the last moment that the log of a job tells, to the millisecond; 0 if it tells
/// nothing. The job took at least this long.
[[nodiscard]] double seconds_in_log(const JobRecord& job);

/// Largest number of jobs that ran at once: from job_start (or job_create) to job_finish; a job
/// that ends when another starts does not overlap it.
[[nodiscard]] std::size_t actual_parallelism(const std::vector<JobRecord>& jobs);

/// The jobs of one service in one run.
struct ServiceRun {
    std::size_t number = 1; ///< of the run
    std::size_t level = 0;
    std::size_t repetition = 0;
    int parallelism = 1; ///< asked for
    std::vector<JobRecord> jobs;
};

/// A row of a response-time dataframe.
struct ResponseRow {
    std::string run_name;
    std::optional<double> requested_throughput; ///< synchronous only, requests/s
    double observed_throughput = 0;             ///< jobs/s, 5 decimals
    /// s, 5 decimals; at least what the logs of the jobs tell, 0 if nothing tells more
    double average_response_time = 0;
    int parallelism = 1;
    double cores = 0; ///< parallelism times cores of a container
    std::optional<int> warm_pods;
    std::optional<double> warm_cores;
};

/// A row for each run of a service that has jobs; the shortest span counts as the resolution of
/// its stamps. `cpu` is what one container asks for.
[[nodiscard]] std::vector<ResponseRow> response_rows(const std::vector<ServiceRun>& runs,
                                                     double cpu);

/// The same for synchronous tests: a row for each run and interval. Jobs without an interval get
/// one by their time of creation.
[[nodiscard]] std::vector<ResponseRow>
response_rows(const std::vector<ServiceRun>& runs, double cpu, const RunParameters& parameters);

/// SERVICE_response_time_dataframe.csv.
[[nodiscard]] std::string response_csv(const std::vector<ResponseRow>& rows, CoresSpelling cores);

/// SERVICE_dataframe.csv: what models are trained on, the same without names of runs.
[[nodiscard]] std::string training_csv(const std::vector<ResponseRow>& rows, CoresSpelling cores);

/// runtime_dataframe.csv of a service tested alone.
[[nodiscard]] std::string
runtime_csv(const std::vector<ServiceRun>& runs, double cpu, CoresSpelling cores);

/// A run of the whole workflow: from the first job created to the last finished.
struct WorkflowRun {
    std::size_t level = 0;
    std::size_t repetition = 0;
    double runtime = 0; ///< s
    double total_cores = 0;
};

/// runtime_dataframe.csv of the full workflow.
[[nodiscard]] std::string runtime_csv(const std::vector<WorkflowRun>& runs);

/// Facts of a service that the job table repeats in each row.
struct ServiceFacts {
    double cpu = 1;
    double memory_mb = 512;
    std::int64_t nodes_total = 1;
};

/// SERVICE_jobs.csv: a row for each job of all runs. Takes time linear in the jobs.
[[nodiscard]] std::string jobs_csv(const std::vector<ServiceRun>& runs,
                                   const std::map<std::size_t, std::int64_t>& nodes_by_run,
                                   const ServiceFacts& facts);

} // namespace aisprint::profiling
