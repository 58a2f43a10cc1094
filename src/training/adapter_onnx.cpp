// SPDX-License-Identifier: Apache-2.0
// Models in the form of ONNX. The only file here that sees its messages.
#include "aisprint/training/onnx.hpp"

#include "aisprint/perf/input_range.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <onnx/onnx_pb.h>
#pragma GCC diagnostic pop

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

namespace aisprint::training {

namespace {

using Json = nlohmann::ordered_json;
using Floats = std::vector<float>;
using Integers = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

constexpr std::int64_t k_ir_version = 8;
constexpr std::int64_t k_opset = 15;
constexpr std::int64_t k_ml_opset = 3;
constexpr const char* k_ml = "ai.onnx.ml";

/// Adds attributes to a node.
class Attributes {
public:
    explicit Attributes(onnx::NodeProto& node) : m_node(node) {}

    Attributes& set(const std::string& name, const Floats& values) {
        onnx::AttributeProto& attribute = add(name, onnx::AttributeProto::FLOATS);
        attribute.mutable_floats()->Assign(values.begin(), values.end());
        return *this;
    }
    Attributes& set(const std::string& name, const Integers& values) {
        onnx::AttributeProto& attribute = add(name, onnx::AttributeProto::INTS);
        attribute.mutable_ints()->Assign(values.begin(), values.end());
        return *this;
    }
    Attributes& set(const std::string& name, const Texts& values) {
        onnx::AttributeProto& attribute = add(name, onnx::AttributeProto::STRINGS);
        for (const std::string& value : values) {
            attribute.add_strings(value);
        }
        return *this;
    }
    Attributes& set(const std::string& name, const std::string& value) {
        add(name, onnx::AttributeProto::STRING).set_s(value);
        return *this;
    }
    Attributes& set(const std::string& name, std::int64_t value) {
        add(name, onnx::AttributeProto::INT).set_i(value);
        return *this;
    }
    Attributes& set(const std::string& name, float value) {
        add(name, onnx::AttributeProto::FLOAT).set_f(value);
        return *this;
    }

private:
    onnx::NodeProto& m_node;

    onnx::AttributeProto& add(const std::string& name, onnx::AttributeProto::AttributeType type) {
        onnx::AttributeProto& attribute = *m_node.add_attribute();
        attribute.set_name(name);
        attribute.set_type(type);
        return attribute;
    }
};

/// A node of a tree; a leaf has yes == -1.
struct TreeLine {
    std::int64_t feature = 0;
    double threshold = 0;
    std::int64_t yes = -1; ///< where rows go that are below
    std::int64_t no = -1;
    double value = 0; ///< of a leaf
};
using TreeLines = std::vector<TreeLine>;

/// The arrays of a TreeEnsembleRegressor.
struct Ensemble {
    Integers trees;
    Integers nodes;
    Integers features;
    Floats thresholds;
    Integers yes;
    Integers no;
    Texts modes;
    Integers leaf_trees;
    Integers leaf_nodes;
    Floats leaf_weights;
};

class Exporter {
public:
    explicit Exporter(const Json& model) : m_file(model) {}

    Result<std::string> run() {
        m_model.set_ir_version(k_ir_version);
        m_model.set_producer_name("aisprint");
        add_opset("", k_opset);
        add_opset(k_ml, k_ml_opset);
        m_graph.set_name(m_file.at("technique").get<std::string>());
        for (const Json& input : m_file.at("inputs")) {
            add_input(input.get<std::string>());
        }
        for (const Json& step : m_file.at("derived")) {
            add_step(step);
        }
        finish(add_core(add_features()));
        if (!m_too_large.empty()) {
            return fail(ErrorKind::input,
                        make_error("TRN064",
                                   fmt::format("the model cannot be exported to ONNX: {} is too "
                                               "large for single precision",
                                               m_too_large),
                                   "use the JSON file of the model"));
        }
        *m_model.mutable_graph() = std::move(m_graph);
        return m_model.SerializeAsString();
    }

private:
    const Json& m_file;
    onnx::ModelProto m_model;
    onnx::GraphProto m_graph;
    std::string m_too_large; ///< the first number that is
    std::size_t m_names = 0;

    void add_opset(const std::string& domain, std::int64_t version) {
        onnx::OperatorSetIdProto& opset = *m_model.add_opset_import();
        opset.set_domain(domain);
        opset.set_version(version);
    }

    [[nodiscard]] float narrow(double value) {
        if (!(std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max()))) {
            if (m_too_large.empty()) {
                m_too_large = fmt::format("{}", value);
            }
            return 0;
        }
        return static_cast<float>(value);
    }

