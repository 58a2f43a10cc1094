// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/compss.hpp"
#include "aisprint/annotations/value.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::annotations {

/// One argument of an annotation.
struct Argument {
    std::string name;
    Value value;
    /// Where the name stands; the value's place for a positional argument.
    Span name_span;
};

/// One annotation of a component, from either syntax.
struct Annotation {
    std::string name;
    /// Arguments in the order of the source.
    std::vector<Argument> arguments;
    /// The decorator's name, or the key in the dictionary of @annotation.
    Span span;

    /// The value of an argument, or null. An argument given as None counts as absent.
    [[nodiscard]] const Value* find(std::string_view argument) const;
};

/// What a component's main.py says about itself.
struct ComponentScript {
    /// The path as shown, same as source.name().
    std::string path;
    /// The folder's name below src/.
    std::string folder;
    /// The text, without a leading byte-order mark.
    SourceFile source;
    /// In the order of the source.
    std::vector<Annotation> annotations;
    /// Where the name of `main` stands in its definition.
    Span main_span;
    /// The names of the functions that the module defines at its top level, in source order.
    std::vector<std::string> module_functions;
    /// Names that the module's own imports bind at its top level, in source order.
    std::vector<std::string> imported_names;
    /// Set if the component uses COMPSs.
    std::optional<CompssUse> compss;

    /// The annotation of that name, or null.
    [[nodiscard]] const Annotation* find(std::string_view annotation) const;

    /// The name given by component_name, if there is one and it is a string.
    [[nodiscard]] std::optional<std::string> component_name() const;
};

/// The names of all annotations, sorted.
[[nodiscard]] const std::vector<std::string>& annotation_names();

/// The arguments of an annotation in positional order; empty for an unknown name.
[[nodiscard]] const std::vector<std::string>& argument_names(std::string_view annotation);

/// Reads the annotations on `main` of one component. `folder` is the name below src/.
///
/// Fails (input) with everything that is wrong in the file: not Python, no or several `main`,
/// annotations given twice or without parentheses, unknown names and values that are not known
/// without running the program. Warnings go to `reporter`. The rules for the values themselves
/// are those of check_annotations().
[[nodiscard]] Result<ComponentScript>
read_component_script(SourceFile source, std::string folder, Reporter& reporter);

} // namespace aisprint::annotations
