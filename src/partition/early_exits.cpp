// SPDX-License-Identifier: Apache-2.0
#include "aisprint/partition/early_exits.hpp"

#include "extract.hpp"
#include "model_impl.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/source_file.hpp"
#include "aisprint/base/yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace aisprint::partition {

namespace {

using Id = GraphIndex::Id;

constexpr const char* k_exits = "exits";
constexpr const char* k_input_nodes = "input_nodes";
constexpr const char* k_output_nodes = "output_nodes";

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view k_blank = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(k_blank);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(k_blank) - begin + 1);
}

/// Without one pair of quotes around it.
std::string_view unquoted(std::string_view text) {
    const bool quoted = text.size() >= 2 && text.front() == text.back() &&
                        (text.front() == '\'' || text.front() == '"');
    return quoted ? text.substr(1, text.size() - 2) : text;
}

/// The cells of a line: commas within brackets, or within double quotes around a cell, do not
/// separate, so that a list of several tensors needs no quotes. Doubled quotes stay doubled, since
/// the items of a list may carry quotes themselves.
std::vector<std::string_view> split_cells(std::string_view line) {
    std::vector<std::string_view> cells;
    std::size_t begin = 0;
    bool in_brackets = false;
    bool in_quotes = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"' && !in_brackets) {
            in_quotes = !in_quotes;
        } else if (line[i] == '[' || line[i] == ']') {
            in_brackets = line[i] == '[';
        } else if (line[i] == ',' && !in_brackets && !in_quotes) {
            cells.push_back(trimmed(line.substr(begin, i - begin)));
            begin = i + 1;
        }
    }
    cells.push_back(trimmed(line.substr(begin)));
    return cells;
}

/// The items of "[a, 'b']"; nothing if there are no brackets or no items.
std::optional<std::vector<std::string>> parse_list(std::string_view cell) {
    const std::size_t open = cell.find('[');
    const std::size_t close = open == std::string_view::npos ? open : cell.find(']', open);
    if (close == std::string_view::npos) {
        return std::nullopt;
    }
    std::vector<std::string> items;
    std::string_view rest = cell.substr(open + 1, close - open - 1);
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        std::string_view item = trimmed(rest.substr(0, comma));
        item = unquoted(item);
        item = unquoted(item); // doubled quotes of a quoted cell
        if (!item.empty()) {
            items.emplace_back(item);
        }
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return items.empty() ? std::nullopt : std::optional(items);
}

class CsvReader {
public:
    explicit CsvReader(const SourceFile& source) : m_source(source) {}

    Result<std::vector<Exit>> run() {
        bool has_header = false;
        for (std::size_t line = 1; line <= m_source.line_count(); ++line) {
            std::string_view text = m_source.line_text(line);
            if (line == 1 && text.starts_with("\xef\xbb\xbf")) {
                text.remove_prefix(3);
            }
            if (trimmed(text).empty()) {
                continue;
            }
            if (!has_header) {
                has_header = true;
                read_header(line, text);
            } else if (m_errors.empty() || m_columns_known) {
                read_row(line, text);
            }
        }
        if (m_errors.empty() && m_exits.empty()) {
            m_errors.push_back(make_error_at(m_source, {m_source.name(), 0, 0, 0}, "PRT017",
                                             m_source.name() + " has no exits",
                                             "add one line per exit below the header "
                                             "exits,input_nodes,output_nodes"));
        }
        if (!m_errors.empty()) {
            return fail(ErrorKind::input, std::move(m_errors));
        }
        return std::move(m_exits);
    }

private:
    void wrong(std::size_t line, std::string_view part, std::string message, std::string hint) {
        m_errors.push_back(make_error_at(m_source, span(line, part), "PRT017", std::move(message),
                                         std::move(hint)));
    }

    [[nodiscard]] Span span(std::size_t line, std::string_view part) const {
        const std::string_view text = m_source.line_text(line);
        const bool inside =
            part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size();
        const std::size_t begin =
            m_source.offset_of(line, 1) +
            (inside ? static_cast<std::size_t>(part.data() - text.data()) : 0);
        return m_source.span_of(begin, begin + part.size());
    }

    void read_header(std::size_t line, std::string_view text) {
        const std::vector<std::string_view> cells = split_cells(text);
        const auto find = [&](const char* name, std::size_t& column) {
            const auto cell = std::ranges::find_if(
                cells, [name](std::string_view value) { return unquoted(value) == name; });
            column = static_cast<std::size_t>(cell - cells.begin());
            if (cell == cells.end()) {
                wrong(line, text, fmt::format("column \"{}\" is missing", name),
                      "write the header exits,input_nodes,output_nodes");
            }
        };
        find(k_exits, m_label);
        find(k_input_nodes, m_inputs);
        find(k_output_nodes, m_outputs);
        m_columns = cells.size();
        m_columns_known = m_errors.empty();
    }

