// SPDX-License-Identifier: Apache-2.0
#include "check_document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace aisprint::tosca {

namespace {

const char* const k_function = "tosca.nodes.aisprint.FaaS.Function";

std::string quoted(const std::string& name) {
    return fmt::format("'{}'", name);
}

/// The type file that the Infrastructure Manager's authors publish, at its two addresses.
bool is_published(const std::string& url) {
    return url.find("raw.githubusercontent.com/grycap/") != std::string::npos;
}

} // namespace

DocumentChecker::DocumentChecker(const SourceFile& source,
                                 const yaml::Node& document,
                                 const TypeCatalogue::Impl& types,
                                 std::vector<Diagnostic>& found)
    : m_source(source), m_document(document), m_types(types), m_found(found),
      m_functions(source, types, m_scope, found) {}

void DocumentChecker::check() {
    if (!m_document.is_mapping()) {
        add(m_document.span, "TSC100",
            fmt::format("a TOSCA document must be a map; this is {}", yaml::describe(m_document)));
        return;
    }
    check_keys(m_document,
               {"tosca_definitions_version", "description", "metadata", "imports",
                "topology_template", "repositories", "dsl_definitions", "data_types",
                "artifact_types", "capability_types", "relationship_types", "interface_types",
                "policy_types", "group_types", "node_types", "tosca_default_namespace",
                "template_name", "template_author", "template_version"},
               "the document");
    check_version();
    check_imports();
    const yaml::Node* topology = m_document.find("topology_template");
    if (topology == nullptr) {
        add(m_document.span, "TSC100", "the document has no topology_template",
            "add topology_template with node_templates");
        return;
    }
    if (!is_map(*topology, "topology_template")) {
        return;
    }
    check_keys(*topology,
               {"description", "inputs", "node_templates", "relationship_templates", "outputs",
                "groups", "policies", "substitution_mappings", "workflows"},
               "topology_template");
    const auto with_section = [&](std::string_view key, auto check_section) {
        const yaml::Node* section = topology->find(key);
        if (section != nullptr && !section->is_null()) {
            check_section(*section);
        }
    };
    with_section("relationship_templates", [&](const yaml::Node& section) {
        for (const yaml::Entry& entry : section.entries) {
            m_relationships.push_back(entry.key);
        }
    });
    with_section("inputs", [&](const yaml::Node& section) { check_inputs(section); });
    with_section("node_templates", [&](const yaml::Node& section) { collect_nodes(section); });
    for (const auto& [name, node] : m_scope.nodes) {
        check_node(name, node);
    }
    m_node.clear();
    check_host_cycles();
    with_section("outputs", [&](const yaml::Node& section) { check_outputs(section); });
    with_section("policies", [&](const yaml::Node& section) { check_policies(section); });
    with_section("groups", [&](const yaml::Node& section) { check_groups(section); });
    check_published_types();
    check_storage_providers();
}

void DocumentChecker::add(const Span& span,
                          std::string code,
                          std::string message,
                          std::string hint) {
    m_found.push_back(
        make_error_at(m_source, span, std::move(code), std::move(message), std::move(hint)));
}

bool DocumentChecker::is_map(const yaml::Node& node, const std::string& label) {
    if (!node.is_mapping()) {
        add(node.span, "TSC120",
            fmt::format("{} is {}; it must be a map", label, yaml::describe(node)));
    }
    return node.is_mapping();
}

void DocumentChecker::check_keys(const yaml::Node& node,
                                 std::initializer_list<std::string_view> allowed,
                                 const std::string& label) {
    for (const yaml::Entry& entry : node.entries) {
        if (std::ranges::find(allowed, std::string_view(entry.key)) != allowed.end()) {
            continue;
        }
        const std::vector<std::string> names(allowed.begin(), allowed.end());
        const auto closest = closest_name(entry.key, names);
        add(entry.key_span, "TSC101",
            fmt::format("'{}' is no part of {}; allowed are {}", entry.key, label,
                        fmt::join(names, ", ")),
            closest ? fmt::format("did you mean '{}'?", *closest) : "remove it");
    }
}

void DocumentChecker::check_version() {
    static const std::vector<std::string> known{"tosca_simple_yaml_1_0", "tosca_simple_yaml_1_2"};
    const yaml::Entry* version = m_document.find_entry("tosca_definitions_version");
    if (version == nullptr) {
        add(m_document.span, "TSC100", "the document has no tosca_definitions_version",
            "add `tosca_definitions_version: tosca_simple_yaml_1_0`");
    } else if (std::ranges::find(known, version->value.scalar) == known.end()) {
        add(version->value.span, "TSC100",
            fmt::format("tosca_definitions_version is {}; it must be {}",
                        yaml::describe(version->value), fmt::join(known, " or ")));
    }
}

