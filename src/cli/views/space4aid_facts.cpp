// SPDX-License-Identifier: Apache-2.0
#include "space4aid_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace aisprint::cli {

namespace {

using optimizer::ConstraintKind;
using optimizer::Evaluation;
using optimizer::Problem;
using optimizer::Requirement;
using optimizer::RequirementKind;
using optimizer::Violation;

/// Rounds to four digits, away from 0 if `up`, else towards it.
std::string rounded(double value, bool up) {
    if (!(value > 0) || !std::isfinite(value)) {
        return fmt::format("{}", value);
    }
    const double scale = std::pow(10.0, 3 - std::floor(std::log10(value)));
    const double digits = value * scale;
    // A value that has four digits is not moved by the noise of the multiplication.
    const double nearest = std::round(digits);
    const bool exact = std::abs(digits - nearest) < 1e-9 * nearest;
    const double whole = exact ? nearest : up ? std::ceil(digits) : std::floor(digits);
    return fmt::format("{:.6g}", whole / scale);
}

double memory_limit(const Problem& problem, std::size_t resource, int nodes) {
    const bool all = problem.memory_rule == optimizer::MemoryRule::all_nodes &&
                     problem.resources[resource].kind != optimizer::ResourceKind::function;
    return problem.resources[resource].memory_mb * (all ? std::max(nodes, 1) : 1);
}

bool has(const Evaluation& evaluation, ConstraintKind kind, std::size_t subject) {
    return std::ranges::any_of(evaluation.violations, [&](const Violation& violation) {
        return violation.kind == kind && violation.subject == subject;
    });
}

void add_times(const Problem& problem,
               const Evaluation& evaluation,
               std::vector<ConstraintFact>& facts) {
    for (std::size_t i = 0; i < problem.local_constraints.size(); ++i) {
        const auto& constraint = problem.local_constraints[i];
        facts.push_back({"local", component_name(problem.components[constraint.component]), "s",
                         evaluation.local_times[i], constraint.threshold_s,
                         !has(evaluation, ConstraintKind::local_response_time, i)});
    }
    for (std::size_t i = 0; i < problem.path_constraints.size(); ++i) {
        facts.push_back({"path", problem.path_constraints[i].name, "s", evaluation.path_times[i],
                         problem.path_constraints[i].threshold_s,
                         !has(evaluation, ConstraintKind::path_response_time, i)});
    }
}

void add_resources(const Problem& problem,
                   const PlacedSolution& placed,
                   std::vector<ConstraintFact>& facts) {
    const Evaluation& evaluation = placed.evaluation;
    for (std::size_t j = 0; j < problem.resources.size(); ++j) {
        const int nodes = placed.solution.nodes[j];
        const bool node_limit = has(evaluation, ConstraintKind::node_limit, j);
        const auto& resource = problem.resources[j];
        if (nodes == 0 && !node_limit) {
            continue;
        }
        if (resource.kind != optimizer::ResourceKind::function) {
            if (!std::isnan(evaluation.utilisation[j])) {
                facts.push_back({"utilisation", resource.name, "", evaluation.utilisation[j], 1.0,
                                 !has(evaluation, ConstraintKind::stability, j)});
            }
            facts.push_back({"nodes", resource.name, "nodes", static_cast<double>(nodes),
                             static_cast<double>(resource.nodes), !node_limit});
        }
        facts.push_back({"memory", resource.name, "MB", evaluation.memory_mb[j],
                         memory_limit(problem, j, nodes),
                         !has(evaluation, ConstraintKind::memory, j)});
    }
}

/// The rules that have no value: one line each, and one for each place where it is broken.
void add_rules(const Problem& problem,
               const Evaluation& evaluation,
               std::vector<ConstraintFact>& facts) {
    const std::array<std::pair<ConstraintKind, const char*>, 5> rules{{
        {ConstraintKind::one_resource_per_layer, "one resource per layer"},
        {ConstraintKind::compatibility, "compatible resources"},
        {ConstraintKind::co_location, "trained models alone"},
        {ConstraintKind::no_return_to_edge, "no return to the edge"},
        {ConstraintKind::network_domain, "common network domain"},
    }};
    for (const auto& [kind, name] : rules) {
        bool holds = true;
        for (const Violation& violation : evaluation.violations) {
            if (violation.kind != kind) {
                continue;
            }
            holds = false;
            const std::string subject = kind == ConstraintKind::one_resource_per_layer
                                            ? problem.layers[violation.subject].name
                                        : kind == ConstraintKind::co_location
                                            ? problem.resources[violation.subject].name
                                            : component_name(problem.components[violation.subject]);
            facts.push_back({name, subject, "", std::nullopt, std::nullopt, false});
        }
        if (holds) {
            facts.push_back({name, "", "", std::nullopt, std::nullopt, true});
        }
    }
}

struct RequirementWords {
    std::string name;
    std::string unit; ///< with its blank; empty: the requirement has no value
};

RequirementWords words(const Problem& problem, const Requirement& requirement) {
    const std::size_t subject = requirement.subject;
    switch (requirement.kind) {
    case RequirementKind::local_limit:
        return {fmt::format("local constraint of {}",
                            component_name(
                                problem.components[problem.local_constraints[subject].component])),
                " s"};
    case RequirementKind::path_limit:
        return {fmt::format("path constraint {}", problem.path_constraints[subject].name), " s"};
    case RequirementKind::node_limit:
        return {problem.resources[subject].name, requirement.value == 1 ? " node" : " nodes"};
    case RequirementKind::memory_limit:
        return {fmt::format("memory of {}", problem.resources[subject].name), " MB"};
    case RequirementKind::arrival_rate:
        return {"arrival rate", " requests/s"};
    case RequirementKind::one_resource_per_layer:
        return {fmt::format("one kind of machine in {}", problem.layers[subject].name), ""};
    case RequirementKind::no_return_to_edge:
        return {"no way back from the cloud to the edge", ""};
    case RequirementKind::network_domain:
        return {requirement.other_layer == subject
                    ? fmt::format("no network domain of {}", problem.layers[subject].name)
                    : fmt::format("no network domain of {} and {}", problem.layers[subject].name,
                                  problem.layers[requirement.other_layer].name),
                ""};
    }
    return {"", ""};
}

} // namespace

