// SPDX-License-Identifier: Apache-2.0
#include "relax.hpp"

#include "aisprint/base/result.hpp"
#include "aisprint/optimizer/evaluator.hpp"
#include "relax_layers.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace aisprint::optimizer {

namespace {

/// Utilisation that is as good as none; and where trained models may run.
constexpr double k_low_utilisation = 0.01;
constexpr double k_trained_utilisation = 0.1;

/// Most nodes of one machine that are ever asked for.
constexpr double k_most_nodes = 10000;

/// Nodes tried for trained models, at least, and in multiples of those there are. Their times need
/// not fall with the number of nodes, so that each number is looked at, and each with each of the
/// other machines.
constexpr int k_trained_nodes = 16;
constexpr int k_trained_factor = 4;

/// Resources that some partition may use.
std::vector<bool> candidate_resources(const Problem& problem) {
    std::vector<bool> used(problem.resources.size(), false);
    for (const Component& component : problem.components) {
        for (const Deployment& deployment : component.deployments) {
            for (const Partition& partition : deployment.partitions) {
                for (const Candidate& candidate : partition.candidates) {
                    used[candidate.resource] = true;
                }
            }
        }
    }
    return used;
}

void add_resource_limits(const Problem& problem,
                         const std::vector<bool>& used,
                         std::vector<Requirement>& requirements) {
    for (std::size_t j = 0; j < problem.resources.size(); ++j) {
        if (used[j] && problem.resources[j].kind != ResourceKind::function) {
            requirements.push_back({RequirementKind::node_limit, j,
                                    static_cast<double>(problem.resources[j].nodes), std::nullopt});
        }
    }
    for (std::size_t j = 0; j < problem.resources.size(); ++j) {
        if (used[j]) {
            requirements.push_back(
                {RequirementKind::memory_limit, j, problem.resources[j].memory_mb, std::nullopt});
        }
    }
}

void add_structure(const Problem& problem,
                   const std::vector<bool>& used,
                   std::vector<Requirement>& requirements) {
    std::vector<int> machines(problem.layers.size(), 0);
    bool edge = false;
    bool cloud = false;
    for (std::size_t j = 0; j < problem.resources.size(); ++j) {
        if (!used[j]) {
            continue;
        }
        const Resource& resource = problem.resources[j];
        machines[resource.layer] += resource.kind == ResourceKind::function ? 0 : 1;
        edge = edge || resource.kind == ResourceKind::edge;
        cloud = cloud || resource.kind != ResourceKind::edge;
    }
    for (std::size_t layer = 0; layer < machines.size(); ++layer) {
        if (machines[layer] > 1) {
            requirements.push_back(
                {RequirementKind::one_resource_per_layer, layer, 0, std::nullopt});
        }
    }
    if (edge && cloud) {
        requirements.push_back({RequirementKind::no_return_to_edge, 0, 0, std::nullopt});
    }
    for (const auto& [a, b] : unlinked_layers(problem)) {
        requirements.push_back({RequirementKind::network_domain, a, 0, std::nullopt, b});
    }
}

/// Edge machines become cloud machines, which stand under the same rules but for the way back.
void allow_return_to_edge(Problem& problem) {
    for (Resource& resource : problem.resources) {
        if (resource.kind == ResourceKind::edge) {
            resource.kind = ResourceKind::vm;
        }
    }
    for (Layer& layer : problem.layers) {
        if (layer.kind == ResourceKind::edge) {
            layer.kind = ResourceKind::vm;
        }
    }
}

template <class Constraint>
void remove_marked(std::vector<Constraint>& constraints, const std::vector<bool>& marked) {
    std::vector<Constraint> left;
    for (std::size_t c = 0; c < constraints.size(); ++c) {
        if (!marked[c]) {
            left.push_back(std::move(constraints[c]));
        }
    }
    constraints = std::move(left);
}

/// True if response times may fall when the load rises.
bool has_irregular_times(const Problem& problem) {
    for (const Component& component : problem.components) {
        for (const Deployment& deployment : component.deployments) {
            for (const Partition& partition : deployment.partitions) {
                for (const Candidate& candidate : partition.candidates) {
                    if (!std::holds_alternative<QueueModel>(candidate.model)) {
                        return true;
                    }
                }
            }
        }
    }
    return false;
}

/// All that could run on a resource: of each component the deployment that needs most.
struct Burden {
    double work = 0;
    double memory_mb = 0;
    bool has_trained = false; ///< machines with trained models
};

void add_burdens(const Instance& instance, std::size_t component, std::vector<Burden>& total) {
    const std::vector<Deployment>& deployments =
        instance.problem().components[component].deployments;
    std::vector<Burden> most(total.size());
    for (std::size_t s = 0; s < deployments.size(); ++s) {
        std::vector<Burden> sum(total.size());
        const std::size_t first = instance.first_partition(component, s);
        for (std::size_t q = 0; q < deployments[s].partitions.size(); ++q) {
            for (const CandidateFigures& figures : instance.partition(first + q).candidates) {
                Burden& burden = sum[figures.resource];
                burden.work += figures.work;
                burden.memory_mb += figures.memory_mb;
                burden.has_trained = burden.has_trained || figures.kind == TimeKind::table;
            }
        }
        for (std::size_t j = 0; j < sum.size(); ++j) {
            most[j].work = std::max(most[j].work, sum[j].work);
            most[j].memory_mb = std::max(most[j].memory_mb, sum[j].memory_mb);
            most[j].has_trained = most[j].has_trained || sum[j].has_trained;
        }
    }
    for (std::size_t j = 0; j < most.size(); ++j) {
        total[j].work += most[j].work;
        total[j].memory_mb += most[j].memory_mb;
        total[j].has_trained = total[j].has_trained || most[j].has_trained;
    }
}

std::vector<Burden> largest_burdens(const Instance& instance) {
    std::vector<Burden> total(instance.problem().resources.size());
    for (std::size_t i = 0; i < instance.problem().components.size(); ++i) {
        add_burdens(instance, i, total);
    }
    return total;
}

} // namespace

