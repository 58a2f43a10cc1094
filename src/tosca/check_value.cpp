// SPDX-License-Identifier: Apache-2.0
#include "check_value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace aisprint::tosca {

namespace {

constexpr std::array<std::string_view, 10> k_functions{
    "get_input",    "get_property",         "get_attribute", "get_operation_output",
    "get_artifact", "get_nodes_of_type",    "concat",        "token",
    "join",         "get_instance_artifact"};

struct Unit {
    std::string_view name;
    double factor;
};

constexpr std::array<Unit, 10> k_sizes{{{"b", 1},
                                        {"kb", 1e3},
                                        {"kib", 1024},
                                        {"mb", 1e6},
                                        {"mib", 1048576},
                                        {"gb", 1e9},
                                        {"gib", 1073741824},
                                        {"tb", 1e12},
                                        {"tib", 1099511627776},
                                        {"pb", 1e15}}};
constexpr std::array<Unit, 7> k_times{
    {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}}};
constexpr std::array<Unit, 4> k_frequencies{{{"hz", 1}, {"khz", 1e3}, {"mhz", 1e6}, {"ghz", 1e9}}};

template <std::size_t N>
std::optional<double> factor_of(const std::string& unit, const std::array<Unit, N>& units) {
    const auto it = std::ranges::find(units, std::string_view(unit), &Unit::name);
    return it == units.end() ? std::nullopt : std::optional<double>(it->factor);
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// The number that a scalar holds, also in quotes.
std::optional<double> number_of(const yaml::Node& value) {
    return value.is_scalar() ? yaml::as_number(yaml::plain(value.scalar)) : std::nullopt;
}

std::optional<std::int64_t> integer_of(const yaml::Node& value) {
    return value.is_scalar() ? yaml::as_integer(yaml::plain(value.scalar)) : std::nullopt;
}

bool is_digits(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// MAJOR.MINOR[.FIX[.QUALIFIER[-BUILD]]]
bool is_version(const std::string& text) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (parts.size() < 3) {
        const std::size_t dot = text.find('.', begin);
        parts.push_back(text.substr(begin, dot - begin));
        if (dot == std::string::npos) {
            begin = text.size();
            break;
        }
        begin = dot + 1;
    }
    return parts.size() >= 2 && std::ranges::all_of(parts, is_digits);
}

bool is_range(const yaml::Node& value) {
    if (value.items.size() != 2) {
        return false;
    }
    const auto low = integer_of(value.items[0]);
    const auto high = integer_of(value.items[1]);
    return low && (value.items[1].scalar == "UNBOUNDED" || (high && *low <= *high));
}

/// True if IM's YAML reader sees a text.
bool is_text(const yaml::Node& value) {
    return value.is_scalar() && (value.spelling == yaml::Spelling::text ||
                                 (!yaml::as_number(value) && !yaml::as_bool(value)));
}

/// What a value of a primitive type looks like, for messages.
std::string allowed_text(const std::string& type) {
    static const std::map<std::string, std::string> texts{
        {"string", "a text"},
        {"integer", "an integer"},
        {"float", "a number with a point, such as 1.0"},
        {"boolean", "true or false"},
        {"version", "a version such as 1.2"},
        {"range", "a list of two integers, the smaller first"},
        {"list", "a list"},
        {"map", "a map"},
        {"scalar-unit.size", "a number with a unit of size such as 4 GB"},
        {"scalar-unit.time", "a number with a unit of time such as 10 s"},
        {"scalar-unit.frequency", "a number with a unit of frequency such as 2 GHz"}};
    const auto it = texts.find(type);
    if (it != texts.end()) {
        return it->second;
    }
    return is_primitive(type) ? "a scalar" : fmt::format("a value of type {}", type);
}

bool has_type(const yaml::Node& value, const std::string& type) {
    if (type == "string") {
        return is_text(value);
    }
    if (type == "integer") {
        return integer_of(value).has_value();
    }
    if (type == "float") {
        // The Infrastructure Manager's parser refuses whole numbers here.
        return yaml::as_number(value) && value.scalar.find('.') != std::string::npos;
    }
    if (type == "boolean") {
        return yaml::as_bool(value) || (value.is_scalar() && (lower(value.scalar) == "true" ||
                                                              lower(value.scalar) == "false"));
    }
    if (type == "version") {
        return value.is_scalar() && (is_version(value.scalar) || value.scalar == "0");
    }
    if (type == "range") {
        return is_range(value);
    }
    if (type == "list") {
        return value.is_sequence();
    }
    if (type == "map") {
        return value.is_mapping();
    }
    if (type.starts_with("scalar-unit.") && type != "scalar-unit.bitrate") {
        return value.is_scalar() && scalar_unit_value(value.scalar, type).has_value();
    }
    return value.is_scalar();
}

std::string hint_for(const yaml::Node& value, const std::string& type) {
    if (type == "string" && value.is_scalar()) {
        return "put it in quotes";
    }
    if (type == "scalar-unit.size" && number_of(value)) {
        return "add a unit: MB, MiB, GB, GiB, ...";
    }
    if (type == "float" && number_of(value)) {
        return value.spelling == yaml::Spelling::plain ? "write it with a point, such as 1.0"
                                                       : "remove the quotes";
    }
    return {};
}

/// A value as a number, for comparisons.
std::optional<double> measure(const yaml::Node& value, const std::string& type) {
    return type.starts_with("scalar-unit.") ? scalar_unit_value(value.scalar, type)
                                            : number_of(value);
}

std::int64_t length_of(const yaml::Node& value) {
    if (value.is_sequence()) {
        return static_cast<std::int64_t>(value.items.size());
    }
    if (value.is_mapping()) {
        return static_cast<std::int64_t>(value.entries.size());
    }
    return static_cast<std::int64_t>(count_code_points(value.scalar));
}

bool keeps_range(const yaml::Node& value, const Constraint& constraint, const std::string& type) {
    if (constraint.operand.items.size() != 2) {
        return true;
    }
    const auto low = measure(constraint.operand.items[0], type);
    const auto high = measure(constraint.operand.items[1], type);
    const auto keeps = [&](const yaml::Node& item) {
        const auto number = measure(item, type);
        return !number || ((!low || *number >= *low) && (!high || *number <= *high));
    };
    return value.is_sequence() ? std::ranges::all_of(value.items, keeps) : keeps(value);
}

/// Whether a value keeps a constraint; those that cannot be applied are kept.
bool keeps(const yaml::Node& value, const Constraint& constraint, const std::string& type) {
    const std::string& name = constraint.name;
    const yaml::Node& operand = constraint.operand;
    if (name == "equal") {
        return value.scalar == operand.scalar;
    }
    if (name == "valid_values") {
        return std::ranges::any_of(
            operand.items, [&](const yaml::Node& item) { return item.scalar == value.scalar; });
    }
    if (name == "in_range") {
        return keeps_range(value, constraint, type);
    }
    if (name == "length" || name == "min_length" || name == "max_length") {
        const std::int64_t length = length_of(value);
        const std::int64_t limit = integer_of(operand).value_or(length);
        return (name == "max_length" || length >= limit) &&
               (name == "min_length" || length <= limit);
    }
    const auto number = measure(value, type);
    const auto limit = measure(operand, type);
    if (!number || !limit) {
        return true;
    }
    return !(name == "greater_than" && *number <= *limit) &&
           !(name == "greater_or_equal" && *number < *limit) &&
           !(name == "less_than" && *number >= *limit) &&
           !(name == "less_or_equal" && *number > *limit);
}

std::string constraint_text(const Constraint& constraint) {
    std::vector<std::string> values;
    for (const yaml::Node& item : constraint.operand.items) {
        values.push_back(item.scalar);
    }
    const std::string& operand = constraint.operand.scalar;
    static const std::map<std::string, std::string> words{
        {"equal", "be"},
        {"greater_than", "be greater than"},
        {"greater_or_equal", "be at least"},
        {"less_than", "be less than"},
        {"less_or_equal", "be at most"},
        {"length", "have the length"},
        {"min_length", "have at least the length"},
        {"max_length", "have at most the length"}};
    if (constraint.name == "valid_values") {
        return fmt::format("be one of {}", fmt::join(values, ", "));
    }
    if (constraint.name == "in_range" && values.size() == 2) {
        return fmt::format("be between {} and {}", values[0], values[1]);
    }
    const auto it = words.find(constraint.name);
    return fmt::format("{} {}", it == words.end() ? constraint.name : it->second, operand);
}

} // namespace

