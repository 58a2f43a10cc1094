// SPDX-License-Identifier: Apache-2.0
#include "space4aid_data.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/placement/system_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace aisprint::optimizer::reference {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

const fs::path k_data = fs::path(AISPRINT_SHARED_DATA) / "space4aid";

json load_json(const fs::path& file) {
    return json::parse(read_file(file).value());
}

const json& optima() {
    static const json document = load_json(k_data / "reference-optima/optima.json");
    return document;
}

/// "Strict-10-3" in its parts.
struct Key {
    std::string family;
    std::string size;
    std::string number;
};

Key split(const std::string& key) {
    const std::size_t first = key.find('-');
    const std::size_t second = key.find('-', first + 1);
    const std::size_t at = std::min(key.find('@'), key.size());
    return {key.substr(0, first), key.substr(first + 1, second - first - 1),
            key.substr(second + 1, at - second - 1)};
}

fs::path system_file(const std::string& key) {
    const auto [family, size, number] = split(key);
    const std::string folder = size + "-components";
    const std::string name = "system_description" + number + ".json";
    if (family == "Gen") {
        return k_data / "generated" / (key + ".json");
    }
    if (family == "Running") {
        return k_data / "space4ai-r-optimizer/running-example" /
               ("system_description_scenario" + number + ".json");
    }
    if (family == "Linear") {
        return k_data / "space4ai-cpp/linear-large-scale" / folder / name;
    }
    return k_data / "space4ai-r-optimizer/general-workflows" / family / folder / name;
}

template <class List>
std::size_t index_of(const List& list, const std::string& text, std::string List::value_type::*at) {
    const auto found =
        std::ranges::find_if(list, [&](const auto& entry) { return entry.*at == text; });
    if (found == list.end()) {
        ADD_FAILURE() << "the data name " << text << ", which does not exist";
        return 0;
    }
    return static_cast<std::size_t>(found - list.begin());
}

} // namespace

bool has_data() {
    return fs::is_directory(k_data);
}

fs::path data_file(const std::string& relative) {
    return k_data / relative;
}

std::vector<std::string> workflow_keys() {
    std::vector<std::string> keys;
    for (const char* level : {"Strict", "Light"}) {
        for (const char* size : {"5", "7", "10", "15"}) {
            for (int number = 1; number <= 10; ++number) {
                keys.push_back(std::string(level) + "-" + size + "-" + std::to_string(number));
            }
        }
    }
    return keys;
}

std::vector<std::string> optimum_keys() {
    std::vector<std::string> keys = workflow_keys();
    for (const char* size : {"5", "7", "10", "15"}) {
        for (int number = 1; number <= 10; ++number) {
            keys.push_back("Linear-" + std::string(size) + "-" + std::to_string(number));
        }
    }
    for (const char* size : {"5", "7", "10", "15", "20", "25", "30"}) {
        for (const char* seed : {"1", "3", "4"}) {
            keys.push_back("Gen-" + std::string(size) + "-" + seed);
        }
    }
    for (const char* scenario : {"1", "2", "3"}) {
        for (const char* rate : {"", "@1.8", "@7.5", "@18.0"}) {
            keys.push_back("Running-7-" + std::string(scenario) + rate);
        }
    }
    return keys;
}

Problem load_problem(const std::string& key) {
    const fs::path file = system_file(key);
    CollectingReporter reporter;
    Result<Problem> problem =
        placement::parse_system(SourceFile(file.string(), read_file(file).value()), reporter);
    if (!problem) {
        ADD_FAILURE() << file << ": " << problem.error().diagnostics.front().message;
        return {};
    }
    problem->arrival_rate = optima().at(key).at("lam").get<double>();
    return *std::move(problem);
}

fs::path held_solution_file(const std::string& key) {
    const auto [family, size, number] = split(key);
    return k_data / "space4ai-r-optimizer/dt-solutions" / family / (size + "-components") /
           ("best_sol_1.8_ins" + number + ".json");
}

double held_cost(const std::string& key) {
    static const json costs = load_json(k_data / "reference-optima/held_costs_lambda_1.8.json");
    return costs.at(key).get<double>();
}

CertifiedOptimum certified_optimum(const std::string& key, const Problem& problem) {
    const json& entry = optima().at(key);
    CertifiedOptimum optimum;
    if (entry.at("cost").is_null()) {
        return optimum;
    }
    optimum.cost = entry.at("cost").get<double>();
    optimum.solution.components.resize(problem.components.size());
    optimum.solution.nodes.assign(problem.resources.size(), 0);
    for (const auto& [code, placed] : entry.at("assignment").items()) {
        const std::size_t i = index_of(problem.components, code, &Component::code);
        const Component& component = problem.components[i];
        Choice& choice = optimum.solution.components[i];
        const std::string first = placed.at(0).at(0).get<std::string>();
        const auto deployment =
            std::ranges::find_if(component.deployments, [&](const Deployment& candidate) {
                return candidate.partitions.front().code == first;
            });
        choice.deployment = static_cast<std::size_t>(deployment - component.deployments.begin());
        for (const json& partition : placed) {
            const std::size_t j =
                index_of(problem.resources, partition.at(1).get<std::string>(), &Resource::name);
            choice.resources.push_back(j);
            optimum.solution.nodes[j] = partition.at(2).get<int>();
        }
    }
    return optimum;
}

} // namespace aisprint::optimizer::reference
