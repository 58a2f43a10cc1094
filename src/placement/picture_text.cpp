// SPDX-License-Identifier: Apache-2.0
#include "picture_svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aisprint::placement {

std::string component_label(const optimizer::Component& component) {
    return component.name.empty() ? component.code : component.name;
}

std::string partition_label(const PictureSubject& subject, const PictureChip& chip) {
    const auto& component = subject.instance.problem().components[chip.component];
    const auto& deployment =
        component.deployments[subject.solution.components[chip.component].deployment];
    const auto& partition = deployment.partitions[chip.position];
    const std::string whole = component_label(component);
    if (deployment.partitions.size() == 1) {
        return whole;
    }
    // The lane names the component already.
    const std::string prefix = whole + "_";
    return partition.name.starts_with(prefix) ? partition.name.substr(prefix.size())
           : partition.name.empty()           ? partition.code
                                              : partition.name;
}

std::string seconds_label(double seconds) {
    return std::isfinite(seconds) ? fmt::format("{:.4g} s", seconds) : "infinite";
}

std::string data_label(const PictureSubject& subject, double data_size) {
    return subject.data_unit.empty() ? fmt::format("{:.6g}", data_size)
                                     : fmt::format("{:.6g} {}", data_size, subject.data_unit);
}

double resource_cost(const PictureSubject& subject, std::size_t resource) {
    const optimizer::Instance& instance = subject.instance;
    const auto& problem = instance.problem();
    if (!instance.is_function(resource)) {
        return problem.horizon_h * problem.resources[resource].cost *
               subject.solution.nodes[resource];
    }
    double cost = 0;
    for (const PictureChip& chip : subject.layout.chips) {
        const std::size_t deployment = subject.solution.components[chip.component].deployment;
        const auto* figures = instance.candidate(
            instance.first_partition(chip.component, deployment) + chip.position, resource);
        cost += chip.resource == resource && figures != nullptr ? figures->cost : 0;
    }
    return cost;
}

double memory_limit(const PictureSubject& subject, std::size_t resource) {
    const auto& problem = subject.instance.problem();
    const bool all = problem.memory_rule == optimizer::MemoryRule::all_nodes &&
                     !subject.instance.is_function(resource);
    return problem.resources[resource].memory_mb *
           (all ? std::max(subject.solution.nodes[resource], 1) : 1);
}

} // namespace aisprint::placement
