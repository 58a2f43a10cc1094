// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/module_scope.hpp"
#include "aisprint/annotations/python_tree.hpp"
#include "aisprint/base/diagnostic.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::design::segment_code {

using annotations::ModuleScope;
using annotations::Node;
using annotations::PythonTree;

/// A change of the source: the bytes [begin, end) become `text`.
struct Edit {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string text;
};

/// Collects what is in the way, at its place in the source.
class Problems {
public:
    explicit Problems(const SourceFile& source) : m_source(source) {}

    /// Adds an error.
    Diagnostic& add(const Span& span,
                    const std::string& code,
                    const std::string& message,
                    const std::string& hint);
    [[nodiscard]] bool empty() const { return m_errors.empty(); }
    /// All of them, sorted by place.
    [[nodiscard]] std::vector<Diagnostic> take();

private:
    const SourceFile& m_source;
    std::vector<Diagnostic> m_errors;
};

/// Where the parts of a component's main.py are that segments are made from.
struct Site {
    Site(PythonTree syntax, std::string mark)
        : tree(std::move(syntax)), scope(tree), byte_order_mark(std::move(mark)) {}

    /// The file without a place in it, for messages.
    [[nodiscard]] Span whole_file() const { return {tree.source().name(), 0, 0, 0}; }

    PythonTree tree;
    ModuleScope scope;
    /// What stood before the text, to be put back.
    std::string byte_order_mark;

    /// The definition of `main`, its first parameter, and its statements around the inference.
    Node main;
    bool is_async = false;
    std::string args;
    std::vector<Node> before;
    std::vector<Node> after;

    /// `A, B = load_and_inference(...)`, whole, and its parts as written.
    Node statement;
    std::string callee;
    std::string model_argument;
    std::string forwarded;
    std::string results;
    std::string inputs;

    /// The block for `__name__ == "__main__"`.
    Node name_block;
    /// The last add_argument call for --onnx_file and for --output.
    Node onnx_option;
    Node output_option;

    /// "\n", "\r\n" or "\r", and what one level of indentation is in `main`.
    std::string eol;
    std::string indent;
    /// Offsets: behind the line that ends the header of `main`; behind the inference statement
    /// (its line, or itself if others follow on the line); where the code after it begins; behind
    /// the last line of `main`; begin and end of the lines of the __name__ block.
    std::size_t header_end = 0;
    std::size_t statement_end = 0;
    std::size_t after_begin = 0;
    std::size_t main_end = 0;
    std::size_t block_begin = 0;
    std::size_t block_end = 0;
    /// True if the code after the inference begins on the same line.
    bool shares_line = false;
};

/// Finds the parts. Fails (input, ANN001..ANN004, DSN050..) with everything that is in the way.
[[nodiscard]] Result<Site> find_site(const SourceFile& main);

/// The statement of `main` that a node belongs to, for messages and checks: the outermost one.
[[nodiscard]] Node statement_of(const Node& node, const Node& block);

/// What stands in the parentheses around a node, or the node itself.
[[nodiscard]] Node unwrapped(Node node);

/// The string of a literal or a constant expression, if it is known.
[[nodiscard]] std::optional<std::string> constant_text(const Node& node, const ModuleScope& scope);

/// True for an identifier that reads or binds a name, and is no attribute or keyword.
[[nodiscard]] bool is_name(const Node& node);

/// The key of `ARGS['key']` or `ARGS.get('key')`, if the node is that.
[[nodiscard]] std::optional<std::string>
args_key(const Node& node, std::string_view args, const ModuleScope& scope);

} // namespace aisprint::design::segment_code
