// SPDX-License-Identifier: Apache-2.0
#include "random_problem.hpp"

#include "naive_evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>
#include <set>

namespace aisprint::optimizer::test {

namespace {

/// Builds a problem step by step.
class Builder {
public:
    Builder(const ProblemProfile& profile, std::uint64_t seed)
        : m_profile(profile), m_random(seed) {}

    RandomProblem build();

private:
    const ProblemProfile& m_profile;
    Random m_random;
    Problem m_problem;
    Solution m_planted;
    std::vector<std::size_t> m_order;           ///< components, each after its predecessors
    std::vector<std::size_t> m_planted_machine; ///< per layer, of machines
    std::vector<std::size_t> m_functions;
    std::vector<double> m_loads;
    bool m_is_generous = false;

    void add_layers();
    void add_layer(ResourceKind kind);
    void add_machine(std::size_t layer);
    void add_domains();
    void add_separate_domains();
    [[nodiscard]] bool are_linked(std::size_t from, std::size_t to) const;
    [[nodiscard]] std::vector<std::size_t> ends_before(std::size_t component) const;
    void add_components();
    void connect(std::size_t component, std::size_t successor);
    void add_deployments(Component& component);
    void plant();
    void plant_component(std::size_t component, std::vector<bool>& in_cloud);
    void add_candidates();
    void add_candidates(std::size_t component, std::size_t deployment, std::size_t position);
    PerformanceModel random_model(const Resource& resource, double demand_s);
    PerformanceModel trained_model(const Resource& resource, double scale_s);
    void trim();
    void set_planted_load();
    void set_memory();
    void set_limits();
    double limit(double planted_s);
    [[nodiscard]] bool is_planted(std::size_t component,
                                  std::size_t deployment,
                                  std::size_t position,
                                  std::size_t resource) const;
    [[nodiscard]] std::size_t planted_on(std::size_t resource) const;
};

void Builder::add_machine(std::size_t layer) {
    Resource machine;
    const ResourceKind kind = m_problem.layers[layer].kind;
    machine.kind = kind;
    machine.layer = layer;
    machine.name =
        (kind == ResourceKind::edge ? "EN" : "VM") + std::to_string(m_problem.resources.size() + 1);
    machine.cost = kind == ResourceKind::edge ? m_random.between(1, 6) : m_random.between(0.1, 3);
    if (m_random.chance(0.3)) { // equal prices, equal sums
        machine.cost = std::ceil(machine.cost);
    }
    machine.nodes = m_random.from_to(1, m_profile.max_nodes);
    machine.cores = m_random.from_to(1, 4);
    m_problem.resources.push_back(machine);
}

void Builder::add_layer(ResourceKind kind) {
    const std::size_t layer = m_problem.layers.size();
    m_problem.layers.push_back({"computationalLayer" + std::to_string(layer + 1), kind, 0});
    if (kind == ResourceKind::function) {
        const std::size_t count = 1 + m_random.below(m_profile.max_functions);
        for (std::size_t k = 0; k < count; ++k) {
            Resource function;
            function.kind = kind;
            function.layer = layer;
            function.name = "F" + std::to_string(m_problem.resources.size() + 1);
            function.cost = m_random.between(0.05, 2);
            function.idle_time_s = m_random.between(20, 600);
            m_functions.push_back(m_problem.resources.size());
            m_problem.resources.push_back(function);
        }
        m_planted_machine.push_back(0);
        return;
    }
    const std::size_t first = m_problem.resources.size();
    const std::size_t count = 1 + m_random.below(m_profile.max_machines);
    for (std::size_t k = 0; k < count; ++k) {
        add_machine(layer);
    }
    m_planted_machine.push_back(first + m_random.below(count));
}

void Builder::add_layers() {
    const std::size_t edge = m_random.below(m_profile.max_edge_layers + 1);
    std::size_t cloud = m_random.below(m_profile.max_vm_layers + 1);
    const bool has_functions = m_profile.max_functions > 0 && m_random.chance(0.6);
    if (edge + cloud == 0 && !has_functions) {
        cloud = 1;
    }
    for (std::size_t k = 0; k < edge; ++k) {
        add_layer(ResourceKind::edge);
    }
    for (std::size_t k = 0; k < cloud; ++k) {
        add_layer(ResourceKind::vm);
    }
    if (has_functions) {
        add_layer(ResourceKind::function);
        if (m_random.chance(0.2)) {
            add_layer(ResourceKind::function);
        }
    }
}

/// Two domains that have few layers in common, or none.
void Builder::add_separate_domains() {
    for (int d = 0; d < 2; ++d) {
        NetworkDomain domain;
        domain.name = "ND" + std::to_string(d + 1);
        domain.access_delay_s = m_random.between(0.001, 0.1);
        domain.bandwidth = m_random.between(20, 400);
        m_problem.domains.push_back(domain);
    }
    for (std::size_t layer = 0; layer < m_problem.layers.size(); ++layer) {
        const std::size_t side = m_random.below(2);
        m_problem.domains[side].layers.push_back(layer);
        if (m_random.chance(0.3)) {
            m_problem.domains[1 - side].layers.push_back(layer);
        }
    }
}

void Builder::add_domains() {
    if (m_random.chance(m_profile.separate_domains)) {
        add_separate_domains();
        return;
    }
    const std::size_t count = 1 + m_random.below(3);
    for (std::size_t d = 0; d < count; ++d) {
        NetworkDomain domain;
        domain.name = "ND" + std::to_string(d + 1);
        const bool is_whole = d == 0 && m_random.chance(0.85);
        for (std::size_t layer = 0; layer < m_problem.layers.size(); ++layer) {
            if (is_whole || m_random.chance(0.6)) {
                domain.layers.push_back(layer);
            }
        }
        domain.access_delay_s = m_random.between(0.001, 0.1);
        domain.bandwidth = m_random.between(20, 400);
        m_problem.domains.push_back(domain);
    }
}

void Builder::connect(std::size_t component, std::size_t successor) {
    const double probability = m_random.chance(0.4) ? 1.0 : m_random.between(0.2, 1);
    m_problem.components[component].successors.push_back({successor, probability});
}

void Builder::add_deployments(Component& component) {
    const std::size_t successors = component.successors.size();
    const std::size_t deployments = 1 + m_random.below(m_profile.max_deployments);
    std::size_t code = 0;
    for (std::size_t s = 0; s < deployments; ++s) {
        Deployment deployment{"s" + std::to_string(s + 1), {}};
        const std::size_t partitions = s == 0 ? 1 : 1 + m_random.below(m_profile.max_partitions);
        for (std::size_t q = 0; q < partitions; ++q) {
            Partition partition;
            partition.code = "h" + std::to_string(++code);
            partition.name = component.name + "_" + partition.code;
            const bool is_last = q + 1 == partitions;
            if (!is_last && m_random.chance(0.7)) {
                partition.early_exit_probability =
                    m_random.chance(0.05) ? 1.0 : m_random.between(0, 0.9);
            }
            const std::size_t sizes = is_last ? std::max<std::size_t>(successors, 1) : 1;
            for (std::size_t k = 0; k < sizes; ++k) {
                partition.data_sizes.push_back(m_random.between(0, 8));
            }
            deployment.partitions.push_back(partition);
        }
        component.deployments.push_back(deployment);
    }
}

void Builder::add_components() {
    const std::size_t count =
        m_profile.min_components +
        m_random.below(m_profile.max_components - m_profile.min_components + 1);
    m_problem.components.resize(count);
    m_order.resize(count);
    std::iota(m_order.begin(), m_order.end(), std::size_t{0});
    if (m_random.chance(0.3)) { // numbers need not follow the graph
        for (std::size_t k = count; k > 1; --k) {
            std::swap(m_order[k - 1], m_order[m_random.below(k)]);
        }
    }
    const bool is_chain = m_random.chance(0.3);
    for (std::size_t at = 1; at < count; ++at) {
        const std::size_t sure = is_chain ? at - 1 : m_random.below(at);
        for (std::size_t before = 0; before < at; ++before) {
            if (before == sure || (!is_chain && m_random.chance(0.25))) {
                connect(m_order[before], m_order[at]);
            }
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        Component& component = m_problem.components[i];
        component.code = "c" + std::to_string(i + 1);
        component.name = "component-" + std::to_string(i + 1);
        add_deployments(component);
    }
}

bool Builder::are_linked(std::size_t from, std::size_t to) const {
    return from == to ||
           std::any_of(m_problem.domains.begin(), m_problem.domains.end(), [&](const auto& domain) {
               const auto has = [&](std::size_t resource) {
                   return std::count(domain.layers.begin(), domain.layers.end(),
                                     m_problem.resources[resource].layer) > 0;
               };
               return has(from) && has(to);
           });
}

/// Where the planted predecessors of a component end.
std::vector<std::size_t> Builder::ends_before(std::size_t component) const {
    std::vector<std::size_t> ends;
    for (std::size_t k = 0; k < m_problem.components.size(); ++k) {
        for (const Successor& successor : m_problem.components[k].successors) {
            if (successor.component == component) {
                ends.push_back(m_planted.components[k].resources.back());
            }
        }
    }
    return ends;
}

/// One deployment, and for each of its partitions a resource of the planted placement, in reach of
/// what comes before if there is one.
void Builder::plant_component(std::size_t component, std::vector<bool>& in_cloud) {
    Choice& choice = m_planted.components[component];
    const Component& what = m_problem.components[component];
    choice.deployment = m_random.below(what.deployments.size());
    bool is_cloud = in_cloud[component];
    std::vector<std::size_t> before = ends_before(component);
    for (std::size_t q = 0; q < what.deployments[choice.deployment].partitions.size(); ++q) {
        std::vector<std::size_t> allowed;
        for (std::size_t layer = 0; layer < m_problem.layers.size(); ++layer) {
            const ResourceKind kind = m_problem.layers[layer].kind;
            if (kind == ResourceKind::vm || (kind == ResourceKind::edge && !is_cloud)) {
                allowed.push_back(m_planted_machine[layer]);
            }
        }
        allowed.insert(allowed.end(), m_functions.begin(), m_functions.end());
        std::vector<std::size_t> linked;
        for (const std::size_t j : allowed) {
            if (std::all_of(before.begin(), before.end(),
                            [&](std::size_t from) { return are_linked(from, j); })) {
                linked.push_back(j);
            }
        }
        choice.resources.push_back(m_random.pick(linked.empty() ? allowed : linked));
        before = {choice.resources.back()};
        is_cloud = m_problem.resources[choice.resources.back()].kind != ResourceKind::edge;
    }
    for (const Successor& successor : what.successors) {
        in_cloud[successor.component] = in_cloud[successor.component] || is_cloud;
    }
}

void Builder::plant() {
    m_planted.components.resize(m_problem.components.size());
    m_planted.nodes.assign(m_problem.resources.size(), 0);
    std::vector<bool> in_cloud(m_problem.components.size(), false);
    for (const std::size_t component : m_order) {
        plant_component(component, in_cloud);
    }
    for (std::size_t j = 0; j < m_problem.resources.size(); ++j) {
        const Resource& resource = m_problem.resources[j];
        if (planted_on(j) > 0) {
            m_planted.nodes[j] = m_random.from_to(1, resource.nodes);
        }
    }
}

std::size_t Builder::planted_on(std::size_t resource) const {
    std::size_t count = 0;
    for (const Choice& choice : m_planted.components) {
        count += static_cast<std::size_t>(
            std::count(choice.resources.begin(), choice.resources.end(), resource));
    }
    return count;
}

bool Builder::is_planted(std::size_t component,
                         std::size_t deployment,
                         std::size_t position,
                         std::size_t resource) const {
    const Choice& choice = m_planted.components[component];
    return choice.deployment == deployment && choice.resources[position] == resource;
}

PerformanceModel Builder::trained_model(const Resource& resource, double scale_s) {
    auto model = std::make_shared<TableModel>();
    TrainedModel trained;
    trained.regressor_file = "table.json";
    model->per_input = m_random.between(0, 0.02);
    if (resource.kind == ResourceKind::function) {
        trained.kind = PredictorKind::function_load;
        trained.warm_s = m_random.between(0.1, 1.5);
        trained.cold_s = trained.warm_s * m_random.between(1.1, 3);
        model->names = {"Lambda", "warm_service_time", "cold_service_time", "expiration_time"};
        model->per_input /= 1000;
        for (const double load : {0.1, 0.3, 0.6, 1.0, 2.0}) {
            model->rows[load] = scale_s * m_random.between(0.5, 2);
        }
    } else {
        model->names = {m_random.chance(0.7) ? "cores" : "Parallelism"};
        if (m_random.chance(0.5)) {
            model->names.emplace_back(m_random.chance(0.5) ? "log(cores)" : "log(Parallelism)");
        }
        if (m_random.chance(0.4)) {
            trained.kind = PredictorKind::cores_and_load;
            model->names.emplace_back("observed_throughput");
            model->largest_load = m_random.chance(0.3) ? m_random.between(0.05, 1) : 0;
        }
        for (int nodes = 1; nodes <= resource.nodes; ++nodes) { // not monotone: as with trees
            model->rows[nodes * resource.cores] = scale_s * m_random.between(0.4, 2);
        }
    }
    if (m_random.chance(0.5)) {
        trained.mean_time_s = scale_s * m_random.between(0.2, 1.2);
    }
    trained.model = model;
    return trained;
}

PerformanceModel Builder::random_model(const Resource& resource, double demand_s) {
    if (m_random.chance(m_profile.trained_share)) {
        return trained_model(resource, demand_s);
    }
    if (resource.kind == ResourceKind::function) {
        const double warm_s = demand_s * m_random.between(0.5, 2);
        return ServerlessModel{warm_s, warm_s * m_random.between(1.05, 3)};
    }
    return QueueModel{resource.kind == ResourceKind::edge ? "QTedge" : "QTcloud", demand_s};
}

void Builder::add_candidates(std::size_t component, std::size_t deployment, std::size_t position) {
    const std::size_t count = 1 + m_random.below(m_profile.max_candidates);
    std::set<std::size_t> resources;
    for (std::size_t k = 0; k < count; ++k) {
        resources.insert(m_random.below(m_problem.resources.size()));
    }
    if (m_planted.components[component].deployment == deployment) {
        resources.insert(m_planted.components[component].resources[position]);
    }
    Deployment& whole = m_problem.components[component].deployments[deployment];
    const double scale_s = m_random.between(0.1, 1) / static_cast<double>(whole.partitions.size());
    for (const std::size_t j : resources) {
        const Resource& resource = m_problem.resources[j];
        Candidate candidate;
        candidate.resource = j;
        candidate.memory_mb = 64 * m_random.from_to(1, 16);
        candidate.model = random_model(resource, scale_s * m_random.between(0.5, 1.5));
        const bool is_trained = std::holds_alternative<TrainedModel>(candidate.model);
        if (is_trained && is_planted(component, deployment, position, j) && planted_on(j) > 1) {
            candidate.model = resource.kind == ResourceKind::function
                                  ? PerformanceModel(ServerlessModel{scale_s, 2 * scale_s})
                                  : PerformanceModel(QueueModel{"QTedge", scale_s});
        }
        whole.partitions[position].candidates.push_back(candidate);
    }
    if (m_random.chance(0.5)) { // in any order
        std::reverse(whole.partitions[position].candidates.begin(),
                     whole.partitions[position].candidates.end());
    }
}

void Builder::add_candidates() {
    for (std::size_t i = 0; i < m_problem.components.size(); ++i) {
        for (std::size_t s = 0; s < m_problem.components[i].deployments.size(); ++s) {
            const std::size_t partitions = m_problem.components[i].deployments[s].partitions.size();
            for (std::size_t q = 0; q < partitions; ++q) {
                add_candidates(i, s, q);
            }
        }
    }
}

/// Leaves out candidates until there are no more placements than asked for.
void Builder::trim() {
    while (count_placements(m_problem) > m_profile.max_placements) {
        const std::size_t i = m_random.below(m_problem.components.size());
        const std::size_t s = m_random.below(m_problem.components[i].deployments.size());
        std::vector<Partition>& partitions = m_problem.components[i].deployments[s].partitions;
        const std::size_t q = m_random.below(partitions.size());
        std::vector<Candidate>& candidates = partitions[q].candidates;
        const std::size_t at = m_random.below(candidates.size());
        if (candidates.size() > 1 && !is_planted(i, s, q, candidates[at].resource)) {
            candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(at));
        } else if (m_random.chance(0.1)) {
            Resource& resource = m_problem.resources[m_random.below(m_problem.resources.size())];
            resource.nodes = std::max(resource.nodes - 1, 1);
        }
    }
    for (std::size_t j = 0; j < m_problem.resources.size(); ++j) {
        m_planted.nodes[j] = std::min(m_planted.nodes[j], m_problem.resources[j].nodes);
    }
}

/// Scales the demands on the machines of the planted placement to a wanted utilisation.
void Builder::set_planted_load() {
    const std::vector<double> utilisation =
        NaiveEvaluator(m_problem).evaluate(m_planted).utilisation;
    for (std::size_t j = 0; j < m_problem.resources.size(); ++j) {
        if (std::isnan(utilisation[j]) || utilisation[j] <= 0 || m_random.chance(0.1)) {
            continue;
        }
        const double wanted =
            m_random.chance(0.4) ? m_random.between(0.8, 0.99) : m_random.between(0.1, 0.8);
        for (Component& component : m_problem.components) {
            for (Deployment& deployment : component.deployments) {
                for (Partition& partition : deployment.partitions) {
                    for (Candidate& candidate : partition.candidates) {
                        auto* queue = std::get_if<QueueModel>(&candidate.model);
                        if (candidate.resource == j && queue != nullptr) {
                            queue->demand_s *= wanted / utilisation[j];
                        }
                    }
                }
            }
        }
    }
}

void Builder::set_memory() {
    const std::vector<double> used = NaiveEvaluator(m_problem).evaluate(m_planted).memory_mb;
    for (std::size_t j = 0; j < m_problem.resources.size(); ++j) {
        Resource& resource = m_problem.resources[j];
        if (used[j] == 0) {
            resource.memory_mb = 256 * m_random.from_to(1, 10);
        } else if (m_random.chance(0.4)) {
            resource.memory_mb = used[j]; // just fits
        } else if (!m_is_generous && m_random.chance(0.1)) {
            resource.memory_mb = used[j] - 64 > 0 ? used[j] - 64 : 64;
        } else {
            resource.memory_mb = std::ceil(used[j] * m_random.between(1, 4));
        }
    }
}

double Builder::limit(double planted_s) {
    if (std::isinf(planted_s) || planted_s <= 0) {
        return m_random.between(0.5, 10);
    }
    if (m_random.chance(0.25)) {
        return planted_s; // exactly
    }
    if (!m_is_generous && m_random.chance(0.35)) {
        return planted_s * m_random.between(0.5, 1);
    }
    return planted_s * (m_random.chance(0.7) ? m_random.between(1, 1.3) : m_random.between(1, 4));
}

void Builder::set_limits() {
    const NaiveEvaluation planted = NaiveEvaluator(m_problem).evaluate(m_planted);
    for (std::size_t i = 0; i < m_problem.components.size(); ++i) {
        if (m_random.chance(0.4)) {
            m_problem.local_constraints.push_back(
                {"l" + std::to_string(i), i, limit(planted.component_times[i])});
        }
    }
    const std::size_t paths = m_random.below(4);
    for (std::size_t p = 0; p < paths; ++p) {
        PathConstraint path;
        path.name = "p" + std::to_string(p + 1);
        std::size_t at = m_random.below(m_problem.components.size());
        path.components.push_back(at);
        while (!m_problem.components[at].successors.empty() && m_random.chance(0.8)) {
            at = m_random.pick(m_problem.components[at].successors).component;
            path.components.push_back(at);
        }
        m_problem.path_constraints.push_back(path);
    }
    const std::vector<double> times = NaiveEvaluator(m_problem).evaluate(m_planted).path_times;
    for (std::size_t p = 0; p < paths; ++p) {
        m_problem.path_constraints[p].threshold_s = limit(times[p]);
    }
}

RandomProblem Builder::build() {
    m_is_generous = m_random.chance(0.5);
    m_problem.name = "random";
    m_problem.arrival_rate = m_random.chance(0.1) ? 1.0 : m_random.between(0.05, 3);
    m_problem.horizon_h = m_random.chance(0.6) ? 1.0 : m_random.between(0.5, 24);
    m_problem.function_charge =
        m_random.chance(0.7) ? FunctionCharge::component_load : FunctionCharge::partition_load;
    m_problem.memory_rule = m_random.chance(0.7) ? MemoryRule::one_node : MemoryRule::all_nodes;
    m_problem.risk_level = m_random.chance(0.1) ? 0.9 : 0.0;
    add_layers();
    add_domains();
    add_components();
    plant();
    add_candidates();
    trim();
    set_planted_load();
    set_memory();
    set_limits();
    return {m_problem, m_planted};
}

} // namespace

RandomProblem random_problem(const ProblemProfile& profile, std::uint64_t seed) {
    return Builder(profile, seed).build();
}

} // namespace aisprint::optimizer::test
