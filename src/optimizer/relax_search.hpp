// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/explain.hpp"
#include "aisprint/optimizer/instance.hpp"
#include "aisprint/optimizer/problem.hpp"
#include "aisprint/optimizer/solution.hpp"
#include "relax.hpp"
#include "relax_values.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace aisprint::optimizer {

/// Answers whether a problem has a solution when only some of its requirements are in force.
/// Remembers the solutions found: one that breaks no requirement in force saves a search.
class RelaxSearch {
public:
    /// Keeps a reference to the problem.
    RelaxSearch(const Problem& problem,
                std::vector<Requirement> requirements,
                const Deadline& deadline,
                unsigned threads);

    [[nodiscard]] const std::vector<Requirement>& requirements() const { return m_requirements; }

    /// Is there a solution that keeps to the requirements of `kept`?
    [[nodiscard]] Verdict test(const RequirementSet& kept);

    /// Can requirement number `r` alone be relaxed, and to which value? Nothing if not; without
    /// `needed` if it has no value.
    [[nodiscard]] std::optional<Requirement> relax(std::size_t r);

    /// True if some solution turned out to break no requirement at all.
    [[nodiscard]] bool has_solution() const;

    /// True if no search was cut short.
    [[nodiscard]] bool complete() const { return m_complete; }

private:
    /// A solution of a relaxed problem.
    struct Witness {
        Solution solution;
        double rate = 0;
        RequirementSet broken;
    };
    const Problem* m_problem;
    std::vector<Requirement> m_requirements;
    std::vector<Plenty> m_plenty;
    Deadline m_deadline;
    unsigned m_threads;
    bool m_complete = true;
    std::vector<Witness> m_witnesses;

    [[nodiscard]] const Witness* find_witness(const RequirementSet& kept) const;
    [[nodiscard]] std::vector<double> rates(const RequirementSet& kept) const;
    Finding search(const Instance& instance);
    void remember(const Instance& relaxed, const Solution& solution);

    [[nodiscard]] double needed(const Requirement& requirement, const Solution& solution) const;
    [[nodiscard]] double needed_time(const Requirement& requirement,
                                     const Solution& solution) const;
    [[nodiscard]] double needed_nodes(const Requirement& requirement,
                                      const Solution& solution) const;
    [[nodiscard]] double needed_memory(const Requirement& requirement,
                                       const Solution& solution) const;
    [[nodiscard]] double largest_rate(const Solution& solution, double feasible) const;
    Probe probe(const Requirement& requirement, double value);
    Probe probe_rate(double rate);
    [[nodiscard]] std::optional<double> needed_value(const Requirement& requirement,
                                                     const Witness& witness);
};

/// Takes out of `kept` members of `group` that are not needed for infeasibility, by halves: what
/// is left of the group is needed, as long as `test` answers for certain.
void shrink(std::vector<bool>& kept,
            std::span<const std::size_t> group,
            const std::function<Verdict(const std::vector<bool>&)>& test);

} // namespace aisprint::optimizer
