// SPDX-License-Identifier: Apache-2.0
#include "segment_code_site.hpp"

#include "segment_code_start.hpp"
#include "segment_code_text.hpp"

#include "aisprint/annotations/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace aisprint::design::segment_code {

using annotations::Binding;
using annotations::BindingKind;
using annotations::Resolution;

namespace {

constexpr std::string_view k_call = "load_and_inference";
constexpr std::string_view k_byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view k_form =
    "write `return_dict, result = load_and_inference(args['onnx_file'], input_dict)`";

Node name_of(const Node& definition) {
    return definition.child_of_type("identifier");
}

/// How a block is called in messages: "`with`".
std::string block_word(const Node& node) {
    const std::string_view type = node.type();
    const std::size_t end = type.find("_statement");
    return end == std::string_view::npos ? "another statement"
                                         : fmt::format("`{}`", type.substr(0, end));
}

/// Fills a Site step by step; what is in the way is added to the problems.
class SiteFinder {
public:
    SiteFinder(Site& site, Problems& problems)
        : m_site(site), m_problems(problems), m_text(site.tree.source().text()) {}

    void run() {
        m_site.eol = line_end_of(m_text);
        if (find_main()) {
            find_local_imports();
            find_inference();
        }
        find_start(m_site, m_problems);
    }

private:
    bool find_main() {
        const Node root = m_site.tree.root();
        std::vector<Node> mains;
        for (const Node& statement : root.children()) {
            const Node definition = statement.is("decorated_definition")
                                        ? statement.child_of_type("function_definition")
                                        : statement;
            if (definition.is("function_definition") && name_of(definition).text() == "main") {
                mains.push_back(definition);
            }
        }
        if (mains.size() != 1) {
            m_problems.add(mains.empty() ? m_site.whole_file() : name_of(mains.back()).span(),
                           "DSN055",
                           fmt::format("the file has {} functions `main` at its top level; "
                                       "segments are made from exactly one",
                                       mains.size()),
                           "define `main` once, outside of `if` and `try`");
            return false;
        }
        m_site.main = mains.front();
        const std::vector<Node> tokens = m_site.main.all_children();
        m_site.is_async = !tokens.empty() && tokens.front().is("async");
        return find_parameter() && find_body();
    }

    static bool has_default(const Node& parameter) {
        return parameter.is("default_parameter") || parameter.is("typed_default_parameter") ||
               parameter.is("list_splat_pattern") || parameter.is("dictionary_splat_pattern") ||
               parameter.is("positional_separator") || parameter.is("keyword_separator") ||
               (parameter.is("typed_parameter") && !parameter.children().front().is("identifier"));
    }

    bool find_parameter() {
        const Node parameters = m_site.main.child_of_type("parameters");
        const std::vector<Node> all = parameters.children();
        const bool usable =
            !all.empty() &&
            (all.front().is("identifier") || all.front().child_of_type("identifier")) &&
            !all.front().is("list_splat_pattern") && !all.front().is("dictionary_splat_pattern") &&
            std::all_of(all.begin() + 1, all.end(), has_default);
        if (!usable) {
            m_problems.add(parameters.span(), "DSN055",
                           fmt::format("`main{}` cannot be called with one dictionary of "
                                       "arguments",
                                       parameters.text()),
                           "write `def main(args):`");
            return false;
        }
        const Node first = all.front();
        m_site.args = std::string(
            (first.is("identifier") ? first : first.child_of_type("identifier")).text());
        return true;
    }

    bool find_body() {
        const Node body = m_site.main.child_of_type("block");
        Node colon;
        for (const Node& part : m_site.main.all_children()) {
            if (part.is(":")) {
                colon = part;
            }
        }
        const std::size_t begin = body ? line_begin(m_text, body.begin()) : 0;
        if (!body || begin <= colon.begin()) {
            m_problems.add(name_of(m_site.main).span(), "DSN055",
                           "the body of `main` stands on the line of its `def`",
                           "put each statement of `main` on a line of its own");
            return false;
        }
        m_site.header_end = line_after(m_text, colon.end());
        m_site.indent = std::string(m_text.substr(begin, body.begin() - begin));
        m_site.main_end = block_lines_end(m_text, body.end());
        m_body = body;
        return true;
    }

    /// Imports inside `main` may bring load_and_inference.
    void find_local_imports() {
        for (const Node& statement : m_body.children()) {
            for (const Binding& binding : annotations::bindings_of(statement)) {
                if (binding.kind == BindingKind::import_name) {
                    m_local_imports[binding.name] = binding.target;
                }
            }
        }
    }

    bool is_inference(const Node& call) {
        const Node function = call.children().front();
        Node root = function;
        while (root.is("attribute")) {
            root = root.children().front();
        }
        std::string dotted = m_site.scope.resolve(function).dotted;
        const auto local = m_local_imports.find(std::string(root.text()));
        if (local != m_local_imports.end() && m_site.main.contains(call)) {
            dotted = local->second + std::string(function.text().substr(root.text().size()));
        }
        return dotted == k_call || dotted.ends_with("." + std::string(k_call));
    }

