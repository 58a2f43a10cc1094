// SPDX-License-Identifier: Apache-2.0
#include "campaign_results.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

constexpr int k_core_decimals = 9; ///< sums of decimal fractions are told without binary dust

CoresSpelling spelling_of(const Unit& unit) {
    return unit.cpu == std::floor(unit.cpu) ? CoresSpelling::integer : CoresSpelling::real;
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

Result<fs::path> CampaignResults::write_service(std::size_t deployment,
                                                const std::string& tests,
                                                const Unit& unit,
                                                const std::vector<ServiceRun>& runs) const {
    const fs::path folder = m_files.tests(deployment, tests) / "results/Dataframes";
    const std::vector<ResponseRow> rows = response_rows(runs, unit.cpu);
    const CoresSpelling spelling = spelling_of(unit);
    const fs::path training = folder / (unit.service + "_dataframe.csv");
    std::map<std::size_t, std::int64_t> nodes;
    for (const Run& run : m_plan.schedules[deployment].runs) {
        const auto count = run.nodes.find(unit.resource);
        nodes[run.number] = count == run.nodes.end() ? 1 : count->second;
    }
    const ResourceFacts* resource = m_plan.testbed.find_resource(unit.resource);
    std::vector<FileContent> files{
        {folder / (unit.service + "_response_time_dataframe.csv"), response_csv(rows, spelling)},
        {training, training_csv(rows, spelling)},
        {folder / (unit.service + "_jobs.csv"),
         jobs_csv(runs, nodes, {unit.cpu, unit.memory_mb, resource->total_nodes})}};
    if (tests != k_full_workflow) {
        files.push_back({folder / "runtime_dataframe.csv", runtime_csv(runs, unit.cpu, spelling)});
    }
    AISPRINT_TRY(write_files_together(files));
    return training;
}

Result<void> CampaignResults::write_full(std::size_t deployment) const {
    std::map<std::size_t, std::pair<Moment, Moment>> spans;
    std::map<std::size_t, WorkflowRun> workflow;
    for (const std::size_t index : m_plan.testbed.deployments[deployment].units) {
        const Unit& unit = m_plan.testbed.units[index];
        AISPRINT_TRY_ASSIGN(const std::vector<ServiceRun> runs,
                            read_runs(deployment, k_full_workflow, unit));
        AISPRINT_TRY(write_service(deployment, k_full_workflow, unit, runs));
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
    const fs::path results = m_files.tests(deployment, k_full_workflow) / "results";
    AISPRINT_TRY(
        write_file_atomic(results / "Dataframes/runtime_dataframe.csv", runtime_csv(rows)));
    return write_file_atomic(results / "done", "");
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

Result<UnitResult> CampaignResults::write_unit(std::size_t deployment, std::size_t index) const {
    const Unit& unit = m_plan.testbed.units[index];
    UnitResult result;
    result.unit = index;
    result.deployment = deployment;
    const std::string tests = tests_of(unit);
    AISPRINT_TRY_ASSIGN(const std::vector<ServiceRun> runs, read_runs(deployment, tests, unit));
    AISPRINT_TRY_ASSIGN(result.training_csv, write_service(deployment, tests, unit, runs));
    AISPRINT_TRY(write_file_atomic(m_files.tests(deployment, tests) / "results/done", ""));
    result.rows = response_rows(runs, unit.cpu);
    AISPRINT_TRY_ASSIGN(result.mean_output_kb, mean_output_kb(deployment, unit));
    return result;
}

} // namespace aisprint::profiling
