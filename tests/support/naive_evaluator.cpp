// SPDX-License-Identifier: Apache-2.0
#include "naive_evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <variant>

namespace aisprint::optimizer::test {

namespace {

constexpr double k_not_a_number = std::numeric_limits<double>::quiet_NaN();

using Matrix = std::vector<std::vector<double>>;

/// Solves a x = b by elimination with row exchanges.
std::vector<double> solve(Matrix a, std::vector<double> b) {
    const std::size_t size = b.size();
    for (std::size_t column = 0; column < size; ++column) {
        std::size_t pivot = column;
        for (std::size_t row = column + 1; row < size; ++row) {
            if (std::abs(a[row][column]) > std::abs(a[pivot][column])) {
                pivot = row;
            }
        }
        std::swap(a[column], a[pivot]);
        std::swap(b[column], b[pivot]);
        for (std::size_t row = column + 1; row < size; ++row) {
            if (a[row][column] == 0) {
                continue;
            }
            const double factor = a[row][column] / a[column][column];
            for (std::size_t k = column; k < size; ++k) {
                a[row][k] -= factor * a[column][k];
            }
            b[row] -= factor * b[column];
        }
    }
    std::vector<double> x(size, 0.0);
    for (std::size_t row = size; row-- > 0;) {
        double sum = b[row];
        for (std::size_t k = row + 1; k < size; ++k) {
            sum -= a[row][k] * x[k];
        }
        x[row] = sum / a[row][row];
    }
    return x;
}

/// Rates of the chain of section 3.2: B_m, kappa_m and r_m for m = 0 .. M.
struct FunctionChain {
    std::vector<double> blocking{1.0};
    std::vector<double> kill_rate{0.0};
    std::vector<double> response;
};

FunctionChain function_chain(double rate, double warm_s, double cold_s, double idle_s) {
    FunctionChain chain;
    chain.response.push_back(cold_s);
    const double rho = rate * warm_s;
    std::size_t last = 30;
    for (std::size_t m = 1; m <= last; ++m) {
        const double previous = chain.blocking.back();
        const double blocking =
            previous == 0 ? 0.0 : 1.0 / (1.0 + static_cast<double>(m) / rho / previous);
        const double load = rate * (previous - blocking);
        const double keep = std::exp(-idle_s * load);
        double kill = 0;
        if (keep > 0) {
            double inter_kill = idle_s;
            if (load > 0) {
                const double span = idle_s + warm_s;
                const double g = -std::expm1(-load * span) / load - span * std::exp(-load * span);
                inter_kill += -std::expm1(-idle_s * load) / keep * g;
            }
            kill = 1.0 / inter_kill;
        }
        chain.blocking.push_back(blocking);
        chain.kill_rate.push_back(chain.kill_rate.back() + kill);
        chain.response.push_back(m == 1000 ? warm_s
                                           : blocking * cold_s + (1.0 - blocking) * warm_s);
        if (rate * blocking > chain.kill_rate.back()) {
            last = std::min<std::size_t>(m + 30, 1000);
        }
    }
    return chain;
}

/// What a predictor is told about where it runs.
double predictor_value(const std::string& input,
                       const TrainedModel& trained,
                       const Resource& resource,
                       int nodes,
                       double load) {
    const double cores = nodes * resource.cores;
    if (input == "cores" || input == "Parallelism") {
        return cores;
    }
    if (input == "log(cores)" || input == "log(Parallelism)") {
        return std::log(cores) / std::log(10.0);
    }
    if (input == "observed_throughput" || input == "Lambda") {
        return load;
    }
    if (input == "warm_service_time") {
        return trained.warm_s;
    }
    if (input == "cold_service_time") {
        return trained.cold_s;
    }
    return input == "expiration_time" ? resource.idle_time_s : k_not_a_number;
}

const Deployment&
chosen_deployment(const Problem& problem, const Solution& solution, std::size_t component) {
    return problem.components[component].deployments[solution.components[component].deployment];
}

const Candidate* find_candidate(const Partition& partition, std::size_t resource) {
    for (const Candidate& candidate : partition.candidates) {
        if (candidate.resource == resource) {
            return &candidate;
        }
    }
    return nullptr;
}

/// Probability that a request which enters the component reaches the partition.
double reach(const Deployment& deployment, std::size_t position) {
    double product = 1.0;
    for (std::size_t r = 0; r < position; ++r) {
        product *= 1.0 - deployment.partitions[r].early_exit_probability;
    }
    return product;
}

/// Calls visit(component, position, resource, candidate or null) for every placed partition.
template <class Visit>
void for_each_placed(const Problem& problem, const Solution& solution, Visit visit) {
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        const Deployment& deployment = chosen_deployment(problem, solution, i);
        for (std::size_t q = 0; q < deployment.partitions.size(); ++q) {
            const std::size_t resource = solution.components[i].resources[q];
            visit(i, q, resource, find_candidate(deployment.partitions[q], resource));
        }
    }
}

bool is_queue(const Candidate* candidate) {
    return candidate != nullptr && std::holds_alternative<QueueModel>(candidate->model);
}

bool is_trained(const Candidate* candidate) {
    return candidate != nullptr && std::holds_alternative<TrainedModel>(candidate->model);
}

bool exceeds(double time_s, double limit_s) {
    return time_s > limit_s * (1.0 + 1e-9);
}

} // namespace

