// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/base/secret.hpp"
#include "aisprint/clients/http.hpp"
#include "aisprint/clients/remote_shell.hpp"
#include "aisprint/profiling/backend.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Who made a cluster.
enum class ClusterOrigin {
    physical, ///< it was there: only its nodes are cordoned, and given back
    virtual_  ///< we had it made by the Infrastructure Manager
};

/// Where cloud functions keep objects and logs.
struct FunctionHome {
    std::string bucket;        ///< of S3, for all functions of the application
    std::string logs_endpoint; ///< URL of CloudWatch; empty: that of AWS for the region
    /// URL of a server like AWS, which services must be told of; empty: AWS itself.
    std::string own_endpoint;
    bool operator==(const FunctionHome&) const = default;
};

/// An OSCAR cluster that is ready, and how to get into it; or a resource with cloud functions.
struct Cluster {
    std::string resource; ///< its name in candidate_resources.yaml
    ClusterOrigin origin = ClusterOrigin::physical;
    std::string oscar_endpoint; ///< URL
    std::string oscar_user = "oscar";
    Secret oscar_password;
    std::string minio_endpoint; ///< URL
    std::string minio_access_key = "minio";
    Secret minio_secret_key;
    std::string minio_region = "us-east-1";
    std::optional<clients::SshTarget> ssh; ///< of the front end; nothing: no shell there
    clients::TlsVerification verification = clients::TlsVerification::on;
    /// Of a resource with functions: MinIO's fields are those of S3 then, those of OSCAR and of
    /// the front end mean nothing.
    std::optional<FunctionHome> functions = std::nullopt;
};

/// Clusters by the name of their resource.
using ClusterMap = std::map<std::string, Cluster>;

/// Worker nodes that are wanted, by the name of the resource.
using NodeCounts = std::map<std::string, std::int64_t>;

/// Where clusters come from.
class ClusterSource {
public:
    ClusterSource() = default;
    ClusterSource(const ClusterSource&) = delete;
    ClusterSource& operator=(const ClusterSource&) = delete;
    virtual ~ClusterSource() = default;

    /// Checks that every one of these resources could be had, before anything is changed. Fails
    /// (input) with all that is missing.
    [[nodiscard]] virtual Result<void> check(const std::vector<std::string>& resources) = 0;

    /// The clusters of these resources, ready, each with as many worker nodes as is said. Called
    /// before each run with all resources of its deployment; what is as it should be is left alone.
    /// Fails (remote) if a cluster cannot be had, (cancelled) on a stop.
    [[nodiscard]] virtual Result<ClusterMap> prepare(const NodeCounts& nodes,
                                                     std::stop_token stop) = 0;

    /// Gives back what prepare() took, as the campaign ended: nodes are as they were found, and
    /// infrastructures are deleted if the user wishes so for that end. Called once, also after
    /// failures.
    [[nodiscard]] virtual Result<void> finish(CampaignEnd end) = 0;
};

} // namespace aisprint::profiling
