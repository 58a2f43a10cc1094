// SPDX-License-Identifier: Apache-2.0
// The cut search against a naive search for ways around a tensor, on many small random graphs.
#include "test_models.hpp"

#include "aisprint/partition/cuts.hpp"
#include "aisprint/partition/write.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace aisprint::partition {
namespace {

using Names = std::set<std::string>;

/// Graphs of operators of an unknown domain; all tensors have a declared type of 4 floats.
class RandomGraph {
public:
    explicit RandomGraph(unsigned seed) : m_random(seed) {}

    onnx::ModelProto make() {
        onnx::ModelProto model;
        model.set_ir_version(8);
        onnx::OperatorSetIdProto& standard = *model.add_opset_import();
        standard.set_domain("");
        standard.set_version(13);
        onnx::OperatorSetIdProto& own = *model.add_opset_import();
        own.set_domain("test");
        own.set_version(1);
        onnx::GraphProto& graph = *model.mutable_graph();
        graph.set_name("random");
        const int inputs = pick(1, 2);
        for (int i = 0; i < inputs; ++i) {
            declare(*graph.add_input(), fmt::format("in{}", i));
        }
        for (int i = pick(0, 2); i > 0; --i) {
            const std::string name = fmt::format("w{}", i);
            add_initializer(model, name, {4});
            m_tensors.push_back(name);
        }
        const int nodes = pick(2, 12);
        for (int i = 0; i < nodes; ++i) {
            add_node(graph, i);
        }
        const int outputs = pick(1, 2);
        Names chosen;
        for (int i = 0; i < outputs; ++i) {
            // Late tensors more often, so that most of the graph matters.
            const std::string name = m_tensors[m_tensors.size() - 1 - skewed()];
            if (chosen.insert(name).second) {
                declare_only(*graph.add_output(), name);
            }
        }
        return model;
    }

private:
    int pick(int from, int to) { return std::uniform_int_distribution<int>(from, to)(m_random); }

    std::size_t skewed() {
        const int last = static_cast<int>(m_tensors.size()) - 1;
        return static_cast<std::size_t>(std::min(pick(0, last), pick(0, 3)));
    }

    /// Recent tensors more often, so that there are narrow places.
    std::string some_tensor() { return m_tensors[m_tensors.size() - 1 - skewed()]; }

    static void declare_only(onnx::ValueInfoProto& info, const std::string& name) {
        info.set_name(name);
        onnx::TypeProto::Tensor& type = *info.mutable_type()->mutable_tensor_type();
        type.set_elem_type(onnx::TensorProto::FLOAT);
        type.mutable_shape()->add_dim()->set_dim_value(4);
    }

    void declare(onnx::ValueInfoProto& info, const std::string& name) {
        declare_only(info, name);
        m_tensors.push_back(name);
    }

    void add_node(onnx::GraphProto& graph, int number) {
        onnx::NodeProto& node = *graph.add_node();
        node.set_op_type("Something");
        node.set_domain("test");
        const int inputs = pick(0, 9) == 0 ? 0 : pick(1, 3);
        for (int i = 0; i < inputs; ++i) {
            node.add_input(pick(0, 9) == 0 ? "" : some_tensor());
        }
        if (pick(0, 7) == 0) {
            add_sub_graph(node, number);
        }
        const int results = pick(0, 4) == 0 ? 2 : 1;
        for (int i = 0; i < results; ++i) {
            const std::string name = fmt::format("t{}_{}", number, i);
            node.add_output(name);
            declare(*graph.add_value_info(), name);
        }
    }

    /// An attribute with a graph that uses a tensor from outside.
    void add_sub_graph(onnx::NodeProto& node, int number) {
        onnx::AttributeProto& attribute = *node.add_attribute();
        attribute.set_name("body");
        attribute.set_type(onnx::AttributeProto::GRAPH);
        onnx::GraphProto& body = *attribute.mutable_g();
        body.set_name("body");
        onnx::NodeProto& inner = *body.add_node();
        inner.set_op_type("Neg");
        inner.add_input(some_tensor());
        inner.add_output(fmt::format("inner{}", number));
        declare_only(*body.add_output(), inner.output(0));
    }

    std::mt19937 m_random;
    std::vector<std::string> m_tensors;
};

/// What a node reads, by a look at the message alone.
std::vector<std::string> reads(const onnx::NodeProto& node) {
    std::vector<std::string> result(node.input().begin(), node.input().end());
    for (const onnx::AttributeProto& attribute : node.attribute()) {
        result.push_back(attribute.g().node(0).input(0));
    }
    std::erase(result, "");
    return result;
}

class NaiveSearch {
public:
    explicit NaiveSearch(const onnx::ModelProto& model) : m_graph(model.graph()) {
        for (const onnx::NodeProto& node : m_graph.node()) {
            for (const std::string& output : node.output()) {
                m_producers[output] = &node;
            }
        }
    }

