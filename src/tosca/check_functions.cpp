// SPDX-License-Identifier: Apache-2.0
#include "check_functions.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace aisprint::tosca {

namespace {

template <class Map>
std::string closest_key(const std::string& name, const Map& map) {
    std::vector<std::string> names;
    for (const auto& entry : map) {
        names.push_back(entry.first);
    }
    const auto closest = closest_name(name, names);
    return closest ? fmt::format("did you mean '{}'?", *closest) : std::string{};
}

bool is_index(const yaml::Node& node) {
    const auto index = yaml::as_integer(node);
    return index && *index >= 0;
}

} // namespace

std::vector<const yaml::Entry*> requirements_of(const yaml::Node& node) {
    std::vector<const yaml::Entry*> result;
    const yaml::Node* section = node.find("requirements");
    if (section == nullptr) {
        return result;
    }
    for (const yaml::Node& item : section->items) {
        for (const yaml::Entry& entry : item.entries) {
            result.push_back(&entry);
        }
    }
    return result;
}

const yaml::Node* target_node(const yaml::Node& requirement) {
    const yaml::Node* node = requirement.is_scalar() ? &requirement : requirement.find("node");
    return node != nullptr && node->is_scalar() ? node : nullptr;
}

std::string DocumentScope::target_of(const std::string& node,
                                     const std::string& requirement) const {
    const auto it = nodes.find(node);
    if (it == nodes.end()) {
        return {};
    }
    for (const yaml::Entry* entry : requirements_of(it->second.entry->value)) {
        const yaml::Node* target = target_node(entry->value);
        if (entry->key == requirement && target != nullptr) {
            return target->scalar;
        }
    }
    return {};
}

void FunctionChecker::add(const Span& span,
                          std::string code,
                          std::string message,
                          std::string hint) {
    m_found.push_back(
        make_error_at(m_source, span, std::move(code), std::move(message), std::move(hint)));
}

void FunctionChecker::check_function(const yaml::Node& function,
                                     const Schema& schema,
                                     const std::string& label,
                                     const std::string& node) {
    const yaml::Entry& entry = function.entries.front();
    if (entry.key == "get_input") {
        check_get_input(entry.value, schema, label);
    } else if (entry.key == "get_property" || entry.key == "get_attribute") {
        check_lookup(entry, node);
    } else {
        check_list(entry, label, node);
    }
}

void FunctionChecker::check_all(const yaml::Node& value,
                                const std::string& label,
                                const std::string& node) {
    if (is_function(value)) {
        check_function(value, Schema{}, label, node);
        return;
    }
    for (const yaml::Node& item : value.items) {
        check_all(item, label, node);
    }
    for (const yaml::Entry& entry : value.entries) {
        check_all(entry.value, label, node);
    }
}

void FunctionChecker::check_get_input(const yaml::Node& argument,
                                      const Schema& schema,
                                      const std::string& label) {
    const yaml::Node* name = &argument;
    if (argument.is_sequence() && !argument.items.empty()) {
        name = &argument.items.front();
    }
    if (!name->is_scalar()) {
        add(argument.span, "TSC114",
            fmt::format("get_input in {} gets {}; it needs the name of an input", label,
                        shown(argument, label)));
        return;
    }
    const auto input = m_scope.inputs.find(name->scalar);
    if (input == m_scope.inputs.end()) {
        add(name->span, "TSC112", fmt::format("there is no input '{}'", name->scalar),
            closest_key(name->scalar, m_scope.inputs));
        return;
    }
    const yaml::Node* value = input->second->find("default");
    if (schema.type.empty() || value == nullptr || name != &argument) {
        return;
    }
    // The value stands elsewhere, so the finding goes to the place that uses it.
    std::vector<Diagnostic> found;
    ValueChecker checker(
        m_source, m_types, [](const auto&, const auto&, const auto&) {}, found);
    checker.check_value(*value, schema, label, CheckConstraints::no);
    for (Diagnostic& diagnostic : found) {
        Diagnostic moved =
            make_error_at(m_source, name->span, diagnostic.code, diagnostic.message,
                          fmt::format("change the default of the input '{}'", name->scalar));
        moved.notes.push_back({"the value comes from here", diagnostic.span});
        m_found.push_back(std::move(moved));
    }
}

