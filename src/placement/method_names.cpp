// SPDX-License-Identifier: Apache-2.0
#include "method_names.hpp"

#include <array>
#include <string_view>

namespace aisprint::placement {

namespace {

struct MethodName {
    std::string_view name;
    MethodKind kind;
};

constexpr std::array<MethodName, 29> k_names{
    {{"RG", MethodKind::random_greedy},
     {"RandomGreedy", MethodKind::random_greedy},
     {"random_greedy", MethodKind::random_greedy},
     {"randomgreedy", MethodKind::random_greedy},
     {"TS", MethodKind::tabu_search},
     {"TabuSearch", MethodKind::tabu_search},
     {"tabu_search", MethodKind::tabu_search},
     {"tabusearch", MethodKind::tabu_search},
     {"LS", MethodKind::local_search},
     {"LocalSearch", MethodKind::local_search},
     {"local_search", MethodKind::local_search},
     {"localsearch", MethodKind::local_search},
     {"SA", MethodKind::simulated_annealing},
     {"SimulatedAnnealing", MethodKind::simulated_annealing},
     {"simulated_annealing", MethodKind::simulated_annealing},
     {"simulatedannealing", MethodKind::simulated_annealing},
     {"GA", MethodKind::genetic_algorithm},
     {"GeneticAlgorithm", MethodKind::genetic_algorithm},
     {"genetic_algorithm", MethodKind::genetic_algorithm},
     {"geneticalgorithm", MethodKind::genetic_algorithm},
     {"BS", MethodKind::binary_search},
     {"BinarySearch", MethodKind::binary_search},
     {"binary_search", MethodKind::binary_search},
     {"binarysearch", MethodKind::binary_search},
     {"BB", MethodKind::branch_and_bound},
     {"B&B", MethodKind::branch_and_bound},
     {"BranchAndBound", MethodKind::branch_and_bound},
     {"branch_and_bound", MethodKind::branch_and_bound},
     {"exact", MethodKind::branch_and_bound}}};

} // namespace

std::optional<MethodKind> method_kind(const std::string& name) {
    for (const MethodName& known : k_names) {
        if (known.name == name) {
            return known.kind;
        }
    }
    return std::nullopt;
}

std::vector<std::string> names_of(MethodKind kind) {
    std::vector<std::string> names;
    for (const MethodName& known : k_names) {
        if (known.kind == kind) {
            names.emplace_back(known.name);
        }
    }
    return names;
}

std::vector<std::string> all_method_names() {
    std::vector<std::string> names;
    for (const MethodName& known : k_names) {
        names.emplace_back(known.name);
    }
    return names;
}

} // namespace aisprint::placement
