// SPDX-License-Identifier: Apache-2.0
#include "aisprint/placement/system_json.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <variant>

namespace aisprint::placement {

namespace {

using Json = nlohmann::ordered_json;
using optimizer::Problem;
using optimizer::ResourceKind;

Json describe_graph(const Problem& problem) {
    Json graph = Json::object();
    for (const optimizer::Component& component : problem.components) {
        Json next = Json::array();
        Json probabilities = Json::array();
        for (const optimizer::Successor& successor : component.successors) {
            next.push_back(problem.components[successor.component].code);
            probabilities.push_back(successor.probability);
        }
        graph[component.code]["next"] = std::move(next);
        graph[component.code]["transition_probability"] = std::move(probabilities);
    }
    return graph;
}

Json describe_partition(const Problem& problem,
                        const optimizer::Component& component,
                        const optimizer::Deployment& deployment,
                        std::size_t position) {
    const optimizer::Partition& partition = deployment.partitions[position];
    Json next = Json::array();
    Json sizes = Json::array();
    if (position + 1 < deployment.partitions.size()) {
        next.push_back(deployment.partitions[position + 1].code);
    } else {
        for (const optimizer::Successor& successor : component.successors) {
            next.push_back(problem.components[successor.component].code);
        }
    }
    for (const double size : partition.data_sizes) {
        sizes.push_back(size);
    }
    Json json;
    json["next"] = std::move(next);
    json["early_exit_probability"] = partition.early_exit_probability;
    json["data_size"] = std::move(sizes);
    return json;
}

Json describe_components(const Problem& problem) {
    Json components = Json::object();
    for (const optimizer::Component& component : problem.components) {
        Json& deployments = components[component.code];
        for (const optimizer::Deployment& deployment : component.deployments) {
            for (std::size_t h = 0; h < deployment.partitions.size(); ++h) {
                deployments[deployment.code][deployment.partitions[h].code] =
                    describe_partition(problem, component, deployment, h);
            }
        }
    }
    return components;
}

Json describe_resource(const optimizer::Resource& resource) {
    Json json;
    json["description"] = resource.description;
    if (resource.kind == ResourceKind::function) {
        json["cost"] = resource.cost;
        json["memory"] = resource.memory_mb;
        json["idle_time_before_kill"] = resource.idle_time_s;
        return json;
    }
    json["number"] = resource.nodes;
    json["cost"] = resource.cost;
    json["memory"] = resource.memory_mb;
    json["n_cores"] = resource.cores;
    return json;
}

void add_resources(const Problem& problem, const char* section, ResourceKind kind, Json& json) {
    for (std::size_t l = 0; l < problem.layers.size(); ++l) {
        const optimizer::Layer& layer = problem.layers[l];
        if (layer.kind != kind) {
            continue;
        }
        Json resources = Json::object();
        if (kind == ResourceKind::function) {
            resources["transition_cost"] = layer.transition_cost;
        }
        for (const optimizer::Resource& resource : problem.resources) {
            if (resource.layer == l) {
                resources[resource.name] = describe_resource(resource);
            }
        }
        json[section][layer.name] = std::move(resources);
    }
}

/// A performance entry of a candidate.
struct DescribeModel {
    Json operator()(const optimizer::QueueModel& model) const {
        Json json;
        json["model"] = model.name;
        json["demand"] = model.demand_s;
        return json;
    }
    Json operator()(const optimizer::ServerlessModel& model) const {
        Json json;
        json["model"] = "PACSLTK";
        json["demandWarm"] = model.warm_s;
        json["demandCold"] = model.cold_s;
        return json;
    }
    Json operator()(const optimizer::TrainedModel& model) const {
        Json json;
        switch (model.kind) {
        case optimizer::PredictorKind::cores:
            json["model"] = "CoreBasedPredictor";
            break;
        case optimizer::PredictorKind::cores_and_load:
            json["model"] = "LambdaBasedPredictor";
            break;
        case optimizer::PredictorKind::function_load:
            json["model"] = "MLLIBfaas";
            json["demandWarm"] = model.warm_s;
            json["demandCold"] = model.cold_s;
            break;
        }
        json["regressor_file"] = model.regressor_file;
        if (model.mean_time_s) {
            json["meanTime"] = *model.mean_time_s;
        }
        return json;
    }
};

void add_candidates(const Problem& problem, Json& json) {
    Json compatibility = Json::object();
    Json performance = Json::object();
    for (const optimizer::Component& component : problem.components) {
        for (const optimizer::Deployment& deployment : component.deployments) {
            for (const optimizer::Partition& partition : deployment.partitions) {
                Json list = Json::array();
                Json models = Json::object();
                for (const optimizer::Candidate& candidate : partition.candidates) {
                    const std::string& name = problem.resources[candidate.resource].name;
                    Json entry;
                    entry["resource"] = name;
                    entry["memory"] = candidate.memory_mb;
                    list.push_back(std::move(entry));
                    models[name] = std::visit(DescribeModel{}, candidate.model);
                }
                compatibility[component.code][partition.code] = std::move(list);
                performance[component.code][partition.code] = std::move(models);
            }
        }
    }
    json["CompatibilityMatrix"] = std::move(compatibility);
    json["Performance"] = std::move(performance);
}

void add_constraints(const Problem& problem, Json& json) {
    json["LocalConstraints"] = Json::object();
    for (const optimizer::LocalConstraint& constraint : problem.local_constraints) {
        json["LocalConstraints"][problem.components[constraint.component].code]["local_res_time"] =
            constraint.threshold_s;
    }
    json["GlobalConstraints"] = Json::object();
    for (const optimizer::PathConstraint& path : problem.path_constraints) {
        Json components = Json::array();
        for (const std::size_t component : path.components) {
            components.push_back(problem.components[component].code);
        }
        Json entry;
        entry["components"] = std::move(components);
        entry["global_res_time"] = path.threshold_s;
        json["GlobalConstraints"][path.name] = std::move(entry);
    }
}

Json describe_network(const Problem& problem) {
    Json network = Json::object();
    for (const optimizer::NetworkDomain& domain : problem.domains) {
        Json layers = Json::array();
        for (const std::size_t layer : domain.layers) {
            layers.push_back(problem.layers[layer].name);
        }
        Json entry;
        entry["computationalLayers"] = std::move(layers);
        entry["AccessDelay"] = domain.access_delay_s;
        entry["Bandwidth"] = domain.bandwidth;
        network[domain.name] = std::move(entry);
    }
    return network;
}

} // namespace

std::string write_system(const Problem& problem) {
    Json json;
    json["DirectedAcyclicGraph"] = describe_graph(problem);
    json["Components"] = describe_components(problem);
    add_resources(problem, "EdgeResources", ResourceKind::edge, json);
    add_resources(problem, "CloudResources", ResourceKind::vm, json);
    add_resources(problem, "FaaSResources", ResourceKind::function, json);
    add_candidates(problem, json);
    json["Lambda"] = problem.arrival_rate;
    add_constraints(problem, json);
    json["NetworkTechnology"] = describe_network(problem);
    json["Time"] = problem.horizon_h;
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace aisprint::placement
