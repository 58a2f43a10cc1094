// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/campaign_clusters.hpp"

#include "known_clusters.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/deploy/state.hpp"
#include "aisprint/tosca/clusters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace aisprint::profiling {

Result<tosca::Deployment> load_campaign_clusters(const config::ApplicationFolder& folder,
                                                 const Testbed& testbed,
                                                 Reporter& reporter) {
    std::set<std::string> used;
    for (const Unit& unit : testbed.units) {
        used.insert(unit.resource);
    }
    std::vector<std::string> resources;
    for (const ResourceFacts& resource : testbed.resources) {
        if (used.contains(resource.name) && !resource.is_function) {
            resources.push_back(resource.name);
        }
    }
    return tosca::load_clusters(folder, resources, k_clusters_folder, reporter);
}

bool needs_im(const tosca::Deployment& clusters) {
    return std::ranges::any_of(clusters.components, [](const tosca::Component& cluster) {
        return tosca::has_own_cluster(cluster.layer.kind);
    });
}

struct CampaignClusters::Impl {
    explicit Impl(deploy::StateStore opened) : store(std::move(opened)) {}

    /// The source that a resource's cluster comes from, or null.
    ClusterSource* source_of(const std::string& resource) {
        const auto kind = kinds.find(resource);
        if (kind == kinds.end()) {
            return nullptr;
        }
        if (tosca::has_own_cluster(kind->second)) {
            return made.get();
        }
        return kind->second == tosca::LayerKind::physical_provisioned ? physical.get() : nullptr;
    }

    /// What IM made earlier for resources that this campaign has no use for.
    void tell_of_others() const {
        for (const auto& [resource, record] : store.state().components) {
            if (events && !record.url.empty()) {
                events({ClusterEventKind::still_running, resource, record.url, 0});
            }
        }
    }

    deploy::StateStore store;
    ClusterSink events;
    std::map<std::string, tosca::LayerKind> kinds;
    std::unique_ptr<PhysicalClusters> physical;
    std::unique_ptr<VirtualClusters> made; ///< null: none of ours
};

CampaignClusters::CampaignClusters(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
CampaignClusters::~CampaignClusters() = default;

Result<std::unique_ptr<CampaignClusters>> CampaignClusters::open(const tosca::Deployment& clusters,
                                                                 CampaignClusterOptions options,
                                                                 std::optional<ImServer> im,
                                                                 Reporter& reporter) {
    AISPRINT_ASSERT(im || !needs_im(clusters));
    const config::ApplicationFolder& folder = options.made.folder;
    const std::filesystem::path path = folder.path / k_clusters_folder;
    AISPRINT_TRY_ASSIGN(deploy::StateStore store,
                        deploy::StateStore::open(path, folder.shown(k_clusters_folder)));
    // keys and passwords are not for anybody's repository
    AISPRINT_TRY(write_file_atomic(path / ".gitignore", "*\n"));
    auto impl = std::make_unique<Impl>(std::move(store));
    impl->events = options.events;
    for (const tosca::Component& cluster : clusters.components) {
        impl->kinds.emplace(cluster.name, cluster.layer.kind);
    }
    PhysicalOptions physical{path, options.make_shell, options.made.verification, options.events};
    AISPRINT_TRY_ASSIGN(impl->physical,
                        PhysicalClusters::open(clusters, std::move(physical), reporter));
    if (im) {
        VirtualParts parts{im->client,  im->url,      im->clock, im->random,
                           impl->store, im->redactor, reporter,  options.events};
        AISPRINT_TRY_ASSIGN(
            impl->made, VirtualClusters::open(clusters, std::move(options.made), std::move(parts)));
    }
    return std::unique_ptr<CampaignClusters>(new CampaignClusters(std::move(impl)));
}

Result<void> CampaignClusters::check(const std::vector<std::string>& resources) {
    return check_known(resources, [this](const std::string& resource) {
        return m_impl->source_of(resource) != nullptr;
    });
}

Result<ClusterMap> CampaignClusters::prepare(const NodeCounts& nodes, std::stop_token stop) {
    ClusterMap ready;
    if (m_impl->made) {
        AISPRINT_TRY_ASSIGN(ready, m_impl->made->prepare(nodes, stop));
        for (const auto& [resource, kind] : m_impl->kinds) {
            const auto cluster = ready.find(resource);
            if (tosca::has_own_cluster(kind) && cluster == ready.end()) {
                AISPRINT_TRY(m_impl->physical->forget(resource)); // deleted, if it was there
            } else if (kind == tosca::LayerKind::physical_to_be_provisioned) {
                AISPRINT_TRY(
                    m_impl->physical->set_nodes(cluster->second, nodes.at(resource), stop));
            }
        }
    }
    AISPRINT_TRY_ASSIGN(ClusterMap existing, m_impl->physical->prepare(nodes, stop));
    ready.merge(existing);
    for (const auto& [resource, wanted] : nodes) {
        AISPRINT_ASSERT(ready.contains(resource) || !m_impl->kinds.contains(resource));
    }
    return ready;
}

Result<void> CampaignClusters::finish(CampaignEnd end) {
    auto restored = m_impl->physical->finish(end);
    Result<void> cleaned;
    if (m_impl->made) {
        cleaned = m_impl->made->finish(end);
    } else {
        m_impl->tell_of_others();
    }
    if (!restored && !cleaned) {
        append(restored.error().diagnostics, std::move(cleaned.error().diagnostics));
    }
    return restored ? cleaned : restored;
}

} // namespace aisprint::profiling
