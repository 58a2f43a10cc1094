// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/clients/remote_error.hpp"
#include "aisprint/clients/remote_shell.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::clients {

/// A node of a Kubernetes cluster.
struct KubeNode {
    std::string name;         ///< as the cluster spells it
    std::string short_name;   ///< without its domain: "wn-1" of "wn-1.localdomain"
    bool schedulable = false; ///< not cordoned
    bool ready = false;
    bool is_worker = false; ///< has neither of the roles master and control-plane
};

/// A name without its domain. Addresses stay as they are.
[[nodiscard]] std::string without_domain(std::string_view node);

/// A Job of a service.
struct KubeJob {
    std::string name;
    std::optional<std::chrono::sys_seconds> creation; ///< creationTimestamp of the Job object
};

/// A pod of a service.
struct KubePod {
    std::string name;
    std::string job;                               ///< the Job that it belongs to, or empty
    std::string node;                              ///< as the cluster spells it; empty: none yet
    std::optional<std::chrono::sys_seconds> start; ///< when the node accepted it
    bool ready = false;                            ///< to serve
};

/// Jobs by name and pods of a service, in the cluster's order.
struct KubeJobs {
    std::map<std::string, KubeJob> jobs;
    std::vector<KubePod> pods;
};

/// A service of Knative, which is called synchronously.
struct KubeServing {
    bool ready = false; ///< calls reach it
    std::vector<KubePod> pods;
};

/// What `kubectl get nodes -o json` says; else what is wrong with it.
[[nodiscard]] tl::expected<std::vector<KubeNode>, std::string> parse_nodes(const std::string& json);

/// What `kubectl get pods,jobs -o json` says; else what is wrong with it.
[[nodiscard]] tl::expected<KubeJobs, std::string> parse_jobs_and_pods(const std::string& json);

/// Whether what `kubectl get ... -o json` lists is there and ready; else what is wrong with it.
[[nodiscard]] tl::expected<bool, std::string> parse_readiness(const std::string& json);

/// Asks a cluster by way of a shell on its front end. Errors: `unreachable` if the front end is
/// not reached, `refused` if kubectl says no, `malformed` if its answer is not understood.
class Kubectl {
public:
    explicit Kubectl(RemoteShell& shell, std::string services_namespace = "oscar-svc");

    /// All nodes, in kubectl's order.
    [[nodiscard]] RemoteResult<std::vector<KubeNode>> nodes(std::stop_token stop) const;

    /// Lets no new pods onto a node; one that is cordoned already is fine.
    [[nodiscard]] RemoteResult<void> cordon(const std::string& node, std::stop_token stop) const;

    /// Lets pods onto a node again; one that takes pods already is fine.
    [[nodiscard]] RemoteResult<void> uncordon(const std::string& node, std::stop_token stop) const;

    /// Jobs and pods with the label of a service.
    [[nodiscard]] RemoteResult<KubeJobs> jobs_and_pods(const std::string& service,
                                                       std::stop_token stop) const;

    /// Whether Knative serves a service, and its pods.
    [[nodiscard]] RemoteResult<KubeServing> serving(const std::string& service,
                                                    std::stop_token stop) const;

private:
    [[nodiscard]] RemoteResult<void> check_names(const std::string& service) const;
    [[nodiscard]] RemoteResult<std::string> run(const std::string& command,
                                                const std::stop_token& stop) const;

    RemoteShell& m_shell;
    std::string m_namespace;
};

} // namespace aisprint::clients