std::optional<double> scalar_unit_value(const std::string& text, const std::string& type) {
    const std::size_t unit_begin = text.find_last_of("0123456789. ");
    if (unit_begin == std::string::npos || unit_begin + 1 == text.size()) {
        return std::nullopt;
    }
    const std::string unit = lower(text.substr(unit_begin + 1));
    std::string number = text.substr(0, unit_begin + 1);
    number.erase(number.find_last_not_of(' ') + 1);
    const auto value = yaml::as_number(yaml::plain(number));
    std::optional<double> factor;
    if (type == "scalar-unit.size") {
        factor = factor_of(unit, k_sizes);
    } else if (type == "scalar-unit.time") {
        factor = factor_of(unit, k_times);
    } else {
        factor = factor_of(unit, k_frequencies);
    }
    if (!value || !factor || *value < 0) {
        return std::nullopt;
    }
    return *value * *factor;
}

bool is_about_secret(std::string_view text) {
    static constexpr std::array<std::string_view, 7> k_words{"pass", "token", "secret",    "key",
                                                             "auth", "_sk",   "credential"};
    const std::string lowered = lower(std::string(text));
    return std::ranges::any_of(
        k_words, [&](std::string_view word) { return lowered.find(word) != std::string::npos; });
}

std::string shown(const yaml::Node& value, const std::string& label) {
    return value.is_scalar() && is_about_secret(label) ? "a value that is not shown here"
                                                       : yaml::describe(value);
}

