// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/reader.hpp"
#include "aisprint/base/diagnostic.hpp"
#include "aisprint/base/reporter.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::annotations {

/// The application's graph as the checks need it.
struct GraphView {
    std::vector<std::string> components;
    /// For each component, those that follow it.
    std::map<std::string, std::vector<std::string>> successors;
    /// For a component, its degraded versions.
    std::map<std::string, std::vector<std::string>> alternatives;
    /// False while some main.py could not be read: then a component without a script may be
    /// that one, and is no error of its own.
    bool all_scripts_read = true;
};

/// Questions about a component's other files. An empty function, like an empty answer, means
/// "not known": the rule is then skipped.
struct FolderFacts {
    /// Is there src/FOLDER/onnx/FILE ?
    std::function<bool(const std::string& folder, const std::string& file)> has_model;
    /// How many early exits does src/FOLDER/onnx/early_exits.csv list?
    std::function<std::optional<std::size_t>(const std::string& folder)> exit_count;
    /// The classes of src/FOLDER/classification_performance/class_names_dictionary.csv.
    std::function<std::optional<std::vector<std::string>>(const std::string& folder)> class_names;
};

/// The rules that concern one component alone: arguments, their types and ranges, its files.
/// Returns the errors, sorted by place; warnings go to `reporter`. For scripts that could be read
/// when others could not; check_annotations() does this too.
[[nodiscard]] std::vector<Diagnostic>
check_component(const ComponentScript& script, const FolderFacts& facts, Reporter& reporter);

/// Checks the annotations of all components against each other and against the graph. Returns
/// every error, sorted by place; none means that typed.hpp's accessors may be used. Warnings go
/// to `reporter`.
[[nodiscard]] std::vector<Diagnostic> check_annotations(const std::vector<ComponentScript>& scripts,
                                                        const GraphView& graph,
                                                        const FolderFacts& facts,
                                                        Reporter& reporter);

} // namespace aisprint::annotations
