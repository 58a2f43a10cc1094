// SPDX-License-Identifier: Apache-2.0
// The only file that sees yaml-cpp. Its event interface gives positions and does not hide
// duplicate keys.
#include "aisprint/base/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>

namespace aisprint::yaml {

namespace {

/// Anchors and aliases may not copy more nodes than this.
constexpr std::size_t k_most_nodes = 500'000;

std::size_t count_nodes(const Node& node) {
    std::size_t count = 1;
    for (const Node& item : node.items) {
        count += count_nodes(item);
    }
    for (const Entry& entry : node.entries) {
        count += count_nodes(entry.value);
    }
    return count;
}

/// Builds the tree from yaml-cpp's events and collects what is wrong with it.
class TreeBuilder final : public YAML::EventHandler {
public:
    explicit TreeBuilder(const SourceFile& source) : m_source(source) {}

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Node node;
        node.span = position(mark, 0);
        finish(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Node node = copied(m_anchors[anchor], position(mark, 1));
        node.span = position(mark, 1);
        finish(std::move(node), 0);
    }

    void OnScalar(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  const std::string& value) override {
        Node node;
        node.kind = Kind::scalar;
        node.spelling = tag == "?" || tag.empty() ? Spelling::plain : Spelling::text;
        node.scalar = value;
        node.span = scalar_span(mark, value, node.spelling);
        if (node.spelling == Spelling::text) {
            m_last_text = node.span;
        }
        if (node.spelling == Spelling::plain &&
            (value == "~" || value == "null" || value == "Null" || value == "NULL")) {
            node.kind = Kind::null;
        }
        finish(std::move(node), anchor);
    }

    void OnSequenceStart(const YAML::Mark& mark,
                         const std::string&,
                         YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, Kind::sequence, anchor);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark,
                    const std::string&,
                    YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, Kind::mapping, anchor);
    }
    void OnMapEnd() override { close(); }

    void add_error(const Span& span, std::string code, std::string message, std::string hint) {
        m_errors.push_back(
            make_error_at(m_source, span, std::move(code), std::move(message), std::move(hint)));
    }

    [[nodiscard]] Span position(const YAML::Mark& mark, std::size_t length) const {
        const auto line = static_cast<std::size_t>(std::max(mark.line, 0)) + 1;
        const std::size_t start = m_source.offset_of(line, 1);
        const std::size_t begin =
            start + std::min(static_cast<std::size_t>(std::max(mark.column, 0)),
                             m_source.line_text(line).size());
        return m_source.span_of(begin, begin + length);
    }

    /// yaml-cpp accepts a quoted text that the end of the file cuts off after a line break; only
    /// the last one can be so.
    void check_last_quote() {
        if (!m_last_text) {
            return;
        }
        const std::string_view text = m_source.text();
        std::size_t place = m_source.offset_of(m_last_text->line, m_last_text->column);
        const char quote = place < text.size() ? text[place] : '\0';
        if (quote != '"' && quote != '\'') {
            return;
        }
        for (++place; place < text.size(); ++place) {
            const bool doubled = quote == '\'' && text.substr(place, 2) == "''";
            const bool escaped = quote == '"' && text[place] == '\\';
            if (doubled || escaped) {
                ++place;
            } else if (text[place] == quote) {
                return;
            }
        }
        add_error(*m_last_text, "BAS010", "not valid YAML: the quoted text has no end",
                  "close the quotes");
    }

    [[nodiscard]] Node take_root() { return std::move(m_root); }
    [[nodiscard]] std::vector<Diagnostic>& errors() { return m_errors; }

private:
    struct Open {
        Node node;
        YAML::anchor_t anchor = 0;
        std::optional<Node> key;
        std::unordered_map<std::string, Span> seen;
        std::vector<Entry> merged;
    };

    void open(const YAML::Mark& mark, Kind kind, YAML::anchor_t anchor) {
        Open opened;
        opened.node.kind = kind;
        opened.node.span = position(mark, 1);
        opened.anchor = anchor;
        m_open.push_back(std::move(opened));
    }

    void close() {
        Open closed = std::move(m_open.back());
        m_open.pop_back();
        for (Entry& entry : closed.merged) {
            if (closed.seen.try_emplace(entry.key, entry.key_span).second) {
                closed.node.entries.push_back(std::move(entry));
            }
        }
        finish(std::move(closed.node), closed.anchor);
    }

    void finish(Node node, YAML::anchor_t anchor) {
        if (anchor != 0) {
            m_anchors[anchor] = copied(node, node.span);
        }
        if (m_open.empty()) {
            m_root = std::move(node);
            return;
        }
        Open& parent = m_open.back();
        if (parent.node.kind == Kind::sequence) {
            parent.node.items.push_back(std::move(node));
        } else if (!parent.key) {
            accept_key(parent, std::move(node));
        } else {
            accept_value(parent, std::move(node));
        }
    }