bool is_function(const yaml::Node& node) {
    return node.entries.size() == 1 &&
           std::ranges::find(k_functions, node.entries.front().key) != k_functions.end();
}

void ValueChecker::add(const Span& span, std::string code, std::string message, std::string hint) {
    m_found.push_back(
        make_error_at(m_source, span, std::move(code), std::move(message), std::move(hint)));
}

void ValueChecker::check_value(const yaml::Node& value,
                               const Schema& schema,
                               const std::string& label,
                               CheckConstraints constraints) {
    if (value.is_null()) {
        return; // as if it were not there
    }
    if (is_function(value)) {
        m_check_function(value, schema, label);
        return;
    }
    if (is_primitive(schema.type)) {
        check_primitive(value, schema, label, constraints);
        return;
    }
    const Type* type = m_types.find(TypeKind::data, schema.type);
    if (type == nullptr) {
        return; // reported with the type
    }
    if (!type->primitive.empty()) {
        Schema inner{type->primitive, type->constraints, nullptr};
        inner.constraints.insert(inner.constraints.end(), schema.constraints.begin(),
                                 schema.constraints.end());
        check_primitive(value, inner, label, constraints);
        return;
    }
    if (!value.is_mapping()) {
        add(value.span, "TSC105",
            fmt::format("{} is {}; it must be a map ({})", label, shown(value, label),
                        schema.type));
        return;
    }
    check_properties(&value, type->properties, label, value.span);
}

void ValueChecker::check_primitive(const yaml::Node& value,
                                   const Schema& schema,
                                   const std::string& label,
                                   CheckConstraints constraints) {
    if (!has_type(value, schema.type)) {
        add(value.span, "TSC105",
            fmt::format("{} is {}; it must be {}", label, shown(value, label),
                        allowed_text(schema.type)),
            hint_for(value, schema.type));
        return;
    }
    if (constraints == CheckConstraints::yes) {
        check_constraints(value, schema.constraints, schema.type, label);
    }
    check_entries(value, schema, label);
}

void ValueChecker::check_entries(const yaml::Node& value,
                                 const Schema& schema,
                                 const std::string& label) {
    static const Schema any{};
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        const yaml::Node& item = value.items[i];
        if (schema.entry) {
            check_value(item, *schema.entry, fmt::format("item {} of {}", i + 1, label));
        } else if (is_function(item)) {
            m_check_function(item, any, label);
        }
    }
    for (const yaml::Entry& entry : value.entries) {
        if (schema.entry) {
            check_value(entry.value, *schema.entry, fmt::format("'{}' in {}", entry.key, label));
        } else if (is_function(entry.value)) {
            m_check_function(entry.value, any, label);
        }
    }
}

void ValueChecker::check_constraints(const yaml::Node& value,
                                     const std::vector<Constraint>& constraints,
                                     const std::string& type,
                                     const std::string& label) {
    for (const Constraint& constraint : constraints) {
        if (!keeps(value, constraint, type)) {
            add(value.span, "TSC106",
                fmt::format("{} is {}; it must {}", label, shown(value, label),
                            constraint_text(constraint)));
        }
    }
}

void ValueChecker::check_properties(const yaml::Node* properties,
                                    const std::map<std::string, PropertyType>& types,
                                    const std::string& owner,
                                    const Span& place) {
    if (properties != nullptr && !properties->is_mapping() && !properties->is_null()) {
        add(properties->span, "TSC120",
            fmt::format("the properties of {} are {}; they must be a map", owner,
                        yaml::describe(*properties)));
        return;
    }
    if (properties != nullptr) {
        for (const yaml::Entry& entry : properties->entries) {
            const auto type = types.find(entry.key);
            if (type != types.end()) {
                check_value(entry.value, type->second.schema,
                            fmt::format("'{}' of {}", entry.key, owner));
                continue;
            }
            std::vector<std::string> names;
            for (const auto& known : types) {
                names.push_back(known.first);
            }
            const auto closest = closest_name(entry.key, names);
            add(entry.key_span, "TSC103", fmt::format("{} has no property '{}'", owner, entry.key),
                closest ? fmt::format("did you mean '{}'?", *closest) : "remove it");
        }
    }
    for (const auto& [name, type] : types) {
        const yaml::Node* value = properties == nullptr ? nullptr : properties->find(name);
        if (type.required && !type.has_default && (value == nullptr || value->is_null())) {
            add(value == nullptr ? place : value->span, "TSC104",
                fmt::format("{} lacks the property '{}', which is required", owner, name),
                fmt::format("add '{}': {}", name, allowed_text(type.schema.type)));
        }
    }
}

} // namespace aisprint::tosca
