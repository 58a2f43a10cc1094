// SPDX-License-Identifier: Apache-2.0
#include "drift.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace aisprint::annotations {

namespace {

/// [metric][field]
using Table = std::vector<std::vector<Value>>;

const std::vector<std::string>& known_tests() {
    static const std::vector<std::string> tests = {"kolmogorov-smirnov", "cramer-von-mises",
                                                   "fisher-exact-test", "chi-squared"};
    return tests;
}

bool is_list_of_lists(const Value& value) {
    return value.kind == ValueKind::list && !value.items.empty() &&
           std::ranges::all_of(value.items,
                               [](const Value& item) { return item.kind == ValueKind::list; });
}

bool has_lists(const Value& value) {
    return std::ranges::any_of(value.items,
                               [](const Value& item) { return item.kind == ValueKind::list; });
}

void wrong_shape(Checker& checker,
                 const Value& value,
                 std::string_view argument,
                 const std::string& wanted) {
    checker.error(value.span, "ANN060",
                  fmt::format("`{}` of `detect_metric_drift` is {}, which does not fit: {} needed",
                              argument, to_display(value), wanted),
                  "give one value per field, in one list per metric");
}

std::vector<Value> read_metrics(Checker& checker) {
    std::vector<Value> metrics;
    const Value* const value = checker.require("metric");
    if (value == nullptr) {
        return metrics;
    }
    metrics = value->kind == ValueKind::list ? value->items : std::vector<Value>{*value};
    if (metrics.empty()) {
        wrong_shape(checker, *value, "metric", "at least one metric is");
    }
    std::set<std::string> seen;
    for (const Value& metric : metrics) {
        if (checker.expect_string(metric, "metric") && !seen.insert(metric.text).second) {
            checker.error(metric.span, "ANN060",
                          fmt::format("the metric '{}' is listed twice", metric.text),
                          "list each metric once, with all its fields");
        }
    }
    return metrics;
}

/// The fields of each metric; empty after an error.
Table read_fields(Checker& checker, std::size_t metric_count) {
    const Value* const value = checker.require("field");
    if (value == nullptr || metric_count == 0) {
        return {};
    }
    Table table;
    if (is_list_of_lists(*value)) {
        for (const Value& row : value->items) {
            table.push_back(row.items);
        }
    } else if (value->kind == ValueKind::list && !has_lists(*value)) {
        table.push_back(value->items);
    } else if (value->kind != ValueKind::list) {
        table.push_back({*value});
    }
    const bool empty_row =
        std::ranges::any_of(table, [](const std::vector<Value>& row) { return row.empty(); });
    if (table.size() != metric_count || empty_row) {
        wrong_shape(checker, *value, "field",
                    metric_count == 1
                        ? "a field or a list of fields is"
                        : fmt::format("{} lists of fields, one per metric, are", metric_count));
        return {};
    }
    for (const std::vector<Value>& row : table) {
        std::set<std::string> seen;
        for (const Value& field : row) {
            if (checker.expect_string(field, "field") && !seen.insert(field.text).second) {
                checker.error(
                    field.span, "ANN060",
                    fmt::format("the field '{}' is listed twice for one metric", field.text),
                    "list each field once");
            }
        }
    }
    return table;
}

bool same_shape(const Table& left, const Table& right) {
    return std::ranges::equal(left, right,
                              [](const auto& a, const auto& b) { return a.size() == b.size(); });
}

/// An argument that has one value per field; a single value counts for all fields.
Table read_per_field(Checker& checker, std::string_view argument, const Table& fields) {
    const Value* const value = checker.require(argument);
    if (value == nullptr || fields.empty()) {
        return {};
    }
    Table table;
    if (value->kind != ValueKind::list) {
        for (const std::vector<Value>& row : fields) {
            table.emplace_back(row.size(), *value);
        }
        return table;
    }
    if (is_list_of_lists(*value)) {
        for (const Value& row : value->items) {
            table.push_back(row.items);
        }
    } else if (!has_lists(*value)) {
        table.push_back(value->items);
    }
    if (!same_shape(table, fields)) {
        wrong_shape(checker, *value, argument, "the shape of `field` is");
        return {};
    }
    return table;
}

void read_hours(Checker& checker, std::string_view argument, Value& hours) {
    if (const Value* const value = checker.require(argument)) {
        checker.expect_number(*value, argument, NumberRange::positive);
        hours = *value;
    }
}

void read_endpoint(Checker& checker, MetricDrift& drift) {
    const Value* const value = checker.find("notification_endpoint");
    if (value == nullptr || !checker.expect_string(*value, "notification_endpoint")) {
        return;
    }
    if (!value->text.starts_with("http://") && !value->text.starts_with("https://")) {
        checker.error(value->span, "ANN023",
                      fmt::format("`notification_endpoint` of `detect_metric_drift` is {}, not an "
                                  "HTTP address",
                                  to_display(*value)),
                      "start it with http:// or https://");
    }
    drift.notification_endpoint = value->text;
}

} // namespace

MetricDrift normalise_drift(Checker& checker) {
    MetricDrift drift;
    drift.span = checker.annotation().span;
    const std::vector<Value> metrics = read_metrics(checker);
    const Table fields = read_fields(checker, metrics.size());
    const Table tests = read_per_field(checker, "statistical_test", fields);
    const Table thresholds = read_per_field(checker, "test_threshold", fields);
    const Table periods = read_per_field(checker, "monitoring_period", fields);
    read_hours(checker, "detection_interval", drift.detection_interval);
    read_hours(checker, "data_collection_period", drift.data_collection_period);
    read_endpoint(checker, drift);
    if (tests.empty() || thresholds.empty() || periods.empty()) {
        return drift;
    }
    for (std::size_t i = 0; i < metrics.size(); ++i) {
        DriftMetric metric{metrics[i].text, {}};
        for (std::size_t j = 0; j < fields[i].size(); ++j) {
            checker.expect_one_of(tests[i][j], "statistical_test", known_tests());
            checker.expect_number(thresholds[i][j], "test_threshold",
                                  NumberRange::open_probability);
            checker.expect_number(periods[i][j], "monitoring_period", NumberRange::positive);
            metric.fields.push_back(
                {fields[i][j].text, tests[i][j].text, thresholds[i][j], periods[i][j]});
        }
        drift.metrics.push_back(std::move(metric));
    }
    return drift;
}

} // namespace aisprint::annotations
