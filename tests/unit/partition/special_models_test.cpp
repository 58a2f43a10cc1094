// SPDX-License-Identifier: Apache-2.0
#include "test_models.hpp"

#include "aisprint/partition/cuts.hpp"
#include "aisprint/partition/early_exits.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace aisprint::partition {
namespace {

/// Unary float operators one after the other, t1, t2, .. from x.
onnx::ModelProto chain(int length) {
    onnx::ModelProto model;
    model.set_ir_version(8);
    model.add_opset_import()->set_version(13);
    onnx::GraphProto& graph = *model.mutable_graph();
    graph.set_name("chain");
    const auto declare = [](onnx::ValueInfoProto& info, const std::string& name) {
        info.set_name(name);
        onnx::TypeProto::Tensor& type = *info.mutable_type()->mutable_tensor_type();
        type.set_elem_type(onnx::TensorProto::FLOAT);
        type.mutable_shape()->add_dim()->set_dim_value(4);
    };
    declare(*graph.add_input(), "x");
    for (int i = 1; i <= length; ++i) {
        onnx::NodeProto& node = *graph.add_node();
        node.set_op_type("Neg");
        node.add_input(i == 1 ? "x" : "t" + std::to_string(i - 1));
        node.add_output("t" + std::to_string(i));
    }
    declare(*graph.add_output(), "t" + std::to_string(length));
    return model;
}

TEST(SpecialModelsTest, DeepChainsNeedNoDeepStack) {
    LoadedModel model(chain(100000));
    const Result<CutSearch> search = find_cuts(*model, {}, model.reporter);
    ASSERT_TRUE(search.has_value());
    EXPECT_EQ(search->cuts.size(), 99999);
    EXPECT_EQ(search->rejected_before_first, 0);
    EXPECT_EQ(search->cuts.front().tensors[0].name, "t1");
}

TEST(SpecialModelsTest, EquivalentCutsCollapseToTheFirst) {
    LoadedModel model(chain(6));
    CutOptions options;
    options.equivalent = Equivalent::collapse;
    const Result<CutSearch> search = find_cuts(*model, options, model.reporter);
    ASSERT_TRUE(search.has_value());
    ASSERT_EQ(search->cuts.size(), 1);
    EXPECT_EQ(search->cuts[0].tensors[0].name, "t1");
}

TEST(SpecialModelsTest, MinimumShareRejectsLopsidedCuts) {
    LoadedModel model(chain(10));
    CutOptions options;
    options.minimum_share = 0.4;
    const Result<CutSearch> search = find_cuts(*model, options, model.reporter);
    ASSERT_TRUE(search.has_value());
    ASSERT_EQ(search->cuts.size(), 3);
    EXPECT_EQ(search->cuts[0].tensors[0].name, "t4");
}

TEST(SpecialModelsTest, ZeroStridesAreErrors) {
    // The onnx library divides by them.
    onnx::ModelProto model = chain(2);
    onnx::AttributeProto* strides = model.mutable_graph()->mutable_node(0)->add_attribute();
    strides->set_name("strides");
    strides->set_type(onnx::AttributeProto::INTS);
    strides->add_ints(0);
    const std::filesystem::path file = LoadedModel::folder() / "zero_stride.onnx";
    save(model, file);
    CollectingReporter reporter;
    const Result<Model> loaded = load_model(file, "model.onnx", {}, reporter);
    ASSERT_FALSE(loaded.has_value());
    EXPECT_EQ(loaded.error().diagnostics.front().code, "PRT003");
}

TEST(SpecialModelsTest, MissingAndDamagedFilesAreErrors) {
    CollectingReporter reporter;
    const Result<Model> missing =
        load_model(LoadedModel::folder() / "none.onnx", "none.onnx", {}, reporter);
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.error().diagnostics.at(0).code, "PRT001");
    const std::filesystem::path file = LoadedModel::folder() / "damaged.onnx";
    const std::string bytes = chain(5).SerializeAsString();
    ASSERT_TRUE(write_new_file(file, bytes.substr(0, bytes.size() / 2)).has_value());
    const Result<Model> damaged = load_model(file, "damaged.onnx", {}, reporter);
    ASSERT_FALSE(damaged.has_value());
    EXPECT_EQ(damaged.error().diagnostics.at(0).code, "PRT002");
}

TEST(SpecialModelsTest, ExitsMustNameTensorsOfTheModel) {
    LoadedModel model(chain(5));
    const std::vector<Diagnostic> errors = check_exits(*model, {{"exit1", {"t22"}, {"t5"}, {}}});
    ASSERT_EQ(errors.size(), 1);
    EXPECT_EQ(errors[0].code, "PRT018");
}

} // namespace
} // namespace aisprint::partition
