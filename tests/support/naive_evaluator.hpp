// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/problem.hpp"
#include "aisprint/optimizer/solution.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

/// A second opinion on placements: written from the formulation alone, without any code of the
/// optimizer library besides its plain structs. Slow and simple on purpose.
namespace aisprint::optimizer::test {

/// A condition that does not hold, and the index of what it is about (see Violation).
using BrokenCondition = std::pair<ConstraintKind, std::size_t>;

/// All figures of a placement; same meaning as in Evaluation.
struct NaiveEvaluation {
    double cost = 0;
    std::vector<std::vector<double>> partition_times;
    std::vector<double> component_times;
    std::vector<double> local_times;
    std::vector<double> path_times;
    std::vector<double> utilisation; ///< NaN if nothing with a demand is on the resource
    std::vector<double> memory_mb;
    std::set<BrokenCondition> violations;

    [[nodiscard]] bool feasible() const { return violations.empty(); }
};

/// Mean response time of a function: the birth-death chain over its warm instances, solved as a
/// dense system of linear equations.
[[nodiscard]] double
naive_function_time(double rate, double warm_s, double cold_s, double idle_time_s);

/// Evaluates placements of one problem at one arrival rate, each from nothing. Only times of
/// functions, which do not depend on the placement, are kept. Holds a reference to the problem.
class NaiveEvaluator {
public:
    NaiveEvaluator(const Problem& problem, double arrival_rate);
    explicit NaiveEvaluator(const Problem& problem)
        : NaiveEvaluator(problem, problem.arrival_rate) {}

    /// Resources that are no candidates and node numbers outside 1 .. N_j are allowed; a
    /// partition on a resource that is no candidate takes for ever.
    [[nodiscard]] NaiveEvaluation evaluate(const Solution& solution);

    /// The cost alone.
    [[nodiscard]] double cost(const Solution& solution) const;

    /// Requests per second that reach a component.
    [[nodiscard]] double component_load(std::size_t component) const;

    /// Seconds to move data between two resources.
    [[nodiscard]] double transfer_time(std::size_t from, std::size_t to, double data_size) const;

private:
    const Problem* m_problem;
    double m_rate;
    std::vector<double> m_loads;
    std::map<std::pair<double, std::vector<double>>, double> m_function_times;

    double function_time(double rate, double warm_s, double cold_s, double idle_time_s);
    double partition_time(const Solution& solution,
                          std::size_t component,
                          std::size_t position,
                          const std::vector<double>& utilisation);
    double mean_time(const Solution& solution,
                     std::size_t component,
                     std::size_t position,
                     double predicted) const;
    double component_time(const Solution& solution,
                          std::size_t component,
                          const std::vector<double>& partition_times) const;
    double path_time(const Solution& solution,
                     const PathConstraint& path,
                     const NaiveEvaluation& evaluation) const;
    void check_resources(const Solution& solution, NaiveEvaluation& evaluation) const;
    void check_order(const Solution& solution, NaiveEvaluation& evaluation) const;
};

} // namespace aisprint::optimizer::test
