// SPDX-License-Identifier: Apache-2.0
#include "segment_code_flow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace aisprint::design::segment_code {

using annotations::Binding;
using annotations::BindingKind;

namespace {

constexpr int k_max_depth = 150;

/// The names of the parameters of a function or lambda.
Names parameters_of(const Node& definition) {
    Names names;
    Node parameters = definition.child_of_type("parameters");
    if (!parameters) {
        parameters = definition.child_of_type("lambda_parameters");
    }
    for (const Node& parameter : parameters.children()) {
        const Node name =
            parameter.is("identifier") ? parameter : parameter.child_of_type("identifier");
        const Node starred =
            parameter.is("typed_parameter") ? parameter.children().front() : Node{};
        if (name) {
            names.insert(std::string(name.text()));
        } else if (starred) {
            for (const Node& inner : annotations::target_names(starred)) {
                names.insert(std::string(inner.text()));
            }
        }
    }
    return names;
}

bool is_comprehension(const Node& node) {
    return node.type().ends_with("comprehension") || node.is("generator_expression");
}

/// The targets of a comprehension's own loops.
Names comprehension_names(const Node& node) {
    Names names;
    for (const Node& part : node.children()) {
        if (part.is("for_in_clause")) {
            for (const Node& name : annotations::target_names(part.child("left"))) {
                names.insert(std::string(name.text()));
            }
        }
    }
    return names;
}

class NameFlow {
public:
    NameFlow(const Site& site, const std::vector<Binding>& suspects, Problems& problems)
        : m_site(site), m_problems(problems) {
        for (const Binding& binding : suspects) {
            m_bound_at.emplace(binding.name, binding.node);
        }
        for (const Node& statement : site.after) {
            for (const Binding& binding : annotations::bindings_of(statement)) {
                m_bound_later.insert(binding.name);
            }
        }
    }

    void run() {
        State state;
        for (const auto& [name, node] : m_bound_at) {
            state.missing.insert(name);
        }
        for (const Node& statement : m_site.after) {
            visit(statement, state, 0);
        }
    }

private:
    struct State {
        Names missing;
        /// The code behind is not reached from here.
        bool ended = false;
    };

    static void join(State& into, const State& other) {
        if (other.ended) {
            return;
        }
        if (into.ended) {
            into = other;
            return;
        }
        into.missing.insert(other.missing.begin(), other.missing.end());
    }

    void report(const Node& name) {
        const std::string text(name.text());
        if (!m_reported.insert(text).second) {
            return;
        }
        m_problems
            .add(name.span(), "DSN059",
                 fmt::format("`{}` is computed before the inference and used after it; the last "
                             "segment would not have it",
                             text),
                 fmt::format("put it into `{}` before the inference (`{}['{}'] = {}`) and take it "
                             "from `{}['{}']` after it",
                             m_site.inputs, m_site.inputs, text, text, m_site.forwarded, text))
            .notes.push_back({fmt::format("`{}` is bound here", text), m_bound_at.at(text).span()});
    }

    static void define(const Node& target, State& state) {
        for (const Node& name : annotations::target_names(target)) {
            state.missing.erase(std::string(name.text()));
        }
    }

    /// Reports the names that an expression reads.
    void read(const Node& expression, State& state) {
        if (!expression) {
            return;
        }
        std::vector<std::pair<std::size_t, Names>> scopes;
        for (std::size_t i = expression.index(); i < expression.subtree_end(); ++i) {
            const Node node = expression.at(i);
            while (!scopes.empty() && i >= scopes.back().first) {
                scopes.pop_back();
            }
            if (opens_scope(node)) {
                Names names = scope_names(node);
                if (!is_comprehension(node)) {
                    // It runs later: then everything that is bound anywhere counts.
                    names.insert(m_bound_later.begin(), m_bound_later.end());
                }
                scopes.emplace_back(node.subtree_end(), std::move(names));
            } else if (node.is("as_pattern_target")) {
                define(node, state);
            } else if (node.is("named_expression")) {
                read(node.children().back(), state);
                define(node.children().front(), state);
            } else if (is_name(node) && state.missing.contains(node.text()) &&
                       std::ranges::none_of(scopes, [&node](const auto& scope) {
                           return scope.second.contains(node.text());
                       })) {
                report(node);
            }
        }
    }

