// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/tosca/check.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::tosca {

/// Sections of a type file, in the order in which they are read: data types first, since all others
/// use them.
enum class TypeKind { data, artifact, capability, relationship, interface, policy, group, node };

inline constexpr std::array<TypeKind, 8> k_type_kinds{
    TypeKind::data,      TypeKind::artifact, TypeKind::capability, TypeKind::relationship,
    TypeKind::interface, TypeKind::policy,   TypeKind::group,      TypeKind::node};

/// "node", for messages; the section is called that and "_types".
[[nodiscard]] std::string to_string(TypeKind kind);

/// A condition on a value, for example greater_or_equal 1.
struct Constraint {
    std::string name;
    yaml::Node operand;
};

/// The type of a value: that of a property, or of the entries of a list or map.
struct Schema {
    std::string type;
    std::vector<Constraint> constraints;
    std::shared_ptr<const Schema> entry; ///< of lists and maps, if told
};

/// A property, or an attribute, that a type has.
struct PropertyType {
    Schema schema;
    bool required = true;
    bool has_default = false;
};

/// What a node type needs of other nodes.
struct RequirementType {
    std::string name;
    std::string capability;
    std::int64_t min_occurrences = 1;
    std::int64_t max_occurrences = 1; ///< -1: any number
};

/// A type of any kind, with all that it inherits.
struct Type {
    std::string name;
    std::string parent;
    bool is_base = false; ///< known without an import
    std::map<std::string, PropertyType> properties;
    std::map<std::string, PropertyType> attributes;
    std::map<std::string, std::string> capabilities; ///< name -> type
    std::vector<RequirementType> requirements;
    std::map<std::string, std::vector<std::string>> interfaces; ///< name -> operations
    std::vector<std::string> operations;                        ///< of an interface type
    std::string primitive;               ///< of a data type that is no map: integer, ...
    std::vector<Constraint> constraints; ///< of such a data type

    /// The requirement of that name, or null.
    [[nodiscard]] const RequirementType* find_requirement(const std::string& requirement) const;
};

/// True for string, integer, list, scalar-unit.size and so on.
[[nodiscard]] bool is_primitive(const std::string& type);

/// Whether types of a source are known everywhere, or only after an import; those of the checked
/// document itself are known in it, and come before imported ones of the same name.
enum class TypeOrigin { base, imported, document };

struct TypeCatalogue::Impl {
    std::array<std::map<std::string, Type>, k_type_kinds.size()> types;

    /// The type, or null.
    [[nodiscard]] const Type* find(TypeKind kind, const std::string& name) const;

    /// Whether `name` is `ancestor` or derives from it.
    [[nodiscard]] bool
    is_a(TypeKind kind, const std::string& name, const std::string& ancestor) const;

    /// Adds the types that a document defines. What is wrong with them goes to `found`.
    void extend(const SourceFile& source,
                const yaml::Node& document,
                TypeOrigin origin,
                std::vector<Diagnostic>& found);
};

} // namespace aisprint::tosca
