// SPDX-License-Identifier: Apache-2.0
#include "node_cordons.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace aisprint::profiling {

namespace {

using clients::Kubectl;
using clients::KubeNode;
using clients::RemoteError;
using clients::RemoteErrorKind;
using clients::RemoteResult;
using nlohmann::ordered_json;

constexpr int k_format_version = 1;
constexpr const char* k_schedulable = "schedulable";
constexpr const char* k_cordoned = "cordoned";

/// A call of kubectl that gave nothing.
tl::unexpected<Failure>
call_failed(const std::string& cluster, const std::string& doing, const RemoteError& error) {
    if (error.kind == RemoteErrorKind::cancelled) {
        return fail(ErrorKind::cancelled,
                    make_error("PRF099", "interrupted", "run this again to go on"));
    }
    return fail(
        ErrorKind::remote,
        make_error("PRF090",
                   fmt::format("cannot {} of cluster {}: {}", doing, cluster, error.message),
                   "see that its front end can be reached with the fe_node of "
                   "physical_nodes.yaml, and that its user may run 'sudo kubectl'"));
}

RemoteResult<void> set_schedulable(const Kubectl& kubectl,
                                   const std::string& node,
                                   bool schedulable,
                                   const std::stop_token& stop) {
    return schedulable ? kubectl.uncordon(node, stop) : kubectl.cordon(node, stop);
}

std::string to_command(const std::string& node, bool schedulable) {
    return fmt::format("kubectl {} {}", schedulable ? "uncordon" : "cordon", node);
}

} // namespace

NodeCordons::NodeCordons(std::filesystem::path file) : m_file(std::move(file)) {}

Result<void> NodeCordons::load() {
    std::error_code reason;
    if (!std::filesystem::exists(m_file, reason) && !reason) {
        return {};
    }
    AISPRINT_TRY_ASSIGN(const std::string text, read_file(m_file));
    const auto damaged = [&] {
        return fail(
            ErrorKind::input,
            make_error_in(m_file.string(), "PRF097",
                          fmt::format("this is no record of cordoned nodes with "
                                      "format_version {}",
                                      k_format_version),
                          "look at the nodes of the clusters with 'kubectl get nodes', then "
                          "delete the file"));
    };
    const ordered_json document = ordered_json::parse(text, nullptr, false);
    if (!document.is_object() ||
        document.value("format_version", ordered_json()) != ordered_json(k_format_version) ||
        !document.value("clusters", ordered_json()).is_object()) {
        return damaged();
    }
    for (const auto& [cluster, nodes] : document.at("clusters").items()) {
        if (!nodes.is_object()) {
            return damaged();
        }
        for (const auto& [node, state] : nodes.items()) {
            if (state != k_schedulable && state != k_cordoned) {
                return damaged();
            }
            m_found[cluster][node] = state == k_schedulable;
        }
    }
    return {};
}

Result<void> NodeCordons::save() const {
    if (m_found.empty()) {
        return remove_tree(m_file);
    }
    ordered_json clusters = ordered_json::object();
    for (const auto& [cluster, nodes] : m_found) {
        for (const auto& [node, schedulable] : nodes) {
            clusters[cluster][node] = schedulable ? k_schedulable : k_cordoned;
        }
    }
    const ordered_json document = {{"format_version", k_format_version}, {"clusters", clusters}};
    return write_file_atomic(m_file, document.dump(2) + "\n", Access::owner_only);
}

Result<NodeCordons::Changes> NodeCordons::plan(const std::string& cluster,
                                               const Kubectl& kubectl,
                                               std::int64_t wanted,
                                               const std::stop_token& stop) {
    const auto nodes = kubectl.nodes(stop);
    if (!nodes) {
        return call_failed(cluster, "list the nodes", nodes.error());
    }
    Changes changes;
    std::int64_t ready = 0;
    std::vector<std::string> not_ready;
    for (const KubeNode& node : *nodes) {
        if (!node.is_worker) {
            continue;
        }
        changes.found[node.name] = node.schedulable;
        // a node that comes back later would run more jobs than are wanted
        const bool should = node.ready && ready < wanted;
        ready += node.ready ? 1 : 0;
        if (!node.ready) {
            not_ready.push_back(node.name);
        }
        if (node.schedulable != should) {
            changes.nodes[node.name] = should;
        }
    }
    if (changes.found.empty() && wanted <= static_cast<std::int64_t>(nodes->size())) {
        return changes;
    }
    if (ready < wanted) {
        Diagnostic few =
            make_error("PRF091",
                       fmt::format("cluster {} has {} worker node(s) that are ready, but {} are "
                                   "needed",
                                   cluster, ready, wanted),
                       "start the missing nodes, or lower totalNodes in candidate_resources.yaml");
        if (!not_ready.empty()) {
            few.notes.push_back(
                {fmt::format("not ready: {}", fmt::join(not_ready, ", ")), std::nullopt});
        }
        return fail(ErrorKind::remote, std::move(few));
    }
    return changes;
}

Result<void> NodeCordons::apply(const std::string& cluster,
                                const Kubectl& kubectl,
                                const Changes& changes,
                                const std::stop_token& stop) {
    if (changes.nodes.empty()) {
        return {};
    }
    Nodes& found = m_found[cluster];
    const std::size_t known = found.size();
    found.insert(changes.found.begin(), changes.found.end()); // what is known already stays
    if (found.size() != known) {
        AISPRINT_TRY(save());
    }
    for (const auto& [node, schedulable] : changes.nodes) {
        if (const auto set = set_schedulable(kubectl, node, schedulable, stop); !set) {
            return call_failed(cluster,
                               fmt::format("{} node {}", schedulable ? "uncordon" : "cordon", node),
                               set.error());
        }
    }
    return {};
}

Result<void> NodeCordons::restore(const std::string& cluster,
                                  const Kubectl& kubectl,
                                  const std::stop_token& stop) {
    const auto record = m_found.find(cluster);
    if (record == m_found.end()) {
        return {};
    }
    std::map<std::string, bool> left;
    RemoteError why;
    const auto nodes = kubectl.nodes(stop);
    if (!nodes) {
        left = record->second;
        why = nodes.error();
    } else {
        for (const KubeNode& node : *nodes) {
            const auto found = record->second.find(node.name);
            if (found == record->second.end() || found->second == node.schedulable) {
                continue;
            }
            if (const auto set = set_schedulable(kubectl, node.name, found->second, stop); !set) {
                left.insert(*found);
                why = set.error();
            }
        }
    }
    if (left.empty()) {
        m_found.erase(record);
        return save();
    }
    if (why.kind == RemoteErrorKind::cancelled) {
        return call_failed(cluster, "put back the nodes", why);
    }
    std::vector<std::string> commands;
    for (const auto& [node, schedulable] : left) {
        commands.push_back(to_command(node, schedulable));
    }
    Diagnostic kept = make_error(
        "PRF093",
        fmt::format("cannot put nodes of cluster {} back as they were: {}", cluster, why.message),
        "run these commands there, or this campaign again, which puts them back, too");
    for (const std::string& command : commands) {
        kept.notes.push_back({command, std::nullopt});
    }
    return fail(ErrorKind::remote, std::move(kept));
}

Result<void> NodeCordons::forget(const std::string& cluster) {
    return m_found.erase(cluster) == 0 ? Result<void>() : save();
}

std::vector<std::string> NodeCordons::recorded() const {
    std::vector<std::string> clusters;
    for (const auto& [cluster, nodes] : m_found) {
        clusters.push_back(cluster);
    }
    return clusters;
}

} // namespace aisprint::profiling
