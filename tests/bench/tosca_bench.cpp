// SPDX-License-Identifier: Apache-2.0
// TOSCA documents of applications with many components: built, and written as text.
#include "aisprint/base/reporter.hpp"
#include "aisprint/tosca/document.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace aisprint::tosca {
namespace {

/// Draws "r1", "r2", ...
class NumberedValues final : public RandomSource {
public:
    std::string draw(std::size_t) override { return "r" + std::to_string(++m_last); }

private:
    std::size_t m_last = 0;
};

/// Component `i`; each has a layer of its own, so that the chain of monitoring is as long as it
/// can be.
Component make_component(std::size_t i) {
    Component component;
    component.name = "component-" + std::to_string(i);
    component.layer.number = static_cast<std::int64_t>(i + 1);
    component.resource.key = "resource1";
    component.resource.name = "R" + std::to_string(i);
    component.resource.cores = 4;
    component.resource.memory_mb = "8192";
    component.image = "registry.example.org/" + component.name + ":1";
    component.memory_mb = "1024";
    component.computing_units = yaml::plain("0.9");
    component.constraints = "system:\n  global_constraints: {}\n  local_constraints:\n"
                            "    local_constraint_1:\n      component_name: " +
                            component.name + "\n      threshold: 10\n  name: app\n";
    component.constraints_name = "app";
    return component;
}

/// A chain of clusters, each tied to the component after the next as well.
Deployment make_chain(std::size_t components) {
    Deployment deployment;
    deployment.app_name = "app";
    deployment.drift_detector_image = "registry.example.org/drift:1";
    for (std::size_t i = 0; i < components; ++i) {
        deployment.components.push_back(make_component(i));
    }
    for (std::size_t to = 1; to < components; ++to) {
        for (std::size_t from = to < 2 ? to - 1 : to - 2; from < to; ++from) {
            deployment.components[from].successors.push_back({to, 1});
            deployment.components[to].predecessors.push_back({from, 1});
        }
    }
    return deployment;
}

/// A component in the middle of all others.
Deployment make_star(std::size_t components) {
    Deployment deployment = make_chain(0);
    for (std::size_t i = 0; i < components; ++i) {
        deployment.components.push_back(make_component(i));
    }
    for (std::size_t to = 1; to < components; ++to) {
        deployment.components.front().successors.push_back({to, 1});
        deployment.components[to].predecessors.push_back({0, 1});
    }
    return deployment;
}

void write_all(benchmark::State& state, const Deployment& deployment) {
    NumberedValues random;
    const DeploymentNames names = draw_names(deployment, {}, KeepNames::no, random);
    BuildOptions options;
    options.elastic = 5;
    options.im_auth = Secret("type = InfrastructureManager; username = a; password = b");
    std::size_t bytes = 0;
    for (auto step : state) {
        CollectingReporter reporter;
        const auto documents = build_documents(deployment, names, options, reporter);
        if (!documents) {
            state.SkipWithError(documents.error().diagnostics.front().message.c_str());
            return;
        }
        bytes = 0;
        for (const Document& document : *documents) {
            bytes += yaml::write(document.content).size();
        }
        benchmark::DoNotOptimize(bytes);
    }
    state.counters["bytes"] = static_cast<double>(bytes);
    state.SetComplexityN(state.range(0));
}

void chain(benchmark::State& state) {
    write_all(state, make_chain(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(chain)->Arg(500)->Arg(1000)->Arg(2000)->Unit(benchmark::kMillisecond)->Complexity();

void star(benchmark::State& state) {
    write_all(state, make_star(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(star)->Arg(500)->Arg(1000)->Arg(2000)->Unit(benchmark::kMillisecond)->Complexity();

} // namespace
} // namespace aisprint::tosca

BENCHMARK_MAIN();
