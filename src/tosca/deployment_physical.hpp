// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/tosca/deployment.hpp"

#include "deployment_layers.hpp"
#include "input_file.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace aisprint::tosca {

/// What is wanted of clusters that exist: to name them in documents, or to work on them, too.
enum class PhysicalUse { documents, access };

/// common_config/physical_nodes.yaml, read when the first component needs it. Its lines are never
/// shown: they may hold keys.
class PhysicalNodes {
public:
    PhysicalNodes(const config::ApplicationFolder& folder,
                  const DeploymentFiles& files,
                  Findings& findings,
                  PhysicalUse use = PhysicalUse::documents);

    /// What a layer of that kind needs to know of a resource; nothing for virtual machines. The
    /// file (TSC020), an entry or a part of it that is missing (TSC021), too few worker nodes
    /// (TSC022), wrong addresses (TSC023) and keys that cannot be read (TSC024) are errors.
    [[nodiscard]] std::optional<PhysicalResource> of_resource(const LayerEntry& layer,
                                                              const NodeResource& resource);

private:
    void load();
    void index(const yaml::Node& layers);

    const config::ApplicationFolder& m_folder;
    std::string m_relative;
    Findings& m_findings;
    PhysicalUse m_use;
    bool m_loaded = false;
    bool m_exists = false;
    std::optional<InputFile> m_file;
    std::map<std::int64_t, Span> m_layers;
    std::map<std::pair<std::int64_t, std::string>, const yaml::Node*> m_resources;
    std::map<std::pair<std::int64_t, std::string>, std::optional<PhysicalResource>> m_read;
};

} // namespace aisprint::tosca
