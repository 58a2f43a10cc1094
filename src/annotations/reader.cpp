// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/reader.hpp"

#include "compss_reader.hpp"
#include "decorators.hpp"

#include "aisprint/annotations/module_scope.hpp"

#include <fmt/format.h>

#include <utility>

namespace aisprint::annotations {

namespace {

constexpr std::string_view k_byte_order_mark = "\xef\xbb\xbf";

SourceFile without_byte_order_mark(SourceFile source) {
    if (!source.text().starts_with(k_byte_order_mark)) {
        return source;
    }
    return {source.name(), source.text().substr(k_byte_order_mark.size())};
}

bool is_main(const Node& definition) {
    return definition.is("function_definition") &&
           definition.child_of_type("identifier").text() == "main";
}

/// The `main` functions that importing the module defines: those at its top level, or else
/// those in the branches of top-level `if` and `try` statements.
std::vector<Node> find_mains(const PythonTree& tree) {
    std::vector<Node> top;
    std::vector<Node> branched;
    const Node root = tree.root();
    std::size_t i = 1;
    while (i < root.subtree_end()) {
        const Node node = root.at(i);
        if (is_main(node)) {
            const Node around = node.parent();
            const bool direct =
                around == root || (around.is("decorated_definition") && around.parent() == root);
            (direct ? top : branched).push_back(node);
        }
        const bool opaque =
            node.is("function_definition") || node.is("class_definition") || node.is("lambda");
        i = opaque ? node.subtree_end() : i + 1;
    }
    return top.empty() ? branched : top;
}

std::vector<Node> decorators_of(const Node& definition) {
    std::vector<Node> decorators;
    const Node around = definition.parent();
    if (around.is("decorated_definition")) {
        for (const Node& part : around.children()) {
            if (part.is("decorator")) {
                decorators.push_back(part);
            }
        }
    }
    return decorators;
}

Diagnostic no_main(const SourceFile& source) {
    return make_error_at(source, {source.name(), 0, 0, 0}, "ANN010",
                         "the file has no function `main` at its top level; a component needs "
                         "exactly one",
                         "add `def main(args):` and put the annotations on it");
}

Diagnostic several_mains(const SourceFile& source, const std::vector<Node>& mains) {
    Diagnostic error =
        make_error_at(source, mains[1].child_of_type("identifier").span(), "ANN011",
                      fmt::format("the file has {} functions `main`; a component needs exactly "
                                  "one",
                                  mains.size()),
                      "rename or remove the others");
    error.notes.push_back({"the first one is here", mains[0].child_of_type("identifier").span()});
    return error;
}

Diagnostic no_component_name(const SourceFile& source, const Span& main_span) {
    return make_error_at(source, main_span, "ANN017", "`main` has no annotation `component_name`",
                         "add `@component_name(name='...')` with the component's name in the DAG");
}

void add_names(ComponentScript& script, const ModuleScope& scope) {
    for (const Binding& binding : scope.bindings()) {
        if (binding.kind == BindingKind::function) {
            script.module_functions.push_back(binding.name);
        } else if (binding.kind == BindingKind::import_name) {
            script.imported_names.push_back(binding.name);
        }
    }
}

bool mentions(const std::vector<Diagnostic>& errors, const std::string& name) {
    for (const Diagnostic& error : errors) {
        if (error.message.find(name) != std::string::npos ||
            error.hint.find(name) != std::string::npos) {
            return true;
        }
    }
    return false;
}

} // namespace

Result<ComponentScript>
read_component_script(SourceFile source, std::string folder, Reporter& reporter) {
    ComponentScript script;
    script.source = without_byte_order_mark(std::move(source));
    script.path = script.source.name();
    script.folder = std::move(folder);
    AISPRINT_TRY_ASSIGN(const PythonTree tree, PythonTree::parse(script.source));
    const std::vector<Node> mains = find_mains(tree);
    if (mains.empty()) {
        return fail(ErrorKind::input, no_main(script.source));
    }
    if (mains.size() > 1) {
        return fail(ErrorKind::input, several_mains(script.source, mains));
    }
    const ModuleScope scope(tree);
    std::vector<Diagnostic> errors;
    script.main_span = mains.front().child_of_type("identifier").span();
    script.annotations = read_decorators(decorators_of(mains.front()), scope, errors, reporter);
    // A misspelt component_name, or a dictionary that cannot be read, is reported already.
    if (script.find("component_name") == nullptr && !mentions(errors, "component_name") &&
        !mentions(errors, "annotation(")) {
        errors.push_back(no_component_name(script.source, script.main_span));
    }
    if (!errors.empty()) {
        sort_and_merge(errors);
        return fail(ErrorKind::input, std::move(errors));
    }
    add_names(script, scope);
    script.compss = find_compss_use(scope, reporter);
    return script;
}

} // namespace aisprint::annotations
