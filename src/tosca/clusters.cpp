// SPDX-License-Identifier: Apache-2.0
#include "aisprint/tosca/clusters.hpp"

#include "deployment_graph.hpp"
#include "deployment_layers.hpp"
#include "deployment_physical.hpp"
#include "input_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace aisprint::tosca {

namespace {

const char* const k_resources = "common_config/candidate_resources.yaml";
const char* const k_graph = "common_config/application_dag.yaml";
const char* const k_physical_nodes = "common_config/physical_nodes.yaml";

bool is_file_name(const std::string& name) {
    return !name.empty() && name.front() != '.' && name.front() != '-' && name != "infras" &&
           std::ranges::all_of(name, [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
           });
}

class ClusterReader {
public:
    ClusterReader(const config::ApplicationFolder& folder,
                  DeploymentFiles files,
                  Findings& findings)
        : m_folder(folder), m_findings(findings) {
        m_result.files = std::move(files);
    }

    Deployment read(const std::vector<std::string>& resources) {
        if (const auto graph = read_input(m_folder, m_result.files.graph, m_findings)) {
            m_result.app_name = read_graph(*graph, m_findings).name;
        }
        const auto file = read_input(m_folder, m_result.files.resources, m_findings);
        if (!file) {
            return std::move(m_result);
        }
        LayerIndex layers = index_layers(*file, m_findings);
        PhysicalNodes physical(m_folder, m_result.files, m_findings, PhysicalUse::access);
        for (const std::string& name : resources) {
            add_cluster(name, layers, physical, *file);
        }
        return std::move(m_result);
    }

private:
    void add_cluster(const std::string& name,
                     LayerIndex& layers,
                     PhysicalNodes& physical,
                     const InputFile& file) {
        const auto found = std::ranges::find_if(
            layers, [&](const auto& entry) { return entry.second.resources.contains(name); });
        if (found == layers.end()) {
            m_findings.errors.push_back(file.error(file.document.span, "TSC068",
                                                   fmt::format("there is no resource '{}'", name),
                                                   "name a resource of the application"));
            return;
        }
        LayerEntry& layer = found->second;
        const yaml::Entry& entry = *layer.resources.at(name);
        if (!is_file_name(name)) {
            m_findings.errors.push_back(
                file.error(place_of(entry.value, "name"), "TSC068",
                           fmt::format("the name of resource '{}' must be that of a file: letters, "
                                       "digits, hyphens, underscores and dots, but not 'infras'",
                                       name),
                           "choose another name"));
            return;
        }
        layer.resource_count = 1; // several clusters are a matter of documents only
        if (!check_layer(layer, file, m_findings)) {
            return;
        }
        Component cluster;
        cluster.name = name;
        cluster.layer = layer.layer;
        cluster.resource = read_resource(entry, layer.layer.kind, file, m_findings);
        cluster.physical = physical.of_resource(layer, cluster.resource);
        cluster.span = cluster.resource.span;
        m_result.components.push_back(std::move(cluster));
    }

    const config::ApplicationFolder& m_folder;
    Findings& m_findings;
    Deployment m_result;
};

} // namespace

Result<Deployment> load_clusters(const config::ApplicationFolder& folder,
                                 const std::vector<std::string>& resources,
                                 const std::string& im_folder,
                                 Reporter& reporter) {
    DeploymentFiles files;
    files.resources = k_resources;
    files.graph = k_graph;
    files.physical_nodes = k_physical_nodes;
    files.im = im_folder;
    Findings findings;
    Deployment clusters = ClusterReader(folder, std::move(files), findings).read(resources);
    AISPRINT_TRY(conclude(std::move(findings), reporter));
    return clusters;
}

} // namespace aisprint::tosca
