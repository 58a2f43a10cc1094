// SPDX-License-Identifier: Apache-2.0
#include "campaign_results.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

constexpr int k_core_decimals = 9; ///< sums of decimal fractions are told without binary dust

constexpr const char* k_dataframes = "results/Dataframes";
constexpr const char* k_statistics = "results/statistics.csv";
constexpr const char* k_results_done = "results/done";

fs::path training_csv_of(const fs::path& folder, const Unit& unit) {
    return folder / (unit.service + "_dataframe.csv");
}

ServiceStatistics
statistics_of(const Unit& unit, const std::vector<ServiceRun>& runs, const UnitResult& result) {
    return {unit.service, part_statistics(runs), result.measured};
}

} // namespace

Result<std::vector<ServiceRun>> CampaignResults::read_runs(std::size_t deployment,
                                                           const std::string& tests,
                                                           const Unit& unit) const {
    std::vector<ServiceRun> runs;
    for (const Run& scheduled : m_plan.schedules[deployment].runs) {
        const TestId id{deployment, scheduled.number, tests};
        if (!m_files.is_done(id)) {
            continue;
        }
        ServiceRun run;
        run.number = scheduled.number;
        run.level = scheduled.level;
        run.repetition = scheduled.repetition;
        const auto parallelism = scheduled.parallelism.find(unit.id);
        // a degraded version has the parallelism of its component
        run.parallelism = parallelism != scheduled.parallelism.end()
                              ? parallelism->second
                              : unit.parameters.parallelism[std::min(
                                    scheduled.level, unit.parameters.parallelism.size() - 1)];
        AISPRINT_TRY_ASSIGN(run.jobs, m_files.read_jobs(id, unit.service));
        runs.push_back(std::move(run));
    }
    return runs;
}

Result<void> CampaignResults::read_health(std::size_t deployment,
                                          const std::string& tests,
                                          UnitResult& result) const {
    for (const Run& scheduled : m_plan.schedules[deployment].runs) {
        const TestId id{deployment, scheduled.number, tests};
        if (!m_files.is_done(id)) {
            continue;
        }
        AISPRINT_TRY_ASSIGN(TestRecord record, m_files.read_record(id));
        if (!record.health.empty()) {
            result.health[scheduled.number] = std::move(record.health);
        }
        if (!record.oversubscribed.empty()) {
            result.oversubscribed.insert(scheduled.number);
        }
    }
    return {};
}

/// Works out the rows of a unit, and which of them models are trained on.
void CampaignResults::measure(const Unit& unit,
                              const std::vector<ServiceRun>& runs,
                              UnitResult& result) const {
    const RunParameters& parameters = m_plan.parameters;
    result.measured = parameters.synchronous ? measurements(runs, unit.cpu, parameters)
                                             : measurements(runs, unit.cpu);
    result.outliers = find_outliers(result.measured);
    for (std::size_t i = 0; i < result.measured.size(); ++i) {
        const Measurement& one = result.measured[i];
        result.rows.push_back(one.row);
        if (one.row.average_response_time <= 0) {
            result.without_time.insert(one.run);
            continue;
        }
        const bool is_left_out = (parameters.drop_outliers && result.outliers.contains(i)) ||
                                 (parameters.exclude_degraded && result.health.contains(one.run));
        if (!is_left_out) {
            result.training_rows.push_back(one.row);
        }
    }
}

Result<void> CampaignResults::write_service(std::size_t deployment,
                                            const std::string& tests,
                                            const Unit& unit,
                                            const std::vector<ServiceRun>& runs,
                                            const UnitResult& result) const {
    const fs::path folder = m_files.tests(deployment, tests) / k_dataframes;
    std::map<std::size_t, std::int64_t> nodes;
    for (const Run& run : m_plan.schedules[deployment].runs) {
        const auto count = run.nodes.find(unit.resource);
        nodes[run.number] = count == run.nodes.end() ? 1 : count->second;
    }
    std::vector<ServiceRun> all = runs; // failed jobs are told of, and nothing else is made of them
    for (ServiceRun& run : all) {
        AISPRINT_TRY_ASSIGN(
            const std::vector<JobRecord> failed,
            m_files.read_failed_jobs({deployment, run.number, tests}, unit.service));
        run.jobs.insert(run.jobs.end(), failed.begin(), failed.end());
    }
    const ResourceFacts* resource = m_plan.testbed.find_resource(unit.resource);
    std::vector<FileContent> files{
        {folder / (unit.service + "_response_time_dataframe.csv"),
         response_csv(result.rows, unit.cores_spelling)},
        {training_csv_of(folder, unit), training_csv(result.training_rows, unit.cores_spelling)},
        {folder / (unit.service + "_jobs.csv"),
         jobs_csv(all, nodes, {unit.cpu, unit.memory_mb, resource->total_nodes})}};
    if (tests != k_full_workflow) {
        files.push_back(
            {folder / "runtime_dataframe.csv", runtime_csv(runs, unit.cpu, unit.cores_spelling)});
    }
    return write_files_together(files);
}

