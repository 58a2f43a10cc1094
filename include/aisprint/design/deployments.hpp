// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/application_model.hpp"

#include "aisprint/base/yaml.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace aisprint::design {

/// A part that a deployment runs: a component as a whole, or one segment of it.
struct Part {
    std::string name;      ///< in graphs and constraints
    std::string component; ///< that it belongs to
    std::string design;    ///< folder below designs/COMPONENT/
    bool is_last_segment = false;
    bool is_segment = false;
};

/// An edge between parts.
struct PartDependency {
    std::string source;
    std::string target;
    yaml::Node probability;
};

/// A choice of one design for each component (and, in a degraded version, of alternatives): the
/// part of a deployment that does not depend on layers.
struct Variant {
    std::vector<Part> parts; ///< in the order of the graph
    std::vector<PartDependency> dependencies;
    /// Links in the deployment's folder src/: name, then design folder "COMPONENT/DESIGN".
    std::vector<std::pair<std::string, std::string>> links;
    /// Names of the parts with a choice of layers, and their layers, in order of enumeration.
    std::vector<std::pair<std::string, std::vector<std::int64_t>>> layers;
};

/// One deployment: a variant and the layer of each of its parts.
struct Deployment {
    std::string name;
    std::size_t variant = 0;
    std::vector<std::int64_t> layers; ///< as Variant::layers
};

/// Everything that can be deployed.
struct Deployments {
    std::vector<Variant> variants; ///< the first is the base one
    std::vector<Deployment> all;   ///< "base" first
};

/// Lists all deployments. Order: components by name, "base" before the partitions, the last
/// component varies fastest; then the layers likewise. With alternatives, their combinations in
/// the order of the graph. `transition` gives the probability that replaces the graph's own on the
/// dependency filter -> classifier of a variant (see performance.hpp), by names of both.
/// Fails (input, DSN022) when there are more than `max_deployments`; the message says why.
[[nodiscard]] Result<Deployments>
enumerate_deployments(const ApplicationModel& model,
                      const DesignOptions& options,
                      const std::map<std::pair<std::string, std::string>, double>& transition);

/// The graph of a variant as application_dag.yaml holds it.
[[nodiscard]] yaml::Node to_dag_document(const std::string& application, const Variant& variant);

} // namespace aisprint::design