    void read_row(std::size_t line, std::string_view text) {
        if (!m_columns_known) {
            return;
        }
        const std::vector<std::string_view> cells = split_cells(text);
        if (cells.size() != m_columns) {
            wrong(line, trimmed(text),
                  fmt::format("{} cells where the header has {}", cells.size(), m_columns),
                  "write for example exit1,['pool:0'],['Early_Out']");
            return;
        }
        Exit exit;
        exit.label = unquoted(cells[m_label]);
        exit.span = span(line, trimmed(text));
        if (exit.label.empty()) {
            wrong(line, trimmed(text), "the exit has no label", "write for example exit1");
        }
        const auto read_list = [&](std::size_t column, const char* name) {
            const auto list = parse_list(cells[column]);
            if (!list) {
                wrong(line, cells[column],
                      fmt::format("\"{}\" is not a list of tensors for {}", cells[column], name),
                      "write the names between brackets: ['pool:0']");
            }
            return list.value_or(std::vector<std::string>());
        };
        exit.input_tensors = read_list(m_inputs, k_input_nodes);
        exit.output_tensors = read_list(m_outputs, k_output_nodes);
        m_exits.push_back(std::move(exit));
    }

    const SourceFile& m_source;
    std::vector<Diagnostic> m_errors;
    std::vector<Exit> m_exits;
    bool m_columns_known = false;
    std::size_t m_columns = 0;
    std::size_t m_label = 0;
    std::size_t m_inputs = 0;
    std::size_t m_outputs = 0;
};

/// Reads the list `exits` of a YAML or JSON document.
class DocumentReader {
public:
    explicit DocumentReader(const SourceFile& source) : m_source(source) {}

    Result<std::vector<Exit>> run() {
        AISPRINT_TRY_ASSIGN(const yaml::Node document, yaml::parse(m_source));
        const yaml::Node* list = document.find(k_exits);
        if (list == nullptr || !list->is_sequence() || list->items.empty()) {
            wrong(document.span, "there is no list \"exits\"",
                  "write a list of exits, each with label, input_nodes and output_nodes");
        } else {
            for (const yaml::Node& item : list->items) {
                read_exit(item);
            }
        }
        for (const yaml::Entry& entry : document.entries) {
            if (entry.key != k_exits) {
                unknown(entry, {k_exits});
            }
        }
        if (!m_errors.empty()) {
            return fail(ErrorKind::input, std::move(m_errors));
        }
        return std::move(m_exits);
    }

private:
    static constexpr const char* k_label = "label";

    void wrong(const Span& span, std::string message, std::string hint) {
        m_errors.push_back(
            make_error_at(m_source, span, "PRT017", std::move(message), std::move(hint)));
    }

    void unknown(const yaml::Entry& entry, const std::vector<std::string>& allowed) {
        const std::optional<std::string> close = closest_name(entry.key, allowed);
        wrong(entry.key_span, fmt::format("unknown field \"{}\"", entry.key),
              close ? fmt::format("did you mean \"{}\"?", *close) : "remove it");
    }

    void read_exit(const yaml::Node& node) {
        if (!node.is_mapping()) {
            wrong(node.span, "an exit is not a mapping",
                  "give each exit label, input_nodes and output_nodes");
            return;
        }
        for (const yaml::Entry& entry : node.entries) {
            if (entry.key != k_label && entry.key != k_input_nodes && entry.key != k_output_nodes) {
                unknown(entry, {k_label, k_input_nodes, k_output_nodes});
            }
        }
        Exit exit;
        exit.span = node.span;
        const yaml::Node* label = node.find(k_label);
        if (label == nullptr || !label->is_scalar() || label->scalar.empty()) {
            wrong(label == nullptr ? node.span : label->span, "the exit has no label",
                  "write for example label: exit1");
        } else {
            exit.label = label->scalar;
        }
        exit.input_tensors = read_names(node, k_input_nodes);
        exit.output_tensors = read_names(node, k_output_nodes);
        m_exits.push_back(std::move(exit));
    }

    std::vector<std::string> read_names(const yaml::Node& exit, const char* field) {
        const yaml::Node* node = exit.find(field);
        std::vector<std::string> names;
        if (node == nullptr || !node->is_sequence() || node->items.empty()) {
            wrong(node == nullptr ? exit.span : node->span,
                  fmt::format("\"{}\" is not a list of tensors", field),
                  "write the names of the tensors as a list");
            return names;
        }
        for (const yaml::Node& item : node->items) {
            if (item.is_scalar()) {
                names.push_back(item.scalar);
            } else {
                wrong(item.span, "a name of a tensor is not a text", "write it in quotes");
            }
        }
        return names;
    }

    const SourceFile& m_source;
    std::vector<Diagnostic> m_errors;
    std::vector<Exit> m_exits;
};

/// Looks at the exits one after the other, as they will be cut out.
class ExitChecker {
public:
    ExitChecker(const Model& model, const std::vector<Exit>& exits)
        : m_model(model), m_graph(model.impl().graph), m_exits(exits) {}

