// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/clusters.hpp"

#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Clusters of several sources, which outlive it.
class JointClusters final : public ClusterSource {
public:
    /// These resources' clusters come from `source`.
    void add(ClusterSource& source, const std::vector<std::string>& resources);

    /// Fails (input) with what each source says of its resources. All must be somebody's.
    [[nodiscard]] Result<void> check(const std::vector<std::string>& resources) override;

    /// Asks every source, also those of whose resources none is wanted: they may have some that
    /// are not used any more.
    [[nodiscard]] Result<ClusterMap> prepare(const NodeCounts& nodes,
                                             std::stop_token stop) override;

    /// Ends with all of them, also after failures, which are told together.
    [[nodiscard]] Result<void> finish(CampaignEnd end) override;

private:
    std::vector<ClusterSource*> m_sources;          ///< in the order in which they were added
    std::map<std::string, ClusterSource*> m_owners; ///< by resource
};

} // namespace aisprint::profiling
