// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/yaml.hpp"

#include <initializer_list>
#include <string>
#include <vector>

namespace aisprint::tosca {

/// An entry of map_of. The value can be moved out of an initializer list, whose elements are
/// constant: documents are put together from the inside out, and would be copied at each level.
struct MapEntry {
    const char* key;
    mutable yaml::Node value;
};

/// A map of these entries, which are moved from.
[[nodiscard]] yaml::Node map_of(std::initializer_list<MapEntry> entries);

/// {get_input: NAME}
[[nodiscard]] yaml::Node get_input(const std::string& name);

/// {get_attribute: [NODE, ATTRIBUTE]}
[[nodiscard]] yaml::Node get_attribute(const std::string& node, const std::string& attribute);

/// {get_attribute: [NODE, PART..., 0]}: the first value of an attribute that is a list.
[[nodiscard]] yaml::Node get_first(const std::string& node, const std::vector<std::string>& parts);

/// {concat: [ITEM...]}
[[nodiscard]] yaml::Node concat(std::vector<yaml::Node> items);

/// Name of a component's cluster, between two texts: PREFIX <cluster> MIDDLE <domain> SUFFIX.
/// Empty texts are left out.
[[nodiscard]] yaml::Node
cluster_host(const std::string& prefix, const std::string& middle, const std::string& suffix);

/// A requirement of a node: {NAME: TARGET}.
[[nodiscard]] yaml::Node requirement(const char* name, const std::string& target);

/// An input: {default: VALUE, type: TYPE}.
[[nodiscard]] yaml::Node input_of(const char* type, yaml::Node value);

/// An input with a description.
[[nodiscard]] yaml::Node described_input(yaml::Node value, const char* description);

/// Replaces the entry under `key`, or appends it.
void set(yaml::Node& map, const std::string& key, yaml::Node value);

} // namespace aisprint::tosca