    std::vector<Diagnostic> run() {
        for (const Exit& exit : m_exits) {
            check_names(exit);
        }
        if (m_errors.empty()) {
            check_segments();
        }
        return std::move(m_errors);
    }

private:
    void wrong(const Exit& exit, const char* code, std::string message, std::string hint) {
        Diagnostic error =
            make_error(code, fmt::format("exit \"{}\": {}", exit.label, message), std::move(hint));
        error.span = exit.span;
        m_errors.push_back(std::move(error));
    }

    void check_names(const Exit& exit) {
        if (std::ranges::count(m_exits, exit.label, &Exit::label) > 1) {
            wrong(exit, "PRT019", "there are several exits with this label", "rename one of them");
        }
        for (const auto* list : {&exit.input_tensors, &exit.output_tensors}) {
            for (const std::string& name : *list) {
                check_name(exit, name, list == &exit.output_tensors);
            }
        }
    }

    void check_name(const Exit& exit, const std::string& name, bool as_output) {
        Id id = 0;
        if (!m_graph.find(name, id)) {
            const std::optional<std::string> close = closest_name(name, m_model.tensor_names());
            wrong(exit, "PRT018", fmt::format("{} has no tensor \"{}\"", m_model.shown_as(), name),
                  close ? fmt::format("did you mean \"{}\"?", *close)
                        : "write the name of a tensor as it stands in the model");
        } else if (m_graph.tensors[id].origin != GraphIndex::Origin::node) {
            wrong(exit, "PRT018",
                  fmt::format("\"{}\" is not computed by a node of {}", name, m_model.shown_as()),
                  "name the output of a node");
        } else if (as_output && !m_graph.tensors[id].is_output) {
            wrong(exit, "PRT019",
                  fmt::format("\"{}\" is not an output of {}", name, m_model.shown_as()),
                  "name the output of the model that belongs to the exit");
        }
    }

    [[nodiscard]] std::vector<Id> ids_of(const std::vector<std::string>& names) const {
        std::vector<Id> ids;
        for (const std::string& name : names) {
            Id id = 0;
            if (m_graph.find(name, id)) {
                ids.push_back(id);
            }
        }
        return ids;
    }

    void check_segments() {
        std::vector<Id> remaining = m_graph.outputs;
        std::vector<Id> given = m_graph.inputs;
        for (std::size_t i = 0; i < m_exits.size(); ++i) {
            std::vector<Id> targets = ids_of(m_exits[i].input_tensors);
            for (const Id id : ids_of(m_exits[i].output_tensors)) {
                if (std::ranges::count(remaining, id) == 0) {
                    wrong(m_exits[i], "PRT019",
                          fmt::format("\"{}\" is an output of an earlier exit already",
                                      m_graph.tensors[id].name),
                          "give each exit outputs of its own");
                }
                std::erase(remaining, id);
                targets.push_back(id);
            }
            check_segment(m_exits[i], i, find_part(m_graph, targets, given), i == 0);
            given = ids_of(m_exits[i].input_tensors);
        }
        const Exit& last = m_exits.back();
        if (remaining.empty()) {
            wrong(last, "PRT019", "no output is left for the segment behind it",
                  "name at most all but one of the outputs of the model as exits");
            return;
        }
        const Part part = find_part(m_graph, remaining, given);
        check_segment(last, m_exits.size(), part, false);
        if (part.used.size() < given.size()) {
            wrong(last, "PRT019", "the segment behind it does not need all of its input_nodes",
                  "name only the tensors that the next segment needs");
        }
    }

    void check_segment(const Exit& exit, std::size_t number, const Part& part, bool is_first) {
        if (!is_first && !part.used_inputs.empty()) {
            wrong(exit, "PRT019",
                  fmt::format("segment {} would need the input \"{}\" of the model besides what "
                              "the segment before hands over",
                              number + 1, m_graph.tensors[part.used_inputs.front()].name),
                  "add the tensors that are missing to input_nodes");
        }
        if (part.node_count == 0) {
            wrong(exit, "PRT019", fmt::format("segment {} would be empty", number + 1),
                  "write the exits in the order of the network");
        }
    }

    const Model& m_model;
    const GraphIndex& m_graph;
    const std::vector<Exit>& m_exits;
    std::vector<Diagnostic> m_errors;
};

} // namespace

Result<std::vector<Exit>> load_early_exits(const std::filesystem::path& path,
                                           const std::string& shown_as) {
    AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(path, shown_as));
    const std::string extension = path.extension().string();
    if (extension == ".yaml" || extension == ".yml" || extension == ".json") {
        return DocumentReader(source).run();
    }
    return CsvReader(source).run();
}

std::vector<Diagnostic> check_exits(const Model& model, const std::vector<Exit>& exits) {
    if (exits.empty()) {
        return {make_error("PRT019", fmt::format("there are no exits for {}", model.shown_as()),
                           "name at least one exit")};
    }
    return ExitChecker(model, exits).run();
}

} // namespace aisprint::partition
