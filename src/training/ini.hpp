// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/source_file.hpp"
#include "literal.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace aisprint::training {

/// An option of an INI file with its value.
struct IniOption {
    std::string name;
    Span name_span;
    std::string text;                 ///< the value; continued lines are joined by "\n"
    std::vector<std::size_t> offsets; ///< of each byte of `text`, and of its end, in the file
    ReadLiteral literal;
};

/// A section of an INI file.
struct IniSection {
    std::string name;
    Span span;
    std::vector<IniOption> options; ///< in file order

    [[nodiscard]] const IniOption* find(std::string_view option) const;
};

/// An INI file: names count with their case, "%" is a letter like any other.
struct IniFile {
    std::vector<IniSection> sections;

    [[nodiscard]] const IniSection* find(std::string_view section) const;
};

/// Reads an INI file; what is wrong with its lines (TRN010) goes to `errors`.
[[nodiscard]] IniFile read_ini(const SourceFile& source, std::vector<Diagnostic>& errors);

/// The place of a part of an option's value.
[[nodiscard]] Span
span_in(const SourceFile& source, const IniOption& option, std::size_t begin, std::size_t end);

} // namespace aisprint::training
