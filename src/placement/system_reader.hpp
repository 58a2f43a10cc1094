// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "performance_entry.hpp"

#include "aisprint/base/reporter.hpp"
#include "aisprint/config/document_reader.hpp"
#include "aisprint/optimizer/problem.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace aisprint::placement {

/// Reads a system description in the current form into a Problem, section by section.
class SystemReader {
public:
    SystemReader(const SourceFile& source, Reporter& reporter);

    [[nodiscard]] Result<optimizer::Problem> read(const yaml::Node& document);

private:
    const yaml::Node* section(const yaml::Node& document, const std::string& name);
    void check_sections(const yaml::Node& document);

    void read_resources(const yaml::Node& document);
    void read_layers(const yaml::Node& section, optimizer::ResourceKind kind);
    void read_resource(const yaml::Entry& entry, std::size_t layer, optimizer::ResourceKind kind);
    void read_domains(const yaml::Node& section);

    void read_components(const yaml::Node& section);
    optimizer::Deployment read_deployment(const yaml::Entry& entry,
                                          const std::string& component,
                                          std::map<std::string, Span>& codes);
    void read_graph(const yaml::Node& section);
    void read_successors(const yaml::Entry& entry);
    void check_graph(const yaml::Node& section);
    void check_sequence(const yaml::Node& section);
    void check_partition_order(const yaml::Node& deployment,
                               std::size_t component,
                               optimizer::Deployment& parsed);
    void check_last_partition(const yaml::Node& partition,
                              std::size_t component,
                              const std::string& what,
                              optimizer::Partition& parsed);
    void read_candidates(const yaml::Node& compatibility, const yaml::Node& performance);
    void read_partition_candidates(const yaml::Node& list,
                                   const yaml::Node& models,
                                   const std::string& what,
                                   optimizer::Partition& partition);
    void check_superfluous(const yaml::Node& given,
                           const std::vector<std::string>& known,
                           const std::string& what,
                           const std::string& kind);

    void read_constraints(const yaml::Node& document);
    void read_local_constraint(const yaml::Entry& entry);
    void read_path_constraint(const yaml::Entry& entry);
    void check_domains(const yaml::Node& section);

    std::size_t component_named(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> component_codes() const;
    [[nodiscard]] std::vector<std::string> resource_names() const;
    [[nodiscard]] std::vector<std::string> layer_names() const;

    config::DocumentReader m_in;
    Reporter& m_reporter;
    RegressorCache m_regressors;
    optimizer::Problem m_problem;
    std::map<std::string, std::size_t> m_components;
    std::map<std::string, std::size_t> m_resources;
    std::map<std::string, std::size_t> m_layers;
    std::map<std::string, Span> m_resource_spans;
};

} // namespace aisprint::placement
