// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/production_deployment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace aisprint::design {

namespace {

/// Where a component runs.
struct Placement {
    std::int64_t layer = 0;
    const config::Container* container = nullptr;
    std::string resource;
};

std::optional<Placement> first_consistent(const config::CandidateEntry& entry,
                                          const config::CandidateResources& resources) {
    for (const config::Placed<std::int64_t>& layer : entry.layers) {
        for (const config::Container& container : entry.containers) {
            for (const config::Placed<std::string>& name : container.resources) {
                const config::Resource* resource = resources.find_resource(name.value);
                if (resource != nullptr && resource->layer == layer.value) {
                    return Placement{layer.value, &container, name.value};
                }
            }
        }
    }
    return std::nullopt;
}

/// The container as chosen: one resource in the place of the list of candidates.
yaml::Node chosen_container(const config::CandidateEntry& entry, const Placement& placement) {
    yaml::Node container = *entry.node.find("Containers")->find(placement.container->key);
    for (yaml::Entry& field : container.entries) {
        if (field.key == "candidateExecutionResources") {
            field.key = "selectedExecutionResource";
            field.value = yaml::text(placement.resource);
        }
    }
    return container;
}

yaml::Node chosen_component(const config::CandidateEntry& entry, const Placement& placement) {
    yaml::Node component = yaml::mapping();
    component.add("name", yaml::text(entry.name));
    component.add("executionLayer", yaml::integer(placement.layer));
    yaml::Node& containers = component.add("Containers", yaml::mapping());
    containers.add("container1", chosen_container(entry, placement));
    return component;
}

/// The layers that are used, with the resources that are used.
yaml::Node used_layers(const yaml::Node& layers,
                       const std::set<std::int64_t>& numbers,
                       const std::set<std::string>& names) {
    yaml::Node used = yaml::mapping();
    for (const yaml::Entry& layer : layers.entries) {
        if (!numbers.contains(yaml::as_integer(*layer.value.find("number")).value_or(-1))) {
            continue;
        }
        yaml::Node& copy = used.add(layer.key, layer.value);
        std::erase_if(copy.find("Resources")->entries, [&](const yaml::Entry& resource) {
            return !names.contains(resource.value.find("name")->scalar);
        });
    }
    return used;
}

/// Network domains without layers of their own, and those with a used layer.
yaml::Node used_domains(const yaml::Node& domains,
                        const std::set<std::int64_t>& numbers,
                        const std::set<std::string>& names) {
    yaml::Node used = yaml::mapping();
    for (const yaml::Entry& domain : domains.entries) {
        const yaml::Node* layers = domain.value.find("ComputationalLayers");
        if (layers == nullptr || layers->entries.empty()) {
            used.add(domain.key, domain.value);
            continue;
        }
        yaml::Node kept = used_layers(*layers, numbers, names);
        if (!kept.entries.empty()) {
            *used.add(domain.key, domain.value).find("ComputationalLayers") = std::move(kept);
        }
    }
    return used;
}

/// Domains that were dropped are no longer named by the others.
void drop_dangling_sub_domains(yaml::Node& domains) {
    std::set<std::string> keys;
    for (const yaml::Entry& domain : domains.entries) {
        keys.insert(domain.key);
    }
    for (yaml::Entry& domain : domains.entries) {
        if (yaml::Node* inner = domain.value.find("subNetworkDomains")) {
            std::erase_if(inner->items,
                          [&](const yaml::Node& item) { return !keys.contains(item.scalar); });
        }
    }
}

} // namespace

Result<yaml::Node> base_production_deployment(const ApplicationModel& model) {
    std::set<std::string> in_graph;
    for (const config::Declared& component : model.dag.components) {
        in_graph.insert(component.name);
    }
    yaml::Node components = yaml::mapping();
    std::set<std::int64_t> numbers;
    std::set<std::string> names;
    std::vector<Diagnostic> errors;
    for (const config::CandidateEntry& entry : model.deployments.entries) {
        if (!in_graph.contains(entry.name)) {
            continue;
        }
        const auto placement = first_consistent(entry, model.resources);
        if (!placement) {
            errors.push_back(make_error_at(
                model.deployments.source, entry.span, "DSN020",
                fmt::format("no candidate resource of '{}' lies in one of its layers", entry.name),
                "make candidateExecutionLayers and candidateExecutionResources agree"));
            continue;
        }
        numbers.insert(placement->layer);
        names.insert(placement->resource);
        components.add(entry.key, chosen_component(entry, *placement));
    }
    if (!errors.empty()) {
        return fail(ErrorKind::input, std::move(errors));
    }
    const yaml::Node& resources = *model.resources.document.find("System");
    yaml::Node domains = used_domains(*resources.find("NetworkDomains"), numbers, names);
    drop_dangling_sub_domains(domains);
    yaml::Node document = yaml::mapping();
    yaml::Node& system = document.add("System", yaml::mapping());
    system.add("name", *resources.find("name"));
    system.add("NetworkDomains", std::move(domains));
    system.add("Components", std::move(components));
    system.add("DeploymentName", yaml::text("base"));
    return document;
}

} // namespace aisprint::design
