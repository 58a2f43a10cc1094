// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/joint_clusters.hpp"

#include <utility>

namespace aisprint::profiling {

namespace {

/// Adds the diagnostics of a failure to those before it; the first one's kind stays.
void add(Failure failure, Result<void>& all) {
    if (all) {
        all = tl::unexpected<Failure>(std::move(failure));
    } else {
        std::vector<Diagnostic>& diagnostics = all.error().diagnostics;
        diagnostics.insert(diagnostics.end(), failure.diagnostics.begin(),
                           failure.diagnostics.end());
    }
}

} // namespace

void JointClusters::add(ClusterSource& source, const std::vector<std::string>& resources) {
    m_sources.push_back(&source);
    for (const std::string& resource : resources) {
        m_owners[resource] = &source;
    }
}

Result<void> JointClusters::check(const std::vector<std::string>& resources) {
    Result<void> all;
    for (ClusterSource* source : m_sources) {
        std::vector<std::string> own;
        for (const std::string& resource : resources) {
            AISPRINT_ASSERT(m_owners.contains(resource));
            if (m_owners.at(resource) == source) {
                own.push_back(resource);
            }
        }
        Result<void> checked = source->check(own);
        if (!checked) {
            profiling::add(std::move(checked.error()), all);
        }
    }
    return all;
}

Result<ClusterMap> JointClusters::prepare(const NodeCounts& nodes, std::stop_token stop) {
    ClusterMap clusters;
    for (ClusterSource* source : m_sources) {
        NodeCounts own;
        for (const auto& [resource, count] : nodes) {
            AISPRINT_ASSERT(m_owners.contains(resource));
            if (m_owners.at(resource) == source) {
                own[resource] = count;
            }
        }
        AISPRINT_TRY_ASSIGN(ClusterMap ready, source->prepare(own, stop));
        clusters.merge(std::move(ready));
    }
    return clusters;
}

Result<void> JointClusters::finish(CampaignEnd end) {
    Result<void> all;
    for (ClusterSource* source : m_sources) {
        Result<void> finished = source->finish(end);
        if (!finished) {
            profiling::add(std::move(finished.error()), all);
        }
    }
    return all;
}

} // namespace aisprint::profiling
