// SPDX-License-Identifier: Apache-2.0
#include "views/profile_view.hpp"

#include "version.hpp"
#include "views/text_table.hpp"

#include "aisprint/profiling/recap.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace aisprint::cli {

namespace {

using namespace profiling;

constexpr std::size_t k_tenth = 10;

/// Rows of a unit, joined by level: mean of the means, and of the rates.
struct LevelMean {
    double cores = 0;
    double response_time = 0;
    std::optional<MeanInterval> interval; ///< of the response time
    double throughput = 0;
    std::size_t runs = 0;
    std::size_t degraded = 0;
    std::size_t outliers = 0;
    std::size_t oversubscribed = 0;
};

std::map<int, LevelMean> by_level(const UnitResult& result) {
    std::map<int, std::vector<double>> times;
    std::map<int, LevelMean> levels;
    for (std::size_t i = 0; i < result.measured.size(); ++i) {
        const ResponseRow& row = result.measured[i].row;
        LevelMean& level = levels[row.parallelism];
        level.cores = row.cores;
        level.response_time += row.average_response_time;
        level.throughput += row.observed_throughput;
        level.degraded += result.health.count(result.measured[i].run);
        level.outliers += result.outliers.count(i);
        level.oversubscribed += result.oversubscribed.count(result.measured[i].run);
        times[row.parallelism].push_back(row.average_response_time);
        ++level.runs;
    }
    for (auto& [parallelism, level] : levels) {
        level.response_time /= static_cast<double>(level.runs);
        level.throughput /= static_cast<double>(level.runs);
        level.interval = mean_interval(times[parallelism]);
    }
    return levels;
}

std::string interval_text(const LevelMean& level) {
    return level.interval ? fmt::format("{:.4g} to {:.4g}", std::max(level.interval->lower, 0.0),
                                        level.interval->upper)
                          : "-";
}

/// What is wrong with the runs of a level.
std::string marks_text(const LevelMean& level) {
    std::vector<std::string> marks;
    if (level.degraded > 0) {
        marks.push_back(fmt::format("{} degraded", level.degraded));
    }
    if (level.outliers > 0) {
        marks.push_back(
            fmt::format("{} outlier{}", level.outliers, level.outliers == 1 ? "" : "s"));
    }
    if (level.oversubscribed > 0) {
        marks.push_back(fmt::format("{} oversubscribed", level.oversubscribed));
    }
    return fmt::format("{}", fmt::join(marks, ", "));
}

/// `(full workflow)` or `(C1@VM1)`.
std::string kind_text(const TestId& test) {
    return test.unit == k_full_workflow ? "Full workflow" : test.unit;
}

/// The services that work in a test.
std::vector<std::string> services_of(const CampaignPlan& plan, const TestId& test) {
    std::vector<std::string> services;
    if (test.unit == k_full_workflow) {
        for (const std::size_t unit : plan.testbed.deployments[test.deployment].units) {
            services.push_back(plan.testbed.units[unit].service);
        }
        return services;
    }
    for (const Unit& unit : plan.testbed.units) {
        if (unit.id == test.unit) {
            services.push_back(unit.service);
        }
    }
    return services;
}

/// What an estimate leaves out.
std::string unknown_text(const CampaignEstimate& estimate) {
    return estimate.unknown.empty()
               ? ""
               : fmt::format("  How long jobs of {} take is not known before they are measured; "
                             "they are not counted.\n",
                             fmt::join(estimate.unknown, ", "));
}

/// At least so long, if units are unknown, else from so long to so long.
std::string time_text(const Range& seconds, bool is_known) {
    return is_known ? duration_text(seconds)
                    : "more than " + duration_text({seconds.lower, seconds.lower});
}

std::string cost_text(const std::optional<Range>& cost) {
    return cost ? fmt::format(", cost {:.4g} to {:.4g}", cost->lower, cost->upper) : "";
}

nlohmann::ordered_json range_json(const Range& range) {
    constexpr int k_decimals = 3;
    return {{"lower", rounded(range.lower, k_decimals)},
            {"upper", rounded(range.upper, k_decimals)}};
}

} // namespace

