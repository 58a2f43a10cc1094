// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/segment_code.hpp"

#include "segment_code_names.hpp"
#include "segment_code_site.hpp"
#include "segment_code_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aisprint::design {

using namespace segment_code;

namespace {

using annotations::Binding;
using annotations::BindingKind;

constexpr std::string_view k_not_taken = "_NO_EARLYEXIT";

/// One segment that is to be written.
struct Segment {
    std::size_t number = 1;
    std::size_t count = 2;
    /// The function that decides on leaving; empty for an ordinary cut.
    std::string condition;

    [[nodiscard]] bool is_first() const { return number == 1; }
    [[nodiscard]] bool is_last() const { return number == count; }
};

/// The text `old_name` becomes `new_name` in.
std::string replaced(std::string text, const std::string& old_name, const std::string& new_name) {
    for (std::size_t at = text.find(old_name); at != std::string::npos;
         at = text.find(old_name, at + new_name.size())) {
        text.replace(at, old_name.size(), new_name);
    }
    return text;
}

/// Writes segments from a site that was found to be fit for it.
class SegmentWriter {
public:
    SegmentWriter(const Site& site, const SegmentCodeOptions& options, Problems& problems)
        : m_site(site), m_options(options), m_problems(problems),
          m_text(site.tree.source().text()) {}

    std::string write(const Segment& segment) {
        std::vector<Edit> edits;
        if (segment.is_first()) {
            edits.push_back({m_site.statement_end, m_site.main_end, first_body(segment)});
            add_option_edits(edits);
        } else {
            edits.push_back({m_site.header_end, m_site.main_end, later_body(segment)});
            edits.push_back({m_site.block_begin, m_site.block_end, name_block(segment)});
        }
        add_imports(edits, segment);
        std::string text = apply_edits(m_text, std::move(edits));
        if (!text.ends_with('\n') && !text.ends_with('\r')) {
            text += m_site.eol;
        }
        return m_site.byte_order_mark + text;
    }

private:
    const std::string& eol() const { return m_site.eol; }
    const std::string& unit() const { return m_site.indent; }

    std::string model_of(const Segment& segment) const {
        return fmt::format("{}_{}.onnx", m_options.design, segment.number);
    }

    bool uses_name(std::string_view name) const {
        const Node root = m_site.tree.root();
        for (std::size_t i = 0; i < root.subtree_end(); ++i) {
            if (root.at(i).is("identifier") && root.at(i).text() == name) {
                return true;
            }
        }
        return false;
    }

    /// How the helper is called: under a name of ours if the program has one like it.
    std::string helper(std::string_view name) const {
        return uses_name(name) ? fmt::format("aisprint_{}", name) : std::string(name);
    }

    std::string container_argument() const {
        return m_options.container == SegmentContainer::pickle ? ", container='pickle'" : "";
    }

    std::string save(std::string_view suffix) const {
        return fmt::format("{}({}['output']{}, {}{})", helper("save_segment"), m_site.args, suffix,
                           m_site.forwarded, container_argument());
    }

    /// The code after the inference as it stands, its first line whole.
    std::string after_text() const {
        const std::string prefix = m_site.shares_line ? unit() : "";
        return with_line_end(
            prefix +
            std::string(m_text.substr(m_site.after_begin, m_site.main_end - m_site.after_begin)));
    }

    std::string with_line_end(std::string text) const {
        if (!text.empty() && !text.ends_with('\n') && !text.ends_with('\r')) {
            text += eol();
        }
        return text;
    }

    /// Leaves with the result, or hands over to the next segment.
    std::string decision(const Segment& segment) const {
        std::string text =
            fmt::format("{}if not {}({}):{}", unit(), segment.condition, m_site.results, eol());
        text += unit() + unit() + save(fmt::format(" + '{}'", k_not_taken)) + eol();
        if (m_site.after.empty()) {
            return text + after_text(); // nothing but comments
        }
        const std::string prefix = m_site.shares_line ? unit() : "";
        text += unit() + "else:" + eol();
        text += with_line_end(prefix +
                              indented(m_site.tree, m_site.after_begin, m_site.main_end, unit()));
        return text;
    }

