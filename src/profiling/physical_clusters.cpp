// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/physical_clusters.hpp"

#include "known_clusters.hpp"
#include "node_cordons.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/clients/kubectl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace aisprint::profiling {

namespace {

constexpr const char* k_record = "cordons.json";

Cluster to_cluster(const tosca::Component& component, const PhysicalOptions& options) {
    const tosca::PhysicalResource& physical = *component.physical;
    Cluster cluster;
    cluster.resource = component.name;
    cluster.origin = ClusterOrigin::physical;
    cluster.oscar_endpoint = physical.oscar->endpoint;
    cluster.oscar_user = physical.oscar->access_key;
    cluster.oscar_password = physical.oscar->secret_key;
    cluster.minio_endpoint = physical.minio->endpoint;
    cluster.minio_access_key = physical.minio->access_key;
    cluster.minio_secret_key = physical.minio->secret_key;
    cluster.verification = options.verification;
    return cluster;
}

} // namespace

Result<clients::SshTarget> write_login(const Login& login, const std::filesystem::path& folder) {
    clients::SshTarget target;
    target.host = login.host;
    target.user = login.user;
    target.port = login.port;
    target.identity_file = folder / (login.resource + "_SSH_key.pem");
    target.known_hosts_file = folder / (login.resource + "_known_hosts");
    std::string text = login.key.reveal();
    if (!text.ends_with('\n')) {
        text += '\n'; // ssh reads no key without it
    }
    AISPRINT_TRY(write_file_atomic(target.identity_file, text, Access::owner_only));
    return target;
}

struct PhysicalClusters::Impl {
    Impl(PhysicalOptions settings, Reporter& warnings)
        : options(std::move(settings)), reporter(warnings), cordons(options.folder / k_record) {}

    void tell(ClusterEventKind kind) const {
        if (options.events) {
            options.events({kind, {}, {}, 0});
        }
    }

    clients::RemoteShell& shell_of(const std::string& resource, const clients::SshTarget& target) {
        std::unique_ptr<clients::RemoteShell>& shell = shells[resource];
        if (!shell) {
            shell = options.make_shell(target);
        }
        return *shell;
    }

    /// Another front end of the same resource is another cluster, made anew.
    void meet(const std::string& resource, const clients::SshTarget& target) {
        const auto [known, is_new] = targets.try_emplace(resource, target);
        if (!is_new && known->second != target) {
            known->second = target;
            shells.erase(resource);
            set.erase(resource);
        }
    }

    Result<void> restore(const std::string& resource, const std::stop_token& stop) {
        const auto target = targets.find(resource);
        if (target == targets.end()) {
            Diagnostic lost = as_warning(make_error(
                "PRF093",
                fmt::format("nodes of cluster {} were cordoned by an earlier campaign, and its "
                            "front end is not told of any more",
                            resource),
                fmt::format("look at them with 'kubectl get nodes'; how they were is in {}",
                            (options.folder / k_record).string())));
            reporter.report(std::move(lost));
            return {};
        }
        const clients::Kubectl kubectl(shell_of(resource, target->second));
        set.erase(resource);
        return cordons.restore(resource, kubectl, stop);
    }

    /// Puts back nodes of clusters that an earlier campaign was killed with, and that this one does
    /// not use; those that it uses are put back at its end.
    Result<void> restore_leftovers(const NodeCounts& nodes, const std::stop_token& stop) {
        if (looked_for_leftovers) {
            return {};
        }
        looked_for_leftovers = true;
        std::vector<std::string> left = cordons.recorded();
        std::erase_if(left, [&](const std::string& resource) { return nodes.contains(resource); });
        if (left.empty()) {
            return {};
        }
        tell(ClusterEventKind::restoring_physical);
        for (const std::string& resource : left) {
            AISPRINT_TRY(restore(resource, stop));
        }
        tell(ClusterEventKind::done);
        return {};
    }

    /// Sets the number of nodes of one cluster; `told` is whether the user knows of it.
    Result<void> set_nodes(const std::string& resource,
                           const clients::SshTarget& target,
                           std::int64_t wanted,
                           bool& told,
                           const std::stop_token& stop) {
        meet(resource, target);
        const auto known = set.find(resource);
        if (known != set.end() && known->second == wanted) {
            return {};
        }
        const clients::Kubectl kubectl(shell_of(resource, target));
        AISPRINT_TRY_ASSIGN(const NodeCordons::Changes changes,
                            NodeCordons::plan(resource, kubectl, wanted, stop));
        if (!changes.nodes.empty() && !std::exchange(told, true)) {
            tell(ClusterEventKind::adjusting_physical);
        }
        set.erase(resource);
        AISPRINT_TRY(cordons.apply(resource, kubectl, changes, stop));
        set.emplace(resource, wanted);
        return {};
    }