std::string campaign_recap(const CampaignPlan& plan) {
    std::string text = "Deployments:\n" + deployments_text(plan.testbed, "\t");
    for (std::size_t d = 0; d < plan.schedules.size(); ++d) {
        text += fmt::format("\nTesting deployment_{}:\nCalculating hardware requirements...\n", d) +
                fit_text(plan.testbed, plan.testbed.deployments[d], plan.schedules[d]);
    }
    return text;
}

std::string calibration_text(const std::map<std::string, double>& parts) {
    std::string text;
    for (const auto& [part, seconds] : parts) {
        text += fmt::format("  {}: {:.3g} s\n", part, seconds);
    }
    return text.empty() ? text : "\nOne job of each component, run here now:\n" + text;
}

std::string estimate_text(const CampaignEstimate& estimate) {
    const bool is_known = estimate.unknown.empty();
    std::string text = "\nEstimate:\n";
    for (const DeploymentEstimate& deployment : estimate.deployments) {
        text += fmt::format("  deployment_{}: {} tests, {}{}\n", deployment.deployment,
                            deployment.tests, time_text(deployment.seconds, is_known),
                            cost_text(deployment.cost));
    }
    return text +
           fmt::format("  all: {}{}\n", time_text(estimate.seconds, is_known),
                       cost_text(estimate.cost)) +
           unknown_text(estimate);
}

nlohmann::ordered_json to_json(const CampaignEstimate& estimate) {
    nlohmann::ordered_json json{{"seconds", range_json(estimate.seconds)},
                                {"unknown_units", estimate.unknown},
                                {"deployments", nlohmann::ordered_json::array()}};
    if (estimate.cost) {
        json["cost"] = range_json(*estimate.cost);
    }
    for (const DeploymentEstimate& deployment : estimate.deployments) {
        json["deployments"].push_back(
            {{"name", fmt::format("deployment_{}", deployment.deployment)},
             {"tests", deployment.tests},
             {"seconds", range_json(deployment.seconds)}});
        if (deployment.cost) {
            json["deployments"].back()["cost"] = range_json(*deployment.cost);
        }
    }
    return json;
}

std::string dry_run_text(const CampaignPlan& plan, const std::vector<std::string>& only) {
    const std::vector<TestId> tests = tests_of(plan, only);
    std::set<std::size_t> deployments;
    for (const TestId& test : tests) {
        deployments.insert(test.deployment);
    }
    std::string text;
    for (const std::size_t d : deployments) {
        text += fmt::format("\ndeployment_{}\n", d) +
                recap_text(plan.testbed, plan.testbed.deployments[d], plan.schedules[d],
                           plan.parameters);
    }
    return text + fmt::format("\n{} tests in all. Nothing was started.\n", tests.size());
}

std::string campaign_table(const CampaignPlan& plan, const CampaignSummary& summary) {
    TextTable table({"UNIT", "COMPONENT", "PARALLELISM", "RUNS", "RESPONSE s", "95 % INTERVAL",
                     "JOBS/s", "OUT KB", "MARKS"},
                    {Align::left, Align::left, Align::right, Align::right, Align::right,
                     Align::right, Align::right, Align::right, Align::left});
    for (const UnitResult& result : summary.units) {
        const Unit& unit = plan.testbed.units[result.unit];
        for (const auto& [parallelism, level] : by_level(result)) {
            table.add({unit.id, unit.partition, fmt::format("{}", parallelism),
                       fmt::format("{}", level.runs), fmt::format("{:.4g}", level.response_time),
                       interval_text(level), fmt::format("{:.4g}", level.throughput),
                       fmt::format("{:.4g}", result.mean_output_kb), marks_text(level)});
        }
    }
    const std::string measured = table.empty() ? "Nothing was measured.\n" : table.text(0);
    return fmt::format("\n{}\n{} tests done, {} done before. Tables lie in {}\n", measured,
                       summary.tests_done, summary.tests_skipped, plan.shown_as);
}

