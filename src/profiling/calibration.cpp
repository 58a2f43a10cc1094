// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/calibration.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

class Calibrator {
public:
    Calibrator(const CampaignPlan& plan,
               const Knowledge& known,
               Backend& backend,
               const fs::path& scratch,
               const std::stop_token& stop)
        : m_plan(plan), m_backend(backend), m_scratch(scratch), m_stop(stop) {
        for (const Unit& unit : plan.testbed.units) {
            const auto found = known.find(unit.id);
            if (found != known.end() && found->second.job_seconds) {
                m_known.insert(unit.id);
                m_tried.insert(unit.partition);
                m_parts.emplace(unit.partition, found->second);
            }
        }
    }

    Result<Calibration> run(const std::set<std::size_t>& deployments) {
        for (const std::size_t deployment : deployments) {
            if (m_found.interrupted) {
                break;
            }
            AISPRINT_TRY(run_deployment(m_plan.testbed.deployments[deployment]));
        }
        for (const Unit& unit : m_plan.testbed.units) {
            const auto part = m_parts.find(unit.partition);
            if (part != m_parts.end() && !m_known.contains(unit.id)) {
                m_found.knowledge.emplace(unit.id, part->second);
            }
        }
        return std::move(m_found);
    }

private:
    Result<void> run_deployment(const UnitChain& chain) {
        const auto& units = m_plan.testbed.units;
        std::vector<std::size_t> alone; // degraded versions, which stand in no chain
        bool is_needed = false;
        for (const std::size_t unit : chain.units) {
            is_needed = is_needed || !m_tried.contains(units[unit].partition);
            const auto alternatives = m_plan.testbed.alternatives.find(unit);
            if (alternatives != m_plan.testbed.alternatives.end()) {
                alone.insert(alone.end(), alternatives->second.begin(), alternatives->second.end());
            }
        }
        std::erase_if(alone, [&](std::size_t i) { return m_tried.contains(units[i].partition); });
        if (!is_needed && alone.empty()) {
            return {};
        }
        AISPRINT_TRY(run_whole(chain));
        for (const std::size_t unit : alone) {
            if (m_found.interrupted) {
                break;
            }
            AISPRINT_TRY(run_alone(chain, unit));
        }
        return {};
    }

    [[nodiscard]] RunRequest request(RunKind kind) {
        RunRequest request;
        request.kind = kind;
        request.seed = m_plan.parameters.seed;
        request.workflow = "calibration";
        request.folder = m_scratch / fmt::format("run_{}", ++m_runs);
        request.work = m_scratch / "work";
        return request;
    }

    Result<void> run_whole(const UnitChain& chain) {
        RunRequest whole = request(RunKind::full_workflow);
        for (std::size_t i = 0; i < chain.units.size(); ++i) {
            whole.services.push_back({&m_plan.testbed.units[chain.units[i]], 1, 1, i});
        }
        whole.input_files = {m_plan.input_files.front()};
        return execute(whole);
    }

    Result<void> run_alone(const UnitChain& chain, std::size_t unit) {
        RunRequest single = request(RunKind::single_service);
        std::size_t position = 0;
        for (std::size_t i = 0; i < chain.units.size(); ++i) {
            const auto alternatives = m_plan.testbed.alternatives.find(chain.units[i]);
            if (alternatives != m_plan.testbed.alternatives.end() &&
                std::ranges::find(alternatives->second, unit) != alternatives->second.end()) {
                position = i;
            }
        }
        single.services.push_back({&m_plan.testbed.units[unit], 1, 1, position});
        return execute(single);
    }

    Result<void> execute(const RunRequest& request) {
        AISPRINT_TRY(make_directories(request.folder));
        AISPRINT_TRY_ASSIGN(const RunOutcome outcome, m_backend.run(
                                                          request, [](const Progress&) {}, m_stop));
        if (outcome.interrupted || m_stop.stop_requested()) {
            m_found.interrupted = true;
            return {};
        }
        for (std::size_t i = 0; i < request.services.size(); ++i) {
            learn(*request.services[i].unit,
                  i < outcome.jobs.size() ? outcome.jobs[i] : std::vector<JobRecord>());
        }
        return {};
    }

    void learn(const Unit& unit, const std::vector<JobRecord>& jobs) {
        if (!m_tried.insert(unit.partition).second) {
            return;
        }
        double sum = 0;
        for (const JobRecord& job : jobs) {
            if (job.status != JobStatus::succeeded || !job.job_start || !job.job_finish) {
                m_found.failed.push_back(
                    fmt::format("{}: its job {}", unit.id,
                                job.status == JobStatus::succeeded
                                    ? std::string("has no times")
                                    : fmt::format("ended as {}, with exit code {}",
                                                  to_string(job.status), job.exit_code)));
                return;
            }
            sum += std::chrono::duration<double>(*job.job_finish - *job.job_start).count();
        }
        if (jobs.empty()) {
            m_found.failed.push_back(fmt::format("{}: no object reached it", unit.id));
            return;
        }
        const auto count = static_cast<double>(jobs.size());
        m_parts[unit.partition] = {sum / count, count};
        m_found.parts[unit.partition] = sum / count;
    }

    const CampaignPlan& m_plan;
    Backend& m_backend;
    const fs::path& m_scratch;
    const std::stop_token& m_stop;
    std::set<std::string> m_known;                ///< ids of units
    std::set<std::string> m_tried;                ///< names of components and partitions
    std::map<std::string, UnitKnowledge> m_parts; ///< by name of the component or partition
    std::size_t m_runs = 0;
    Calibration m_found;
};

} // namespace

Result<Calibration> calibrate(const CampaignPlan& plan,
                              const std::vector<std::string>& only,
                              const Knowledge& known,
                              Backend& backend,
                              const std::filesystem::path& scratch,
                              const std::stop_token& stop) {
    std::set<std::size_t> deployments;
    for (const TestId& test : tests_of(plan, only)) {
        deployments.insert(test.deployment);
    }
    return Calibrator(plan, known, backend, scratch, stop).run(deployments);
}

} // namespace aisprint::profiling
