// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/optimizer/optimize.hpp"
#include "aisprint/optimizer/problem.hpp"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::cli {

/// The options of `space4aid`, as typed.
struct Space4aidArguments {
    std::string application_dir;
    std::string system;
    std::string config;
    std::optional<double> rate; ///< --lambda
    std::string output;
    std::string evaluate;
    std::vector<std::string> evaluate_at; ///< rate and solution, as the older tool takes them
    bool no_exact = false;
    std::optional<std::uint64_t> seed;
    std::optional<unsigned> threads;
    std::optional<double> duration_s;
    std::optional<double> gap;
    std::string function_charge = "component";
    std::string memory = "one_node";
    double risk_level = 0;
    std::string pareto;
    std::size_t points = 20;
    bool sensitivity = false;
    std::string picture;
    bool nested = false;
    bool dry_run = false;

    /// True if a given solution is to be evaluated.
    [[nodiscard]] bool evaluates() const { return !evaluate.empty() || !evaluate_at.empty(); }
};

/// Adds the options.
void add_space4aid_options(CLI::App& app, Space4aidArguments& arguments);

/// Settles which form of the command is meant, and puts --evaluation_lambda into `evaluate` and
/// `rate`. Fails (usage, CLI004) for options that do not go together.
[[nodiscard]] Result<void> settle_space4aid_arguments(Space4aidArguments& arguments);

/// Puts the rules of the command line into a problem.
void apply_rules(const Space4aidArguments& arguments, optimizer::Problem& problem);

/// Puts limits, seed and threads of the command line into a list of methods.
void apply_limits(const Space4aidArguments& arguments, optimizer::MethodList& methods);

/// Threads to work with: those asked for, else as many as the machine has.
[[nodiscard]] unsigned wanted_threads(const Space4aidArguments& arguments);

} // namespace aisprint::cli