void DocumentChecker::check_imports() {
    const yaml::Node* imports = m_document.find("imports");
    if (imports == nullptr || imports->is_null()) {
        return;
    }
    if (!imports->is_sequence()) {
        add(imports->span, "TSC123",
            fmt::format("imports is {}; it must be a list", yaml::describe(*imports)));
        return;
    }
    for (const yaml::Node& item : imports->items) {
        const yaml::Node* file = &item;
        if (item.is_mapping() && item.entries.size() == 1) {
            file = &item.entries.front().value;
        }
        if (const yaml::Node* inner = file->find("file")) {
            file = inner;
        }
        if (!file->is_scalar() || file->scalar.empty()) {
            add(item.span, "TSC123", "an import must name a file",
                "write `- types: https://HOST/custom_types.yaml`");
            continue;
        }
        m_has_imports = true;
        m_published = m_published || is_published(file->scalar);
    }
}

void DocumentChecker::add_unknown_type(const yaml::Node& name, TypeKind kind) {
    std::vector<std::string> names;
    for (const auto& entry : m_types.types[static_cast<std::size_t>(kind)]) {
        names.push_back(entry.first);
    }
    const auto closest = closest_name(name.scalar, names);
    std::string message = fmt::format("there is no {} type '{}'", to_string(kind), name.scalar);
    if (!closest && m_has_imports) {
        m_found.push_back(as_warning(make_error_at(
            m_source, name.span, "TSC122",
            fmt::format("the {} type '{}' is not known here; what uses it is not checked",
                        to_string(kind), name.scalar),
            "make sure that an import defines it")));
        return;
    }
    add(name.span, "TSC102", std::move(message),
        closest ? fmt::format("did you mean '{}'?", *closest) : "import the file that defines it");
}

/// The type that the key `type` of `owner` names, or null.
const Type* DocumentChecker::find_type(const yaml::Node& owner,
                                       const Span& place,
                                       TypeKind kind,
                                       const std::string& label) {
    const yaml::Node* name = owner.find("type");
    if (name == nullptr || !name->is_scalar()) {
        add(name == nullptr ? place : name->span, "TSC102", fmt::format("{} has no type", label),
            fmt::format("add `type:` with a {} type", to_string(kind)));
        return nullptr;
    }
    const Type* type = m_types.find(kind, name->scalar);
    if (type == nullptr) {
        add_unknown_type(*name, kind);
    } else if (!type->is_base && !m_has_imports && !m_import_asked) {
        m_import_asked = true;
        add(name->span, "TSC123",
            fmt::format("'{}' must be imported, and the document has no imports", name->scalar),
            "add `imports` with the address of custom_types.yaml");
    }
    return type;
}

void DocumentChecker::collect_nodes(const yaml::Node& templates) {
    if (!is_map(templates, "node_templates")) {
        return;
    }
    for (const yaml::Entry& entry : templates.entries) {
        TemplateNode node{&entry, nullptr};
        if (is_map(entry.value, quoted(entry.key))) {
            node.type = find_type(entry.value, entry.key_span, TypeKind::node, quoted(entry.key));
        }
        m_scope.nodes.emplace(entry.key, node);
    }
}

void DocumentChecker::check_inputs(const yaml::Node& inputs) {
    if (!is_map(inputs, "inputs")) {
        return;
    }
    for (const yaml::Entry& entry : inputs.entries) {
        const std::string label = fmt::format("the input '{}'", entry.key);
        m_scope.inputs.emplace(entry.key, &entry.value);
        if (!is_map(entry.value, label)) {
            continue;
        }
        check_keys(entry.value,
                   {"type", "default", "description", "required", "constraints", "status",
                    "entry_schema", "value"},
                   label);
        const yaml::Node* type = entry.value.find("type");
        const bool known = type != nullptr && (is_primitive(type->scalar) ||
                                               m_types.find(TypeKind::data, type->scalar));
        if (type == nullptr) {
            add(entry.key_span, "TSC102", label + " has no type", "add `type: string`");
        } else if (!known) {
            add_unknown_type(*type, TypeKind::data);
        }
        const yaml::Node* value = entry.value.find("default");
        const yaml::Node* required = entry.value.find("required");
        if (value == nullptr && (required == nullptr || yaml::as_bool(*required).value_or(true))) {
            add(entry.key_span, "TSC115",
                label + " has no default, and the Infrastructure Manager cannot be given a value",
                "add `default:`");
        }
        if (value != nullptr && known) {
            ValueChecker(
                m_source, m_types,
                [&](const yaml::Node& function, const Schema&, const std::string& owner) {
                    add(function.span, "TSC114",
                        fmt::format("{} is a function; it must be a value", owner));
                },
                m_found)
                .check_value(*value, Schema{type->scalar, {}, nullptr}, "the default of " + label);
        }
    }
}

void DocumentChecker::check_outputs(const yaml::Node& outputs) {
    if (!is_map(outputs, "outputs")) {
        return;
    }
    for (const yaml::Entry& entry : outputs.entries) {
        const std::string label = fmt::format("the output '{}'", entry.key);
        if (!is_map(entry.value, label)) {
            continue;
        }
        check_keys(entry.value, {"value", "description", "type", "required", "status"}, label);
        const yaml::Node* value = entry.value.find("value");
        if (value == nullptr || value->is_null()) {
            add(entry.key_span, "TSC118", label + " has no value", "add `value:`");
        } else {
            m_functions.check_all(*value, label, {});
        }
    }
}