double naive_function_time(double rate, double warm_s, double cold_s, double idle_time_s) {
    if (rate == 0) {
        return cold_s;
    }
    const FunctionChain chain = function_chain(rate, warm_s, cold_s, idle_time_s);
    const std::size_t states = chain.blocking.size();
    Matrix balance(states, std::vector<double>(states, 0.0));
    const auto flow = [&](std::size_t from, std::size_t to, double by) {
        balance[to][from] += by;
        balance[from][from] -= by;
    };
    for (std::size_t m = 0; m < states; ++m) {
        if (m + 1 < states) {
            const double beta = rate * chain.blocking[m];
            const double gamma = 1.0 / cold_s;
            flow(m, m + 1, beta * gamma / (beta + gamma));
        }
        if (m > 0) {
            flow(m, m - 1, chain.kill_rate[m]);
        }
    }
    std::vector<double> right(states, 0.0);
    balance.back().assign(states, 1.0); // one balance equation follows from the others
    right.back() = 1.0;
    const std::vector<double> probability = solve(std::move(balance), std::move(right));
    double mean = 0;
    for (std::size_t m = 0; m < states; ++m) {
        mean += probability[m] * chain.response[m];
    }
    return mean;
}

NaiveEvaluator::NaiveEvaluator(const Problem& problem, double arrival_rate)
    : m_problem(&problem), m_rate(arrival_rate) {
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        m_loads.push_back(component_load(i));
    }
}

double NaiveEvaluator::component_load(std::size_t component) const {
    if (component < m_loads.size()) {
        return m_loads[component];
    }
    // in passes over all edges, as often as a path can be long
    const std::vector<Component>& components = m_problem->components;
    std::vector<double> loads(components.size(), 0.0);
    for (std::size_t pass = 0; pass < components.size(); ++pass) {
        std::vector<double> next(components.size(), 0.0);
        std::vector<bool> has_predecessor(components.size(), false);
        for (std::size_t k = 0; k < components.size(); ++k) {
            for (const Successor& edge : components[k].successors) {
                next[edge.component] += edge.probability * loads[k];
                has_predecessor[edge.component] = true;
            }
        }
        for (std::size_t i = 0; i < components.size(); ++i) {
            loads[i] = has_predecessor[i] ? next[i] : m_rate;
        }
    }
    return loads[component];
}

