// SPDX-License-Identifier: Apache-2.0
#include "space4aid_facts.hpp"
#include "space4aid_view.hpp"

#include <cmath>

namespace aisprint::cli {

namespace {

using nlohmann::ordered_json;
using optimizer::ExactStatus;
using optimizer::Instance;
using optimizer::Problem;

/// JSON has no infinity: null stands for it.
ordered_json number(double value) {
    return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

ordered_json optional_number(const std::optional<double>& value) {
    return value ? number(*value) : ordered_json(nullptr);
}

const char* to_string(ExactStatus status) {
    switch (status) {
    case ExactStatus::optimal:
        return "optimal";
    case ExactStatus::infeasible:
        return "infeasible";
    case ExactStatus::feasible:
        return "feasible";
    case ExactStatus::unknown:
        return "unknown";
    }
    return "unknown";
}

const char* to_string(optimizer::RequirementKind kind) {
    using optimizer::RequirementKind;
    switch (kind) {
    case RequirementKind::local_limit:
        return "local_limit";
    case RequirementKind::path_limit:
        return "path_limit";
    case RequirementKind::node_limit:
        return "node_limit";
    case RequirementKind::memory_limit:
        return "memory_limit";
    case RequirementKind::arrival_rate:
        return "arrival_rate";
    case RequirementKind::one_resource_per_layer:
        return "one_resource_per_layer";
    case RequirementKind::no_return_to_edge:
        return "no_return_to_edge";
    case RequirementKind::network_domain:
        return "network_domain";
    }
    return "";
}

ordered_json
component_json(const Instance& instance, const PlacedSolution& placed, std::size_t index) {
    const Problem& problem = instance.problem();
    const auto& component = problem.components[index];
    const auto& choice = placed.solution.components[index];
    const auto& deployment = component.deployments[choice.deployment];
    ordered_json json{{"component", component.code},
                      {"name", component_name(component)},
                      {"deployment", deployment.code},
                      {"load", number(instance.component_load(index))},
                      {"response_time_s", number(placed.evaluation.component_times[index])},
                      {"partitions", ordered_json::array()}};
    for (std::size_t q = 0; q < choice.resources.size(); ++q) {
        const auto& resource = problem.resources[choice.resources[q]];
        json["partitions"].push_back(
            {{"partition", deployment.partitions[q].code},
             {"name", deployment.partitions[q].name},
             {"layer", problem.layers[resource.layer].name},
             {"resource", resource.name},
             {"nodes", placed.solution.nodes[choice.resources[q]]},
             {"response_time_s", number(placed.evaluation.partition_times[index][q])}});
    }
    return json;
}

ordered_json resources_json(const Instance& instance, const PlacedSolution& placed) {
    ordered_json list = ordered_json::array();
    for (const CostFact& fact : cost_facts(instance, placed)) {
        const auto& resource = instance.problem().resources[fact.resource];
        ordered_json json{{"resource", resource.name},
                          {"layer", instance.problem().layers[resource.layer].name}};
        if (instance.is_function(fact.resource)) {
            json["busy"] = number(fact.amount);
        } else {
            json["nodes"] = placed.solution.nodes[fact.resource];
            json["available_nodes"] = resource.nodes;
            json["utilisation"] = number(placed.evaluation.utilisation[fact.resource]);
        }
        json["memory_mb"] = number(placed.evaluation.memory_mb[fact.resource]);
        json["cost"] = number(fact.cost);
        list.push_back(std::move(json));
    }
    return list;
}

ordered_json constraints_json(const Instance& instance, const PlacedSolution& placed) {
    ordered_json list = ordered_json::array();
    for (const ConstraintFact& fact : constraint_facts(instance, placed)) {
        ordered_json json{{"constraint", fact.kind}};
        if (!fact.subject.empty()) {
            json["of"] = fact.subject;
        }
        if (fact.value && fact.limit) {
            json["value"] = number(*fact.value);
            json["limit"] = number(*fact.limit);
            json["slack"] = number(*fact.limit - *fact.value);
            if (!fact.unit.empty()) {
                json["unit"] = fact.unit;
            }
        }
        json["holds"] = fact.holds;
        list.push_back(std::move(json));
    }
    return list;
}

ordered_json placed_json(const Instance& instance, const PlacedSolution& placed) {
    ordered_json json{{"cost", number(placed.evaluation.cost)},
                      {"feasible", placed.evaluation.feasible()},
                      {"components", ordered_json::array()}};
    for (const std::size_t component : instance.order()) {
        json["components"].push_back(component_json(instance, placed, component));
    }
    json["resources"] = resources_json(instance, placed);
    json["constraints"] = constraints_json(instance, placed);
    return json;
}

ordered_json methods_json(const optimizer::Optimum& optimum) {
    ordered_json list = ordered_json::array();
    for (const optimizer::MethodReport& method : optimum.methods) {
        list.push_back({{"method", method.name},
                        {"feasible", method.feasible},
                        {"cost", method.feasible ? number(method.cost) : ordered_json(nullptr)},
                        {"steps", method.steps},
                        {"seconds", number(method.seconds)}});
    }
    return list;
}

ordered_json requirement_json(const Problem& problem, const optimizer::Requirement& requirement) {
    ordered_json json{{"kind", to_string(requirement.kind)},
                      {"text", requirement_text(problem, requirement)}};
    if (has_value(requirement.kind)) {
        json["value"] = number(requirement.value);
        json["needed"] = optional_number(requirement.needed);
    }
    return json;
}

ordered_json explanation_json(const Problem& problem, const optimizer::Explanation& explanation) {
    ordered_json json{{"complete", explanation.complete},
                      {"clash", ordered_json::array()},
                      {"components", ordered_json::array()},
                      {"relaxations", ordered_json::array()}};
    for (const optimizer::Requirement& requirement : explanation.clash) {
        json["clash"].push_back(requirement_json(problem, requirement));
    }
    for (const std::size_t component : explanation.components) {
        json["components"].push_back(component_name(problem.components[component]));
    }
    for (const optimizer::Requirement& requirement : explanation.relaxations) {
        json["relaxations"].push_back(requirement_json(problem, requirement));
    }
    return json;
}

ordered_json front_json(const PlacementReport& report) {
    const Front& front = *report.front;
    ordered_json json{{"against", front.path
                                      ? report.problem->problem.path_constraints[*front.path].name
                                      : "rate"},
                      {"points", ordered_json::array()}};
    for (const optimizer::FrontPoint& point : front.points) {
        json["points"].push_back({{front.path ? "response_time_s" : "rate", number(point.value)},
                                  {"cost", number(point.cost)},
                                  {"proved", point.proved}});
    }
    return json;
}

ordered_json sensitivity_json(const PlacementReport& report) {
    ordered_json list = ordered_json::array();
    for (const optimizer::Sensitivity& line : report.sensitivity) {
        ordered_json json = requirement_json(report.problem->problem, line.requirement);
        json.erase("needed");
        json["cost_without"] = number(line.cost_without);
        if (line.relaxed_value) {
            json["relaxed_to"] = number(*line.relaxed_value);
            json["cost_relaxed"] = number(line.cost_relaxed);
        }
        json["proved"] = line.proved;
        list.push_back(std::move(json));
    }
    return list;
}

} // namespace

ordered_json to_json(const PlacementReport& report) {
    const Problem& problem = report.problem->problem;
    ordered_json json{{"name", problem.name},
                      {"rate", number(problem.arrival_rate)},
                      {"horizon_h", number(problem.horizon_h)},
                      {"feasible", report.placed && report.placed->evaluation.feasible()}};
    if (report.certificate) {
        json["certificate"] = {{"status", to_string(report.optimum.status)},
                               {"lower_bound", number(report.certificate->lower_bound)},
                               {"gap", number(report.certificate->gap)}};
    }
    if (report.placed) {
        json["placement"] = placed_json(report.problem->instance, *report.placed);
    }
    if (!report.optimum.methods.empty()) {
        json["found_by"] = report.optimum.found_by;
        json["methods"] = methods_json(report.optimum);
    }
    for (const VersionRate& version : report.version_rates) {
        json["largest_rates"].push_back({{"version", version.name},
                                         {"rate", number(version.rate)},
                                         {"feasible", version.feasible}});
    }
    if (report.front) {
        json["front"] = front_json(report);
    }
    if (!report.sensitivity.empty()) {
        json["sensitivity"] = sensitivity_json(report);
    }
    if (report.explanation) {
        json["explanation"] = explanation_json(problem, *report.explanation);
    }
    if (report.least_violating) {
        json["least_violating"] = placed_json(report.problem->instance, *report.least_violating);
    }
    return json;
}

} // namespace aisprint::cli