void DocumentChecker::check_members(const yaml::Node& owner,
                                    std::string_view key,
                                    const std::string& label) {
    const yaml::Node* members = owner.find(key);
    if (members == nullptr) {
        return;
    }
    for (const yaml::Node& member : members->items) {
        if (!m_scope.nodes.contains(member.scalar)) {
            add(member.span, "TSC108",
                fmt::format("{} names the node '{}', which does not exist", label, member.scalar));
        }
    }
}

void DocumentChecker::check_policies(const yaml::Node& policies) {
    for (const yaml::Node& item : policies.items) {
        for (const yaml::Entry& entry : item.entries) {
            const std::string label = fmt::format("the policy '{}'", entry.key);
            if (!is_map(entry.value, label)) {
                continue;
            }
            check_keys(entry.value,
                       {"type", "description", "metadata", "properties", "targets", "triggers"},
                       label);
            if (const Type* type =
                    find_type(entry.value, entry.key_span, TypeKind::policy, label)) {
                check_properties(entry.value.find("properties"), type->properties, label,
                                 entry.key_span);
            }
            check_members(entry.value, "targets", label);
        }
    }
}

void DocumentChecker::check_groups(const yaml::Node& groups) {
    if (!is_map(groups, "groups")) {
        return;
    }
    for (const yaml::Entry& entry : groups.entries) {
        const std::string label = fmt::format("the group '{}'", entry.key);
        if (is_map(entry.value, label)) {
            (void)find_type(entry.value, entry.key_span, TypeKind::group, label);
            check_members(entry.value, "members", label);
        }
    }
}

/// The published types declare suffix and prefix of a bucket as a text, but OSCAR needs lists;
/// documents may declare it themselves, as ours do.
void DocumentChecker::check_published_types() {
    const yaml::Node* own = m_document.find("data_types");
    if (!m_published ||
        (own != nullptr && own->find("tosca.datatypes.oscar.StorageIOConfig") != nullptr)) {
        return;
    }
    for (const auto& [name, node] : m_scope.nodes) {
        const yaml::Node* properties = node.entry->value.find("properties");
        for (const char* direction : {"input", "output"}) {
            const yaml::Node* buckets =
                properties == nullptr ? nullptr : properties->find(direction);
            if (buckets == nullptr) {
                continue;
            }
            for (const yaml::Node& bucket : buckets->items) {
                for (const char* filter : {"suffix", "prefix"}) {
                    const yaml::Entry* entry = bucket.find_entry(filter);
                    if (entry != nullptr && entry->value.is_sequence()) {
                        m_found.push_back(as_warning(make_error_at(
                            m_source, entry->key_span, "TSC121",
                            fmt::format("the types that this document imports take a text for "
                                        "'{}', so the Infrastructure Manager will refuse it",
                                        filter),
                            "write the documents again with --tosca_types and the address of "
                            "our custom_types.yaml")));
                    }
                }
            }
        }
    }
}

/// IM hands a service to a cluster that exists with one storage provider of each kind at most.
void DocumentChecker::check_storage_providers() {
    for (const auto& [name, node] : m_scope.nodes) {
        const yaml::Node& content = node.entry->value;
        const yaml::Node* type = content.find("type");
        const yaml::Node* properties = content.find("properties");
        const yaml::Node* kinds =
            properties == nullptr ? nullptr : properties->find("storage_providers");
        if (type == nullptr || type->scalar != k_function || kinds == nullptr ||
            !m_scope.target_of(name, "host").empty()) {
            continue;
        }
        for (const yaml::Entry& kind : kinds->entries) {
            if (kind.value.entries.size() > 1) {
                m_found.push_back(as_warning(make_error_at(
                    m_source, kind.value.entries[1].key_span, "TSC124",
                    fmt::format("'{}' has {} storage providers of kind {}; the Infrastructure "
                                "Manager 1.15 fails at the second one of a service without a "
                                "host in the document",
                                name, kind.value.entries.size(), kind.key),
                    "if it does, apply the service with `aisprint toscarizer fdl` and oscar-cli")));
            }
        }
    }
}

std::vector<Diagnostic>
check_document(const SourceFile& source, const yaml::Node& document, const TypeCatalogue& types) {
    std::vector<Diagnostic> found;
    const bool own_types = std::ranges::any_of(k_type_kinds, [&](TypeKind kind) {
        return document.find(to_string(kind) + "_types") != nullptr;
    });
    if (own_types) {
        TypeCatalogue::Impl extended = types.impl();
        extended.extend(source, document, TypeOrigin::document, found);
        DocumentChecker(source, document, extended, found).check();
    } else {
        DocumentChecker(source, document, types.impl(), found).check();
    }
    for (Diagnostic& diagnostic : found) {
        if (is_about_secret(diagnostic.snippet)) {
            diagnostic.snippet.clear();
        }
    }
    sort_and_merge(found);
    return found;
}

} // namespace aisprint::tosca
