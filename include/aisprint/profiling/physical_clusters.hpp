// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/cluster_events.hpp"
#include "aisprint/profiling/clusters.hpp"

#include "aisprint/base/reporter.hpp"
#include "aisprint/clients/remote_shell.hpp"
#include "aisprint/tosca/deployment.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Makes the shell of a front end.
using ShellMaker = std::function<std::unique_ptr<clients::RemoteShell>(const clients::SshTarget&)>;

/// How clusters that exist are worked on.
struct PhysicalOptions {
    /// Private folder for copies of keys, known hosts, and the record of cordoned nodes.
    std::filesystem::path folder;
    ShellMaker make_shell;
    clients::TlsVerification verification = clients::TlsVerification::on;
    ClusterSink events; ///< null: nobody listens
};

/// Clusters that exist already. Their numbers of nodes are set by cordoning, over SSH; how nodes
/// were found is recorded first, and put back at the end, or by the next campaign if this one is
/// killed. The folder must be this object's alone.
class PhysicalClusters final : public ClusterSource {
public:
    /// Takes the components of `clusters` whose layers are PhysicalAlreadyProvisioned. Writes
    /// copies of their keys with mode 0600; sends nothing. Fails (input, PRF097) if the record of
    /// an earlier campaign cannot be understood, (io).
    [[nodiscard]] static Result<std::unique_ptr<PhysicalClusters>>
    open(const tosca::Deployment& clusters, PhysicalOptions options, Reporter& reporter);

    ~PhysicalClusters() override;

    /// Fails (input, PRF098) for resources that are no cluster of ours.
    [[nodiscard]] Result<void> check(const std::vector<std::string>& resources) override;

    /// Sets the numbers of nodes of those resources that are ours; others are not looked at. A
    /// cluster whose front end is not told of runs on all its nodes, with a warning (PRF092) if
    /// fewer are wanted. Fails (remote, PRF090, PRF091), (cancelled).
    [[nodiscard]] Result<ClusterMap> prepare(const NodeCounts& nodes,
                                             std::stop_token stop) override;

    /// Sets the number of nodes of any cluster that has a front end, as prepare() does.
    [[nodiscard]] Result<void>
    set_nodes(const Cluster& cluster, std::int64_t wanted, const std::stop_token& stop);

    /// Forgets a cluster that was deleted with its nodes. Fails (io).
    [[nodiscard]] Result<void> forget(const std::string& resource);

    /// Puts all nodes back as they were found. Fails (remote, PRF093) with the commands that are
    /// left to be run by hand.
    [[nodiscard]] Result<void> finish(CampaignEnd end) override;

private:
    struct Impl;
    explicit PhysicalClusters(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

/// The folder's copy of a private key (mode 0600), and the target that uses it.
struct Login {
    std::string resource;
    std::string host;
    std::string user;
    int port = 22;
    Secret key;
};

/// Writes the key of a login beside its known hosts in a private folder, as
/// `RESOURCE_SSH_key.pem`. Fails (io).
[[nodiscard]] Result<clients::SshTarget> write_login(const Login& login,
                                                     const std::filesystem::path& folder);

} // namespace aisprint::profiling
