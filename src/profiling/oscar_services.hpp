// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oscar_cluster.hpp"

#include "aisprint/profiling/backend.hpp"
#include "aisprint/profiling/functions.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Clusters of a deployment, by resource.
using OscarClusters = std::map<std::string, std::unique_ptr<OscarCluster>>;

/// A folder of a bucket where services find or leave objects.
struct OscarPlace {
    const OscarCluster* cluster = nullptr; ///< whose storage it is
    std::string bucket;
    std::string prefix; ///< of all keys there: empty, or with a slash at its end

    /// As services name it: "bucket0", "bucket0/in".
    [[nodiscard]] std::string path() const;
    /// The key of an object without the prefix.
    [[nodiscard]] std::string name_of(const std::string& key) const;
};

/// Whether an object only stands for a folder: OSCAR makes one for each path of a service.
[[nodiscard]] bool is_folder(const clients::S3Object& object);

/// A service of a run: where it is, and what it reads and writes.
struct OscarSite {
    RunService service;
    std::string image;
    OscarPlace input;
    OscarPlace output;
    /// Of a service that is called synchronously: pods that wait for requests. It reads no bucket.
    std::optional<int> waiting_pods = std::nullopt;

    [[nodiscard]] const OscarCluster& home() const { return *input.cluster; }
    [[nodiscard]] const std::string& name() const { return service.unit->service; }
    /// Whether it is a cloud function, and no service of a cluster.
    [[nodiscard]] bool is_function() const { return home().is_functions(); }
};

/// The services of a run. What a service writes lies on the cluster of the next one.
[[nodiscard]] std::vector<OscarSite> make_sites(const RunRequest& request,
                                                const OscarClusters& clusters,
                                                const std::map<std::string, std::string>& images);

/// Where the objects that the full workflow left in the input bucket of a service wait for its
/// tests alone: in the bucket itself, or, where servers delete buckets with their services, below
/// a folder of the storage bucket.
[[nodiscard]] OscarPlace objects_place(const OscarCluster& home,
                                       std::size_t position,
                                       const std::string& storage_bucket,
                                       const std::string& owner);

/// A function as its source is told of it.
[[nodiscard]] FunctionNeed function_need(const OscarSite& site);

/// The service as its cluster is told of it.
[[nodiscard]] clients::OscarService describe(const OscarSite& site, const std::string& owner);

/// Numbers of buckets that chains of this length use: bucket0, ... bucketN, and so on.
[[nodiscard]] bool is_run_bucket(const std::string& name, std::size_t longest_chain);

/// Whose services a cluster has.
struct ServicesThere {
    std::vector<std::string> ours; ///< names
    std::set<std::string> foreign; ///< names
    std::set<std::string> taken;   ///< buckets that others' services use
};

/// Looks at the services of a cluster.
[[nodiscard]] Result<ServicesThere> look_at_services(const OscarCluster& cluster,
                                                     const std::string& owner,
                                                     const std::stop_token& stop);

/// What is about to be deployed on a cluster.
struct NamesNeeded {
    std::set<std::string> services;
    std::set<std::string> buckets;
};

/// Errors (PRF102) for services and buckets that are somebody else's.
[[nodiscard]] std::vector<Diagnostic>
find_conflicts(const OscarCluster& cluster, const ServicesThere& there, const NamesNeeded& needed);

/// Makes and removes services on clusters.
class OscarDeployer {
public:
    OscarDeployer(std::string owner, const OscarParts& parts, std::stop_token stop)
        : m_owner(std::move(owner)), m_parts(parts), m_stop(std::move(stop)) {}

    /// Removes our services, with their jobs. Fails (remote).
    [[nodiscard]] Result<void> remove_services(const OscarCluster& cluster) const;

    /// Removes buckets that fit `wanted`, but for those that others' services use.
    [[nodiscard]] Result<void>
    remove_buckets(const OscarCluster& cluster,
                   const std::function<bool(const std::string&)>& wanted) const;

    /// Makes the services. Buckets are made with them.
    [[nodiscard]] Result<void> create(const std::vector<OscarSite>& sites) const;

private:
    void say(const std::string& text) const;

    std::string m_owner;
    const OscarParts& m_parts;
    std::stop_token m_stop;
};

} // namespace aisprint::profiling
