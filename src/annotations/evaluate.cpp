// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/evaluate.hpp"

#include "arithmetic.hpp"
#include "literals.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace aisprint::annotations {

namespace {

constexpr int k_max_depth = 100;
/// Limits what constants built from constants can grow to: bytes of text, and 64 for each part.
constexpr std::size_t k_max_cost = 4'000'000;
constexpr std::size_t k_part_cost = 64;

using Evaluated = tl::expected<Value, Diagnostic>;

class Evaluator {
public:
    Evaluator(const ModuleScope& scope, Reporter& reporter)
        : m_scope(scope), m_reporter(reporter), m_source(scope.tree().source()) {}

    /// `use` is where the value is needed: names must be bound before it.
    Evaluated run(const Node& node, std::size_t use) {
        m_use = use;
        return visit(node, 0);
    }

private:
    tl::unexpected<Diagnostic> refuse(const Node& node, const std::string& why) const {
        return tl::unexpected<Diagnostic>(
            make_error_at(m_source, node.span(), "ANN020",
                          "the value must be known without running the program, but it " + why,
                          "write the value itself, or a name that the module binds once to it"));
    }

    Evaluated finish(const Node& node, tl::expected<Value, std::string> value) const {
        if (!value) {
            return refuse(node, value.error());
        }
        value->span = node.span();
        return *std::move(value);
    }

    Evaluated visit(const Node& node, int depth) {
        const std::string_view type = node.type();
        m_cost += k_part_cost;
        if (depth > k_max_depth || m_cost > k_max_cost) {
            return refuse(node, "is nested too deeply or has too many parts");
        }
        if (type == "integer" || type == "float") {
            return finish(node, parse_number_literal(node));
        }
        if (type == "string") {
            return visit_string(node);
        }
        if (type == "concatenated_string") {
            return visit_strings(node);
        }
        if (type == "true" || type == "false" || type == "none") {
            return make_keyword(node, type);
        }
        if (type == "list" || type == "tuple") {
            return visit_list(node, depth);
        }
        if (type == "dictionary") {
            return visit_dict(node, depth);
        }
        if (type == "parenthesized_expression") {
            return visit_parentheses(node, depth);
        }
        if (type == "unary_operator" || type == "not_operator") {
            return visit_unary(node, depth);
        }
        if (type == "binary_operator") {
            return visit_binary(node, depth);
        }
        if (type == "identifier") {
            return visit_name(node, depth);
        }
        return refuse(node, describe_other(type));
    }

    static std::string describe_other(std::string_view type) {
        if (type == "call") {
            return "calls a function";
        }
        if (type == "attribute") {
            return "is an attribute of an object";
        }
        if (type == "subscript") {
            return "is an element of a container";
        }
        if (type == "set") {
            return "is a set";
        }
        if (type.ends_with("comprehension") || type == "generator_expression") {
            return "is a comprehension";
        }
        if (type == "lambda") {
            return "is a function";
        }
        if (type == "list_splat" || type == "dictionary_splat") {
            return "unpacks another value";
        }
        return "is an expression";
    }

    static Evaluated make_keyword(const Node& node, std::string_view type) {
        Value value;
        value.kind = type == "none" ? ValueKind::none : ValueKind::boolean;
        value.boolean = type == "true";
        value.span = node.span();
        return value;
    }

    Evaluated visit_string(const Node& node) {
        auto text = parse_string_literal(node, m_scope.tree().encoding());
        if (!text) {
            return refuse(node, text.error());
        }
        m_cost += text->size();
        Value value;
        value.kind = ValueKind::string;
        value.text = *std::move(text);
        value.span = node.span();
        return value;
    }

    Evaluated visit_strings(const Node& node) {
        Value value;
        value.kind = ValueKind::string;
        value.span = node.span();
        for (const Node& part : node.children()) {
            Evaluated piece = visit_string(part);
            if (!piece) {
                return piece;
            }
            value.text += piece->text;
        }
        return value;
    }

    Evaluated visit_list(const Node& node, int depth) {
        Value value;
        value.kind = ValueKind::list;
        value.span = node.span();
        for (const Node& item : node.children()) {
            Evaluated part = visit(item, depth + 1);
            if (!part) {
                return part;
            }
            value.items.push_back(*std::move(part));
        }
        return value;
    }

