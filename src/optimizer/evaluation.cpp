// SPDX-License-Identifier: Apache-2.0
// All figures of a complete solution and the conditions that it breaks, as the evaluator tells
// them.
#include "aisprint/optimizer/evaluator.hpp"

#include "aisprint/base/result.hpp"

#include <algorithm>
#include <limits>

namespace aisprint::optimizer {

namespace {

/// Collects the conditions that a loaded placement breaks, in the order of ConstraintKind.
class Inspection {
public:
    Inspection(Evaluator& evaluator, Evaluation& evaluation)
        : m_evaluator(&evaluator), m_problem(&evaluator.instance().problem()),
          m_evaluation(&evaluation) {}

    void inspect_layers() {
        std::vector<int> machines(m_problem->layers.size(), 0);
        for (std::size_t j = 0; j < m_problem->resources.size(); ++j) {
            if (m_evaluator->is_used(j) && !m_evaluator->instance().is_function(j)) {
                ++machines[m_problem->resources[j].layer];
            }
        }
        for (std::size_t layer = 0; layer < machines.size(); ++layer) {
            if (machines[layer] > 1) {
                add(ConstraintKind::one_resource_per_layer, layer, machines[layer], 1);
            }
        }
    }

    void inspect_resource(std::size_t j) {
        for (const Violation& violation : m_evaluator->violations_of(j)) {
            m_evaluation->violations.push_back(violation);
        }
    }

    void inspect_order(std::size_t component) {
        if (m_evaluator->returns_to_edge(component)) {
            add(ConstraintKind::no_return_to_edge, component, 1, 0);
        }
    }

    void inspect_domains(std::size_t component) {
        if (m_evaluator->lacks_domain(component)) {
            add(ConstraintKind::network_domain, component, 1, 0);
        }
    }

    void inspect_times() {
        for (std::size_t c = 0; c < m_problem->local_constraints.size(); ++c) {
            const double limit = m_problem->local_constraints[c].threshold_s;
            if (!within(m_evaluation->local_times[c], limit)) {
                add(ConstraintKind::local_response_time, c, m_evaluation->local_times[c], limit);
            }
        }
        for (std::size_t p = 0; p < m_problem->path_constraints.size(); ++p) {
            const double limit = m_problem->path_constraints[p].threshold_s;
            if (!within(m_evaluation->path_times[p], limit)) {
                add(ConstraintKind::path_response_time, p, m_evaluation->path_times[p], limit);
            }
        }
    }

    void add(ConstraintKind kind, std::size_t subject, double value, double limit) {
        m_evaluation->violations.push_back({kind, subject, value, limit});
    }

private:
    Evaluator* m_evaluator;
    const Problem* m_problem;
    Evaluation* m_evaluation;
};

/// Places what can be placed. A component on a resource that is no candidate stays out; returns
/// those components.
std::vector<std::size_t> place_all(Evaluator& evaluator, const Solution& solution) {
    const Instance& instance = evaluator.instance();
    std::vector<std::size_t> misplaced;
    for (std::size_t i = 0; i < solution.components.size(); ++i) {
        const Choice& choice = solution.components[i];
        const std::size_t first = instance.first_partition(i, choice.deployment);
        bool fits = true;
        for (std::size_t q = 0; q < choice.resources.size(); ++q) {
            fits = fits && instance.candidate(first + q, choice.resources[q]) != nullptr;
        }
        if (fits) {
            evaluator.place(i, choice.deployment, choice.resources);
        } else {
            misplaced.push_back(i);
        }
    }
    for (std::size_t j = 0; j < solution.nodes.size(); ++j) {
        if (!instance.is_function(j)) {
            evaluator.set_nodes(j, solution.nodes[j]);
        }
    }
    return misplaced;
}

std::vector<double> partition_times(const Evaluator& evaluator, std::size_t component) {
    const Instance& instance = evaluator.instance();
    const Choice& choice = evaluator.choice(component);
    std::vector<double> times;
    for (std::size_t q = 0; q < choice.resources.size(); ++q) {
        const std::size_t j = choice.resources[q];
        const std::size_t partition = instance.first_partition(component, choice.deployment) + q;
        times.push_back(
            instance.candidate(partition, j)->time(evaluator.nodes(j), evaluator.utilisation(j)));
    }
    return times;
}

void measure_resources(const Evaluator& evaluator, Evaluation& evaluation) {
    const Instance& instance = evaluator.instance();
    for (std::size_t j = 0; j < instance.problem().resources.size(); ++j) {
        double memory_mb = 0;
        bool has_demand = false;
        for (const std::size_t partition : evaluator.partitions_on(j)) {
            const CandidateFigures& figures = *instance.candidate(partition, j);
            memory_mb += figures.memory_mb;
            has_demand = has_demand || figures.kind == TimeKind::queue;
        }
        evaluation.memory_mb.push_back(memory_mb);
        evaluation.utilisation.push_back(has_demand ? evaluator.utilisation(j)
                                                    : std::numeric_limits<double>::quiet_NaN());
    }
}

void measure_times(Evaluator& evaluator,
                   const std::vector<std::size_t>& misplaced,
                   Evaluation& evaluation) {
    const Problem& problem = evaluator.instance().problem();
    const auto is_misplaced = [&](std::size_t component) {
        return std::ranges::find(misplaced, component) != misplaced.end();
    };
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        evaluation.partition_times.push_back(partition_times(evaluator, i));
        evaluation.component_times.push_back(is_misplaced(i) ? k_infinite
                                                             : evaluator.component_time(i));
    }
    for (const LocalConstraint& constraint : problem.local_constraints) {
        evaluation.local_times.push_back(evaluation.component_times[constraint.component]);
    }
    for (std::size_t p = 0; p < problem.path_constraints.size(); ++p) {
        const bool broken =
            std::ranges::any_of(problem.path_constraints[p].components, is_misplaced);
        evaluation.path_times.push_back(broken ? k_infinite : evaluator.path_time(p));
    }
}

} // namespace

Evaluation evaluate(const Instance& instance, const Solution& solution) {
    AISPRINT_ASSERT(solution.components.size() == instance.problem().components.size());
    AISPRINT_ASSERT(solution.nodes.size() == instance.problem().resources.size());
    Evaluator evaluator(instance);
    Evaluation evaluation;
    const std::vector<std::size_t> misplaced = place_all(evaluator, solution);
    evaluation.cost = evaluator.cost();
    measure_resources(evaluator, evaluation);
    measure_times(evaluator, misplaced, evaluation);

    Inspection inspection(evaluator, evaluation);
    inspection.inspect_layers();
    for (const std::size_t component : misplaced) {
        inspection.add(ConstraintKind::compatibility, component, 1, 0);
    }
    for (std::size_t j = 0; j < instance.problem().resources.size(); ++j) {
        inspection.inspect_resource(j);
    }
    for (std::size_t i = 0; i < instance.problem().components.size(); ++i) {
        inspection.inspect_order(i);
    }
    for (std::size_t i = 0; i < instance.problem().components.size(); ++i) {
        inspection.inspect_domains(i);
    }
    inspection.inspect_times();
    return evaluation;
}

} // namespace aisprint::optimizer
