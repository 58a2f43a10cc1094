// SPDX-License-Identifier: Apache-2.0
#include "census.hpp"

#include "all_placements.hpp"
#include "relax.hpp"

#include <algorithm>
#include <map>
#include <variant>

namespace aisprint::optimizer {

namespace {

bool share_domain(const Problem& problem, std::size_t a, std::size_t b) {
    return std::ranges::any_of(problem.domains, [&](const NetworkDomain& domain) {
        return std::ranges::find(domain.layers, a) != domain.layers.end() &&
               std::ranges::find(domain.layers, b) != domain.layers.end();
    });
}

/// A domain without delay.
void link(Problem& problem, std::size_t a, std::size_t b) {
    problem.domains.push_back({"link", {a, b}, 0, 1e100});
}

/// Gives every resource a layer of its own, whose index is the resource's, in the same network
/// domains, so that links between two resources help no others.
void split_layers(Problem& problem) {
    std::vector<Layer> layers;
    for (const Resource& resource : problem.resources) {
        layers.push_back({resource.name, resource.kind, 0});
    }
    for (NetworkDomain& domain : problem.domains) {
        std::vector<std::size_t> members;
        for (std::size_t j = 0; j < problem.resources.size(); ++j) {
            if (std::ranges::count(domain.layers, problem.resources[j].layer) > 0) {
                members.push_back(j);
            }
        }
        domain.layers = members;
    }
    problem.layers = layers;
    for (std::size_t j = 0; j < problem.resources.size(); ++j) {
        problem.resources[j].layer = j;
    }
}

/// Adds a machine that everything reaches at once.
std::size_t add_ideal_machine(Problem& problem, ResourceKind kind) {
    const std::size_t layer = problem.layers.size();
    problem.layers.push_back({"ideal", kind, 0});
    for (std::size_t other = 0; other <= layer; ++other) {
        link(problem, other, layer);
    }
    Resource machine;
    machine.name = "ideal";
    machine.kind = kind;
    machine.layer = layer;
    problem.resources.push_back(machine);
    return problem.resources.size() - 1;
}

/// Lets components, all but those of `bound`, cost nothing and fit anywhere.
void free_others(Problem& problem, const std::set<std::size_t>& bound) {
    const QueueModel no_time{"QTedge", 1e-13};
    const std::vector<Candidate> anywhere{
        {add_ideal_machine(problem, ResourceKind::edge), 0, no_time},
        {add_ideal_machine(problem, ResourceKind::vm), 0, no_time}};
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        Component& component = problem.components[i];
        if (!bound.contains(i)) {
            const std::vector<double> no_data(std::max<std::size_t>(1, component.successors.size()),
                                              0.0);
            component.deployments = {{"s1", {{"h1", "h1", 0, no_data, anywhere}}}};
        }
    }
}

bool is_trained_on(const Problem& problem, const Solution& solution, std::size_t resource) {
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        const Choice& choice = solution.components[i];
        const Deployment& deployment = problem.components[i].deployments[choice.deployment];
        for (std::size_t q = 0; q < choice.resources.size(); ++q) {
            for (const Candidate& candidate : deployment.partitions[q].candidates) {
                if (choice.resources[q] == resource && candidate.resource == resource &&
                    std::holds_alternative<TrainedModel>(candidate.model)) {
                    return true;
                }
            }
        }
    }
    return false;
}

/// The numbers of nodes that decide whether a resource can do its work under a limit: queues are
/// fastest with all nodes, trained models need not be, but no more is in their tables than a few.
std::vector<int> decisive_nodes(const Problem& problem, const Solution& solution, std::size_t j) {
    std::vector<int> numbers{problem.resources[j].nodes};
    if (is_trained_on(problem, solution, j)) {
        for (int nodes = 1; nodes < std::min(problem.resources[j].nodes, 7); ++nodes) {
            numbers.push_back(nodes);
        }
    }
    return numbers;
}

bool has_placement(const std::set<Keys>& all, const Keys& kept) {
    return std::ranges::any_of(all, [&](const Keys& broken) {
        return std::ranges::none_of(broken, [&](const Key& key) { return kept.contains(key); });
    });
}

/// False if something is broken that cannot be lifted.
bool add_broken(const test::NaiveEvaluation& evaluation, Keys& broken) {
    for (const auto& [kind, subject] : evaluation.violations) {
        switch (kind) {
        case ConstraintKind::memory:
            broken.emplace(RequirementKind::memory_limit, subject, 0);
            break;
        case ConstraintKind::no_return_to_edge:
            broken.emplace(RequirementKind::no_return_to_edge, 0, 0);
            break;
        case ConstraintKind::local_response_time:
            broken.emplace(RequirementKind::local_limit, subject, 0);
            break;
        case ConstraintKind::path_response_time:
            broken.emplace(RequirementKind::path_limit, subject, 0);
            break;
        case ConstraintKind::one_resource_per_layer:
        case ConstraintKind::compatibility:
        case ConstraintKind::node_limit:
        case ConstraintKind::co_location:
        case ConstraintKind::stability:
        case ConstraintKind::network_domain:
            return false;
        }
    }
    return true;
}

} // namespace

Key key_of(const Requirement& requirement) {
    return {requirement.kind, requirement.subject, requirement.other_layer};
}

