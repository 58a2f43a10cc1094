// SPDX-License-Identifier: Apache-2.0
// The cut search alone, and reading, searching and writing as models grow in nodes and in bytes.
#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/partition/cuts.hpp"
#include "aisprint/partition/model.hpp"
#include "aisprint/partition/write.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <onnx/onnx_pb.h>
#pragma GCC diagnostic pop

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace aisprint::partition {
namespace {

namespace fs = std::filesystem;

const fs::path k_detector = fs::path(AISPRINT_SHARED_DATA) / "models/version-RFB-640.onnx";

void describe(onnx::ValueInfoProto* info, const std::string& name, std::int64_t size) {
    info->set_name(name);
    onnx::TypeProto_Tensor* tensor = info->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(onnx::TensorProto_DataType_FLOAT);
    tensor->mutable_shape()->add_dim()->set_dim_value(size);
}

onnx::ModelProto empty_model() {
    onnx::ModelProto model;
    model.set_ir_version(8);
    model.add_opset_import()->set_version(13);
    model.mutable_graph()->set_name("bench");
    return model;
}

void add_node(onnx::ModelProto& model,
              const std::string& type,
              const std::vector<std::string>& inputs,
              const std::string& output) {
    onnx::NodeProto* node = model.mutable_graph()->add_node();
    node->set_op_type(type);
    for (const std::string& input : inputs) {
        node->add_input(input);
    }
    node->add_output(output);
}

void save(const onnx::ModelProto& model, const fs::path& file) {
    std::ofstream stream(file, std::ios::binary);
    AISPRINT_ASSERT(model.SerializeToOstream(&stream));
}

/// A chain of so many operators.
void write_chain(const fs::path& file, std::int64_t nodes) {
    onnx::ModelProto model = empty_model();
    describe(model.mutable_graph()->add_input(), "t0", 8);
    for (std::int64_t i = 0; i < nodes; ++i) {
        add_node(model, "Tanh", {"t" + std::to_string(i)}, "t" + std::to_string(i + 1));
    }
    describe(model.mutable_graph()->add_output(), "t" + std::to_string(nodes), 8);
    save(model, file);
}

/// Eight additions of constants that have so many mebibytes together.
void write_heavy(const fs::path& file, std::int64_t mebibytes) {
    constexpr int k_layers = 8;
    const std::int64_t elements = mebibytes * (1 << 20) / 4 / k_layers;
    onnx::ModelProto model = empty_model();
    describe(model.mutable_graph()->add_input(), "t0", elements);
    for (int i = 0; i < k_layers; ++i) {
        onnx::TensorProto* weight = model.mutable_graph()->add_initializer();
        weight->set_name("w" + std::to_string(i));
        weight->set_data_type(onnx::TensorProto_DataType_FLOAT);
        weight->add_dims(elements);
        weight->mutable_raw_data()->assign(static_cast<std::size_t>(elements) * 4, '\1');
        add_node(model, "Add", {"t" + std::to_string(i), weight->name()},
                 "t" + std::to_string(i + 1));
    }
    describe(model.mutable_graph()->add_output(), "t" + std::to_string(k_layers), elements);
    save(model, file);
}

Result<Model> load(const fs::path& file) {
    CollectingReporter reporter;
    return load_model(file, "model", {}, reporter);
}

void BM_CutSearchOfRfb640(benchmark::State& state) {
    if (!fs::exists(k_detector)) {
        state.SkipWithError("the shared data are absent");
        return;
    }
    const auto model = load(k_detector);
    CollectingReporter reporter;
    for (auto _ : state) {
        auto search = find_cuts(*model, {}, reporter);
        benchmark::DoNotOptimize(search);
    }
}
BENCHMARK(BM_CutSearchOfRfb640)->Unit(benchmark::kMillisecond);

void BM_LoadRfb640(benchmark::State& state) {
    if (!fs::exists(k_detector)) {
        state.SkipWithError("the shared data are absent");
        return;
    }
    for (auto _ : state) {
        auto model = load(k_detector);
        benchmark::DoNotOptimize(model);
    }
}
BENCHMARK(BM_LoadRfb640)->Unit(benchmark::kMillisecond);

void BM_LoadAndSearchChain(benchmark::State& state) {
    const ScratchDirectory folder;
    const fs::path file = folder.path() / "chain.onnx";
    write_chain(file, state.range(0));
    CollectingReporter reporter;
    for (auto _ : state) {
        const auto model = load(file);
        auto search = find_cuts(*model, {}, reporter);
        benchmark::DoNotOptimize(search);
    }
    state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_LoadAndSearchChain)
    ->RangeMultiplier(10)
    ->Range(100, 100'000)
    ->Unit(benchmark::kMillisecond)
    ->Complexity(benchmark::oN);

/// The argument is the size of the constants in MiB. `growth_mib` is what the peak memory of the
/// process grew by, which a smaller model of the same run cannot hide since sizes ascend.
void BM_CutHeavyModel(benchmark::State& state) {
    const ScratchDirectory folder;
    const fs::path file = folder.path() / "heavy.onnx";
    // In a child, so that the memory for making the model does not count.
    if (::fork() == 0) {
        write_heavy(file, state.range(0));
        std::_Exit(0);
    }
    int status = 0;
    ::wait(&status);
    rusage before{};
    ::getrusage(RUSAGE_SELF, &before);
    CollectingReporter reporter;
    for (auto _ : state) {
        const auto model = load(file);
        const auto search = find_cuts(*model, {}, reporter);
        auto halves = write_halves(*model, search->cuts.front(), folder.path() / "1.onnx",
                                   folder.path() / "2.onnx");
        benchmark::DoNotOptimize(halves);
    }
    rusage after{};
    ::getrusage(RUSAGE_SELF, &after);
    state.counters["growth_mib"] = static_cast<double>(after.ru_maxrss - before.ru_maxrss) / 1024;
    state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_CutHeavyModel)
    ->RangeMultiplier(4)
    ->Range(8, 1900)
    ->Iterations(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Complexity(benchmark::oN);

} // namespace
} // namespace aisprint::partition

BENCHMARK_MAIN();
