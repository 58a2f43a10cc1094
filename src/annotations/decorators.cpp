// SPDX-License-Identifier: Apache-2.0
#include "decorators.hpp"

#include "aisprint/annotations/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace aisprint::annotations {

namespace {

constexpr std::string_view k_module = "aisprint.annotations.";
constexpr std::string_view k_dictionary_form = "annotation";

std::string last_part(const std::string& dotted) {
    const std::size_t dot = dotted.rfind('.');
    return dot == std::string::npos ? dotted : dotted.substr(dot + 1);
}

bool is_annotation_name(const std::string& name) {
    return name == k_dictionary_form || std::ranges::binary_search(annotation_names(), name);
}

std::optional<std::string> similar_annotation(const std::string& name) {
    std::vector<std::string> candidates = annotation_names();
    candidates.emplace_back(k_dictionary_form);
    return closest_name(name, candidates);
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += text.empty() ? name : ", " + name;
    }
    return text;
}

class DecoratorReader {
public:
    DecoratorReader(const ModuleScope& scope, std::vector<Diagnostic>& errors, Reporter& reporter)
        : m_scope(scope), m_errors(errors), m_reporter(reporter) {}

    std::vector<Annotation> run(const std::vector<Node>& decorators) {
        for (const Node& decorator : decorators) {
            const std::vector<Node> parts = decorator.children();
            if (!parts.empty()) {
                read(parts.front());
            }
        }
        check_forms();
        check_duplicates();
        return std::move(m_annotations);
    }

private:
    void error(const Span& span,
               const std::string& code,
               const std::string& message,
               const std::string& hint = {}) {
        m_errors.push_back(make_error_at(m_scope.tree().source(), span, code, message, hint));
    }

    /// The annotation that an expression names; nothing if it is somebody else's.
    std::optional<std::string> annotation_of(const Node& name) {
        const Resolution resolved = m_scope.resolve(name);
        if (resolved.kind == Resolution::Kind::none || resolved.kind == Resolution::Kind::local) {
            return std::nullopt;
        }
        const std::string last = last_part(resolved.dotted);
        const bool ours = resolved.dotted == std::string(k_module) + last;
        if (resolved.kind == Resolution::Kind::imported && !ours) {
            return from_elsewhere(name, resolved.dotted, last);
        }
        if (is_annotation_name(last)) {
            if (!ours && !m_scope.has_wildcard_import()) {
                warn_unimported(name, last);
            }
            return last;
        }
        const std::optional<std::string> similar = similar_annotation(last);
        if (ours || similar) {
            error(name.span(), "ANN014",
                  fmt::format("unknown annotation `{}`; known are {}", last,
                              joined(annotation_names())),
                  similar ? fmt::format("did you mean `{}`?", *similar)
                          : "use one of the known annotations");
        }
        return std::nullopt;
    }

    /// A name imported from another module: ours only if that module belongs to the package.
    std::optional<std::string>
    from_elsewhere(const Node& name, const std::string& dotted, const std::string& last) {
        if (!dotted.starts_with("aisprint.") || !is_annotation_name(last)) {
            return std::nullopt;
        }
        m_reporter.report(as_warning(make_error_at(
            m_scope.tree().source(), name.span(), "ANN073",
            fmt::format("`{}` is not where the annotation `{}` lives; the component will fail "
                        "when it is started",
                        dotted, last),
            fmt::format("import it with `from aisprint.annotations import {}`", last))));
        return last;
    }

    void warn_unimported(const Node& name, const std::string& last) {
        m_reporter.report(as_warning(make_error_at(
            m_scope.tree().source(), name.span(), "ANN071",
            fmt::format("the annotation `{}` is used without being imported; the component will "
                        "fail when it is started",
                        name.text()),
            fmt::format("add `from aisprint.annotations import {}`", last))));
    }

