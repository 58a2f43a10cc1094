// SPDX-License-Identifier: Apache-2.0
#include "application_graph.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace aisprint::placement {

Configuration original_configuration(const ApplicationFiles& files) {
    const config::ApplicationDag& dag = *files.common.dag;
    Configuration configuration;
    configuration.name = "original_deployment";
    configuration.components = dag.components;
    configuration.edges = dag.dependencies;
    configuration.source = &dag.source;
    return configuration;
}

std::map<std::string, std::string> originals_of(const config::ApplicationDag& dag) {
    std::map<std::string, std::string> originals;
    for (const config::Declared& component : dag.components) {
        originals.emplace(component.name, component.name);
    }
    for (const config::Alternatives& alternatives : dag.alternatives) {
        for (const config::Declared& version : alternatives.versions) {
            originals.emplace(version.name, alternatives.component.name);
        }
    }
    return originals;
}

GraphBuilder::GraphBuilder(ApplicationFiles& files,
                           const optimizer::Problem& base,
                           Reporter& reporter)
    : m_files(files), m_base(base), m_builder(files, base.resources, reporter),
      m_originals(originals_of(*files.common.dag)) {}

optimizer::Problem GraphBuilder::build(const Configuration& configuration) {
    optimizer::Problem problem = m_base;
    m_index.clear();
    m_standing.clear();
    for (const ComponentSource& source : sources_of(configuration)) {
        m_index.emplace(source.name, problem.components.size());
        m_standing.emplace(m_originals.at(source.name), problem.components.size());
        problem.components.push_back(component_of(source));
    }
    connect(problem, configuration);
    if (problem.components.size() == configuration.components.size()) {
        check_start(problem, configuration);
        add_constraints(problem);
    }
    return problem;
}

std::vector<ComponentSource> GraphBuilder::sources_of(const Configuration& configuration) {
    std::vector<ComponentSource> sources;
    for (const config::Declared& component : configuration.components) {
        if (auto source = source_of(component, *configuration.source)) {
            sources.push_back(std::move(*source));
        }
    }
    std::ranges::stable_sort(sources, {}, &ComponentSource::code);
    return sources;
}

/// Where a component may run. An alternative without an entry of its own has that of the component
/// it stands for.
std::optional<ComponentSource> GraphBuilder::source_of(const config::Declared& component,
                                                       const SourceFile& source) {
    const config::CandidateDeployments& candidates = *m_files.common.deployments;
    ComponentSource result;
    result.name = component.name;
    result.entry = candidates.find(component.name);
    if (result.entry != nullptr) {
        result.code = parse_component_key(result.entry->key).value_or(ComponentCode{});
        result.partitions = partitions_of(result);
        return result;
    }
    const std::string& original = m_originals.at(component.name);
    result.entry = candidates.find(original);
    if (result.entry == nullptr || original == component.name) {
        error(source, component.span, "OPT220",
              fmt::format("component '{}' has no entry in candidate_deployments.yaml",
                          component.name),
              "add an entry with this name, its layers and containers");
        return std::nullopt;
    }
    for (const config::Alternatives& alternatives : m_files.common.dag->alternatives) {
        const auto found =
            std::ranges::find(alternatives.versions, component.name, &config::Declared::name);
        if (found != alternatives.versions.end()) {
            result.code = parse_component_key(result.entry->key).value_or(ComponentCode{});
            result.code.alternative =
                static_cast<std::size_t>(found - alternatives.versions.begin()) + 1;
        }
    }
    result.partitions = partitions_of(result);
    return result;
}

/// Degraded-performance applications are not partitioned.
std::vector<config::PartitionId> GraphBuilder::partitions_of(const ComponentSource& source) {
    if (m_files.is_degraded() || !m_files.partitions) {
        return {config::PartitionId{}};
    }
    const Document& document = *m_files.partitions;
    const yaml::Node& all = *document.root.find("components");
    const yaml::Entry* entry = all.find_entry(source.name);
    if (entry == nullptr || entry->value.find("partitions")->items.empty()) {
        error(document.source, entry == nullptr ? all.span : entry->key_span, "OPT221",
              fmt::format("no design of component '{}' is listed", source.name),
              fmt::format("run 'aisprint design --application_dir {}' again",
                          m_files.folder.shown_as));
        return {config::PartitionId{}};
    }
    std::vector<config::PartitionId> partitions;
    for (const yaml::Node& name : entry->value.find("partitions")->items) {
        if (const auto id = config::parse_partition_id(name.scalar)) {
            partitions.push_back(*id);
        } else {
            error(document.source, name.span, "OPT222",
                  fmt::format("'{}' is no design of '{}'; it must be base or partitionN_M",
                              name.scalar, source.name),
                  fmt::format("run 'aisprint design --application_dir {}' again",
                              m_files.folder.shown_as));
        }
    }
    std::ranges::sort(partitions);
    partitions.erase(std::ranges::unique(partitions).begin(), partitions.end());
    return partitions;
}

const optimizer::Component& GraphBuilder::component_of(const ComponentSource& source) {
    auto known = m_components.find(source.name);
    if (known == m_components.end()) {
        known = m_components.emplace(source.name, m_builder.build(source)).first;
    }
    return known->second;
}

