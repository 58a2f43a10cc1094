// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"
#include "aisprint/base/yaml.hpp"
#include "aisprint/config/application.hpp"

#include <optional>
#include <string>
#include <vector>

namespace aisprint::tosca {

/// What readers of a deployment find: all of it is told at once, sorted, when they are done.
struct Findings {
    std::vector<Diagnostic> errors;
    std::vector<Diagnostic> warnings;
};

/// Reports the warnings, in order, and fails (input) with the errors if there are any.
[[nodiscard]] Result<void> conclude(Findings findings, Reporter& reporter);

/// A YAML file with the way back to its places.
struct InputFile {
    SourceFile source;
    yaml::Node document;

    /// An error at a place of this file.
    [[nodiscard]] Diagnostic
    error(const Span& span, std::string code, std::string message, std::string hint) const;
};

/// Whether there is a file of that name, relative to the application.
[[nodiscard]] bool has_file(const config::ApplicationFolder& folder, const std::string& relative);

/// Reads a YAML file. What is wrong goes to `findings`; then there is no result.
[[nodiscard]] std::optional<InputFile> read_input(const config::ApplicationFolder& folder,
                                                  const std::string& relative,
                                                  Findings& findings);

/// The entry `key` in a document, below its `System`, below the `Resources` of either, or null:
/// files of candidates and of deployments differ in how deep they lie.
[[nodiscard]] const yaml::Entry* find_section(const yaml::Node& document, const std::string& key);

/// The place of an entry's value, or of its key if the value is absent.
[[nodiscard]] Span place_of(const yaml::Entry& entry);

/// What a section holds, for messages: "nothing" if it is not there.
[[nodiscard]] std::string describe(const yaml::Entry* section);

/// The text of a scalar field, or an empty one.
[[nodiscard]] std::string text_of(const yaml::Node& node, const std::string& key);

/// The flag of that name; anything that is no boolean counts as false.
[[nodiscard]] bool flag_of(const yaml::Node& node, const std::string& key);

/// The place of a field's value, or of its key if the value is absent, or of the node itself.
[[nodiscard]] Span place_of(const yaml::Node& node, const std::string& key);

/// A whole number without fraction (1024.0 is 1024), other numbers as they are spelt. Nothing if
/// `node` is no positive number.
[[nodiscard]] std::optional<std::string> positive_number(const yaml::Node& node);

} // namespace aisprint::tosca
