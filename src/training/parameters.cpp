// SPDX-License-Identifier: Apache-2.0
#include "parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace aisprint::training {

namespace {

std::string shown(const ParameterValue& value) {
    if (const auto* number = std::get_if<double>(&value)) {
        return fmt::format("{}", *number);
    }
    if (const auto* text = std::get_if<std::string>(&value)) {
        return fmt::format("'{}'", *text);
    }
    if (const auto* flag = std::get_if<bool>(&value)) {
        return *flag ? "True" : "False";
    }
    return "None";
}

std::string shown(const NumberRange& range) {
    const bool endless = std::isinf(range.high);
    const std::string low =
        fmt::format("{} {}", range.low_open ? "above" : (endless ? "at least" : "from"), range.low);
    if (endless) {
        return "a number, " + low;
    }
    return fmt::format("a number, {}{} {}", low,
                       range.high_open ? " and below" : (range.low_open ? " and at most" : " to"),
                       range.high);
}

bool holds(const NumberRange& range, double value) {
    return std::isfinite(value) && (range.low_open ? value > range.low : value >= range.low) &&
           (range.high_open ? value < range.high : value <= range.high);
}

Parameters own_parameters(Technique technique) {
    using Value = ParameterValue;
    switch (technique) {
    case Technique::dummy:
        return {};
    case Technique::nnls:
        return {{"fit_intercept", true}, {"lasso", Value{}}, {"relative_weights", Value{}}};
    case Technique::lr_ridge:
        return {{"alpha", 0.1}, {"relative_weights", Value{}}};
    case Technique::stepwise:
        return {{"p_to_add", 0.05},
                {"p_to_remove", 0.1},
                {"fit_intercept", true},
                {"max_iter", 100.0},
                {"relative_weights", Value{}}};
    case Technique::svr:
        return {{"C", 0.001},
                {"epsilon", 0.05},
                {"gamma", 1e-7},
                {"kernel", std::string("linear")},
                {"degree", 2.0}};
    case Technique::decision_tree:
        return {{"criterion", std::string("squared_error")},
                {"max_depth", 3.0},
                {"max_features", Value{}},
                {"min_samples_split", 0.01},
                {"min_samples_leaf", 0.01}};
    case Technique::random_forest:
        return {{"n_estimators", 5.0},      {"criterion", std::string("squared_error")},
                {"max_depth", 3.0},         {"max_features", Value{}},
                {"min_samples_split", 0.1}, {"min_samples_leaf", 1.0}};
    case Technique::xgboost:
        return {{"learning_rate", 0.1}, {"max_depth", 100.0},      {"gamma", 0.25},
                {"lambda", 1.0},        {"min_child_weight", 1.0}, {"n_estimators", 500.0},
                {"alpha", 0.0}};
    }
    return {};
}

} // namespace

Parameters default_parameters(Technique technique) {
    Parameters parameters = own_parameters(technique);
    parameters.emplace("target_transform", std::string("none"));
    return parameters;
}

ParameterReader::ParameterReader(Technique technique, const Parameters& given)
    : m_technique(technique), m_values(default_parameters(technique)) {
    std::vector<std::string> known;
    for (const auto& [name, value] : m_values) {
        known.push_back(name);
    }
    for (const auto& [name, value] : given) {
        const auto found = m_values.find(name);
        if (found != m_values.end()) {
            found->second = value;
            continue;
        }
        const auto closest = closest_name(name, known);
        error("TRN030",
              fmt::format("{} has no hyper-parameter '{}'; it has {}", to_string(technique), name,
                          fmt::join(known, ", ")),
              closest ? fmt::format("did you mean '{}'?", *closest) : std::string());
    }
}

ParameterValue ParameterReader::value(const std::string& name) const {
    const auto found = m_values.find(name);
    return found == m_values.end() ? ParameterValue{} : found->second;
}

double ParameterReader::number(const std::string& name, const NumberRange& range) {
    const ParameterValue given = value(name);
    const auto* found = std::get_if<double>(&given);
    if (found != nullptr && holds(range, *found)) {
        return *found;
    }
    refuse(name, shown(range));
    return range.high_open || std::isinf(range.high) ? range.low : range.high;
}

std::optional<double> ParameterReader::number_or_none(const std::string& name,
                                                      const NumberRange& range) {
    if (std::holds_alternative<std::monostate>(value(name))) {
        return std::nullopt;
    }
    return number(name, range);
}

std::size_t ParameterReader::whole(const std::string& name, std::size_t low, std::size_t high) {
    const ParameterValue given = value(name);
    const auto* found = std::get_if<double>(&given);
    if (found != nullptr) {
        const double rounded = std::round(*found);
        if (rounded >= static_cast<double>(low) && rounded <= static_cast<double>(high)) {
            return static_cast<std::size_t>(rounded);
        }
    }
    refuse(name, fmt::format("a whole number from {} to {}", low, high));
    return low;
}

std::optional<std::size_t>
ParameterReader::whole_or_none(const std::string& name, std::size_t low, std::size_t high) {
    if (std::holds_alternative<std::monostate>(value(name))) {
        return std::nullopt;
    }
    return whole(name, low, high);
}

bool ParameterReader::flag(const std::string& name) {
    const ParameterValue given = value(name);
    if (const auto* found = std::get_if<bool>(&given)) {
        return *found;
    }
    refuse(name, "True or False");
    return false;
}

std::optional<bool> ParameterReader::flag_or_none(const std::string& name) {
    if (std::holds_alternative<std::monostate>(value(name))) {
        return std::nullopt;
    }
    return flag(name);
}

std::string ParameterReader::word(const std::string& name,
                                  const std::vector<std::string>& allowed) {
    const ParameterValue given = value(name);
    const auto* found = std::get_if<std::string>(&given);
    if (found != nullptr && std::ranges::find(allowed, *found) != allowed.end()) {
        return *found;
    }
    refuse(name, fmt::format("one of {}", fmt::join(allowed, ", ")));
    return allowed.front();
}

void ParameterReader::refuse(const std::string& name, const std::string& allowed) {
    error("TRN031", fmt::format("'{}' of {} is {}; it must be {}", name, to_string(m_technique),
                                shown(value(name)), allowed));
}

void ParameterReader::error(std::string code, std::string message, std::string hint) {
    m_errors.push_back(make_error(std::move(code), std::move(message), std::move(hint)));
}

tl::unexpected<Failure> ParameterReader::failure() const {
    return fail(ErrorKind::input, m_errors);
}

} // namespace aisprint::training