    Evaluated visit_dict(const Node& node, int depth) {
        Value value;
        value.kind = ValueKind::dict;
        value.span = node.span();
        for (const Node& entry : node.children()) {
            const std::vector<Node> parts = entry.children();
            if (!entry.is("pair") || parts.size() != 2) {
                return refuse(entry, describe_other(entry.type()));
            }
            Evaluated key = visit(parts[0], depth + 1);
            if (!key) {
                return key;
            }
            Evaluated item = visit(parts[1], depth + 1);
            if (!item) {
                return item;
            }
            value.keys.push_back(*std::move(key));
            value.items.push_back(*std::move(item));
        }
        return value;
    }

    Evaluated visit_parentheses(const Node& node, int depth) {
        const std::vector<Node> parts = node.children();
        if (parts.size() != 1) {
            return refuse(node, "is an expression");
        }
        Evaluated value = visit(parts.front(), depth + 1);
        if (value) {
            value->span = node.span();
        }
        return value;
    }

    Evaluated visit_unary(const Node& node, int depth) {
        const std::vector<Node> parts = node.children();
        if (parts.size() != 1) {
            return refuse(node, "is an expression");
        }
        Evaluated operand = visit(parts.front(), depth + 1);
        if (!operand) {
            return operand;
        }
        return finish(node, apply_unary(node.all_children().front().type(), *operand));
    }

    Evaluated visit_binary(const Node& node, int depth) {
        const std::vector<Node> parts = node.children();
        std::string_view operation;
        for (const Node& part : node.all_children()) {
            if (part.is_token()) {
                operation = part.type();
            }
        }
        if (parts.size() != 2) {
            return refuse(node, "is an expression");
        }
        Evaluated left = visit(parts[0], depth + 1);
        if (!left) {
            return left;
        }
        Evaluated right = visit(parts[1], depth + 1);
        if (!right) {
            return right;
        }
        return finish(node, apply_binary(operation, *left, *right));
    }

    Evaluated visit_name(const Node& node, int depth) {
        const std::string name(node.text());
        if (const Node value_node = m_scope.constant(name)) {
            return visit_constant(node, name, value_node, depth);
        }
        if ((name == "true" || name == "false") && !m_scope.binds(name)) {
            m_reporter.report(as_warning(make_error_at(
                m_source, node.span(), "ANN070",
                fmt::format("`{}` is read as a boolean, but Python does not know this name: the "
                            "component will fail when it is started",
                            name),
                fmt::format("write {}", name == "true" ? "True" : "False"))));
            return make_keyword(node, name);
        }
        return refuse(node,
                      m_scope.binds(name)
                          ? fmt::format("is the name `{}`, which is not bound exactly once to a "
                                        "value at the top level of the module",
                                        name)
                          : fmt::format("is the name `{}`, which the module does not bind", name));
    }

    Evaluated
    visit_constant(const Node& node, const std::string& name, const Node& value_node, int depth) {
        if (value_node.begin() > m_use) {
            return refuse(node, fmt::format("is the name `{}`, which is bound only later", name));
        }
        if (!m_open.insert(name).second) {
            return refuse(node, fmt::format("is the name `{}`, which depends on itself", name));
        }
        const std::size_t use = std::exchange(m_use, value_node.begin());
        Evaluated value = visit(value_node, depth + 1);
        m_use = use;
        m_open.erase(name);
        if (value) {
            value->span = node.span();
            return value;
        }
        Diagnostic error = value.error();
        error.notes.push_back({fmt::format("needed for `{}` here", name), node.span()});
        return tl::unexpected<Diagnostic>(std::move(error));
    }

    const ModuleScope& m_scope;
    Reporter& m_reporter;
    const SourceFile& m_source;
    std::set<std::string> m_open;
    std::size_t m_use = 0;
    std::size_t m_cost = 0;
};

} // namespace

Result<Value> evaluate(const Node& expression, const ModuleScope& scope, Reporter& reporter) {
    Evaluated value = Evaluator(scope, reporter).run(expression, expression.begin());
    if (!value) {
        return fail(ErrorKind::input, std::move(value).error());
    }
    return *std::move(value);
}

} // namespace aisprint::annotations
