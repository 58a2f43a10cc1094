// SPDX-License-Identifier: Apache-2.0
// Heuristics on instances of the published benchmark: iterations per second, and what costs they
// reach (counters `cost`, `optimum`). The reference's figures are in docs/performance.md.
#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/optimizer/heuristics.hpp"
#include "aisprint/optimizer/max_rate.hpp"
#include "aisprint/placement/system_json.hpp"

#include <benchmark/benchmark.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace aisprint;
using namespace aisprint::optimizer;

struct Case {
    std::string name;
    std::string file; ///< below the folder of the instances
    double rate = 1;
    double optimum = 0;
};

std::string workflow(const std::string& size, const std::string& number) {
    return "space4ai-r-optimizer/general-workflows/Strict/" + size +
           "-components/system_description" + number + ".json";
}

const std::vector<Case>& cases() {
    static const std::vector<Case> all{
        {"Strict-5-1", workflow("5", "1"), 1.8, 11.958762},
        {"Strict-5-10", workflow("5", "10"), 1.8, 11.740444},
        {"Strict-7-1", workflow("7", "1"), 1.8, 19.345484},
        {"Strict-7-2", workflow("7", "2"), 1.8, 18.743055},
        {"Strict-10-1", workflow("10", "1"), 1.8, 17.476415},
        {"Strict-10-5", workflow("10", "5"), 1.8, 19.471955},
        {"Strict-15-1", workflow("15", "1"), 1.8, 10.885450},
        {"Strict-15-5", workflow("15", "5"), 1.8, 10.251870},
        {"Running-1", "space4ai-r-optimizer/running-example/system_description_scenario1.json", 0.1,
         1.953427},
        {"Gen-10-1", "generated/Gen-10-1.json", 0.45, 11.0360},
        {"Gen-15-1", "generated/Gen-15-1.json", 0.45, 11.2148},
        {"Gen-20-3", "generated/Gen-20-3.json", 0.45, 11.2167},
        {"Gen-25-3", "generated/Gen-25-3.json", 0.45, 11.6133},
    };
    return all;
}

std::optional<Problem> load(const Case& instance) {
    const std::filesystem::path file =
        std::filesystem::path(AISPRINT_SHARED_DATA) / "space4aid" / instance.file;
    CollectingReporter reporter;
    const Result<SourceFile> source = load_source(file, file.filename().string());
    if (!source) {
        return std::nullopt;
    }
    Result<Problem> problem = placement::parse_system(*source, reporter);
    if (!problem) {
        return std::nullopt;
    }
    problem->arrival_rate = instance.rate;
    return std::move(*problem);
}

void set_costs(benchmark::State& state, double cost, const Case& instance) {
    state.counters["cost"] = cost;
    state.counters["optimum"] = instance.optimum;
}

double cost_of(const HeuristicResult& result) {
    return result.feasible ? result.elites.front().cost : k_infinite;
}

/// Arguments: instance, iterations, threads.
void bench_random_greedy(benchmark::State& state) {
    const Case& chosen = cases()[static_cast<std::size_t>(state.range(0))];
    const std::optional<Problem> problem = load(chosen);
    state.SetLabel(chosen.name);
    if (!problem) {
        state.SkipWithError("no data");
        return;
    }
    const Instance instance(*problem);
    RandomGreedyOptions options;
    options.stop.iterations = static_cast<std::uint64_t>(state.range(1));
    options.threads = static_cast<unsigned>(state.range(2));
    options.elites = 5;
    double cost = k_infinite;
    for (auto _ : state) {
        cost = cost_of(random_greedy(instance, options));
        benchmark::DoNotOptimize(cost);
    }
    state.SetItemsProcessed(state.iterations() * state.range(1));
    set_costs(state, cost, chosen);
}

enum class Method { local, tabu, annealing, genetic };

HeuristicResult improve(Method method,
                        const Instance& instance,
                        const std::vector<Solution>& starts,
                        const ImprovementOptions& options) {
    switch (method) {
    case Method::local:
        return local_search(instance, starts, options, {});
    case Method::tabu:
        return tabu_search(instance, starts, options, {});
    case Method::annealing:
        return simulated_annealing(instance, starts, options, {});
    case Method::genetic:
        break;
    }
    return genetic_algorithm(instance, starts, options, {});
}

/// Arguments: instance, method, steps (generations of the genetic algorithm: a tenth). From the
/// five elites of 1000 iterations of Random Greedy, which are part of the time.
void bench_improvement(benchmark::State& state) {
    const Case& chosen = cases()[static_cast<std::size_t>(state.range(0))];
    const auto method = static_cast<Method>(state.range(1));
    const std::optional<Problem> problem = load(chosen);
    const std::vector<std::string> names{" LS", " TS", " SA", " GA"};
    state.SetLabel(chosen.name + names[static_cast<std::size_t>(state.range(1))]);
    if (!problem) {
        state.SkipWithError("no data");
        return;
    }
    const Instance instance(*problem);
    double cost = k_infinite;
    for (auto _ : state) {
        RandomGreedyOptions greedy;
        greedy.stop.iterations = 1000;
        greedy.elites = 5;
        std::vector<Solution> starts;
        for (const Ranked& elite : random_greedy(instance, greedy).elites) {
            starts.push_back(elite.solution);
        }
        ImprovementOptions options;
        options.stop.iterations =
            static_cast<std::uint64_t>(state.range(2) / (method == Method::genetic ? 10 : 1));
        cost = cost_of(improve(method, instance, starts, options));
        benchmark::DoNotOptimize(cost);
    }
    set_costs(state, cost, chosen);
}

/// Argument: instance. The largest rate of a good placement, to 1e-5.
void bench_largest_rate(benchmark::State& state) {
    const Case& chosen = cases()[static_cast<std::size_t>(state.range(0))];
    const std::optional<Problem> problem = load(chosen);
    state.SetLabel(chosen.name);
    if (!problem) {
        state.SkipWithError("no data");
        return;
    }
    RandomGreedyOptions options;
    options.stop.iterations = 20000;
    const HeuristicResult placed = random_greedy(Instance(*problem), options);
    if (!placed.feasible) {
        state.SkipWithError("no placement");
        return;
    }
    double rate = 0;
    for (auto _ : state) {
        const auto result = largest_rate(*problem, placed.elites.front().solution,
                                         {problem->arrival_rate * 4, 1e-5});
        rate = result ? result->rate : 0;
        benchmark::DoNotOptimize(rate);
    }
    state.counters["rate"] = rate;
}

const std::vector<std::int64_t> k_all{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

BENCHMARK(bench_random_greedy)
    ->ArgNames({"instance", "iterations", "threads"})
    ->ArgsProduct({k_all, {1000, 100000}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(bench_improvement)
    ->ArgNames({"instance", "method", "steps"})
    ->ArgsProduct({k_all, {0, 1, 2, 3}, {10, 100}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(bench_largest_rate)
    ->ArgName("instance")
    ->ArgsProduct({k_all})
    ->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