    std::string first_body(const Segment& segment) const {
        const bool line_open = m_site.statement_end > 0 &&
                               m_text[m_site.statement_end - 1] != '\n' &&
                               m_text[m_site.statement_end - 1] != '\r';
        return (line_open ? eol() : "") +
               (segment.condition.empty() ? unit() + save("") + eol() : decision(segment));
    }

    std::string later_body(const Segment& segment) const {
        std::string text;
        for (const Node& statement : kept_imports(m_site)) {
            text += unit() + std::string(statement.text()) + eol();
        }
        text += fmt::format("{}{} = {}({}['input']{}){}", unit(), m_site.inputs,
                            helper("load_segment"), m_site.args, container_argument(), eol());
        text += fmt::format("{}{}, {} = {}({}, {}){}", unit(), m_site.forwarded, m_site.results,
                            m_site.callee, m_site.model_argument, m_site.inputs, eol());
        return text + (segment.is_last() ? after_text() : decision(segment));
    }

    std::string name_block(const Segment& segment) const {
        std::vector<std::string> lines = {
            "parser = argparse.ArgumentParser()",
            "parser.add_argument('-i', '--input', required=True, help='data of the segment "
            "before')",
            "parser.add_argument('-o', '--output', required=True, help='file in the output "
            "folder')",
            fmt::format("parser.add_argument('-y', '--onnx_file', default={}, help='model to run')",
                        quoted("onnx/" + model_of(segment))),
            "args = vars(parser.parse_args())"};
        if (segment.condition.empty()) {
            lines.emplace_back("args['output'] = os.path.join(os.path.dirname(args['output']), "
                               "os.path.basename(args['input']))");
        } else {
            lines.emplace_back("name = os.path.basename(args['input'])");
            lines.push_back(fmt::format("if name.endswith('{}'):", k_not_taken));
            lines.push_back(fmt::format("{}name = name[:-len('{}')]", unit(), k_not_taken));
            lines.emplace_back(
                "args['output'] = os.path.join(os.path.dirname(args['output']), name)");
        }
        lines.emplace_back(m_site.is_async ? "asyncio.run(main(args))" : "main(args)");
        std::string text = "if __name__ == '__main__':" + eol();
        for (const std::string& line : lines) {
            text += unit() + line + eol();
        }
        return text;
    }

    /// True if the module itself imports a module under its own name at its top level.
    bool imports(std::string_view module) const {
        return std::ranges::any_of(m_site.scope.bindings(), [&](const Binding& binding) {
            Node statement = binding.node;
            while (statement.parent() && !statement.is("import_statement")) {
                statement = statement.parent();
            }
            return binding.kind == BindingKind::import_name && binding.name == module &&
                   binding.target == module && statement.parent() == m_site.tree.root();
        });
    }

    /// Something else goes by the name of a module that generated code needs.
    void check_module_name(std::string_view module) {
        for (const Binding& binding : m_site.scope.bindings()) {
            const bool same = binding.kind == BindingKind::import_name && binding.target == module;
            if (binding.name == module && !same && !m_site.name_block.contains(binding.node)) {
                m_problems.add(binding.node.span(), "DSN064",
                               fmt::format("`{}` is bound to something else than the module of "
                                           "that name, which segments use",
                                           module),
                               "give it another name");
                return;
            }
        }
    }

    std::string helper_import(const Segment& segment) const {
        std::vector<std::string> names;
        if (!segment.is_first()) {
            names.emplace_back("load_segment");
        }
        if (!segment.is_last()) {
            names.emplace_back("save_segment");
        }
        std::string text = "from aisprint.segments import ";
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string used = helper(names[i]);
            text += i == 0 ? "" : ", ";
            text += used == names[i] ? used : names[i] + " as " + used;
        }
        return text;
    }

