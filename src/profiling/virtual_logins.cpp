// SPDX-License-Identifier: Apache-2.0
// How to get into clusters that IM has made: its outputs, keys, and what is kept of them.
#include "virtual_clusters_impl.hpp"

#include "aisprint/profiling/physical_clusters.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace aisprint::profiling {

namespace {

constexpr const char* k_list = "oscarp/virtual_infrastructures.json";

} // namespace

Result<ClusterMap> VirtualClusters::Impl::fetch_logins(const NodeCounts& nodes,
                                                       const std::stop_token& stop) {
    ClusterMap ready;
    for (const auto& [resource, wanted] : nodes) {
        const auto record = parts.store.find(resource);
        AISPRINT_ASSERT(record && !record->url.empty());
        const auto known = logins.find(resource);
        if (known == logins.end() || known->second.url != record->url) {
            AISPRINT_TRY(fetch_login(resource, record->url, stop));
        }
        ready.emplace(resource, logins.at(resource).cluster);
    }
    return ready;
}

/// IM tells outputs of a cluster some time after it is configured.
Result<void> VirtualClusters::Impl::fetch_login(const std::string& resource,
                                                const std::string& url,
                                                const std::stop_token& stop) {
    constexpr std::chrono::milliseconds k_patience{120'000};
    constexpr std::chrono::milliseconds k_pause{2000};
    const std::chrono::milliseconds begin = parts.clock.now();
    for (;;) {
        const auto json = parts.im.outputs_json(url, stop);
        if (stop.stop_requested()) {
            return tl::unexpected(interrupted_preparation());
        }
        std::string why = json ? std::string() : parts.redactor.redact(json.error().message);
        if (json) {
            auto outputs = parse_outputs(*json);
            if (outputs) {
                return keep_login(resource, url, std::move(*outputs));
            }
            why = fmt::format("it does not tell {}", fmt::join(outputs.error(), ", "));
        }
        const bool may_come = json || json.error().is_transient();
        if (!may_come || parts.clock.now() - begin >= k_patience) {
            return fail(ErrorKind::remote,
                        make_error("PRF095",
                                   fmt::format("IM does not say how to get into infrastructure {}: "
                                               "{}",
                                               resource, why),
                                   "run this again; if that does not help, delete the "
                                   "infrastructure at IM"));
        }
        parts.clock.sleep(k_pause, stop);
    }
}

Result<void> VirtualClusters::Impl::keep_login(const std::string& resource,
                                               const std::string& url,
                                               ClusterOutputs outputs) {
    for (const Secret* secret : {&outputs.oscar_password, &outputs.minio_password, &outputs.key}) {
        parts.redactor.add(*secret);
    }
    Cluster cluster;
    cluster.resource = resource;
    cluster.origin = ClusterOrigin::virtual_;
    cluster.oscar_endpoint = outputs.oscar_endpoint;
    cluster.oscar_password = outputs.oscar_password;
    cluster.minio_endpoint = outputs.minio_endpoint;
    cluster.minio_secret_key = outputs.minio_password;
    cluster.verification = options.verification;
    if (!outputs.address.empty() && !outputs.user.empty() && !outputs.key.empty()) {
        AISPRINT_TRY_ASSIGN(
            cluster.ssh,
            write_login({resource, outputs.address, outputs.user, 22, outputs.key}, im_folder()));
    }
    logins.insert_or_assign(resource, VirtualLogin{url, std::move(outputs), std::move(cluster)});
    return {};
}

Result<void> VirtualClusters::Impl::remove_login(const std::string& resource) const {
    AISPRINT_TRY(remove_tree(im_folder() / (resource + "_known_hosts")));
    return remove_tree(im_folder() / (resource + "_SSH_key.pem"));
}

Result<void> VirtualClusters::Impl::check_list() const {
    const auto is_there = [](const std::filesystem::path& path) {
        std::error_code unknown; // what cannot be asked for cannot be written either
        return std::filesystem::exists(path, unknown);
    };
    // the index is written before the first infrastructure is made, and never deleted
    if (!is_there(options.folder.path / k_list) || is_there(im_folder() / ".documents.yaml")) {
        return {};
    }
    return fail(
        ErrorKind::input,
        make_error_in(options.folder.shown(k_list), "PRF089",
                      "another program wrote down infrastructures here, which may still run",
                      "delete them with that program, or at IM, and then this file"));
}

Result<void> VirtualClusters::Impl::write_list() const {
    std::map<std::string, VirtualInfrastructure> list;
    for (const auto& [resource, record] : parts.store.state().components) {
        if (record.url.empty()) {
            continue;
        }
        VirtualInfrastructure& entry = list[resource];
        entry.url = record.url;
        entry.document = std::filesystem::path(clusters.files.im) / (resource + ".yaml");
        const auto login = logins.find(resource);
        if (login != logins.end() && login->second.url == record.url) {
            entry.outputs = login->second.outputs;
        }
    }
    const std::filesystem::path file = options.folder.path / k_list;
    if (list.empty()) {
        return remove_tree(file);
    }
    return write_file_atomic(file, to_json_text(list), Access::owner_only);
}

} // namespace aisprint::profiling
