// SPDX-License-Identifier: Apache-2.0
#include "flops.hpp"

#include "tensor_info.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace aisprint::partition {

namespace {

/// How the work of an operator follows from its shapes.
enum class Work {
    convolution,
    transposed_convolution,
    matrix_product,
    gemm,
    recurrent,
    pooling,
    normalization,
    per_output,
    per_input,
    none
};

struct Rule {
    Work work;
    /// Operations per element, where that applies; 1 for a comparison or an addition, a usual
    /// estimate of 4 for one evaluation of a transcendental function. Gates for recurrent ones.
    std::uint64_t factor;
};

const std::unordered_map<std::string_view, Rule>& rules() {
    static const std::unordered_map<std::string_view, Rule> table = {
        {"Conv", {Work::convolution, 2}},
        {"ConvInteger", {Work::convolution, 2}},
        {"QLinearConv", {Work::convolution, 2}},
        {"ConvTranspose", {Work::transposed_convolution, 2}},
        {"MatMul", {Work::matrix_product, 2}},
        {"MatMulInteger", {Work::matrix_product, 2}},
        {"QLinearMatMul", {Work::matrix_product, 2}},
        {"Gemm", {Work::gemm, 2}},
        {"RNN", {Work::recurrent, 1}},
        {"GRU", {Work::recurrent, 3}},
        {"LSTM", {Work::recurrent, 4}},
        {"MaxPool", {Work::pooling, 1}},
        {"AveragePool", {Work::pooling, 1}},
        {"LpPool", {Work::pooling, 3}},
        {"BatchNormalization", {Work::normalization, 2}},
        {"InstanceNormalization", {Work::normalization, 7}},
        {"LayerNormalization", {Work::normalization, 7}},
        {"GroupNormalization", {Work::normalization, 7}},
        {"LRN", {Work::normalization, 8}},
        {"Softmax", {Work::per_output, 6}},
        {"LogSoftmax", {Work::per_output, 7}},
        {"Add", {Work::per_output, 1}},
        {"Sub", {Work::per_output, 1}},
        {"Mul", {Work::per_output, 1}},
        {"Div", {Work::per_output, 1}},
        {"Mod", {Work::per_output, 1}},
        {"Neg", {Work::per_output, 1}},
        {"Abs", {Work::per_output, 1}},
        {"Min", {Work::per_output, 1}},
        {"Max", {Work::per_output, 1}},
        {"Sum", {Work::per_output, 1}},
        {"Mean", {Work::per_output, 1}},
        {"Relu", {Work::per_output, 1}},
        {"LeakyRelu", {Work::per_output, 2}},
        {"PRelu", {Work::per_output, 2}},
        {"ThresholdedRelu", {Work::per_output, 1}},
        {"Clip", {Work::per_output, 2}},
        {"HardSigmoid", {Work::per_output, 4}},
        {"HardSwish", {Work::per_output, 5}},
        {"Elu", {Work::per_output, 6}},
        {"Selu", {Work::per_output, 7}},
        {"Celu", {Work::per_output, 7}},
        {"Gelu", {Work::per_output, 8}},
        {"Sigmoid", {Work::per_output, 6}},
        {"Tanh", {Work::per_output, 6}},
        {"Erf", {Work::per_output, 8}},
        {"Softplus", {Work::per_output, 9}},
        {"Softsign", {Work::per_output, 3}},
        {"Mish", {Work::per_output, 16}},
        {"Exp", {Work::per_output, 4}},
        {"Log", {Work::per_output, 4}},
        {"Sqrt", {Work::per_output, 4}},
        {"Reciprocal", {Work::per_output, 1}},
        {"Pow", {Work::per_output, 8}},
        {"Sin", {Work::per_output, 4}},
        {"Cos", {Work::per_output, 4}},
        {"Tan", {Work::per_output, 4}},
        {"Floor", {Work::per_output, 1}},
        {"Ceil", {Work::per_output, 1}},
        {"Round", {Work::per_output, 1}},
        {"Sign", {Work::per_output, 1}},
        {"Equal", {Work::per_output, 1}},
        {"Greater", {Work::per_output, 1}},
        {"GreaterOrEqual", {Work::per_output, 1}},
        {"Less", {Work::per_output, 1}},
        {"LessOrEqual", {Work::per_output, 1}},
        {"Where", {Work::per_output, 1}},
        {"QuantizeLinear", {Work::per_output, 3}},
        {"DequantizeLinear", {Work::per_output, 2}},
        {"Resize", {Work::per_output, 7}},
        {"Upsample", {Work::per_output, 7}},
        {"GlobalAveragePool", {Work::per_input, 1}},
        {"GlobalMaxPool", {Work::per_input, 1}},
        {"ReduceMean", {Work::per_input, 1}},
        {"ReduceSum", {Work::per_input, 1}},
        {"ReduceMax", {Work::per_input, 1}},
        {"ReduceMin", {Work::per_input, 1}},
        {"ReduceProd", {Work::per_input, 1}},
        {"ReduceL1", {Work::per_input, 2}},
        {"ReduceL2", {Work::per_input, 2}},
        {"ReduceSumSquare", {Work::per_input, 2}},
        {"ReduceLogSumExp", {Work::per_input, 6}},
        {"ArgMax", {Work::per_input, 1}},
        {"ArgMin", {Work::per_input, 1}},
        {"CumSum", {Work::per_input, 1}},
    };
    return table;
}

Rule rule_of(const onnx::NodeProto& node) {
    const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
    const auto found = standard ? rules().find(node.op_type()) : rules().end();
    return found == rules().end() ? Rule{Work::none, 0} : found->second;
}

const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, std::string_view name) {
    for (const onnx::AttributeProto& attribute : node.attribute()) {
        if (attribute.name() == name) {
            return &attribute;
        }
    }
    return nullptr;
}

