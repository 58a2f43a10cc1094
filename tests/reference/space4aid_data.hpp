// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/problem.hpp"
#include "aisprint/optimizer/solution.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The published instances of the placement problem and what is known about them.
namespace aisprint::optimizer::reference {

/// True if the data are there; tests skip otherwise.
[[nodiscard]] bool has_data();

/// Keys of the certified optima, such as "Strict-10-3", "Linear-5-1", "Gen-20-1",
/// "Running-7-2@7.5".
[[nodiscard]] std::vector<std::string> optimum_keys();

/// Keys of the systems with a held solution: Strict and Light general workflows.
[[nodiscard]] std::vector<std::string> workflow_keys();

/// The system of a key, at the rate of its optimum. Fails the test if it cannot be read.
[[nodiscard]] Problem load_problem(const std::string& key);

/// The file with the held solution of a workflow.
[[nodiscard]] std::filesystem::path held_solution_file(const std::string& key);

/// The held cost of a workflow as listed.
[[nodiscard]] double held_cost(const std::string& key);

/// A certified optimum: cost and placement, none if infeasible.
struct CertifiedOptimum {
    std::optional<double> cost;
    Solution solution;
};

[[nodiscard]] CertifiedOptimum certified_optimum(const std::string& key, const Problem& problem);

/// A file below the data folder.
[[nodiscard]] std::filesystem::path data_file(const std::string& relative);

} // namespace aisprint::optimizer::reference
