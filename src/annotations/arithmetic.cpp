// SPDX-License-Identifier: Apache-2.0
#include "arithmetic.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>

namespace aisprint::annotations {

namespace {

using Computed = tl::expected<Value, std::string>;

Computed refuse(const std::string& why) {
    return tl::unexpected<std::string>(why);
}

Value make_integer(std::int64_t number) {
    Value value;
    value.kind = ValueKind::integer;
    value.integer = number;
    value.text = fmt::format("{}", number);
    return value;
}

Computed make_floating(double number) {
    if (!std::isfinite(number)) {
        return refuse("is not a finite number");
    }
    Value value;
    value.kind = ValueKind::floating;
    value.floating = number;
    value.text = fmt::format("{}", number);
    if (value.text.find_first_of(".e") == std::string::npos) {
        value.text += ".0";
    }
    return value;
}

/// Booleans count as 0 and 1, as in Python.
std::optional<Value> as_number(const Value& value) {
    if (value.kind == ValueKind::boolean) {
        return make_integer(value.boolean ? 1 : 0);
    }
    return value.is_number() ? std::optional<Value>(value) : std::nullopt;
}

Computed checked(bool overflow, std::int64_t number) {
    return overflow ? refuse("does not fit into 64 bits") : Computed(make_integer(number));
}

std::int64_t floor_divide(std::int64_t left, std::int64_t right) {
    const std::int64_t quotient = left / right;
    return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient;
}

Computed power(std::int64_t base, std::int64_t exponent) {
    if (exponent < 0) {
        return base == 0 ? refuse("divides by zero")
                         : make_floating(
                               std::pow(static_cast<double>(base), static_cast<double>(exponent)));
    }
    std::int64_t result = 1;
    bool overflow = false;
    // Bases other than -1, 0 and 1 leave 64 bits after at most 63 steps.
    const std::int64_t steps =
        base >= -1 && base <= 1 ? (exponent == 0 ? 0 : 2 - exponent % 2) : exponent;
    for (std::int64_t i = 0; i < steps && !overflow; ++i) {
        overflow = __builtin_mul_overflow(result, base, &result);
    }
    return checked(overflow, result);
}

Computed apply_integers(std::string_view operation, std::int64_t left, std::int64_t right) {
    std::int64_t result = 0;
    if (operation == "+") {
        const bool overflow = __builtin_add_overflow(left, right, &result);
        return checked(overflow, result);
    }
    if (operation == "-") {
        const bool overflow = __builtin_sub_overflow(left, right, &result);
        return checked(overflow, result);
    }
    if (operation == "*") {
        const bool overflow = __builtin_mul_overflow(left, right, &result);
        return checked(overflow, result);
    }
    if (operation == "**") {
        return power(left, right);
    }
    if (operation != "/" && operation != "//" && operation != "%") {
        return refuse(fmt::format("uses the operator '{}'", operation));
    }
    if (right == 0) {
        return refuse("divides by zero");
    }
    if (operation == "/") {
        return make_floating(static_cast<double>(left) / static_cast<double>(right));
    }
    if (left == std::numeric_limits<std::int64_t>::min() && right == -1) {
        return operation == "%" ? Computed(make_integer(0)) : checked(true, 0);
    }
    const std::int64_t quotient = floor_divide(left, right);
    return make_integer(operation == "//" ? quotient : left - quotient * right);
}

Computed apply_doubles(std::string_view operation, double left, double right) {
    if (operation == "+") {
        return make_floating(left + right);
    }
    if (operation == "-") {
        return make_floating(left - right);
    }
    if (operation == "*") {
        return make_floating(left * right);
    }
    if (operation == "**") {
        return make_floating(std::pow(left, right));
    }
    if (operation != "/" && operation != "//" && operation != "%") {
        return refuse(fmt::format("uses the operator '{}'", operation));
    }
    if (right == 0.0) {
        return refuse("divides by zero");
    }
    if (operation == "/") {
        return make_floating(left / right);
    }
    if (operation == "//") {
        return make_floating(std::floor(left / right));
    }
    const double rest = std::fmod(left, right);
    return make_floating(rest != 0.0 && (rest < 0.0) != (right < 0.0) ? rest + right : rest);
}

} // namespace

Computed apply_binary(std::string_view operation, const Value& left, const Value& right) {
    if (operation == "+" && left.kind == right.kind &&
        (left.kind == ValueKind::string || left.kind == ValueKind::list)) {
        Value joined = left;
        joined.text += right.text;
        joined.items.insert(joined.items.end(), right.items.begin(), right.items.end());
        return joined;
    }
    const std::optional<Value> first = as_number(left);
    const std::optional<Value> second = as_number(right);
    if (!first || !second) {
        return refuse(fmt::format("applies '{}' to {} and {}", operation, describe_kind(left),
                                  describe_kind(right)));
    }
    if (first->kind == ValueKind::integer && second->kind == ValueKind::integer) {
        return apply_integers(operation, first->integer, second->integer);
    }
    return apply_doubles(operation, first->number(), second->number());
}

Computed apply_unary(std::string_view operation, const Value& operand) {
    if (operation == "not" && operand.kind == ValueKind::boolean) {
        Value value = operand;
        value.boolean = !operand.boolean;
        return value;
    }
    const std::optional<Value> number = as_number(operand);
    if (!number || operation == "not" || (operation == "~" && number->kind != ValueKind::integer)) {
        return refuse(fmt::format("applies '{}' to {}", operation, describe_kind(operand)));
    }
    if (operation == "+") {
        return *number;
    }
    if (operation == "~") {
        return make_integer(~number->integer);
    }
    Value value = *number;
    if (value.kind == ValueKind::integer) {
        if (__builtin_sub_overflow(std::int64_t{0}, number->integer, &value.integer)) {
            return refuse("does not fit into 64 bits");
        }
    } else {
        value.floating = -value.floating;
    }
    // Keeps the spelling: -0x10 stays -0x10.
    value.text = value.text.starts_with('-') ? value.text.substr(1) : "-" + value.text;
    return value;
}

} // namespace aisprint::annotations
