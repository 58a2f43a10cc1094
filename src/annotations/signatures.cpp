// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/reader.hpp"

#include <map>

namespace aisprint::annotations {

namespace {

using Signatures = std::map<std::string, std::vector<std::string>, std::less<>>;

const Signatures& signatures() {
    static const Signatures table = {
        {"component_name", {"name"}},
        {"exec_time", {"local_time_thr", "global_time_thr", "prev_components"}},
        {"expected_throughput", {"rate"}},
        {"partitionable_model", {"onnx_file", "num_partitions"}},
        {"early_exits_model", {"onnx_file", "condition_function", "transition_probabilities"}},
        {"model_performance", {"metric", "metric_thr", "filtered_class"}},
        {"detect_metric_drift",
         {"metric", "field", "statistical_test", "test_threshold", "detection_interval",
          "monitoring_period", "data_collection_period", "notification_endpoint"}},
        {"device_constraints", {"ram", "vram", "use_gpu_for"}},
        {"security",
         {"trustedExecution", "networkShield", "filesystemShield", "confProc", "integrityProc",
          "confRest"}},
    };
    return table;
}

} // namespace

const std::vector<std::string>& annotation_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> result;
        for (const auto& [name, arguments] : signatures()) {
            result.push_back(name);
        }
        return result;
    }();
    return names;
}

const std::vector<std::string>& argument_names(std::string_view annotation) {
    static const std::vector<std::string> none;
    const auto found = signatures().find(annotation);
    return found == signatures().end() ? none : found->second;
}

const Value* Annotation::find(std::string_view argument) const {
    for (const Argument& candidate : arguments) {
        if (candidate.name == argument) {
            return candidate.value.kind == ValueKind::none ? nullptr : &candidate.value;
        }
    }
    return nullptr;
}

const Annotation* ComponentScript::find(std::string_view annotation) const {
    for (const Annotation& candidate : annotations) {
        if (candidate.name == annotation) {
            return &candidate;
        }
    }
    return nullptr;
}

std::optional<std::string> ComponentScript::component_name() const {
    const Annotation* const annotation = find("component_name");
    const Value* const name = annotation == nullptr ? nullptr : annotation->find("name");
    return name != nullptr && name->kind == ValueKind::string ? std::optional(name->text)
                                                              : std::nullopt;
}

} // namespace aisprint::annotations
