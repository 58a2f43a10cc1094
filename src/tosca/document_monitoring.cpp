// SPDX-License-Identifier: Apache-2.0
// Which InfluxDB each layer reports to.
#include "document_plan.hpp"

#include <map>

namespace aisprint::tosca {

namespace {

/// The InfluxDB of a component's cluster, if layers below may report to it.
std::optional<MonitoringTarget> entry_point(const DocumentPlan& plan, std::size_t index) {
    const Component& component = plan.component(index);
    MonitoringTarget target;
    target.bucket = plan.monitoring_name(index) + "-bucket";
    if (has_own_cluster(component.layer.kind)) {
        target.url = yaml::text("https://influx." + plan.cluster(index) + "." + plan.domain);
        target.token = yaml::text(plan.names[index]->influx_token.reveal());
        return target;
    }
    if (component.layer.kind != LayerKind::physical_provisioned) {
        return std::nullopt;
    }
    if (component.physical && component.physical->influx) {
        target.url = yaml::text(component.physical->influx->endpoint);
        target.token = yaml::text(component.physical->influx->token.reveal());
        return target;
    }
    return plan.as_reference() ? std::optional(target) : std::nullopt;
}

using EntryPoints = std::vector<std::pair<std::int64_t, MonitoringTarget>>;

/// Layers that can be reported to, in order of appearance; their first component speaks for them.
EntryPoints entry_points(const DocumentPlan& plan) {
    EntryPoints result;
    std::map<std::int64_t, std::size_t> seen;
    for (std::size_t i = 0; i < plan.deployment.components.size(); ++i) {
        const std::int64_t layer = plan.component(i).layer.number;
        if (!seen.emplace(layer, i).second) {
            continue;
        }
        if (auto target = entry_point(plan, i)) {
            result.emplace_back(layer, std::move(*target));
        }
    }
    return result;
}

/// Those that are reported to, by layer: a layer takes the first with a larger number.
std::map<std::int64_t, MonitoringTarget> parents(const DocumentPlan& plan) {
    EntryPoints points = entry_points(plan);
    std::map<std::int64_t, MonitoringTarget> result;
    const bool next = plan.options.monitoring_parent == MonitoringParent::next;
    if (next || !plan.as_reference()) {
        for (auto& [layer, target] : points) {
            result.emplace(layer, std::move(target));
        }
        if (!next && !result.empty()) {
            result.erase(result.begin(), std::prev(result.end()));
        }
        return result;
    }
    // The reference takes the last in order of appearance: of those that come later, only larger
    // numbers matter.
    for (auto point = points.rbegin(); point != points.rend(); ++point) {
        if (result.empty() || point->first > result.rbegin()->first) {
            result.insert(std::move(*point));
        }
    }
    return result;
}

} // namespace

std::vector<std::optional<MonitoringTarget>> plan_monitoring(const DocumentPlan& plan) {
    const std::map<std::int64_t, MonitoringTarget> all = parents(plan);
    std::vector<std::optional<MonitoringTarget>> result;
    result.reserve(plan.deployment.components.size());
    for (const Component& component : plan.deployment.components) {
        const auto parent = all.upper_bound(component.layer.number);
        result.push_back(parent == all.end() ? std::nullopt : std::optional(parent->second));
    }
    return result;
}

} // namespace aisprint::tosca
