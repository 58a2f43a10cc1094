// SPDX-License-Identifier: Apache-2.0
#include "aisprint/config/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <regex>

namespace aisprint::config {

namespace {

TypeSpec with(const TypeSpec& type, auto change) {
    TypeSpec copy = type;
    change(copy);
    return copy;
}

std::string name_of(ValueType type) {
    switch (type) {
    case ValueType::any:
        return "a value";
    case ValueType::text:
        return "text";
    case ValueType::integer:
        return "a whole number";
    case ValueType::number:
        return "a number";
    case ValueType::numbers:
        return "a number or a list of them";
    case ValueType::number_or_text:
        return "a number or text";
    case ValueType::boolean:
        return "true or false";
    case ValueType::boolean_or_text:
        return "true, false or text";
    case ValueType::image:
        return "an image name or a list of them";
    case ValueType::list:
        return "a list";
    case ValueType::map:
    case ValueType::object:
        return "a map";
    }
    return "a value";
}

/// Walks a document and its type side by side.
class Checker {
public:
    explicit Checker(const SourceFile& source) : m_source(source) {}

    void check(const yaml::Node& node, const TypeSpec& type, const std::string& path) {
        if (node.is_null()) {
            if (type.nullable == Nullable::no && type.type != ValueType::any &&
                type.type != ValueType::image) {
                mismatch(node, type, path);
            }
            return;
        }
        if (!has_type(node, type)) {
            mismatch(node, type, path);
            return;
        }
        check_range(node, type, path);
        check_choices(node, type, path);
        check_children(node, type, path);
    }

    [[nodiscard]] std::vector<Diagnostic> take() { return std::move(m_diagnostics); }

private:
    static bool has_type(const yaml::Node& node, const TypeSpec& type) {
        switch (type.type) {
        case ValueType::any:
            return true;
        case ValueType::text:
        case ValueType::number_or_text:
        case ValueType::boolean_or_text:
            return node.is_scalar();
        case ValueType::integer:
            return yaml::as_integer(node).has_value();
        case ValueType::number:
            return yaml::as_number(node).has_value();
        case ValueType::numbers:
            return yaml::as_number(node).has_value() ||
                   (!node.items.empty() &&
                    std::ranges::all_of(node.items, [](const yaml::Node& item) {
                        return yaml::as_number(item).has_value();
                    }));
        case ValueType::boolean:
            return yaml::as_bool(node).has_value();
        case ValueType::image:
            return node.is_scalar() ||
                   (node.is_sequence() && std::ranges::all_of(node.items, &yaml::Node::is_scalar));
        case ValueType::list:
            return node.is_sequence();
        case ValueType::map:
        case ValueType::object:
            return node.is_mapping();
        }
        return false;
    }

    void mismatch(const yaml::Node& node, const TypeSpec& type, const std::string& path) {
        std::string hint = "fill the file in; 'aisprint schema' describes the formats";
        if (!path.empty()) {
            const std::string place = node.is_null() ? fmt::format(" after '{}:'", last(path)) : "";
            hint = fmt::format("write {}{} ({})", name_of(type.type), place, m_meaning);
        }
        add(node.span, "CFG002",
            fmt::format("{} must be {}, found {}", shown(path), name_of(type.type),
                        yaml::describe(node)),
            hint);
    }

    void check_range(const yaml::Node& node, const TypeSpec& type, const std::string& path) {
        if (type.type == ValueType::numbers) {
            for (const yaml::Node& item : node.items) {
                check_range(item, type, path);
            }
        }
        const auto value = yaml::as_number(node);
        if (!value) {
            return;
        }
        std::string allowed;
        if (type.minimum && !(*value >= *type.minimum)) {
            allowed = fmt::format("at least {}", *type.minimum);
        } else if (type.exclusive_minimum && !(*value > *type.exclusive_minimum)) {
            allowed = fmt::format("more than {}", *type.exclusive_minimum);
        } else if (type.maximum && !(*value <= *type.maximum)) {
            allowed = fmt::format("at most {}", *type.maximum);
        }
        if (!allowed.empty()) {
            add(node.span, "CFG005",
                fmt::format("{} is {}, must be {}", shown(path), node.scalar, allowed),
                fmt::format("write a value of {}", allowed));
        }
    }

