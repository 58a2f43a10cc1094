// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/reader.hpp"
#include "aisprint/base/diagnostic.hpp"
#include "aisprint/base/reporter.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::annotations {

/// Which numbers an argument may hold.
enum class NumberRange { positive, not_negative, probability, open_probability };

/// Looks at the arguments of one annotation and collects what is wrong.
class Checker {
public:
    Checker(const ComponentScript& script,
            const Annotation& annotation,
            std::vector<Diagnostic>& errors,
            Reporter& reporter)
        : m_script(script), m_annotation(annotation), m_errors(errors), m_reporter(reporter) {}

    /// The argument's value, or null with an error that it is missing.
    const Value* require(std::string_view argument);
    /// The argument's value, or null.
    [[nodiscard]] const Value* find(std::string_view argument) const;

    /// True if it is a string that is not empty; otherwise an error.
    bool expect_string(const Value& value, std::string_view argument);
    /// True if it is one of the strings; otherwise an error.
    bool expect_one_of(const Value& value,
                       std::string_view argument,
                       const std::vector<std::string>& allowed);
    /// True if it is a number in the range; otherwise an error.
    bool expect_number(const Value& value, std::string_view argument, NumberRange range);
    /// True if it is a list; otherwise an error.
    bool expect_list(const Value& value, std::string_view argument, std::string_view of_what);
    /// True if it is a boolean; otherwise an error.
    bool expect_boolean(const Value& value, std::string_view argument);

    /// Adds an error.
    Diagnostic& error(const Span& span,
                      const std::string& code,
                      const std::string& message,
                      const std::string& hint = {});
    /// Reports a warning.
    void warn(const Span& span,
              const std::string& code,
              const std::string& message,
              const std::string& hint = {});

    [[nodiscard]] const ComponentScript& script() const { return m_script; }
    [[nodiscard]] const Annotation& annotation() const { return m_annotation; }

private:
    void wrong_type(const Value& value, std::string_view argument, std::string_view wanted);

    const ComponentScript& m_script;
    const Annotation& m_annotation;
    std::vector<Diagnostic>& m_errors;
    Reporter& m_reporter;
};

} // namespace aisprint::annotations
