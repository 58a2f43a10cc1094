// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/optimize.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace aisprint::optimizer {

namespace {

/// Relative difference up to which two costs count as equal.
constexpr double k_equal_cost = 1e-9;

struct NameOf {
    std::string operator()(const LocalSearchOptions&) const { return "LocalSearch"; }
    std::string operator()(const TabuSearchOptions&) const { return "TabuSearch"; }
    std::string operator()(const SimulatedAnnealingOptions&) const { return "SimulatedAnnealing"; }
    std::string operator()(const GeneticAlgorithmOptions&) const { return "GeneticAlgorithm"; }
};

struct RunImprovement {
    const Instance& instance;
    const std::vector<Solution>& starts;
    const ImprovementOptions& options;

    HeuristicResult operator()(const LocalSearchOptions& parameters) const {
        return local_search(instance, starts, options, parameters);
    }
    HeuristicResult operator()(const TabuSearchOptions& parameters) const {
        return tabu_search(instance, starts, options, parameters);
    }
    HeuristicResult operator()(const SimulatedAnnealingOptions& parameters) const {
        return simulated_annealing(instance, starts, options, parameters);
    }
    HeuristicResult operator()(const GeneticAlgorithmOptions& parameters) const {
        return genetic_algorithm(instance, starts, options, parameters);
    }
};

/// Runs one method after the other and keeps the best answer.
class Run {
public:
    Run(const Instance& instance,
        const MethodList& methods,
        const std::function<void(const std::string&)>& progress)
        : m_instance(&instance), m_methods(&methods), m_progress(&progress) {}

    void exact(const ExactOptions& options) {
        const std::string name = "BranchAndBound";
        announce(name);
        ExactResult result = branch_and_bound(*m_instance, options);
        m_optimum.status = result.status;
        m_optimum.lower_bound = result.lower_bound;
        m_optimum.methods.push_back({name, result.solution.has_value(), result.cost, result.seconds,
                                     result.configurations});
        if (result.solution) {
            offer(name, std::move(*result.solution), result.cost);
        }
    }

    void random_greedy(const StopRule& stop) {
        const std::string name = "RandomGreedy";
        announce(name);
        RandomGreedyOptions options;
        options.stop = stop;
        options.seed = m_methods->seed;
        options.threads = m_methods->threads;
        options.elites = m_methods->improvement ? m_methods->improvement->starting_points : 1;
        HeuristicResult result = aisprint::optimizer::random_greedy(*m_instance, options);
        report(name, result);
        if (result.feasible) {
            for (Ranked& elite : result.elites) {
                m_starts.push_back(std::move(elite.solution));
            }
        } else if (!result.elites.empty()) {
            m_optimum.least_violating = std::move(result.elites.front().solution);
        }
    }

    /// From the elites of Random Greedy; if it found nothing feasible, from what exact search
    /// found.
    void improve(const Improvement& improvement) {
        if (m_starts.empty() && m_optimum.solution) {
            m_starts.push_back(*m_optimum.solution);
        }
        if (m_starts.empty()) {
            return;
        }
        const std::string name = std::visit(NameOf{}, improvement.parameters);
        announce(name);
        ImprovementOptions options;
        options.stop = improvement.stop;
        options.seed = m_methods->seed;
        options.threads = m_methods->threads;
        const HeuristicResult result =
            std::visit(RunImprovement{*m_instance, m_starts, options}, improvement.parameters);
        report(name, result);
    }

    Optimum finish() {
        if (!m_optimum.solution) {
            return std::move(m_optimum);
        }
        m_optimum.least_violating.reset();
        if (m_optimum.status != ExactStatus::optimal) {
            // what a heuristic found may close the gap that the exact search left
            const double wanted = m_methods->exact ? m_methods->exact->gap : 0.0;
            m_optimum.status = m_optimum.gap() <= wanted + k_equal_cost ? ExactStatus::optimal
                                                                        : ExactStatus::feasible;
        }
        return std::move(m_optimum);
    }

private:
    const Instance* m_instance;
    const MethodList* m_methods;
    const std::function<void(const std::string&)>* m_progress;
    Optimum m_optimum;
    std::vector<Solution> m_starts;

    void announce(const std::string& name) const {
        if (*m_progress) {
            (*m_progress)(name);
        }
    }

    void report(const std::string& name, const HeuristicResult& result) {
        const bool found = result.feasible && !result.elites.empty();
        const double cost = found ? result.elites.front().cost : k_infinite;
        m_optimum.methods.push_back({name, found, cost, result.seconds, result.steps});
        if (found) {
            offer(name, result.elites.front().solution, cost);
        }
    }

    /// Takes a solution over if it is cheaper than the best so far, beyond rounding.
    void offer(const std::string& name, Solution solution, double cost) {
        if (m_optimum.solution && cost >= m_optimum.cost * (1 - k_equal_cost)) {
            return;
        }
        m_optimum.solution = std::move(solution);
        m_optimum.cost = cost;
        m_optimum.found_by = name;
    }
};

} // namespace

double Optimum::gap() const {
    if (!solution) {
        return k_infinite;
    }
    return cost > 0 ? std::max(0.0, (cost - lower_bound) / cost) : 0.0;
}

Optimum optimize(const Instance& instance,
                 const MethodList& methods,
                 const std::function<void(const std::string&)>& progress) {
    Run run(instance, methods, progress);
    if (methods.exact) {
        run.exact(*methods.exact);
    }
    if (methods.random_greedy) {
        run.random_greedy(*methods.random_greedy);
    }
    if (methods.improvement) {
        run.improve(*methods.improvement);
    }
    return run.finish();
}

} // namespace aisprint::optimizer
