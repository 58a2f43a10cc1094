// SPDX-License-Identifier: Apache-2.0
// What a half keeps of the model, what its work is estimated at, and how exits are read.
#include "test_models.hpp"

#include "aisprint/partition/cuts.hpp"
#include "aisprint/partition/early_exits.hpp"
#include "aisprint/partition/write.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::partition {
namespace {

using testing::ElementsAre;

/// x -> first -> second -> y, each an addition of a constant w1, w2, w3 of four elements.
onnx::ModelProto additions() {
    onnx::ModelProto model = model_from_text(R"(
        <ir_version: 8, opset_import: ["" : 13]>
        agraph (float[4] x) => (float[4] y) {
            first = Add(x, w1)
            second = Add(first, w2)
            y = Add(second, w3)
        })");
    for (const char* name : {"w1", "w2", "w3"}) {
        add_initializer(model, name, {4});
    }
    return model;
}

WrittenHalves cut_at(LoadedModel& model, const std::string& tensor) {
    const Result<Cut> cut = make_cut(*model, {tensor});
    EXPECT_TRUE(cut.has_value());
    const auto file = [&](const char* name) { return LoadedModel::folder() / (tensor + name); };
    Result<WrittenHalves> halves = write_halves(*model, *cut, file("_1.onnx"), file("_2.onnx"));
    EXPECT_TRUE(halves.has_value()) << messages(halves.error());
    return *halves;
}

TEST(KeptPartsTest, QuantizationAnnotationsFollowTheirTensors) {
    onnx::ModelProto proto = additions();
    for (const char* name : {"first", "second"}) {
        onnx::TensorAnnotation* note = proto.mutable_graph()->add_quantization_annotation();
        note->set_tensor_name(name);
        onnx::StringStringEntryProto* entry = note->add_quant_parameter_tensor_names();
        entry->set_key("SCALE_TENSOR");
        entry->set_value("w1");
    }
    LoadedModel model(proto);
    const WrittenHalves halves = cut_at(model, "first");
    const auto annotated = [](const onnx::ModelProto& half) {
        std::vector<std::string> result;
        for (const onnx::TensorAnnotation& note : half.graph().quantization_annotation()) {
            result.push_back(note.tensor_name());
        }
        return result;
    };
    EXPECT_THAT(annotated(read_proto(halves.first.file)), ElementsAre("first"));
    EXPECT_THAT(annotated(read_proto(halves.second.file)), ElementsAre("first", "second"));
}

TEST(KeptPartsTest, SparseInitializersFollowTheirUsers) {
    onnx::ModelProto proto = model_from_text(R"(
        <ir_version: 8, opset_import: ["" : 13]>
        agraph (float[4] x) => (float[4] y) {
            first = Add(x, w1)
            y = Add(first, s)
        })");
    add_initializer(proto, "w1", {4});
    onnx::SparseTensorProto* sparse = proto.mutable_graph()->add_sparse_initializer();
    sparse->add_dims(4);
    sparse->mutable_values()->set_name("s");
    sparse->mutable_values()->set_data_type(onnx::TensorProto::FLOAT);
    sparse->mutable_values()->add_dims(1);
    sparse->mutable_values()->add_float_data(2.5F);
    sparse->mutable_indices()->set_data_type(onnx::TensorProto::INT64);
    sparse->mutable_indices()->add_dims(1);
    sparse->mutable_indices()->add_int64_data(3);
    LoadedModel model(proto);
    const WrittenHalves halves = cut_at(model, "first");
    EXPECT_EQ(read_proto(halves.first.file).graph().sparse_initializer_size(), 0);
    const onnx::ModelProto second = read_proto(halves.second.file);
    ASSERT_EQ(second.graph().sparse_initializer_size(), 1);
    EXPECT_EQ(second.graph().sparse_initializer(0).values().name(), "s");
    EXPECT_EQ(second.graph().sparse_initializer(0).values().float_data(0), 2.5F);
}

TEST(KeptPartsTest, ConstantsOfBothSidesAreInBoth) {
    onnx::ModelProto proto = model_from_text(R"(
        <ir_version: 8, opset_import: ["" : 13]>
        agraph (float[4] x) => (float[4] y) {
            first = Add(x, shared)
            y = Mul(first, shared)
        })");
    add_initializer(proto, "shared", {4});
    LoadedModel model(proto);
    const WrittenHalves halves = cut_at(model, "first");
    EXPECT_THAT(names(read_proto(halves.first.file).graph().initializer()), ElementsAre("shared"));
    EXPECT_THAT(names(read_proto(halves.second.file).graph().initializer()), ElementsAre("shared"));
}

TEST(WorkTest, OfConvolutionsAndProductsFollowsFromTheirShapes) {
    onnx::ModelProto proto = model_from_text(R"(
        <ir_version: 8, opset_import: ["" : 13]>
        agraph (float[1,3,8,8] x) => (float[1,10] y) {
            conv = Conv <kernel_shape = [3, 3], pads = [1, 1, 1, 1]> (x, k)
            flat = Flatten(conv)
            y = MatMul(flat, m)
        })");
    add_initializer(proto, "k", {4, 3, 3, 3});
    add_initializer(proto, "m", {256, 10});
    LoadedModel model(proto);
    const Result<Cut> cut = make_cut(*model, {"conv"});
    ASSERT_TRUE(cut.has_value());
    // A multiplication and an addition for each of 3*3*3 weights and 4*8*8 outputs.
    EXPECT_EQ(cut->first.flops, 2U * 27U * 256U);
    EXPECT_EQ(cut->second.flops, 2U * 256U * 10U);
    EXPECT_EQ(cut->first.parameters, 108U);
    EXPECT_EQ(cut->second.parameters, 2560U);
}

/// The exits of a file with this name and text.
Result<std::vector<Exit>> read_exits(const std::string& name, const std::string& text) {
    const std::filesystem::path file = LoadedModel::folder() / name;
    EXPECT_TRUE(write_file_atomic(file, text).has_value());
    return load_early_exits(file, name);
}

TEST(ExitsTest, ListsInBracketsTakeQuotesAndBlanks) {
    const auto exits = read_exits("exits.csv", "exits,input_nodes,output_nodes\n"
                                               "one,['block/pool:0'],[ \"Early\" ]\n"
                                               "two,\"['a', 'b']\",['c']\n");
    ASSERT_TRUE(exits.has_value()) << messages(exits.error());
    ASSERT_EQ(exits->size(), 2U);
    EXPECT_EQ((*exits)[0].label, "one");
    EXPECT_THAT((*exits)[0].input_tensors, ElementsAre("block/pool:0"));
    EXPECT_THAT((*exits)[0].output_tensors, ElementsAre("Early"));
    EXPECT_THAT((*exits)[1].input_tensors, ElementsAre("a", "b"));
    EXPECT_THAT((*exits)[1].output_tensors, ElementsAre("c"));
}

TEST(ExitsTest, YamlTakesNamesThatCsvCannotSay) {
    const auto exits = read_exits("exits.yaml", "exits:\n- label: one\n  input_nodes: ['a,b[0]']\n"
                                                "  output_nodes: [out]\n");
    ASSERT_TRUE(exits.has_value()) << messages(exits.error());
    EXPECT_THAT((*exits)[0].input_tensors, ElementsAre("a,b[0]"));
}

TEST(ExitsTest, EveryWrongRowIsReported) {
    const auto exits = read_exits("wrong.csv", "exits,input_nodes,output_nodes\n"
                                               "one,[],['c']\ntwo,['a'],no list\n");
    ASSERT_FALSE(exits.has_value());
    EXPECT_GE(exits.error().diagnostics.size(), 2U) << messages(exits.error());
    EXPECT_EQ(exits.error().diagnostics[0].span.line, 2U);
}

} // namespace
} // namespace aisprint::partition
