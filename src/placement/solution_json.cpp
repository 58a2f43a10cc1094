// SPDX-License-Identifier: Apache-2.0
// Writing of solutions. Numbers are in their shortest form; an infinite time is the text "inf".
#include "aisprint/placement/solution_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace aisprint::placement {

namespace {

using Json = nlohmann::ordered_json;
using optimizer::Evaluation;
using optimizer::Instance;
using optimizer::Problem;
using optimizer::Resource;
using optimizer::ResourceKind;
using optimizer::Solution;

Json time_or_inf(double seconds) {
    return std::isfinite(seconds) ? Json(seconds) : Json("inf");
}

/// The local limit of a component; infinite if it has none.
double threshold_of(const Problem& problem, std::size_t component) {
    double threshold = optimizer::k_infinite;
    for (const optimizer::LocalConstraint& constraint : problem.local_constraints) {
        if (constraint.component == component) {
            threshold = std::min(threshold, constraint.threshold_s);
        }
    }
    return threshold;
}

Json describe_resource(const Problem& problem, const Resource& resource, int nodes) {
    Json json{{"description", resource.description}};
    if (resource.kind == ResourceKind::function) {
        json["cost"] = resource.cost;
        json["memory"] = resource.memory_mb;
        json["idle_time_before_kill"] = resource.idle_time_s;
        json["transition_cost"] = problem.layers[resource.layer].transition_cost;
        return json;
    }
    json["cost"] = resource.cost * nodes;
    json["memory"] = resource.memory_mb;
    json["number"] = nodes;
    return json;
}

Json describe_component(const Instance& instance,
                        const Solution& solution,
                        const Evaluation& evaluation,
                        std::size_t index) {
    const Problem& problem = instance.problem();
    const optimizer::Choice& choice = solution.components[index];
    const optimizer::Deployment& deployment =
        problem.components[index].deployments[choice.deployment];
    Json partitions = Json::object();
    for (std::size_t h = 0; h < deployment.partitions.size(); ++h) {
        const Resource& resource = problem.resources[choice.resources[h]];
        Json place;
        place[problem.layers[resource.layer].name][resource.name] =
            describe_resource(problem, resource, solution.nodes[choice.resources[h]]);
        place["response_time"] = time_or_inf(evaluation.partition_times[index][h]);
        partitions[deployment.partitions[h].code] = std::move(place);
    }
    Json component;
    component[deployment.code] = std::move(partitions);
    component["response_time"] = time_or_inf(evaluation.component_times[index]);
    component["response_time_threshold"] = time_or_inf(threshold_of(problem, index));
    return component;
}

Json describe_paths(const Problem& problem, const Evaluation& evaluation) {
    Json paths = Json::object();
    for (std::size_t p = 0; p < problem.path_constraints.size(); ++p) {
        const optimizer::PathConstraint& path = problem.path_constraints[p];
        Json components = Json::array();
        for (const std::size_t component : path.components) {
            components.push_back(problem.components[component].code);
        }
        paths[path.name] = {{"components", std::move(components)},
                            {"global_res_time", path.threshold_s},
                            {"path_response_time", time_or_inf(evaluation.path_times[p])}};
    }
    return paths;
}

std::string text_of(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace

std::string write_solution(const Instance& instance,
                           const Solution& solution,
                           const Evaluation& evaluation,
                           const std::optional<Certificate>& certificate) {
    const Problem& problem = instance.problem();
    Json json{{"Lambda", instance.arrival_rate()}, {"components", Json::object()}};
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        json["components"][problem.components[i].code] =
            describe_component(instance, solution, evaluation, i);
    }
    json["global_constraints"] = describe_paths(problem, evaluation);
    json["total_cost"] = Json(evaluation.cost).dump();
    json["feasible"] = evaluation.feasible();
    if (certificate) {
        json["optimal"] = certificate->optimal;
        json["lower_bound"] = certificate->lower_bound;
        json["gap"] = certificate->gap;
    }
    return text_of(json);
}

std::string write_infeasible_report(const Instance& instance,
                                    const Solution& solution,
                                    const Evaluation& evaluation) {
    const Problem& problem = instance.problem();
    Json json{{"Lambda", instance.arrival_rate()}, {"components", Json::object()}};
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        if (!optimizer::within(evaluation.component_times[i], threshold_of(problem, i))) {
            json["components"][problem.components[i].code] =
                describe_component(instance, solution, evaluation, i);
        }
    }
    for (std::size_t p = 0; p < problem.path_constraints.size(); ++p) {
        if (!optimizer::within(evaluation.path_times[p], problem.path_constraints[p].threshold_s)) {
            json["global_constraints"] = describe_paths(problem, evaluation);
        }
    }
    json["Resources"] = Json::object();
    for (std::size_t j = 0; j < problem.resources.size(); ++j) {
        const Resource& resource = problem.resources[j];
        if (resource.kind != ResourceKind::function && solution.nodes[j] > 0) {
            const double used = evaluation.utilisation[j];
            json["Resources"][resource.name] = {
                {"description", resource.description},
                {"number", solution.nodes[j]},
                {"utilization", std::isfinite(used) ? Json(used) : Json(nullptr)}};
        }
    }
    return text_of(json);
}

} // namespace aisprint::placement