    void read(const Node& expression) {
        if (expression.is("identifier") || expression.is("attribute")) {
            if (const auto name = annotation_of(expression)) {
                error(expression.span(), "ANN012",
                      fmt::format("the annotation `{}` has no parentheses", *name),
                      fmt::format("write `@{}(...)`", expression.text()));
            }
            return;
        }
        if (!expression.is("call")) {
            return;
        }
        const std::vector<Node> parts = expression.children();
        if (parts.size() != 2) {
            return;
        }
        const auto name = annotation_of(parts[0]);
        if (!name) {
            return;
        }
        if (*name == k_dictionary_form) {
            m_dictionary_forms.push_back(parts[0].span());
            read_dictionary_form(parts[0], parts[1]);
        } else {
            m_stacked.push_back(parts[0].span());
            read_call(*name, parts[0], parts[1]);
        }
    }

    void read_call(const std::string& name, const Node& name_node, const Node& arguments) {
        Annotation annotation;
        annotation.name = name;
        annotation.span = name_node.span();
        if (!arguments.is("argument_list")) {
            error(arguments.span(), "ANN020",
                  fmt::format("`{}` is given a comprehension; arguments must be known without "
                              "running the program",
                              name),
                  "write the values themselves");
            return;
        }
        const std::vector<std::string>& names = argument_names(name);
        std::size_t position = 0;
        for (const Node& item : arguments.children()) {
            if (item.is("keyword_argument")) {
                const std::vector<Node> parts = item.children();
                add_argument(annotation, std::string(parts.front().text()), parts.front(),
                             parts.back());
            } else if (item.is("list_splat") || item.is("dictionary_splat")) {
                error(item.span(), "ANN019",
                      fmt::format("`{}` unpacks `{}`; arguments must be written one by one", name,
                                  item.text()),
                      "write `name=value` for each argument");
            } else if (position < names.size()) {
                add_argument(annotation, names[position++], item, item);
            } else {
                error(item.span(), "ANN019",
                      fmt::format("`{}` takes up to {} arguments ({})", name, names.size(),
                                  joined(names)),
                      "remove the argument");
            }
        }
        m_annotations.push_back(std::move(annotation));
    }

    /// False if the name is not one of the annotation's arguments, or was given before.
    bool check_argument(const Annotation& annotation, const std::string& name, const Span& span) {
        const std::vector<std::string>& names = argument_names(annotation.name);
        if (std::ranges::find(names, name) == names.end()) {
            const auto similar = closest_name(name, names);
            error(span, "ANN018",
                  fmt::format("`{}` has no argument `{}`; allowed are {}", annotation.name, name,
                              joined(names)),
                  similar ? fmt::format("did you mean `{}`?", *similar) : "remove the argument");
            return false;
        }
        for (const Argument& other : annotation.arguments) {
            if (other.name == name) {
                error(span, "ANN019",
                      fmt::format("`{}` is given the argument `{}` twice", annotation.name, name),
                      "keep one of the two");
                m_errors.back().notes.push_back({"first given here", other.name_span});
                return false;
            }
        }
        return true;
    }

    void add_argument(Annotation& annotation,
                      const std::string& name,
                      const Node& name_node,
                      const Node& value_node) {
        if (!check_argument(annotation, name, name_node.span())) {
            return;
        }
        Result<Value> value = evaluate(value_node, m_scope, m_reporter);
        if (!value) {
            for (Diagnostic& diagnostic : value.error().diagnostics) {
                diagnostic.message =
                    fmt::format("`{}` of `{}`: {}", name, annotation.name, diagnostic.message);
                m_errors.push_back(std::move(diagnostic));
            }
            // Known to be given, though not what: no second message that it is missing.
            return;
        }
        annotation.arguments.push_back({name, *std::move(value), name_node.span()});
    }