    /// Reports what an assignment target reads: `x[i] = ...` needs x and i.
    void read_target(const Node& target, State& state) {
        std::size_t i = target.index();
        while (i < target.subtree_end()) {
            const Node node = target.at(i);
            if (node.is("attribute") || node.is("subscript") || node.is("call")) {
                read(node, state);
                i = node.subtree_end();
            } else {
                ++i;
            }
        }
    }

    void visit_block(const Node& block, State& state, int depth) {
        if (depth > k_max_depth) {
            if (m_reported.insert("").second) {
                m_problems.add(block.span(), "DSN067",
                               "the code after the inference is nested too deeply to be checked",
                               "move parts of it into functions");
            }
            return;
        }
        for (const Node& statement : block.children()) {
            visit(statement, state, depth + 1);
        }
    }

    void visit(const Node& statement, State& state, int depth) {
        const std::string_view type = statement.type();
        if (type == "block") {
            visit_block(statement, state, depth);
        } else if (type == "expression_statement") {
            for (const Node& part : statement.children()) {
                visit_expression(part, state);
            }
        } else if (type == "if_statement") {
            visit_if(statement, state, depth);
        } else if (type == "for_statement" || type == "while_statement") {
            visit_loop(statement, state, depth);
        } else if (type == "try_statement") {
            visit_try(statement, state, depth);
        } else if (type == "with_statement") {
            visit_with(statement, state, depth);
        } else if (type == "match_statement") {
            visit_match(statement, state, depth);
        } else if (type == "import_statement" || type == "import_from_statement" ||
                   type == "function_definition" || type == "class_definition" ||
                   type == "decorated_definition") {
            visit_definition(statement, state);
        } else if (type != "global_statement" && type != "nonlocal_statement") {
            read(statement, state);
            state.ended = state.ended || type == "return_statement" || type == "raise_statement" ||
                          type == "break_statement" || type == "continue_statement";
        }
    }

    void visit_definition(const Node& statement, State& state) {
        if (!statement.is("import_statement") && !statement.is("import_from_statement")) {
            read(statement, state);
        }
        for (const Binding& binding : annotations::bindings_of(statement)) {
            state.missing.erase(binding.name);
        }
    }

    void visit_expression(const Node& expression, State& state) {
        if (!expression.is("assignment") && !expression.is("augmented_assignment")) {
            read(expression, state);
            return;
        }
        std::vector<Node> targets;
        Node value = expression;
        while (value.is("assignment")) {
            const Node right = value.child("right");
            if (!right) {
                return;
            }
            targets.push_back(value.child("left"));
            value = right;
        }
        if (expression.is("augmented_assignment")) {
            read(expression.children().front(), state);
            read(expression.children().back(), state);
            return;
        }
        read(value, state);
        for (const Node& target : targets) {
            read_target(target, state);
            define(target, state);
        }
    }

    void visit_if(const Node& statement, State& state, int depth) {
        State result;
        result.ended = true;
        bool has_else = false;
        read(statement.children().front(), state);
        for (const Node& part : statement.children()) {
            State branch = state;
            if (part.is("block")) {
                visit_block(part, branch, depth);
            } else if (part.is("elif_clause")) {
                read(part.children().front(), branch);
                visit_block(part.child_of_type("block"), branch, depth);
            } else if (part.is("else_clause")) {
                has_else = true;
                visit_block(part.child_of_type("block"), branch, depth);
            } else {
                continue;
            }
            join(result, branch);
        }
        if (!has_else) {
            join(result, state);
        }
        state = std::move(result);
    }

