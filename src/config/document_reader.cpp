// SPDX-License-Identifier: Apache-2.0
#include "aisprint/config/document_reader.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace aisprint::config {

namespace {

bool in_range(double value, NumberRange range) {
    switch (range) {
    case NumberRange::at_least_zero:
        return value >= 0;
    case NumberRange::above_zero:
        return value > 0;
    case NumberRange::probability:
        return value >= 0 && value <= 1;
    }
    return false;
}

std::string describe(NumberRange range, std::string_view unit) {
    const std::string tail = unit.empty() ? std::string() : fmt::format(" {}", unit);
    switch (range) {
    case NumberRange::at_least_zero:
        return fmt::format("a number of at least 0{}", tail);
    case NumberRange::above_zero:
        return fmt::format("a number above 0{}", tail);
    case NumberRange::probability:
        return "a probability between 0 and 1";
    }
    return {};
}

} // namespace

std::string spelt(const yaml::Node& node) {
    const bool is_plain = node.is_scalar() && node.spelling == yaml::Spelling::plain;
    return is_plain ? node.scalar : yaml::describe(node);
}

std::string suggestion(const std::string& name,
                       const std::vector<std::string>& candidates,
                       std::string otherwise) {
    const std::optional<std::string> close = closest_name(name, candidates);
    return close ? fmt::format("did you mean '{}'?", *close) : std::move(otherwise);
}

void DocumentReader::error(const Span& span,
                           std::string code,
                           std::string message,
                           std::string hint) {
    m_errors.push_back(
        make_error_at(m_source, span, std::move(code), std::move(message), std::move(hint)));
}

Diagnostic DocumentReader::warning(const Span& span,
                                   std::string code,
                                   std::string message,
                                   std::string hint) const {
    return as_warning(
        make_error_at(m_source, span, std::move(code), std::move(message), std::move(hint)));
}

void DocumentReader::add(std::vector<Diagnostic> diagnostics) {
    append(m_errors, std::move(diagnostics));
}

void DocumentReader::wrong_type(const yaml::Node& node,
                                const std::string& what,
                                std::string_view expected) {
    error(node.span, m_codes.type,
          fmt::format("{} is {}; it must be {}", what, spelt(node), expected),
          fmt::format("write {}", expected));
}

const yaml::Node*
DocumentReader::required(const yaml::Node& parent, std::string_view key, const std::string& what) {
    const yaml::Node* node = parent.find(key);
    if (node == nullptr) {
        error(parent.span, m_codes.missing, fmt::format("{} has no '{}'", what, key),
              fmt::format("add '{}'", key));
    }
    return node;
}

const yaml::Node* DocumentReader::as_mapping(const yaml::Node* node, const std::string& what) {
    if (node == nullptr || node->is_mapping()) {
        return node;
    }
    wrong_type(*node, what, "a map");
    return nullptr;
}

const yaml::Node* DocumentReader::as_sequence(const yaml::Node* node, const std::string& what) {
    if (node == nullptr || node->is_sequence()) {
        return node;
    }
    wrong_type(*node, what, "a list");
    return nullptr;
}

std::string DocumentReader::text(const yaml::Node* node, const std::string& what) {
    if (node == nullptr) {
        return {};
    }
    if (!node->is_scalar()) {
        wrong_type(*node, what, "a text");
        return {};
    }
    return node->scalar;
}

std::optional<double> DocumentReader::number(const yaml::Node* node,
                                             NumberRange range,
                                             const std::string& what,
                                             std::string_view unit) {
    if (node == nullptr) {
        return std::nullopt;
    }
    const std::optional<double> value = yaml::as_number(*node);
    if (!value) {
        wrong_type(*node, what, describe(range, unit));
        return std::nullopt;
    }
    if (!std::isfinite(*value) || !in_range(*value, range)) {
        error(node->span, m_codes.range,
              fmt::format("{} is {}; it must be {}", what, node->scalar, describe(range, unit)),
              "correct the value");
        return std::nullopt;
    }
    return value;
}

std::optional<std::int64_t>
DocumentReader::integer(const yaml::Node* node, std::int64_t least, const std::string& what) {
    if (node == nullptr) {
        return std::nullopt;
    }
    std::optional<std::int64_t> value = yaml::as_integer(*node);
    const std::optional<double> real = yaml::as_number(*node);
    if (!value && real && std::floor(*real) == *real && std::abs(*real) < 1e15) {
        value = static_cast<std::int64_t>(*real); // 4.0
    }
    constexpr std::int64_t k_largest = 1'000'000'000;
    const std::string expected = fmt::format("a whole number between {} and {}", least, k_largest);
    if (!value && !real) {
        wrong_type(*node, what, expected);
        return std::nullopt;
    }
    if (!value || *value < least || *value > k_largest) {
        error(node->span, m_codes.range,
              fmt::format("{} is {}; it must be {}", what, node->scalar, expected),
              "correct the value");
        return std::nullopt;
    }
    return value;
}

double DocumentReader::required_number(const yaml::Node& parent,
                                       std::string_view key,
                                       NumberRange range,
                                       const std::string& what,
                                       std::string_view unit,
                                       double fallback) {
    const yaml::Node* node = required(parent, key, what);
    return number(node, range, fmt::format("'{}' of {}", key, what), unit).value_or(fallback);
}

tl::unexpected<Failure> DocumentReader::failure() {
    sort_and_merge(m_errors);
    return fail(ErrorKind::input, std::move(m_errors));
}

} // namespace aisprint::config
