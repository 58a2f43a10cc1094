// SPDX-License-Identifier: Apache-2.0
#include "segment_code_start.hpp"

#include "segment_code_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aisprint::design::segment_code {

namespace {

class StartFinder {
public:
    StartFinder(Site& site, Problems& problems)
        : m_site(site), m_problems(problems), m_text(site.tree.source().text()) {}

    void run() {
        find_name_block();
        find_options();
        check_use_of_main();
    }

private:
    bool is_name_test(const Node& condition) const {
        const Node comparison = unwrapped(condition);
        const std::vector<Node> sides = comparison.children();
        if (!comparison.is("comparison_operator") || sides.size() != 2 ||
            !std::ranges::any_of(comparison.all_children(),
                                 [](const Node& part) { return part.is("=="); })) {
            return false;
        }
        const auto matches = [this](const Node& name, const Node& text) {
            return name.is("identifier") && name.text() == "__name__" &&
                   constant_text(text, m_site.scope) == "__main__";
        };
        return matches(sides[0], sides[1]) || matches(sides[1], sides[0]);
    }

    void find_name_block() {
        std::vector<Node> blocks;
        for (const Node& statement : m_site.tree.root().children()) {
            if (statement.is("if_statement") && is_name_test(statement.children().front())) {
                blocks.push_back(statement);
            }
        }
        if (blocks.size() != 1) {
            m_problems.add(blocks.empty() ? m_site.whole_file() : blocks.back().span(), "DSN056",
                           fmt::format("the file has {} blocks `if __name__ == '__main__':` at its "
                                       "top level; segments need exactly one",
                                       blocks.size()),
                           "read the options and call `main(args)` in one such block");
            return;
        }
        m_site.name_block = blocks.front();
        if (m_site.name_block.child_of_type("else_clause") ||
            m_site.name_block.child_of_type("elif_clause")) {
            m_problems.add(m_site.name_block.span(), "DSN056",
                           "the block for `__name__` has an `else` or `elif` branch",
                           "move the branch into a statement of its own");
        }
        if (m_site.main && m_site.name_block.begin() < m_site.main.begin()) {
            m_problems.add(m_site.name_block.span(), "DSN056",
                           "the block for `__name__` stands before `main`",
                           "move it to the end of the file");
        }
        m_site.block_begin = line_begin(m_text, m_site.name_block.begin());
        m_site.block_end = block_lines_end(m_text, m_site.name_block.end());
    }

    /// The last call of add_argument for an option, or a node that is not there.
    Node find_option(std::string_view option) const {
        const Node root = m_site.tree.root();
        Node found;
        for (std::size_t i = 0; i < root.subtree_end(); ++i) {
            const Node node = root.at(i);
            if (!node.is("call") || !node.children().front().is("attribute") ||
                node.children().front().children().back().text() != "add_argument") {
                continue;
            }
            for (const Node& item : node.children().back().children()) {
                if (item.is("string") && constant_text(item, m_site.scope) == option) {
                    found = node;
                }
            }
        }
        return found;
    }

    void find_options() {
        m_site.onnx_option = find_option("--onnx_file");
        m_site.output_option = find_option("--output");
        const Node input = find_option("--input");
        const std::vector<std::pair<std::string, Node>> options = {
            {"input", input}, {"output", m_site.output_option}, {"onnx_file", m_site.onnx_option}};
        for (const auto& [name, option] : options) {
            if (!option) {
                if (name != "onnx_file") {
                    missing_option(name);
                }
                continue;
            }
            check_destination(name, option);
        }
    }

    void missing_option(const std::string& name) {
        const char letter = name.front();
        m_problems.add(
            m_site.name_block ? m_site.name_block.span() : m_site.whole_file(), "DSN057",
            fmt::format("no option `--{}` is read; segments are started with "
                        "`-i IN -o OUT`",
                        name),
            fmt::format("add `parser.add_argument('-{}', '--{}', required=True)`", letter, name));
    }

    void check_destination(const std::string& name, const Node& option) {
        if (m_site.main && m_site.main.contains(option)) {
            m_problems.add(option.span(), "DSN057",
                           fmt::format("the option `--{}` is read inside of `main`", name),
                           "read the options in the block for `__name__`");
        }
        for (const Node& item : option.children().back().children()) {
            if (item.is("keyword_argument") && item.children().front().text() == "dest" &&
                constant_text(item.children().back(), m_site.scope) != name) {
                m_problems.add(item.span(), "DSN057",
                               fmt::format("the value of the option `--{}` is not stored under "
                                           "'{}'",
                                           name, name),
                               "remove `dest`");
            }
        }
    }

    /// Whether the value that a call of `main` gives goes nowhere.
    static bool is_result_unused(const Node& call) {
        Node around = call.parent();
        if (around.is("await")) {
            around = around.parent();
        }
        if (around.is("expression_statement")) {
            return true;
        }
        if (!around.is("argument_list")) {
            return false;
        }
        const std::string_view function = around.parent().children().front().text();
        return function == "sys.exit" || function == "exit" || function == "quit" ||
               function == "SystemExit" || function == "asyncio.run";
    }

    bool returns_value() const {
        for (const Node& statement : m_site.after) {
            for (std::size_t i = statement.index(); i < statement.subtree_end(); ++i) {
                const Node node = statement.at(i);
                if (node.is("return_statement") && !node.children().empty()) {
                    return true;
                }
            }
        }
        return false;
    }

    void check_use_of_main() {
        const Node root = m_site.tree.root();
        bool called = false;
        const bool matters = returns_value();
        for (std::size_t i = 0; m_site.main && i < root.subtree_end(); ++i) {
            const Node node = root.at(i);
            if (!node.is("call") || node.children().front().text() != "main" ||
                m_site.main.contains(node)) {
                continue;
            }
            called = true;
            if (matters && !is_result_unused(node)) {
                m_problems.add(node.span(), "DSN063",
                               "the value that `main` returns is used here, but the first segment "
                               "of `main` ends before it is known",
                               "do this work at the end of `main`");
            }
        }
        if (!called && m_site.main && m_site.name_block) {
            m_problems.add(m_site.name_block.span(), "DSN056", "`main` is never called",
                           "call `main(args)` in the block for `__name__`");
        }
    }

    Site& m_site;
    Problems& m_problems;
    std::string_view m_text;
};

} // namespace

void find_start(Site& site, Problems& problems) {
    StartFinder(site, problems).run();
}

} // namespace aisprint::design::segment_code
