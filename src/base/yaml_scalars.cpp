// SPDX-License-Identifier: Apache-2.0
#include "yaml_scalars.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

namespace aisprint::yaml {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string without_underscores(std::string_view text) {
    std::string result(text);
    std::erase(result, '_');
    return result;
}

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
    return std::ranges::find(words, text) != words.end();
}

constexpr std::array<std::string_view, 9> k_true{"true", "True", "TRUE", "yes", "Yes",
                                                 "YES",  "on",   "On",   "ON"};
constexpr std::array<std::string_view, 9> k_false{"false", "False", "FALSE", "no", "No",
                                                  "NO",    "off",   "Off",   "OFF"};

std::optional<double> parse_special_float(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    if (text == ".inf" || text == ".Inf" || text == ".INF") {
        const double infinity = std::numeric_limits<double>::infinity();
        return negative ? -infinity : infinity;
    }
    if (text == ".nan" || text == ".NaN" || text == ".NAN") {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return std::nullopt;
}

/// A count of digits at the start of `text`, at least one and at most `most`, is taken off it.
bool take_digits(std::string_view& text, std::size_t least, std::size_t most) {
    std::size_t count = 0;
    while (count < most && count < text.size() && is_digit(text[count])) {
        ++count;
    }
    text.remove_prefix(count);
    return count >= least;
}

bool take(std::string_view& text, char c) {
    const bool found = text.starts_with(c);
    text.remove_prefix(found ? 1 : 0);
    return found;
}

/// Timestamps of YAML 1.1: YYYY-MM-DD, or the same with a time after it.
bool looks_like_timestamp(std::string_view text) {
    std::string_view date = text;
    if (take_digits(date, 4, 4) && take(date, '-') && take_digits(date, 2, 2) && take(date, '-') &&
        take_digits(date, 2, 2) && date.empty()) {
        return true;
    }
    if (!(take_digits(text, 4, 4) && take(text, '-') && take_digits(text, 1, 2) &&
          take(text, '-') && take_digits(text, 1, 2) && !text.empty() &&
          (text.front() == 'T' || text.front() == 't' || text.front() == ' '))) {
        return false;
    }
    text.remove_prefix(std::min(text.find_first_not_of("Tt "), text.size()));
    return take_digits(text, 1, 2) && take(text, ':') && take_digits(text, 2, 2) &&
           take(text, ':') && take_digits(text, 2, 2);
}

/// Base-60 integers and floats of YAML 1.1: `12:30`, `1:30:07.5`.
bool looks_like_sexagesimal(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    if (text.empty() || !is_digit(text.front())) {
        return false;
    }
    text.remove_prefix(std::min(text.find_first_not_of("0123456789_"), text.size()));
    bool has_part = false;
    while (take(text, ':')) {
        std::string_view part = text.substr(0, text.find_first_not_of("0123456789"));
        if (part.empty() || part.size() > 2 || (part.size() == 2 && part.front() > '5')) {
            return false;
        }
        text.remove_prefix(part.size());
        has_part = true;
    }
    return has_part && (text.empty() || (take(text, '.') && text.find_first_not_of("0123456789_") ==
                                                                std::string_view::npos));
}

/// A plain decimal of any length, also one that no 64 bits hold.
bool looks_like_decimal(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    return !text.empty() && text.front() >= '1' && text.front() <= '9' &&
           text.find_first_not_of("0123456789_") == std::string_view::npos;
}

} // namespace

std::optional<bool> parse_bool(std::string_view text) {
    if (text.empty()) {
        return std::nullopt;
    }
    if (is_one_of(text, k_true)) {
        return true;
    }
    if (is_one_of(text, k_false)) {
        return false;
    }
    return std::nullopt;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    if (text.empty() || !is_digit(text.front())) {
        return std::nullopt;
    }
    std::string digits = without_underscores(text);
    int base = 10;
    if (digits.starts_with("0x")) {
        base = 16;
        digits.erase(0, 2);
    } else if (digits.starts_with("0b")) {
        base = 2;
        digits.erase(0, 2);
    } else if (digits.size() > 1 && digits.front() == '0') {
        base = 8;
        digits.erase(0, 1);
    }
    digits.insert(0, negative ? "-" : "");
    std::int64_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
    if (error != std::errc{} || stop != end) {
        return std::nullopt;
    }
    return value;
}

std::optional<double> parse_float(std::string_view text) {
    if (const auto special = parse_special_float(text)) {
        return special;
    }
    std::string digits = without_underscores(text);
    if (digits.starts_with('+')) {
        digits.erase(0, 1);
    }
    const std::size_t first = text.starts_with('-') ? 1 : 0;
    const bool leading_dot = digits.size() > first + 1 && digits[first] == '.';
    if (first >= digits.size() ||
        !(is_digit(digits[first]) || (leading_dot && is_digit(digits[first + 1])))) {
        return std::nullopt;
    }
    double value = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || stop != end) {
        return std::nullopt;
    }
    return value;
}

bool reads_as_other_type(std::string_view text) {
    return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL" ||
           text == "<<" || text == "=" || parse_bool(text) || parse_integer(text) ||
           looks_like_decimal(text) ||
           (parse_float(text) && text.find('.') != std::string_view::npos) ||
           looks_like_timestamp(text) || looks_like_sexagesimal(text);
}

} // namespace aisprint::yaml
