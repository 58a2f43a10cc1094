// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/yaml.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::config {

/// An edge of the graph. The probability keeps its spelling, so that 1 is written back as 1.
struct Dependency {
    std::string source;
    std::string target;
    yaml::Node probability;
    Span span;
};

/// A component with the place where it is declared.
struct Declared {
    std::string name;
    Span span;
};

/// A component and its degraded versions.
struct Alternatives {
    Declared component;
    std::vector<Declared> versions;
};

/// common_config/application_dag.yaml.
struct ApplicationDag {
    std::string name;
    std::vector<Declared> components;
    std::vector<Dependency> dependencies;
    std::vector<Alternatives> alternatives;
    SourceFile source;

    /// Names of the components, in file order.
    [[nodiscard]] std::vector<std::string> component_names() const;

    /// Components, then the alternatives of each component, in file order.
    [[nodiscard]] std::vector<std::string> all_names() const;

    /// Followers of each component that has any: sources in order of first appearance, their
    /// followers in order and without repetition.
    [[nodiscard]] std::vector<std::pair<std::string, std::vector<std::string>>> successors() const;
};

/// Reads and checks the graph. Fails (input) with everything that is wrong: no components
/// (CFG010), bad names (CFG011), repetitions (CFG012, CFG015), dependencies that are no triplets
/// (CFG013) or name unknown components (CFG014), cycles (CFG016), probabilities outside [0, 1]
/// (CFG017) and misplaced alternatives (CFG019). Components without edges are warnings (CFG018).
[[nodiscard]] Result<ApplicationDag> parse_application_dag(SourceFile source, Reporter& reporter);

/// True if `name` can name a component or an application: letters, digits, dots, underscores and
/// hyphens, starting with a letter or a digit.
[[nodiscard]] bool is_valid_name(const std::string& name);

} // namespace aisprint::config
