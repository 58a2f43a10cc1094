// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/estimate.hpp"

#include "campaign_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aisprint::profiling {

namespace {

constexpr double k_seconds_per_minute = 60;
constexpr double k_minutes_per_hour = 60;
constexpr double k_seconds_per_hour = 3600;
/// Mean of max(T, exponential with mean T), in T.
constexpr double k_exponential_wait = 1.36787944117144233;

double wait_of(Arrival arrival, double seconds) {
    return arrival == Arrival::exponential ? k_exponential_wait * seconds : seconds;
}

/// Seconds and requests of a synchronous test; a request waits for no other one.
struct LoadSize {
    double seconds = 0;
    double requests = 0;
};

LoadSize load_of(const RunParameters& parameters) {
    LoadSize size;
    for (const Interval& interval : parameters.intervals) {
        size.seconds += interval.ramp_up_seconds + interval.duration_seconds;
        size.requests += interval.throughput_per_minute / k_seconds_per_minute *
                         (interval.ramp_up_seconds / 2 + interval.duration_seconds);
    }
    return size;
}

std::size_t inputs_of(const CampaignPlan& plan) {
    if (plan.parameters.synchronous) {
        return static_cast<std::size_t>(std::ceil(load_of(plan.parameters).requests));
    }
    return plan.input_files.size() == 1
               ? static_cast<std::size_t>(plan.parameters.batch_size) *
                     static_cast<std::size_t>(plan.parameters.number_of_batches)
               : plan.input_files.size();
}

std::size_t batches_of(const CampaignPlan& plan) {
    if (plan.input_files.size() == 1) {
        return static_cast<std::size_t>(plan.parameters.number_of_batches);
    }
    const auto size = static_cast<std::size_t>(plan.parameters.batch_size);
    return (plan.input_files.size() + size - 1) / size;
}

double upload_seconds(const CampaignPlan& plan, Arrival arrival, const EstimateSettings& settings) {
    if (plan.parameters.synchronous) {
        return load_of(plan.parameters).seconds;
    }
    const double waits = static_cast<double>(std::max<std::size_t>(batches_of(plan), 1) - 1);
    return waits * wait_of(arrival, plan.parameters.inter_upload_seconds) +
           static_cast<double>(inputs_of(plan)) * settings.copy_seconds;
}

/// Time that a service needs for all of its jobs.
double service_seconds(const CampaignPlan& plan,
                       const std::string& unit,
                       int parallelism,
                       const Knowledge& knowledge,
                       const EstimateSettings& settings) {
    const auto found = knowledge.find(unit);
    const UnitKnowledge known = found == knowledge.end() ? UnitKnowledge() : found->second;
    const double jobs = static_cast<double>(inputs_of(plan)) * known.jobs_per_input;
    return std::ceil(jobs / parallelism) * (known.job_seconds.value_or(0) + settings.job_seconds);
}

/// Parallelism of a unit in a run: a degraded version has that of its component.
int parallelism_of(const CampaignPlan& plan, const Run& run, const std::string& id) {
    const auto found = run.parallelism.find(id);
    if (found != run.parallelism.end()) {
        return found->second;
    }
    for (const auto& [base, alternatives] : plan.testbed.alternatives) {
        for (const std::size_t alternative : alternatives) {
            const auto of_base = run.parallelism.find(plan.testbed.units[base].id);
            if (plan.testbed.units[alternative].id == id && of_base != run.parallelism.end()) {
                return of_base->second;
            }
        }
    }
    return 1;
}

Range& operator+=(Range& sum, const Range& more) {
    sum.lower += more.lower;
    sum.upper += more.upper;
    return sum;
}

/// What the clusters of a run cost an hour.
double hourly_cost(const CampaignPlan& plan, const Run& run, int extra_nodes) {
    double cost = 0;
    for (const auto& [resource, nodes] : run.nodes) {
        cost +=
            static_cast<double>(nodes + extra_nodes) * plan.testbed.find_resource(resource)->cost;
    }
    return cost;
}

/// Times at which clusters change their size between the runs of a deployment.
std::size_t count_resizes(const Schedule& schedule) {
    std::size_t count = 0;
    for (std::size_t i = 1; i < schedule.runs.size(); ++i) {
        count += schedule.runs[i].nodes != schedule.runs[i - 1].nodes ? 1U : 0U;
    }
    return count;
}

/// Adds what the jobs of a unit in one test tell: mean time in a slot, and jobs for each input.
void learn(const std::vector<JobRecord>& jobs,
           std::optional<std::size_t> inputs,
           UnitKnowledge& of) {
    double sum = 0;
    double least = 0; // whole seconds can be 0
    std::size_t counted = 0;
    for (const JobRecord& job : jobs) {
        const auto& begin = job.job_start ? job.job_start : job.job_create;
        if (begin && job.job_finish) {
            least += seconds_in_log(job);
            sum += std::chrono::duration<double>(*job.job_finish - *begin).count();
            ++counted;
        }
    }
    if (counted > 0) {
        of.job_seconds = std::max(sum, least) / static_cast<double>(counted);
    }
    if (inputs && *inputs > 0) {
        of.jobs_per_input = static_cast<double>(jobs.size()) / static_cast<double>(*inputs);
    }
}

bool is_measured(const Knowledge& knowledge, const std::string& id) {
    const auto found = knowledge.find(id);
    return found != knowledge.end() && found->second.job_seconds.has_value();
}

/// The component that a unit belongs to; of a degraded version, the one that it stands in for.
const std::string& component_of(const Testbed& testbed, std::size_t unit) {
    for (const auto& [base, alternatives] : testbed.alternatives) {
        if (std::ranges::find(alternatives, unit) != alternatives.end()) {
            return testbed.units[base].component;
        }
    }
    return testbed.units[unit].component;
}

/// The most that a job of any part of a component can be expected to take: what the whole takes,
/// else all of its measured parts together. Nothing if none is measured.
std::optional<UnitKnowledge> most_of_component(const Testbed& testbed,
                                               const std::string& component,
                                               const Knowledge& knowledge) {
    std::map<std::string, UnitKnowledge> parts;
    for (const Unit& unit : testbed.units) {
        if (unit.component != component || !is_measured(knowledge, unit.id)) {
            continue;
        }
        UnitKnowledge& part = parts[unit.partition];
        const UnitKnowledge& known = knowledge.at(unit.id);
        part.job_seconds = std::max(part.job_seconds.value_or(0), *known.job_seconds);
        part.jobs_per_input = std::max(part.jobs_per_input, known.jobs_per_input);
    }
    if (parts.empty()) {
        return std::nullopt;
    }
    if (const auto whole = parts.find(component); whole != parts.end()) {
        return whole->second;
    }
    UnitKnowledge sum{0, 1};
    for (const auto& [name, part] : parts) {
        sum.job_seconds = *sum.job_seconds + *part.job_seconds;
        sum.jobs_per_input = std::max(sum.jobs_per_input, part.jobs_per_input);
    }
    return sum;
}

std::string one_duration(double seconds) {
    const double whole = std::round(seconds);
    if (whole < k_seconds_per_minute) {
        return fmt::format("{:.0f} s", whole);
    }
    if (whole < k_seconds_per_hour) {
        const double minutes = std::floor(whole / k_seconds_per_minute);
        return fmt::format("{:.0f} min {:.0f} s", minutes, whole - minutes * k_seconds_per_minute);
    }
    const double all = std::round(whole / k_seconds_per_minute);
    const double hours = std::floor(all / k_minutes_per_hour);
    return fmt::format("{:.0f} h {:.0f} min", hours, all - hours * k_minutes_per_hour);
}

} // namespace