    void add_imports(std::vector<Edit>& edits, const Segment& segment) {
        std::string text;
        if (!segment.is_first()) {
            std::vector<std::string> modules = {"argparse", "os"};
            if (m_site.is_async) {
                modules.insert(modules.begin() + 1, "asyncio");
            }
            for (const std::string& module : modules) {
                check_module_name(module);
                if (!imports(module)) {
                    text += "import " + module + eol();
                }
            }
            text += text.empty() ? "" : eol();
        }
        text += helper_import(segment) + eol() + eol();
        const std::size_t place = import_place(m_site.tree);
        edits.push_back({place, place, std::move(text)});
    }

    /// Lets --onnx_file of the first segment default to its own model.
    void add_option_edits(std::vector<Edit>& edits) {
        const std::string model = model_of(Segment{});
        if (!m_site.onnx_option) {
            insert_option(edits, model);
            return;
        }
        Node value;
        for (const Node& item : m_site.onnx_option.children().back().children()) {
            if (item.is("keyword_argument") && item.children().front().text() == "default") {
                value = item.children().back();
            }
        }
        if (value && add_default_edits(edits, value, model)) {
            return;
        }
        m_problems.add(value ? value.span() : m_site.onnx_option.span(), "DSN058",
                       value ? fmt::format("the default of `--onnx_file` does not hold the model's "
                                           "file name '{}', so a segment could not use its own",
                                           m_options.onnx_file)
                             : "`--onnx_file` has no default; components are started with "
                               "`-i IN -o OUT` only",
                       fmt::format("write `default={}`", quoted("onnx/" + m_options.onnx_file)));
    }

    bool add_default_edits(std::vector<Edit>& edits, const Node& value, const std::string& model) {
        const std::string& original = m_options.onnx_file;
        const std::size_t before = edits.size();
        for (std::size_t i = value.index(); i < value.subtree_end(); ++i) {
            const Node node = value.at(i);
            const std::string text(node.text());
            if (node.is("string") && text.find(original) != std::string::npos) {
                edits.push_back({node.begin(), node.end(), replaced(text, original, model)});
            } else if (is_name(node)) {
                add_name_edit(edits, node, model);
            }
        }
        if (edits.size() > before) {
            return true;
        }
        const auto whole = constant_text(value, m_site.scope);
        if (whole && whole->find(original) != std::string::npos) {
            edits.push_back(
                {value.begin(), value.end(), quoted(replaced(*whole, original, model))});
            return true;
        }
        return false;
    }

    /// A constant that holds the file name is replaced by what it stands for.
    void add_name_edit(std::vector<Edit>& edits, const Node& name, const std::string& model) const {
        const std::string& original = m_options.onnx_file;
        const auto known = constant_text(name, m_site.scope);
        const Node constant = m_site.scope.constant(name.text());
        if (known && known->find(original) != std::string::npos) {
            edits.push_back({name.begin(), name.end(), quoted(replaced(*known, original, model))});
        } else if (!known && constant && constant.text().find(original) != std::string::npos) {
            edits.push_back({name.begin(), name.end(),
                             "(" + replaced(std::string(constant.text()), original, model) + ")"});
        }
    }

    void insert_option(std::vector<Edit>& edits, const std::string& model) {
        const Node option = m_site.output_option;
        Node statement = option;
        while (statement && !statement.is("expression_statement")) {
            statement = statement.parent();
        }
        const Node receiver = option.children().front().children().front();
        if (!statement || statement.children().front() != option) {
            m_problems.add(option.span(), "DSN058",
                           "there is no option `--onnx_file`, and none can be added here",
                           fmt::format("add `parser.add_argument('-y', '--onnx_file', default={})`",
                                       quoted("onnx/" + m_options.onnx_file)));
            return;
        }
        const std::size_t line = line_begin(m_text, statement.begin());
        const std::string_view start = m_text.substr(line, statement.begin() - line);
        const bool alone = start.find_first_not_of(" \t\f") == std::string_view::npos;
        edits.push_back(
            {statement.begin(), statement.begin(),
             fmt::format("{}.add_argument('-y', '--onnx_file', default={}){}", receiver.text(),
                         quoted("onnx/" + model), alone ? eol() + std::string(start) : "; ")});
    }

