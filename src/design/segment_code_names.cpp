// SPDX-License-Identifier: Apache-2.0
#include "segment_code_names.hpp"

#include "segment_code_flow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace aisprint::design::segment_code {

using annotations::Binding;
using annotations::BindingKind;

namespace {

/// What `main` binds before the inference and a later segment would not have.
std::vector<Binding> suspects_of(const Site& site) {
    Names available = {site.forwarded, site.results, site.inputs, site.args};
    for (const Node& statement : kept_imports(site)) {
        for (const Binding& binding : annotations::bindings_of(statement)) {
            available.insert(binding.name);
        }
    }
    std::vector<Binding> suspects;
    for (const Node& statement : site.before) {
        for (const Binding& binding : annotations::bindings_of(statement)) {
            if (!available.contains(binding.name) && binding.name != "*" &&
                binding.kind != BindingKind::global && binding.kind != BindingKind::deletion) {
                suspects.push_back(binding);
            }
        }
    }
    return suspects;
}

/// The names that the module has only from the block for `__name__`.
std::map<std::string, Node> block_names(const Site& site) {
    std::map<std::string, Node> names;
    for (const Binding& binding : annotations::bindings_of(site.name_block)) {
        names.emplace(binding.name, binding.node);
    }
    for (const Binding& binding : site.scope.bindings()) {
        if (!site.name_block.contains(binding.node)) {
            names.erase(binding.name);
        }
    }
    for (const std::string_view generated : {"args", "parser", "argparse", "os"}) {
        names.erase(std::string(generated));
    }
    return names;
}

bool is_bound_around(const Node& name) {
    for (Node node = name.parent(); node; node = node.parent()) {
        if (opens_scope(node) && scope_names(node).contains(name.text())) {
            return true;
        }
    }
    return false;
}

void check_block_names(const Site& site, Problems& problems) {
    const std::map<std::string, Node> names = block_names(site);
    if (names.empty()) {
        return;
    }
    const Node root = site.tree.root();
    Names reported;
    for (std::size_t i = 0; i < root.subtree_end(); ++i) {
        const Node node = root.at(i);
        const bool dropped = site.name_block.contains(node) ||
                             std::ranges::any_of(site.before, [&node](const Node& statement) {
                                 return statement.contains(node);
                             });
        if (dropped || !is_name(node)) {
            continue;
        }
        const auto found = names.find(std::string(node.text()));
        if (found == names.end() || is_bound_around(node) ||
            !reported.insert(found->first).second) {
            continue;
        }
        problems
            .add(node.span(), "DSN060",
                 fmt::format("`{}` is bound only in the block for `__name__`, which later segments "
                             "do not have",
                             found->first),
                 fmt::format("bind it at the top of the module, or put it into `{}` before the "
                             "inference",
                             site.inputs))
            .notes.push_back(
                {fmt::format("`{}` is bound here", found->first), found->second.span()});
    }
}

bool is_assigned(const Node& subscript) {
    const Node around = subscript.parent();
    return around.is("assignment") && around.children().front() == subscript;
}

void check_arguments(const Site& site, Problems& problems) {
    Names known = {"input", "output", "onnx_file"};
    for (const Node& statement : site.after) {
        for (std::size_t i = statement.index(); i < statement.subtree_end(); ++i) {
            const Node node = statement.at(i);
            const auto key = args_key(node, site.args, site.scope);
            if (!key || known.contains(*key)) {
                continue;
            }
            if (is_assigned(node)) {
                known.insert(*key);
                continue;
            }
            problems.add(node.span(), "DSN061",
                         fmt::format("`{}` is used after the inference; later segments are given "
                                     "only 'input', 'output' and 'onnx_file'",
                                     node.text()),
                         fmt::format("put it into `{}` before the inference (`{}['{}'] = "
                                     "{}['{}']`) and take it from `{}['{}']` after it",
                                     site.inputs, site.inputs, *key, site.args, *key,
                                     site.forwarded, *key));
            known.insert(*key);
        }
    }
}

} // namespace

std::vector<Node> kept_imports(const Site& site) {
    std::vector<Node> imports;
    for (const Node& statement : site.before) {
        if (statement.is("import_statement") || statement.is("import_from_statement")) {
            imports.push_back(statement);
        }
    }
    return imports;
}

void check_names(const Site& site, Problems& problems) {
    check_flow(site, suspects_of(site), problems);
    check_block_names(site, problems);
    check_arguments(site, problems);
}

} // namespace aisprint::design::segment_code
