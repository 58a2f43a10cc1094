// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/tosca/deployment.hpp"

#include "input_file.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace aisprint::tosca {

/// QoS constraints as AMS wants them.
struct Constraints {
    std::string text; ///< YAML with sorted keys
    std::string name; ///< of the system, with hyphens for underscores
};

/// Reads qos_constraints.yaml of a deployment, or qos_constraints_L<k>.yaml if that is not there;
/// each file once.
class ConstraintReader {
public:
    ConstraintReader(const config::ApplicationFolder& folder,
                     const DeploymentFiles& files,
                     std::string app_name,
                     Findings& findings);

    /// The constraints for components on layer `number`. Without a file there are none, which is
    /// a warning (TSC031); a name that differs from that of the graph is one, too (TSC032); a
    /// file of another form is an error (TSC033).
    [[nodiscard]] Constraints of_layer(std::int64_t number);

private:
    [[nodiscard]] Constraints read(const std::string& relative);

    const config::ApplicationFolder& m_folder;
    std::string m_directory;
    std::string m_graph;
    std::string m_app_name;
    Findings& m_findings;
    std::map<std::string, Constraints> m_read; ///< by file
    bool m_single = false;
};

} // namespace aisprint::tosca
