// SPDX-License-Identifier: Apache-2.0
// Tables of a large campaign: 100,000 records of jobs are read from time tables and become
// dataframes, statistics and the table of jobs.
#include "aisprint/profiling/results.hpp"
#include "aisprint/profiling/statistics.hpp"
#include "aisprint/profiling/time_table.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace aisprint::profiling {
namespace {

constexpr std::size_t k_runs = 20;
constexpr double k_cpu = 0.9;

/// Jobs that begin every 10 ms and take a second, in five parts.
std::vector<JobRecord> make_jobs(std::size_t count) {
    using std::chrono::microseconds;
    const Moment begin(std::chrono::sys_days(std::chrono::year(2023) / 6 / 1));
    std::vector<JobRecord> jobs(count);
    for (std::size_t i = 0; i < count; ++i) {
        JobRecord& job = jobs[i];
        job.name = "detector-0b1c2d3e-0000-4000-8000-" + std::to_string(100000000000 + i);
        job.service = "detector";
        job.resource = "VM1";
        job.node = "VM1-node1";
        job.job_create = begin + microseconds(10007 * i);
        job.pod_create = *job.job_create + microseconds(1003);
        job.job_start = *job.pod_create + microseconds(507);
        job.script_start = *job.job_start + microseconds(2011);
        job.script_end = *job.script_start + microseconds(990001);
        job.job_finish = *job.script_end + microseconds(6007);
        job.input_key = "clip_" + std::to_string(i) + ".mp4";
        job.output_keys = {"aisprint-" + std::to_string(i) + ".jpg"};
        job.output_bytes = 2500;
    }
    return jobs;
}

/// Time tables of runs with so many jobs altogether.
std::vector<std::string> make_tables(std::size_t jobs) {
    std::vector<std::string> tables;
    for (std::size_t run = 0; run < k_runs; ++run) {
        tables.push_back(to_time_table(make_jobs(jobs / k_runs)));
    }
    return tables;
}

void tables_of_jobs(benchmark::State& state) {
    const std::vector<std::string> texts = make_tables(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        std::vector<ServiceRun> runs;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            auto jobs = parse_time_table(SourceFile("time_table.json", texts[i]));
            if (!jobs) {
                state.SkipWithError("a time table cannot be read");
                return;
            }
            runs.push_back({i + 1, i / 2, i % 2, 4, std::move(*jobs)});
        }
        const std::vector<Measurement> measured = measurements(runs, k_cpu);
        benchmark::DoNotOptimize(find_outliers(measured));
        benchmark::DoNotOptimize(
            response_csv(response_rows(runs, k_cpu), CoresSpelling::real).size());
        benchmark::DoNotOptimize(runtime_csv(runs, k_cpu, CoresSpelling::real).size());
        benchmark::DoNotOptimize(jobs_csv(runs, {}, {k_cpu, 1024, 4}).size());
        benchmark::DoNotOptimize(
            statistics_csv({{"detector", part_statistics(runs), measured}}).size());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(tables_of_jobs)->Arg(10000)->Arg(100000)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace aisprint::profiling

BENCHMARK_MAIN();
