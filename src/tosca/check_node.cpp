// SPDX-License-Identifier: Apache-2.0
// Node templates of a document: properties, capabilities, requirements, artifacts, interfaces.
#include "check_document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

namespace aisprint::tosca {

namespace {

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
    std::vector<std::string> names;
    for (const auto& entry : map) {
        names.push_back(entry.first);
    }
    return names;
}

std::string hint_of(const std::string& name, const std::vector<std::string>& known) {
    const auto closest = closest_name(name, known);
    return closest ? fmt::format("did you mean '{}'?", *closest) : "remove it";
}

std::string one_of(const std::vector<std::string>& names) {
    return names.empty() ? "it has none" : fmt::format("it has {}", fmt::join(names, ", "));
}

} // namespace

void DocumentChecker::check_node(const std::string& name, const TemplateNode& node) {
    const yaml::Node& content = node.entry->value;
    if (!content.is_mapping()) {
        return;
    }
    m_node = name;
    check_keys(content,
               {"type", "description", "metadata", "directives", "properties", "attributes",
                "requirements", "capabilities", "interfaces", "artifacts", "node_filter", "copy"},
               name);
    if (const yaml::Node* artifacts = content.find("artifacts")) {
        check_artifacts(*artifacts);
    }
    if (node.type == nullptr) {
        return; // nothing is known of it
    }
    check_properties(content.find("properties"), node.type->properties, name, node.entry->key_span);
    if (const yaml::Node* capabilities = content.find("capabilities")) {
        check_capabilities(*capabilities, *node.type);
    }
    if (const yaml::Node* interfaces = content.find("interfaces")) {
        check_interfaces(*interfaces, *node.type);
    }
    check_requirements(node);
}

void DocumentChecker::check_properties(const yaml::Node* properties,
                                       const std::map<std::string, PropertyType>& types,
                                       const std::string& owner,
                                       const Span& place) {
    ValueChecker(
        m_source, m_types,
        [&](const yaml::Node& function, const Schema& schema, const std::string& label) {
            m_functions.check_function(function, schema, label, m_node);
        },
        m_found)
        .check_properties(properties, types, owner, place);
}

void DocumentChecker::check_capabilities(const yaml::Node& capabilities, const Type& type) {
    if (!is_map(capabilities, "the capabilities of " + m_node)) {
        return;
    }
    for (const yaml::Entry& entry : capabilities.entries) {
        const auto known = type.capabilities.find(entry.key);
        if (known == type.capabilities.end()) {
            const std::vector<std::string> names = keys_of(type.capabilities);
            add(entry.key_span, "TSC111",
                fmt::format("{} has no capability '{}'; {}", m_node, entry.key, one_of(names)),
                hint_of(entry.key, names));
            continue;
        }
        const std::string label = fmt::format("the capability '{}' of {}", entry.key, m_node);
        const Type* capability = m_types.find(TypeKind::capability, known->second);
        if (capability == nullptr || !is_map(entry.value, label)) {
            continue;
        }
        check_keys(entry.value, {"properties", "attributes", "occurrences"}, label);
        check_properties(entry.value.find("properties"), capability->properties, label,
                         entry.key_span);
    }
}

void DocumentChecker::check_artifacts(const yaml::Node& artifacts) {
    if (!is_map(artifacts, "the artifacts of " + m_node)) {
        return;
    }
    for (const yaml::Entry& entry : artifacts.entries) {
        const std::string label = fmt::format("the artifact '{}' of {}", entry.key, m_node);
        if (entry.value.is_scalar()) {
            continue; // the short form: a file
        }
        if (!is_map(entry.value, label)) {
            continue;
        }
        check_keys(entry.value,
                   {"file", "type", "repository", "description", "deploy_path", "properties"},
                   label);
        const yaml::Node* file = entry.value.find("file");
        if (file == nullptr || !file->is_scalar() || file->scalar.empty()) {
            add(entry.key_span, "TSC116", label + " has no file", "add `file:`");
        }
        (void)find_type(entry.value, entry.key_span, TypeKind::artifact, label);
    }
}

