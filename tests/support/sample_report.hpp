// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/report.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

namespace aisprint::tests {

/// A campaign of two components, one of them on two resources, three levels and four repetitions,
/// with a degraded run, failed jobs, outliers and predictions. One run has `big_run` jobs.
[[nodiscard]] inline profiling::ReportData sample_report(std::size_t big_run) {
    using namespace profiling;
    const auto at = [](double seconds) {
        return Moment(std::chrono::sys_days(std::chrono::year(2023) / 6 / 1)) +
               std::chrono::microseconds(std::llround(seconds * 1e6));
    };
    ReportData data;
    data.title = "Test_campaign <1> & \"2\"";
    data.environment = {"backend: local", "8 cores, \"cgroup2\" limits", "<script>no</script>"};
    const auto add_unit = [&](const char* id, const char* component, const char* resource,
                              double compute) {
        ReportUnit unit;
        unit.id = id;
        unit.component = component;
        unit.service = component;
        unit.resource = resource;
        unit.cpu = 0.5;
        unit.model = "LRRidge";
        std::size_t number = 0;
        for (std::size_t level = 0; level < 3; ++level) {
            const int parallelism = 8 >> level;
            for (std::size_t repetition = 0; repetition < 4; ++repetition) {
                ServiceRun run{++number, level, repetition, parallelism, {}};
                const std::size_t jobs = number == 12 ? big_run : 24;
                const double slow = number == 3 ? 1.5 : 1 + 0.02 * static_cast<double>(repetition);
                for (std::size_t j = 0; j < jobs; ++j) {
                    const double round =
                        static_cast<double>(j / static_cast<std::size_t>(parallelism));
                    const double begin = (number == 12 ? 0.02 : 0.2) * static_cast<double>(j);
                    const double start = number == 12
                                             ? begin + 6
                                             : std::max(begin + 0.5, round * (compute * slow + 1));
                    JobRecord job;
                    job.name = "job-" + std::to_string(j) + "<&>";
                    job.service = component;
                    job.resource = resource;
                    job.job_create = at(begin);
                    job.pod_create = at(start - 0.3);
                    job.job_start = at(start);
                    job.script_start = at(start + 0.2);
                    job.script_end = at(start + 0.2 + compute * slow);
                    job.job_finish = at(start + 0.5 + compute * slow);
                    if (number == 7 && j % 11 == 4) {
                        job.status = JobStatus::failed;
                    }
                    if (number == 8) {
                        job.script_end.reset();
                    }
                    run.jobs.push_back(std::move(job));
                }
                unit.runs.push_back(std::move(run));
            }
        }
        unit.health[7] = {"2 of 24 jobs failed", "a reason with <markup> & more"};
        for (const ResponseRow& row : response_rows(unit.runs, unit.cpu)) {
            const double value = row.average_response_time * 1.05 + 0.1;
            unit.predictions.push_back(
                {row.cores, row.observed_throughput, value, value * 0.8, value * 1.2});
        }
        data.units.push_back(std::move(unit));
    };
    add_unit("C1@VM1", "blurry-faces-onnx", "VM1", 1.2);
    add_unit("C1@VM2", "blurry-faces-onnx", "VM2", 0.7);
    add_unit("C2@VM2", "mask-detector-onnx", "VM2", 2.1);
    return data;
}

} // namespace aisprint::tests