    [[nodiscard]] Floats narrow(const Json& values) {
        Floats narrowed;
        for (const Json& value : values) {
            narrowed.push_back(narrow(value.get<double>()));
        }
        return narrowed;
    }

    /// A name that no column has: theirs follow a colon.
    [[nodiscard]] std::string fresh(const std::string& what) {
        return fmt::format("{}.{}", what, m_names++);
    }

    static std::string column(const std::string& name) { return "column:" + name; }

    onnx::NodeProto& add_node(const std::string& operation,
                              const Texts& inputs,
                              const std::string& output,
                              const std::string& domain = "") {
        onnx::NodeProto& node = *m_graph.add_node();
        node.set_op_type(operation);
        node.set_name(output);
        node.set_domain(domain);
        for (const std::string& input : inputs) {
            node.add_input(input);
        }
        node.add_output(output);
        return node;
    }

    /// A number, or a row of numbers, in double precision.
    std::string constant(const std::vector<double>& values) {
        onnx::TensorProto& tensor = *m_graph.add_initializer();
        tensor.set_name(fresh("numbers"));
        tensor.set_data_type(onnx::TensorProto::DOUBLE);
        if (values.size() > 1) {
            tensor.add_dims(static_cast<std::int64_t>(values.size()));
        }
        tensor.mutable_double_data()->Assign(values.begin(), values.end());
        return tensor.name();
    }

    std::string constant(const Json& value) { return constant(std::vector{value.get<double>()}); }

    std::string cast(const std::string& from, onnx::TensorProto::DataType type) {
        const std::string output = fresh("cast");
        Attributes(add_node("Cast", {from}, output)).set("to", static_cast<std::int64_t>(type));
        return output;
    }

    static void describe(onnx::ValueInfoProto& value, const std::string& name, int type) {
        value.set_name(name);
        onnx::TypeProto::Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
        tensor.set_elem_type(type);
        tensor.mutable_shape()->add_dim()->set_dim_param("rows");
        tensor.mutable_shape()->add_dim()->set_dim_value(1);
    }

    [[nodiscard]] const Json* labels_of(const std::string& input) const {
        const auto categories = m_file.find("categories");
        if (categories == m_file.end() || !categories->contains(input)) {
            return nullptr;
        }
        return &categories->at(input);
    }

    void add_input(const std::string& name) {
        const bool is_text = labels_of(name) != nullptr;
        describe(*m_graph.add_input(), name,
                 is_text ? onnx::TensorProto::STRING : onnx::TensorProto::DOUBLE);
        const Json& domain = m_file.at("domain");
        if (is_text || !domain.contains(name) ||
            m_file.value("extrapolation", "clamp") == "allow") {
            add_node("Identity", {name}, column(name));
            return;
        }
        const perf::InputRange range = perf::usable_range(
            name, domain.at(name).at("min").get<double>(), domain.at(name).at("max").get<double>());
        const std::string low = constant(std::vector{range.low});
        const std::string high = constant(std::vector{range.high});
        add_node("Clip", {name, low, high}, column(name));
    }

    void add_step(const Json& step) {
        const std::string operation = step.at("op").get<std::string>();
        const std::string output = column(step.at("name").get<std::string>());
        Texts operands;
        for (const Json& operand : step.at("of")) {
            operands.push_back(column(operand.get<std::string>()));
        }
        if (operation == "inverse") {
            add_node("Reciprocal", operands, output);
        } else if (operation == "log" || operation == "ernest_log_cores") {
            add_node("Log", operands, output);
        } else if (operation == "onehot") {
            add_category(step, operands.front(), output);
        } else if (operation == "product") {
            add_product(operands, output);
        } else {
            add_ernest(operation, operands, output);
        }
    }

    void add_category(const Json& step, const std::string& from, const std::string& output) {
        const Json* labels = labels_of(step.at("of").front().get<std::string>());
        AISPRINT_ASSERT(labels != nullptr);
        const auto code = static_cast<std::size_t>(step.at("value").get<double>());
        const std::string code_or_not = fresh("category");
        Attributes(add_node("LabelEncoder", {from}, code_or_not, k_ml))
            .set("keys_strings", Texts{labels->at(code).get<std::string>()})
            .set("values_floats", Floats{1.0F})
            .set("default_float", 0.0F);
        Attributes(add_node("Cast", {code_or_not}, output))
            .set("to", std::int64_t{onnx::TensorProto::DOUBLE});
    }

    void add_product(const Texts& factors, const std::string& output) {
        std::string product = factors.front();
        for (std::size_t i = 1; i < factors.size(); ++i) {
            const std::string next = i + 1 == factors.size() ? output : fresh("product");
            add_node("Mul", {product, factors[i]}, next);
            product = next;
        }
        if (factors.size() == 1) {
            add_node("Identity", factors, output);
        }
    }