    void warn_of_fixed_nodes(const std::string& resource, std::int64_t wanted) {
        const std::int64_t total = total_nodes.at(resource);
        if (wanted >= total || !warned.insert(resource).second) {
            return;
        }
        reporter.report(as_warning(make_error(
            "PRF092",
            fmt::format("cluster {} runs on all of its {} nodes, although {} are wanted: its front "
                        "end is not told of",
                        resource, total, wanted),
            "add fe_node with public_ip, ssh_user and ssh_key to physical_nodes.yaml")));
    }

    PhysicalOptions options;
    Reporter& reporter;
    NodeCordons cordons;
    ClusterMap clusters;
    std::map<std::string, std::int64_t> total_nodes;
    std::map<std::string, clients::SshTarget> targets;
    std::map<std::string, std::unique_ptr<clients::RemoteShell>> shells;
    std::map<std::string, std::int64_t> set; ///< numbers of nodes as we have set them
    std::set<std::string> warned;
    bool looked_for_leftovers = false;
};

PhysicalClusters::PhysicalClusters(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
PhysicalClusters::~PhysicalClusters() = default;

Result<std::unique_ptr<PhysicalClusters>> PhysicalClusters::open(const tosca::Deployment& clusters,
                                                                 PhysicalOptions options,
                                                                 Reporter& reporter) {
    auto impl = std::make_unique<Impl>(std::move(options), reporter);
    AISPRINT_TRY(impl->cordons.load());
    for (const tosca::Component& component : clusters.components) {
        if (component.layer.kind != tosca::LayerKind::physical_provisioned) {
            continue;
        }
        AISPRINT_ASSERT(component.physical && component.physical->oscar &&
                        component.physical->minio);
        Cluster cluster = to_cluster(component, impl->options);
        if (const auto& front = component.physical->front_end) {
            Login login{component.name, front->public_ip, front->ssh_user, front->ssh_port,
                        front->ssh_key};
            if (login.host.empty()) {
                login.host = front->private_ip;
            }
            AISPRINT_TRY(make_directories(impl->options.folder, Access::owner_only));
            AISPRINT_TRY_ASSIGN(cluster.ssh, write_login(login, impl->options.folder));
            impl->targets.emplace(component.name, *cluster.ssh);
        }
        impl->total_nodes.emplace(component.name, component.resource.total_nodes);
        impl->clusters.emplace(component.name, std::move(cluster));
    }
    return std::unique_ptr<PhysicalClusters>(new PhysicalClusters(std::move(impl)));
}

Result<void> PhysicalClusters::check(const std::vector<std::string>& resources) {
    return check_known(resources, [this](const std::string& resource) {
        return m_impl->clusters.contains(resource);
    });
}

Result<ClusterMap> PhysicalClusters::prepare(const NodeCounts& nodes, std::stop_token stop) {
    Impl& impl = *m_impl;
    AISPRINT_TRY(impl.restore_leftovers(nodes, stop));
    ClusterMap ready;
    bool told = false;
    for (const auto& [resource, wanted] : nodes) {
        const auto found = impl.clusters.find(resource);
        if (found == impl.clusters.end()) {
            continue;
        }
        if (found->second.ssh) {
            AISPRINT_TRY(impl.set_nodes(resource, *found->second.ssh, wanted, told, stop));
        } else {
            impl.warn_of_fixed_nodes(resource, wanted);
        }
        ready.insert(*found);
    }
    if (told) {
        impl.tell(ClusterEventKind::done);
    }
    return ready;
}

Result<void> PhysicalClusters::set_nodes(const Cluster& cluster,
                                         std::int64_t wanted,
                                         const std::stop_token& stop) {
    if (!cluster.ssh) {
        return {};
    }
    bool told = false;
    m_impl->set.erase(cluster.resource); // it may have been made anew meanwhile
    AISPRINT_TRY(m_impl->set_nodes(cluster.resource, *cluster.ssh, wanted, told, stop));
    if (told) {
        m_impl->tell(ClusterEventKind::done);
    }
    return {};
}

Result<void> PhysicalClusters::forget(const std::string& resource) {
    m_impl->set.erase(resource);
    m_impl->targets.erase(resource);
    m_impl->shells.erase(resource);
    return m_impl->cordons.forget(resource);
}

Result<void> PhysicalClusters::finish(CampaignEnd /*end*/) {
    const std::vector<std::string> recorded = m_impl->cordons.recorded();
    if (recorded.empty()) {
        return {};
    }
    m_impl->tell(ClusterEventKind::restoring_physical);
    std::vector<Diagnostic> errors;
    ErrorKind kind = ErrorKind::remote;
    for (const std::string& resource : recorded) {
        // also after a request to stop: that is when it matters most
        if (auto restored = m_impl->restore(resource, {}); !restored) {
            kind = restored.error().kind;
            append(errors, std::move(restored.error().diagnostics));
        }
    }
    if (!errors.empty()) {
        return fail(kind, std::move(errors));
    }
    m_impl->tell(ClusterEventKind::done);
    return {};
}

} // namespace aisprint::profiling
