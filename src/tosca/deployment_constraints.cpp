// SPDX-License-Identifier: Apache-2.0
#include "deployment_constraints.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aisprint::tosca {

namespace {

const char* const k_single_file = "qos_constraints.yaml";

} // namespace

ConstraintReader::ConstraintReader(const config::ApplicationFolder& folder,
                                   const DeploymentFiles& files,
                                   std::string app_name,
                                   Findings& findings)
    : m_folder(folder), m_directory(files.constraints), m_graph(folder.shown(files.graph)),
      m_app_name(std::move(app_name)), m_findings(findings),
      m_single(has_file(folder, fmt::format("{}/{}", files.constraints, k_single_file))) {}

Constraints ConstraintReader::of_layer(std::int64_t number) {
    const std::string relative =
        m_single ? fmt::format("{}/{}", m_directory, k_single_file)
                 : fmt::format("{}/qos_constraints_L{}.yaml", m_directory, number);
    const auto known = m_read.find(relative);
    if (known != m_read.end()) {
        return known->second;
    }
    if (m_single || has_file(m_folder, relative)) {
        return m_read[relative] = read(relative);
    }
    m_findings.warnings.push_back(as_warning(make_error_in(
        m_folder.shown(relative), "TSC031",
        fmt::format("no QoS constraints for layer {}: the file does not exist, nor does {}; "
                    "clusters there do not send their measurements on",
                    number, k_single_file),
        "run 'aisprint design' to write them")));
    return m_read[relative] = {};
}

Constraints ConstraintReader::read(const std::string& relative) {
    auto file = read_input(m_folder, relative, m_findings);
    if (!file) {
        return {};
    }
    for (yaml::Entry& entry : file->document.entries) {
        if (entry.key == "System") {
            entry.key = "system";
        }
    }
    yaml::Node* system = file->document.find("system");
    yaml::Node* name = system == nullptr ? nullptr : system->find("name");
    if (name == nullptr || !name->is_scalar() || name->scalar.empty()) {
        m_findings.errors.push_back(
            file->error(system == nullptr ? file->document.span : system->span, "TSC033",
                        "QoS constraints need system.name, the name of the application",
                        "'aisprint schema qos_constraints' describes the format"));
        return {};
    }
    const Span place = name->span;
    std::ranges::replace(name->scalar, '_', '-');
    Constraints result;
    result.name = name->scalar;
    if (!m_app_name.empty() && result.name != m_app_name) {
        m_findings.warnings.push_back(as_warning(file->error(
            place, "TSC032",
            fmt::format("the QoS constraints are of '{}', but the graph in {} is of '{}': "
                        "components would send measurements to a host that does not exist",
                        result.name, m_graph, m_app_name),
            "use one name in both files, or --strict_names")));
    }
    yaml::sort_keys(file->document);
    result.text = yaml::write(file->document);
    return result;
}

} // namespace aisprint::tosca
