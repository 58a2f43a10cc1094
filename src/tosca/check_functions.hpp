// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "check_value.hpp"

#include <map>
#include <string>
#include <vector>

namespace aisprint::tosca {

/// A node template, with its type if that is known.
struct TemplateNode {
    const yaml::Entry* entry = nullptr;
    const Type* type = nullptr; ///< null: unknown, nothing can be said about the node
};

/// What the functions of a document refer to.
struct DocumentScope {
    std::map<std::string, const yaml::Node*> inputs;
    std::map<std::string, TemplateNode> nodes;

    /// The node that a requirement of `node` leads to, or an empty name.
    [[nodiscard]] std::string target_of(const std::string& node,
                                        const std::string& requirement) const;
};

/// The assignments of a requirement section: a list of maps of one entry, or a map.
[[nodiscard]] std::vector<const yaml::Entry*> requirements_of(const yaml::Node& node);

/// The node that an assigned requirement names, or null.
[[nodiscard]] const yaml::Node* target_node(const yaml::Node& requirement);

/// Checks where the functions of a document lead.
class FunctionChecker {
public:
    FunctionChecker(const SourceFile& source,
                    const TypeCatalogue::Impl& types,
                    const DocumentScope& scope,
                    std::vector<Diagnostic>& found)
        : m_source(source), m_types(types), m_scope(scope), m_found(found) {}

    /// Checks a function in a value that belongs to `node` (empty: to none, as outputs do).
    void check_function(const yaml::Node& function,
                        const Schema& schema,
                        const std::string& label,
                        const std::string& node);

    /// Checks all functions anywhere in a value without a type.
    void check_all(const yaml::Node& value, const std::string& label, const std::string& node);

private:
    void
    check_get_input(const yaml::Node& argument, const Schema& schema, const std::string& label);
    void check_list(const yaml::Entry& function, const std::string& label, const std::string& node);
    void check_lookup(const yaml::Entry& function, const std::string& node);
    void check_member(const yaml::Entry& function, const std::string& target);
    bool has_member(const yaml::Entry& function, const std::string& target);
    void check_path(const yaml::Entry& function, std::size_t index, const Schema& schema);
    bool check_type_member(const yaml::Entry& function, std::size_t index, const Type& type);
    void report_member(const yaml::Entry& function, const std::string& target);
    void add(const Span& span, std::string code, std::string message, std::string hint = {});

    const SourceFile& m_source;
    const TypeCatalogue::Impl& m_types;
    const DocumentScope& m_scope;
    std::vector<Diagnostic>& m_found;
};

} // namespace aisprint::tosca