    /// All tensors that some of `targets` depend on, without passing `blocked`.
    Names ancestors(const Names& targets, const Names& blocked) const {
        Names found;
        for (const std::string& target : targets) {
            visit(target, blocked, found);
        }
        return found;
    }

    bool reaches_input(const Names& names) const {
        return std::ranges::any_of(m_graph.input(), [&names](const onnx::ValueInfoProto& input) {
            return names.contains(input.name());
        });
    }

    Names outputs() const {
        const std::vector<std::string> list = names(m_graph.output());
        return {list.begin(), list.end()};
    }

    /// Whether every way from an input to an output crosses the tensor, and one does.
    bool is_cut(const std::string& tensor) const {
        return !outputs().contains(tensor) && reaches_input(ancestors({tensor}, {})) &&
               ancestors(outputs(), {}).contains(tensor) &&
               !reaches_input(ancestors(outputs(), {tensor}));
    }

    Names valid_tensors() const {
        Names valid;
        for (const auto& [name, node] : m_producers) {
            if (is_cut(name)) {
                valid.insert(name);
            }
        }
        return valid;
    }

private:
    void visit(const std::string& name, const Names& blocked, Names& found) const {
        if (blocked.contains(name) || !found.insert(name).second) {
            return;
        }
        const auto producer = m_producers.find(name);
        if (producer != m_producers.end()) {
            for (const std::string& input : reads(*producer->second)) {
                visit(input, blocked, found);
            }
        }
    }

    const onnx::GraphProto& m_graph;
    std::map<std::string, const onnx::NodeProto*> m_producers;
};

class RandomGraphs : public testing::TestWithParam<unsigned> {};

std::vector<std::string> tensor_names(const Cut& cut) {
    std::vector<std::string> result;
    for (const TensorInfo& tensor : cut.tensors) {
        result.push_back(tensor.name);
    }
    return result;
}

TEST_P(RandomGraphs, SingleTensorCutsAreThoseOfANaiveSearch) {
    std::size_t with_cuts = 0;
    for (unsigned i = 0; i < 400; ++i) {
        const unsigned seed = GetParam() * 1000 + i;
        SCOPED_TRACE(seed);
        const onnx::ModelProto proto = RandomGraph(seed).make();
        LoadedModel model(proto);
        const Result<CutSearch> search = find_cuts(*model, {}, model.reporter);
        ASSERT_TRUE(search.has_value());
        Names found;
        for (const Cut& cut : search->cuts) {
            ASSERT_EQ(cut.tensors.size(), 1);
            found.insert(cut.tensors[0].name);
        }
        ASSERT_EQ(found, NaiveSearch(proto).valid_tensors()) << proto.DebugString();
        ASSERT_EQ(search->no_cut_reason.empty(), !found.empty());
        with_cuts += found.empty() ? 0U : 1U;
    }
    EXPECT_GT(with_cuts, 50);
}

TEST_P(RandomGraphs, EveryCutOfSeveralTensorsSeparatesAndCostsWhatItsPartsHold) {
    std::size_t sets = 0;
    for (unsigned i = 0; i < 200; ++i) {
        const unsigned seed = GetParam() * 1000 + 500 + i;
        SCOPED_TRACE(seed);
        const onnx::ModelProto proto = RandomGraph(seed).make();
        LoadedModel model(proto);
        CutOptions options;
        options.max_tensors = 4;
        const Result<CutSearch> search = find_cuts(*model, options, model.reporter);
        ASSERT_TRUE(search.has_value());
        const NaiveSearch naive(proto);
        std::set<std::vector<std::string>> seen;
        for (const Cut& cut : search->cuts) {
            const std::vector<std::string> list = tensor_names(cut);
            ASSERT_TRUE(seen.insert(list).second);
            const Names crossing(list.begin(), list.end());
            ASSERT_FALSE(naive.reaches_input(naive.ancestors(naive.outputs(), crossing)));
            // The same cut, put together by walks over the graph.
            const Result<Cut> walked = make_cut(*model, list);
            ASSERT_TRUE(walked.has_value()) << messages(walked.error()) << proto.DebugString();
            ASSERT_EQ(walked->first, cut.first) << proto.DebugString();
            ASSERT_EQ(walked->second, cut.second) << proto.DebugString();
            ASSERT_EQ(walked->forwarded_inputs, cut.forwarded_inputs);
            ASSERT_EQ(walked->finished_outputs, cut.finished_outputs);
            const Result<WrittenHalves> halves =
                write_halves(*model, cut, model.folder() / "1.onnx", model.folder() / "2.onnx");
            ASSERT_TRUE(halves.has_value()) << messages(halves.error());
            ASSERT_EQ(halves->first.nodes, cut.first.nodes);
            ASSERT_EQ(halves->second.nodes, cut.second.nodes);
            sets += list.size() > 1 ? 1U : 0U;
        }
    }
    EXPECT_GT(sets, 50);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomGraphs, testing::Range(1U, 7U));

} // namespace
} // namespace aisprint::partition
