// SPDX-License-Identifier: Apache-2.0
#include "fields.hpp"

#include <fmt/format.h>

#include <cmath>

namespace aisprint::perf {

namespace {

std::string joined(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
}

} // namespace

void Fields::error(std::string code, std::string message, std::string hint) {
    m_errors.push_back(make_error_in(m_file, std::move(code), std::move(message), std::move(hint)));
}

void Fields::wrong_type(const std::string& path, const Json& value, const char* expected) {
    error("PRM002", fmt::format("'{}' of the performance model is of type {}; it must be {}", path,
                                value.type_name(), expected));
}

const Json* Fields::member(const Json* parent, const std::string& key, const std::string& path) {
    if (parent == nullptr) {
        return nullptr;
    }
    if (!parent->is_object()) {
        wrong_type(path, *parent, "an object");
        return nullptr;
    }
    const auto found = parent->find(key);
    if (found == parent->end()) {
        error("PRM002", fmt::format("the performance model has no '{}'", joined(path, key)));
        return nullptr;
    }
    return &*found;
}

double Fields::number(const Json* parent, const std::string& key, const std::string& path) {
    const Json* value = member(parent, key, path);
    if (value == nullptr) {
        return 0;
    }
    if (!value->is_number() || !std::isfinite(value->get<double>())) {
        wrong_type(joined(path, key), *value, "a finite number");
        return 0;
    }
    return value->get<double>();
}

std::string Fields::text(const Json* parent, const std::string& key, const std::string& path) {
    const Json* value = member(parent, key, path);
    if (value == nullptr) {
        return {};
    }
    if (!value->is_string()) {
        wrong_type(joined(path, key), *value, "a text");
        return {};
    }
    return value->get<std::string>();
}

const Json* Fields::array(const Json* parent, const std::string& key, const std::string& path) {
    const Json* value = member(parent, key, path);
    if (value != nullptr && !value->is_array()) {
        wrong_type(joined(path, key), *value, "an array");
        return nullptr;
    }
    return value;
}

std::vector<double>
Fields::numbers(const Json* parent, const std::string& key, const std::string& path) {
    std::vector<double> values;
    const Json* list = array(parent, key, path);
    if (list == nullptr) {
        return values;
    }
    values.reserve(list->size());
    for (const Json& item : *list) {
        if (!item.is_number() || !std::isfinite(item.get<double>())) {
            wrong_type(joined(path, key), item, "an array of finite numbers");
            return values;
        }
        values.push_back(item.get<double>());
    }
    return values;
}

std::vector<int>
Fields::integers(const Json* parent, const std::string& key, const std::string& path) {
    std::vector<int> values;
    for (const double value : numbers(parent, key, path)) {
        if (std::floor(value) != value || std::abs(value) > 2e9) {
            error("PRM002",
                  fmt::format("'{}' of the performance model contains {}; it must be an array of "
                              "whole numbers",
                              joined(path, key), value));
            return values;
        }
        values.push_back(static_cast<int>(value));
    }
    return values;
}

std::vector<std::string>
Fields::texts(const Json* parent, const std::string& key, const std::string& path) {
    std::vector<std::string> values;
    const Json* list = array(parent, key, path);
    if (list == nullptr) {
        return values;
    }
    for (const Json& item : *list) {
        if (!item.is_string()) {
            wrong_type(joined(path, key), item, "an array of texts");
            return values;
        }
        values.push_back(item.get<std::string>());
    }
    return values;
}

bool Fields::size_is(std::size_t size, std::size_t expected, const std::string& path) {
    if (size == expected) {
        return true;
    }
    error("PRM003", fmt::format("'{}' of the performance model has {} elements; it must have {}",
                                path, size, expected));
    return false;
}

} // namespace aisprint::perf