double NaiveEvaluator::function_time(double rate, double warm_s, double cold_s, double idle_s) {
    const std::pair key{rate, std::vector<double>{warm_s, cold_s, idle_s}};
    const auto found = m_function_times.find(key);
    if (found != m_function_times.end()) {
        return found->second;
    }
    const double time = naive_function_time(rate, warm_s, cold_s, idle_s);
    m_function_times.emplace(key, time);
    return time;
}

double NaiveEvaluator::transfer_time(std::size_t from, std::size_t to, double data_size) const {
    if (from == to) {
        return 0;
    }
    double best = k_infinite;
    for (const NetworkDomain& domain : m_problem->domains) {
        const auto has = [&](std::size_t resource) {
            return std::count(domain.layers.begin(), domain.layers.end(),
                              m_problem->resources[resource].layer) > 0;
        };
        if (has(from) && has(to)) {
            best = std::min(best, domain.access_delay_s + 8.0 * data_size / domain.bandwidth);
        }
    }
    return best;
}

double NaiveEvaluator::cost(const Solution& solution) const {
    const Problem& problem = *m_problem;
    std::set<std::size_t> machines;
    double sum = 0;
    for_each_placed(problem, solution, [&](std::size_t i, std::size_t q, std::size_t j, auto* on) {
        if (problem.resources[j].kind != ResourceKind::function) {
            machines.insert(j);
            return;
        }
        double warm_s = 0;
        if (on != nullptr && std::holds_alternative<ServerlessModel>(on->model)) {
            warm_s = std::get<ServerlessModel>(on->model).warm_s;
        } else if (is_trained(on)) {
            warm_s = std::get<TrainedModel>(on->model).warm_s;
        }
        double load = m_loads[i];
        if (problem.function_charge == FunctionCharge::partition_load) {
            load *= reach(chosen_deployment(problem, solution, i), q);
        }
        sum += problem.resources[j].cost * warm_s * load;
    });
    for (const std::size_t j : machines) {
        sum += problem.resources[j].cost * solution.nodes[j];
    }
    return problem.horizon_h * sum;
}

double NaiveEvaluator::partition_time(const Solution& solution,
                                      std::size_t component,
                                      std::size_t position,
                                      const std::vector<double>& utilisation) {
    const Deployment& deployment = chosen_deployment(*m_problem, solution, component);
    const std::size_t j = solution.components[component].resources[position];
    const Resource& resource = m_problem->resources[j];
    const Candidate* candidate = find_candidate(deployment.partitions[position], j);
    if (candidate == nullptr) {
        return k_infinite;
    }
    if (const auto* queue = std::get_if<QueueModel>(&candidate->model)) {
        return utilisation[j] < 1.0 - 1e-12 ? queue->demand_s / (1.0 - utilisation[j]) : k_infinite;
    }
    if (const auto* function = std::get_if<ServerlessModel>(&candidate->model)) {
        return function_time(m_loads[component], function->warm_s, function->cold_s,
                             resource.idle_time_s);
    }
    const TrainedModel& trained = std::get<TrainedModel>(candidate->model);
    const int nodes = solution.nodes[j];
    if (nodes < 1 || nodes > resource.nodes) {
        return k_infinite;
    }
    double load = m_loads[component];
    if (trained.kind != PredictorKind::function_load) {
        load *= reach(deployment, position);
    }
    std::vector<double> values;
    for (const std::string& input : trained.model->inputs()) {
        values.push_back(predictor_value(input, trained, resource, nodes, load));
    }
    const perf::Prediction prediction = trained.model->predict(values, m_problem->risk_level);
    if (prediction.saturated) {
        return k_infinite;
    }
    return m_problem->risk_level > 0 && prediction.upper ? *prediction.upper : prediction.value;
}