    /// A copy of a node; once aliases and anchors have made too many of them, an empty one.
    Node copied(const Node& node, const Span& place) {
        if (m_expanded > k_most_nodes) {
            return {};
        }
        m_expanded += count_nodes(node);
        if (m_expanded <= k_most_nodes) {
            return node;
        }
        add_error(place, "BAS014", "anchors and aliases expand this document beyond all bounds",
                  "write the values out");
        return {};
    }

    void accept_key(Open& parent, Node key) {
        if (!key.is_scalar() && !key.is_null()) {
            add_error(key.span, "BAS012", "a key must be a plain word, not a list or a map",
                      "write the key as text");
        }
        parent.key = std::move(key);
    }

    void accept_value(Open& parent, Node value) {
        const Node key = std::move(*parent.key);
        parent.key.reset();
        if (key.spelling == Spelling::plain && key.scalar == "<<") {
            accept_merge(parent, std::move(value));
            return;
        }
        const auto [place, fresh] = parent.seen.try_emplace(key.scalar, key.span);
        if (!fresh) {
            add_error(key.span, "BAS011", fmt::format("key '{}' is given twice", key.scalar),
                      "remove one of the two");
            m_errors.back().notes.push_back({"first given here", place->second});
            return;
        }
        parent.node.entries.push_back({key.scalar, key.span, std::move(value), key.spelling});
    }

    void accept_merge(Open& parent, Node value) {
        std::vector<Node> sources;
        if (value.is_sequence()) {
            sources = std::move(value.items);
        } else {
            sources.push_back(std::move(value));
        }
        for (Node& source : sources) {
            if (!source.is_mapping()) {
                add_error(source.span, "BAS015", "'<<' takes in maps only",
                          "name an anchor of a map, or a list of such anchors");
            }
            std::ranges::move(source.entries, std::back_inserter(parent.merged));
        }
    }

    /// yaml-cpp tells where a scalar starts, not how long it is in the source.
    [[nodiscard]] Span
    scalar_span(const YAML::Mark& mark, const std::string& value, Spelling spelling) const {
        const Span start = position(mark, 0);
        const std::size_t begin = m_source.offset_of(start.line, start.column);
        const std::string_view line = m_source.line_text(start.line);
        const std::size_t in_line = begin - m_source.offset_of(start.line, 1);
        const std::string_view rest = line.substr(std::min(in_line, line.size()));
        std::size_t length = rest.size();
        const char quote = rest.empty() ? '\0' : rest.front();
        if (spelling == Spelling::plain) {
            length = rest.substr(0, value.size()) == value ? value.size() : rest.size();
        } else if (quote == '"' || quote == '\'') {
            const std::size_t end = rest.find(quote, 1);
            length = end == std::string_view::npos ? rest.size() : end + 1;
        }
        return m_source.span_of(begin, begin + length);
    }

    const SourceFile& m_source;
    Node m_root;
    std::vector<Open> m_open;
    std::map<YAML::anchor_t, Node> m_anchors;
    std::vector<Diagnostic> m_errors;
    std::size_t m_expanded = 0;
    std::optional<Span> m_last_text;
};

} // namespace

Result<Node> parse(const SourceFile& source) {
    TreeBuilder builder(source);
    // yaml-cpp would take text with zero bytes for UTF-16 or UTF-32.
    const bool has_zeros = source.text().find('\0') != std::string::npos;
    if (has_zeros || !is_utf8(source.text())) {
        return fail(ErrorKind::input,
                    make_error_at(source, source.span_of(0, 0), "BAS010",
                                  "the file is not UTF-8 text", "save it as UTF-8"));
    }
    try {
        std::istringstream stream(source.text());
        YAML::Parser parser(stream);
        parser.HandleNextDocument(builder);
        builder.check_last_quote();
        Node root = builder.take_root();
        TreeBuilder second(source);
        if (parser.HandleNextDocument(second)) {
            builder.add_error(second.take_root().span, "BAS013",
                              "more than one YAML document in the file",
                              "keep one document, without a line '---' between");
        }
        if (builder.errors().empty()) {
            return root;
        }
    } catch (const YAML::Exception& error) {
        builder.add_error(builder.position(error.mark, 1), "BAS010",
                          fmt::format("not valid YAML: {}", error.msg),
                          "correct the syntax here or in the line before");
    }
    sort_and_merge(builder.errors());
    return fail(ErrorKind::input, std::move(builder.errors()));
}

} // namespace aisprint::yaml
