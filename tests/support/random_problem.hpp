// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/problem.hpp"
#include "aisprint/optimizer/solution.hpp"
#include "aisprint/perf/model.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace aisprint::optimizer::test {

/// Random numbers that are the same with every standard library.
class Random {
public:
    explicit Random(std::uint64_t seed) : m_engine(seed) {}

    /// In [0, 1).
    double unit() { return static_cast<double>(m_engine() >> 11U) * 0x1p-53; }
    double between(double low, double high) { return low + (high - low) * unit(); }
    bool chance(double probability) { return unit() < probability; }
    /// 0 .. count - 1.
    std::size_t below(std::size_t count) {
        return static_cast<std::size_t>(unit() * static_cast<double>(count));
    }
    int from_to(int low, int high) {
        return low + static_cast<int>(below(static_cast<std::size_t>(high - low + 1)));
    }
    template <class T>
    const T& pick(const std::vector<T>& values) {
        return values[below(values.size())];
    }

private:
    std::mt19937_64 m_engine;
};

/// A trained model for tests: a time for each number of cores, longer with the load.
class TableModel final : public perf::Model {
public:
    std::vector<std::string> names; ///< the inputs; the first decides on the row
    std::map<double, double> rows;  ///< by cores, or by load for functions
    double per_input = 0;           ///< added times each further input
    double largest_load = 0;        ///< of observed_throughput; 0: never saturated

    [[nodiscard]] const std::vector<std::string>& inputs() const override { return names; }
    [[nodiscard]] perf::Prediction predict(std::span<const double> values,
                                           double level) const override;
    [[nodiscard]] double mean_target() const override;
};

/// How large random problems are, and what they contain.
struct ProblemProfile {
    std::size_t min_components = 1;
    std::size_t max_components = 4;
    std::size_t max_deployments = 3;
    std::size_t max_partitions = 3;
    std::size_t max_edge_layers = 2;
    std::size_t max_vm_layers = 2;
    std::size_t max_machines = 3; ///< per layer
    std::size_t max_functions = 3;
    int max_nodes = 3;
    std::size_t max_candidates = 4;
    double trained_share = 0.15;    ///< of the candidates
    double separate_domains = 0.15; ///< chance of layers that do not all reach each other
    double max_placements = 1e18;   ///< candidates are left out until there are no more placements
};

/// A problem, and a placement that its limits were cut to: mostly, not always, a feasible one.
struct RandomProblem {
    Problem problem;
    Solution planted;
};

/// A well-formed problem. Loads, memory and response time limits are chosen round the planted
/// placement, so that a good half of the problems is feasible and the constraints bind.
[[nodiscard]] RandomProblem random_problem(const ProblemProfile& profile, std::uint64_t seed);

/// Placements, each with its node numbers, before any condition but C2.
[[nodiscard]] double count_placements(const Problem& problem);

/// A placement on candidates with 1 .. N_j nodes; nothing else is promised.
[[nodiscard]] Solution random_solution(const Problem& problem, Random& random);

/// A placement with one machine per layer, on the edge only where nothing in the cloud comes
/// before as far as candidates allow: more often feasible.
[[nodiscard]] Solution sensible_solution(const Problem& problem, Random& random);

/// `solution` with some components placed anew and some node numbers drawn anew.
[[nodiscard]] Solution
neighbour(const Problem& problem, const Solution& solution, std::size_t changes, Random& random);

/// Sets the node numbers of unused resources to 0, of functions in use to 1, and of machines in
/// use without nodes to 1.
void tidy_nodes(const Problem& problem, Solution& solution);

/// A general workflow with partitions, drawn as the published benchmark generator does (the first
/// variant of section 7.4 of the specification), at 0.45 requests per second. Paths come from
/// random walks instead of a list of all paths, so that 100 components are possible; at least 5.
[[nodiscard]] Problem general_workflow(std::size_t components, std::uint64_t seed);

} // namespace aisprint::optimizer::test
