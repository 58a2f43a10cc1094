// SPDX-License-Identifier: Apache-2.0
#include "usage_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <regex>
#include <string>
#include <vector>

namespace aisprint::cli {

namespace {

std::vector<std::string> split_at_commas(const std::string& text) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

/// "0.499900" as 0.4999.
std::string short_number(const std::string& text) {
    return fmt::format("{}", std::stod(text));
}

bool explain_choice(Diagnostic& diagnostic) {
    static const std::regex pattern(R"((\S+): (.*) not in \{(.*)\})");
    std::smatch match;
    if (!std::regex_match(diagnostic.message, match, pattern)) {
        return false;
    }
    const std::vector<std::string> choices = split_at_commas(match[3]);
    const auto close = closest_name(match[2], choices);
    diagnostic =
        make_error(diagnostic.code,
                   fmt::format("{} is '{}', must be one of {}", match[1].str(), match[2].str(),
                               fmt::join(choices, ", ")),
                   close ? fmt::format("did you mean '{}'?", *close) : "choose one of them");
    return true;
}

/// From here on a limit stands for none.
constexpr double k_no_limit = 1e300;

/// For options that take numbers of 0 or more, or of more than 0; CLI11 words them alike.
void explain_sign(Diagnostic& diagnostic, const std::string& option, const std::string& value) {
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    const bool is_number = end != value.c_str() && *end == '\0';
    const char* rule = !is_number    ? "must be a number"
                       : number == 0 ? "must be more than 0"
                                     : "must not be negative";
    diagnostic = make_error(diagnostic.code, fmt::format("{} is '{}', {}", option, value, rule),
                            "write a number, for example 2");
}

bool explain_range(Diagnostic& diagnostic) {
    static const std::regex pattern(R"((\S+): Value (\S+) not in range (\S+) to (\S+))");
    std::smatch match;
    if (!std::regex_match(diagnostic.message, match, pattern)) {
        return false;
    }
    if (std::stod(match[4]) > k_no_limit) {
        explain_sign(diagnostic, match[1], match[2]);
        return true;
    }
    const std::string allowed =
        fmt::format("from {} to {}", short_number(match[3]), short_number(match[4]));
    diagnostic =
        make_error(diagnostic.code,
                   fmt::format("{} is {}, must be {}", match[1].str(), match[2].str(), allowed),
                   fmt::format("write a number {}", allowed));
    return true;
}

bool explain_number(Diagnostic& diagnostic) {
    static const std::regex pattern(R"(Could not convert: (\S+) = (.*))");
    std::smatch match;
    if (!std::regex_match(diagnostic.message, match, pattern)) {
        return false;
    }
    diagnostic = make_error(
        diagnostic.code,
        fmt::format("{} is '{}', must be a number of 0 or more", match[1].str(), match[2].str()),
        "write a number, for example 2");
    return true;
}

bool explain_missing(Diagnostic& diagnostic) {
    static const std::regex value(R"((\S+): 1 required (\S+) missing)");
    static const std::regex argument(R"((\S+) is required)");
    std::smatch match;
    if (std::regex_match(diagnostic.message, match, value)) {
        diagnostic =
            make_error(diagnostic.code, fmt::format("option '{}' has no value", match[1].str()),
                       fmt::format("write {} {}", match[1].str(), match[2].str()));
        return true;
    }
    if (std::regex_match(diagnostic.message, match, argument)) {
        const bool is_option = match[1].str().starts_with('-');
        diagnostic = make_error(
            diagnostic.code,
            fmt::format("missing {} '{}'", is_option ? "option" : "argument", match[1].str()),
            is_option ? "add it" : "write it behind the name of the command");
        return true;
    }
    return false;
}

bool explain_exclusion(Diagnostic& diagnostic) {
    static const std::regex pattern(R"((\S+) excludes (\S+))");
    std::smatch match;
    if (!std::regex_match(diagnostic.message, match, pattern)) {
        return false;
    }
    diagnostic = make_error(
        diagnostic.code,
        fmt::format("'{}' and '{}' cannot be given together", match[1].str(), match[2].str()),
        "choose one of the two");
    return true;
}

} // namespace

void explain_usage_error(Diagnostic& diagnostic) {
    for (auto* explain :
         {explain_choice, explain_range, explain_number, explain_missing, explain_exclusion}) {
        if (explain(diagnostic)) {
            return;
        }
    }
}

} // namespace aisprint::cli