EstimateSettings local_estimate_settings() {
    return {};
}

EstimateSettings oscar_estimate_settings() {
    EstimateSettings settings;
    settings.prepare_seconds = 14;
    settings.job_seconds = 6;
    settings.copy_seconds = 0.5;
    settings.deploy_seconds = 15 * k_seconds_per_minute;
    settings.resize_seconds = 2 * k_seconds_per_minute;
    settings.extra_nodes = 1;
    return settings;
}

Knowledge knowledge_of(const CampaignPlan& plan) {
    Knowledge knowledge;
    const CampaignFiles files(plan);
    for (std::size_t d = 0; d < plan.schedules.size(); ++d) {
        for (const Run& run : plan.schedules[d].runs) {
            for (const std::size_t index : plan.testbed.deployments[d].units) {
                const Unit& unit = plan.testbed.units[index];
                for (const std::string& tests : {std::string(k_full_workflow), unit.id}) {
                    const TestId id{d, run.number, tests};
                    const auto jobs = files.is_done(id) ? files.read_jobs(id, unit.service)
                                                        : std::vector<JobRecord>();
                    if (jobs && !jobs->empty()) {
                        const bool is_full = tests == k_full_workflow;
                        learn(*jobs,
                              is_full ? std::optional<std::size_t>(inputs_of(plan)) : std::nullopt,
                              knowledge[unit.id]);
                    }
                }
            }
        }
    }
    return knowledge;
}

Range estimate_test(const CampaignPlan& plan,
                    const TestId& test,
                    const Knowledge& knowledge,
                    const EstimateSettings& settings) {
    const Run& run = plan.schedules[test.deployment].runs[test.run - 1];
    std::vector<std::string> ids{test.unit};
    Arrival arrival = plan.parameters.arrival;
    if (test.unit == k_full_workflow) {
        ids.clear();
        for (const std::size_t unit : plan.testbed.deployments[test.deployment].units) {
            ids.push_back(plan.testbed.units[unit].id);
        }
    } else {
        for (const Unit& unit : plan.testbed.units) {
            arrival = unit.id == test.unit ? unit.parameters.arrival.value_or(arrival) : arrival;
        }
    }
    double longest = 0;
    double all = 0;
    for (const std::string& id : ids) {
        const double seconds =
            service_seconds(plan, id, parallelism_of(plan, run, id), knowledge, settings);
        longest = std::max(longest, seconds);
        all += seconds;
    }
    // services work side by side at best, one after another at worst
    const double upload = upload_seconds(plan, arrival, settings);
    const double fixed = static_cast<double>(ids.size()) * settings.prepare_seconds +
                         plan.parameters.cooldown_seconds;
    return {fixed + std::max(upload, longest), fixed + upload + all};
}

