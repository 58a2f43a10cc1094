// SPDX-License-Identifier: Apache-2.0
#include "aisprint/placement/method_config.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <variant>

namespace aisprint::placement {

namespace {

using Json = nlohmann::ordered_json;

/// Whole numbers without a decimal point, as people write them.
Json number(double value) {
    const bool whole = std::floor(value) == value && std::abs(value) < 1e15;
    return whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

void add_stop_rule(Json& method, const optimizer::StopRule& stop) {
    method["iterations"] = stop.iterations;
    method["duration"] = number(stop.duration_s);
}

void add_optional(Json& parameters, const char* key, const std::optional<double>& value) {
    if (value) {
        parameters[key] = number(*value);
    }
}

/// Name and special parameters of an improvement method.
struct Describe {
    Json operator()(const optimizer::LocalSearchOptions& options) const {
        Json special = Json::object();
        add_optional(special, "minScore", options.min_score);
        return {{"name", "LocalSearch"}, {"specialParameters", std::move(special)}};
    }
    Json operator()(const optimizer::TabuSearchOptions& options) const {
        Json special{{"tabuSize", options.tabu_size}};
        add_optional(special, "minScore", options.min_score);
        return {{"name", "TabuSearch"}, {"specialParameters", std::move(special)}};
    }
    Json operator()(const optimizer::SimulatedAnnealingOptions& options) const {
        const bool linear = options.schedule == optimizer::Schedule::linear;
        Json special{{"tempBegin", number(options.initial_temperature)},
                     {"scheduleConstant", number(options.schedule_constant)},
                     {"schedule", linear ? "linear" : "exponential"}};
        add_optional(special, "minEnergy", options.min_energy);
        return {{"name", "SimulatedAnnealing"}, {"specialParameters", std::move(special)}};
    }
    /// The reference takes rates as floating point numbers only.
    Json operator()(const optimizer::GeneticAlgorithmOptions& options) const {
        Json special{{"crossoverRate", options.crossover_rate},
                     {"mutationRate", options.mutation_rate}};
        add_optional(special, "minFitness", options.min_fitness);
        return {{"name", "GeneticAlgorithm"}, {"specialParameters", std::move(special)}};
    }
};

Json describe(const optimizer::Improvement& improvement) {
    Json described = std::visit(Describe{}, improvement.parameters);
    Json method{{"name", described["name"]}, {"startingPointNumber", improvement.starting_points}};
    add_stop_rule(method, improvement.stop);
    method["specialParameters"] = std::move(described["specialParameters"]);
    return method;
}

/// Only what differs from the defaults; an entry without parameters says nothing.
Json describe(const optimizer::ExactOptions& exact) {
    const optimizer::ExactOptions usual;
    Json method{{"name", "BranchAndBound"}};
    if (exact.duration_s != usual.duration_s && std::isfinite(exact.duration_s)) {
        method["duration"] = number(exact.duration_s);
    }
    if (exact.gap != usual.gap) {
        method["gap"] = number(exact.gap);
    }
    if (exact.threads != usual.threads) {
        method["threads"] = exact.threads;
    }
    return method;
}

} // namespace

std::string write_method_config(const MethodConfig& config) {
    Json methods = Json::object();
    const auto add = [&methods](Json method) {
        methods[fmt::format("method{}", methods.size() + 1)] = std::move(method);
    };
    if (config.methods.random_greedy) {
        Json method{{"name", "RandomGreedy"}};
        add_stop_rule(method, *config.methods.random_greedy);
        add(std::move(method));
    }
    if (config.methods.improvement) {
        add(describe(*config.methods.improvement));
    }
    if (config.methods.binary_search) {
        add({{"name", "BS"},
             {"upperBoundLambda", number(config.methods.binary_search->upper_bound)},
             {"epsilon", config.methods.binary_search->epsilon}});
    }
    if (config.methods.exact) {
        Json method = describe(*config.methods.exact);
        if (method.size() > 1 || methods.empty()) {
            add(std::move(method));
        }
    }
    Json json{{"Methods", std::move(methods)},
              {"Seed", config.methods.seed},
              {"VerboseLevel", config.verbose_level}};
    if (config.rates) {
        json["LambdaBound"] = {{"start", number(config.rates->start)},
                               {"end", number(config.rates->end)},
                               {"step", number(config.rates->step)}};
    }
    return json.dump(4, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace aisprint::placement