void DocumentChecker::check_interfaces(const yaml::Node& interfaces, const Type& type) {
    if (!is_map(interfaces, "the interfaces of " + m_node)) {
        return;
    }
    for (const yaml::Entry& entry : interfaces.entries) {
        const auto known = type.interfaces.find(entry.key);
        if (known == type.interfaces.end()) {
            const std::vector<std::string> names = keys_of(type.interfaces);
            add(entry.key_span, "TSC117",
                fmt::format("{} has no interface '{}'; {}", m_node, entry.key, one_of(names)),
                hint_of(entry.key, names));
            continue;
        }
        if (!is_map(entry.value, fmt::format("the interface '{}' of {}", entry.key, m_node))) {
            continue;
        }
        for (const yaml::Entry& operation : entry.value.entries) {
            if (operation.key == "inputs" || operation.key == "type") {
                m_functions.check_all(operation.value, operation.key, m_node);
                continue;
            }
            if (std::ranges::find(known->second, operation.key) == known->second.end()) {
                add(operation.key_span, "TSC117",
                    fmt::format("the interface '{}' of {} has no operation '{}'; {}", entry.key,
                                m_node, operation.key, one_of(known->second)),
                    hint_of(operation.key, known->second));
                continue;
            }
            check_operation(operation, entry.key);
        }
    }
}

void DocumentChecker::check_operation(const yaml::Entry& operation, const std::string& interface) {
    const std::string label = fmt::format("{}.{} of {}", interface, operation.key, m_node);
    if (operation.value.is_scalar()) {
        return; // the short form: an implementation
    }
    if (!is_map(operation.value, label)) {
        return;
    }
    check_keys(operation.value, {"implementation", "inputs", "description", "outputs"}, label);
    const yaml::Node* implementation = operation.value.find("implementation");
    const bool named = implementation != nullptr &&
                       ((implementation->is_scalar() && !implementation->scalar.empty()) ||
                        implementation->is_mapping());
    if (!named) {
        add(operation.key_span, "TSC117", label + " has no implementation",
            "add `implementation:` with the address of a recipe");
    }
    if (const yaml::Node* inputs = operation.value.find("inputs")) {
        for (const yaml::Entry& input : inputs->entries) {
            m_functions.check_all(input.value, fmt::format("'{}' of {}", input.key, label), m_node);
        }
    }
}

void DocumentChecker::check_requirements(const TemplateNode& node) {
    const yaml::Node* section = node.entry->value.find("requirements");
    if (section != nullptr && !section->is_null() && !section->is_sequence()) {
        add(section->span, "TSC120",
            fmt::format("the requirements of {} are {}; they must be a list", m_node,
                        yaml::describe(*section)),
            "write `- host: NODE`");
        return;
    }
    if (section != nullptr) {
        for (const yaml::Node& item : section->items) {
            if (item.entries.size() != 1) {
                add(item.span, "TSC120",
                    fmt::format("a requirement of {} is {}; it must be a map of one entry", m_node,
                                yaml::describe(item)),
                    "write `- host: NODE`");
            }
        }
    }
    std::map<std::string, std::int64_t> counts;
    for (const yaml::Entry* requirement : requirements_of(node.entry->value)) {
        const RequirementType* type = node.type->find_requirement(requirement->key);
        if (type == nullptr) {
            std::vector<std::string> names;
            for (const RequirementType& known : node.type->requirements) {
                names.push_back(known.name);
            }
            add(requirement->key_span, "TSC107",
                fmt::format("{} has no requirement '{}'; {}", m_node, requirement->key,
                            one_of(names)),
                hint_of(requirement->key, names));
            continue;
        }
        ++counts[requirement->key];
        check_requirement(*requirement, *type);
    }
    for (const RequirementType& type : node.type->requirements) {
        const std::int64_t count = counts[type.name];
        if (count < type.min_occurrences) {
            add(node.entry->key_span, "TSC110",
                fmt::format("{} lacks the requirement '{}'", m_node, type.name),
                fmt::format("add `- {}: NODE` to its requirements", type.name));
        } else if (type.max_occurrences >= 0 && count > type.max_occurrences) {
            add(node.entry->key_span, "TSC110",
                fmt::format("{} has the requirement '{}' {} times; at most {} is allowed", m_node,
                            type.name, count, type.max_occurrences));
        }
    }
}

