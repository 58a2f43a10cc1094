// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/module_scope.hpp"

#include <algorithm>
#include <utility>

namespace aisprint::annotations {

namespace {

std::string dotted_text(const Node& name) {
    std::string text;
    for (const Node& part : name.children()) {
        text += text.empty() ? "" : ".";
        text += part.text();
    }
    return name.is("identifier") ? std::string(name.text()) : text;
}

/// Walks one statement and collects what it binds.
class BindingCollector {
public:
    std::vector<Binding> run(const Node& statement) {
        std::size_t i = statement.index();
        while (i < statement.subtree_end()) {
            i = visit(statement.at(i));
        }
        return std::move(m_bindings);
    }

private:
    void add(const Node& name, BindingKind kind, std::string target = {}, Node value = {}) {
        m_bindings.push_back({std::string(name.text()), kind, name, std::move(target), value});
    }

    void add_targets(const Node& target, BindingKind kind) {
        for (const Node& name : target_names(target)) {
            add(name, kind);
        }
    }

    /// Returns where the walk goes on.
    std::size_t visit(const Node& node) {
        const std::string_view type = node.type();
        if (type == "function_definition" || type == "class_definition") {
            add(node.child_of_type("identifier"),
                type == "class_definition" ? BindingKind::class_name : BindingKind::function);
            return node.subtree_end();
        }
        if (type == "lambda") {
            return node.subtree_end();
        }
        if (type == "for_in_clause") {
            // The targets of a comprehension are its own; what it iterates over may bind.
            const Node left = node.child("left");
            return left ? left.subtree_end() : node.index() + 1;
        }
        if (type == "import_statement" || type == "import_from_statement") {
            visit_import(node);
            return node.subtree_end();
        }
        if (type == "assignment" || type == "augmented_assignment") {
            visit_assignment(node);
        } else if (type == "named_expression") {
            add(node.child_of_type("identifier"), BindingKind::other);
        } else if (type == "for_statement") {
            add_targets(node.child("left"), BindingKind::other);
        } else if (type == "as_pattern") {
            visit_as(node);
        } else if (type == "dotted_name" || type == "splat_pattern") {
            visit_capture(node);
        } else if (type == "delete_statement") {
            add_targets(node, BindingKind::deletion);
        } else if (type == "global_statement" || type == "nonlocal_statement") {
            add_targets(node, BindingKind::global);
        } else if (type == "type_alias_statement") {
            add_targets(node.child("left"), BindingKind::other);
        }
        return node.index() + 1;
    }

    void visit_assignment(const Node& node) {
        const Node left = node.child("left");
        Node right = node.child("right");
        if (!right) {
            return; // `x: int` alone binds nothing
        }
        if (!left.is("identifier") || node.is("augmented_assignment")) {
            add_targets(left, BindingKind::other);
            return;
        }
        while (right.is("assignment")) {
            right = right.child("right");
        }
        add(left, BindingKind::assignment, {}, right);
    }

    void visit_as(const Node& node) {
        if (const Node target = node.child_of_type("as_pattern_target")) {
            add_targets(target, BindingKind::other);
        } else if (const auto parts = node.children();
                   !parts.empty() && parts.back().is("identifier")) {
            add(parts.back(), BindingKind::other);
        }
    }

    /// `case name` and `case [*rest]`.
    void visit_capture(const Node& node) {
        const std::string_view around = node.parent().type();
        if (around != "case_pattern" && around != "keyword_pattern" && !node.is("splat_pattern")) {
            return;
        }
        const auto parts = node.children();
        if (parts.size() == 1 && parts.front().is("identifier")) {
            add(parts.front(), BindingKind::other);
        }
    }

    void visit_import(const Node& node) {
        const std::vector<Node> parts = node.children();
        std::string module;
        std::size_t first = 0;
        if (node.is("import_from_statement")) {
            module = parts.front().is("relative_import") ? std::string(parts.front().text())
                                                         : dotted_text(parts.front());
            first = 1;
        }
        for (std::size_t i = first; i < parts.size(); ++i) {
            add_import(module, parts[i]);
        }
    }

