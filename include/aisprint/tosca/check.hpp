// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"
#include "aisprint/base/yaml.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace aisprint::tosca {

/// TOSCA types with what they inherit resolved.
class TypeCatalogue {
public:
    struct Impl;

    /// Reads type files; types may derive from types of the same file and of those before it. The
    /// first file holds the types that every TOSCA processor knows, the others those that a
    /// document has to import. Fails (input, TSC090 to TSC094) with all that is wrong in them.
    [[nodiscard]] static Result<TypeCatalogue> parse(const std::vector<SourceFile>& sources);

    /// The types that are shipped with the program: base_types.yaml and custom_types.yaml in
    /// `folder`, which is `tosca` of the templates. Fails (io, input).
    [[nodiscard]] static Result<TypeCatalogue> load(const std::filesystem::path& folder);

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
/// in `source` (codes TSC100 to TSC124). Warnings are among them: for types that we do not know but
/// the document may import (TSC122), for what the published types refuse (TSC121), and for what IM
/// accepts but fails at later (TSC124). Values and lines that may be secrets, by the words around
/// them, are not quoted. `pattern` constraints are not checked. Time grows linearly with the
/// document.
[[nodiscard]] std::vector<Diagnostic>
check_document(const SourceFile& source, const yaml::Node& document, const TypeCatalogue& types);

} // namespace aisprint::tosca
