// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/cluster_events.hpp"
#include "aisprint/profiling/clusters.hpp"
#include "aisprint/profiling/physical_clusters.hpp"
#include "aisprint/profiling/units.hpp"
#include "aisprint/profiling/virtual_clusters.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Where documents, keys, state and records of clusters lie, below the application's folder.
inline constexpr const char* k_clusters_folder = "oscarp/.toscarizer";

/// The clusters that the units of a testbed run on, functions left out. Fails (input) as
/// tosca::load_clusters does.
[[nodiscard]] Result<tosca::Deployment>
load_campaign_clusters(const config::ApplicationFolder& folder,
                       const Testbed& testbed,
                       Reporter& reporter);

/// Whether some of these clusters are made by the Infrastructure Manager.
[[nodiscard]] bool needs_im(const tosca::Deployment& clusters);

/// How the clusters of a campaign are worked on.
struct CampaignClusterOptions {
    VirtualOptions made;   ///< clusters that IM makes
    ShellMaker make_shell; ///< of front ends
    ClusterSink events;    ///< null: nobody listens
};

/// A server of IM and what it takes to talk to it; all of it outlives the clusters.
struct ImServer {
    clients::ImClient& client;
    std::string url;
    clients::Clock& clock;
    RandomSource& random;
    Redactor redactor; ///< knows the credentials
};

/// The clusters of a campaign, those that exist and those that IM makes, in one hand. Machines that
/// IM was given are all made nodes of their cluster, and their number is set by cordoning.
class CampaignClusters final : public ClusterSource {
public:
    /// Locks the folder of clusters against other campaigns of the application. Sends nothing. `im`
    /// may be nothing if none of `clusters` needs it. Fails (input, DPL001) if another campaign
    /// holds the lock, and as PhysicalClusters and VirtualClusters do.
    [[nodiscard]] static Result<std::unique_ptr<CampaignClusters>>
    open(const tosca::Deployment& clusters,
         CampaignClusterOptions options,
         std::optional<ImServer> im,
         Reporter& reporter);

    ~CampaignClusters() override;

    [[nodiscard]] Result<void> check(const std::vector<std::string>& resources) override;
    [[nodiscard]] Result<ClusterMap> prepare(const NodeCounts& nodes,
                                             std::stop_token stop) override;
    [[nodiscard]] Result<void> finish(CampaignEnd end) override;

private:
    struct Impl;
    explicit CampaignClusters(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace aisprint::profiling
