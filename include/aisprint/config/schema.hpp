// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/yaml.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::config {

struct FieldSpec;

/// Types of a value in an application's YAML files.
enum class ValueType {
    any,
    text,            ///< any scalar; written back as it was spelt
    integer,         ///< whole number
    number,          ///< integer or floating point
    numbers,         ///< a number, or a list of numbers
    number_or_text,  ///< for example a size such as 450 or 64GB
    boolean,         ///< true/false and the other YAML 1.1 spellings
    boolean_or_text, ///< a flag that published examples also fill with a word
    image,           ///< text, a list of texts, or nothing
    list,            ///< `element` describes the items
    map,             ///< free keys; `element` describes the values
    object           ///< known keys: `fields`
};

/// Whether a field has to be there.
enum class Presence { required, optional };

/// Whether null counts as an empty value of the type.
enum class Nullable { no, yes };

/// What a value may be. One table of these drives validation, JSON Schema and documentation.
struct TypeSpec {
    ValueType type = ValueType::any;
    Nullable nullable = Nullable::no;
    std::optional<double> minimum;
    std::optional<double> exclusive_minimum;
    std::optional<double> maximum;
    std::vector<std::string> choices;
    std::shared_ptr<const TypeSpec> element;
    std::size_t minimum_items = 0;
    std::string key_pattern; ///< ECMAScript expression for the keys of a map
    std::vector<FieldSpec> fields;

    /// Copies with one property changed, for writing tables.
    [[nodiscard]] TypeSpec or_null() const;
    [[nodiscard]] TypeSpec at_least(double value) const;
    [[nodiscard]] TypeSpec more_than(double value) const;
    [[nodiscard]] TypeSpec at_most(double value) const;
    [[nodiscard]] TypeSpec one_of(std::vector<std::string> values) const;
    [[nodiscard]] TypeSpec with_items(std::size_t count) const;
};

/// A named field of an object.
struct FieldSpec {
    std::string name;
    TypeSpec type;
    Presence presence = Presence::optional;
    std::string description;
};

/// A scalar type.
[[nodiscard]] TypeSpec of(ValueType type);

/// A list of `element`.
[[nodiscard]] TypeSpec list_of(TypeSpec element);

/// A map from keys that match `key_pattern` (anything if empty) to `element`.
[[nodiscard]] TypeSpec map_of(TypeSpec element, std::string key_pattern = {});

/// An object with these fields.
[[nodiscard]] TypeSpec object_of(std::vector<FieldSpec> fields);

/// One YAML format of an application.
struct Format {
    std::string name;        ///< as in `aisprint schema NAME`
    std::string path;        ///< where it lies in an application
    std::string description; ///< one sentence
    TypeSpec type;
};

/// Every format, in the order in which a user meets them.
[[nodiscard]] const std::vector<Format>& formats();

/// The format called `name`, or null.
[[nodiscard]] const Format* find_format(const std::string& name);

/// Checks a document against a type. Wrong types (CFG002), missing fields (CFG003), values out
/// of range (CFG005), unknown choices (CFG006) and keys (CFG007) are errors; unknown fields
/// (CFG004) are warnings, since tools of others read these files too.
[[nodiscard]] std::vector<Diagnostic>
check_document(const SourceFile& source, const yaml::Node& document, const TypeSpec& type);

/// The same for the format `format_name` (which must exist). Warnings go to `reporter`. Fails
/// (input) with the errors.
[[nodiscard]] Result<void> check_document(const SourceFile& source,
                                          const yaml::Node& document,
                                          const std::string& format_name,
                                          Reporter& reporter);

/// Reads a document of the format `format_name` (which must exist). Warnings go to `reporter`.
/// Fails (input) with syntax errors (BAS010..) or with the errors of check_document().
[[nodiscard]] Result<yaml::Node>
parse_document(const SourceFile& source, const std::string& format_name, Reporter& reporter);

/// Rewrites the scalars of known fields in their usual form: booleans as true/false, numbers
/// in shortest form. Text and unknown fields stay as they were spelt, so that 22.10 stays 22.10.
void normalise_scalars(yaml::Node& document, const TypeSpec& type);

} // namespace aisprint::config
