// SPDX-License-Identifier: Apache-2.0
// Fields of JSON objects in answers of services: null counts as absent.
#pragma once

#include "answer.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace aisprint::clients {

/// Reads fields of an object, and keeps the first thing that is wrong with them.
class JsonFields {
public:
    /// `object` must outlive this.
    explicit JsonFields(const Json& object) : m_object(object) {}

    /// The value of a field, or nothing if it is absent or null.
    [[nodiscard]] const Json* find(const std::string& key) const {
        const auto found = m_object.find(key);
        return m_object.is_object() && found != m_object.end() && !found->is_null() ? &*found
                                                                                    : nullptr;
    }

    /// A text; empty if it is absent.
    [[nodiscard]] std::string text(const std::string& key) {
        const Json* const value = find(key);
        if (value != nullptr && !value->is_string()) {
            complain(key, "a text");
        }
        return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
    }

    /// A text that must be there and not be empty.
    [[nodiscard]] std::string required_text(const std::string& key) {
        std::string value = text(key);
        if (value.empty()) {
            complain(key, "a text that is not empty");
        }
        return value;
    }

    /// A truth value; `otherwise` if it is absent.
    [[nodiscard]] bool truth(const std::string& key, bool otherwise) {
        const Json* const value = find(key);
        if (value != nullptr && !value->is_boolean()) {
            complain(key, "true or false");
            return otherwise;
        }
        return value != nullptr ? value->get<bool>() : otherwise;
    }

    /// A list; empty if it is absent.
    [[nodiscard]] const Json& list(const std::string& key) {
        return of_kind(key, Json::value_t::array, "a list");
    }

    /// An object; empty if it is absent.
    [[nodiscard]] const Json& object(const std::string& key) {
        return of_kind(key, Json::value_t::object, "an object");
    }

    /// A time of RFC 3339. Nothing if it is absent, empty, or the zero of Go's times.
    [[nodiscard]] std::optional<std::chrono::sys_seconds> time(const std::string& key) {
        const std::string value = text(key);
        if (value.empty() || value.rfind("0001-", 0) == 0) {
            return std::nullopt;
        }
        const std::optional<std::chrono::sys_seconds> moment = parse_rfc3339(value);
        if (!moment) {
            complain(key, "a time");
        }
        return moment;
    }

    /// Notes that a field is not what it must be.
    void complain(const std::string& key, const std::string& expected) {
        if (m_wrong.empty()) {
            m_wrong = fmt::format("answered with JSON whose field \"{}\" is not {}", key, expected);
        }
    }

    /// Takes over what is wrong with an object inside of this one.
    void complain_of(const JsonFields& inner) {
        if (m_wrong.empty()) {
            m_wrong = inner.m_wrong;
        }
    }

    [[nodiscard]] bool is_right() const { return m_wrong.empty(); }
    [[nodiscard]] const std::string& what_is_wrong() const { return m_wrong; }

private:
    const Json& of_kind(const std::string& key, Json::value_t kind, const std::string& expected) {
        static const Json k_no_list = Json::array();
        static const Json k_no_object = Json::object();
        const Json* const value = find(key);
        if (value != nullptr && value->type() == kind) {
            return *value;
        }
        if (value != nullptr) {
            complain(key, expected);
        }
        return kind == Json::value_t::array ? k_no_list : k_no_object;
    }

    const Json& m_object;
    std::string m_wrong;
};

/// The value that was read, unless something is wrong with it.
template <class T>
[[nodiscard]] Parsed<T> checked(T value, const JsonFields& fields) {
    if (!fields.is_right()) {
        return wrong(fields.what_is_wrong());
    }
    return Parsed<T>(std::move(value));
}

} // namespace aisprint::clients