CampaignEstimate estimate_campaign(const CampaignPlan& plan,
                                   const std::vector<std::string>& only,
                                   const Knowledge& knowledge,
                                   const EstimateSettings& settings) {
    CampaignEstimate estimate;
    std::map<std::size_t, DeploymentEstimate> deployments;
    for (const TestId& test : tests_of(plan, only)) {
        const auto [place, is_new] = deployments.try_emplace(test.deployment);
        DeploymentEstimate& deployment = place->second;
        const Schedule& schedule = plan.schedules[test.deployment];
        Range seconds = estimate_test(plan, test, knowledge, settings);
        if (is_new) {
            deployment.deployment = test.deployment;
            const double fixed =
                settings.deploy_seconds +
                static_cast<double>(count_resizes(schedule)) * settings.resize_seconds;
            seconds += {fixed, fixed};
        }
        ++deployment.tests;
        deployment.seconds += seconds;
        if (settings.extra_nodes) {
            const double hourly =
                hourly_cost(plan, schedule.runs[test.run - 1], *settings.extra_nodes) /
                k_seconds_per_hour;
            Range cost = deployment.cost.value_or(Range());
            cost += {hourly * seconds.lower, hourly * seconds.upper};
            deployment.cost = cost;
        }
        for (const std::size_t unit : plan.testbed.deployments[test.deployment].units) {
            if (!is_measured(knowledge, plan.testbed.units[unit].id)) {
                estimate.unknown.insert(plan.testbed.units[unit].id);
            }
        }
    }
    for (const auto& [number, deployment] : deployments) {
        estimate.seconds += deployment.seconds;
        if (deployment.cost) {
            Range cost = estimate.cost.value_or(Range());
            cost += *deployment.cost;
            estimate.cost = cost;
        }
        estimate.deployments.push_back(deployment);
    }
    return estimate;
}

RemainingTime::RemainingTime(const CampaignPlan& plan,
                             const std::vector<std::string>& only,
                             const EstimateSettings& settings)
    : m_plan(plan), m_settings(settings), m_knowledge(knowledge_of(plan)) {
    for (const TestId& test : tests_of(plan, only)) {
        m_left.emplace(key_of(test), test);
    }
    m_total = m_left.size();
}

void RemainingTime::skip(const TestId& test) {
    m_left.erase(key_of(test));
}

void RemainingTime::finish(const TestId& test, const RunOutcome& outcome) {
    m_left.erase(key_of(test));
    const std::vector<std::size_t>& chain = m_plan.testbed.deployments[test.deployment].units;
    for (std::size_t i = 0; i < outcome.jobs.size(); ++i) {
        const bool is_full = test.unit == k_full_workflow && i < chain.size();
        const std::string& id = is_full ? m_plan.testbed.units[chain[i]].id : test.unit;
        learn(outcome.jobs[i],
              is_full ? std::optional<std::size_t>(inputs_of(m_plan)) : std::nullopt,
              m_knowledge[id]);
        guess_from(id);
    }
}

/// The same component on other resources takes as long, as far as it is not measured there.
void RemainingTime::guess_from(const std::string& id) {
    const std::vector<Unit>& units = m_plan.testbed.units;
    const auto measured =
        std::find_if(units.begin(), units.end(), [&](const Unit& unit) { return unit.id == id; });
    for (const Unit& unit : units) {
        if (measured != units.end() && unit.partition == measured->partition) {
            m_knowledge.try_emplace(unit.id, m_knowledge[id]);
        }
    }
}

/// What is known, and the most that can be expected of units that are not measured yet.
Knowledge RemainingTime::with_guesses() const {
    Knowledge most = m_knowledge;
    for (std::size_t i = 0; i < m_plan.testbed.units.size(); ++i) {
        const Unit& unit = m_plan.testbed.units[i];
        if (is_measured(m_knowledge, unit.id)) {
            continue;
        }
        if (auto guess =
                most_of_component(m_plan.testbed, component_of(m_plan.testbed, i), m_knowledge)) {
            most[unit.id] = *guess;
        }
    }
    return most;
}

std::optional<Range> RemainingTime::left() const {
    const Knowledge most = with_guesses();
    Range sum;
    for (const auto& [key, test] : m_left) {
        for (const std::size_t unit : m_plan.testbed.deployments[test.deployment].units) {
            if (!is_measured(most, m_plan.testbed.units[unit].id)) {
                return std::nullopt;
            }
        }
        sum.lower += estimate_test(m_plan, test, m_knowledge, m_settings).lower;
        sum.upper += estimate_test(m_plan, test, most, m_settings).upper;
    }
    return sum;
}

std::string duration_text(const Range& seconds) {
    const std::string lower = one_duration(seconds.lower);
    const std::string upper = one_duration(seconds.upper);
    return lower == upper ? lower : lower + " to " + upper;
}

} // namespace aisprint::profiling