Result<Written> CampaignResults::write_full(std::size_t deployment) const {
    if (m_files.results_are_current(deployment, k_full_workflow)) {
        return Written::before;
    }
    UnitResult marks;
    AISPRINT_TRY(read_health(deployment, k_full_workflow, marks));
    std::vector<ServiceStatistics> statistics;
    std::map<std::size_t, std::pair<Moment, Moment>> spans;
    std::map<std::size_t, WorkflowRun> workflow;
    for (const std::size_t index : m_plan.testbed.deployments[deployment].units) {
        const Unit& unit = m_plan.testbed.units[index];
        AISPRINT_TRY_ASSIGN(const std::vector<ServiceRun> runs,
                            read_runs(deployment, k_full_workflow, unit));
        UnitResult result;
        result.health = marks.health;
        measure(unit, runs, result);
        AISPRINT_TRY(write_service(deployment, k_full_workflow, unit, runs, result));
        statistics.push_back(statistics_of(unit, runs, result));
        for (const ServiceRun& run : runs) {
            WorkflowRun& whole = workflow[run.number];
            whole.level = run.level;
            whole.repetition = run.repetition;
            whole.total_cores += run.parallelism * unit.cpu;
            for (const JobRecord& job : run.jobs) {
                if (!job.job_create || !job.job_finish) {
                    continue;
                }
                const auto [span, is_new] =
                    spans.try_emplace(run.number, *job.job_create, *job.job_finish);
                span->second.first = std::min(span->second.first, *job.job_create);
                span->second.second = std::max(span->second.second, *job.job_finish);
            }
        }
    }
    std::vector<WorkflowRun> rows;
    for (auto& [number, run] : workflow) {
        const auto span = spans.find(number);
        if (span != spans.end()) {
            run.runtime =
                std::chrono::duration<double>(span->second.second - span->second.first).count();
            run.total_cores = rounded(run.total_cores, k_core_decimals);
            rows.push_back(run);
        }
    }
    const fs::path folder = m_files.tests(deployment, k_full_workflow);
    AISPRINT_TRY(
        write_files_together({{folder / k_dataframes / "runtime_dataframe.csv", runtime_csv(rows)},
                              {folder / k_statistics, statistics_csv(statistics)}}));
    AISPRINT_TRY(write_file_atomic(folder / k_results_done, ""));
    return Written::now;
}

Result<double> CampaignResults::mean_output_kb(std::size_t deployment, const Unit& unit) const {
    AISPRINT_TRY_ASSIGN(const std::vector<ServiceRun> runs,
                        read_runs(deployment, k_full_workflow, unit));
    double sum = 0;
    std::size_t counted = 0;
    for (const ServiceRun& run : runs) {
        double bytes = 0;
        for (const JobRecord& job : run.jobs) {
            bytes += static_cast<double>(job.output_bytes);
        }
        if (!run.jobs.empty()) {
            sum += bytes / static_cast<double>(run.jobs.size()) / 1000;
            ++counted;
        }
    }
    return counted == 0 ? 0 : sum / static_cast<double>(counted);
}

std::string CampaignResults::tests_of(const Unit& unit) const {
    return m_plan.parameters.single_services ? unit.id : k_full_workflow;
}

Result<std::vector<ServiceRun>> CampaignResults::read_unit(std::size_t deployment,
                                                           const Unit& unit) const {
    return read_runs(deployment, tests_of(unit), unit);
}

Result<UnitResult>
CampaignResults::write_unit(std::size_t deployment, std::size_t index, Written& written) const {
    const Unit& unit = m_plan.testbed.units[index];
    const std::string tests = tests_of(unit);
    const fs::path folder = m_files.tests(deployment, tests);
    UnitResult result;
    result.unit = index;
    result.deployment = deployment;
    AISPRINT_TRY_ASSIGN(const std::vector<ServiceRun> runs, read_runs(deployment, tests, unit));
    AISPRINT_TRY(read_health(deployment, tests, result));
    measure(unit, runs, result);
    result.training_csv = training_csv_of(folder / k_dataframes, unit);
    AISPRINT_TRY_ASSIGN(result.mean_output_kb, mean_output_kb(deployment, unit));
    // the results of the full workflow, of which these would be a part, are written already
    const bool is_current =
        tests == k_full_workflow || m_files.results_are_current(deployment, tests);
    written = is_current ? Written::before : Written::now;
    if (!is_current) {
        AISPRINT_TRY(write_service(deployment, tests, unit, runs, result));
        AISPRINT_TRY(write_file_atomic(folder / k_statistics,
                                       statistics_csv({statistics_of(unit, runs, result)})));
        AISPRINT_TRY(write_file_atomic(folder / k_results_done, ""));
    }
    return result;
}

} // namespace aisprint::profiling
