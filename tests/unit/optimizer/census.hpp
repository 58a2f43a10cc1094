// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/explain.hpp"
#include "aisprint/optimizer/problem.hpp"
#include "aisprint/optimizer/solution.hpp"
#include "naive_evaluator.hpp"

#include <cstddef>
#include <set>
#include <tuple>
#include <vector>

/// Brute force for explanations.
namespace aisprint::optimizer {

/// A requirement without its values: kind, subject, and the other layer of a network domain.
using Key = std::tuple<RequirementKind, std::size_t, std::size_t>;
using Keys = std::set<Key>;

[[nodiscard]] Key key_of(const Requirement& requirement);

/// All that can be lifted, from the problem alone.
[[nodiscard]] Keys all_keys(const Problem& problem);

/// Is there a solution?
[[nodiscard]] bool is_feasible(const Problem& problem);

/// What the placements of a problem break, whatever requirements are lifted. Components that are
/// not of `bound` cost nothing. Dropped node limits and rates stand for the same numbers as in the
/// library (generous_limits, lower_rates).
class Census {
public:
    Census(const Problem& problem, const std::set<std::size_t>& bound);

    /// Is there a placement that keeps to the requirements of `kept`?
    [[nodiscard]] bool is_feasible(const Keys& kept);

private:
    Problem m_problem;
    Problem m_open; ///< split layers, all linked, with many nodes
    std::set<Keys> m_broken;
    std::set<Keys> m_broken_at_lower_rates;

    [[nodiscard]] std::vector<int> node_numbers(const Solution& solution, std::size_t j) const;
    void add_placements(double rate, const Keys& broken_by_rate, std::set<Keys>& all) const;
    void add_broken_by_resources(const Solution& solution, Keys& broken) const;
    void add_step(std::size_t from, std::size_t to, Keys& broken) const;
};

} // namespace aisprint::optimizer