    /// The data size over the cores, its root, and its root over the cores.
    void add_ernest(const std::string& operation, const Texts& of, const std::string& output) {
        if (operation == "ernest_datasize_over_cores") {
            add_node("Div", of, output);
            return;
        }
        const std::string between = fresh("ernest");
        if (operation == "ernest_square_datasize_over_cores") {
            add_node("Div", of, between);
            add_node("Sqrt", {between}, output);
        } else {
            add_node("Sqrt", {of.front()}, between);
            add_node("Div", {between, of.back()}, output);
        }
    }

    /// All features side by side, scaled if the model is, and only then in single precision: trees
    /// are cut at values that were measured, which no other rounding may pass.
    std::string add_features() {
        Texts names;
        for (const Json& feature : m_file.at("features")) {
            names.push_back(column(feature.get<std::string>()));
        }
        if (names.empty()) {
            return "";
        }
        std::string features = fresh("features");
        Attributes(add_node("Concat", names, features)).set("axis", std::int64_t{1});
        const Json& scaling = m_file.at("scaling");
        if (!scaling.is_null()) {
            const std::string centred = fresh("centred");
            add_node("Sub", {features, constant(scaling.at("mean").get<std::vector<double>>())},
                     centred);
            features = fresh("scaled");
            add_node("Div", {centred, constant(scaling.at("scale").get<std::vector<double>>())},
                     features);
        }
        return cast(features, onnx::TensorProto::FLOAT);
    }

    std::string add_core(const std::string& features) {
        const Json& model = m_file.at("model");
        const std::string output = fresh("model");
        if (model.contains("value")) {
            add_constant(model.at("value").get<double>(), features, output);
        } else if (model.contains("weights")) {
            add_linear(narrow(model.at("weights")), model.at("intercept").get<double>(), features,
                       output);
        } else if (model.contains("vectors")) {
            add_support_vectors(model, features, output);
        } else if (model.contains("trees")) {
            add_forest(model, features, output);
        } else {
            add_boosted(model.at("learner"), features, output);
        }
        return output;
    }

    void add_linear(const Floats& weights,
                    double intercept,
                    const std::string& features,
                    const std::string& output) {
        Attributes(add_node("LinearRegressor", {features}, output, k_ml))
            .set("coefficients", weights)
            .set("intercepts", Floats{narrow(intercept)});
    }

    /// Features tell the number of rows; without any there is one value.
    void add_constant(double value, const std::string& features, const std::string& output) {
        if (features.empty()) {
            Attributes(add_node("Constant", {}, output)).set("value_floats", Floats{narrow(value)});
        } else {
            add_linear(Floats(m_file.at("features").size(), 0.0F), value, features, output);
        }
    }

    void
    add_support_vectors(const Json& model, const std::string& features, const std::string& output) {
        Floats vectors;
        for (const Json& vector : model.at("vectors")) {
            const Floats row = narrow(vector);
            vectors.insert(vectors.end(), row.begin(), row.end());
        }
        std::string kernel = model.at("kernel").get<std::string>();
        std::ranges::transform(kernel, kernel.begin(), [](char letter) {
            return static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
        });
        Attributes(add_node("SVMRegressor", {features}, output, k_ml))
            .set("kernel_type", kernel)
            .set("kernel_params", Floats{narrow(model.at("gamma").get<double>()),
                                         narrow(model.at("coef0").get<double>()),
                                         narrow(model.at("degree").get<double>())})
            .set("support_vectors", vectors)
            .set("coefficients", narrow(model.at("coefficients")))
            .set("n_supports", static_cast<std::int64_t>(model.at("vectors").size()))
            .set("rho", Floats{narrow(model.at("bias").get<double>())});
    }

    void add_forest(const Json& model, const std::string& features, const std::string& output) {
        const Json& trees = model.at("trees");
        const auto count = static_cast<double>(trees.size());
        Ensemble ensemble;
        for (const Json& tree : trees) {
            TreeLines lines;
            for (std::size_t i = 0; i < tree.at("left").size(); ++i) {
                lines.push_back({tree.at("feature")[i].get<std::int64_t>(),
                                 tree.at("threshold")[i].get<double>(),
                                 tree.at("left")[i].get<std::int64_t>(),
                                 tree.at("right")[i].get<std::int64_t>(),
                                 tree.at("value")[i].get<double>() / count});
            }
            add_tree(lines, "BRANCH_LEQ", ensemble);
        }
        add_ensemble(ensemble, features, output, 0);
    }

