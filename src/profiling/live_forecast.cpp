// SPDX-License-Identifier: Apache-2.0
#include "live_forecast.hpp"

#include "campaign_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace aisprint::profiling {

namespace {

/// What the tests of a campaign tell of the units of a deployment, by their place in its chain.
struct Measured {
    std::vector<std::vector<HeldSlot>> slots; ///< in all tests in which the unit stands
    std::vector<double> jobs;                 ///< number in the deployment's whole workflows
};

/// Reads the tests of a campaign, each once.
class TestReader {
public:
    TestReader(const CampaignPlan& plan, std::size_t deployment)
        : m_plan(plan), m_files(plan), m_deployment(deployment),
          m_chain(plan.testbed.deployments[deployment].units) {
        m_measured.slots.resize(m_chain.size());
        m_measured.jobs.resize(m_chain.size());
    }

    Result<Measured> read() {
        for (std::size_t d = 0; d < m_plan.testbed.deployments.size(); ++d) {
            const std::vector<std::size_t>& units = m_plan.testbed.deployments[d].units;
            for (const Run& run : m_plan.schedules[d].runs) {
                AISPRINT_TRY(add({d, run.number, k_full_workflow}, units));
                for (const std::size_t unit : units) {
                    AISPRINT_TRY(add({d, run.number, m_plan.testbed.units[unit].id}, {unit}));
                }
            }
        }
        return std::move(m_measured);
    }

private:
    /// Adds a test in which `units` ran side by side, if it was done.
    Result<void> add(const TestId& test, const std::vector<std::size_t>& units) {
        if (!m_files.is_done(test)) {
            return {};
        }
        std::vector<std::vector<JobRecord>> services;
        for (const std::size_t unit : units) {
            AISPRINT_TRY_ASSIGN(std::vector<JobRecord> jobs,
                                m_files.read_jobs(test, m_plan.testbed.units[unit].service));
            services.push_back(std::move(jobs));
        }
        for (std::size_t i = 0; i < m_chain.size(); ++i) {
            const auto place = std::find(units.begin(), units.end(), m_chain[i]);
            if (place == units.end()) {
                continue;
            }
            const auto service = static_cast<std::size_t>(place - units.begin());
            const std::vector<HeldSlot> held = held_slots(services, service);
            m_measured.slots[i].insert(m_measured.slots[i].end(), held.begin(), held.end());
            if (test.deployment == m_deployment && test.unit == k_full_workflow) {
                m_measured.jobs[i] += static_cast<double>(services[service].size());
            }
        }
        return {};
    }

    const CampaignPlan& m_plan;
    CampaignFiles m_files;
    std::size_t m_deployment;
    const std::vector<std::size_t>& m_chain;
    Measured m_measured;
};

std::optional<ExpectedTime> mean_of(const std::vector<double>& times) {
    if (times.empty()) {
        return std::nullopt;
    }
    const double sum = std::accumulate(times.begin(), times.end(), 0.0);
    return ExpectedTime{sum / static_cast<double>(times.size()), std::nullopt, std::nullopt};
}

} // namespace

Result<std::vector<QueueStage>> stages_of_campaign(const CampaignPlan& plan,
                                                   std::size_t deployment,
                                                   const std::vector<int>& parallelism) {
    const UnitChain& chain = plan.testbed.deployments[deployment];
    AISPRINT_TRY_ASSIGN(const Measured measured, TestReader(plan, deployment).read());
    const std::vector<double>& jobs = measured.jobs;
    std::vector<QueueStage> stages;
    for (std::size_t i = 0; i < chain.units.size(); ++i) {
        QueueStage stage;
        stage.holding = fit_holding_times(measured.slots[i]);
        stage.holding.cpu = plan.testbed.units[chain.units[i]].cpu;
        stage.slots = parallelism[i];
        stage.jobs_per_input = jobs[0] > 0 && jobs[i] > 0 ? jobs[i] / jobs[0] : 1;
        stages.push_back(std::move(stage));
    }
    return stages;
}

LiveForecast::LiveForecast(std::vector<QueueStage> stages,
                           const std::vector<Upload>& uploads,
                           std::size_t warm_up)
    : m_stages(std::move(stages)), m_warm_up(warm_up) {
    std::vector<double> arrivals;
    for (const Upload& upload : uploads) {
        arrivals.push_back(upload.seconds);
    }
    m_jobs = forecast_queues(m_stages, arrivals);
}

std::optional<ExpectedTime> LiveForecast::component(std::size_t position,
                                                    std::vector<std::string>& notes) const {
    if (!is_known(position)) {
        notes.emplace_back("no forecast: the campaign has no tests of the component");
        return std::nullopt;
    }
    std::vector<double> times;
    double at_once = 0;
    for (const ForecastJob& job : m_jobs[position]) {
        if (job.input >= m_warm_up) {
            times.push_back(job.finished - job.created);
            at_once += job.at_once;
        }
    }
    at_once /= static_cast<double>(std::max<std::size_t>(times.size(), 1));
    if (!times.empty() && !m_stages[position].holding.covers(at_once)) {
        notes.push_back(
            fmt::format("the forecast reaches beyond the campaign: {:.2g} jobs at once", at_once));
    }
    return mean_of(times);
}

std::optional<ExpectedTime> LiveForecast::path(std::size_t first, std::size_t last) const {
    for (std::size_t position = first; position <= last; ++position) {
        if (!is_known(position)) {
            return std::nullopt;
        }
    }
    std::map<std::size_t, double> begins;
    for (const ForecastJob& job : m_jobs[first]) {
        begins.emplace(job.input, job.created); // jobs are in the order of their creation
    }
    std::map<std::size_t, double> ends;
    for (const ForecastJob& job : m_jobs[last]) {
        double& end = ends[job.input];
        end = std::max(end, job.finished);
    }
    std::vector<double> times;
    for (const auto& [input, end] : ends) {
        if (input >= m_warm_up) {
            times.push_back(end - begins.at(input));
        }
    }
    return mean_of(times);
}

} // namespace aisprint::profiling
