// SPDX-License-Identifier: Apache-2.0
// Whole runs of `design` in process: an application with a real model, and growth with the number
// of deployments and of components.
#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/design/run.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>

namespace aisprint::design {
namespace {

namespace fs = std::filesystem;

DesignOptions options() {
    DesignOptions result;
    result.templates = fs::path(AISPRINT_SOURCE_DIR) / "templates";
    return result;
}

/// Runs design once; false, and the reason in `state`, if that fails.
bool design(const fs::path& application, DryRun dry_run, benchmark::State& state) {
    CollectingReporter reporter;
    const auto report = run_design({application, "app"}, options(), dry_run, reporter);
    if (!report) {
        state.SkipWithError(report.error().diagnostics.front().message.c_str());
    } else {
        state.counters["deployments"] = static_cast<double>(report->deployments.size());
        state.counters["files"] = static_cast<double>(report->files);
    }
    return report.has_value();
}

void put(const fs::path& file, const std::string& content) {
    AISPRINT_ASSERT(make_directories(file.parent_path()).has_value());
    AISPRINT_ASSERT(write_new_file(file, content).has_value());
}

/// mask_detection as published, with its 1.6 MB face detector.
bool make_mask_detection(const fs::path& application) {
    const fs::path data = AISPRINT_SHARED_DATA;
    const fs::path model = data / "models/version-RFB-640.onnx";
    const fs::path inputs = data / "design/mask_detection_v1";
    if (!fs::is_regular_file(model) || !fs::is_directory(inputs)) {
        return false;
    }
    const fs::path sources =
        fs::path(AISPRINT_SOURCE_DIR) / "tests/reference/design/sources/mask_detection_v1";
    for (const char* name :
         {"application_dag.yaml", "candidate_resources.yaml", "candidate_deployments.yaml"}) {
        put(application / "common_config" / name,
            read_file(inputs / "common_config" / name).value());
    }
    for (const char* name : {"blurry-faces-onnx", "mask-detector"}) {
        put(application / "src" / name / "main.py", read_file(sources / name / "main.py").value());
    }
    put(application / "src/blurry-faces-onnx/onnx/version-RFB-640.onnx", read_file(model).value());
    return true;
}

/// A chain of `components`; the first `free` of them may run on either of two layers.
void make_chain(const fs::path& application, int components, int free) {
    std::string resources = "System:\n  name: app\n  NetworkDomains:\n    ND1:\n"
                            "      ComputationalLayers:\n";
    for (int layer = 1; layer <= 2; ++layer) {
        resources +=
            fmt::format("        computationalLayer{0}:\n          number: {0}\n"
                        "          type: Virtual\n          Resources:\n"
                        "            r: {{name: r{0}, cost: 1, memorySize: 8000, "
                        "processors: {{p: {{architecture: amd64, computingUnits: 4}}}}}}\n",
                        layer);
    }
    std::string names;
    std::string edges;
    std::string entries = "Components:\n";
    for (int i = 1; i <= components; ++i) {
        names += fmt::format("{}c{}", i == 1 ? "" : ", ", i);
        if (i > 1) {
            edges += fmt::format("{}[c{}, c{}, 1]", i == 2 ? "" : ", ", i - 1, i);
        }
        const bool both = i <= free;
        entries += fmt::format("  component{0}:\n    name: c{0}\n"
                               "    candidateExecutionLayers: [{1}]\n    Containers:\n"
                               "      container1: {{memorySize: 100, computingUnits: 1, "
                               "candidateExecutionResources: [{2}]}}\n",
                               i, both ? "1, 2" : "1", both ? "r1, r2" : "r1");
        put(application / "src" / fmt::format("c{}", i) / "main.py",
            fmt::format("from aisprint.annotations import annotation\n\n\n"
                        "@annotation({{'component_name': {{'name': 'c{}'}},\n"
                        "             'exec_time': {{'local_time_thr': 5}}}})\n"
                        "def main(args):\n    print(args)\n",
                        i));
    }
    put(application / "common_config/candidate_resources.yaml", resources);
    put(application / "common_config/candidate_deployments.yaml", entries);
    put(application / "common_config/application_dag.yaml",
        fmt::format("System:\n  name: app\n  components: [{}]\n  dependencies: [{}]\n", names,
                    edges));
}

/// Runs on an application without results of earlier ones.
void first_run(benchmark::State& state, const fs::path& application) {
    for (auto step : state) {
        if (!design(application, DryRun::no, state)) {
            break;
        }
        state.PauseTiming();
        AISPRINT_ASSERT(remove_tree(application / "aisprint").has_value());
        state.ResumeTiming();
    }
}

void mask_detection(benchmark::State& state) {
    const ScratchDirectory scratch;
    if (!make_mask_detection(scratch.path())) {
        state.SkipWithError("the reference data are absent");
        return;
    }
    first_run(state, scratch.path());
}
BENCHMARK(mask_detection)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Reading, checking and the search for cuts, without writing.
void mask_detection_check(benchmark::State& state) {
    const ScratchDirectory scratch;
    if (!make_mask_detection(scratch.path())) {
        state.SkipWithError("the reference data are absent");
        return;
    }
    for (auto step : state) {
        if (!design(scratch.path(), DryRun::yes, state)) {
            break;
        }
    }
}
BENCHMARK(mask_detection_check)->Unit(benchmark::kMillisecond)->UseRealTime();

/// 2^n deployments of n components.
void deployments(benchmark::State& state) {
    const ScratchDirectory scratch;
    const int free = static_cast<int>(state.range(0));
    make_chain(scratch.path(), free, free);
    first_run(state, scratch.path());
}
BENCHMARK(deployments)->Arg(7)->Arg(10)->Arg(13)->Unit(benchmark::kMillisecond)->UseRealTime();

/// The same once more, over the results of an earlier run.
void deployments_again(benchmark::State& state) {
    const ScratchDirectory scratch;
    const int free = static_cast<int>(state.range(0));
    make_chain(scratch.path(), free, free);
    if (!design(scratch.path(), DryRun::no, state)) {
        return;
    }
    for (auto step : state) {
        if (!design(scratch.path(), DryRun::no, state)) {
            break;
        }
    }
}
BENCHMARK(deployments_again)->Arg(10)->Arg(13)->Unit(benchmark::kMillisecond)->UseRealTime();

/// One deployment of n components.
void components(benchmark::State& state) {
    const ScratchDirectory scratch;
    make_chain(scratch.path(), static_cast<int>(state.range(0)), 0);
    first_run(state, scratch.path());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(components)
    ->Arg(10)
    ->Arg(50)
    ->Arg(100)
    ->Arg(500)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

} // namespace
} // namespace aisprint::design

BENCHMARK_MAIN();