    const Site& m_site;
    const SegmentCodeOptions& m_options;
    Problems& m_problems;
    std::string_view m_text;
};

/// A condition must be there when a later segment asks it.
void check_condition(const Site& site, const std::string& condition, Problems& problems) {
    const bool known = std::ranges::any_of(site.scope.bindings(), [&](const Binding& binding) {
        return binding.name == condition && binding.kind != BindingKind::deletion &&
               !site.name_block.contains(binding.node);
    });
    if (!known) {
        problems.add(
            site.main.child_of_type("identifier").span(), "DSN062",
            fmt::format("the condition function `{}` is not defined at the top level of "
                        "the file",
                        condition),
            fmt::format("define `def {}({}):` outside of `main`", condition, site.results));
    }
}

/// What we wrote must be Python again; the reason why not is shown with the generated text.
void check_output(const Site& site,
                  const std::string& text,
                  const Segment& segment,
                  Problems& problems) {
    const SourceFile source(site.tree.source().name(), text.substr(site.byte_order_mark.size()));
    const Result<PythonTree> tree = PythonTree::parse(source);
    if (!tree) {
        const Diagnostic& reason = tree.error().diagnostics.front();
        problems
            .add(site.statement.span(), "DSN065",
                 fmt::format("the code of segment {} would not be valid Python", segment.number),
                 "simplify the code around the inference; please report this file as a defect")
            .notes.push_back({fmt::format("line {} of the generated file: {}: {}", reason.span.line,
                                          reason.message, reason.snippet),
                              std::nullopt});
    }
}

/// All segments at once, so that everything that is in the way is found before any is used.
Result<std::vector<std::string>> make_segments(const SourceFile& main,
                                               const SegmentCodeOptions& options,
                                               const std::string& condition,
                                               std::size_t count) {
    AISPRINT_TRY_ASSIGN(const Site site, find_site(main));
    Problems problems(site.tree.source());
    check_names(site, problems);
    if (!condition.empty()) {
        check_condition(site, condition, problems);
    }
    SegmentWriter writer(site, options, problems);
    std::vector<std::string> texts;
    for (std::size_t number = 1; number <= count; ++number) {
        const Segment segment{number, count, condition};
        texts.push_back(writer.write(segment));
        check_output(site, texts.back(), segment, problems);
    }
    if (!problems.empty()) {
        return fail(ErrorKind::input, problems.take());
    }
    return texts;
}

} // namespace

Result<void> check_partitionable(const SourceFile& main, const SegmentCodeOptions& options) {
    AISPRINT_TRY(make_segments(main, options, "", 2));
    return {};
}

Result<void> check_exits(const SourceFile& main,
                         const SegmentCodeOptions& options,
                         const std::string& condition_function) {
    AISPRINT_TRY(make_segments(main, options, condition_function, 3));
    return {};
}

Result<std::string> make_first_segment(const SourceFile& main, const SegmentCodeOptions& options) {
    AISPRINT_TRY_ASSIGN(std::vector<std::string> texts, make_segments(main, options, "", 2));
    return std::move(texts.front());
}

Result<std::string> make_last_segment(const SourceFile& main, const SegmentCodeOptions& options) {
    AISPRINT_TRY_ASSIGN(std::vector<std::string> texts, make_segments(main, options, "", 2));
    return std::move(texts.back());
}

Result<std::vector<std::string>> make_exit_segments(const SourceFile& main,
                                                    const SegmentCodeOptions& options,
                                                    const std::string& condition_function,
                                                    std::size_t exit_count) {
    AISPRINT_ASSERT(!condition_function.empty() && exit_count >= 1);
    return make_segments(main, options, condition_function, exit_count + 1);
}

} // namespace aisprint::design
