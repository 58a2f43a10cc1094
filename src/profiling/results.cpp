// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/results.hpp"

#include "aisprint/base/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace aisprint::profiling {

namespace {

constexpr int k_decimals = 5;
constexpr double k_whole_second = 1;
constexpr double k_millisecond = 1e-3;
constexpr double k_seconds_per_minute = 60;

std::string run_name(std::size_t number) {
    return fmt::format("Run #{}", number);
}

std::string cores_text(double cores, CoresSpelling spelling) {
    return spelling == CoresSpelling::integer ? fmt::format("{:.0f}", cores) : real_text(cores);
}

bool is_complete(const JobRecord& job) {
    return job.job_create && job.job_finish;
}

/// From the first job created to the last finished, in seconds; nothing without jobs.
std::optional<double> span_of(const std::vector<const JobRecord*>& jobs) {
    std::optional<Moment> first;
    std::optional<Moment> last;
    for (const JobRecord* job : jobs) {
        first = first ? std::min(*first, *job->job_create) : *job->job_create;
        last = last ? std::max(*last, *job->job_finish) : *job->job_finish;
    }
    if (!first) {
        return std::nullopt;
    }
    return std::chrono::duration<double>(*last - *first).count();
}

/// The span that a rate may be divided by: at least what the stamps can tell apart.
double span_for_rate(double span, const std::vector<const JobRecord*>& jobs) {
    const auto is_whole = [](const std::optional<Moment>& moment) {
        return moment->time_since_epoch().count() % 1000000 == 0;
    };
    const bool whole = std::all_of(jobs.begin(), jobs.end(), [&](const JobRecord* job) {
        return is_whole(job->job_create) && is_whole(job->job_finish);
    });
    return std::max(span, whole ? k_whole_second : k_millisecond);
}

/// The mean response time. Whole seconds, cut off at both ends, are right in the mean of many
/// jobs only: below a second most are 0. The means of their logs cannot be above the truth, so that
/// they count where they are larger.
double mean_full_time(const std::vector<const JobRecord*>& jobs) {
    double sum = 0;
    double least = 0;
    for (const JobRecord* job : jobs) {
        sum += std::chrono::duration<double>(*job->job_finish - *job->job_create).count();
        least += seconds_in_log(*job);
    }
    return std::max(sum, least) / static_cast<double>(jobs.size());
}

std::vector<const JobRecord*> complete_jobs(const std::vector<JobRecord>& jobs) {
    std::vector<const JobRecord*> complete;
    for (const JobRecord& job : jobs) {
        if (is_complete(job)) {
            complete.push_back(&job);
        }
    }
    return complete;
}

/// What all kinds of rows have in common. `jobs` is not empty.
ResponseRow row_of(const ServiceRun& run, const std::vector<const JobRecord*>& jobs, double cpu) {
    ResponseRow row;
    row.run_name = run_name(run.number);
    const double span = span_for_rate(*span_of(jobs), jobs);
    row.observed_throughput = rounded(static_cast<double>(jobs.size()) / span, k_decimals);
    row.average_response_time = rounded(mean_full_time(jobs), k_decimals);
    row.parallelism = run.parallelism;
    row.cores = run.parallelism * cpu;
    return row;
}

/// The jobs of each interval. Those that no load generator started are dealt by the time of their
/// creation: one window for each interval from the first creation on, later ones go to the last.
std::vector<std::vector<const JobRecord*>> by_interval(const std::vector<const JobRecord*>& jobs,
                                                       const std::vector<Interval>& intervals) {
    std::vector<std::vector<const JobRecord*>> dealt(intervals.size());
    std::optional<Moment> first;
    for (const JobRecord* job : jobs) {
        first = first ? std::min(*first, *job->job_create) : *job->job_create;
    }
    for (const JobRecord* job : jobs) {
        if (job->interval) {
            const int last = static_cast<int>(intervals.size());
            dealt[static_cast<std::size_t>(std::clamp(*job->interval, 1, last) - 1)].push_back(job);
            continue;
        }
        double begun = std::chrono::duration<double>(*job->job_create - *first).count();
        std::size_t k = 0;
        while (k + 1 < intervals.size() && begun >= intervals[k].duration_seconds) {
            begun -= intervals[k].duration_seconds;
            ++k;
        }
        dealt[k].push_back(job);
    }
    return dealt;
}

/// Columns of a row but its run's name.
std::string row_text(const ResponseRow& row, CoresSpelling cores) {
    std::string text;
    if (row.requested_throughput) {
        text += real_text(*row.requested_throughput) + ",";
    }
    text += fmt::format("{},{},{}", real_text(row.observed_throughput),
                        real_text(row.average_response_time), row.parallelism);
    if (row.warm_pods) {
        text += fmt::format(",{}", *row.warm_pods);
    }
    text += "," + cores_text(row.cores, cores);
    if (row.warm_cores) {
        text += "," + cores_text(*row.warm_cores, cores);
    }
    return text + "\n";
}

bool is_synchronous(const std::vector<ResponseRow>& rows) {
    return !rows.empty() && rows.front().requested_throughput.has_value();
}

const char* const k_synchronous_columns =
    "requested_throughput,observed_throughput,avg_response_time,requested_parallelism,warm_pods,"
    "cores,warm_cores\n";
const char* const k_asynchronous_columns =
    "observed_throughput,avg_response_time,requested_parallelism,cores\n";

std::string configuration_name(std::size_t level) {
    return fmt::format("Configuration #{}", level + 1);
}

std::string optional_text(const std::optional<double>& value) {
    return value ? real_text(*value) : "";
}

} // namespace

