// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application_components.hpp"

#include "aisprint/optimizer/problem.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace aisprint::placement {

/// Components and edges of the application, or of one of its versions, with their places.
struct Configuration {
    std::string name;
    double metric_value = 0;
    std::vector<config::Declared> components;
    std::vector<config::Dependency> edges; ///< between these components, with checked probabilities
    const SourceFile* source = nullptr;
};

/// The application's own graph. application_dag.yaml must have been read.
[[nodiscard]] Configuration original_configuration(const ApplicationFiles& files);

/// The configurations of deployments_performance.yaml whose quality reaches metric_thr, in order.
/// Errors (OPT250 and those of fields) go to `files`; a warning (OPT252) if the original one is
/// not among them.
[[nodiscard]] std::vector<Configuration> admissible_configurations(ApplicationFiles& files,
                                                                   Reporter& reporter);

/// Names of all configurations of deployments_performance.yaml; without that file of the original
/// one.
[[nodiscard]] std::vector<std::string> listed_versions(const ApplicationFiles& files);

/// For each component of the application and each alternative: the component it stands for.
[[nodiscard]] std::map<std::string, std::string> originals_of(const config::ApplicationDag& dag);

/// Makes problems from configurations: components, graph and constraints.
class GraphBuilder {
public:
    /// `base` has layers, resources and domains. All files under common_config/ must have been
    /// read.
    GraphBuilder(ApplicationFiles& files, const optimizer::Problem& base, Reporter& reporter);

    /// The problem of a configuration. Its components stand in the order of their codes. Errors
    /// are kept for finish().
    optimizer::Problem build(const Configuration& configuration);

    /// Moves the errors of the components to the files.
    void finish() { m_builder.finish(); }

private:
    std::vector<ComponentSource> sources_of(const Configuration& configuration);
    std::optional<ComponentSource> source_of(const config::Declared& component,
                                             const SourceFile& source);
    std::vector<config::PartitionId> partitions_of(const ComponentSource& source);
    const optimizer::Component& component_of(const ComponentSource& source);
    void connect(optimizer::Problem& problem, const Configuration& configuration);
    void check_start(const optimizer::Problem& problem, const Configuration& configuration);
    void add_constraints(optimizer::Problem& problem);
    void add_constraint(optimizer::Problem& problem, const yaml::Entry& entry);
    std::optional<std::size_t> constrained_component(const yaml::Node& name,
                                                     const std::string& constraint);
    void check_path(const optimizer::Problem& problem,
                    const std::vector<std::size_t>& path,
                    const yaml::Entry& entry);
    void error(const SourceFile& source,
               const Span& span,
               std::string code,
               std::string message,
               std::string hint);

    ApplicationFiles& m_files;
    const optimizer::Problem& m_base;
    ComponentBuilder m_builder;
    std::map<std::string, std::string> m_originals;
    std::map<std::string, optimizer::Component> m_components; ///< by name, as built
    std::map<std::string, std::size_t> m_index;    ///< of the configuration at hand, by name
    std::map<std::string, std::size_t> m_standing; ///< the same, by name of the original
    std::set<std::string> m_broken_paths;          ///< constraints that were reported
};

} // namespace aisprint::placement