    void find_inference() {
        std::vector<Node> calls;
        const Node root = m_site.tree.root();
        for (std::size_t i = 0; i < root.subtree_end(); ++i) {
            const Node node = root.at(i);
            if (node.is("call") && is_inference(node)) {
                calls.push_back(node);
            }
        }
        if (calls.empty()) {
            m_problems.add(name_of(m_site.main).span(), "DSN050",
                           "`main` does not call `load_and_inference`, by which a model is cut",
                           std::string(k_form));
            return;
        }
        if (calls.size() > 1) {
            m_problems
                .add(calls[1].span(), "DSN051",
                     fmt::format("the file calls `load_and_inference` {} times; only one call can "
                                 "be cut",
                                 calls.size()),
                     "keep one call, in `main`")
                .notes.push_back({"the first call is here", calls[0].span()});
            return;
        }
        if (check_place(calls.front())) {
            read_statement(calls.front());
            read_arguments(calls.front());
        }
    }

    bool check_place(const Node& call) {
        const Node function = call.children().front();
        if (m_site.scope.resolve(function).kind == Resolution::Kind::unbound &&
            !m_site.scope.has_wildcard_import() && !is_local(function)) {
            m_problems.add(function.span(), "DSN066",
                           fmt::format("`{}` is called without being imported", function.text()),
                           "add `from aisprint.onnx_inference import load_and_inference`");
        }
        if (!m_body.contains(call)) {
            m_problems.add(call.span(), "DSN052",
                           "`load_and_inference` is called outside of the body of `main`",
                           "call it in `main` itself");
            return false;
        }
        const Node top = statement_of(call, m_body);
        if (top.is("expression_statement")) {
            return true;
        }
        const std::string around = top.is("function_definition") ||
                                           top.is("decorated_definition") ||
                                           top.is("class_definition")
                                       ? "a definition"
                                       : block_word(top);
        m_problems
            .add(call.span(), "DSN052",
                 fmt::format("`load_and_inference` is called inside {}; the code after it could "
                             "not be separated",
                             around),
                 top.is("return_statement")
                     ? std::string(k_form) + " and return afterwards"
                     : "make the call a statement of `main` itself, outside of any block")
            .notes.push_back({fmt::format("{} begins here", around), top.span()});
        return false;
    }

    bool is_local(const Node& function) const {
        Node root = function;
        while (root.is("attribute")) {
            root = root.children().front();
        }
        return m_local_imports.contains(std::string(root.text()));
    }

    void read_statement(const Node& call) {
        m_site.statement = statement_of(call, m_body);
        const Node assignment = m_site.statement.children().front();
        const std::vector<Node> sides = assignment.children();
        const bool assigned = assignment.is("assignment") && sides.size() == 2 &&
                              unwrapped(sides[1]) == call &&
                              m_site.statement.children().size() == 1;
        const std::vector<Node> targets = assigned ? sides[0].children() : std::vector<Node>{};
        const bool pattern =
            assigned && (sides[0].is("pattern_list") || sides[0].is("tuple_pattern") ||
                         sides[0].is("list_pattern"));
        if (!pattern || targets.size() != 2 || !targets[0].is("identifier") ||
            !targets[1].is("identifier") || targets[0].text() == targets[1].text()) {
            m_problems.add(
                m_site.statement.span(), "DSN053",
                "the result of `load_and_inference` is not assigned to two different names",
                std::string(k_form));
            return;
        }
        m_site.callee = std::string(call.children().front().text());
        m_site.forwarded = std::string(targets[0].text());
        m_site.results = std::string(targets[1].text());
        split_statements();
    }

    void split_statements() {
        bool behind = false;
        for (const Node& statement : m_body.children()) {
            if (statement == m_site.statement) {
                behind = true;
            } else {
                (behind ? m_site.after : m_site.before).push_back(statement);
            }
        }
        m_site.statement_end = line_after(m_text, m_site.statement.end());
        m_site.after_begin = m_site.statement_end;
        if (!m_site.after.empty() && m_site.after.front().begin() < m_site.statement_end) {
            m_site.shares_line = true;
            m_site.statement_end = m_site.statement.end();
            m_site.after_begin = m_site.after.front().begin();
        }
    }

    void read_arguments(const Node& call) {
        const Node list = call.children().back();
        Node model;
        Node inputs;
        bool plain = list.is("argument_list");
        std::size_t position = 0;
        for (const Node& item : list.children()) {
            if (item.is("keyword_argument")) {
                const std::string_view name = item.children().front().text();
                Node& target = name == "onnx_file" ? model : inputs;
                plain = plain && (name == "onnx_file" || name == "input_dict") && !target;
                target = item.children().back();
            } else if (position < 2 && !item.is("list_splat") && !item.is("dictionary_splat")) {
                (position++ == 0 ? model : inputs) = item;
            } else {
                plain = false;
            }
        }
        if (!plain || !model || !inputs) {
            m_problems.add(list.span(), "DSN054",
                           "`load_and_inference` is not given just the model and the inputs",
                           std::string(k_form));
            return;
        }
        const Node inputs_name = unwrapped(inputs);
        m_site.inputs = inputs_name.is("identifier") && inputs_name.text() != m_site.args
                            ? std::string(inputs_name.text())
                            : "input_dict";
        read_model(model);
    }

