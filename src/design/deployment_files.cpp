// SPDX-License-Identifier: Apache-2.0
#include "deployment_files.hpp"

#include "compss_files.hpp"

#include "aisprint/design/qos_constraints.hpp"

#include <fmt/format.h>

#include <array>

namespace aisprint::design {

namespace {

constexpr std::array k_tool_folders{"ams",      "im",         "oscar",     "oscarp",
                                    "pycompss", "space4ai-d", "space4ai-r"};

/// Adds the folders of all deployments.
class DeploymentWriter {
public:
    DeploymentWriter(const ApplicationModel& model,
                     const Deployments& deployments,
                     OutputTree& tree)
        : m_model(model), m_deployments(deployments), m_tree(tree) {}

    /// Lists the tool folders once; every deployment gets a copy of each.
    Result<void> read_tool_folders() {
        for (const char* name : k_tool_folders) {
            m_tools.add_folder(name);
            const std::filesystem::path origin = m_model.folder.path / name;
            if (std::filesystem::is_directory(origin)) {
                AISPRINT_TRY(m_tools.add_tree(name, origin));
            }
        }
        return {};
    }

    void add_tool_file(const RelativePath& path, std::string content) {
        m_tools.add_file(path, std::move(content));
    }

    void write(const Deployment& deployment) {
        const RelativePath folder = "aisprint/deployments/" + deployment.name;
        const Variant& variant = m_deployments.variants[deployment.variant];
        for (const auto& [path, item] : m_tools.items()) {
            add_item(folder + "/" + path, item);
        }
        m_tree.add_folder(folder + "/src");
        for (const auto& [name, design] : variant.links) {
            m_tree.add_link(folder + "/src/" + name, "../../../designs/" + design);
        }
        const bool base = &deployment == &m_deployments.all.front();
        m_tree.add_file(folder + "/application_dag.yaml",
                        base ? m_model.dag.source.text() : graph_of(deployment.variant));
        const DeploymentQos qos = qos_of(m_model, m_deployments, deployment);
        for (const auto& [number, layer] : qos) {
            m_tree.add_file(fmt::format("{}/ams/qos_constraints_L{}.yaml", folder, number),
                            yaml::write(to_layer_document(m_model.dag.name, layer)));
        }
        const std::string total = yaml::write(to_deployment_document(m_model.dag.name, qos));
        m_tree.add_file(folder + "/space4ai-d/qos_constraints.yaml", total);
        if (base) {
            m_tree.add_file("space4ai-d/qos_constraints.yaml", total);
        }
        m_all.add(deployment.name, to_multi_cluster_entry(qos));
    }

    void finish() {
        yaml::Node document = yaml::mapping();
        document.add("System", yaml::mapping()).add("Deployments", std::move(m_all));
        m_tree.add_file("aisprint/deployments/multi_cluster_qos_constraints.yaml",
                        yaml::write(document));
    }

private:
    void add_item(const RelativePath& path, const OutputItem& item) {
        switch (item.kind) {
        case OutputItem::Kind::folder:
            m_tree.add_folder(path);
            break;
        case OutputItem::Kind::file:
            m_tree.add_file(path, item.content);
            break;
        default:
            m_tree.add_copy(path, item.origin);
        }
    }

    /// Variants are shared by deployments that differ in layers only.
    const std::string& graph_of(std::size_t variant) {
        if (m_graph_variant != variant || m_graph.empty()) {
            m_graph =
                yaml::write(to_dag_document(m_model.dag.name, m_deployments.variants[variant]));
            m_graph_variant = variant;
        }
        return m_graph;
    }

    const ApplicationModel& m_model;
    const Deployments& m_deployments;
    OutputTree& m_tree;
    OutputTree m_tools;
    yaml::Node m_all = yaml::mapping();
    std::string m_graph;
    std::size_t m_graph_variant = 0;
};

} // namespace

Result<void> add_deployments(const ApplicationModel& model,
                             const Deployments& deployments,
                             const std::optional<std::string>& performance,
                             OutputTree& tree) {
    DeploymentWriter writer(model, deployments, tree);
    AISPRINT_TRY(writer.read_tool_folders());
    if (performance) {
        writer.add_tool_file("space4ai-r/deployments_performance.yaml", *performance);
    }
    AISPRINT_TRY_ASSIGN(const auto compss, compss_files(model));
    for (const auto& [name, content] : compss) {
        writer.add_tool_file("pycompss/" + name, content);
    }
    for (const Deployment& deployment : deployments.all) {
        writer.write(deployment);
    }
    writer.finish();
    return {};
}

} // namespace aisprint::design
