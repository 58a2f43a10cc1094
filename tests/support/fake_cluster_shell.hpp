// SPDX-License-Identifier: Apache-2.0
// The front end of a Kubernetes cluster that knows its nodes and can cordon them.
#pragma once

#include "aisprint/base/diagnostic.hpp"
#include "aisprint/clients/remote_shell.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::profiling::test {

/// A node of a fake cluster.
struct FakeNode {
    std::string name;
    bool schedulable = true;
    bool ready = true;
    bool is_worker = true;
};

/// The nodes of a cluster, and what was done to them.
struct FakeCluster {
    std::vector<FakeNode> nodes;
    std::vector<std::string> commands;
    bool is_reachable = true;
    std::function<void()> before_change; ///< called before each cordon and uncordon

    /// Names of workers that take jobs.
    [[nodiscard]] std::vector<std::string> open_nodes() const {
        std::vector<std::string> names;
        for (const FakeNode& node : nodes) {
            if (node.schedulable && node.is_worker) {
                names.push_back(node.name);
            }
        }
        return names;
    }

    /// Commands that changed something.
    [[nodiscard]] std::vector<std::string> changes() const {
        std::vector<std::string> result;
        for (const std::string& command : commands) {
            if (command.find("cordon") != std::string::npos) {
                result.push_back(command);
            }
        }
        return result;
    }
};

class FakeClusterShell final : public clients::RemoteShell {
public:
    explicit FakeClusterShell(FakeCluster& cluster) : m_cluster(cluster) {}

    [[nodiscard]] Result<ProcessResult> run(const std::string& command,
                                            const std::stop_token& stop) override {
        ProcessResult result;
        if (stop.stop_requested()) {
            result.stopped = true;
            return result;
        }
        m_cluster.commands.push_back(command);
        if (!m_cluster.is_reachable) {
            result.exit_code = clients::k_no_connection;
            result.standard_error = "ssh: connect to host: Connection refused\n";
            return result;
        }
        if (command == "sudo kubectl get nodes -o json") {
            result.standard_output = list();
            return result;
        }
        const std::string cordon = "sudo kubectl cordon ";
        const std::string uncordon = "sudo kubectl uncordon ";
        const bool opens = command.starts_with(uncordon);
        for (FakeNode& node : m_cluster.nodes) {
            if (command == (opens ? uncordon : cordon) + node.name) {
                if (m_cluster.before_change) {
                    m_cluster.before_change();
                }
                node.schedulable = opens;
                return result;
            }
        }
        result.exit_code = 1;
        result.standard_error = "Error from server (NotFound): nodes not found\n";
        return result;
    }

private:
    [[nodiscard]] std::string list() const {
        std::string items;
        for (const FakeNode& node : m_cluster.nodes) {
            const char* role =
                node.is_worker ? "" : R"("node-role.kubernetes.io/control-plane": "")";
            items += std::string(items.empty() ? "" : ", ") +
                     R"({"kind": "Node", "metadata": {"name": ")" + node.name +
                     R"(", "labels": {)" + role + R"(}}, "spec": {"unschedulable": )" +
                     (node.schedulable ? "false" : "true") +
                     R"(}, "status": {"conditions": [{"type": "Ready", "status": ")" +
                     (node.ready ? "True" : "False") + R"("}]}})";
        }
        return R"({"kind": "List", "items": [)" + items + "]}";
    }

    FakeCluster& m_cluster;
};

} // namespace aisprint::profiling::test
