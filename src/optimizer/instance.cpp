// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/instance.hpp"

#include "aisprint/base/result.hpp"
#include "aisprint/optimizer/predictor_inputs.hpp"
#include "aisprint/optimizer/serverless.hpp"
#include "aisprint/optimizer/solution.hpp"

#include <algorithm>
#include <type_traits>

namespace aisprint::optimizer {

namespace {

/// The time that a trained model predicts, at the quantile asked for; infinite beyond saturation.
double predicted_time(const TrainedModel& trained, const PredictorQuery& query, double risk_level) {
    std::vector<double> values;
    for (const std::string& input : trained.model->inputs()) {
        const std::optional<double> value = predictor_input(trained.kind, input, query);
        AISPRINT_ASSERT(value.has_value());
        values.push_back(*value);
    }
    const perf::Prediction prediction = trained.model->predict(values, risk_level);
    if (prediction.saturated) {
        return k_infinite;
    }
    return risk_level > 0 ? prediction.upper.value_or(prediction.value) : prediction.value;
}

/// Loads on the way to the time of a candidate.
struct Loads {
    double component = 0;
    double partition = 0;
};

void set_table(CandidateFigures& figures,
               const TrainedModel& trained,
               const Resource& resource,
               const Loads& loads,
               double risk_level) {
    figures.kind = TimeKind::table;
    figures.mean_time_s = trained.mean_time_s.value_or(-1.0);
    figures.exclusive = true;
    for (int nodes = 1; nodes <= resource.nodes; ++nodes) {
        PredictorQuery query;
        query.cores = static_cast<double>(nodes) * resource.cores;
        query.load = loads.partition;
        figures.table_s.push_back(predicted_time(trained, query, risk_level));
    }
}

void set_function(CandidateFigures& figures,
                  const Problem& problem,
                  const Resource& resource,
                  const Loads& loads,
                  double warm_s) {
    const double charged = problem.function_charge == FunctionCharge::component_load
                               ? loads.component
                               : loads.partition;
    figures.kind = TimeKind::constant;
    figures.cost = problem.horizon_h * resource.cost * warm_s * charged;
}

CandidateFigures make_figures(const Problem& problem, const Candidate& candidate, Loads loads) {
    const Resource& resource = problem.resources[candidate.resource];
    CandidateFigures figures;
    figures.resource = candidate.resource;
    figures.memory_mb = candidate.memory_mb;
    if (const auto* queue = std::get_if<QueueModel>(&candidate.model)) {
        figures.demand_s = queue->demand_s;
        figures.work = queue->demand_s * loads.partition;
    } else if (const auto* serverless = std::get_if<ServerlessModel>(&candidate.model)) {
        set_function(figures, problem, resource, loads, serverless->warm_s);
        figures.time_s = serverless_response_time(loads.component, serverless->warm_s,
                                                  serverless->cold_s, resource.idle_time_s);
    } else {
        const TrainedModel& trained = std::get<TrainedModel>(candidate.model);
        if (resource.kind != ResourceKind::function) {
            set_table(figures, trained, resource, loads, problem.risk_level);
        } else {
            set_function(figures, problem, resource, loads, trained.warm_s);
            figures.mean_time_s = trained.mean_time_s.value_or(-1.0);
            figures.exclusive = true;
            PredictorQuery query;
            query.load = loads.component;
            query.warm_s = trained.warm_s;
            query.cold_s = trained.cold_s;
            query.idle_time_s = resource.idle_time_s;
            figures.time_s = predicted_time(trained, query, problem.risk_level);
        }
    }
    return figures;
}

} // namespace

double CandidateFigures::time(int nodes, double utilisation) const {
    switch (kind) {
    case TimeKind::queue:
        return utilisation < k_full_load ? demand_s / (1.0 - utilisation) : k_infinite;
    case TimeKind::table: {
        const auto at = static_cast<std::size_t>(nodes) - 1;
        return nodes >= 1 && at < table_s.size() ? table_s[at] : k_infinite;
    }
    case TimeKind::constant:
        break;
    }
    return time_s;
}

double CandidateFigures::inner_time(int nodes, double utilisation) const {
    const double predicted = time(nodes, utilisation);
    return mean_time_s >= 0 && predicted < k_infinite ? mean_time_s : predicted;
}

Instance::Instance(const Problem& problem, double arrival_rate)
    : m_problem(&problem), m_arrival_rate(arrival_rate), m_resource_count(problem.resources.size()),
      m_order(topological_order(problem)) {
    AISPRINT_ASSERT(arrival_rate > 0);
    compute_loads();
    number_partitions();
    compute_figures();
    compute_links();
    compute_orders();
    index_constraints();
}

void Instance::compute_loads() {
    const std::size_t count = m_problem->components.size();
    m_component_loads.assign(count, 0.0);
    m_predecessors.assign(count, {});
    for (const std::size_t start : start_components(*m_problem)) {
        m_component_loads[start] = m_arrival_rate;
    }
    for (const std::size_t component : m_order) {
        for (const Successor& successor : m_problem->components[component].successors) {
            m_component_loads[successor.component] +=
                successor.probability * m_component_loads[component];
            m_predecessors[successor.component].push_back(component);
        }
    }
}

void Instance::number_partitions() {
    for (std::size_t i = 0; i < m_problem->components.size(); ++i) {
        const Component& component = m_problem->components[i];
        m_first_partition.emplace_back();
        for (std::size_t s = 0; s < component.deployments.size(); ++s) {
            m_first_partition.back().push_back(m_partitions.size());
            double reach = 1.0;
            for (std::size_t q = 0; q < component.deployments[s].partitions.size(); ++q) {
                PartitionFigures figures;
                figures.component = i;
                figures.deployment = s;
                figures.position = q;
                figures.reach = reach;
                figures.load = m_component_loads[i] * reach;
                reach *= 1.0 - component.deployments[s].partitions[q].early_exit_probability;
                m_partitions.push_back(std::move(figures));
            }
        }
    }
}

void Instance::compute_figures() {
    m_candidate_index.assign(m_partitions.size() * m_resource_count, k_none);
    for (std::size_t p = 0; p < m_partitions.size(); ++p) {
        PartitionFigures& figures = m_partitions[p];
        const Partition& partition = m_problem->components[figures.component]
                                         .deployments[figures.deployment]
                                         .partitions[figures.position];
        const Loads loads{m_component_loads[figures.component], figures.load};
        for (const Candidate& candidate : partition.candidates) {
            m_candidate_index[p * m_resource_count + candidate.resource] =
                figures.candidates.size();
            figures.candidates.push_back(make_figures(*m_problem, candidate, loads));
        }
    }
}

void Instance::compute_links() {
    const std::size_t layers = m_problem->layers.size();
    m_links.assign(layers * layers, {});
    for (const NetworkDomain& domain : m_problem->domains) {
        const Link link{domain.access_delay_s, 8.0 / domain.bandwidth};
        for (const std::size_t from : domain.layers) {
            for (const std::size_t to : domain.layers) {
                m_links[from * layers + to].push_back(link);
            }
        }
    }
}

void Instance::compute_orders() {
    const std::size_t layers = m_problem->layers.size();
    m_is_linked.assign(layers * layers, 0);
    m_covers.assign(layers * layers, 1);
    for (std::size_t pair = 0; pair < m_links.size(); ++pair) {
        m_is_linked[pair] = m_links[pair].empty() ? 0 : 1;
    }
    for (std::size_t a = 0; a < layers; ++a) {
        for (std::size_t b = 0; b < layers; ++b) {
            for (std::size_t other = 0; other < layers; ++other) {
                if (m_is_linked[b * layers + other] > m_is_linked[a * layers + other]) {
                    m_covers[a * layers + b] = 0;
                }
            }
        }
    }
    m_may_follow.assign(m_resource_count * m_resource_count, 0);
    for (std::size_t from = 0; from < m_resource_count; ++from) {
        for (std::size_t to = 0; to < m_resource_count; ++to) {
            const bool returns = is_edge(to) && !is_edge(from);
            m_may_follow[from * m_resource_count + to] = !returns && reaches(from, to) ? 1 : 0;
            m_all_linked = m_all_linked && reaches(from, to);
        }
    }
}

void Instance::index_constraints() {
    m_locals_of.assign(m_problem->components.size(), {});
    m_paths_of.assign(m_problem->components.size(), {});
    for (std::size_t c = 0; c < m_problem->local_constraints.size(); ++c) {
        m_locals_of[m_problem->local_constraints[c].component].push_back(c);
    }
    for (std::size_t p = 0; p < m_problem->path_constraints.size(); ++p) {
        const std::vector<std::size_t>& path = m_problem->path_constraints[p].components;
        m_path_successors.emplace_back();
        for (std::size_t step = 0; step < path.size(); ++step) {
            m_paths_of[path[step]].push_back(p);
            if (step + 1 == path.size()) {
                continue;
            }
            const std::vector<Successor>& next = m_problem->components[path[step]].successors;
            const auto found = std::ranges::find(next, path[step + 1], &Successor::component);
            AISPRINT_ASSERT(found != next.end());
            m_path_successors.back().push_back(static_cast<std::size_t>(found - next.begin()));
        }
    }
}

double Instance::transfer_time(std::size_t from, std::size_t to, double data_size) const {
    if (from == to) {
        return 0;
    }
    double best = k_infinite;
    for (const Link& link : m_links[pair_of_layers(from, to)]) {
        best = std::min(best, link.access_delay_s + link.seconds_per_unit * data_size);
    }
    return best;
}

double
Instance::edge_data(std::size_t component, std::size_t deployment, std::size_t successor) const {
    const Partition& last =
        m_problem->components[component].deployments[deployment].partitions.back();
    AISPRINT_ASSERT(successor < last.data_sizes.size());
    return last.data_sizes[successor];
}

} // namespace aisprint::optimizer
