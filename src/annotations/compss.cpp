// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/compss.hpp"

#include "compss_reader.hpp"
#include "literals.hpp"

#include "aisprint/annotations/evaluate.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string>
#include <string_view>

namespace aisprint::annotations {

namespace {

constexpr std::string_view k_operation = "compss_agent_call_operation";
/// Stands for what is only known when the program runs.
constexpr char k_unknown = '\x01';
constexpr std::array<std::string_view, 3> k_packages = {"pycompss", "pycomps", "dislib"};

bool is_compss_module(std::string_view module) {
    return std::ranges::find(k_packages, module.substr(0, module.find('.'))) != k_packages.end();
}

std::string dotted_text(const Node& name) {
    std::string text;
    for (const Node& part : name.children()) {
        text += text.empty() ? "" : ".";
        text += part.text();
    }
    return text;
}

std::vector<std::string> compss_imports(const PythonTree& tree) {
    std::set<std::string> modules;
    const Node root = tree.root();
    for (std::size_t i = 0; i < root.subtree_end(); ++i) {
        const Node node = root.at(i);
        if (!node.is("import_statement") && !node.is("import_from_statement")) {
            continue;
        }
        for (const Node& part : node.children()) {
            const Node name = part.is("aliased_import") ? part.child_of_type("dotted_name") : part;
            const std::string module = name.is("dotted_name") ? dotted_text(name) : "";
            if (is_compss_module(module)) {
                modules.insert(module);
            }
            if (node.is("import_from_statement")) {
                break; // the names imported from it are no modules
            }
        }
    }
    return {modules.begin(), modules.end()};
}

bool is_task(const Node& decorator, const ModuleScope& scope) {
    Node name = decorator.children().empty() ? Node{} : decorator.children().front();
    if (name.is("call")) {
        name = name.children().front();
    }
    const Resolution resolved = scope.resolve(name);
    if (resolved.kind == Resolution::Kind::imported) {
        return is_compss_module(resolved.dotted) && resolved.dotted.ends_with(".task");
    }
    return resolved.kind == Resolution::Kind::unbound && resolved.dotted == "task";
}

std::vector<std::string> task_functions(const ModuleScope& scope) {
    std::vector<std::string> names;
    for (const Node& statement : scope.tree().root().children()) {
        if (!statement.is("decorated_definition")) {
            continue;
        }
        const std::vector<Node> parts = statement.children();
        const bool task = std::ranges::any_of(parts, [&scope](const Node& part) {
            return part.is("decorator") && is_task(part, scope);
        });
        if (task && parts.back().is("function_definition")) {
            names.emplace_back(parts.back().child_of_type("identifier").text());
        }
    }
    return names;
}

/// Appends the words of an expression that is a command line or an item of one.
class CommandReader {
public:
    explicit CommandReader(const ModuleScope& scope) : m_scope(scope) {}

    std::vector<std::string> run(const Node& command) {
        m_text.clear();
        std::size_t i = command.index();
        while (i < command.subtree_end()) {
            i = visit(command.at(i));
        }
        return split();
    }

private:
    std::size_t visit(const Node& node) {
        if (node.is("string")) {
            read_string(node);
        } else if (node.is("identifier") && !node.parent().is("attribute") &&
                   node.field() != "function") {
            read_name(node);
        } else if (node.is(",")) {
            m_text += ' ';
            return node.index() + 1;
        } else if (node.is("keyword_argument") || node.is("comment")) {
            return node.subtree_end();
        } else if (node.is("subscript") || node.is("integer") ||
                   (node.is("call") && !is_split(node))) {
            m_text += k_unknown;
        } else {
            return node.index() + 1;
        }
        return node.subtree_end();
    }

    static bool is_split(const Node& call) {
        const Node function = call.children().front();
        return function.is("attribute") && function.children().back().text() == "split";
    }

    void read_string(const Node& node) {
        for (const Node& part : node.children()) {
            if (part.is("string_content")) {
                m_text += part.text();
            } else if (part.is("interpolation")) {
                const std::vector<Node> inner = part.children();
                if (inner.size() == 1 && inner.front().is("identifier")) {
                    read_name(inner.front());
                } else {
                    m_text += k_unknown;
                }
            }
        }
    }

    void read_name(const Node& node) {
        CollectingReporter ignored; // a warning here would repeat one about the annotations
        const Result<Value> value = evaluate(node, m_scope, ignored);
        if (value && (value->kind == ValueKind::string || value->is_number())) {
            m_text += value->text;
        } else {
            m_text += k_unknown;
        }
    }

    std::vector<std::string> split() const {
        std::vector<std::string> words(1);
        for (const char c : m_text) {
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\\') {
                words.emplace_back();
            } else {
                words.back() += c;
            }
        }
        std::erase(words, "");
        return words;
    }