Keys all_keys(const Problem& problem) {
    Keys keys{{RequirementKind::arrival_rate, 0, 0}, {RequirementKind::no_return_to_edge, 0, 0}};
    for (std::size_t c = 0; c < problem.local_constraints.size(); ++c) {
        keys.emplace(RequirementKind::local_limit, c, 0);
    }
    for (std::size_t p = 0; p < problem.path_constraints.size(); ++p) {
        keys.emplace(RequirementKind::path_limit, p, 0);
    }
    for (std::size_t j = 0; j < problem.resources.size(); ++j) {
        keys.emplace(RequirementKind::memory_limit, j, 0);
        if (problem.resources[j].kind != ResourceKind::function) {
            keys.emplace(RequirementKind::node_limit, j, 0);
        }
    }
    for (std::size_t layer = 0; layer < problem.layers.size(); ++layer) {
        keys.emplace(RequirementKind::one_resource_per_layer, layer, 0);
        for (std::size_t other = layer; other < problem.layers.size(); ++other) {
            if (!share_domain(problem, layer, other)) {
                keys.emplace(RequirementKind::network_domain, layer, other);
            }
        }
    }
    return keys;
}

bool is_feasible(const Problem& problem) {
    const auto numbers = [&](const Solution& solution, std::size_t j) {
        return decisive_nodes(problem, solution, j);
    };
    test::NaiveEvaluator evaluator(problem);
    bool found = false;
    test::for_each_placement(problem, numbers, [&](const Solution& solution) {
        found = found || evaluator.evaluate(solution).feasible();
    });
    return found;
}

Census::Census(const Problem& problem, const std::set<std::size_t>& bound)
    : m_problem(problem), m_open(problem) {
    split_layers(m_open);
    for (std::size_t j = 0; j < problem.resources.size(); ++j) {
        for (std::size_t k = j + 1; k < problem.resources.size(); ++k) {
            if (!share_domain(problem, problem.resources[j].layer, problem.resources[k].layer)) {
                link(m_open, j, k);
            }
        }
    }
    free_others(m_open, bound);
    const std::vector<Plenty> plenty = generous_limits(Instance(m_open));
    for (std::size_t j = 0; j < problem.resources.size(); ++j) {
        m_open.resources[j].nodes = plenty[j].nodes;
    }
    add_placements(problem.arrival_rate, {}, m_broken);
}

bool Census::is_feasible(const Keys& kept) {
    if (has_placement(m_broken, kept)) {
        return true;
    }
    const Key rate{RequirementKind::arrival_rate, 0, 0};
    if (kept.contains(rate)) {
        return false;
    }
    if (m_broken_at_lower_rates.empty()) {
        for (const double share : {1e-6, 0.01, 0.1, 0.5}) {
            add_placements(share * m_problem.arrival_rate, {rate}, m_broken_at_lower_rates);
        }
    }
    return has_placement(m_broken_at_lower_rates, kept);
}

/// A number of nodes that keeps the limit, and one that does not; of trained models all kept
/// ones, and those up to 3 more: more cores than in the table are like the most in it.
std::vector<int> Census::node_numbers(const Solution& solution, std::size_t j) const {
    if (j >= m_problem.resources.size() || m_open.resources[j].kind == ResourceKind::function) {
        return {1};
    }
    const Resource& resource = m_problem.resources[j];
    if (!is_trained_on(m_open, solution, j)) {
        return {resource.nodes, m_open.resources[j].nodes};
    }
    std::vector<int> numbers;
    for (int nodes = 1; nodes <= resource.nodes + 3; ++nodes) {
        numbers.push_back(nodes);
    }
    return numbers;
}

void Census::add_placements(double rate, const Keys& broken_by_rate, std::set<Keys>& all) const {
    test::NaiveEvaluator evaluator(m_open, rate);
    const auto numbers = [&](const Solution& solution, std::size_t j) {
        return node_numbers(solution, j);
    };
    test::for_each_placement(m_open, numbers, [&](const Solution& solution) {
        Keys broken = broken_by_rate;
        if (add_broken(evaluator.evaluate(solution), broken)) {
            add_broken_by_resources(solution, broken);
            all.insert(std::move(broken));
        }
    });
}

/// Nodes, layers with two machines, and layers that nothing but our links connects.
void Census::add_broken_by_resources(const Solution& solution, Keys& broken) const {
    std::map<std::size_t, std::size_t> machine_of_layer;
    for (std::size_t j = 0; j < m_problem.resources.size(); ++j) {
        const Resource& resource = m_problem.resources[j];
        if (solution.nodes[j] == 0 || resource.kind == ResourceKind::function) {
            continue;
        }
        if (solution.nodes[j] > resource.nodes) {
            broken.emplace(RequirementKind::node_limit, j, 0);
        }
        if (!machine_of_layer.emplace(resource.layer, j).second) {
            broken.emplace(RequirementKind::one_resource_per_layer, resource.layer, 0);
        }
    }
    for (std::size_t i = 0; i < m_problem.components.size(); ++i) {
        const std::vector<std::size_t>& resources = solution.components[i].resources;
        for (std::size_t q = 1; q < resources.size(); ++q) {
            add_step(resources[q - 1], resources[q], broken);
        }
        for (const Successor& successor : m_problem.components[i].successors) {
            add_step(resources.back(), solution.components[successor.component].resources.front(),
                     broken);
        }
    }
}

void Census::add_step(std::size_t from, std::size_t to, Keys& broken) const {
    if (from == to || std::max(from, to) >= m_problem.resources.size()) {
        return;
    }
    const auto [a, b] = std::minmax(m_problem.resources[from].layer, m_problem.resources[to].layer);
    if (!share_domain(m_problem, a, b)) {
        broken.emplace(RequirementKind::network_domain, a, b);
    }
}

} // namespace aisprint::optimizer