    void visit_loop(const Node& statement, State& state, int depth) {
        State body = state;
        if (statement.is("for_statement")) {
            read(statement.child("right"), body);
            read_target(statement.child("left"), body);
            define(statement.child("left"), body);
            // After the loop its variable counts as bound: without a single round, what the
            // program would use instead is an accident.
            define(statement.child("left"), state);
        } else {
            read(statement.children().front(), body);
        }
        for (const Node& part : statement.children()) {
            if (part.is("block")) {
                visit_block(part, body, depth);
            } else if (part.is("else_clause")) {
                State otherwise = state;
                visit_block(part.child_of_type("block"), otherwise, depth);
            }
        }
    }

    void visit_try(const Node& statement, State& state, int depth) {
        State result = state;
        const State start = state;
        Node last;
        for (const Node& part : statement.children()) {
            if (part.is("block")) {
                visit_block(part, result, depth);
            } else if (part.is("else_clause")) {
                visit_block(part.child_of_type("block"), result, depth);
            } else if (part.is("finally_clause")) {
                last = part;
            }
        }
        for (const Node& part : statement.children()) {
            if (part.is("except_clause") || part.is("except_group_clause")) {
                State handler = start;
                for (const Node& inner : part.children()) {
                    if (inner.is("block")) {
                        visit_block(inner, handler, depth);
                    } else {
                        visit_as(inner, handler);
                    }
                }
                join(result, handler);
            }
        }
        state = std::move(result);
        if (last) {
            visit_block(last.child_of_type("block"), state, depth);
        }
    }

    /// `value as target`, or a value alone.
    void visit_as(const Node& part, State& state) {
        if (!part.is("as_pattern")) {
            read(part, state);
            return;
        }
        read(part.children().front(), state);
        define(part.children().back(), state);
    }

    void visit_with(const Node& statement, State& state, int depth) {
        for (const Node& item : statement.child_of_type("with_clause").children()) {
            for (const Node& part : item.children()) {
                visit_as(part, state);
            }
        }
        visit_block(statement.child_of_type("block"), state, depth);
    }

    void visit_match(const Node& statement, State& state, int depth) {
        State result = state; // no case may fit
        for (const Node& part : statement.children()) {
            if (!part.is("block")) {
                read(part, state);
                continue;
            }
            for (const Node& clause : part.children()) {
                State branch = state;
                for (const Node& inner : clause.children()) {
                    if (inner.is("case_pattern")) {
                        for (const Binding& binding : annotations::bindings_of(inner)) {
                            branch.missing.erase(binding.name);
                        }
                    } else if (inner.is("block")) {
                        visit_block(inner, branch, depth);
                    } else {
                        read(inner, branch);
                    }
                }
                join(result, branch);
            }
        }
        state = std::move(result);
    }

    const Site& m_site;
    Problems& m_problems;
    std::map<std::string, Node, std::less<>> m_bound_at;
    Names m_bound_later;
    Names m_reported;
};

} // namespace

Names scope_names(const Node& node) {
    if (is_comprehension(node)) {
        return comprehension_names(node);
    }
    Names names = parameters_of(node);
    if (!node.is("lambda")) {
        const Node body = node.child_of_type("block");
        Names outer;
        if (body) {
            for (const Binding& binding : annotations::bindings_of(body)) {
                (binding.kind == BindingKind::global ? outer : names).insert(binding.name);
            }
        }
        for (const std::string& name : outer) {
            names.erase(name);
        }
    }
    return names;
}

bool opens_scope(const Node& node) {
    return node.is("function_definition") || node.is("class_definition") || node.is("lambda") ||
           is_comprehension(node);
}

void check_flow(const Site& site, const std::vector<Binding>& suspects, Problems& problems) {
    NameFlow(site, suspects, problems).run();
}

} // namespace aisprint::design::segment_code