    void read_dictionary_form(const Node& name_node, const Node& arguments) {
        const std::vector<Node> items = arguments.children();
        Node dictionary = items.size() == 1 ? items.front() : Node{};
        if (dictionary.is("keyword_argument")) {
            dictionary = dictionary.children().back();
        }
        if (!arguments.is("argument_list") || !dictionary || dictionary.is("list_splat") ||
            dictionary.is("dictionary_splat")) {
            error(name_node.span(), "ANN016",
                  fmt::format("`annotation` takes exactly one dictionary, but {} arguments are "
                              "given",
                              items.size()),
                  "write `@annotation({'component_name': {'name': ...}, ...})`");
            return;
        }
        Result<Value> value = evaluate(dictionary, m_scope, m_reporter);
        if (!value) {
            append(m_errors, std::move(value.error().diagnostics));
            return;
        }
        if (value->kind != ValueKind::dict) {
            error(value->span, "ANN016",
                  fmt::format("`annotation` takes a dictionary, but is given {}",
                              describe_kind(*value)),
                  "write `@annotation({'component_name': {'name': ...}, ...})`");
            return;
        }
        for (std::size_t i = 0; i < value->items.size(); ++i) {
            read_entry(value->keys[i], value->items[i]);
        }
    }

    void read_entry(const Value& key, const Value& content) {
        if (key.kind != ValueKind::string) {
            error(key.span, "ANN016",
                  fmt::format("a key of `annotation` is {}, not the name of an annotation",
                              to_display(key)),
                  "use the names of annotations as keys");
            return;
        }
        if (!std::ranges::binary_search(annotation_names(), key.text)) {
            const auto similar = closest_name(key.text, annotation_names());
            error(key.span, "ANN014",
                  fmt::format("unknown annotation '{}'; known are {}", key.text,
                              joined(annotation_names())),
                  similar ? fmt::format("did you mean '{}'?", *similar)
                          : "use one of the known annotations");
            return;
        }
        Annotation annotation;
        annotation.name = key.text;
        annotation.span = key.span;
        if (content.kind != ValueKind::dict && content.kind != ValueKind::none) {
            error(content.span, "ANN016",
                  fmt::format("the value of '{}' is {}, not a dictionary of its arguments",
                              key.text, describe_kind(content)),
                  "write a dictionary, as in {'name': value}");
            return;
        }
        for (std::size_t i = 0; i < content.items.size(); ++i) {
            const Value& name = content.keys[i];
            if (name.kind != ValueKind::string) {
                error(name.span, "ANN016",
                      fmt::format("an argument name of '{}' is {}, not a string", key.text,
                                  to_display(name)),
                      "use the names of arguments as keys");
            } else if (check_argument(annotation, name.text, name.span)) {
                annotation.arguments.push_back({name.text, content.items[i], name.span});
            }
        }
        m_annotations.push_back(std::move(annotation));
    }

    void check_forms() {
        if (m_dictionary_forms.size() > 1) {
            error(m_dictionary_forms[1], "ANN013", "`annotation` is given twice on `main`",
                  "put everything into one dictionary");
            m_errors.back().notes.push_back({"first given here", m_dictionary_forms[0]});
        }
        if (!m_dictionary_forms.empty() && !m_stacked.empty()) {
            error(m_stacked.front(), "ANN015",
                  "annotations of their own stand next to `annotation({...})`",
                  "use one of the two forms for all annotations of the component");
            m_errors.back().notes.push_back({"the dictionary form is here", m_dictionary_forms[0]});
        }
    }

    void check_duplicates() {
        for (std::size_t i = 0; i < m_annotations.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                const Annotation& first = m_annotations[j];
                const Annotation& second = m_annotations[i];
                if (first.name == second.name) {
                    error(second.span, "ANN013",
                          fmt::format("the annotation `{}` is given twice, on lines {} and {}",
                                      second.name, first.span.line, second.span.line),
                          "keep one of the two");
                    m_errors.back().notes.push_back({"first given here", first.span});
                    break;
                }
            }
        }
    }

    const ModuleScope& m_scope;
    std::vector<Diagnostic>& m_errors;
    Reporter& m_reporter;
    std::vector<Annotation> m_annotations;
    std::vector<Span> m_dictionary_forms;
    std::vector<Span> m_stacked;
};

} // namespace

std::vector<Annotation> read_decorators(const std::vector<Node>& decorators,
                                        const ModuleScope& scope,
                                        std::vector<Diagnostic>& errors,
                                        Reporter& reporter) {
    return DecoratorReader(scope, errors, reporter).run(decorators);
}

} // namespace aisprint::annotations
