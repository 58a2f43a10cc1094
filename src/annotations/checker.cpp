// SPDX-License-Identifier: Apache-2.0
#include "checker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aisprint::annotations {

namespace {

bool in_range(double number, NumberRange range) {
    switch (range) {
    case NumberRange::positive:
        return number > 0.0;
    case NumberRange::not_negative:
        return number >= 0.0;
    case NumberRange::probability:
        return number >= 0.0 && number <= 1.0;
    case NumberRange::open_probability:
        return number > 0.0 && number < 1.0;
    }
    return false;
}

std::string_view describe(NumberRange range) {
    switch (range) {
    case NumberRange::positive:
        return "a number above 0";
    case NumberRange::not_negative:
        return "a number of 0 or more";
    case NumberRange::probability:
        return "a number from 0 to 1";
    case NumberRange::open_probability:
        return "a number between 0 and 1";
    }
    return {};
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += text.empty() ? "'" + name + "'" : ", '" + name + "'";
    }
    return text;
}

} // namespace

const Value* Checker::find(std::string_view argument) const {
    return m_annotation.find(argument);
}

const Value* Checker::require(std::string_view argument) {
    const Value* const value = find(argument);
    if (value == nullptr) {
        error(m_annotation.span, "ANN021",
              fmt::format("`{}` needs the argument `{}`", m_annotation.name, argument),
              fmt::format("add `{}=...`", argument));
    }
    return value;
}

void Checker::wrong_type(const Value& value, std::string_view argument, std::string_view wanted) {
    error(value.span, "ANN022",
          fmt::format("`{}` of `{}` is {}, not {}", argument, m_annotation.name,
                      value.kind == ValueKind::none || value.kind == ValueKind::list ||
                              value.kind == ValueKind::dict
                          ? describe_kind(value)
                          : describe_kind(value) + " (" + to_display(value) + ")",
                      wanted),
          fmt::format("give {}", wanted));
}

bool Checker::expect_string(const Value& value, std::string_view argument) {
    if (value.kind != ValueKind::string) {
        wrong_type(value, argument, "a string");
        return false;
    }
    if (value.text.empty()) {
        error(value.span, "ANN023",
              fmt::format("`{}` of `{}` is empty", argument, m_annotation.name),
              "give a string that is not empty");
        return false;
    }
    return true;
}

bool Checker::expect_one_of(const Value& value,
                            std::string_view argument,
                            const std::vector<std::string>& allowed) {
    if (!expect_string(value, argument)) {
        return false;
    }
    if (std::ranges::find(allowed, value.text) != allowed.end()) {
        return true;
    }
    const auto similar = closest_name(value.text, allowed);
    error(value.span, "ANN023",
          fmt::format("`{}` of `{}` is {}; allowed are {}", argument, m_annotation.name,
                      to_display(value), joined(allowed)),
          similar ? fmt::format("did you mean '{}'?", *similar) : "use one of the allowed values");
    return false;
}

bool Checker::expect_number(const Value& value, std::string_view argument, NumberRange range) {
    if (!value.is_number()) {
        wrong_type(value, argument, describe(range));
        return false;
    }
    if (!std::isfinite(value.number()) || !in_range(value.number(), range)) {
        error(value.span, "ANN023",
              fmt::format("`{}` of `{}` is {}, not {}", argument, m_annotation.name,
                          to_display(value), describe(range)),
              fmt::format("give {}", describe(range)));
        return false;
    }
    return true;
}

bool Checker::expect_list(const Value& value, std::string_view argument, std::string_view of_what) {
    if (value.kind != ValueKind::list) {
        wrong_type(value, argument, fmt::format("a list of {}", of_what));
        return false;
    }
    return true;
}

bool Checker::expect_boolean(const Value& value, std::string_view argument) {
    if (value.kind != ValueKind::boolean) {
        wrong_type(value, argument, "True or False");
        return false;
    }
    return true;
}

Diagnostic& Checker::error(const Span& span,
                           const std::string& code,
                           const std::string& message,
                           const std::string& hint) {
    m_errors.push_back(make_error_at(m_script.source, span, code, message, hint));
    return m_errors.back();
}

void Checker::warn(const Span& span,
                   const std::string& code,
                   const std::string& message,
                   const std::string& hint) {
    m_reporter.report(as_warning(make_error_at(m_script.source, span, code, message, hint)));
}

} // namespace aisprint::annotations