void FunctionChecker::check_list(const yaml::Entry& function,
                                 const std::string& label,
                                 const std::string& node) {
    const yaml::Node& arguments = function.value;
    if (function.key == "get_nodes_of_type" && arguments.is_scalar()) {
        return;
    }
    if (!arguments.is_sequence() || arguments.items.empty()) {
        add(arguments.span, "TSC114",
            fmt::format("{} in {} gets {}; it needs a list", function.key, label,
                        shown(arguments, label)));
        return;
    }
    if (function.key == "token" && arguments.items.size() != 3) {
        add(arguments.span, "TSC114",
            fmt::format("token in {} gets {} arguments; it needs a text, a separator and a number",
                        label, arguments.items.size()));
    }
    for (const yaml::Node& item : arguments.items) {
        if (is_function(item)) {
            check_function(item, Schema{}, label, node);
        } else if (function.key == "concat" && !item.is_scalar()) {
            add(item.span, "TSC114",
                fmt::format("concat in {} gets {} among its arguments; they must be texts or "
                            "functions",
                            label, yaml::describe(item)));
        }
    }
}

void FunctionChecker::check_lookup(const yaml::Entry& function, const std::string& node) {
    const yaml::Node& arguments = function.value;
    const bool named = arguments.items.size() >= 2 && arguments.items[0].is_scalar() &&
                       arguments.items[1].is_scalar();
    if (!named) {
        add(arguments.span, "TSC114",
            fmt::format("{} gets {}; it needs a list of a node and a name", function.key,
                        arguments.is_sequence() ? "a list without them"
                                                : yaml::describe(arguments)));
        return;
    }
    const std::string& target = arguments.items[0].scalar;
    if (target == "SOURCE" || target == "TARGET") {
        return; // only in relationships, whose ends we do not follow
    }
    if (target == "SELF" || target == "HOST") {
        if (node.empty()) {
            add(arguments.items[0].span, "TSC113",
                fmt::format("{} has no meaning outside of a node", target), "name a node");
        } else if (target == "SELF") {
            check_member(function, node);
        } else {
            // Any of the nodes that the node is hosted on, one on the other, may have it.
            std::set<std::string> seen;
            std::string host = m_scope.target_of(node, "host");
            const std::string first = host;
            while (!host.empty() && seen.insert(host).second) {
                if (has_member(function, host)) {
                    return;
                }
                host = m_scope.target_of(host, "host");
            }
            report_member(function, first.empty() ? node : first);
        }
        return;
    }
    if (!m_scope.nodes.contains(target)) {
        add(arguments.items[0].span, "TSC113", fmt::format("there is no node '{}'", target),
            closest_key(target, m_scope.nodes));
        return;
    }
    check_member(function, target);
}

void FunctionChecker::check_member(const yaml::Entry& function, const std::string& target) {
    if (!has_member(function, target)) {
        report_member(function, target);
    }
}

void FunctionChecker::report_member(const yaml::Entry& function, const std::string& target) {
    const yaml::Node& name = function.value.items[1];
    const auto node = m_scope.nodes.find(target);
    std::map<std::string, PropertyType> members;
    if (node != m_scope.nodes.end() && node->second.type != nullptr) {
        members = node->second.type->properties;
        if (function.key == "get_attribute") {
            members.insert(node->second.type->attributes.begin(),
                           node->second.type->attributes.end());
        }
    }
    add(name.span, "TSC113",
        fmt::format("{} of '{}' leads nowhere: no {} of that name", function.key, name.scalar,
                    function.key == "get_property"
                        ? fmt::format("property, capability or requirement of {}", target)
                        : fmt::format("attribute, capability or requirement of {}", target)),
        closest_key(name.scalar, members));
}