    /// The library's own form: leaves hold their values among the conditions.
    void add_boosted(const Json& learner, const std::string& features, const std::string& output) {
        Ensemble ensemble;
        for (const Json& tree : learner.at("gradient_booster").at("model").at("trees")) {
            TreeLines lines;
            for (std::size_t i = 0; i < tree.at("left_children").size(); ++i) {
                const auto condition = tree.at("split_conditions")[i].get<double>();
                lines.push_back({tree.at("split_indices")[i].get<std::int64_t>(), condition,
                                 tree.at("left_children")[i].get<std::int64_t>(),
                                 tree.at("right_children")[i].get<std::int64_t>(), condition});
            }
            add_tree(lines, "BRANCH_LT", ensemble);
        }
        const std::string base =
            learner.at("learner_model_param").at("base_score").get<std::string>();
        add_ensemble(ensemble, features, output, std::strtof(base.c_str(), nullptr));
    }

    /// From the root on: pruned nodes stay in the library's arrays.
    void add_tree(const TreeLines& lines, const std::string& mode, Ensemble& to) {
        const std::int64_t tree = to.trees.empty() ? 0 : to.trees.back() + 1;
        std::vector<std::int64_t> open{0};
        while (!open.empty()) {
            const std::int64_t number = open.back();
            const TreeLine& line = lines[static_cast<std::size_t>(number)];
            const bool is_leaf = line.yes == -1;
            open.pop_back();
            to.trees.push_back(tree);
            to.nodes.push_back(number);
            to.modes.push_back(is_leaf ? "LEAF" : mode);
            to.features.push_back(is_leaf ? 0 : line.feature);
            to.thresholds.push_back(is_leaf ? 0 : narrow(line.threshold));
            to.yes.push_back(is_leaf ? 0 : line.yes);
            to.no.push_back(is_leaf ? 0 : line.no);
            if (is_leaf) {
                to.leaf_trees.push_back(tree);
                to.leaf_nodes.push_back(number);
                to.leaf_weights.push_back(narrow(line.value));
            } else {
                open.push_back(line.no);
                open.push_back(line.yes);
            }
        }
    }

    void add_ensemble(const Ensemble& ensemble,
                      const std::string& features,
                      const std::string& output,
                      float base) {
        Attributes(add_node("TreeEnsembleRegressor", {features}, output, k_ml))
            .set("n_targets", std::int64_t{1})
            .set("base_values", Floats{base})
            .set("nodes_treeids", ensemble.trees)
            .set("nodes_nodeids", ensemble.nodes)
            .set("nodes_featureids", ensemble.features)
            .set("nodes_values", ensemble.thresholds)
            .set("nodes_modes", ensemble.modes)
            .set("nodes_truenodeids", ensemble.yes)
            .set("nodes_falsenodeids", ensemble.no)
            .set("target_treeids", ensemble.leaf_trees)
            .set("target_nodeids", ensemble.leaf_nodes)
            .set("target_ids", Integers(ensemble.leaf_nodes.size(), 0))
            .set("target_weights", ensemble.leaf_weights);
    }

    /// To the unit of the target; what is not above 0 becomes the smallest target, as in perf.
    void finish(const std::string& core) {
        std::string value = cast(core, onnx::TensorProto::DOUBLE);
        const Json& scaling = m_file.at("scaling");
        if (!scaling.is_null() && scaling.contains("target_scale")) {
            const std::string wide = fresh("wide");
            add_node("Mul", {value, constant(scaling.at("target_scale"))}, wide);
            value = fresh("moved");
            add_node("Add", {wide, constant(scaling.at("target_mean"))}, value);
        }
        if (m_file.value("target_transform", "none") == "log") {
            const std::string logarithm = std::exchange(value, fresh("time"));
            add_node("Exp", {logarithm}, value);
        }
        const std::string target = m_file.at("target").get<std::string>();
        const std::string is_time = fresh("is_time");
        add_node("Greater", {value, constant(std::vector<double>{0})}, is_time);
        add_node("Where", {is_time, value, constant(m_file.at("min_target"))}, target);
        onnx::ValueInfoProto& output = *m_graph.add_output();
        describe(output, target, onnx::TensorProto::DOUBLE);
        if (m_graph.input_size() == 0) {
            onnx::TensorShapeProto& shape =
                *output.mutable_type()->mutable_tensor_type()->mutable_shape();
            shape.clear_dim();
            shape.add_dim()->set_dim_value(1);
        }
    }
};

} // namespace

Result<std::string> to_onnx(const Json& model) {
    return Exporter(model).run();
}

} // namespace aisprint::training
