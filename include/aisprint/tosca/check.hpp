// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"
#include "aisprint/base/yaml.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace aisprint::tosca {

/// TOSCA node, capability, relationship, data and artifact types, with what they inherit resolved.
class TypeCatalogue {
public:
    struct Impl;

    /// Reads a type file. Fails (input, TSC0xx).
    [[nodiscard]] static Result<TypeCatalogue> parse(const SourceFile& source);

    TypeCatalogue(TypeCatalogue&&) noexcept;
    TypeCatalogue& operator=(TypeCatalogue&&) noexcept;
    ~TypeCatalogue();

    [[nodiscard]] const Impl& impl() const { return *m_impl; }

private:
    explicit TypeCatalogue(std::unique_ptr<const Impl> impl);
    std::unique_ptr<const Impl> m_impl;
};

/// Checks a TOSCA document against the types that it uses, as IM's parser does: known types, known
/// properties of the right type, required ones present, requirements and get_input, get_attribute,
/// get_property that lead somewhere, capabilities that exist. All findings, sorted, at their places
/// in `source` (codes TSC1xx).
[[nodiscard]] std::vector<Diagnostic> check_document(const SourceFile& source,
                                                     const yaml::Node& document,
                                                     const TypeCatalogue& types);

} // namespace aisprint::tosca
