// SPDX-License-Identifier: Apache-2.0
#include "application_components.hpp"

#include "aisprint/base/diagnostic.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/base/yaml.hpp"
#include "aisprint/config/partition_name.hpp"
#include "aisprint/placement/application.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace aisprint::placement {

namespace {

/// A partition that was placed.
struct Placed {
    std::string name; ///< COMPONENT or COMPONENT_partitionN_M
    config::PartitionId id;
    const config::CandidateEntry* entry = nullptr;
    const config::Resource* resource = nullptr;
};

/// The first container that may run on the resource.
const config::Container& container_on(const Placed& placed) {
    const auto found = std::ranges::find_if(placed.entry->containers, [&](const auto& container) {
        return std::ranges::find(container.resources, placed.resource->name,
                                 &config::Placed<std::string>::value) != container.resources.end();
    });
    AISPRINT_ASSERT(found != placed.entry->containers.end());
    return *found;
}

/// Of several values, the one of the cut: number N - 1. Anything else stays as it is.
yaml::Node value_of_cut(const yaml::Node& value, const config::PartitionId& id) {
    if (id.is_base() || value.items.empty()) {
        return value;
    }
    return id.cut <= value.items.size() ? value.items[id.cut - 1] : value;
}

/// Of several images: those of the partition, by their name; among those the one for the
/// architecture of the resource; if names tell nothing, the one of the cut.
yaml::Node image_of(const yaml::Node& value, const Placed& placed) {
    std::vector<const yaml::Node*> left;
    for (const yaml::Node& item : value.items) {
        left.push_back(&item);
    }
    const auto keep = [&](const std::string& part) {
        std::vector<const yaml::Node*> kept;
        std::ranges::copy_if(left, std::back_inserter(kept), [&](const yaml::Node* item) {
            return item->scalar.find(part) != std::string::npos;
        });
        left = kept.empty() ? left : kept;
        return !kept.empty();
    };
    const bool named = placed.id.is_base() || keep(config::to_string(placed.id) + "_") ||
                       keep(config::to_string(placed.id));
    if (named && !placed.resource->architectures.empty()) {
        keep(placed.resource->architectures.front());
    }
    return named && left.size() == 1 ? *left.front() : value_of_cut(value, placed.id);
}

yaml::Node chosen_container(const Placed& placed) {
    const config::Container& container = container_on(placed);
    yaml::Node chosen = *placed.entry->node.find("Containers")->find(container.key);
    std::erase_if(chosen.entries, [](const yaml::Entry& field) {
        return field.key == "candidateExecutionResources";
    });
    for (yaml::Entry& field : chosen.entries) {
        if (field.key == "image") {
            field.value = image_of(field.value, placed);
        } else if (field.key == "memorySize") {
            field.value = value_of_cut(field.value, placed.id);
        }
    }
    chosen.add("selectedExecutionResource", yaml::text(placed.resource->name));
    return chosen;
}

yaml::Node chosen_component(const Placed& placed) {
    yaml::Node component = yaml::mapping();
    for (const yaml::Entry& field : placed.entry->node.entries) {
        if (field.key == "name") {
            component.add("name", yaml::text(placed.name));
        } else if (field.key == "Containers") {
            component.add("Containers", yaml::mapping())
                .add("container1", chosen_container(placed));
        } else if (field.key != "candidateExecutionLayers") {
            component.entries.push_back(field);
        }
    }
    component.add("executionLayer", yaml::integer(placed.resource->layer));
    return component;
}

/// The part of candidate_resources.yaml that a solution uses.
class UsedResources {
public:
    UsedResources(const optimizer::Problem& problem, const optimizer::Solution& solution) {
        for (std::size_t j = 0; j < problem.resources.size(); ++j) {
            if (solution.nodes[j] > 0) {
                m_used.emplace(problem.resources[j].name,
                               Use{problem.resources[j].kind, solution.nodes[j]});
            }
        }
    }

    [[nodiscard]] yaml::Node domains(const yaml::Node& all) const {
        yaml::Node used = yaml::mapping();
        for (const yaml::Entry& domain : all.entries) {
            yaml::Node& copy = used.add(domain.key, domain.value);
            if (yaml::Node* layers = copy.find("ComputationalLayers")) {
                keep_used_layers(*layers);
            }
        }
        while (drop_empty_domains(used)) {}
        for (yaml::Entry& domain : used.entries) {
            std::erase_if(domain.value.entries, [](const yaml::Entry& field) {
                return field.key == "ComputationalLayers" && field.value.entries.empty();
            });
        }
        return used;
    }

private:
    struct Use {
        optimizer::ResourceKind kind = optimizer::ResourceKind::vm;
        int nodes = 0;
    };