std::vector<Requirement> list_requirements(const Problem& problem) {
    std::vector<Requirement> requirements;
    for (std::size_t c = 0; c < problem.local_constraints.size(); ++c) {
        requirements.push_back({RequirementKind::local_limit, c,
                                problem.local_constraints[c].threshold_s, std::nullopt});
    }
    for (std::size_t p = 0; p < problem.path_constraints.size(); ++p) {
        requirements.push_back({RequirementKind::path_limit, p,
                                problem.path_constraints[p].threshold_s, std::nullopt});
    }
    const std::vector<bool> used = candidate_resources(problem);
    add_resource_limits(problem, used, requirements);
    requirements.push_back({RequirementKind::arrival_rate, 0, problem.arrival_rate, std::nullopt});
    add_structure(problem, used, requirements);
    return requirements;
}

std::vector<Plenty> generous_limits(const Instance& instance) {
    const Problem& problem = instance.problem();
    const std::vector<Burden> burdens = largest_burdens(instance);
    std::vector<Plenty> plenty;
    for (std::size_t j = 0; j < problem.resources.size(); ++j) {
        const Resource& resource = problem.resources[j];
        Plenty limits;
        limits.memory_mb = std::max(resource.memory_mb, 1 + 1.001 * burdens[j].memory_mb);
        if (resource.kind != ResourceKind::function) {
            const bool has_trained = burdens[j].has_trained;
            const double utilisation = has_trained ? k_trained_utilisation : k_low_utilisation;
            const double enough = std::min(std::ceil(burdens[j].work / utilisation), k_most_nodes);
            limits.nodes = std::max(resource.nodes, static_cast<int>(enough));
            if (has_trained) {
                limits.nodes =
                    std::max({limits.nodes, k_trained_nodes,
                              k_trained_factor * std::min(resource.nodes, k_trained_nodes)});
            }
        }
        plenty.push_back(limits);
    }
    return plenty;
}

Problem relaxed(const Problem& problem,
                const std::vector<Requirement>& requirements,
                const RequirementSet& kept,
                const std::vector<Plenty>& plenty) {
    Problem copy = problem;
    std::vector<bool> locals(problem.local_constraints.size(), false);
    std::vector<bool> paths(problem.path_constraints.size(), false);
    for (std::size_t r = 0; r < requirements.size(); ++r) {
        if (kept[r]) {
            continue;
        }
        const std::size_t subject = requirements[r].subject;
        switch (requirements[r].kind) {
        case RequirementKind::local_limit:
            locals[subject] = true;
            break;
        case RequirementKind::path_limit:
            paths[subject] = true;
            break;
        case RequirementKind::node_limit:
            copy.resources[subject].nodes = plenty[subject].nodes;
            break;
        case RequirementKind::memory_limit:
            copy.resources[subject].memory_mb = plenty[subject].memory_mb;
            break;
        case RequirementKind::arrival_rate:
            break;
        case RequirementKind::one_resource_per_layer:
            split_layer(copy, subject);
            break;
        case RequirementKind::no_return_to_edge:
            allow_return_to_edge(copy);
            break;
        case RequirementKind::network_domain:
            break; // below: layers may still be split
        }
    }
    for (std::size_t r = 0; r < requirements.size(); ++r) {
        if (!kept[r] && requirements[r].kind == RequirementKind::network_domain) {
            split_function_layers(copy);
            link_layers(problem, requirements[r].subject, requirements[r].other_layer, copy);
        }
    }
    remove_marked(copy.local_constraints, locals);
    remove_marked(copy.path_constraints, paths);
    return copy;
}

