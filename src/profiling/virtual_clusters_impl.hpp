// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/virtual_clusters.hpp"

#include "infrastructure_outcomes.hpp"
#include "virtual_outputs.hpp"

#include "aisprint/tosca/document.hpp"

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// The way into a cluster, as IM told it of an infrastructure.
struct VirtualLogin {
    std::string url; ///< of the infrastructure
    ClusterOutputs outputs;
    Cluster cluster;
};

struct VirtualClusters::Impl {
    using LiveStates = std::map<std::string, clients::ImResult<clients::ImState>>;

    Impl(const tosca::Deployment& deployment, VirtualOptions settings, VirtualParts what);

    [[nodiscard]] std::filesystem::path im_folder() const {
        return options.folder.path / clusters.files.im;
    }
    void tell(ClusterEvent event) const;
    void take(const deploy::Event& event) const;
    [[nodiscard]] deploy::RunContext context(const std::stop_token& stop) const;

    [[nodiscard]] Result<void> read_names();
    [[nodiscard]] std::string campaign_of(const std::string& resource) const;
    [[nodiscard]] Result<std::vector<tosca::Document>>
    build_documents(const NodeCounts& nodes) const;
    [[nodiscard]] Result<std::vector<deploy::Unit>> write_units(const NodeCounts& nodes);

    [[nodiscard]] Result<void> delete_tracked(const std::vector<std::string>& only,
                                              const std::stop_token& stop);
    [[nodiscard]] Result<void> clean_before(const std::stop_token& stop);
    [[nodiscard]] Result<void> delete_unused(const NodeCounts& nodes, const std::stop_token& stop);

    [[nodiscard]] Result<std::vector<deploy::Action>> plan(const std::vector<deploy::Unit>& units,
                                                           const LiveStates& live) const;
    [[nodiscard]] Result<void> bring_about(const NodeCounts& nodes, const std::stop_token& stop);
    [[nodiscard]] Result<void> carry_out(const std::vector<deploy::Unit>& units,
                                         const std::vector<deploy::Action>& actions,
                                         const std::stop_token& stop);
    [[nodiscard]] Result<void> check_machines(const std::vector<deploy::Unit>& units,
                                              const std::vector<deploy::Action>& actions,
                                              const std::stop_token& stop);

    // virtual_logins.cpp
    /// Asks IM for the outputs of infrastructures that it has not told of yet, until they are
    /// complete. Fails (remote, PRF095).
    [[nodiscard]] Result<ClusterMap> fetch_logins(const NodeCounts& nodes,
                                                  const std::stop_token& stop);
    [[nodiscard]] Result<void>
    fetch_login(const std::string& resource, const std::string& url, const std::stop_token& stop);
    [[nodiscard]] Result<void>
    keep_login(const std::string& resource, const std::string& url, ClusterOutputs outputs);
    [[nodiscard]] Result<void> remove_login(const std::string& resource) const;
    /// Fails (input, PRF089) if virtual_infrastructures.json is another program's: what it tells of
    /// would run on, and nobody would know.
    [[nodiscard]] Result<void> check_list() const;
    /// Writes virtual_infrastructures.json, or deletes it if there is none any more.
    [[nodiscard]] Result<void> write_list() const;

    VirtualOptions options;
    VirtualParts parts;
    tosca::Deployment clusters; ///< those of ours
    tosca::DeploymentNames names;
    std::map<std::string, VirtualLogin> logins;
    bool is_cleaned = false;
};

} // namespace aisprint::profiling