    void check_choices(const yaml::Node& node, const TypeSpec& type, const std::string& path) {
        if (type.choices.empty() ||
            std::ranges::find(type.choices, node.scalar) != type.choices.end()) {
            return;
        }
        const auto close = closest_name(node.scalar, type.choices);
        add(node.span, "CFG006",
            fmt::format("{} is '{}', must be one of {}", shown(path), node.scalar,
                        fmt::join(type.choices, ", ")),
            close ? fmt::format("did you mean '{}'?", *close) : "choose one of them");
    }

    void check_children(const yaml::Node& node, const TypeSpec& type, const std::string& path) {
        if (type.type == ValueType::list) {
            if (node.items.size() < type.minimum_items) {
                add(node.span, "CFG005",
                    fmt::format("{} has {} items, needs at least {}", shown(path),
                                node.items.size(), type.minimum_items),
                    "add what is missing");
            }
            for (std::size_t i = 0; i < node.items.size(); ++i) {
                check(node.items[i], *type.element, fmt::format("{}[{}]", path, i + 1));
            }
        } else if (type.type == ValueType::map) {
            check_map(node, type, path);
        } else if (type.type == ValueType::object) {
            check_fields(node, type, path);
        }
    }

    void check_map(const yaml::Node& node, const TypeSpec& type, const std::string& path) {
        const std::regex pattern(type.key_pattern);
        for (const yaml::Entry& entry : node.entries) {
            if (!type.key_pattern.empty() && !std::regex_match(entry.key, pattern)) {
                add(entry.key_span, "CFG007",
                    fmt::format("'{}' is not a valid key of {}", entry.key, shown(path)),
                    fmt::format("use a key of the form {}", type.key_pattern));
            }
            check(entry.value, *type.element, child(path, entry.key));
        }
    }

    /// A value that is not there has no place of its own: its key is pointed at.
    void check_field(const yaml::Node& parent,
                     const yaml::Node& value,
                     const FieldSpec& field,
                     const std::string& path) {
        if (!value.is_null()) {
            check(value, field.type, path);
            return;
        }
        yaml::Node placed = value;
        placed.span = parent.find_entry(field.name)->key_span;
        check(placed, field.type, path);
    }

    void check_fields(const yaml::Node& node, const TypeSpec& type, const std::string& path) {
        for (const FieldSpec& field : type.fields) {
            const yaml::Node* value = node.find(field.name);
            if (value != nullptr) {
                m_meaning = field.description;
                check_field(node, *value, field, child(path, field.name));
            } else if (field.presence == Presence::required) {
                add(node.span, "CFG003",
                    fmt::format("'{}' is missing in {}", field.name, shown(path)),
                    fmt::format("add '{}: ...' ({})", field.name, field.description));
            }
        }
        for (const yaml::Entry& entry : node.entries) {
            const auto known = std::ranges::find(type.fields, entry.key, &FieldSpec::name);
            if (known == type.fields.end()) {
                add_unknown(entry, type, path);
            }
        }
    }

    void add_unknown(const yaml::Entry& entry, const TypeSpec& type, const std::string& path) {
        std::vector<std::string> names;
        std::ranges::transform(type.fields, std::back_inserter(names), &FieldSpec::name);
        const auto close = closest_name(entry.key, names);
        add(entry.key_span, "CFG004",
            fmt::format("unknown field '{}' in {} is passed on as it is", entry.key, shown(path)),
            close ? fmt::format("did you mean '{}'?", *close)
                  : "remove it if no other tool reads it");
        m_diagnostics.back().severity = Severity::warning;
    }

    static std::string child(const std::string& path, const std::string& key) {
        return path.empty() ? key : path + "." + key;
    }

    static std::string shown(const std::string& path) {
        return path.empty() ? "the document" : path;
    }

    static std::string last(const std::string& path) { return path.substr(path.rfind('.') + 1); }