std::uint64_t size_at(const TensorInfo& tensor, std::size_t dimension) {
    const bool known = dimension < tensor.shape.size() && tensor.shape[dimension];
    return known ? static_cast<std::uint64_t>(*tensor.shape[dimension]) : 1;
}

std::uint64_t product_from(const TensorInfo& tensor, std::size_t dimension) {
    std::uint64_t product = 1;
    for (std::size_t i = dimension; i < tensor.shape.size(); ++i) {
        product = saturating_product(product, size_at(tensor, i));
    }
    return product;
}

/// The shapes that a node works on.
class NodeWork {
public:
    NodeWork(const Model::Impl& model, const onnx::NodeProto& node)
        : m_model(model), m_node(node) {}

    [[nodiscard]] std::uint64_t flops(Rule rule) const {
        const std::uint64_t outputs = output().known_elements;
        switch (rule.work) {
        case Work::convolution:
            // Each output element takes one weight per input channel of its group and kernel place.
            return saturating_sum(times(rule.factor, outputs, product_from(weights(), 1)),
                                  bias(outputs));
        case Work::transposed_convolution:
            return saturating_sum(
                times(rule.factor, input(0).known_elements, product_from(weights(), 1)),
                bias(outputs));
        case Work::matrix_product:
            return times(rule.factor, outputs, inner_size(input(0)));
        case Work::gemm:
            return saturating_sum(times(rule.factor, outputs, gemm_inner_size()), bias(outputs));
        case Work::recurrent:
            return recurrent_flops();
        case Work::pooling:
            return times(rule.factor, outputs, kernel_size());
        case Work::normalization:
        case Work::per_output:
            return times(rule.factor, outputs, 1);
        case Work::per_input:
            return times(rule.factor, input(0).known_elements, 1);
        case Work::none:
            break;
        }
        return 0;
    }

    /// Without a shape of the first output there is nothing to count.
    [[nodiscard]] bool is_known() const {
        return m_node.output_size() > 0 && output().knowledge != ShapeKnowledge::none;
    }

private:
    static std::uint64_t times(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
        return saturating_product(saturating_product(a, b), c);
    }

    [[nodiscard]] const TensorInfo& find(const std::string& name) const {
        static const TensorInfo unknown;
        GraphIndex::Id id = 0;
        return m_model.graph.find(name, id) ? m_model.info(id) : unknown;
    }

    [[nodiscard]] const TensorInfo& input(int number) const {
        static const TensorInfo unknown;
        return number < m_node.input_size() ? find(m_node.input(number)) : unknown;
    }

    [[nodiscard]] const TensorInfo& output() const { return find(m_node.output(0)); }

    [[nodiscard]] const TensorInfo& weights() const {
        return input(m_node.op_type() == "QLinearConv" ? 3 : 1);
    }

    [[nodiscard]] std::uint64_t bias(std::uint64_t outputs) const {
        const int number = m_node.op_type() == "QLinearConv" ? 8 : 2;
        const bool integer = m_node.op_type() == "ConvInteger"; // its third input is a zero point
        const bool has = !integer && number < m_node.input_size() && !m_node.input(number).empty();
        return has ? outputs : 0;
    }

    static std::uint64_t inner_size(const TensorInfo& tensor) {
        return tensor.shape.empty() ? 1 : size_at(tensor, tensor.shape.size() - 1);
    }

    [[nodiscard]] std::uint64_t gemm_inner_size() const {
        const onnx::AttributeProto* transposed = find_attribute(m_node, "transA");
        return size_at(input(0), transposed != nullptr && transposed->i() != 0 ? 0 : 1);
    }

    [[nodiscard]] std::uint64_t kernel_size() const {
        std::uint64_t size = 1;
        const onnx::AttributeProto* kernel = find_attribute(m_node, "kernel_shape");
        if (kernel != nullptr) {
            for (const std::int64_t extent : kernel->ints()) {
                size = saturating_product(
                    size, static_cast<std::uint64_t>(std::max<std::int64_t>(extent, 1)));
            }
        }
        return size;
    }

    /// Both weight matrices (W and R, which hold all gates and directions) are applied at each
    /// step to each sequence of the batch.
    [[nodiscard]] std::uint64_t recurrent_flops() const {
        const std::uint64_t steps = times(size_at(input(0), 0), size_at(input(0), 1), 1);
        return times(2, steps, saturating_sum(input(1).known_elements, input(2).known_elements));
    }

    const Model::Impl& m_model;
    const onnx::NodeProto& m_node;
};

} // namespace

std::uint64_t node_flops(const Model::Impl& model, std::size_t node) {
    const onnx::NodeProto& message = model.proto.graph().node(static_cast<int>(node));
    const Rule rule = rule_of(message);
    const NodeWork work(model, message);
    return rule.work != Work::none && work.is_known() ? work.flops(rule) : 0;
}

bool is_light(const onnx::NodeProto& node) {
    static const std::unordered_set<std::string_view> k_rearranging = {
        "Identity",  "Cast",    "Reshape", "Flatten",      "Transpose",    "Squeeze",
        "Unsqueeze", "Dropout", "Pad",     "DepthToSpace", "SpaceToDepth",
    };
    const Work work = rule_of(node).work;
    return work == Work::normalization || work == Work::per_output ||
           ((node.domain().empty() || node.domain() == "ai.onnx") &&
            k_rearranging.contains(node.op_type()));
}

} // namespace aisprint::partition
