// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/qos_constraints.hpp"

#include "values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace aisprint::design {

namespace {

/// Derives the constraints of one deployment.
class QosBuilder {
public:
    QosBuilder(const ApplicationModel& model, const Variant& variant, const Deployment& deployment)
        : m_model(model), m_variant(variant) {
        for (std::size_t i = 0; i < variant.layers.size(); ++i) {
            m_layer_of[variant.layers[i].first] = deployment.layers[i];
        }
        for (const Part& part : variant.parts) {
            m_parts_of[part.component].push_back(part.name);
            const Component* component = model.find(part.component);
            if (!component->parent.empty()) {
                m_parts_of[component->parent].push_back(part.name);
            }
        }
    }

    DeploymentQos build() {
        for (const Part& part : m_variant.parts) {
            m_qos[m_layer_of.at(part.name)].components.push_back(part.name);
            if (!part.is_segment || part.is_last_segment) {
                add_constraints(part);
            }
        }
        set_throughput();
        return std::move(m_qos);
    }

private:
    void add_constraints(const Part& part) {
        const Component& component = *m_model.find(part.component);
        const auto limits = annotations::exec_time_of(m_model.script_of(component));
        if (!limits) {
            return;
        }
        LayerQos& layer = m_qos[m_layer_of.at(part.name)];
        const std::vector<std::string>& own = m_parts_of.at(part.component);
        if (limits->local_time_thr) {
            QosConstraint constraint{own, to_node(*limits->local_time_thr), !part.is_segment};
            (part.is_segment ? layer.global : layer.local).push_back(std::move(constraint));
        }
        if (limits->global_time_thr) {
            QosConstraint constraint{{}, to_node(*limits->global_time_thr), false};
            for (const std::string& previous : limits->prev_components) {
                const auto parts = m_parts_of.find(previous);
                if (parts != m_parts_of.end()) {
                    std::ranges::copy(parts->second, std::back_inserter(constraint.path));
                }
            }
            std::ranges::copy(own, std::back_inserter(constraint.path));
            layer.global.push_back(std::move(constraint));
        }
    }

    /// The first layer with an annotated component (or its first segment) sets the name; that
    /// layer and all later ones carry it. Within a layer the last one in path order wins.
    void set_throughput() {
        std::optional<std::string> current;
        for (auto& [number, layer] : m_qos) {
            if (!current) {
                current = throughput_in(layer);
            }
            layer.throughput_component = current;
        }
    }

    std::optional<std::string> throughput_in(const LayerQos& layer) const {
        const std::set<std::string> here(layer.components.begin(), layer.components.end());
        std::optional<std::string> found;
        for (const annotations::ComponentScript& script : m_model.scripts) {
            const auto parts = m_parts_of.find(script.component_name().value_or(""));
            if (script.find("expected_throughput") != nullptr && parts != m_parts_of.end() &&
                here.contains(parts->second.front())) {
                found = parts->second.front();
            }
        }
        return found;
    }

    const ApplicationModel& m_model;
    const Variant& m_variant;
    std::map<std::string, std::int64_t> m_layer_of;
    std::map<std::string, std::vector<std::string>> m_parts_of;
    DeploymentQos m_qos;
};

/// Writes constraints under numbered keys, on from `local` and `global` so many.
struct Numbering {
    std::size_t local = 0;
    std::size_t global = 0;
};

void add_to(yaml::Node& local, yaml::Node& global, const LayerQos& layer, Numbering& numbering) {
    for (const QosConstraint& constraint : layer.local) {
        yaml::Node& item =
            local.add(fmt::format("local_constraint_{}", ++numbering.local), yaml::mapping());
        item.add("component_name", yaml::text(constraint.path.front()));
        item.add("threshold", constraint.threshold);
    }
    for (const QosConstraint& constraint : layer.global) {
        yaml::Node& item =
            global.add(fmt::format("global_constraint_{}", ++numbering.global), yaml::mapping());
        item.add("path_components", yaml::texts(constraint.path));
        item.add("threshold", constraint.threshold);
    }
}

void add_layer_fields(yaml::Node& target, const LayerQos& layer) {
    yaml::Node local = yaml::mapping();
    yaml::Node global = yaml::mapping();
    Numbering numbering;
    add_to(local, global, layer, numbering);
    target.add("local_constraints", std::move(local));
    target.add("global_constraints", std::move(global));
    target.add("throughput_component", layer.throughput_component
                                           ? yaml::text(*layer.throughput_component)
                                           : yaml::mapping());
}

} // namespace

DeploymentQos qos_of(const ApplicationModel& model,
                     const Deployments& deployments,
                     const Deployment& deployment) {
    return QosBuilder(model, deployments.variants[deployment.variant], deployment).build();
}

yaml::Node to_layer_document(const std::string& application, const LayerQos& layer) {
    yaml::Node document = yaml::mapping();
    yaml::Node& system = document.add("system", yaml::mapping());
    system.add("name", yaml::text(application));
    add_layer_fields(system, layer);
    return document;
}

yaml::Node to_deployment_document(const std::string& application, const DeploymentQos& qos) {
    yaml::Node document = yaml::mapping();
    yaml::Node& system = document.add("system", yaml::mapping());
    system.add("name", yaml::text(application));
    yaml::Node local = yaml::mapping();
    yaml::Node global = yaml::mapping();
    Numbering numbering;
    for (const auto& [number, layer] : qos) {
        add_to(local, global, layer, numbering);
    }
    system.add("local_constraints", std::move(local));
    system.add("global_constraints", std::move(global));
    return document;
}

yaml::Node to_multi_cluster_entry(const DeploymentQos& qos) {
    yaml::Node entry = yaml::mapping();
    yaml::Node& layers = entry.add("ExecutionLayers", yaml::mapping());
    for (const auto& [number, layer] : qos) {
        yaml::Node fields = yaml::mapping();
        fields.add("components", yaml::texts(layer.components));
        add_layer_fields(fields, layer);
        layers.entries.push_back(
            {std::to_string(number), {}, std::move(fields), yaml::Spelling::plain});
    }
    return entry;
}

} // namespace aisprint::design
