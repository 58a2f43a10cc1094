// SPDX-License-Identifier: Apache-2.0
#include "test_application.hpp"

#include "aisprint/config/partition_name.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <onnx/onnx_pb.h>
#pragma GCC diagnostic pop

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

namespace aisprint::design::test {

namespace fs = std::filesystem;

namespace {

/// A graph of unary operators on vectors of eight floats.
class GraphBuilder {
public:
    GraphBuilder() {
        m_model.set_ir_version(8);
        m_model.add_opset_import()->set_version(13);
        m_model.mutable_graph()->set_name("test");
        describe(m_model.mutable_graph()->add_input(), "input");
    }

    void add_node(const std::string& input, const std::string& output) {
        onnx::NodeProto* node = m_model.mutable_graph()->add_node();
        node->set_op_type("Tanh");
        node->add_input(input);
        node->add_output(output);
    }

    void add_output(const std::string& name) {
        describe(m_model.mutable_graph()->add_output(), name);
    }

    void write(const fs::path& file) const {
        fs::create_directories(file.parent_path());
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

const char* const k_model_body = R"(    with open(args['input']) as stream:
        number = int(stream.read())
    input_dict = {'input': number, 'keep': False}
    forward, result = load_and_inference(args['onnx_file'], input_dict)
    with open(args['output'], 'w') as stream:
        stream.write(str(result[0]))
)";

} // namespace

void write_chain(const fs::path& file, std::size_t cuts) {
    GraphBuilder graph;
    std::string last = "input";
    for (std::size_t i = 1; i <= cuts; ++i) {
        const std::string next = fmt::format("t{}", i);
        graph.add_node(last, next);
        last = next;
    }
    graph.add_node(last, "output");
    graph.add_output("output");
    graph.write(file);
}

void write_exits(const fs::path& file, std::size_t exits) {
    GraphBuilder graph;
    std::string last = "input";
    for (std::size_t i = 1; i <= exits; ++i) {
        const std::string next = fmt::format("go{}", i);
        graph.add_node(last, next);
        graph.add_node(next, fmt::format("exit{}", i));
        graph.add_output(fmt::format("exit{}", i));
        last = next;
    }
    graph.add_node(last, "output");
    graph.add_output("output");
    graph.write(file);
}

TestApplication::TestApplication(int layers) {
    std::string text = "System:\n  name: app\n  NetworkDomains:\n    ND1:\n"
                       "      ComputationalLayers:\n";
    for (int i = 1; i <= layers; ++i) {
        text += fmt::format("        computationalLayer{0}:\n"
                            "          number: {0}\n"
                            "          type: Virtual\n"
                            "          Resources:\n"
                            "            resource1:\n"
                            "              {{name: r{0}, cost: 1, memorySize: 8000, processors: "
                            "{{p: {{architecture: amd64, computingUnits: 8}}}}}}\n",
                            i);
    }
    write("common_config/candidate_resources.yaml", text);
}

void TestApplication::write(const std::string& path_in, const std::string& content) const {
    fs::create_directories((path() / path_in).parent_path());
    std::ofstream(path() / path_in, std::ios::binary) << content;
}

std::string TestApplication::read(const std::string& path_in) const {
    return read_file(path() / path_in).value_or("");
}

bool TestApplication::has(const std::string& path_in) const {
    return fs::exists(fs::symlink_status(path() / path_in));
}

void TestApplication::main_file(const std::string& name,
                                const std::vector<std::string>& marks,
                                const std::string& body) const {
    std::string text = "import argparse\n\nimport aisprint.annotations as ann\n"
                       "from aisprint.onnx_inference import load_and_inference\n\n\n"
                       "def leave(result):\n    return result[0] > 0\n\n\n";
    text += fmt::format("@ann.component_name(name='{}')\n", name);
    for (const std::string& mark : marks) {
        text += "@ann." + mark + "\n";
    }
    text += "def main(args):\n" + body;
    text += "\n\nif __name__ == '__main__':\n"
            "    parser = argparse.ArgumentParser()\n"
            "    parser.add_argument('-i', '--input', required=True)\n"
            "    parser.add_argument('-o', '--output')\n"
            "    parser.add_argument('-y', '--onnx_file', default='onnx/net.onnx')\n"
            "    main(vars(parser.parse_args()))\n";
    write("src/" + name + "/main.py", text);
}

void TestApplication::component(const std::string& name, const std::vector<std::string>& marks) {
    main_file(name, marks, "    print(args['input'])\n");
}

void TestApplication::partitionable(const std::string& name,
                                    std::size_t cuts,
                                    std::size_t wanted,
                                    std::vector<std::string> marks) {
    marks.push_back(
        fmt::format("partitionable_model(onnx_file='net.onnx', num_partitions={})", wanted));
    main_file(name, marks, k_model_body);
    write_chain(path() / "src" / name / "onnx/net.onnx", cuts);
}

void TestApplication::early_exits(const std::string& name,
                                  const std::vector<std::string>& probabilities,
                                  std::vector<std::string> marks) {
    marks.push_back(fmt::format("early_exits_model(onnx_file='net.onnx', "
                                "condition_function='leave', transition_probabilities=[{}])",
                                fmt::join(probabilities, ", ")));
    main_file(name, marks, k_model_body);
    write_exits(path() / "src" / name / "onnx/net.onnx", probabilities.size());
    std::string csv = "exits,input_nodes,output_nodes\n";
    for (std::size_t i = 1; i <= probabilities.size(); ++i) {
        csv += fmt::format("e{0},['go{0}'],['exit{0}']\n", i);
    }
    write("src/" + name + "/onnx/early_exits.csv", csv);
}

void TestApplication::entry(const std::string& name, const std::string& layers) {
    const std::size_t marker = name.find("_partitionX");
    std::string key;
    if (marker == std::string::npos) {
        key = fmt::format("component{}", ++m_entry_count);
        m_keys[name] = key;
    } else {
        key = m_keys.at(name.substr(0, marker)) + name.substr(marker);
    }
    std::string resources;
    for (const char c : layers) {
        resources += c >= '0' && c <= '9' ? fmt::format("r{}", c) : std::string(1, c);
    }
    m_entries += fmt::format("  {}:\n    name: {}\n    candidateExecutionLayers: [{}]\n"
                             "    Containers:\n      container1:\n        image:\n"
                             "        memorySize: 100\n        computingUnits: 1\n"
                             "        candidateExecutionResources: [{}]\n",
                             key, name, layers, resources);
}

void TestApplication::segment_entries(const std::string& name,
                                      const std::vector<std::string>& layers) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
        entry(config::candidate_name(name, i + 1), layers[i]);
    }
}

