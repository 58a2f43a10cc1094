// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/diagnostic.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::perf {

using Json = nlohmann::json;

/// Takes fields out of a JSON document and collects what is wrong. Model files are written by
/// programs and may be large, so errors name the path of a field and not its line.
class Fields {
public:
    explicit Fields(std::string file) : m_file(std::move(file)) {}

    void error(std::string code, std::string message, std::string hint = "train the model again");

    /// A member of an object; null after an error.
    const Json* member(const Json* parent, const std::string& key, const std::string& path);

    /// Finite number; 0 after an error.
    double number(const Json* parent, const std::string& key, const std::string& path);
    std::string text(const Json* parent, const std::string& key, const std::string& path);
    std::vector<double>
    numbers(const Json* parent, const std::string& key, const std::string& path);
    std::vector<int> integers(const Json* parent, const std::string& key, const std::string& path);
    std::vector<std::string>
    texts(const Json* parent, const std::string& key, const std::string& path);
    const Json* array(const Json* parent, const std::string& key, const std::string& path);

    /// Reports an array whose size is not the one asked for.
    bool size_is(std::size_t size, std::size_t expected, const std::string& path);

    [[nodiscard]] bool failed() const { return !m_errors.empty(); }
    [[nodiscard]] std::vector<Diagnostic>& errors() { return m_errors; }

private:
    void wrong_type(const std::string& path, const Json& value, const char* expected);

    std::string m_file;
    std::vector<Diagnostic> m_errors;
};

} // namespace aisprint::perf
