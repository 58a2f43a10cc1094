// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// A moment in UTC, to the microsecond.
using Moment = std::chrono::sys_time<std::chrono::microseconds>;

/// `YYYY-MM-DD HH:MM:SS`, with `.ffffff` unless it is a whole second.
[[nodiscard]] std::string to_text(Moment moment);

/// Reads to_text()'s forms; nothing for other texts.
[[nodiscard]] std::optional<Moment> parse_moment(std::string_view text);

/// How a job ended.
enum class JobStatus { succeeded, failed, out_of_memory, timed_out };

/// The word for a status: Succeeded, Failed, OOMKilled, TimedOut.
[[nodiscard]] std::string to_string(JobStatus status);

/// One execution of a component on one object.
struct JobRecord {
    std::string name;
    std::string service;
    std::string resource;
    std::string node;
    std::optional<Moment> job_create;
    std::optional<Moment> pod_create;
    std::optional<Moment> job_start;
    std::optional<Moment> script_start;
    std::optional<Moment> script_end;
    std::optional<Moment> job_finish;
    JobStatus status = JobStatus::succeeded;
    int exit_code = 0;
    std::string input_key;
    std::vector<std::string> output_keys;
    std::uint64_t output_bytes = 0;
    double cpu_seconds = 0;
    std::uint64_t peak_memory_bytes = 0;
    std::optional<int> interval; ///< of a synchronous test
    std::string response_code;   ///< of a synchronous test
    /// What a new instance of a cloud function took before the call: a cold start.
    std::optional<double> init_seconds = std::nullopt;
    /// First and last word of the supervisor in its log, to the millisecond, where the other
    /// moments are whole seconds: the job took longer than from the one to the other.
    std::optional<Moment> supervisor_start = std::nullopt;
    std::optional<Moment> supervisor_end = std::nullopt;
};

/// The parts of a job's response time in seconds; parts between moments that are not known are
/// absent.
struct JobTimes {
    std::optional<double> full_time;
    std::optional<double> wait;
    std::optional<double> pod_creation;
    std::optional<double> overhead;
    std::optional<double> compute_time;
    std::optional<double> write_back;
};

/// What is between a job's moments.
[[nodiscard]] JobTimes times_of(const JobRecord& job);

/// time_table_SERVICE.json for jobs that succeeded, in the order given: name -> record, indent 4.
[[nodiscard]] std::string to_time_table(const std::vector<JobRecord>& jobs);

/// Reads a time table, ours or the reference's. Fails (input, PRF04x).
[[nodiscard]] Result<std::vector<JobRecord>> parse_time_table(const SourceFile& source);

} // namespace aisprint::profiling
