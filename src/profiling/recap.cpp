// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/recap.hpp"

#include <fmt/format.h>

#include <set>

namespace aisprint::profiling {

namespace {

constexpr int k_service_width = 35;
constexpr int k_cluster_width = 20;

/// `old -> new`, or `unchanged`; the first level says the value itself.
template <class T>
std::string change_text(const T* before, const T& now) {
    if (before == nullptr) {
        return fmt::format("{}", now);
    }
    return *before == now ? "" : fmt::format("{} -> {}", *before, now);
}

std::string
services_text(const Testbed& testbed, const UnitChain& chain, const Run* before, const Run& run) {
    std::string text = "\t\tServices:\n";
    for (const std::size_t index : chain.units) {
        const Unit& unit = testbed.units[index];
        const int* old = before == nullptr ? nullptr : &before->parallelism.at(unit.id);
        const std::string change = change_text(old, run.parallelism.at(unit.id));
        text += fmt::format("\t\t\t{:<{}}", unit.service, k_service_width);
        if (before == nullptr) {
            text += fmt::format("cpu: {} , memory: {} mb , parallelism: {} , cluster: {}\n",
                                unit.cpu, unit.memory_mb, change, unit.resource);
        } else {
            text += change.empty() ? "unchanged\n" : fmt::format("parallelism: {}\n", change);
        }
    }
    return text;
}

std::string clusters_text(const Run* before, const Run& run) {
    if (run.nodes.empty()) {
        return {};
    }
    std::string text = "\t\tClusters:\n";
    for (const auto& [name, nodes] : run.nodes) {
        const std::int64_t* old = before == nullptr ? nullptr : &before->nodes.at(name);
        const std::string change = change_text(old, nodes);
        text += fmt::format("\t\t\t{:<{}}{}\n", name, k_cluster_width,
                            change.empty() ? "unchanged" : "nodes: " + change);
    }
    return text;
}

} // namespace

std::string deployments_text(const Testbed& testbed, const std::string& indent) {
    std::string text;
    for (std::size_t i = 0; i < testbed.deployments.size(); ++i) {
        text += fmt::format("{}deployment_{}: {}\n", indent, i,
                            to_list_text(testbed, testbed.deployments[i]));
    }
    return text;
}

std::string fit_text(const Testbed& testbed, const UnitChain& chain, const Schedule& schedule) {
    std::string text;
    for (std::size_t i = 0; i < chain.units.size(); ++i) {
        const HardwareFit& fit = schedule.fits[i];
        text += fmt::format("Component {} can fit {} container(s) on every node:\n"
                            "\t{} needs to be decreased to (at least) {} to fit more\n",
                            testbed.units[chain.units[i]].id, fit.containers,
                            fit.cpu_is_scarce ? "CPU" : "Memory", fit.needed);
    }
    return text;
}

std::string recap_text(const Testbed& testbed,
                       const UnitChain& chain,
                       const Schedule& schedule,
                       const RunParameters& parameters) {
    std::string text = fmt::format("Workflow:\n\t{} -> bucket0\n", parameters.storage_bucket);
    for (std::size_t i = 0; i < chain.units.size(); ++i) {
        text += fmt::format("\tbucket{} -> |{}| -> bucket{}\n", i,
                            testbed.units[chain.units[i]].service, i + 1);
    }
    text += "\nScheduler:\n";
    const Run* before = nullptr;
    for (const Run& run : schedule.runs) {
        if (run.repetition != 0) {
            continue;
        }
        text += fmt::format("\tRun #{}\n", run.level + 1) +
                services_text(testbed, chain, before, run) + clusters_text(before, run) + "\n";
        before = &run;
    }
    return text + fmt::format("\tRepeated {} time(s), {} runs in total\n", parameters.repetitions,
                              schedule.runs.size());
}

} // namespace aisprint::profiling