    void add(const Span& span, std::string code, std::string message, std::string hint) {
        m_diagnostics.push_back(
            make_error_at(m_source, span, std::move(code), std::move(message), std::move(hint)));
    }

    const SourceFile& m_source;
    /// Description of the field that is being checked.
    std::string m_meaning;
    std::vector<Diagnostic> m_diagnostics;
};

void normalise_scalar(yaml::Node& node, ValueType type) {
    const bool flag = type == ValueType::boolean || type == ValueType::boolean_or_text;
    if (const auto value = yaml::as_bool(node); flag && value) {
        node.scalar = *value ? "true" : "false";
    }
    const bool numeric = type == ValueType::number || type == ValueType::numbers ||
                         type == ValueType::number_or_text;
    if (const auto value = yaml::as_number(node); numeric && value && !yaml::as_integer(node)) {
        node.scalar = yaml::number(*value).scalar;
    }
}

} // namespace

TypeSpec TypeSpec::or_null() const {
    return with(*this, [](TypeSpec& t) { t.nullable = Nullable::yes; });
}
TypeSpec TypeSpec::at_least(double value) const {
    return with(*this, [&](TypeSpec& t) { t.minimum = value; });
}
TypeSpec TypeSpec::more_than(double value) const {
    return with(*this, [&](TypeSpec& t) { t.exclusive_minimum = value; });
}
TypeSpec TypeSpec::at_most(double value) const {
    return with(*this, [&](TypeSpec& t) { t.maximum = value; });
}
TypeSpec TypeSpec::one_of(std::vector<std::string> values) const {
    return with(*this, [&](TypeSpec& t) { t.choices = std::move(values); });
}
TypeSpec TypeSpec::with_items(std::size_t count) const {
    return with(*this, [&](TypeSpec& t) { t.minimum_items = count; });
}

TypeSpec of(ValueType type) {
    TypeSpec spec;
    spec.type = type;
    return spec;
}

TypeSpec list_of(TypeSpec element) {
    TypeSpec spec = of(ValueType::list);
    spec.element = std::make_shared<const TypeSpec>(std::move(element));
    return spec;
}

TypeSpec map_of(TypeSpec element, std::string key_pattern) {
    TypeSpec spec = of(ValueType::map);
    spec.element = std::make_shared<const TypeSpec>(std::move(element));
    spec.key_pattern = std::move(key_pattern);
    return spec;
}

TypeSpec object_of(std::vector<FieldSpec> fields) {
    TypeSpec spec = of(ValueType::object);
    spec.fields = std::move(fields);
    return spec;
}

const Format* find_format(const std::string& name) {
    const auto found = std::ranges::find(formats(), name, &Format::name);
    return found == formats().end() ? nullptr : &*found;
}

std::vector<Diagnostic>
check_document(const SourceFile& source, const yaml::Node& document, const TypeSpec& type) {
    Checker checker(source);
    checker.check(document, type, "");
    return checker.take();
}

Result<void> check_document(const SourceFile& source,
                            const yaml::Node& document,
                            const std::string& format_name,
                            Reporter& reporter) {
    const Format* format = find_format(format_name);
    AISPRINT_ASSERT(format != nullptr);
    return fail_on_errors(check_document(source, document, format->type), reporter);
}

Result<yaml::Node>
parse_document(const SourceFile& source, const std::string& format_name, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(yaml::Node document, yaml::parse(source));
    AISPRINT_TRY(check_document(source, document, format_name, reporter));
    return document;
}

void normalise_scalars(yaml::Node& document, const TypeSpec& type) {
    if (document.is_scalar()) {
        normalise_scalar(document, type.type);
    }
    if (type.element) {
        for (yaml::Node& item : document.items) {
            normalise_scalars(item, *type.element);
        }
        for (yaml::Entry& entry : document.entries) {
            normalise_scalars(entry.value, *type.element);
        }
    }
    for (const FieldSpec& field : type.fields) {
        if (yaml::Node* value = document.find(field.name)) {
            normalise_scalars(*value, field.type);
        }
    }
}

} // namespace aisprint::config