std::string real_text(double value) {
    std::string text = fmt::format("{}", value);
    if (text.find_first_of(".en") == std::string::npos) {
        text += ".0";
    }
    return text;
}

double rounded(double value, int decimals) {
    return std::strtod(fmt::format("{:.{}f}", value, decimals).c_str(), nullptr);
}

double seconds_in_log(const JobRecord& job) {
    const auto between = [](const std::optional<Moment>& begin, const std::optional<Moment>& end) {
        return begin && end ? std::chrono::duration<double>(*end - *begin).count() : 0;
    };
    return std::max({between(job.supervisor_start, job.supervisor_end),
                     between(job.script_start, job.script_end), 0.0});
}

std::size_t actual_parallelism(const std::vector<JobRecord>& jobs) {
    std::vector<std::pair<Moment, int>> marks; // ends (-1) sort before starts (+1)
    for (const JobRecord& job : jobs) {
        const std::optional<Moment>& begin = job.job_start ? job.job_start : job.job_create;
        if (begin && job.job_finish) {
            marks.emplace_back(*begin, 1);
            marks.emplace_back(*job.job_finish, -1);
        }
    }
    std::sort(marks.begin(), marks.end());
    int running = 0;
    int most = 0;
    for (const auto& [moment, change] : marks) {
        running += change;
        most = std::max(most, running);
    }
    return static_cast<std::size_t>(most);
}

std::vector<ResponseRow> response_rows(const std::vector<ServiceRun>& runs, double cpu) {
    std::vector<ResponseRow> rows;
    for (const ServiceRun& run : runs) {
        const std::vector<const JobRecord*> jobs = complete_jobs(run.jobs);
        if (!jobs.empty()) {
            rows.push_back(row_of(run, jobs, cpu));
        }
    }
    return rows;
}

std::vector<ResponseRow>
response_rows(const std::vector<ServiceRun>& runs, double cpu, const RunParameters& parameters) {
    std::vector<ResponseRow> rows;
    for (const ServiceRun& run : runs) {
        const auto dealt = by_interval(complete_jobs(run.jobs), parameters.intervals);
        for (std::size_t k = 0; k < dealt.size(); ++k) {
            if (dealt[k].empty()) {
                continue;
            }
            ResponseRow row = row_of(run, dealt[k], cpu);
            row.requested_throughput = rounded(
                parameters.intervals[k].throughput_per_minute / k_seconds_per_minute, k_decimals);
            row.warm_pods = parameters.pre_allocated_pods;
            row.warm_cores = parameters.pre_allocated_pods * cpu;
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

std::string response_csv(const std::vector<ResponseRow>& rows, CoresSpelling cores) {
    if (is_synchronous(rows)) {
        return training_csv(rows, cores);
    }
    std::string text = std::string("run_name,") + k_asynchronous_columns;
    for (const ResponseRow& row : rows) {
        text += row.run_name + "," + row_text(row, cores);
    }
    return text;
}

std::string training_csv(const std::vector<ResponseRow>& rows, CoresSpelling cores) {
    std::string text = is_synchronous(rows) ? k_synchronous_columns : k_asynchronous_columns;
    for (const ResponseRow& row : rows) {
        text += row_text(row, cores);
    }
    return text;
}

std::string runtime_csv(const std::vector<ServiceRun>& runs, double cpu, CoresSpelling cores) {
    std::string text = "runs,configurations,runtime,actual_parallelism,target_parallelism,cores\n";
    for (const ServiceRun& run : runs) {
        const auto span = span_of(complete_jobs(run.jobs));
        if (!span) {
            continue;
        }
        text += fmt::format("{},{},{},{},{},{}\n", run_name(run.repetition + 1),
                            configuration_name(run.level), real_text(*span),
                            actual_parallelism(run.jobs), run.parallelism,
                            cores_text(run.parallelism * cpu, cores));
    }
    return text;
}

std::string runtime_csv(const std::vector<WorkflowRun>& runs) {
    std::string text = "runs,runtime,configurations,total_cores\n";
    for (const WorkflowRun& run : runs) {
        text += fmt::format("{},{},{},{}\n", run_name(run.repetition + 1), real_text(run.runtime),
                            configuration_name(run.level), real_text(run.total_cores));
    }
    return text;
}

std::string jobs_csv(const std::vector<ServiceRun>& runs,
                     const std::map<std::size_t, std::int64_t>& nodes_by_run,
                     const ServiceFacts& facts) {
    std::string text =
        "job_name,service,cluster,node,cores_container,cores_total,memory_container,memory_total,"
        "nodes_used,nodes_total,full_time,wait,pod_creation,overhead,compute_time,write_back,"
        "run_name,parallelism,status\n";
    for (const ServiceRun& run : runs) {
        const auto nodes = nodes_by_run.find(run.number);
        const std::string facts_text = fmt::format(
            "{},{},{},{},{},{}", real_text(facts.cpu), real_text(facts.cpu * run.parallelism),
            real_text(facts.memory_mb), real_text(facts.memory_mb * run.parallelism),
            nodes == nodes_by_run.end() ? 0 : nodes->second, facts.nodes_total);
        for (const JobRecord& job : run.jobs) {
            const JobTimes times = times_of(job);
            text +=
                fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_field(job.name),
                            csv_field(job.service), csv_field(job.resource), csv_field(job.node),
                            facts_text, optional_text(times.full_time), optional_text(times.wait),
                            optional_text(times.pod_creation), optional_text(times.overhead),
                            optional_text(times.compute_time), optional_text(times.write_back),
                            run_name(run.number), run.parallelism, to_string(job.status));
        }
    }
    return text;
}

} // namespace aisprint::profiling