    bool mentions_model(const Node& expression) const {
        for (std::size_t i = expression.index(); i < expression.subtree_end(); ++i) {
            if (args_key(expression.at(i), m_site.args, m_site.scope) == "onnx_file") {
                return true;
            }
        }
        return false;
    }

    /// The names that `main` binds before the inference.
    std::vector<Binding> local_bindings() const {
        std::vector<Binding> result;
        for (const Node& statement : m_site.before) {
            for (Binding& binding : annotations::bindings_of(statement)) {
                result.push_back(std::move(binding));
            }
        }
        return result;
    }

    void read_model(const Node& argument) {
        const std::vector<Binding> locals = local_bindings();
        Node model = unwrapped(argument);
        if (model.is("identifier")) {
            const auto is_same = [&model](const Binding& binding) {
                return binding.name == model.text();
            };
            const auto found = std::ranges::find_if(locals, is_same);
            if (std::ranges::count_if(locals, is_same) == 1 &&
                found->kind == BindingKind::assignment) {
                model = found->value;
            }
        }
        bool uses_locals = false;
        for (std::size_t i = model.index(); i < model.subtree_end(); ++i) {
            const Node node = model.at(i);
            uses_locals =
                uses_locals ||
                (is_name(node) && node.text() != m_site.args &&
                 std::ranges::any_of(locals, [&node](const Binding& binding) {
                     return binding.name == node.text() && binding.kind != BindingKind::import_name;
                 }));
        }
        if (!mentions_model(model) || uses_locals) {
            m_problems.add(argument.span(), "DSN054",
                           fmt::format("the model given to `load_and_inference` is not "
                                       "`{}['onnx_file']`, so segments could not use their own",
                                       m_site.args),
                           std::string(k_form));
            return;
        }
        m_site.model_argument = std::string(model.text());
    }

    Site& m_site;
    Problems& m_problems;
    std::string_view m_text;
    Node m_body;
    std::map<std::string, std::string> m_local_imports;
};

} // namespace

Diagnostic& Problems::add(const Span& span,
                          const std::string& code,
                          const std::string& message,
                          const std::string& hint) {
    m_errors.push_back(make_error_at(m_source, span, code, message, hint));
    return m_errors.back();
}

std::vector<Diagnostic> Problems::take() {
    sort_and_merge(m_errors);
    return std::move(m_errors);
}

Node statement_of(const Node& node, const Node& block) {
    Node statement = node;
    while (statement && statement.parent() != block) {
        statement = statement.parent();
    }
    return statement;
}

Node unwrapped(Node node) {
    while (node.is("parenthesized_expression") && node.children().size() == 1) {
        node = node.children().front();
    }
    return node;
}

std::optional<std::string> constant_text(const Node& node, const ModuleScope& scope) {
    CollectingReporter ignored; // the annotations' reader has reported it
    const Result<annotations::Value> value = annotations::evaluate(node, scope, ignored);
    return value && value->kind == annotations::ValueKind::string ? std::optional(value->text)
                                                                  : std::nullopt;
}

bool is_name(const Node& node) {
    if (!node.is("identifier")) {
        return false;
    }
    const Node around = node.parent();
    if (around.is("attribute")) {
        return around.children().front() == node;
    }
    if (around.is("dotted_name") && !around.parent().is("case_pattern") &&
        !around.parent().is("class_pattern")) {
        return false; // a module in an import
    }
    if (around.is("keyword_argument") || around.is("keyword_pattern")) {
        return around.children().front() != node;
    }
    return true;
}

std::optional<std::string>
args_key(const Node& node, std::string_view args, const ModuleScope& scope) {
    const std::vector<Node> parts = node.children();
    if (node.is("subscript") && parts.size() == 2 && parts[0].is("identifier") &&
        parts[0].text() == args) {
        return constant_text(parts[1], scope);
    }
    if (node.is("call") && parts.size() == 2 && parts[0].is("attribute")) {
        const std::vector<Node> names = parts[0].children();
        const std::vector<Node> arguments = parts[1].children();
        if (names.size() == 2 && names[0].is("identifier") && names[0].text() == args &&
            names[1].text() == "get" && !arguments.empty()) {
            return constant_text(arguments.front(), scope);
        }
    }
    return std::nullopt;
}

Result<Site> find_site(const SourceFile& main) {
    const bool marked = main.text().starts_with(k_byte_order_mark);
    const SourceFile source =
        marked ? SourceFile(main.name(), main.text().substr(k_byte_order_mark.size())) : main;
    AISPRINT_TRY_ASSIGN(PythonTree tree, PythonTree::parse(source));
    Site site(std::move(tree), marked ? std::string(k_byte_order_mark) : std::string());
    Problems problems(source);
    SiteFinder(site, problems).run();
    if (!problems.empty()) {
        return fail(ErrorKind::input, problems.take());
    }
    return site;
}

} // namespace aisprint::design::segment_code
