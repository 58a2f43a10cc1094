// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"
#include "aisprint/optimizer/instance.hpp"
#include "aisprint/optimizer/solution.hpp"

#include <optional>
#include <string>

namespace aisprint::placement {

/// What an exact search has proved about a solution; extra keys of the solution file.
struct Certificate {
    bool optimal = false;
    double lower_bound = 0;
    double gap = 0;
};

/// Output.json: the solution in the reference's form (5.1), with `optimal`, `lower_bound` and
/// `gap` when there is a certificate. Numbers in their shortest form.
[[nodiscard]] std::string write_solution(const optimizer::Instance& instance,
                                         const optimizer::Solution& solution,
                                         const optimizer::Evaluation& evaluation,
                                         const std::optional<Certificate>& certificate);

/// <rate>_infeasible.json: components over their limit, paths, utilisation of resources.
[[nodiscard]] std::string write_infeasible_report(const optimizer::Instance& instance,
                                                  const optimizer::Solution& solution,
                                                  const optimizer::Evaluation& evaluation);

/// A solution file read back. `arrival_rate` is its `Lambda`.
struct SolutionFile {
    optimizer::Solution solution;
    double arrival_rate = 0;
    std::optional<double> total_cost; ///< as stated in the file
};

/// Reads a solution of `problem` as written by this program, the reference or its C++ sibling
/// (function entries without deployment level). Fails (input) on unknown or missing components,
/// deployments, partitions and resources. Different node numbers for one resource are a warning
/// and become the largest of them.
[[nodiscard]] Result<SolutionFile>
parse_solution(const SourceFile& source, const optimizer::Problem& problem, Reporter& reporter);

} // namespace aisprint::placement