    const ModuleScope& m_scope;
    std::string m_text;
};

bool is_known(const std::string& word) {
    return word.find(k_unknown) == std::string::npos;
}

void set_option(CompssUse& use, const std::string& name, const std::string& value) {
    if (!is_known(value)) {
        return;
    }
    if (name == "--master_node") {
        use.host = value;
    } else if (name == "--method_name") {
        use.method = value;
    } else if (name == "--master_port") {
        std::int64_t port = 0;
        const char* const end = value.data() + value.size();
        const auto [stop, error] = std::from_chars(value.data(), end, port);
        if (error == std::errc{} && stop == end && port > 0 && port < 65536) {
            use.port = port;
        }
    }
}

void read_command(CompssUse& use, const std::vector<std::string>& words) {
    const auto program = std::ranges::find_if(
        words, [](const std::string& word) { return word.ends_with(k_operation); });
    if (program == words.end()) {
        return;
    }
    for (auto word = program + 1; word != words.end(); ++word) {
        if (word->starts_with("--")) {
            const std::size_t equals = word->find('=');
            if (equals != std::string::npos) {
                set_option(use, word->substr(0, equals), word->substr(equals + 1));
            } else if (*word != "--stop" && word + 1 != words.end()) {
                set_option(use, *word, *(word + 1));
                ++word;
            }
            continue;
        }
        if (is_known(*word)) {
            use.module = *word;
        }
        return; // what follows are the operation's own arguments
    }
}

/// The largest expression around a string that can still be the command line.
Node command_around(const Node& string) {
    Node command = string;
    while (true) {
        const Node around = command.parent();
        const std::string_view type = around.type();
        const bool part_of_command = type == "concatenated_string" || type == "binary_operator" ||
                                     type == "list" || type == "tuple" ||
                                     type == "parenthesized_expression" || type == "attribute" ||
                                     (type == "call" && command.is("attribute"));
        if (!part_of_command) {
            return command;
        }
        command = around;
    }
}

/// The call of Popen that a node is an argument of, or else any call of Popen in the file.
Node popen_call(const Node& root, const Node& command) {
    for (Node node = command.parent(); node; node = node.parent()) {
        if (node.is("call")) {
            const std::string_view name = node.children().front().text();
            return name.ends_with("Popen") ? node : Node{};
        }
        if (node.is("expression_statement") || node.is("block")) {
            break;
        }
    }
    for (std::size_t i = command.index(); i < root.subtree_end(); ++i) {
        const Node node = root.at(i);
        if (node.is("call") && node.children().front().text().ends_with("Popen")) {
            return node;
        }
    }
    return {};
}

bool waits(const Node& root, const Node& call) {
    if (call.parent().is("with_item") || call.parent().is("as_pattern")) {
        return true;
    }
    for (std::size_t i = 0; i < root.subtree_end(); ++i) {
        const Node node = root.at(i);
        if (node.is("attribute")) {
            const std::string_view name = node.children().back().text();
            if (name == "wait" || name == "communicate") {
                return true;
            }
        }
    }
    return false;
}

void warn_not_waiting(const ModuleScope& scope, const Span& span, Reporter& reporter) {
    reporter.report(as_warning(make_error_at(
        scope.tree().source(), span, "ANN072",
        "the COMPSs operation is started without waiting for its end: exec_time measures only the "
        "start",
        "call `.wait()` on the process, or start it with `subprocess.run`")));
}

} // namespace

std::optional<CompssUse> find_compss_use(const ModuleScope& scope, Reporter& reporter) {
    CompssUse use;
    use.imports = compss_imports(scope.tree());
    const Node root = scope.tree().root();
    Node command;
    for (std::size_t i = 0; i < root.subtree_end() && !command; ++i) {
        const Node node = root.at(i);
        const bool docstring = node.parent().is("expression_statement");
        if (node.is("string") && !docstring &&
            node.text().find(k_operation) != std::string_view::npos) {
            command = command_around(node);
        }
    }
    if (use.imports.empty() && !command) {
        return std::nullopt;
    }
    use.task_functions = task_functions(scope);
    if (command) {
        const std::vector<std::string> words = CommandReader(scope).run(command);
        read_command(use, words);
        const Node popen = popen_call(root, command);
        if (popen && !waits(root, popen)) {
            use.started_without_waiting = popen.span();
        } else if (!words.empty() && words.back() == "&") {
            use.started_without_waiting = command.span();
        }
    }
    if (use.started_without_waiting) {
        warn_not_waiting(scope, *use.started_without_waiting, reporter);
    }
    return use;
}

Result<std::vector<std::string>> read_task_functions(const SourceFile& source) {
    AISPRINT_TRY_ASSIGN(const PythonTree tree, PythonTree::parse(source));
    return task_functions(ModuleScope(tree));
}

} // namespace aisprint::annotations
