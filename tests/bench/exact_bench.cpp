// SPDX-License-Identifier: Apache-2.0
// Exact search: proofs on the published instances by size, growth with the number of components,
// and how soon solutions come. Times are wall-clock seconds of a whole search; counters give the
// median and the largest of a set.
#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/optimizer/exact.hpp"
#include "aisprint/placement/system_json.hpp"

#include "random_problem.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace {

using namespace aisprint;
using namespace aisprint::optimizer;
namespace fs = std::filesystem;

constexpr double k_workflow_rate = 1.8;
constexpr double k_generated_rate = 0.45;
constexpr double k_linear_rate = 0.1;

std::vector<Problem> load(const std::vector<std::string>& files, double rate) {
    std::vector<Problem> problems;
    for (const std::string& name : files) {
        const fs::path file = fs::path(AISPRINT_SHARED_DATA) / "space4aid" / name;
        CollectingReporter reporter;
        const Result<SourceFile> source = load_source(file, file.filename().string());
        if (!source) {
            return {};
        }
        Result<Problem> problem = placement::parse_system(*source, reporter);
        if (!problem) {
            return {};
        }
        problem->arrival_rate = rate;
        problems.push_back(std::move(*problem));
    }
    return problems;
}

std::vector<std::string> numbered(const std::string& folder) {
    std::vector<std::string> files;
    for (int i = 1; i <= 10; ++i) {
        files.push_back(folder + "/system_description" + std::to_string(i) + ".json");
    }
    return files;
}

std::vector<Problem> workflows(const std::string& level, int components) {
    return load(numbered("space4ai-r-optimizer/general-workflows/" + level + "/" +
                         std::to_string(components) + "-components"),
                k_workflow_rate);
}

std::vector<Problem> chains(int components) {
    return load(
        numbered("space4ai-cpp/linear-large-scale/" + std::to_string(components) + "-components"),
        k_linear_rate);
}

std::vector<Problem> generated(int components) {
    std::vector<std::string> files;
    for (const char* seed : {"1", "3", "4"}) {
        files.push_back("generated/Gen-" + std::to_string(components) + "-" + seed + ".json");
    }
    return load(files, k_generated_rate);
}

/// Searches that end with a proof, all of a set one after the other.
void prove(benchmark::State& state, const std::vector<Problem>& problems) {
    if (problems.empty()) {
        state.SkipWithError("no reference data");
        return;
    }
    std::vector<double> seconds(problems.size(), k_infinite);
    double first_s = 0;
    for (auto _ : state) {
        for (std::size_t i = 0; i < problems.size(); ++i) {
            const Instance instance(problems[i]);
            ExactOptions options;
            options.threads = static_cast<unsigned>(state.range(1));
            const ExactResult result = branch_and_bound(instance, options);
            if (result.status != ExactStatus::optimal && result.status != ExactStatus::infeasible) {
                state.SkipWithError("no proof");
                return;
            }
            seconds[i] = std::min(seconds[i], result.seconds);
            first_s = std::max(first_s, result.first_solution_s);
        }
    }
    std::ranges::sort(seconds);
    state.counters["median_s"] = seconds[seconds.size() / 2];
    state.counters["largest_s"] = seconds.back();
    state.counters["first_solution_s"] = first_s;
}

void strict_workflows(benchmark::State& state) {
    prove(state, workflows("Strict", static_cast<int>(state.range(0))));
}

void light_workflows(benchmark::State& state) {
    prove(state, workflows("Light", static_cast<int>(state.range(0))));
}

void linear_chains(benchmark::State& state) {
    prove(state, chains(static_cast<int>(state.range(0))));
}

void generated_workflows(benchmark::State& state) {
    prove(state, generated(static_cast<int>(state.range(0))));
}

double resident_mb() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// Growth: a workflow of so many components, with a limit of ten seconds.
void growth(benchmark::State& state) {
    const Problem problem = test::general_workflow(static_cast<std::size_t>(state.range(0)),
                                                   static_cast<std::uint64_t>(state.range(2)));
    const Instance instance(problem);
    ExactResult result;
    for (auto _ : state) {
        ExactOptions options;
        options.duration_s = 10;
        options.threads = static_cast<unsigned>(state.range(1));
        result = branch_and_bound(instance, options);
    }
    state.counters["gap"] = result.gap();
    state.counters["cost"] = result.cost;
    state.counters["first_solution_s"] = result.first_solution_s;
    state.counters["best_solution_s"] = result.best_solution_s;
    state.counters["resident_MB"] = resident_mb();
}

/// How far the best solution after a fifth of a second is from the best bound of ten seconds.
void after_a_fifth(benchmark::State& state) {
    const Problem problem = test::general_workflow(static_cast<std::size_t>(state.range(0)),
                                                   static_cast<std::uint64_t>(state.range(2)));
    const Instance instance(problem);
    ExactResult early;
    ExactOptions options;
    options.threads = static_cast<unsigned>(state.range(1));
    options.duration_s = 0.2;
    for (auto _ : state) {
        early = branch_and_bound(instance, options);
    }
    options.duration_s = 10;
    const ExactResult late = branch_and_bound(instance, options);
    state.counters["above_best"] = early.cost / late.cost - 1;
    state.counters["above_bound"] = early.cost / late.lower_bound - 1;
}

void sizes_of_workflows(benchmark::internal::Benchmark* benchmark) {
    for (const int components : {5, 7, 10, 15}) {
        for (const int threads : {1, 2}) {
            benchmark->Args({components, threads});
        }
    }
}

void sizes_of_generated(benchmark::internal::Benchmark* benchmark) {
    for (const int components : {5, 10, 15, 20, 25, 30}) {
        for (const int threads : {1, 2}) {
            benchmark->Args({components, threads});
        }
    }
}

void sizes_of_growth(benchmark::internal::Benchmark* benchmark) {
    for (const int components : {20, 30, 50, 100}) {
        for (const int seed : {2, 3}) {
            benchmark->Args({components, 2, seed});
        }
    }
}

BENCHMARK(strict_workflows)
    ->Apply(sizes_of_workflows)
    ->ArgNames({"components", "threads"})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(light_workflows)
    ->Apply(sizes_of_workflows)
    ->ArgNames({"components", "threads"})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(linear_chains)
    ->Apply(sizes_of_workflows)
    ->ArgNames({"components", "threads"})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(generated_workflows)
    ->Apply(sizes_of_generated)
    ->ArgNames({"components", "threads"})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(growth)
    ->Apply(sizes_of_growth)
    ->ArgNames({"components", "threads", "seed"})
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->UseRealTime();
BENCHMARK(after_a_fifth)
    ->Apply(sizes_of_growth)
    ->ArgNames({"components", "threads", "seed"})
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->UseRealTime();

} // namespace

BENCHMARK_MAIN();
