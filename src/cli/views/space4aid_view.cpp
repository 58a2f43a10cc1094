// SPDX-License-Identifier: Apache-2.0
#include "space4aid_view.hpp"

#include "space4aid_facts.hpp"
#include "text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aisprint::cli {

namespace {

using optimizer::ExactStatus;
using optimizer::Instance;
using optimizer::Problem;

constexpr std::size_t k_indent = 2;

std::string section(const std::string& title, const TextTable& table) {
    return table.empty() ? "" : fmt::format("\n{}\n{}", title, table.text(k_indent));
}

std::string nodes_text(const Problem& problem, std::size_t resource, int nodes) {
    return problem.resources[resource].kind == optimizer::ResourceKind::function
               ? ""
               : fmt::format("{} of {}", nodes, problem.resources[resource].nodes);
}

std::string utilisation_text(double utilisation) {
    return std::isnan(utilisation) ? "" : share_text(utilisation);
}

std::string placement_table(const Instance& instance, const PlacedSolution& placed) {
    const Problem& problem = instance.problem();
    TextTable table({"component", "deployment", "partition", "layer", "resource", "nodes",
                     "utilisation", "response time"},
                    {Align::left, Align::left, Align::left, Align::left, Align::left, Align::right,
                     Align::right, Align::right});
    for (const std::size_t i : instance.order()) {
        const auto& component = problem.components[i];
        const auto& choice = placed.solution.components[i];
        const auto& deployment = component.deployments[choice.deployment];
        for (std::size_t q = 0; q < choice.resources.size(); ++q) {
            const std::size_t j = choice.resources[q];
            table.add({q == 0 ? component_name(component) : "", q == 0 ? deployment.code : "",
                       partition_name(component, deployment.partitions[q]),
                       problem.layers[problem.resources[j].layer].name, problem.resources[j].name,
                       nodes_text(problem, j, placed.solution.nodes[j]),
                       utilisation_text(placed.evaluation.utilisation[j]),
                       seconds_text(placed.evaluation.partition_times[i][q])});
        }
        if (choice.resources.size() > 1) {
            table.add({"", "", "together", "", "", "", "",
                       seconds_text(placed.evaluation.component_times[i])});
        }
    }
    return section("Placement", table);
}

std::string fact_number(const ConstraintFact& fact, double value) {
    if (fact.kind == "utilisation") {
        return share_text(value);
    }
    if (fact.unit == "s") {
        return seconds_text(value);
    }
    return fact.kind == "nodes" ? fmt::format("{:.10g}", value)
                                : fmt::format("{:.10g} {}", value, fact.unit);
}

std::string constraint_table(const Instance& instance, const PlacedSolution& placed) {
    TextTable table(
        {"constraint", "of", "value", "limit", "slack", ""},
        {Align::left, Align::left, Align::right, Align::right, Align::right, Align::left});
    for (const ConstraintFact& fact : constraint_facts(instance, placed)) {
        const std::string mark = fact.holds ? (fact.value ? "" : "kept") : "VIOLATED";
        if (!fact.value || !fact.limit) {
            table.add({fact.kind, fact.subject, "", "", "", mark});
            continue;
        }
        const double slack = *fact.limit - *fact.value;
        table.add({fact.kind, fact.subject, fact_number(fact, *fact.value),
                   fact_number(fact, *fact.limit),
                   std::isfinite(slack) ? fact_number(fact, slack) : "", mark});
    }
    return section("Constraints", table);
}

std::string cost_table(const Instance& instance, const PlacedSolution& placed) {
    const Problem& problem = instance.problem();
    TextTable table({"resource", "in use", "$ per hour", "$"},
                    {Align::left, Align::left, Align::right, Align::right});
    for (const CostFact& fact : cost_facts(instance, placed)) {
        const bool function = instance.is_function(fact.resource);
        table.add(
            {problem.resources[fact.resource].name,
             function ? fmt::format("{:.4g} busy on average", fact.amount)
                      : fmt::format("{} {}", fact.amount, fact.amount == 1 ? "node" : "nodes"),
             fmt::format("{:.6g}", problem.resources[fact.resource].cost), money_text(fact.cost)});
    }
    table.add({"total", "", "", money_text(placed.evaluation.cost)});
    return section(fmt::format("Cost over {:.6g} h", problem.horizon_h), table);
}

/// How far a cost lies above the bound that is proved; "" without one.
std::string above_bound(double cost, double bound) {
    if (!(bound > 0) || !std::isfinite(cost)) {
        return "";
    }
    // What the last digits of a sum differ by is no gap.
    const double share = std::max(0.0, (cost - bound) / bound);
    return share < 1e-9 ? "0 %" : fmt::format("{:.2f} %", 100 * share);
}

std::string method_table(const PlacementReport& report) {
    const optimizer::Optimum& optimum = report.optimum;
    const bool proved = optimum.status == ExactStatus::optimal;
    TextTable table({"method", "$", proved ? "above optimum" : "above bound", "steps", "time"},
                    {Align::left, Align::right, Align::right, Align::right, Align::right});
    for (const optimizer::MethodReport& method : optimum.methods) {
        table.add({method.name, method.feasible ? money_text(method.cost) : "none",
                   method.feasible && report.certificate
                       ? above_bound(method.cost, optimum.lower_bound)
                       : "",
                   std::to_string(method.steps), fmt::format("{:.3f} s", method.seconds)});
    }
    return section("Methods", table);
}

std::string rate_table(const PlacementReport& report) {
    TextTable table({"version", "requests/s"}, {Align::left, Align::right});
    for (const VersionRate& version : report.version_rates) {
        table.add({version.name,
                   version.feasible ? fmt::format("{:.6g}", version.rate) : "not feasible"});
    }
    return section("Largest arrival rate", table);
}

std::string front_table(const PlacementReport& report) {
    if (!report.front) {
        return "";
    }
    const Front& front = *report.front;
    const std::string what =
        front.path
            ? "response time of " + report.problem->problem.path_constraints[*front.path].name
            : "arrival rate";
    TextTable table({front.path ? "response time" : "requests/s", "$", ""},
                    {Align::right, Align::right, Align::left});
    for (const optimizer::FrontPoint& point : front.points) {
        table.add({front.path ? seconds_text(point.value) : fmt::format("{:.6g}", point.value),
                   money_text(point.cost), point.proved ? "" : "not proved"});
    }
    return section("Cost against " + what, table);
}

std::string sensitivity_table(const PlacementReport& report) {
    TextTable table({"requirement", "without it saves", "relaxed to", "saves", ""},
                    {Align::left, Align::right, Align::right, Align::right, Align::left});
    for (const optimizer::Sensitivity& line : report.sensitivity) {
        const bool relaxed = line.relaxed_value.has_value();
        table.add({requirement_text(report.problem->problem, line.requirement),
                   money_text(std::max(0.0, line.cost - line.cost_without)),
                   relaxed ? fmt::format("{:.6g}", *line.relaxed_value) : "",
                   relaxed ? money_text(std::max(0.0, line.cost - line.cost_relaxed)) : "",
                   line.proved ? "" : "not proved"});
    }
    return section("What requirements cost ($)", table);
}

} // namespace