/// Sets the successors, in the order of the edges, and the data size of each.
void GraphBuilder::connect(optimizer::Problem& problem, const Configuration& configuration) {
    for (const config::Dependency& edge : configuration.edges) {
        const auto source = m_index.find(edge.source);
        const auto target = m_index.find(edge.target);
        if (source != m_index.end() && target != m_index.end()) {
            problem.components[source->second].successors.push_back(
                {target->second, yaml::as_number(edge.probability).value_or(1)});
        }
    }
    for (optimizer::Component& component : problem.components) {
        const std::size_t count = std::max<std::size_t>(component.successors.size(), 1);
        for (optimizer::Deployment& deployment : component.deployments) {
            std::vector<double>& sizes = deployment.partitions.back().data_sizes;
            sizes.assign(count, sizes.front());
        }
    }
}

void GraphBuilder::check_start(const optimizer::Problem& problem,
                               const Configuration& configuration) {
    std::vector<const config::Declared*> starts;
    for (const config::Declared& component : configuration.components) {
        const std::size_t index = m_index.at(component.name);
        const bool follows = std::ranges::any_of(problem.components, [&](const auto& other) {
            return std::ranges::find(other.successors, index, &optimizer::Successor::component) !=
                   other.successors.end();
        });
        if (!follows) {
            starts.push_back(&component);
        }
    }
    if (starts.size() < 2) {
        return;
    }
    std::vector<std::string> names;
    std::ranges::transform(starts, std::back_inserter(names),
                           [](const config::Declared* start) { return start->name; });
    error(*configuration.source, starts[1]->span, "OPT231",
          fmt::format("{} components follow no other: {}; requests must enter at exactly one",
                      names.size(), fmt::join(names, ", ")),
          "add the missing dependencies, or a component before them");
}

void GraphBuilder::add_constraints(optimizer::Problem& problem) {
    if (!m_files.constraints) {
        return;
    }
    const yaml::Node& system = *m_files.constraints->root.find("system");
    for (const char* kind : {"local_constraints", "global_constraints"}) {
        for (const yaml::Entry& entry : system.find(kind)->entries) {
            add_constraint(problem, entry);
        }
    }
}

/// Adds a constraint on the components that are there or have an alternative in their place;
/// components that the configuration leaves out count for nothing.
void GraphBuilder::add_constraint(optimizer::Problem& problem, const yaml::Entry& entry) {
    const double threshold_s = yaml::as_number(*entry.value.find("threshold")).value_or(0);
    if (const yaml::Node* component = entry.value.find("component_name")) {
        if (const auto index = constrained_component(*component, entry.key)) {
            problem.local_constraints.push_back({entry.key, *index, threshold_s});
        }
        return;
    }
    const yaml::Node& names = *entry.value.find("path_components");
    if (names.items.empty()) {
        error(m_files.constraints->source, entry.key_span, "OPT246",
              fmt::format("the path of '{}' is empty", entry.key),
              "list the components of the path, or remove the constraint");
        return;
    }
    std::vector<std::size_t> path;
    for (const yaml::Node& name : names.items) {
        if (const auto index = constrained_component(name, entry.key)) {
            path.push_back(*index);
        }
    }
    if (path.size() == names.items.size()) {
        check_path(problem, path, entry);
    }
    if (!path.empty()) {
        problem.path_constraints.push_back({entry.key, std::move(path), threshold_s});
    }
}

std::optional<std::size_t> GraphBuilder::constrained_component(const yaml::Node& name,
                                                               const std::string& constraint) {
    const auto original = m_originals.find(name.scalar);
    if (original == m_originals.end()) {
        const std::vector<std::string> names = m_files.common.dag->component_names();
        error(m_files.constraints->source, name.span, "OPT245",
              fmt::format("'{}' is about '{}', which is no component of application_dag.yaml",
                          constraint, name.scalar),
              config::suggestion(name.scalar, names,
                                 fmt::format("use one of {}", fmt::join(names, ", "))));
        return std::nullopt;
    }
    const auto standing = m_standing.find(original->second);
    return standing == m_standing.end() ? std::nullopt : std::optional(standing->second);
}

void GraphBuilder::check_path(const optimizer::Problem& problem,
                              const std::vector<std::size_t>& path,
                              const yaml::Entry& entry) {
    const yaml::Node& names = *entry.value.find("path_components");
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        const auto& successors = problem.components[path[i]].successors;
        if (std::ranges::find(successors, path[i + 1], &optimizer::Successor::component) ==
                successors.end() &&
            m_broken_paths.insert(entry.key).second) {
            error(m_files.constraints->source, names.items[i + 1].span, "OPT246",
                  fmt::format("'{}' has '{}' after '{}', but there is no such dependency",
                              entry.key, problem.components[path[i + 1]].name,
                              problem.components[path[i]].name),
                  "list components that follow each other in application_dag.yaml");
        }
    }
}

void GraphBuilder::error(const SourceFile& source,
                         const Span& span,
                         std::string code,
                         std::string message,
                         std::string hint) {
    m_files.errors.push_back(
        make_error_at(source, span, std::move(code), std::move(message), std::move(hint)));
}

} // namespace aisprint::placement
