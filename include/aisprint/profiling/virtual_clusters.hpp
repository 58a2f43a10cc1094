// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/cluster_events.hpp"
#include "aisprint/profiling/clusters.hpp"

#include "aisprint/base/random_source.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/base/secret.hpp"
#include "aisprint/clients/im_client.hpp"
#include "aisprint/clients/pause.hpp"
#include "aisprint/config/application.hpp"
#include "aisprint/deploy/run.hpp"
#include "aisprint/tosca/deployment.hpp"

#include <memory>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// When the infrastructures of the application are deleted.
struct CleanRules {
    bool before = false;   ///< the first deployment
    bool after = false;    ///< a campaign that is complete
    bool if_crash = false; ///< after one that failed
};

/// How clusters are made.
struct VirtualOptions {
    config::ApplicationFolder folder;
    std::string campaign;  ///< its folder's name; stands in the documents, with the application's
    std::string domain;    ///< of DNS, for the clusters; empty: that of `toscarizer tosca`
    std::string types_url; ///< of TOSCA types; empty: the published ones
    CleanRules clean;
    deploy::RunOptions run;
    clients::TlsVerification verification = clients::TlsVerification::on; ///< of the clusters
};

/// What making clusters works with; all of it outlives the object. `im`, `im_url` and `redactor`
/// are those of one server; `store` is that of the folder of `clusters.files.im`, ours alone.
struct VirtualParts {
    clients::ImClient& im;
    std::string im_url;
    clients::Clock& clock;
    RandomSource& random;
    deploy::StateStore& store;
    Redactor redactor;
    Reporter& reporter;
    ClusterSink events; ///< null: nobody listens
};

/// Clusters that the Infrastructure Manager makes: one infrastructure for each resource, kept over
/// deployments and campaigns of the application, and given as many worker nodes as are wanted. Only
/// what its own record tells of is ever changed or deleted. A run that is killed is gone on with by
/// the next one: nothing is made twice, nothing is lost (see the deploy library).
///
/// Writes documents and state below `clusters.files.im`, and what it takes to get in to
/// oscarp/virtual_infrastructures.json, all with mode 0600.
class VirtualClusters final : public ClusterSource {
public:
    /// Takes the components of `clusters` whose clusters are ours to make. Sends nothing. Fails
    /// (input) if names that were drawn earlier cannot be read.
    [[nodiscard]] static Result<std::unique_ptr<VirtualClusters>>
    open(const tosca::Deployment& clusters, VirtualOptions options, VirtualParts parts);

    ~VirtualClusters() override;

    /// Fails (input, PRF098) for resources that are not ours to make.
    [[nodiscard]] Result<void> check(const std::vector<std::string>& resources) override;

    /// Makes what of `nodes` is ours and not there, replaces what failed, forgets what IM does not
    /// know any more and makes it again, sets numbers of nodes, and deletes what of ours is not in
    /// `nodes`; others of `nodes` are not looked at. Machines that were given are all made nodes.
    /// Fails (remote, PRF094 to PRF096, DPL007), (input, DPL008, TSC0xx), (cancelled), (io).
    [[nodiscard]] Result<ClusterMap> prepare(const NodeCounts& nodes,
                                             std::stop_token stop) override;

    /// Deletes all that we track if the rules for this end say so; else tells what still runs.
    /// Fails (remote, PRF096) with what could not be deleted.
    [[nodiscard]] Result<void> finish(CampaignEnd end) override;

private:
    struct Impl;
    explicit VirtualClusters(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace aisprint::profiling
