// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "type_catalogue.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::tosca {

/// A size, time or frequency as a number of the smallest unit (bytes, nanoseconds, hertz).
[[nodiscard]] std::optional<double> scalar_unit_value(const std::string& text,
                                                      const std::string& type);

/// True for a text that names a password, token or key, or a line that may hold one.
[[nodiscard]] bool is_about_secret(std::string_view text);

/// A value for messages about `label`; what may be a password is not quoted.
[[nodiscard]] std::string shown(const yaml::Node& value, const std::string& label);

/// True for `{get_input: ..}` and the other functions of TOSCA.
[[nodiscard]] bool is_function(const yaml::Node& node);

/// Whether conditions on values are checked, too.
enum class CheckConstraints { no, yes };

/// Checks values against types. Functions inside of them are handed to a callback.
class ValueChecker {
public:
    using FunctionCheck = std::function<
        void(const yaml::Node& function, const Schema& schema, const std::string& label)>;

    ValueChecker(const SourceFile& source,
                 const TypeCatalogue::Impl& types,
                 FunctionCheck check_function,
                 std::vector<Diagnostic>& found)
        : m_source(source), m_types(types), m_check_function(std::move(check_function)),
          m_found(found) {}

    /// `label` is what messages call the value: "'size' of my_block_storage".
    void check_value(const yaml::Node& value,
                     const Schema& schema,
                     const std::string& label,
                     CheckConstraints constraints = CheckConstraints::yes);

    /// Checks a map of properties: known ones, values, required ones. `place` is where missing ones
    /// are reported. `owner` is a name for messages.
    void check_properties(const yaml::Node* properties,
                          const std::map<std::string, PropertyType>& types,
                          const std::string& owner,
                          const Span& place);

private:
    void check_primitive(const yaml::Node& value,
                         const Schema& schema,
                         const std::string& label,
                         CheckConstraints constraints);
    void check_entries(const yaml::Node& value, const Schema& schema, const std::string& label);
    void check_constraints(const yaml::Node& value,
                           const std::vector<Constraint>& constraints,
                           const std::string& type,
                           const std::string& label);
    void add(const Span& span, std::string code, std::string message, std::string hint = {});

    const SourceFile& m_source;
    const TypeCatalogue::Impl& m_types;
    FunctionCheck m_check_function;
    std::vector<Diagnostic>& m_found;
};

} // namespace aisprint::tosca