std::string models_table(const CampaignPlan& plan, const CampaignModels& models) {
    if (models.models.empty()) {
        return {};
    }
    TextTable table({"UNIT", "BEST MODEL", "MAPE %", "NEW LEVEL %", "FILE"},
                    {Align::left, Align::left, Align::right, Align::right, Align::left});
    for (const UnitModel& model : models.models) {
        table.add({plan.testbed.units[model.unit].id, model.technique,
                   fmt::format("{:.1f}", 100 * model.validation_mape),
                   model.level_mape ? fmt::format("{:.1f}", 100 * *model.level_mape) : "-",
                   model.file});
    }
    return "\n" + table.text(0);
}

std::vector<std::string> environment_lines(const LimitMethods& limits) {
    return {fmt::format("aisprint {}, measured on the local machine", k_version),
            fmt::format("limits of containers: {} (cpu), {} (memory)", to_string(limits.cpu),
                        to_string(limits.memory))};
}

nlohmann::ordered_json to_json(const CampaignPlan& plan, const CampaignModels& models) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const UnitModel& model : models.models) {
        list.push_back(
            {{"unit", plan.testbed.units[model.unit].id},
             {"technique", model.technique},
             {"validation_mape", model.validation_mape},
             {"left_out_level_mape", model.level_mape ? nlohmann::ordered_json(*model.level_mape)
                                                      : nlohmann::ordered_json()},
             {"file", model.file}});
    }
    return list;
}

nlohmann::ordered_json to_json(const CampaignPlan& plan) {
    nlohmann::ordered_json deployments = nlohmann::ordered_json::array();
    for (std::size_t d = 0; d < plan.schedules.size(); ++d) {
        nlohmann::ordered_json units = nlohmann::ordered_json::array();
        for (const std::size_t unit : plan.testbed.deployments[d].units) {
            units.push_back(plan.testbed.units[unit].id);
        }
        deployments.push_back({{"name", fmt::format("deployment_{}", d)},
                               {"units", std::move(units)},
                               {"runs", plan.schedules[d].runs.size()}});
    }
    return {{"campaign", plan.shown_as},
            {"deployments", std::move(deployments)},
            {"tests", tests_of(plan, {}).size()}};
}

nlohmann::ordered_json to_json(const CampaignPlan& plan, const CampaignSummary& summary) {
    nlohmann::ordered_json json = to_json(plan);
    json["tests_done"] = summary.tests_done;
    json["tests_skipped"] = summary.tests_skipped;
    json["interrupted"] = summary.interrupted;
    json["degraded"] = summary.degraded;
    json["units"] = nlohmann::ordered_json::array();
    for (const UnitResult& result : summary.units) {
        const Unit& unit = plan.testbed.units[result.unit];
        nlohmann::ordered_json levels = nlohmann::ordered_json::array();
        for (const auto& [parallelism, level] : by_level(result)) {
            levels.push_back({{"parallelism", parallelism},
                              {"cores", level.cores},
                              {"runs", level.runs},
                              {"response_time_seconds", level.response_time},
                              {"throughput_per_second", level.throughput},
                              {"degraded", level.degraded},
                              {"outliers", level.outliers},
                              {"oversubscribed", level.oversubscribed}});
            if (level.interval) {
                levels.back()["response_time_interval"] = {level.interval->lower,
                                                           level.interval->upper};
            }
        }
        json["units"].push_back({{"unit", unit.id},
                                 {"component", unit.partition},
                                 {"resource", unit.resource},
                                 {"output_kb", result.mean_output_kb},
                                 {"levels", std::move(levels)},
                                 {"table", result.training_csv.string()}});
    }
    return json;
}

