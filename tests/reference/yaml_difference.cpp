// SPDX-License-Identifier: Apache-2.0
#include "yaml_difference.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace aisprint {

namespace {

/// What a scalar stands for: numbers and booleans in one form, texts in quotes.
std::string value_of(const yaml::Node& node) {
    if (node.is_mapping() || node.is_sequence() || node.is_null()) {
        return node.is_null() ? "null" : yaml::write(node);
    }
    if (const auto flag = yaml::as_bool(node)) {
        return *flag ? "true" : "false";
    }
    if (const auto number = yaml::as_number(node)) {
        return yaml::number(*number).scalar;
    }
    return "'" + node.scalar + "'";
}

/// A text of several YAML documents as a list of them.
yaml::Node embedded(const std::string& name, const std::string& text) {
    yaml::Node documents = yaml::sequence();
    const std::string separator = "---\n";
    for (std::size_t begin = 0; begin <= text.size();) {
        std::size_t end = begin;
        while ((end = text.find(separator, end)) != std::string::npos && end != 0 &&
               text[end - 1] != '\n') {
            ++end;
        }
        const std::string part = text.substr(begin, end - begin);
        if (part.find_first_not_of(" \n") != std::string::npos) {
            documents.push(parse_yaml(name, part));
        }
        begin = end == std::string::npos ? text.size() + 1 : end + separator.size();
    }
    return documents;
}

class Comparison {
public:
    void compare(const std::string& path, const yaml::Node& expected, const yaml::Node& found) {
        const bool holds_yaml =
            path.ends_with("/spec") || path.ends_with("qos_constraints/default");
        if (holds_yaml && expected.is_scalar() && found.is_scalar()) {
            compare(path + "!", embedded(path, expected.scalar), embedded(path, found.scalar));
        } else if (expected.is_mapping() && found.is_mapping()) {
            compare_maps(path, expected, found);
        } else if (expected.is_sequence() && found.is_sequence()) {
            compare_lists(path, expected, found);
        } else if (value_of(expected) != value_of(found)) {
            m_result.push_back(path + ": expected " + value_of(expected) + ", found " +
                               value_of(found));
        }
    }

    std::vector<std::string> take() { return std::move(m_result); }

private:
    void
    compare_maps(const std::string& path, const yaml::Node& expected, const yaml::Node& found) {
        std::set<std::string> keys;
        for (const yaml::Node* node : {&expected, &found}) {
            for (const yaml::Entry& entry : node->entries) {
                keys.insert(entry.key);
            }
        }
        for (const std::string& key : keys) {
            compare_items(path + "/" + key, expected.find(key), found.find(key));
        }
    }

    void
    compare_lists(const std::string& path, const yaml::Node& expected, const yaml::Node& found) {
        for (std::size_t i = 0; i < std::max(expected.items.size(), found.items.size()); ++i) {
            compare_items(path + "/" + std::to_string(i),
                          i < expected.items.size() ? &expected.items[i] : nullptr,
                          i < found.items.size() ? &found.items[i] : nullptr);
        }
    }

    void
    compare_items(const std::string& path, const yaml::Node* expected, const yaml::Node* found) {
        if (expected == nullptr) {
            m_result.push_back(path + ": new: " + value_of(*found));
        } else if (found == nullptr) {
            m_result.push_back(path + ": gone: " + value_of(*expected));
        } else {
            compare(path, *expected, *found);
        }
    }

    std::vector<std::string> m_result;
};

} // namespace

std::vector<std::string> differences(const yaml::Node& expected, const yaml::Node& found) {
    Comparison comparison;
    comparison.compare("", expected, found);
    return comparison.take();
}

yaml::Node parse_yaml(const std::string& name, const std::string& text) {
    auto node = yaml::parse(SourceFile(name, text));
    if (!node) {
        ADD_FAILURE() << format_diagnostic(node.error().diagnostics.front());
        return {};
    }
    return std::move(*node);
}

} // namespace aisprint
