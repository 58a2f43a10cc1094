// SPDX-License-Identifier: Apache-2.0
#include "type_catalogue.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace aisprint::tosca {

namespace {

constexpr std::array<std::string_view, 15> k_primitives{"string",
                                                        "integer",
                                                        "float",
                                                        "boolean",
                                                        "timestamp",
                                                        "version",
                                                        "range",
                                                        "list",
                                                        "map",
                                                        "scalar-unit.size",
                                                        "scalar-unit.time",
                                                        "scalar-unit.frequency",
                                                        "scalar-unit.bitrate",
                                                        "json",
                                                        "xml"};

std::size_t index_of(TypeKind kind) {
    return static_cast<std::size_t>(kind);
}

/// Reads the types of one document into a catalogue.
class TypeReader {
public:
    TypeReader(const SourceFile& source,
               const yaml::Node& document,
               TypeOrigin origin,
               TypeCatalogue::Impl& types,
               std::vector<Diagnostic>& found)
        : m_source(source), m_document(document), m_origin(origin), m_types(types), m_found(found) {
    }

    void read_all() {
        for (const TypeKind kind : k_type_kinds) {
            const yaml::Node* section = m_document.find(to_string(kind) + "_types");
            if (section == nullptr || section->is_null()) {
                continue;
            }
            if (!section->is_mapping()) {
                add(section->span, "TSC090",
                    fmt::format("{}_types is {}; it must be a map from names to types",
                                to_string(kind), yaml::describe(*section)));
                continue;
            }
            read_section(kind, *section);
        }
        for (const Reference& reference : m_references) {
            if (m_types.find(reference.kind, reference.name) == nullptr) {
                add_unknown(reference.span, reference.kind, reference.name);
            }
        }
    }

private:
    struct Reference {
        TypeKind kind;
        std::string name;
        Span span;
    };

    void add(const Span& span, std::string code, std::string message, std::string hint = {}) {
        m_found.push_back(
            make_error_at(m_source, span, std::move(code), std::move(message), std::move(hint)));
    }

    void add_unknown(const Span& span, TypeKind kind, const std::string& name) {
        std::vector<std::string> names;
        for (const auto& entry : m_types.types[index_of(kind)]) {
            names.push_back(entry.first);
        }
        const auto closest = closest_name(name, names);
        add(span, "TSC091", fmt::format("there is no {} type '{}'", to_string(kind), name),
            closest ? fmt::format("did you mean '{}'?", *closest) : std::string{});
    }

    void read_section(TypeKind kind, const yaml::Node& section) {
        std::map<std::string, const yaml::Entry*> pending;
        for (const yaml::Entry& entry : section.entries) {
            const Type* known = m_types.find(kind, entry.key);
            if (known != nullptr && (known->is_base || m_origin != TypeOrigin::document)) {
                add(entry.key_span, "TSC093",
                    fmt::format("the {} type '{}' is defined already", to_string(kind), entry.key));
                continue;
            }
            pending.emplace(entry.key, &entry);
        }
        for (const yaml::Entry& entry : section.entries) {
            read_with_parents(kind, entry, pending);
        }
    }

    /// Reads a type after those that it derives from. Long chains need no recursion.
    void read_with_parents(TypeKind kind,
                           const yaml::Entry& first,
                           std::map<std::string, const yaml::Entry*>& pending) {
        std::vector<const yaml::Entry*> chain;
        const auto found = pending.find(first.key);
        const yaml::Entry* entry = found == pending.end() ? nullptr : found->second;
        while (entry != nullptr) {
            chain.push_back(entry);
            pending.erase(entry->key);
            const yaml::Node* parent = entry->value.find("derived_from");
            if (parent == nullptr || !parent->is_scalar()) {
                break;
            }
            const bool cyclic = std::ranges::any_of(
                chain, [&](const yaml::Entry* child) { return child->key == parent->scalar; });
            if (cyclic) {
                add(parent->span, "TSC092",
                    fmt::format("'{}' derives from itself", parent->scalar));
                m_cyclic.insert(parent->scalar);
                break;
            }
            const auto next = pending.find(parent->scalar);
            entry = next == pending.end() ? nullptr : next->second;
        }
        for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
            read_type(kind, **it);
        }
    }

