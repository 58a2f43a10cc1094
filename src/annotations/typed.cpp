// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/typed.hpp"

#include "drift.hpp"

#include "aisprint/base/reporter.hpp"

namespace aisprint::annotations {

namespace {

std::optional<Value> value_of(const Annotation& annotation, std::string_view argument) {
    const Value* const value = annotation.find(argument);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<std::string> text_of(const Annotation& annotation, std::string_view argument) {
    const Value* const value = annotation.find(argument);
    return value == nullptr ? std::nullopt : std::optional(value->text);
}

std::vector<std::string> texts_of(const Annotation& annotation, std::string_view argument) {
    std::vector<std::string> texts;
    if (const Value* const value = annotation.find(argument)) {
        for (const Value& item : value->items) {
            texts.push_back(item.text);
        }
    }
    return texts;
}

bool flag_of(const Annotation& annotation, std::string_view argument) {
    const Value* const value = annotation.find(argument);
    return value != nullptr && value->boolean;
}

} // namespace

std::optional<ExecTime> exec_time_of(const ComponentScript& script) {
    const Annotation* const annotation = script.find("exec_time");
    if (annotation == nullptr) {
        return std::nullopt;
    }
    ExecTime result;
    result.local_time_thr = value_of(*annotation, "local_time_thr");
    result.global_time_thr = value_of(*annotation, "global_time_thr");
    if (result.global_time_thr) {
        result.prev_components = texts_of(*annotation, "prev_components");
    }
    result.span = annotation->span;
    return result;
}

std::optional<ExpectedThroughput> expected_throughput_of(const ComponentScript& script) {
    const Annotation* const annotation = script.find("expected_throughput");
    if (annotation == nullptr) {
        return std::nullopt;
    }
    return ExpectedThroughput{value_of(*annotation, "rate").value_or(Value{}), annotation->span};
}

std::optional<PartitionableModel> partitionable_model_of(const ComponentScript& script) {
    const Annotation* const annotation = script.find("partitionable_model");
    if (annotation == nullptr) {
        return std::nullopt;
    }
    PartitionableModel result;
    if (const Value* const file = annotation->find("onnx_file")) {
        result.onnx_file = file->text;
        result.onnx_file_span = file->span;
    }
    if (const Value* const number = annotation->find("num_partitions")) {
        result.num_partitions = number->integer;
    }
    result.span = annotation->span;
    return result;
}

std::optional<EarlyExits> early_exits_of(const ComponentScript& script) {
    const Annotation* const annotation = script.find("early_exits_model");
    if (annotation == nullptr) {
        return std::nullopt;
    }
    EarlyExits result;
    if (const Value* const file = annotation->find("onnx_file")) {
        result.onnx_file = file->text;
        result.onnx_file_span = file->span;
    }
    result.condition_function = text_of(*annotation, "condition_function").value_or("");
    if (const Value* const list = annotation->find("transition_probabilities")) {
        result.transition_probabilities = list->items;
    }
    result.span = annotation->span;
    return result;
}

std::optional<ModelPerformance> model_performance_of(const ComponentScript& script) {
    const Annotation* const annotation = script.find("model_performance");
    if (annotation == nullptr) {
        return std::nullopt;
    }
    ModelPerformance result;
    result.metric = text_of(*annotation, "metric");
    if (result.metric == "accuracy") {
        result.metric = "average_accuracy";
    }
    result.metric_thr = value_of(*annotation, "metric_thr");
    result.filtered_class = text_of(*annotation, "filtered_class");
    result.span = annotation->span;
    return result;
}

std::optional<MetricDrift> metric_drift_of(const ComponentScript& script) {
    const Annotation* const annotation = script.find("detect_metric_drift");
    if (annotation == nullptr) {
        return std::nullopt;
    }
    // The same code has checked the annotation before; what it says again is not needed here.
    std::vector<Diagnostic> errors;
    CollectingReporter reporter;
    Checker checker(script, *annotation, errors, reporter);
    return normalise_drift(checker);
}

std::optional<DeviceConstraints> device_constraints_of(const ComponentScript& script) {
    const Annotation* const annotation = script.find("device_constraints");
    if (annotation == nullptr) {
        return std::nullopt;
    }
    return DeviceConstraints{value_of(*annotation, "ram").value_or(Value{}),
                             value_of(*annotation, "vram").value_or(Value{}),
                             texts_of(*annotation, "use_gpu_for"), annotation->span};
}

std::optional<SecurityFlags> security_of(const ComponentScript& script) {
    const Annotation* const annotation = script.find("security");
    if (annotation == nullptr) {
        return std::nullopt;
    }
    return SecurityFlags{flag_of(*annotation, "trustedExecution"),
                         flag_of(*annotation, "networkShield"),
                         flag_of(*annotation, "filesystemShield"),
                         flag_of(*annotation, "confProc"),
                         flag_of(*annotation, "integrityProc"),
                         flag_of(*annotation, "confRest"),
                         annotation->span};
}

} // namespace aisprint::annotations