    void add_import(const std::string& module, const Node& item) {
        if (item.is("wildcard_import")) {
            m_bindings.push_back({"*", BindingKind::import_name, item, module, {}});
            return;
        }
        const std::string prefix = module.empty() ? "" : module + ".";
        const std::vector<Node> parts = item.children();
        if (item.is("aliased_import")) {
            add(parts.back(), BindingKind::import_name, prefix + dotted_text(parts.front()));
        } else if (module.empty()) {
            // `import a.b` binds a.
            add(parts.front(), BindingKind::import_name, std::string(parts.front().text()));
        } else {
            add(parts.front(), BindingKind::import_name, prefix + dotted_text(item));
        }
    }

    std::vector<Binding> m_bindings;
};

} // namespace

std::vector<Node> target_names(const Node& target) {
    std::vector<Node> names;
    if (!target) {
        return names;
    }
    std::size_t i = target.index();
    while (i < target.subtree_end()) {
        const Node node = target.at(i);
        if (node.is("attribute") || node.is("subscript") || node.is("call")) {
            i = node.subtree_end();
            continue;
        }
        if (node.is("identifier")) {
            names.push_back(node);
        }
        ++i;
    }
    return names;
}

std::vector<Binding> bindings_of(const Node& statement) {
    return BindingCollector().run(statement);
}

ModuleScope::ModuleScope(const PythonTree& tree) : m_tree(tree) {
    const Node root = m_tree.root();
    for (Binding& binding : bindings_of(root)) {
        if (binding.name == "*") {
            m_wildcards.push_back(binding.target);
            continue;
        }
        m_by_name[binding.name].push_back(m_bindings.size());
        m_bindings.push_back(std::move(binding));
    }
    for (std::size_t i = 0; i < root.subtree_end(); ++i) {
        if (root.at(i).is("global_statement")) {
            for (const Node& name : target_names(root.at(i))) {
                m_rebound.insert(std::string(name.text()));
            }
        }
    }
}

bool ModuleScope::binds(std::string_view name) const {
    return m_by_name.contains(name);
}

Node ModuleScope::constant(std::string_view name) const {
    const auto found = m_by_name.find(name);
    if (found == m_by_name.end() || found->second.size() != 1 || m_rebound.contains(name)) {
        return {};
    }
    const Binding& binding = m_bindings[found->second.front()];
    if (binding.kind != BindingKind::assignment) {
        return {};
    }
    // Only statements of the module itself: one in a branch might not run.
    Node around = binding.node.parent();
    while (around.is("assignment")) {
        around = around.parent();
    }
    return around.is("expression_statement") && around.parent() == m_tree.root() ? binding.value
                                                                                 : Node{};
}

Resolution ModuleScope::resolve(const Node& expression) const {
    return resolve_at(expression, 0);
}

Resolution ModuleScope::resolve_at(const Node& expression, int depth) const {
    // a.b.c nests to the left: unroll it.
    std::vector<std::string> tail;
    Node node = expression;
    while (node.is("attribute")) {
        const std::vector<Node> parts = node.children();
        if (parts.size() != 2) {
            return {};
        }
        tail.emplace_back(parts[1].text());
        node = parts[0];
    }
    if (!node.is("identifier") || depth > 8) {
        return {};
    }
    Resolution result = resolve_name(std::string(node.text()), depth);
    for (auto part = tail.rbegin(); part != tail.rend(); ++part) {
        result.dotted += "." + *part;
    }
    return result;
}

Resolution ModuleScope::resolve_name(const std::string& name, int depth) const {
    const auto found = m_by_name.find(name);
    if (found == m_by_name.end()) {
        return {Resolution::Kind::unbound, name};
    }
    std::optional<Resolution> imported;
    for (const std::size_t index : found->second) {
        const Binding& binding = m_bindings[index];
        if (binding.kind != BindingKind::import_name) {
            continue;
        }
        // With several imports (try ... except ImportError ...) ours is the one meant.
        if (!imported || binding.target.starts_with("aisprint")) {
            imported = Resolution{Resolution::Kind::imported, binding.target};
        }
    }
    if (imported) {
        return *imported;
    }
    if (const Node value = constant(name); value.is("identifier") || value.is("attribute")) {
        return resolve_at(value, depth + 1);
    }
    return {Resolution::Kind::local, name};
}

} // namespace aisprint::annotations
