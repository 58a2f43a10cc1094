// SPDX-License-Identifier: Apache-2.0
#include "adapter_onnx.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <limits>
#include <string_view>
#include <vector>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <onnx/checker.h>
#include <onnx/defs/schema.h>
#include <onnx/shape_inference/implementation.h>
#pragma GCC diagnostic pop

namespace aisprint::partition {

namespace {

/// A text of several lines as one line.
std::string on_one_line(const char* text) {
    std::string line;
    for (const char* at = text; *at != '\0'; ++at) {
        const bool blank = *at == '\n' || *at == '\r' || *at == '\t' || *at == ' ';
        if (!blank) {
            line.push_back(*at);
        } else if (!line.empty() && line.back() != ' ') {
            line.push_back(' ');
        }
    }
    while (!line.empty() && (line.back() == ' ' || line.back() == '.')) {
        line.pop_back();
    }
    return line.empty() ? "unknown reason" : line;
}

/// Runs `call`; the text of what it throws, or nothing.
template <class Call>
std::string reason_of_failure(const Call& call) {
    try {
        call();
    } catch (const std::exception& error) {
        return on_one_line(error.what());
    }
    return {};
}

} // namespace

bool parse_model(const std::string& bytes, onnx::ModelProto& model) {
    return model.ParseFromString(bytes);
}

std::optional<std::string> serialise_model(const onnx::ModelProto& model) {
    std::string bytes;
    if (model.ByteSizeLong() > std::numeric_limits<std::int32_t>::max() ||
        !model.SerializeToString(&bytes)) {
        return std::nullopt;
    }
    return bytes;
}

std::string find_bad_divisor(const onnx::ModelProto& model) {
    static constexpr std::array<std::string_view, 5> k_divisors = {
        "strides", "dilations", "blocksize", "group", "num_groups"};
    std::vector<const onnx::GraphProto*> open = {&model.graph()};
    while (!open.empty()) {
        const onnx::GraphProto* graph = open.back();
        open.pop_back();
        for (const onnx::NodeProto& node : graph->node()) {
            for (const onnx::AttributeProto& attribute : node.attribute()) {
                if (attribute.has_g()) {
                    open.push_back(&attribute.g());
                }
                const bool divides =
                    std::ranges::find(k_divisors, attribute.name()) != k_divisors.end();
                const bool positive =
                    (!attribute.has_i() || attribute.i() > 0) &&
                    std::ranges::all_of(attribute.ints(), [](std::int64_t i) { return i > 0; });
                if (divides && !positive) {
                    return fmt::format("attribute {} of {} node \"{}\" is not positive",
                                       attribute.name(), node.op_type(), node.name());
                }
            }
        }
    }
    return {};
}

std::string check_model(const onnx::ModelProto& model) {
    return reason_of_failure([&model] { onnx::checker::check_model(model); });
}

std::string infer_shapes(onnx::ModelProto& model) {
    return reason_of_failure([&model] { onnx::shape_inference::InferShapes(model); });
}

std::string newer_than_library(const onnx::ModelProto& model) {
    if (model.ir_version() > onnx::Version::IR_VERSION) {
        return fmt::format("file format version {}; {} is known", model.ir_version(),
                           static_cast<int>(onnx::Version::IR_VERSION));
    }
    const auto& known = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
    for (const onnx::OperatorSetIdProto& set : model.opset_import()) {
        const auto range = known.find(set.domain() == "ai.onnx" ? "" : set.domain());
        if (range != known.end() && set.version() > range->second.second) {
            return fmt::format("operator set {}{}{}; {} is known", set.domain(),
                               set.domain().empty() ? "" : " ", set.version(),
                               range->second.second);
        }
    }
    return {};
}

} // namespace aisprint::partition
