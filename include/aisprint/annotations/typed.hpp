// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/reader.hpp"
#include "aisprint/annotations/value.hpp"
#include "aisprint/base/diagnostic.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::annotations {

// The annotations as types. Call these on scripts that passed check_annotations(); each returns
// nothing if the component does not carry the annotation. Numbers whose spelling matters later
// (an integer stays an integer) are kept as Value. `span` is the annotation's place.

/// exec_time: limits in seconds.
struct ExecTime {
    std::optional<Value> local_time_thr;
    std::optional<Value> global_time_thr;
    /// The path before this component, in order; empty without a global limit.
    std::vector<std::string> prev_components;
    Span span;
};

/// expected_throughput: items per time unit.
struct ExpectedThroughput {
    Value rate;
    Span span;
};

/// partitionable_model.
struct PartitionableModel {
    std::string onnx_file;
    /// How many different cuts are wanted, 1 or more.
    std::int64_t num_partitions = 1;
    Span onnx_file_span;
    Span span;
};

/// early_exits_model.
struct EarlyExits {
    std::string onnx_file;
    std::string condition_function;
    /// Per exit, the probability of going on; numbers in [0, 1].
    std::vector<Value> transition_probabilities;
    Span onnx_file_span;
    Span span;
};

/// model_performance. The component with a metric is the classifier, the other the filter.
struct ModelPerformance {
    /// average_f1, average_precision, average_recall or average_accuracy ("accuracy" is read
    /// as average_accuracy).
    std::optional<std::string> metric;
    std::optional<Value> metric_thr;
    std::optional<std::string> filtered_class;
    Span span;
};

/// One field of a metric that is watched for drift.
struct DriftField {
    std::string name;
    std::string statistical_test;
    Value test_threshold;
    /// Hours.
    Value monitoring_period;
};

/// A metric that is watched for drift.
struct DriftMetric {
    std::string name;
    std::vector<DriftField> fields;
};

/// detect_metric_drift, in its general form: any number of metrics with any number of fields.
struct MetricDrift {
    std::vector<DriftMetric> metrics;
    /// Hours.
    Value detection_interval;
    /// Hours.
    Value data_collection_period;
    std::optional<std::string> notification_endpoint;
    Span span;
};

/// device_constraints: memory in MB.
struct DeviceConstraints {
    Value ram;
    Value vram;
    /// Subset of dnn, pre, post.
    std::vector<std::string> use_gpu_for;
    Span span;
};

/// security: SCONE flags, false where not given.
struct SecurityFlags {
    bool trusted_execution = false;
    bool network_shield = false;
    bool filesystem_shield = false;
    bool conf_proc = false;
    bool integrity_proc = false;
    bool conf_rest = false;
    Span span;
};

/// The component's exec_time annotation.
[[nodiscard]] std::optional<ExecTime> exec_time_of(const ComponentScript& script);
/// The component's expected_throughput annotation.
[[nodiscard]] std::optional<ExpectedThroughput>
expected_throughput_of(const ComponentScript& script);
/// The component's partitionable_model annotation.
[[nodiscard]] std::optional<PartitionableModel>
partitionable_model_of(const ComponentScript& script);
/// The component's early_exits_model annotation.
[[nodiscard]] std::optional<EarlyExits> early_exits_of(const ComponentScript& script);
/// The component's model_performance annotation.
[[nodiscard]] std::optional<ModelPerformance> model_performance_of(const ComponentScript& script);
/// The component's detect_metric_drift annotation.
[[nodiscard]] std::optional<MetricDrift> metric_drift_of(const ComponentScript& script);
/// The component's device_constraints annotation.
[[nodiscard]] std::optional<DeviceConstraints> device_constraints_of(const ComponentScript& script);
/// The component's security annotation.
[[nodiscard]] std::optional<SecurityFlags> security_of(const ComponentScript& script);

} // namespace aisprint::annotations