void TestApplication::graph(const std::string& components,
                            const std::string& dependencies,
                            const std::string& more) {
    write("common_config/application_dag.yaml",
          fmt::format("System:\n  name: app\n  components: {}\n  dependencies: {}\n{}", components,
                      dependencies, more));
}

void TestApplication::finish() const {
    if (!m_entries.empty()) {
        write("common_config/candidate_deployments.yaml", "Components:\n" + m_entries);
    }
}

ApplicationModel TestApplication::load(const DesignOptions& options) {
    finish();
    auto model = load_application(folder(), options, reporter);
    EXPECT_TRUE(model) << (model ? "" : messages(model.error()));
    AISPRINT_ASSERT(model.has_value());
    return std::move(*model);
}

Deployments TestApplication::deployments(const DesignOptions& options) {
    const ApplicationModel model = load(options);
    auto all = enumerate_deployments(model, options, {});
    EXPECT_TRUE(all) << (all ? "" : messages(all.error()));
    return all ? std::move(*all) : Deployments{};
}

std::vector<std::string> TestApplication::run(DesignOptions options) {
    finish();
    options.templates = fs::path(AISPRINT_SOURCE_DIR) / "templates";
    auto result = run_design(folder(), options, DryRun::no, reporter);
    if (!result) {
        return codes_of(result.error().diagnostics);
    }
    report = std::move(*result);
    return {};
}

std::string messages(const Failure& failure) {
    std::string text;
    for (const Diagnostic& diagnostic : failure.diagnostics) {
        text += format_diagnostic(diagnostic);
    }
    return text;
}

std::vector<std::string> codes_of(const std::vector<Diagnostic>& diagnostics) {
    std::vector<std::string> codes;
    for (const Diagnostic& diagnostic : diagnostics) {
        codes.push_back(diagnostic.code);
    }
    return codes;
}

} // namespace aisprint::design::test
