// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/live_run.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/yaml.hpp"
#include "aisprint/config/schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_annotations = "common_config/annotations.yaml";
constexpr const char* k_designed = "aisprint/deployments/multi_cluster_qos_constraints.yaml";
constexpr const char* k_production =
    "aisprint/deployments/optimal_deployment/production_deployment.yaml";

std::string name_of(std::size_t deployment) {
    return fmt::format("deployment_{}", deployment);
}

/// A placement: partitions with the name of their resource, or with the number of their layer.
using Placement = std::set<std::pair<std::string, std::string>>;

Placement placed_on_resources(const CampaignPlan& plan, const UnitChain& chain) {
    Placement placement;
    for (const std::size_t unit : chain.units) {
        placement.emplace(plan.testbed.units[unit].partition, plan.testbed.units[unit].resource);
    }
    return placement;
}

Placement placed_on_layers(const CampaignPlan& plan, const UnitChain& chain) {
    Placement placement;
    for (const std::size_t unit : chain.units) {
        const Unit& facts = plan.testbed.units[unit];
        const ResourceFacts* resource = plan.testbed.find_resource(facts.resource);
        placement.emplace(facts.partition, fmt::format("{}", resource->layer));
    }
    return placement;
}

Failure no_choice(std::string message, const CampaignPlan& plan) {
    return {
        ErrorKind::input,
        {make_error("PRF080", std::move(message),
                    fmt::format("name one of the campaign with --deployment: {}; 'aisprint "
                                "profile --dry_run' tells their units",
                                plan.testbed.deployments.size() == 1
                                    ? name_of(0)
                                    : fmt::format("deployment_0 to {}",
                                                  name_of(plan.testbed.deployments.size() - 1))))}};
}

/// The only chain of the campaign that is placed as wanted.
template <class Place>
Result<std::size_t> find_placed(const CampaignPlan& plan,
                                const Placement& wanted,
                                const std::string& what,
                                Place place) {
    std::vector<std::string> names;
    std::size_t found = 0;
    for (std::size_t d = 0; d < plan.testbed.deployments.size(); ++d) {
        if (place(plan, plan.testbed.deployments[d]) == wanted) {
            names.push_back(name_of(d));
            found = d;
        }
    }
    if (names.size() == 1) {
        return found;
    }
    return tl::unexpected<Failure>(
        no_choice(names.empty() ? fmt::format("{} is none of the deployments of the campaign", what)
                                : fmt::format("{} can be {}", what, fmt::join(names, ", ")),
                  plan));
}

Result<std::size_t> find_produced(const config::ApplicationFolder& folder,
                                  const CampaignPlan& plan,
                                  Reporter& reporter) {
    const std::string shown = folder.shown(k_production);
    AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(folder.path / k_production, shown));
    AISPRINT_TRY_ASSIGN(const yaml::Node document,
                        config::parse_document(source, "production_deployment", reporter));
    Placement wanted;
    for (const yaml::Entry& entry : document.find("System")->find("Components")->entries) {
        for (const yaml::Entry& container : entry.value.find("Containers")->entries) {
            wanted.emplace(entry.value.find("name")->scalar,
                           container.value.find("selectedExecutionResource")->scalar);
        }
    }
    return find_placed(plan, wanted, "the placement of " + shown, placed_on_resources);
}

/// Layers of a deployment of the design; nothing if there is none of that name.
std::optional<Placement> designed_layers(const yaml::Node& document, const std::string& name) {
    const yaml::Node* deployment = document.find("System")->find("Deployments")->find(name);
    const yaml::Node* layers =
        deployment == nullptr ? nullptr : deployment->find("ExecutionLayers");
    if (layers == nullptr) {
        return std::nullopt;
    }
    Placement placement;
    for (const yaml::Entry& layer : layers->entries) {
        for (const yaml::Node& component : layer.value.find("components")->items) {
            placement.emplace(component.scalar, layer.key);
        }
    }
    return placement;
}

} // namespace

Result<std::size_t> find_live_deployment(const config::ApplicationFolder& folder,
                                         const CampaignPlan& plan,
                                         const std::string& name,
                                         Reporter& reporter) {
    std::error_code ignored;
    if (name.empty()) {
        if (fs::exists(folder.path / k_production, ignored)) {
            return find_produced(folder, plan, reporter);
        }
        return tl::unexpected<Failure>(no_choice(
            fmt::format("there is no {}, and no deployment is named", folder.shown(k_production)),
            plan));
    }
    for (std::size_t d = 0; d < plan.testbed.deployments.size(); ++d) {
        if (name_of(d) == name) {
            return d;
        }
    }
    if (fs::exists(folder.path / k_designed, ignored)) {
        AISPRINT_TRY_ASSIGN(const SourceFile source,
                            load_source(folder.path / k_designed, folder.shown(k_designed)));
        AISPRINT_TRY_ASSIGN(
            const yaml::Node document,
            config::parse_document(source, "multi_cluster_qos_constraints", reporter));
        if (const auto layers = designed_layers(document, name)) {
            return find_placed(plan, *layers, fmt::format("'{}' of the design", name),
                               placed_on_layers);
        }
    }
    return tl::unexpected<Failure>(
        no_choice(fmt::format("there is no deployment '{}'", name), plan));
}

Result<std::optional<double>> annotated_rate(const config::ApplicationFolder& folder,
                                             const CampaignPlan& plan) {
    std::error_code ignored;
    if (!fs::exists(folder.path / k_annotations, ignored)) {
        return std::nullopt;
    }
    AISPRINT_TRY_ASSIGN(const SourceFile source,
                        load_source(folder.path / k_annotations, folder.shown(k_annotations)));
    AISPRINT_TRY_ASSIGN(const yaml::Node document, yaml::parse(source));
    const std::string& first =
        plan.testbed.units[plan.testbed.deployments.front().units.front()].component;
    for (const yaml::Entry& script : document.entries) {
        const yaml::Node* naming = script.value.find("component_name");
        const yaml::Node* name = naming == nullptr ? nullptr : naming->find("name");
        const yaml::Node* throughput = script.value.find("expected_throughput");
        const yaml::Node* rate = throughput == nullptr ? nullptr : throughput->find("rate");
        if (name != nullptr && name->scalar == first && rate != nullptr) {
            const std::optional<double> value = yaml::as_number(*rate);
            return value && *value > 0 ? value : std::nullopt;
        }
    }
    return std::nullopt;
}

} // namespace aisprint::profiling
