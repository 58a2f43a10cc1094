// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/python_tree.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::annotations {

/// What gives a name its value.
enum class BindingKind { import_name, assignment, function, class_name, other, deletion, global };

/// One place where a name is bound (or deleted, or declared global).
struct Binding {
    std::string name;
    BindingKind kind = BindingKind::other;
    /// The name in the source.
    Node node;
    /// import_name: what it stands for, with dots, for example "aisprint.annotations.exec_time".
    std::string target;
    /// assignment of a whole value to one plain name: that value.
    Node value;
};

/// The names that a statement binds in its own scope: bodies of functions and classes inside it
/// are left out, their names are not.
[[nodiscard]] std::vector<Binding> bindings_of(const Node& statement);

/// The names inside an assignment target, for example of `(a, *b)`.
[[nodiscard]] std::vector<Node> target_names(const Node& target);

/// What an expression made of names and dots stands for.
struct Resolution {
    /// imported: through an import. local: bound in the module by something else.
    /// unbound: by nothing that is in sight. none: not made of names and dots.
    enum class Kind { none, imported, local, unbound };
    Kind kind = Kind::none;
    /// The full dotted name.
    std::string dotted;
};

/// The names at the top level of a module.
class ModuleScope {
public:
    explicit ModuleScope(const PythonTree& tree);

    /// The tree that it belongs to.
    [[nodiscard]] const PythonTree& tree() const { return m_tree; }
    /// Every binding of the module's scope, in the order of the source.
    [[nodiscard]] const std::vector<Binding>& bindings() const { return m_bindings; }
    /// True if the module's scope binds the name.
    [[nodiscard]] bool binds(std::string_view name) const;
    /// True if there is an `import *`.
    [[nodiscard]] bool has_wildcard_import() const { return !m_wildcards.empty(); }
    /// The value of a name that is bound exactly once in the whole module, at its top level and
    /// to a plain value; a node that is not there otherwise.
    [[nodiscard]] Node constant(std::string_view name) const;
    /// Resolves `name` or `a.b.c` through imports and plain aliases (`x = a.b`).
    [[nodiscard]] Resolution resolve(const Node& expression) const;

private:
    [[nodiscard]] Resolution resolve_name(const std::string& name, int depth) const;
    [[nodiscard]] Resolution resolve_at(const Node& expression, int depth) const;

    PythonTree m_tree;
    std::vector<Binding> m_bindings;
    std::map<std::string, std::vector<std::size_t>, std::less<>> m_by_name;
    /// Names that some function rebinds by `global`.
    std::set<std::string, std::less<>> m_rebound;
    /// Modules of `from M import *`.
    std::vector<std::string> m_wildcards;
};

} // namespace aisprint::annotations
