// SPDX-License-Identifier: Apache-2.0
#include "document_yaml.hpp"

#include <utility>

namespace aisprint::tosca {

yaml::Node map_of(std::initializer_list<MapEntry> entries) {
    yaml::Node map = yaml::mapping();
    map.entries.reserve(entries.size());
    for (const MapEntry& entry : entries) {
        map.add(entry.key, std::move(entry.value));
    }
    return map;
}

yaml::Node get_input(const std::string& name) {
    return map_of({{"get_input", yaml::text(name)}});
}

yaml::Node get_attribute(const std::string& node, const std::string& attribute) {
    return map_of({{"get_attribute", yaml::texts({node, attribute})}});
}

yaml::Node get_first(const std::string& node, const std::vector<std::string>& parts) {
    yaml::Node path = yaml::texts({node});
    for (const std::string& part : parts) {
        path.push(yaml::text(part));
    }
    path.push(yaml::integer(0));
    return map_of({{"get_attribute", std::move(path)}});
}

yaml::Node concat(std::vector<yaml::Node> items) {
    return map_of({{"concat", yaml::sequence(std::move(items))}});
}

yaml::Node
cluster_host(const std::string& prefix, const std::string& middle, const std::string& suffix) {
    std::vector<yaml::Node> items;
    if (!prefix.empty()) {
        items.push_back(yaml::text(prefix));
    }
    items.push_back(get_input("cluster_name"));
    items.push_back(yaml::text(middle));
    items.push_back(get_input("domain_name"));
    if (!suffix.empty()) {
        items.push_back(yaml::text(suffix));
    }
    return concat(std::move(items));
}

yaml::Node requirement(const char* name, const std::string& target) {
    return map_of({{name, yaml::text(target)}});
}

yaml::Node input_of(const char* type, yaml::Node value) {
    return map_of({{"default", std::move(value)}, {"type", yaml::text(type)}});
}

yaml::Node described_input(yaml::Node value, const char* description) {
    yaml::Node input = input_of("string", std::move(value));
    input.add("description", yaml::text(description));
    return input;
}

void set(yaml::Node& map, const std::string& key, yaml::Node value) {
    if (yaml::Node* old = map.find(key)) {
        *old = std::move(value);
    } else {
        map.add(key, std::move(value));
    }
}

} // namespace aisprint::tosca