    void keep_used_layers(yaml::Node& layers) const {
        for (yaml::Entry& layer : layers.entries) {
            yaml::Node& resources = *layer.value.find("Resources");
            std::erase_if(resources.entries, [&](const yaml::Entry& resource) {
                return !m_used.contains(resource.value.find("name")->scalar);
            });
            std::size_t number = 0;
            for (yaml::Entry& resource : resources.entries) {
                resource.key = fmt::format("resource{}", ++number);
                set_nodes(resource.value);
            }
        }
        std::erase_if(layers.entries, [](const yaml::Entry& layer) {
            return layer.value.find("Resources")->entries.empty();
        });
    }

    void set_nodes(yaml::Node& resource) const {
        const Use& use = m_used.at(resource.find("name")->scalar);
        if (use.kind == optimizer::ResourceKind::function) {
            return;
        }
        if (yaml::Node* nodes = resource.find("totalNodes")) {
            *nodes = yaml::integer(use.nodes);
        } else {
            const auto name = std::ranges::find(resource.entries, "name", &yaml::Entry::key);
            resource.entries.insert(
                name + 1, {"totalNodes", {}, yaml::integer(use.nodes), yaml::Spelling::text});
        }
    }

    /// Drops domains without layers and without domains inside, and their names in the others.
    /// True if there were any.
    static bool drop_empty_domains(yaml::Node& domains) {
        const std::size_t erased = std::erase_if(domains.entries, [](const yaml::Entry& domain) {
            const yaml::Node* layers = domain.value.find("ComputationalLayers");
            const yaml::Node* inner = domain.value.find("subNetworkDomains");
            return (layers == nullptr || layers->entries.empty()) &&
                   (inner == nullptr || inner->items.empty());
        });
        for (yaml::Entry& domain : domains.entries) {
            if (yaml::Node* inner = domain.value.find("subNetworkDomains")) {
                std::erase_if(inner->items, [&](const yaml::Node& item) {
                    return domains.find(item.scalar) == nullptr;
                });
            }
        }
        return erased > 0;
    }

    std::map<std::string, Use> m_used;
};

std::vector<Placed> placed_partitions(const ApplicationProblem& application,
                                      const optimizer::Solution& solution) {
    std::vector<Placed> all;
    const optimizer::Problem& problem = application.problem;
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        const optimizer::Component& component = problem.components[i];
        const optimizer::Choice& choice = solution.components[i];
        const auto& partitions = component.deployments[choice.deployment].partitions;
        for (std::size_t q = 0; q < partitions.size(); ++q) {
            Placed placed;
            placed.name = partitions[q].name;
            if (placed.name != component.name) {
                placed.id =
                    config::parse_partition_id(placed.name.substr(component.name.size() + 1))
                        .value_or(config::PartitionId{});
            }
            placed.entry = application.candidates.find(
                placed.id.is_base() ? component.name
                                    : config::candidate_name(component.name, placed.id.segment));
            placed.resource =
                application.resources.find_resource(problem.resources[choice.resources[q]].name);
            AISPRINT_ASSERT(placed.entry != nullptr && placed.resource != nullptr);
            all.push_back(std::move(placed));
        }
    }
    return all;
}

/// The first deployment of the design that has every partition on its layer.
std::string deployment_name(const ApplicationProblem& application,
                            const std::vector<Placed>& placed,
                            Reporter& reporter) {
    std::set<std::pair<std::int64_t, std::string>> wanted;
    for (const Placed& partition : placed) {
        wanted.emplace(partition.resource->layer, partition.name);
    }
    for (const DesignDeployment& deployment : application.deployments) {
        std::set<std::pair<std::int64_t, std::string>> offered;
        for (const auto& [layer, names] : deployment.layers) {
            for (const std::string& name : names) {
                offered.emplace(layer, name);
            }
        }
        if (std::ranges::includes(offered, wanted)) {
            return deployment.name;
        }
    }
    reporter.report(as_warning(
        make_error("OPT260", "no deployment of the design places the components on these layers",
                   "run 'aisprint design' again, so that it lists all deployments")));
    return "NOT_FOUND";
}

} // namespace

std::string write_production_deployment(const ApplicationProblem& application,
                                        const optimizer::Solution& solution,
                                        bool feasible,
                                        ProductionForm form,
                                        Reporter& reporter) {
    const std::vector<Placed> placed = placed_partitions(application, solution);
    yaml::Node document = yaml::mapping();
    yaml::Node& system = document.add("System", yaml::mapping());
    yaml::Node components = yaml::mapping();
    for (const Placed& partition : placed) {
        components.add(partition.entry->key, chosen_component(partition));
    }
    system.add("Components", std::move(components));
    yaml::Node& target =
        form == ProductionForm::nested ? system.add("Resources", yaml::mapping()) : system;
    const UsedResources used(application.problem, solution);
    for (const yaml::Entry& field : application.resources.document.find("System")->entries) {
        target.add(field.key,
                   field.key == "NetworkDomains" ? used.domains(field.value) : field.value);
    }
    system.add("Feasible", yaml::boolean(feasible));
    system.add("DeploymentName", yaml::text(deployment_name(application, placed, reporter)));
    return yaml::write(document);
}

} // namespace aisprint::placement