std::vector<ConstraintFact> constraint_facts(const optimizer::Instance& instance,
                                             const PlacedSolution& placed) {
    std::vector<ConstraintFact> facts;
    add_times(instance.problem(), placed.evaluation, facts);
    add_resources(instance.problem(), placed, facts);
    add_rules(instance.problem(), placed.evaluation, facts);
    return facts;
}

std::vector<CostFact> cost_facts(const optimizer::Instance& instance,
                                 const PlacedSolution& placed) {
    const Problem& problem = instance.problem();
    std::vector<CostFact> all(problem.resources.size());
    for (std::size_t j = 0; j < all.size(); ++j) {
        all[j].resource = j;
        if (!instance.is_function(j)) {
            all[j].amount = placed.solution.nodes[j];
            all[j].cost = problem.horizon_h * problem.resources[j].cost * all[j].amount;
        }
    }
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        const auto& choice = placed.solution.components[i];
        for (std::size_t q = 0; q < choice.resources.size(); ++q) {
            const std::size_t j = choice.resources[q];
            const auto* figures =
                instance.candidate(instance.first_partition(i, choice.deployment) + q, j);
            if (!instance.is_function(j) || figures == nullptr) {
                continue;
            }
            all[j].cost += figures->cost;
            const double price = problem.horizon_h * problem.resources[j].cost;
            all[j].amount += price > 0 ? figures->cost / price : 0;
        }
    }
    std::erase_if(all,
                  [&](const CostFact& fact) { return placed.solution.nodes[fact.resource] == 0; });
    return all;
}