    void read_type(TypeKind kind, const yaml::Entry& entry) {
        Type type;
        if (const yaml::Node* parent = entry.value.find("derived_from");
            parent != nullptr && parent->is_scalar()) {
            if (const Type* base = m_types.find(kind, parent->scalar)) {
                type = *base;
                type.parent = parent->scalar;
            } else if (!m_cyclic.contains(parent->scalar)) {
                add_unknown(parent->span, kind, parent->scalar);
            }
        }
        type.name = entry.key;
        type.is_base = m_origin != TypeOrigin::imported;
        if (!entry.value.is_mapping() && !entry.value.is_null()) {
            add(entry.value.span, "TSC094",
                fmt::format("the {} type '{}' is {}; it must be a map", to_string(kind), entry.key,
                            yaml::describe(entry.value)));
        }
        read_properties(entry.value.find("properties"), type.properties);
        read_properties(entry.value.find("attributes"), type.attributes);
        if (kind == TypeKind::interface) {
            for (const yaml::Entry& operation : entry.value.entries) {
                if (operation.key != "derived_from" && operation.key != "description") {
                    type.operations.push_back(operation.key);
                }
            }
        }
        if (kind == TypeKind::data) {
            if (const yaml::Node* primitive = entry.value.find("type")) {
                type.primitive = primitive->scalar;
            }
            if (const yaml::Node* constraints = entry.value.find("constraints")) {
                type.constraints = read_constraints(*constraints);
            }
        }
        if (kind == TypeKind::node) {
            read_capabilities(entry.value.find("capabilities"), type);
            read_requirements(entry.value.find("requirements"), type);
            read_interfaces(entry.value.find("interfaces"), type);
        }
        m_types.types[index_of(kind)].insert_or_assign(entry.key, std::move(type));
    }

    void read_properties(const yaml::Node* section, std::map<std::string, PropertyType>& into) {
        if (section == nullptr) {
            return;
        }
        for (const yaml::Entry& entry : section->entries) {
            PropertyType property;
            const yaml::Node* type = entry.value.find("type");
            if (type == nullptr || !type->is_scalar()) {
                add(entry.key_span, "TSC094", fmt::format("'{}' has no type", entry.key),
                    "add `type: string`");
                continue;
            }
            property.schema = read_schema(entry.value);
            if (const yaml::Node* required = entry.value.find("required")) {
                property.required = yaml::as_bool(*required).value_or(true);
            }
            property.has_default = entry.value.find("default") != nullptr;
            into.insert_or_assign(entry.key, std::move(property));
        }
    }

    Schema read_schema(const yaml::Node& node) {
        Schema schema;
        if (const yaml::Node* type = node.find("type"); type != nullptr && type->is_scalar()) {
            schema.type = type->scalar;
            if (!is_primitive(schema.type)) {
                m_references.push_back({TypeKind::data, schema.type, type->span});
            }
        }
        if (const yaml::Node* constraints = node.find("constraints")) {
            schema.constraints = read_constraints(*constraints);
        }
        if (const yaml::Node* entry = node.find("entry_schema")) {
            schema.entry = std::make_shared<const Schema>(
                entry->is_scalar() ? Schema{entry->scalar, {}, nullptr} : read_schema(*entry));
        }
        return schema;
    }

    std::vector<Constraint> read_constraints(const yaml::Node& node) {
        std::vector<Constraint> constraints;
        for (const yaml::Node& item : node.items) {
            if (item.entries.size() != 1) {
                add(item.span, "TSC094", "a constraint must be a map of one entry",
                    "write `greater_or_equal: 1`");
                continue;
            }
            constraints.push_back({item.entries.front().key, item.entries.front().value});
        }
        return constraints;
    }

    void read_capabilities(const yaml::Node* section, Type& type) {
        if (section == nullptr) {
            return;
        }
        for (const yaml::Entry& entry : section->entries) {
            const yaml::Node* name =
                entry.value.is_scalar() ? &entry.value : entry.value.find("type");
            if (name == nullptr || !name->is_scalar()) {
                add(entry.key_span, "TSC094",
                    fmt::format("the capability '{}' has no type", entry.key));
                continue;
            }
            m_references.push_back({TypeKind::capability, name->scalar, name->span});
            type.capabilities.insert_or_assign(entry.key, name->scalar);
        }
    }

    void refer(const yaml::Node& definition, std::string_view field, TypeKind kind) {
        const yaml::Node* name = definition.find(field);
        if (name != nullptr && name->is_mapping()) {
            name = name->find("type");
        }
        if (name != nullptr && name->is_scalar()) {
            m_references.push_back({kind, name->scalar, name->span});
        }
    }

    void read_requirements(const yaml::Node* section, Type& type) {
        if (section == nullptr) {
            return;
        }
        for (const yaml::Node& item : section->items) {
            const yaml::Node* capability =
                item.entries.size() == 1 ? item.entries.front().value.find("capability") : nullptr;
            if (capability == nullptr || !capability->is_scalar()) {
                add(item.span, "TSC094",
                    "a requirement must be a map of one entry that names a capability");
                continue;
            }
            const yaml::Entry& entry = item.entries.front();
            RequirementType requirement{entry.key, capability->scalar};
            refer(entry.value, "capability", TypeKind::capability);
            refer(entry.value, "node", TypeKind::node);
            refer(entry.value, "relationship", TypeKind::relationship);
            if (const yaml::Node* range = entry.value.find("occurrences");
                range != nullptr && range->items.size() == 2) {
                requirement.min_occurrences = yaml::as_integer(range->items[0]).value_or(0);
                requirement.max_occurrences = yaml::as_integer(range->items[1]).value_or(-1);
            }
            std::erase_if(type.requirements, [&](const RequirementType& inherited) {
                return inherited.name == requirement.name;
            });
            type.requirements.push_back(std::move(requirement));
        }
    }