void DocumentChecker::check_requirement(const yaml::Entry& requirement,
                                        const RequirementType& type) {
    const std::string label = fmt::format("the requirement '{}' of {}", requirement.key, m_node);
    const yaml::Node* target = target_node(requirement.value);
    if (target == nullptr) {
        add(requirement.key_span, "TSC108", label + " names no node",
            fmt::format("write `- {}: NODE`", requirement.key));
    } else {
        check_target(*target, requirement.value, type);
    }
    if (!requirement.value.is_mapping()) {
        return;
    }
    check_keys(requirement.value,
               {"node", "capability", "relationship", "node_filter", "occurrences"}, label);
    if (const yaml::Node* relationship = requirement.value.find("relationship")) {
        check_relationship(*relationship);
    }
}

void DocumentChecker::check_target(const yaml::Node& target,
                                   const yaml::Node& requirement,
                                   const RequirementType& type) {
    const auto node = m_scope.nodes.find(target.scalar);
    if (node == m_scope.nodes.end()) {
        add(target.span, "TSC108",
            fmt::format("the requirement '{}' of {} leads to the node '{}', which does not exist",
                        type.name, m_node, target.scalar),
            hint_of(target.scalar, keys_of(m_scope.nodes)));
        return;
    }
    if (node->second.type == nullptr) {
        return;
    }
    const std::map<std::string, std::string>& offered = node->second.type->capabilities;
    const auto offers = [&](const std::string& wanted) {
        return std::ranges::any_of(offered, [&](const auto& capability) {
            return m_types.is_a(TypeKind::capability, capability.second, wanted);
        });
    };
    const yaml::Node* named = requirement.find("capability");
    if (named != nullptr && named->is_scalar()) {
        const bool is_name = offered.contains(named->scalar);
        if (!is_name && m_types.find(TypeKind::capability, named->scalar) == nullptr) {
            add_unknown_type(*named, TypeKind::capability);
            return;
        }
        if (!is_name && !offers(named->scalar)) {
            add(named->span, "TSC109",
                fmt::format("'{}' offers no capability of type {}", target.scalar, named->scalar));
            return;
        }
    }
    if (!offers(type.capability)) {
        add(target.span, "TSC109",
            fmt::format("'{}' cannot be the '{}' of {}: it offers no capability of type {}",
                        target.scalar, type.name, m_node, type.capability),
            "name another node");
    }
}

void DocumentChecker::check_relationship(const yaml::Node& relationship) {
    const yaml::Node* name = relationship.is_scalar() ? &relationship : relationship.find("type");
    if (name == nullptr || !name->is_scalar()) {
        add(relationship.span, "TSC102", fmt::format("a relationship of {} has no type", m_node),
            "add `type:` with a relationship type");
        return;
    }
    if (std::ranges::find(m_relationships, name->scalar) != m_relationships.end()) {
        return;
    }
    const Type* type = m_types.find(TypeKind::relationship, name->scalar);
    if (type == nullptr) {
        add_unknown_type(*name, TypeKind::relationship);
        return;
    }
    if (relationship.is_mapping()) {
        check_keys(relationship, {"type", "properties", "interfaces"},
                   fmt::format("a relationship of {}", m_node));
        check_properties(relationship.find("properties"), type->properties,
                         fmt::format("a relationship of {}", m_node), name->span);
    }
}

void DocumentChecker::check_host_cycles() {
    std::set<std::string> done;
    for (const auto& [name, node] : m_scope.nodes) {
        std::vector<std::string> way;
        std::string current = name;
        while (!current.empty() && !done.contains(current)) {
            if (std::ranges::find(way, current) != way.end()) {
                add(m_scope.nodes.at(current).entry->key_span, "TSC119",
                    fmt::format("'{}' is hosted on itself", current), "host it on another node");
                break;
            }
            way.push_back(current);
            current = m_scope.target_of(current, "host");
            if (!m_scope.nodes.contains(current)) {
                break;
            }
        }
        done.insert(way.begin(), way.end());
    }
}

} // namespace aisprint::tosca