/// The mean time of a trained model in place of its prediction; a saturated one stays infinite.
double NaiveEvaluator::mean_time(const Solution& solution,
                                 std::size_t component,
                                 std::size_t position,
                                 double predicted) const {
    const Deployment& deployment = chosen_deployment(*m_problem, solution, component);
    const Candidate* candidate = find_candidate(deployment.partitions[position],
                                                solution.components[component].resources[position]);
    if (!is_trained(candidate) || std::isinf(predicted)) {
        return predicted;
    }
    return std::get<TrainedModel>(candidate->model).mean_time_s.value_or(predicted);
}

double NaiveEvaluator::component_time(const Solution& solution,
                                      std::size_t component,
                                      const std::vector<double>& partition_times) const {
    const Deployment& deployment = chosen_deployment(*m_problem, solution, component);
    const std::vector<std::size_t>& resources = solution.components[component].resources;
    double sum = partition_times[0];
    for (std::size_t q = 1; q < partition_times.size(); ++q) {
        const double weight = reach(deployment, q);
        if (weight > 0) { // nobody waits for what nobody reaches, however long it would take
            sum += weight *
                   (partition_times[q] + transfer_time(resources[q - 1], resources[q],
                                                       deployment.partitions[q - 1].data_sizes[0]));
        }
    }
    return sum;
}

double NaiveEvaluator::path_time(const Solution& solution,
                                 const PathConstraint& path,
                                 const NaiveEvaluation& evaluation) const {
    double sum = 0;
    for (std::size_t step = 0; step < path.components.size(); ++step) {
        const std::size_t i = path.components[step];
        if (step + 1 == path.components.size()) {
            sum += evaluation.component_times[i];
            continue;
        }
        std::vector<double> times = evaluation.partition_times[i];
        for (std::size_t q = 0; q < times.size(); ++q) {
            times[q] = mean_time(solution, i, q, times[q]);
        }
        sum += component_time(solution, i, times);
        const std::size_t k = path.components[step + 1];
        const std::vector<Successor>& successors = m_problem->components[i].successors;
        const std::vector<double>& data =
            chosen_deployment(*m_problem, solution, i).partitions.back().data_sizes;
        for (std::size_t s = 0; s < successors.size(); ++s) {
            if (successors[s].component == k) {
                sum += transfer_time(solution.components[i].resources.back(),
                                     solution.components[k].resources.front(), data[s]);
            }
        }
    }
    return sum;
}

void NaiveEvaluator::check_resources(const Solution& solution, NaiveEvaluation& result) const {
    const Problem& problem = *m_problem;
    std::map<std::size_t, std::set<std::size_t>> machines_of_layer;
    std::map<std::size_t, std::size_t> partitions_on;
    std::map<std::size_t, std::size_t> trained_on;
    for_each_placed(problem, solution, [&](std::size_t i, std::size_t, std::size_t j, auto* on) {
        const Resource& resource = problem.resources[j];
        if (resource.kind != ResourceKind::function) {
            machines_of_layer[resource.layer].insert(j);
        }
        if (on == nullptr) {
            result.violations.emplace(ConstraintKind::compatibility, i);
        }
        partitions_on[j] += 1;
        trained_on[j] += is_trained(on) ? 1U : 0U;
    });
    for (const auto& [layer, machines] : machines_of_layer) {
        if (machines.size() > 1) {
            result.violations.emplace(ConstraintKind::one_resource_per_layer, layer);
        }
    }
    for (const auto& [j, count] : partitions_on) {
        const Resource& resource = problem.resources[j];
        const int nodes = solution.nodes[j];
        if (nodes < 1 || nodes > resource.nodes) {
            result.violations.emplace(ConstraintKind::node_limit, j);
        }
        double memory_limit = resource.memory_mb;
        if (problem.memory_rule == MemoryRule::all_nodes) {
            memory_limit *= nodes;
        }
        if (result.memory_mb[j] > memory_limit) {
            result.violations.emplace(ConstraintKind::memory, j);
        }
        if (trained_on[j] > 0 && count > 1) {
            result.violations.emplace(ConstraintKind::co_location, j);
        }
        if (result.utilisation[j] >= 1.0 - 1e-12) {
            result.violations.emplace(ConstraintKind::stability, j);
        }
    }
}