std::string violation_text(const Problem& problem, const Violation& violation) {
    const std::size_t subject = violation.subject;
    const auto resource = [&] { return problem.resources[subject].name; };
    switch (violation.kind) {
    case ConstraintKind::one_resource_per_layer:
        return fmt::format("{} has {} kinds of machine in use, 1 allowed",
                           problem.layers[subject].name, violation.value);
    case ConstraintKind::compatibility:
        return fmt::format("component {} runs on a resource that is no candidate of it",
                           component_name(problem.components[subject]));
    case ConstraintKind::node_limit:
        return fmt::format("{} has {} nodes, 1 to {} allowed", resource(), violation.value,
                           problem.resources[subject].nodes);
    case ConstraintKind::memory:
        return fmt::format("{} needs {:.10g} MB of memory, {:.10g} MB allowed", resource(),
                           violation.value, violation.limit);
    case ConstraintKind::co_location:
        return fmt::format("{} is shared, but runs a partition with a trained model, which must "
                           "be alone",
                           resource());
    case ConstraintKind::stability:
        return fmt::format("{} is overloaded: utilisation {}, below 100 % allowed", resource(),
                           share_text(violation.value));
    case ConstraintKind::no_return_to_edge:
        return fmt::format("component {} runs on the edge after something in the cloud",
                           component_name(problem.components[subject]));
    case ConstraintKind::network_domain:
        return fmt::format(
            "component {} runs on a layer that shares no network domain with the one "
            "before it",
            component_name(problem.components[subject]));
    case ConstraintKind::local_response_time:
        return fmt::format(
            "component {} takes {}, {} allowed",
            component_name(problem.components[problem.local_constraints[subject].component]),
            seconds_text(violation.value), seconds_text(violation.limit));
    case ConstraintKind::path_response_time:
        return fmt::format("path {} takes {}, {} allowed", problem.path_constraints[subject].name,
                           seconds_text(violation.value), seconds_text(violation.limit));
    }
    return "";
}

std::string requirement_text(const Problem& problem, const Requirement& requirement) {
    const RequirementWords word = words(problem, requirement);
    return word.unit.empty()
               ? word.name
               : fmt::format("{} ({:.6g}{})", word.name, requirement.value, word.unit);
}

std::string relaxation_text(const Problem& problem, const Requirement& requirement) {
    const RequirementWords word = words(problem, requirement);
    if (requirement.kind == RequirementKind::network_domain) {
        const std::string& first = problem.layers[requirement.subject].name;
        return requirement.other_layer == requirement.subject
                   ? fmt::format("{} would have to be in a fast network domain", first)
                   : fmt::format("{} and {} would have to share a fast network domain", first,
                                 problem.layers[requirement.other_layer].name);
    }
    if (word.unit.empty()) {
        return fmt::format("the rule '{}' would have to be given up", word.name);
    }
    if (!requirement.needed) {
        return fmt::format("{}: no value would do", word.name);
    }
    if (requirement.kind == RequirementKind::arrival_rate) {
        return fmt::format("arrival rate at most {} requests/s",
                           rounded(*requirement.needed, false));
    }
    if (requirement.kind == RequirementKind::node_limit) {
        return fmt::format("{}: {:.6g}{} would have to be {:.6g}", word.name, requirement.value,
                           word.unit, *requirement.needed);
    }
    return fmt::format("{}: {:.6g}{} would have to be {}{}", word.name, requirement.value,
                       word.unit, rounded(*requirement.needed, true), word.unit);
}

std::string component_name(const optimizer::Component& component) {
    return component.name.empty() ? component.code : component.name;
}

std::string partition_name(const optimizer::Component& component,
                           const optimizer::Partition& partition) {
    if (partition.name == component_name(component) || partition.name.empty()) {
        return "";
    }
    const std::string prefix = component_name(component) + "_";
    return partition.name.starts_with(prefix) ? partition.name.substr(prefix.size())
                                              : partition.name;
}

std::string seconds_text(double seconds) {
    return std::isfinite(seconds) ? fmt::format("{:.4g} s", seconds) : "infinite";
}

std::string money_text(double dollars) {
    return std::isfinite(dollars) ? fmt::format("{:.4f}", dollars) : "none";
}

std::string share_text(double share) {
    return fmt::format("{:.1f} %", 100 * share);
}

} // namespace aisprint::cli
