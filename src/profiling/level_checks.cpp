// SPDX-License-Identifier: Apache-2.0
#include "level_checks.hpp"

#include <fmt/format.h>

namespace aisprint::profiling {

std::map<std::string, Diagnostic> inexact_levels(const RunRequest& request,
                                                 const OscarClusters& clusters,
                                                 const std::map<std::string, std::int64_t>& nodes) {
    std::map<std::string, Diagnostic> found;
    for (const RunService& service : request.services) {
        const std::string& resource = service.unit->resource;
        const auto cluster = clusters.find(resource);
        const auto count = nodes.find(resource);
        if (cluster == clusters.end() || count == nodes.end() || cluster->second->is_functions() ||
            cluster->second->config().yunikorn_enabled) {
            continue;
        }
        const std::int64_t most = count->second * service.containers_per_node;
        if (most <= service.parallelism) {
            continue;
        }
        found[service.unit->id] = as_warning(make_error(
            "PRF108",
            fmt::format("{}: up to {} jobs can run at once, although {} are asked for: cluster {} "
                        "has no YuniKorn, and {} node{} with {} jobs each work for it",
                        service.unit->id, most, service.parallelism, resource, count->second,
                        count->second == 1 ? "" : "s", service.containers_per_node),
            fmt::format("choose multiples of {} as levels and give each component a cluster of its "
                        "own, or switch YuniKorn on",
                        service.containers_per_node)));
    }
    return found;
}

} // namespace aisprint::profiling
