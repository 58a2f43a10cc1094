// SPDX-License-Identifier: Apache-2.0
#include "stand_in_models.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <onnx/onnx_pb.h>
#pragma GCC diagnostic pop

#include <fstream>
#include <string>
#include <vector>

namespace aisprint::test {

namespace {

/// A graph of unary operators on vectors of eight floats.
class GraphBuilder {
public:
    GraphBuilder() {
        m_model.set_ir_version(8);
        m_model.add_opset_import()->set_version(13);
        m_model.mutable_graph()->set_name("stand-in");
    }

    void add_node(const std::string& type, const std::string& input, const std::string& output) {
        onnx::NodeProto* node = m_model.mutable_graph()->add_node();
        node->set_op_type(type);
        node->add_input(input);
        node->add_output(output);
    }

    void add_input(const std::string& name) {
        describe(m_model.mutable_graph()->add_input(), name);
    }
    void add_output(const std::string& name) {
        describe(m_model.mutable_graph()->add_output(), name);
    }

    void write(const std::filesystem::path& file) const {
        std::ofstream stream(file, std::ios::binary);
        m_model.SerializeToOstream(&stream);
    }

private:
    static void describe(onnx::ValueInfoProto* info, const std::string& name) {
        info->set_name(name);
        onnx::TypeProto_Tensor* tensor = info->mutable_type()->mutable_tensor_type();
        tensor->set_elem_type(onnx::TensorProto_DataType_FLOAT);
        tensor->mutable_shape()->add_dim()->set_dim_value(1);
        tensor->mutable_shape()->add_dim()->set_dim_value(8);
    }

    onnx::ModelProto m_model;
};

} // namespace

void write_chain_model(const std::filesystem::path& file) {
    GraphBuilder graph;
    graph.add_input("input");
    graph.add_node("Tanh", "input", "first");
    graph.add_node("Sigmoid", "first", "second");
    graph.add_node("Softmax", "second", "output");
    graph.add_output("output");
    graph.write(file);
}

void write_early_exit_model(const std::filesystem::path& file) {
    const std::string boundary = "model/block3_pool/MaxPool:0";
    GraphBuilder graph;
    graph.add_input("input");
    graph.add_node("Tanh", "input", boundary);
    graph.add_node("Softmax", boundary, "Early_Exit_Output");
    graph.add_node("Sigmoid", boundary, "late");
    graph.add_node("Softmax", "late", "Output");
    graph.add_output("Early_Exit_Output");
    graph.add_output("Output");
    graph.write(file);
}

} // namespace aisprint::test
