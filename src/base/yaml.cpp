// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/yaml.hpp"

#include "yaml_scalars.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace aisprint::yaml {

const Entry* Node::find_entry(std::string_view key) const {
    const auto found = std::ranges::find(entries, key, &Entry::key);
    return found == entries.end() ? nullptr : &*found;
}

const Node* Node::find(std::string_view key) const {
    const Entry* entry = find_entry(key);
    return entry == nullptr ? nullptr : &entry->value;
}

Node* Node::find(std::string_view key) {
    const auto found = std::ranges::find(entries, key, &Entry::key);
    return found == entries.end() ? nullptr : &found->value;
}

Node& Node::add(std::string key, Node value) {
    kind = Kind::mapping;
    entries.push_back({std::move(key), {}, std::move(value), Spelling::text});
    return entries.back().value;
}

Node& Node::push(Node value) {
    kind = Kind::sequence;
    items.push_back(std::move(value));
    return items.back();
}

bool same_content(const Node& a, const Node& b) {
    if (a.kind != b.kind || a.items.size() != b.items.size() ||
        a.entries.size() != b.entries.size()) {
        return false;
    }
    if (a.is_scalar() && (a.scalar != b.scalar || a.spelling != b.spelling)) {
        return false;
    }
    const auto same_entry = [](const Entry& x, const Entry& y) {
        return x.key == y.key && same_content(x.value, y.value);
    };
    return std::ranges::equal(a.items, b.items, same_content) &&
           std::ranges::equal(a.entries, b.entries, same_entry);
}

std::optional<bool> as_bool(const Node& node) {
    return node.is_scalar() && node.spelling == Spelling::plain ? parse_bool(node.scalar)
                                                                : std::nullopt;
}

std::optional<std::int64_t> as_integer(const Node& node) {
    return node.is_scalar() && node.spelling == Spelling::plain ? parse_integer(node.scalar)
                                                                : std::nullopt;
}

std::optional<double> as_number(const Node& node) {
    if (!node.is_scalar() || node.spelling != Spelling::plain) {
        return std::nullopt;
    }
    if (const auto whole = parse_integer(node.scalar)) {
        return static_cast<double>(*whole);
    }
    return parse_float(node.scalar);
}

Node null() {
    return {};
}

Node text(std::string value) {
    Node node;
    node.kind = Kind::scalar;
    node.scalar = std::move(value);
    return node;
}

Node plain(std::string value) {
    Node node = text(std::move(value));
    node.spelling = Spelling::plain;
    return node;
}

Node boolean(bool value) {
    return plain(value ? "true" : "false");
}

Node integer(std::int64_t value) {
    return plain(std::to_string(value));
}

Node number(double value) {
    if (std::isnan(value)) {
        return plain(".nan");
    }
    if (std::isinf(value)) {
        return plain(value > 0 ? ".inf" : "-.inf");
    }
    // fmt's shortest form equals Python's repr() but for the form of the exponent and of whole
    // numbers; YAML 1.1 readers need a dot before an exponent.
    std::string digits = fmt::format("{}", value);
    const std::size_t exponent = digits.find('e');
    if (digits.find('.') == std::string::npos) {
        digits.insert(exponent == std::string::npos ? digits.size() : exponent, ".0");
    }
    return plain(digits);
}

Node sequence(std::vector<Node> items) {
    Node node;
    node.kind = Kind::sequence;
    node.items = std::move(items);
    return node;
}

Node mapping() {
    Node node;
    node.kind = Kind::mapping;
    return node;
}

Node texts(const std::vector<std::string>& values) {
    Node node = sequence();
    for (const std::string& value : values) {
        node.push(text(value));
    }
    return node;
}

void sort_keys(Node& node) {
    std::ranges::stable_sort(node.entries, {}, &Entry::key);
    for (Entry& entry : node.entries) {
        sort_keys(entry.value);
    }
    for (Node& item : node.items) {
        sort_keys(item);
    }
}

std::string describe(const Node& node) {
    switch (node.kind) {
    case Kind::null:
        return "nothing";
    case Kind::sequence:
        return "a list";
    case Kind::mapping:
        return "a map";
    case Kind::scalar:
        break;
    }
    return fmt::format("'{}'", node.scalar);
}

} // namespace aisprint::yaml
