// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "check_functions.hpp"

#include <string_view>

namespace aisprint::tosca {

/// Walks through a TOSCA document and collects what is wrong.
class DocumentChecker {
public:
    DocumentChecker(const SourceFile& source,
                    const yaml::Node& document,
                    const TypeCatalogue::Impl& types,
                    std::vector<Diagnostic>& found);

    void check();

private:
    void add(const Span& span, std::string code, std::string message, std::string hint = {});
    bool is_map(const yaml::Node& node, const std::string& label);
    void check_keys(const yaml::Node& node,
                    std::initializer_list<std::string_view> allowed,
                    const std::string& label);
    void check_version();
    void check_imports();
    void add_unknown_type(const yaml::Node& name, TypeKind kind);
    const Type*
    find_type(const yaml::Node& owner, const Span& place, TypeKind kind, const std::string& label);

    void collect_nodes(const yaml::Node& templates);
    void check_inputs(const yaml::Node& inputs);
    void check_outputs(const yaml::Node& outputs);
    void check_policies(const yaml::Node& policies);
    void check_groups(const yaml::Node& groups);
    void check_members(const yaml::Node& owner, std::string_view key, const std::string& label);

    void check_node(const std::string& name, const TemplateNode& node);
    void check_properties(const yaml::Node* properties,
                          const std::map<std::string, PropertyType>& types,
                          const std::string& owner,
                          const Span& place);
    void check_capabilities(const yaml::Node& capabilities, const Type& type);
    void check_artifacts(const yaml::Node& artifacts);
    void check_interfaces(const yaml::Node& interfaces, const Type& type);
    void check_operation(const yaml::Entry& operation, const std::string& interface);

    void check_requirements(const TemplateNode& node);
    void check_requirement(const yaml::Entry& requirement, const RequirementType& type);
    void check_target(const yaml::Node& target,
                      const yaml::Node& requirement,
                      const RequirementType& type);
    void check_relationship(const yaml::Node& relationship);
    void check_host_cycles();
    void check_published_types();
    void check_storage_providers();

    const SourceFile& m_source;
    const yaml::Node& m_document;
    const TypeCatalogue::Impl& m_types;
    std::vector<Diagnostic>& m_found;
    DocumentScope m_scope;
    FunctionChecker m_functions;
    std::string m_node;          ///< the node that is being checked; empty outside of nodes
    bool m_has_imports = false;  ///< other types than ours may be known
    bool m_published = false;    ///< the types are the published ones
    bool m_import_asked = false; ///< TSC123 was reported
    std::vector<std::string> m_relationships; ///< names of relationship templates
};

} // namespace aisprint::tosca
