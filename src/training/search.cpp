// SPDX-License-Identifier: Apache-2.0
#include "search.hpp"

#include "random.hpp"
#include "tpe.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

namespace aisprint::training {

namespace {

constexpr std::size_t k_most_random = 20;
constexpr std::size_t k_least_random = 10;

/// What is tried both ways of a technique, though the configuration does not mention it.
struct Addition {
    std::string name;
    ParameterValue plain;
    ParameterValue other;
};

std::optional<Addition> addition_to(const TrainingConfig& config, Technique technique) {
    Addition addition;
    switch (technique) {
    case Technique::decision_tree:
    case Technique::random_forest:
    case Technique::xgboost:
        addition = {"target_transform", std::string("none"), std::string("log")};
        break;
    case Technique::stepwise: // its tests of features depend on the weights
        addition = {"relative_weights", false, true};
        break;
    default:
        return std::nullopt;
    }
    const auto found = config.candidates.find(technique);
    const bool is_given = found != config.candidates.end() &&
                          std::ranges::any_of(found->second, [&](const auto& entry) {
                              return entry.first == addition.name;
                          });
    return is_given || config.compatible ? std::nullopt : std::optional(addition);
}

ParameterCandidates candidates_of(const TrainingConfig& config, Technique technique) {
    ParameterCandidates candidates;
    const auto found = config.candidates.find(technique);
    if (found != config.candidates.end()) {
        candidates = found->second;
    }
    const std::optional<Addition> addition = addition_to(config, technique);
    if (!addition) {
        return candidates;
    }
    if (config.search_evaluations) {
        Prior prior;
        prior.kind = PriorKind::choice;
        prior.choices = {addition->plain, addition->other};
        candidates.push_back({addition->name, {prior}});
    } else {
        candidates.push_back({addition->name, {addition->plain, addition->other}});
    }
    return candidates;
}

/// Whether one is better by more than the standard error of the difference, fold by fold. A single
/// fold tells nothing of that error.
bool is_clearly_better(const Score& score, const Score& than) {
    std::vector<double> gains;
    for (std::size_t i = 0; i < score.folds.size(); ++i) {
        gains.push_back(than.folds[i] - score.folds[i]);
    }
    const auto count = static_cast<double>(gains.size());
    const double mean = std::accumulate(gains.begin(), gains.end(), 0.0) / count;
    double squares = 0;
    for (const double gain : gains) {
        squares += (gain - mean) * (gain - mean);
    }
    return gains.size() < 2 ? mean > 0 : mean > std::sqrt(squares / (count - 1) / count);
}

/// The best one. What was added to a grid must earn its place: of many trials some are best by
/// luck, and twice as many are when everything is tried both ways.
Scored chosen_of(const std::vector<Scored>& scored, const std::optional<Addition>& addition) {
    const Scored& best = best_of(scored);
    if (!addition || !best.score.ok) {
        return best;
    }
    std::vector<Scored> plain;
    std::ranges::copy_if(scored, std::back_inserter(plain), [&](const Scored& other) {
        const auto value = other.trial.parameters.find(addition->name);
        return other.score.ok && value != other.trial.parameters.end() &&
               value->second == addition->plain;
    });
    if (plain.empty()) {
        return best;
    }
    const Scored& best_plain = best_of(plain);
    return is_clearly_better(best.score, best_plain.score) ? best : best_plain;
}

/// One search with priors.
std::vector<Scored> search_space(const Evaluator& evaluator,
                                 const SearchSpace& space,
                                 const std::vector<std::size_t>& features,
                                 std::size_t evaluations,
                                 const std::vector<Parameters>& starts,
                                 std::uint64_t seed) {
    Random random(seed);
    const auto trial = [&](const Point& point) {
        return Trial{with_point(space, point), features};
    };
    const std::size_t drawn =
        std::min({evaluations, k_most_random, std::max(k_least_random, evaluations / 3)});
    std::vector<Point> points;
    for (const Parameters& start : starts) {
        const std::optional<Point> point = point_of(space, start);
        if (point && points.size() < drawn && std::ranges::find(points, *point) == points.end()) {
            points.push_back(*point);
        }
    }
    while (points.size() < drawn) {
        points.push_back(draw_point(space, random));
    }
    std::vector<Trial> trials;
    std::ranges::transform(points, std::back_inserter(trials), trial);
    std::vector<Scored> history = evaluator.evaluate(std::move(trials));
    while (history.size() < evaluations && !evaluator.campaign().options.stop.stop_requested()) {
        points.push_back(propose_point(space, points, history, random));
        history.push_back(evaluator.evaluate({trial(points.back())}).front());
    }
    return history;
}

} // namespace

std::vector<SearchSpace> search_spaces(const TrainingConfig& config, Technique technique) {
    std::vector<SearchSpace> spaces(1);
    for (const auto& [name, candidates] : candidates_of(config, technique)) {
        std::vector<SearchSpace> longer;
        for (const SearchSpace& space : spaces) {
            for (const Candidate& candidate : candidates) {
                longer.push_back(space);
                if (const auto* prior = std::get_if<Prior>(&candidate)) {
                    longer.back().priors.emplace_back(name, *prior);
                } else {
                    longer.back().fixed[name] = std::get<ParameterValue>(candidate);
                }
            }
        }
        spaces = std::move(longer);
    }
    return spaces;
}

Scored search(const Evaluator& evaluator,
              const std::vector<std::size_t>& features,
              const std::optional<Parameters>& start) {
    const TrainingConfig& config = evaluator.campaign().config;
    std::vector<Parameters> starts;
    if (start) {
        starts.push_back(*start);
    }
    starts.push_back(default_parameters(evaluator.technique()));
    std::vector<Trial> plain;
    std::vector<Scored> scored;
    std::size_t number = 0;
    for (const SearchSpace& space : search_spaces(config, evaluator.technique())) {
        if (space.priors.empty()) {
            plain.push_back({space.fixed, features});
            continue;
        }
        const std::uint64_t seed =
            derive_seed(evaluator.seed(), "search/" + std::to_string(number++));
        std::vector<Scored> found = search_space(
            evaluator, space, features, config.search_evaluations.value_or(1), starts, seed);
        std::ranges::move(found, std::back_inserter(scored));
    }
    if (!plain.empty()) {
        std::ranges::move(evaluator.evaluate(std::move(plain)), std::back_inserter(scored));
    }
    // With priors there are no more trials for what was added.
    return chosen_of(scored, config.search_evaluations
                                 ? std::nullopt
                                 : addition_to(config, evaluator.technique()));
}

} // namespace aisprint::training