    void read_interfaces(const yaml::Node* section, Type& type) {
        if (section == nullptr) {
            return;
        }
        for (const yaml::Entry& entry : section->entries) {
            std::vector<std::string>& operations = type.interfaces[entry.key];
            if (const yaml::Node* name = entry.value.find("type")) {
                if (const Type* interface = m_types.find(TypeKind::interface, name->scalar)) {
                    operations = interface->operations;
                } else {
                    add_unknown(name->span, TypeKind::interface, name->scalar);
                }
            }
            for (const yaml::Entry& operation : entry.value.entries) {
                if (operation.key != "type" && operation.key != "inputs" &&
                    std::ranges::find(operations, operation.key) == operations.end()) {
                    operations.push_back(operation.key);
                }
            }
        }
    }

    const SourceFile& m_source;
    const yaml::Node& m_document;
    TypeOrigin m_origin;
    TypeCatalogue::Impl& m_types;
    std::vector<Diagnostic>& m_found;
    std::vector<Reference> m_references; ///< looked up when all types are known
    std::set<std::string> m_cyclic;      ///< parents that are reported already
};

} // namespace

std::string to_string(TypeKind kind) {
    switch (kind) {
    case TypeKind::data:
        return "data";
    case TypeKind::artifact:
        return "artifact";
    case TypeKind::capability:
        return "capability";
    case TypeKind::relationship:
        return "relationship";
    case TypeKind::interface:
        return "interface";
    case TypeKind::policy:
        return "policy";
    case TypeKind::group:
        return "group";
    case TypeKind::node:
        break;
    }
    return "node";
}

bool is_primitive(const std::string& type) {
    return std::ranges::find(k_primitives, type) != k_primitives.end();
}

const RequirementType* Type::find_requirement(const std::string& requirement) const {
    const auto it = std::ranges::find(requirements, requirement, &RequirementType::name);
    return it == requirements.end() ? nullptr : &*it;
}

const Type* TypeCatalogue::Impl::find(TypeKind kind, const std::string& name) const {
    const auto& section = types[index_of(kind)];
    const auto it = section.find(name);
    return it == section.end() ? nullptr : &it->second;
}

bool TypeCatalogue::Impl::is_a(TypeKind kind,
                               const std::string& name,
                               const std::string& ancestor) const {
    for (const Type* type = find(kind, name); type != nullptr; type = find(kind, type->parent)) {
        if (type->name == ancestor) {
            return true;
        }
    }
    return false;
}

void TypeCatalogue::Impl::extend(const SourceFile& source,
                                 const yaml::Node& document,
                                 TypeOrigin origin,
                                 std::vector<Diagnostic>& found) {
    TypeReader(source, document, origin, *this, found).read_all();
}

TypeCatalogue::TypeCatalogue(std::unique_ptr<const Impl> impl) : m_impl(std::move(impl)) {}
TypeCatalogue::TypeCatalogue(TypeCatalogue&&) noexcept = default;
TypeCatalogue& TypeCatalogue::operator=(TypeCatalogue&&) noexcept = default;
TypeCatalogue::~TypeCatalogue() = default;

Result<TypeCatalogue> TypeCatalogue::parse(const std::vector<SourceFile>& sources) {
    auto impl = std::make_unique<Impl>();
    std::vector<Diagnostic> found;
    TypeOrigin origin = TypeOrigin::base;
    for (const SourceFile& source : sources) {
        auto document = yaml::parse(source);
        if (!document) {
            append(found, std::move(document).error().diagnostics);
            continue;
        }
        if (!document->is_mapping()) {
            found.push_back(make_error_at(source, document->span, "TSC090",
                                          fmt::format("a file of TOSCA types must be a map; this "
                                                      "is {}",
                                                      yaml::describe(*document))));
            continue;
        }
        impl->extend(source, *document, origin, found);
        origin = TypeOrigin::imported;
    }
    if (!found.empty()) {
        sort_and_merge(found);
        return fail(ErrorKind::input, std::move(found));
    }
    return TypeCatalogue(std::move(impl));
}

Result<TypeCatalogue> TypeCatalogue::load(const std::filesystem::path& folder) {
    std::vector<SourceFile> sources;
    for (const char* name : {"base_types.yaml", "custom_types.yaml"}) {
        const std::filesystem::path file = folder / name;
        AISPRINT_TRY_ASSIGN(SourceFile source, load_source(file, file.string()));
        sources.push_back(std::move(source));
    }
    return parse(sources);
}

} // namespace aisprint::tosca
