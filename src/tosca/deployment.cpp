// SPDX-License-Identifier: Apache-2.0
#include "aisprint/tosca/deployment.hpp"

#include "deployment_component.hpp"
#include "input_file.hpp"

#include "aisprint/config/partition_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace aisprint::tosca {

namespace {

const char* const k_drift_detector = "drift-detector";
constexpr int k_most_suggestions = 20;

/// Components with early exits, by name, from annotations.yaml. No file, no early exits.
std::set<std::string> read_early_exits(const config::ApplicationFolder& folder,
                                       const std::string& annotations,
                                       Findings& findings) {
    std::set<std::string> names;
    if (!has_file(folder, annotations)) {
        return names;
    }
    const auto file = read_input(folder, annotations, findings);
    if (!file) {
        return names;
    }
    for (const yaml::Entry& script : file->document.entries) {
        const yaml::Node* name = script.value.find("component_name");
        if (name != nullptr && script.value.find("early_exits_model") != nullptr) {
            names.insert(text_of(*name, "name"));
        }
    }
    return names;
}

/// Reads the files of a deployment, one after the other, and puts the components together.
class DeploymentReader {
public:
    DeploymentReader(const config::ApplicationFolder& folder,
                     DeploymentFiles files,
                     Unprotected unprotected,
                     Findings& findings)
        : m_folder(folder), m_unprotected(unprotected), m_findings(findings) {
        m_result.files = std::move(files);
    }

    Deployment read() {
        const DeploymentFiles& files = m_result.files;
        m_result.name = std::filesystem::path(files.graph).parent_path().filename().string();
        m_deployments = read_input(m_folder, files.deployments, m_findings);
        if (files.resources != files.deployments) {
            m_resources = read_input(m_folder, files.resources, m_findings);
        }
        m_graph_file = read_input(m_folder, files.graph, m_findings);
        if (m_graph_file) {
            m_graph = read_graph(*m_graph_file, m_findings);
            m_result.app_name = m_graph.name;
        }
        const InputFile* resources =
            files.resources == files.deployments ? pointer(m_deployments) : pointer(m_resources);
        check_feasible();
        read_components(resources);
        if (m_graph_file) {
            link_components();
        }
        return std::move(m_result);
    }

private:
    static const InputFile* pointer(const std::optional<InputFile>& file) {
        return file ? &*file : nullptr;
    }

    /// The optimiser writes its best placement down even if it breaks constraints.
    void check_feasible() {
        if (!m_deployments) {
            return;
        }
        const yaml::Entry* feasible = find_section(m_deployments->document, "Feasible");
        if (feasible != nullptr && yaml::as_bool(feasible->value) == false) {
            m_findings.warnings.push_back(as_warning(m_deployments->error(
                feasible->value.span, "TSC039",
                "the chosen deployment does not meet all constraints of the application",
                "'aisprint space4aid' tells which; deploy it only if that is what you want")));
        }
    }

    void read_components(const InputFile* resources) {
        const BuiltImages images(m_folder, m_result.files, m_findings);
        if (!images.of(k_drift_detector).empty()) {
            m_result.drift_detector_image = images.of(k_drift_detector).front();
        }
        const std::set<std::string> early_exits =
            read_early_exits(m_folder, m_result.files.annotations, m_findings);
        PhysicalNodes physical(m_folder, m_result.files, m_findings);
        ConstraintReader constraints(m_folder, m_result.files, m_result.app_name, m_findings);
        LayerIndex layers =
            resources == nullptr ? LayerIndex() : index_layers(*resources, m_findings);
        index_entries();
        if (resources == nullptr || !m_deployments) {
            return;
        }
        const ComponentSources sources{*m_deployments, *resources,    layers,
                                       images,         physical,      constraints,
                                       early_exits,    m_unprotected, m_findings};
        for (const GraphNode& node : m_graph.nodes) {
            const yaml::Entry* entry = find_entry(node);
            auto component =
                entry == nullptr ? std::nullopt : read_component(node, *entry, sources);
            // An incomplete deployment is never handed out, but its links need all indices.
            m_result.components.push_back(std::move(component).value_or(Component{}));
        }
        check_machines(*resources);
    }