CampaignView::CampaignView(Session& session,
                           const CampaignPlan& plan,
                           std::optional<LimitMethods> limits,
                           RemainingTime remaining)
    : m_session(session), m_plan(plan), m_limits(limits), m_remaining(std::move(remaining)) {}

void CampaignView::say(const std::string& text) {
    if (!m_session.options().quiet) {
        m_session.print(text);
    }
}

void CampaignView::deployment_begins(std::size_t deployment) {
    const UnitChain& chain = m_plan.testbed.deployments[deployment];
    const Schedule& schedule = m_plan.schedules[deployment];
    std::string text = "\n" + recap_text(m_plan.testbed, chain, schedule, m_plan.parameters);
    if (!m_limits) {
        say(text + "\n");
        return;
    }
    text += "\nPreparing local resources...\n";
    for (std::size_t i = 0; i < chain.units.size(); ++i) {
        const Unit& unit = m_plan.testbed.units[chain.units[i]];
        text +=
            fmt::format("Resource {}: {} slot(s) for {}, {} cpu and {} mb each, limits: {} "
                        "(cpu), {} (memory)\n",
                        unit.resource, unit.parameters.parallelism.front(), unit.service, unit.cpu,
                        unit.memory_mb, to_string(m_limits->cpu), to_string(m_limits->memory));
    }
    say(text + "Done!\n");
}

void CampaignView::test_begins(const TestId& test, std::size_t total_runs) {
    m_service.clear();
    const bool is_full = test.unit == k_full_workflow;
    const std::vector<std::string> services = services_of(m_plan, test);
    std::string text = fmt::format("\nStarting Run #{} of {} ({})\n", test.run, total_runs,
                                   is_full ? "full workflow" : services.front());
    if (m_limits) { // clusters tell their steps themselves
        text +=
            is_full ? "Moving input files...\n" : "Moving input files...\nDuplicating bucket...\n";
        for (const std::string& service : services) {
            text += fmt::format("Waiting for service {} completion...\n", service);
        }
    }
    say(text);
}

void CampaignView::test_skipped(const TestId& test) {
    m_remaining.skip(test);
    say(fmt::format("Run #{} ({}) exists, skipping...\n", test.run, kind_text(test)));
}

void CampaignView::test_repeated(const TestId& test) {
    say(fmt::format("Run #{0} ({1}) is missing or incomplete, repeating it from scratch...\n",
                    test.run, kind_text(test)));
}

void CampaignView::progress(const Progress& progress) {
    const std::size_t tenths = progress.known == 0 ? 0 : k_tenth * progress.done / progress.known;
    if (m_session.environment().err_is_terminal) {
        m_session.tell(fmt::format("\r\x1b[K{}: {}/{}{}", progress.service, progress.done,
                                   progress.known, progress.done == progress.known ? "\n" : ""));
        return;
    }
    if (progress.service == m_service && tenths == m_tenths) {
        return;
    }
    m_service = progress.service;
    m_tenths = tenths;
    m_session.tell(fmt::format("{}: {}/{}\n", progress.service, progress.done, progress.known));
}

void CampaignView::test_ends(const TestId& test, const RunOutcome& outcome) {
    m_remaining.finish(test, outcome);
    std::string text;
    for (const std::vector<JobRecord>& jobs : outcome.jobs) {
        if (!jobs.empty()) {
            text += fmt::format("Service {} completed!\n", jobs.front().service);
        }
    }
    const auto left = m_remaining.left();
    say(text + outcome.load + "Done!\n" +
        fmt::format("{} of {} tests done, ETA: {}\n", m_remaining.done(), m_remaining.total(),
                    left ? duration_text(*left) : "not known yet"));
}

void CampaignView::results_made(std::size_t, const std::string& unit) {
    say(fmt::format("Making results for {}\n", unit == k_full_workflow ? "full workflow" : unit));
}

void CampaignView::results_kept(std::size_t deployment, const std::string& unit) {
    results_made(deployment, unit);
    say("Results exist, skipping...\n");
}

} // namespace aisprint::cli