bool FunctionChecker::has_member(const yaml::Entry& function, const std::string& target) {
    const auto node = m_scope.nodes.find(target);
    if (node == m_scope.nodes.end() || node->second.type == nullptr) {
        return true; // reported elsewhere, or unknown
    }
    const Type& type = *node->second.type;
    const std::vector<yaml::Node>& arguments = function.value.items;
    const std::string& name = arguments[1].scalar;
    if (check_type_member(function, 1, type)) {
        return true;
    }
    if (const auto capability = type.capabilities.find(name);
        capability != type.capabilities.end()) {
        const Type* capability_type = m_types.find(TypeKind::capability, capability->second);
        if (arguments.size() < 3) {
            add(arguments[1].span, "TSC114",
                fmt::format("'{}' is a capability of {}; the name of an attribute must follow",
                            name, target));
        } else if (capability_type != nullptr &&
                   !check_type_member(function, 2, *capability_type)) {
            add(arguments[2].span, "TSC113",
                fmt::format("the capability '{}' of {} has no '{}'", name, target,
                            arguments[2].scalar),
                closest_key(arguments[2].scalar, capability_type->properties));
        }
        return true;
    }
    const RequirementType* requirement = type.find_requirement(name);
    if (requirement == nullptr) {
        return false;
    }
    const std::string next = m_scope.target_of(target, name);
    const auto next_node = m_scope.nodes.find(next);
    if (arguments.size() < 3 || next_node == m_scope.nodes.end() ||
        next_node->second.type == nullptr) {
        return true; // a requirement that leads nowhere is reported where it stands
    }
    if (check_type_member(function, 2, *next_node->second.type)) {
        return true;
    }
    for (const auto& [capability, capability_name] : next_node->second.type->capabilities) {
        const Type* capability_type = m_types.find(TypeKind::capability, capability_name);
        if (capability_type != nullptr &&
            m_types.is_a(TypeKind::capability, capability_name, requirement->capability) &&
            check_type_member(function, 2, *capability_type)) {
            return true;
        }
    }
    add(arguments[2].span, "TSC113",
        fmt::format("neither {} nor the capability that '{}' asks for has '{}'", next, name,
                    arguments[2].scalar));
    return true;
}

/// Whether the type has the property or attribute that argument `index` names; checks what follows.
bool FunctionChecker::check_type_member(const yaml::Entry& function,
                                        std::size_t index,
                                        const Type& type) {
    const std::string& name = function.value.items[index].scalar;
    if (function.key == "get_attribute") {
        if (const auto attribute = type.attributes.find(name); attribute != type.attributes.end()) {
            check_path(function, index + 1, attribute->second.schema);
            return true;
        }
    }
    const auto property = type.properties.find(name);
    if (property == type.properties.end()) {
        return false;
    }
    check_path(function, index + 1, property->second.schema);
    return true;
}

/// Checks the arguments from `index` on, which go into a value of that type.
void FunctionChecker::check_path(const yaml::Entry& function,
                                 std::size_t index,
                                 const Schema& schema) {
    const std::vector<yaml::Node>& arguments = function.value.items;
    const Schema* current = &schema;
    for (; index < arguments.size(); ++index) {
        const yaml::Node& argument = arguments[index];
        if (current->type == "list" && !is_index(argument)) {
            add(argument.span, "TSC113",
                fmt::format("'{}' is no index of a list; it must be 0 or more", argument.scalar));
            return;
        }
        if (current->type == "list" || current->type == "map") {
            if (!current->entry) {
                return;
            }
            current = current->entry.get();
            continue;
        }
        const Type* type = m_types.find(TypeKind::data, current->type);
        const auto field = type == nullptr ? std::map<std::string, PropertyType>::const_iterator{}
                                           : type->properties.find(argument.scalar);
        if (type == nullptr || field == type->properties.end()) {
            add(argument.span, "TSC113",
                fmt::format("'{}' leads into a value of type {}, which has no such part",
                            argument.scalar, current->type));
            return;
        }
        current = &field->second.schema;
    }
}

} // namespace aisprint::tosca
