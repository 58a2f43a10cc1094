// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/explain.hpp"
#include "aisprint/optimizer/instance.hpp"
#include "aisprint/optimizer/optimize.hpp"
#include "aisprint/optimizer/solution.hpp"
#include "aisprint/optimizer/tradeoffs.hpp"
#include "aisprint/placement/solution_json.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::cli {

/// A problem at one rate that stays where it is: an Instance refers to its problem.
struct PlacementCase {
    explicit PlacementCase(optimizer::Problem given)
        : problem(std::move(given)), instance(problem) {}
    PlacementCase(const PlacementCase&) = delete;
    PlacementCase& operator=(const PlacementCase&) = delete;

    optimizer::Problem problem;
    optimizer::Instance instance;
};

/// A solution with its figures.
struct PlacedSolution {
    optimizer::Solution solution;
    optimizer::Evaluation evaluation;
};

/// The largest arrival rate of a version of the application.
struct VersionRate {
    std::string name;
    double rate = 0;
    bool feasible = false;
};

/// The front asked for with --pareto.
struct Front {
    std::optional<std::size_t> path; ///< index of the path constraint; none: arrival rate
    std::vector<optimizer::FrontPoint> points;
};

/// All answers for one arrival rate.
struct PlacementReport {
    std::shared_ptr<const PlacementCase> problem;
    optimizer::Optimum optimum; ///< of a search
    std::optional<PlacedSolution> placed;
    std::optional<placement::Certificate> certificate;
    std::optional<optimizer::Explanation> explanation; ///< why nothing is placed
    std::optional<PlacedSolution> least_violating;
    std::vector<VersionRate> version_rates;
    std::optional<Front> front;
    std::vector<optimizer::Sensitivity> sensitivity;
    std::string data_unit; ///< of data sizes, if known
};

} // namespace aisprint::cli