void NaiveEvaluator::check_order(const Solution& solution, NaiveEvaluation& result) const {
    const Problem& problem = *m_problem;
    const auto on_edge = [&](std::size_t j) {
        return problem.resources[j].kind == ResourceKind::edge;
    };
    const auto cannot_send = [&](std::size_t from, std::size_t to) {
        return std::isinf(transfer_time(from, to, 0));
    };
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        const std::vector<std::size_t>& resources = solution.components[i].resources;
        for (std::size_t q = 1; q < resources.size(); ++q) {
            if (!on_edge(resources[q - 1]) && on_edge(resources[q])) {
                result.violations.emplace(ConstraintKind::no_return_to_edge, i);
            }
            if (cannot_send(resources[q - 1], resources[q])) {
                result.violations.emplace(ConstraintKind::network_domain, i);
            }
        }
        for (const Successor& edge : problem.components[i].successors) {
            const std::size_t first = solution.components[edge.component].resources.front();
            if (!on_edge(resources.back()) && on_edge(first)) {
                result.violations.emplace(ConstraintKind::no_return_to_edge, edge.component);
            }
            if (cannot_send(resources.back(), first)) {
                result.violations.emplace(ConstraintKind::network_domain, edge.component);
            }
        }
    }
}

NaiveEvaluation NaiveEvaluator::evaluate(const Solution& solution) {
    const Problem& problem = *m_problem;
    NaiveEvaluation result;
    result.cost = cost(solution);
    result.utilisation.assign(problem.resources.size(), k_not_a_number);
    result.memory_mb.assign(problem.resources.size(), 0.0);
    for_each_placed(problem, solution, [&](std::size_t i, std::size_t q, std::size_t j, auto* on) {
        result.memory_mb[j] += on != nullptr ? on->memory_mb : 0.0;
        if (is_queue(on)) {
            const double work = std::get<QueueModel>(on->model).demand_s * m_loads[i] *
                                reach(chosen_deployment(problem, solution, i), q);
            const double before = std::isnan(result.utilisation[j]) ? 0 : result.utilisation[j];
            result.utilisation[j] = before + work / solution.nodes[j];
        }
    });
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        std::vector<double> times;
        for (std::size_t q = 0; q < solution.components[i].resources.size(); ++q) {
            times.push_back(partition_time(solution, i, q, result.utilisation));
        }
        result.partition_times.push_back(times);
        for (std::size_t q = 0; q + 1 < times.size(); ++q) {
            times[q] = mean_time(solution, i, q, times[q]);
        }
        result.component_times.push_back(component_time(solution, i, times));
    }
    for_each_placed(problem, solution, [&](std::size_t i, std::size_t q, std::size_t j, auto* on) {
        const int nodes = solution.nodes[j];
        const bool can_predict = nodes >= 1 && nodes <= problem.resources[j].nodes;
        if (is_trained(on) && can_predict && std::isinf(result.partition_times[i][q])) {
            result.violations.emplace(ConstraintKind::stability, j); // saturated
        }
    });
    check_resources(solution, result);
    check_order(solution, result);
    for (std::size_t c = 0; c < problem.local_constraints.size(); ++c) {
        const LocalConstraint& constraint = problem.local_constraints[c];
        result.local_times.push_back(result.component_times[constraint.component]);
        if (exceeds(result.local_times[c], constraint.threshold_s)) {
            result.violations.emplace(ConstraintKind::local_response_time, c);
        }
    }
    for (std::size_t p = 0; p < problem.path_constraints.size(); ++p) {
        const PathConstraint& path = problem.path_constraints[p];
        result.path_times.push_back(path_time(solution, path, result));
        if (exceeds(result.path_times[p], path.threshold_s)) {
            result.violations.emplace(ConstraintKind::path_response_time, p);
        }
    }
    return result;
}

} // namespace aisprint::optimizer::test
