// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/diagnostic.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"
#include "aisprint/base/yaml.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::config {

/// Which numbers a field takes.
enum class NumberRange { at_least_zero, above_zero, probability };

/// The codes of the three errors that every field can have.
struct FieldCodes {
    std::string type;
    std::string missing;
    std::string range;
};

/// Takes fields out of a document and collects what is wrong with them, so that all errors come at
/// once. `what` in the functions names the object for messages: "resource 'VM1'".
class DocumentReader {
public:
    DocumentReader(const SourceFile& source, FieldCodes codes)
        : m_source(source), m_codes(std::move(codes)) {}

    [[nodiscard]] const SourceFile& source() const { return m_source; }

    void error(const Span& span, std::string code, std::string message, std::string hint = {});
    [[nodiscard]] Diagnostic
    warning(const Span& span, std::string code, std::string message, std::string hint = {}) const;
    void add(std::vector<Diagnostic> diagnostics);

    /// The value of a field that must be there; null after an error.
    const yaml::Node*
    required(const yaml::Node& parent, std::string_view key, const std::string& what);

    /// A map, a list or null after an error. `what` names the value itself.
    const yaml::Node* as_mapping(const yaml::Node* node, const std::string& what);
    const yaml::Node* as_sequence(const yaml::Node* node, const std::string& what);

    /// A text (any scalar); empty after an error.
    std::string text(const yaml::Node* node, const std::string& what);

    /// A finite number in a range. Nothing after an error, or if `node` is null.
    std::optional<double> number(const yaml::Node* node,
                                 NumberRange range,
                                 const std::string& what,
                                 std::string_view unit = {});

    /// A whole number from `least` to 1,000,000,000; 4.0 counts as one.
    std::optional<std::int64_t>
    integer(const yaml::Node* node, std::int64_t least, const std::string& what);

    /// "required" and "number" in one: `fallback` after an error.
    double required_number(const yaml::Node& parent,
                           std::string_view key,
                           NumberRange range,
                           const std::string& what,
                           std::string_view unit,
                           double fallback);

    [[nodiscard]] bool failed() const { return !m_errors.empty(); }

    /// All errors, sorted, as a failure of the input.
    [[nodiscard]] tl::unexpected<Failure> failure();

private:
    void wrong_type(const yaml::Node& node, const std::string& what, std::string_view expected);

    const SourceFile& m_source;
    FieldCodes m_codes;
    std::vector<Diagnostic> m_errors;
};

/// "did you mean 'X'?" if there is a close name, else `otherwise`.
[[nodiscard]] std::string suggestion(const std::string& name,
                                     const std::vector<std::string>& candidates,
                                     std::string otherwise);

/// The spelling of a value for messages: 'text', 12, a list, a map, nothing.
[[nodiscard]] std::string spelt(const yaml::Node& node);

} // namespace aisprint::config
