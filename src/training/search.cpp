// SPDX-License-Identifier: Apache-2.0
#include "search.hpp"

#include "random.hpp"
#include "tpe.hpp"

#include <algorithm>
#include <utility>

namespace aisprint::training {

namespace {

constexpr std::size_t k_most_random = 20;
constexpr std::size_t k_least_random = 10;

bool is_of_trees(Technique technique) {
    return technique == Technique::decision_tree || technique == Technique::random_forest ||
           technique == Technique::xgboost;
}

ParameterCandidates candidates_of(const TrainingConfig& config, Technique technique) {
    ParameterCandidates candidates;
    const auto found = config.candidates.find(technique);
    if (found != config.candidates.end()) {
        candidates = found->second;
    }
    const bool has_transform = std::ranges::any_of(
        candidates, [](const auto& entry) { return entry.first == "target_transform"; });
    if (has_transform || config.compatible || !is_of_trees(technique)) {
        return candidates;
    }
    const ParameterValue none = std::string("none");
    const ParameterValue log = std::string("log");
    if (config.search_evaluations) {
        Prior prior;
        prior.kind = PriorKind::choice;
        prior.choices = {none, log};
        candidates.push_back({"target_transform", {prior}});
    } else {
        candidates.push_back({"target_transform", {none, log}});
    }
    return candidates;
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
        scored.push_back(best_of(found));
    }
    if (!plain.empty()) {
        scored.push_back(best_of(evaluator.evaluate(std::move(plain))));
    }
    return best_of(scored);
}

} // namespace aisprint::training