    void index_entries() {
        if (!m_deployments) {
            return;
        }
        const yaml::Entry* entries = find_section(m_deployments->document, "Components");
        if (entries == nullptr || !entries->value.is_mapping()) {
            m_findings.errors.push_back(m_deployments->error(
                entries == nullptr ? m_deployments->document.span : place_of(*entries), "TSC002",
                fmt::format("Components must be a map of components, found {}", describe(entries)),
                "'aisprint schema candidate_deployments' describes the format"));
            return;
        }
        for (const yaml::Entry& entry : entries->value.entries) {
            const std::string name = text_of(entry.value, "name");
            const auto [place, fresh] = m_entries.try_emplace(name, &entry);
            if (!fresh) {
                m_findings.errors.push_back(m_deployments->error(
                    place_of(entry.value, "name"), "TSC002",
                    fmt::format("two entries are named '{}'", name), "keep one of the two"));
                m_findings.errors.back().notes.push_back(
                    {"the other one is here", place_of(place->second->value, "name")});
            }
        }
    }

    const yaml::Entry* find_entry(const GraphNode& node) {
        const auto found = m_entries.find(node.name);
        if (found != m_entries.end()) {
            return found->second;
        }
        std::optional<std::string> close;
        if (m_suggestions < k_most_suggestions) { // each one looks at all names
            ++m_suggestions;
            std::vector<std::string> known;
            for (const auto& [name, entry] : m_entries) {
                known.push_back(name);
            }
            close = closest_name(node.name, known);
        }
        m_findings.errors.push_back(m_graph_file->error(
            node.span, "TSC002",
            fmt::format("No component named {} found. {} has no such entry", node.name,
                        m_deployments->source.name()),
            close ? fmt::format("did you mean '{}'?", *close) : "add it there, or remove it here"));
        return nullptr;
    }

    /// Each component installs a cluster of its own: two of them on the same machines would
    /// destroy each other.
    void check_machines(const InputFile& resources) {
        std::map<std::int64_t, std::string> users;
        for (const Component& component : m_result.components) {
            if (component.layer.kind != LayerKind::physical_to_be_provisioned) {
                continue;
            }
            const auto [user, fresh] = users.try_emplace(component.layer.number, component.name);
            if (!fresh) {
                m_findings.errors.push_back(m_deployments->error(
                    component.span, "TSC026",
                    fmt::format("'{}' and '{}' both run in layer {} (PhysicalToBeProvisioned), and "
                                "each would install a cluster on its machines",
                                user->second, component.name, component.layer.number),
                    "give each component machines in a layer of their own"));
                m_findings.errors.back().notes.push_back(
                    {fmt::format("the layer is in {}", resources.source.name()),
                     component.layer.span});
            }
        }
    }

    void link_components() {
        std::vector<Component>& components = m_result.components;
        if (components.size() != m_graph.nodes.size()) {
            return;
        }
        std::vector<double> sums(components.size(), 0);
        std::vector<const GraphEdge*> first(components.size(), nullptr);
        for (const GraphEdge& edge : m_graph.edges) {
            components[edge.from].successors.push_back({edge.to, edge.weight});
            components[edge.to].predecessors.push_back({edge.from, edge.weight});
            sums[edge.from] += edge.weight;
            first[edge.from] = first[edge.from] == nullptr ? &edge : first[edge.from];
        }
        constexpr double k_rounding = 1e-9;
        for (std::size_t i = 0; i < components.size(); ++i) {
            if (first[i] != nullptr && sums[i] < 1 - k_rounding && !components[i].has_early_exits) {
                m_findings.warnings.push_back(as_warning(m_graph_file->error(
                    first[i]->span, "TSC036",
                    fmt::format("the probabilities after '{}' sum up to {}: without early exits "
                                "every result goes both on to the next components and out",
                                m_graph.nodes[i].name, sums[i]),
                    "let them sum up to 1, or annotate the component with early_exits_model")));
            }
        }
    }

    const config::ApplicationFolder& m_folder;
    Unprotected m_unprotected;
    Findings& m_findings;
    std::optional<InputFile> m_deployments;
    std::optional<InputFile> m_resources;
    std::optional<InputFile> m_graph_file;
    Graph m_graph;
    std::map<std::string, const yaml::Entry*> m_entries;
    int m_suggestions = 0;
    Deployment m_result;
};

} // namespace

const Component* Deployment::find(const std::string& component) const {
    const auto found = std::ranges::find(components, component, &Component::name);
    return found == components.end() ? nullptr : &*found;
}

std::string base_component(const std::string& name) {
    const auto partition = config::parse_partition_name(name);
    return partition ? partition->component : name;
}

Result<Deployment> load_deployment(const config::ApplicationFolder& folder,
                                   DeploymentKind kind,
                                   Reporter& reporter,
                                   Unprotected unprotected) {
    AISPRINT_TRY_ASSIGN(DeploymentFiles files, find_deployment(folder, kind));
    Findings findings;
    Deployment deployment =
        DeploymentReader(folder, std::move(files), unprotected, findings).read();
    AISPRINT_TRY(conclude(std::move(findings), reporter));
    return deployment;
}

} // namespace aisprint::tosca
