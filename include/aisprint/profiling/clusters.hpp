// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/backend.hpp"

#include "aisprint/base/result.hpp"
#include "aisprint/base/secret.hpp"
#include "aisprint/clients/http.hpp"
#include "aisprint/clients/remote_shell.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

namespace aisprint::profiling {

/// Nodes that a deployment needs, by name of the resource.
using NodeCounts = std::map<std::string, std::int64_t>;

/// An OSCAR cluster that is ready, and how to get in.
struct Cluster {
    std::string resource;
    std::string oscar_endpoint; ///< https://HOST, without a slash at the end
    std::string oscar_user = "oscar";
    Secret oscar_password;
    std::string minio_endpoint; ///< https://HOST, without a slash at the end
    std::string minio_access_key = "minio";
    Secret minio_secret_key;
    std::optional<clients::SshTarget> ssh; ///< of the front end; nothing: it cannot be reached
    bool physical = false;                 ///< was there before the campaign, and stays
    clients::TlsVerification verification = clients::TlsVerification::on;
};

/// Clusters by name of the resource.
using Clusters = std::map<std::string, Cluster>;

/// Brings clusters about, and gives them back.
class ClusterSource {
public:
    ClusterSource() = default;
    ClusterSource(const ClusterSource&) = delete;
    ClusterSource& operator=(const ClusterSource&) = delete;
    virtual ~ClusterSource() = default;

    /// The clusters of all resources in `nodes`, each with as many worker nodes as it says. Called
    /// before each run, with all resources of the deployment; what is as it should be is left
    /// alone. Fails (remote, exit code 5) if a cluster cannot be had, (cancelled) after a stop.
    [[nodiscard]] virtual Result<Clusters> prepare(const NodeCounts& nodes,
                                                   std::stop_token stop) = 0;

    /// Puts clusters back as they were found, or deletes what the campaign made, as the user
    /// wishes for that end. Called once, also after failures; can be repeated.
    [[nodiscard]] virtual Result<void> finish(CampaignEnd end) = 0;
};

/// What happens to clusters, in the order in which it does.
enum class ClusterEventKind {
    deleting_all,           ///< before or after testing, as the user wishes
    deleting_unused,        ///< the deployment to come does not use them
    deleting,               ///< one resource's
    untracking,             ///< one resource's infrastructure has vanished at IM
    deploying,              ///< some are to be made
    deploying_resource,     ///< one is being made
    waiting_for_deployment, ///< until all of them are configured
    updating_resource,      ///< one gets another number of nodes
    waiting_for_update,
    updated,            ///< `seconds` it took
    adjusting_physical, ///< numbers of nodes of clusters that exist
    restoring_physical, ///< as they were before the campaign
    state,              ///< of one infrastructure, in `message`
    retrying,           ///< a request failed and is repeated; `message` says why
    still_running,      ///< after the end: one infrastructure that costs money; `message` has its
                        ///< address
    done                ///< the phase that was told last
};

/// An event; `message` holds no secrets.
struct ClusterEvent {
    ClusterEventKind kind = ClusterEventKind::done;
    std::string resource;
    std::string message;
    double seconds = 0;
};

/// Takes events, from one thread at a time.
using ClusterSink = std::function<void(const ClusterEvent&)>;

/// The line that the console shows for an event, without line end; empty for those that it does
/// not show.
[[nodiscard]] std::string to_text(const ClusterEvent& event);

} // namespace aisprint::profiling