void set_value(Problem& problem, const Requirement& requirement, double value) {
    switch (requirement.kind) {
    case RequirementKind::local_limit:
        problem.local_constraints[requirement.subject].threshold_s = value;
        break;
    case RequirementKind::path_limit:
        problem.path_constraints[requirement.subject].threshold_s = value;
        break;
    case RequirementKind::node_limit:
        problem.resources[requirement.subject].nodes = static_cast<int>(value);
        break;
    case RequirementKind::memory_limit:
        problem.resources[requirement.subject].memory_mb = value;
        break;
    case RequirementKind::arrival_rate:
        problem.arrival_rate = value;
        break;
    case RequirementKind::one_resource_per_layer:
    case RequirementKind::no_return_to_edge:
    case RequirementKind::network_domain:
        AISPRINT_ASSERT(false);
    }
}

std::vector<double> lower_rates(const Problem& problem) {
    const double rate = problem.arrival_rate;
    if (!has_irregular_times(problem)) {
        return {1e-6 * rate};
    }
    return {1e-6 * rate, 0.01 * rate, 0.1 * rate, 0.5 * rate, rate};
}

namespace {

/// The network domains among the requirements that a solution moves data without.
RequirementSet domains_lacked(const Problem& problem,
                              const std::vector<Requirement>& requirements,
                              const Solution& solution) {
    const LayerPairs unlinked = unlinked_steps(problem, solution);
    RequirementSet lacked(requirements.size(), false);
    for (std::size_t r = 0; r < requirements.size(); ++r) {
        lacked[r] = requirements[r].kind == RequirementKind::network_domain &&
                    unlinked.contains({requirements[r].subject, requirements[r].other_layer});
    }
    return lacked;
}

/// Figures of a solution in which layers without a domain in common reach each other at once.
Evaluation evaluate_linked(const Problem& problem,
                           const std::vector<Requirement>& requirements,
                           const RequirementSet& lacked,
                           double rate,
                           const Solution& solution) {
    Problem linked = problem;
    split_all_layers(linked);
    for (std::size_t r = 0; r < requirements.size(); ++r) {
        if (lacked[r]) {
            link_layers(problem, requirements[r].subject, requirements[r].other_layer, linked);
        }
    }
    return evaluate(Instance(linked, rate), solution);
}

bool is_violated(const Evaluation& evaluation, ConstraintKind kind, std::size_t subject) {
    return std::ranges::any_of(evaluation.violations, [&](const Violation& violation) {
        return violation.kind == kind && violation.subject == subject;
    });
}

} // namespace

RequirementSet broken_requirements(const Problem& problem,
                                   const std::vector<Requirement>& requirements,
                                   const std::vector<Plenty>& plenty,
                                   double rate,
                                   const Solution& solution) {
    Problem open = problem;
    for (std::size_t j = 0; j < open.resources.size(); ++j) {
        open.resources[j].nodes = plenty[j].nodes;
    }
    const RequirementSet lacked = domains_lacked(problem, requirements, solution);
    const Evaluation evaluation = evaluate(Instance(open, rate), solution);
    const Evaluation times = std::ranges::find(lacked, true) == lacked.end()
                                 ? evaluation
                                 : evaluate_linked(open, requirements, lacked, rate, solution);
    RequirementSet broken(requirements.size(), false);
    for (std::size_t r = 0; r < requirements.size(); ++r) {
        const std::size_t subject = requirements[r].subject;
        switch (requirements[r].kind) {
        case RequirementKind::local_limit:
            broken[r] = is_violated(times, ConstraintKind::local_response_time, subject);
            break;
        case RequirementKind::path_limit:
            broken[r] = is_violated(times, ConstraintKind::path_response_time, subject);
            break;
        case RequirementKind::node_limit:
            broken[r] = solution.nodes[subject] > problem.resources[subject].nodes;
            break;
        case RequirementKind::memory_limit:
            broken[r] = is_violated(evaluation, ConstraintKind::memory, subject);
            break;
        case RequirementKind::arrival_rate:
            broken[r] = rate < problem.arrival_rate;
            break;
        case RequirementKind::one_resource_per_layer:
            broken[r] = is_violated(evaluation, ConstraintKind::one_resource_per_layer, subject);
            break;
        case RequirementKind::no_return_to_edge:
            broken[r] = std::ranges::any_of(evaluation.violations, [](const Violation& violation) {
                return violation.kind == ConstraintKind::no_return_to_edge;
            });
            break;
        case RequirementKind::network_domain:
            broken[r] = lacked[r];
            break;
        }
    }
    return broken;
}

} // namespace aisprint::optimizer