std::string space4aid_heading(const Problem& problem) {
    return fmt::format("{}{} {}, {:.6g} requests/s, {:.6g} h\n",
                       problem.name.empty() ? "" : problem.name + ": ", problem.components.size(),
                       problem.components.size() == 1 ? "component" : "components",
                       problem.arrival_rate, problem.horizon_h);
}

std::string placement_tables(const Instance& instance, const PlacedSolution& placed) {
    return placement_table(instance, placed) + constraint_table(instance, placed) +
           cost_table(instance, placed);
}

std::string certificate_text(const PlacementReport& report) {
    const optimizer::Optimum& optimum = report.optimum;
    if (!report.certificate) {
        return fmt::format("Certificate: none; found by {}, without exact search\n",
                           optimum.found_by);
    }
    if (report.certificate->optimal) {
        return report.certificate->gap > 0
                   ? fmt::format("Certificate: at most {:.2f} % above the optimum, as asked for "
                                 "(lower bound {} $)\n",
                                 100 * report.certificate->gap,
                                 money_text(report.certificate->lower_bound))
                   : fmt::format(
                         "Certificate: optimal, proved; no placement costs less than {} $\n",
                         money_text(optimum.cost));
    }
    return fmt::format("Certificate: not proved optimal; best {} $, lower bound {} $, gap {:.2f} "
                       "%; found by {}\n",
                       money_text(optimum.cost), money_text(report.certificate->lower_bound),
                       100 * report.certificate->gap, optimum.found_by);
}

std::string search_tables(const PlacementReport& report) {
    return "\n" + certificate_text(report) + method_table(report) + rate_table(report) +
           front_table(report) + sensitivity_table(report);
}

namespace {

/// A list of files below a heading; nothing without files.
std::string file_list(const std::vector<std::string>& files, const char* heading) {
    std::string text = files.empty() ? "" : fmt::format("\n{}\n", heading);
    for (const std::string& file : files) {
        text += fmt::format("  {}\n", file);
    }
    return text;
}

} // namespace

std::string files_text(const std::vector<std::string>& files, design::DryRun dry_run) {
    return file_list(files, dry_run == design::DryRun::yes ? "Would write" : "Written");
}

std::string removed_text(const std::vector<std::string>& files, design::DryRun dry_run) {
    return file_list(files, dry_run == design::DryRun::yes ? "Would remove" : "Removed");
}

std::vector<std::string> explanation_lines(const Problem& problem,
                                           const optimizer::Explanation& explanation) {
    std::vector<std::string> lines;
    for (const optimizer::Requirement& requirement : explanation.clash) {
        lines.push_back("clash: " + requirement_text(problem, requirement));
    }
    if (!explanation.clash.empty() && !explanation.complete) {
        lines.emplace_back("the time for this ran out: some of these may not be needed");
    }
    if (!explanation.components.empty()) {
        std::vector<std::string> names;
        for (const std::size_t component : explanation.components) {
            names.push_back(component_name(problem.components[component]));
        }
        lines.push_back(fmt::format("components in the clash: {}", fmt::join(names, ", ")));
    }
    for (const optimizer::Requirement& requirement : explanation.relaxations) {
        lines.push_back("enough alone: " + relaxation_text(problem, requirement));
    }
    return lines;
}

} // namespace aisprint::cli
