// SPDX-License-Identifier: Apache-2.0
// Fronts of small random problems against all their placements.
#include "aisprint/optimizer/tradeoffs.hpp"

#include "all_placements.hpp"
#include "brute_force.hpp"
#include "naive_evaluator.hpp"
#include "random_problem.hpp"
#include "repetitions.hpp"
#include "worked_example.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>

namespace aisprint::optimizer {
namespace {

constexpr double k_cost_grain = 1e-9;
constexpr double k_time_grain = 1.1e-6;
constexpr double k_rate_grain = 1.1e-4;

/// Cost and time of a feasible placement.
struct Outcome {
    double cost = 0;
    double time_s = 0;
};

std::vector<Outcome> all_outcomes(const Problem& problem, std::size_t path) {
    std::vector<Outcome> outcomes;
    test::NaiveEvaluator evaluator(problem);
    test::for_each_placement(problem, test::all_node_numbers(problem), [&](const Solution& s) {
        const test::NaiveEvaluation evaluation = evaluator.evaluate(s);
        if (evaluation.feasible()) {
            outcomes.push_back({evaluation.cost, evaluation.path_times[path]});
        }
    });
    return outcomes;
}

TradeoffOptions with_points(std::size_t points) {
    TradeoffOptions options;
    options.duration_s = 1e9;
    options.points = points;
    return options;
}

double cheapest_within(const std::vector<Outcome>& outcomes, double time_s) {
    double cost = k_infinite;
    for (const Outcome& outcome : outcomes) {
        if (outcome.time_s <= time_s * (1 + 1e-9)) {
            cost = std::min(cost, outcome.cost);
        }
    }
    return cost;
}

/// Problems with at least one path constraint.
template <class Check>
void for_each_problem(std::size_t count, Check check) {
    test::ProblemProfile profile;
    profile.max_components = 3;
    profile.max_placements = 2000;
    std::size_t checked = 0;
    for (std::uint64_t seed = 0; checked < test::repetitions(count); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Problem problem = test::random_problem(profile, seed).problem;
        if (problem.path_constraints.empty()) {
            continue;
        }
        ++checked;
        check(problem);
        if (testing::Test::HasFailure()) {
            return;
        }
    }
}

void expect_points_of_the_front(const Problem& problem,
                                const std::vector<Outcome>& outcomes,
                                const std::vector<FrontPoint>& front) {
    test::NaiveEvaluator evaluator(problem);
    for (const FrontPoint& point : front) {
        const test::NaiveEvaluation evaluation = evaluator.evaluate(point.solution);
        EXPECT_TRUE(evaluation.feasible());
        EXPECT_NEAR(evaluation.cost, point.cost, k_cost_grain * point.cost);
        EXPECT_NEAR(evaluation.path_times[0], point.value, 1e-9 * point.value);
        EXPECT_NEAR(cheapest_within(outcomes, point.value), point.cost, k_cost_grain * point.cost);
        EXPECT_TRUE(point.proved);
    }
    for (std::size_t k = 1; k < front.size(); ++k) {
        EXPECT_GT(front[k].cost, front[k - 1].cost);
        EXPECT_LT(front[k].value, front[k - 1].value);
    }
}

TEST(CostAgainstPathTime, IsTheWholeFrontWithPointsEnough) {
    std::size_t longest = 0;
    for_each_problem(1000, [&](const Problem& problem) {
        const std::vector<Outcome> outcomes = all_outcomes(problem, 0);
        const std::vector<FrontPoint> front = cost_against_path_time(problem, 0, with_points(1000));
        ASSERT_EQ(front.empty(), outcomes.empty());
        expect_points_of_the_front(problem, outcomes, front);
        longest = std::max(longest, front.size());
        for (const Outcome& outcome : outcomes) {
            EXPECT_TRUE(
                std::ranges::any_of(front,
                                    [&](const FrontPoint& point) {
                                        return point.cost <= outcome.cost * (1 + k_cost_grain) &&
                                               point.value <= outcome.time_s * (1 + k_time_grain);
                                    }))
                << outcome.cost << " $, " << outcome.time_s << " s lies below the front";
        }
    });
    EXPECT_GT(longest, 5U);
}

TEST(CostAgainstPathTime, HasBothEndsAndNoMorePointsThanAskedFor) {
    for_each_problem(300, [](const Problem& problem) {
        const std::vector<Outcome> outcomes = all_outcomes(problem, 0);
        const std::vector<FrontPoint> whole = cost_against_path_time(problem, 0, with_points(1000));
        for (const std::size_t points : {1U, 2U, 3U, 4U}) {
            const std::vector<FrontPoint> front =
                cost_against_path_time(problem, 0, with_points(points));
            expect_points_of_the_front(problem, outcomes, front);
            ASSERT_EQ(front.size(), std::min<std::size_t>(points, whole.size()));
            if (front.empty()) {
                continue;
            }
            EXPECT_NEAR(front.front().cost, whole.front().cost, k_cost_grain * front[0].cost);
            if (points > 1) {
                EXPECT_NEAR(front.back().value, whole.back().value,
                            k_time_grain * front.back().value);
            }
        }
    });
}

TEST(CostAgainstPathTime, OfTheWorkedExample) {
    const Problem problem = test::worked_example();
    const std::vector<FrontPoint> front = cost_against_path_time(problem, 0, with_points(100));
    ASSERT_GE(front.size(), 2U);
    EXPECT_EQ(front.front().solution, test::worked_function_solution());
    EXPECT_NEAR(front.front().cost, 3.71, 1e-9);
    EXPECT_NEAR(front[1].cost, 4.30, 1e-9);
    EXPECT_LT(front[1].value, front[0].value);
}

TEST(CostAgainstRate, PointsAreOptimaAndTheLastRateIsTheLargest) {
    constexpr double k_factor = 3;
    std::size_t longest = 0;
    std::size_t bounded = 0;
    for_each_problem(600, [&](const Problem& problem) {
        const double highest = k_factor * problem.arrival_rate;
        const std::vector<FrontPoint> front = cost_against_rate(problem, highest, with_points(6));
        const auto optimum = [&](double rate) { return test::brute_force(problem, rate).cost; };
        ASSERT_EQ(front.empty(), optimum(problem.arrival_rate) == k_infinite);
        ASSERT_LE(front.size(), 6U);
        for (const FrontPoint& point : front) {
            const test::NaiveEvaluation evaluation =
                test::NaiveEvaluator(problem, point.value).evaluate(point.solution);
            EXPECT_TRUE(evaluation.feasible());
            EXPECT_NEAR(evaluation.cost, point.cost, k_cost_grain * point.cost);
            EXPECT_NEAR(optimum(point.value), point.cost, k_cost_grain * point.cost);
            EXPECT_TRUE(point.proved);
            EXPECT_GE(point.value, problem.arrival_rate);
            EXPECT_LE(point.value, highest);
        }
        for (std::size_t k = 1; k < front.size(); ++k) {
            EXPECT_GT(front[k].cost, front[k - 1].cost);
            EXPECT_GT(front[k].value, front[k - 1].value);
        }
        if (!front.empty() && front.back().value < highest) {
            ++bounded;
            EXPECT_EQ(optimum(front.back().value * (1 + k_rate_grain)), k_infinite);
        }
        longest = std::max(longest, front.size());
    });
    EXPECT_EQ(longest, 6U);
    EXPECT_GT(bounded, test::repetitions(600) / 10);
}

/// A rate of the grid that has no point costs as much as a higher one that has.
TEST(CostAgainstRate, LeavesOutDominatedRatesOnly) {
    constexpr std::size_t k_points = 5;
    for_each_problem(300, [](const Problem& problem) {
        const std::vector<FrontPoint> front =
            cost_against_rate(problem, 2 * problem.arrival_rate, with_points(k_points));
        if (front.empty()) {
            return;
        }
        const double low = problem.arrival_rate;
        const double high = front.back().value;
        for (std::size_t k = 0; k < k_points; ++k) {
            const double share = static_cast<double>(k) / static_cast<double>(k_points - 1);
            const double rate = low + share * (high - low);
            const double cost = test::brute_force(problem, rate).cost;
            EXPECT_TRUE(cost == k_infinite ||
                        std::ranges::any_of(front,
                                            [&](const FrontPoint& point) {
                                                return point.value >= rate * (1 - 1e-12) &&
                                                       point.cost <= cost * (1 + k_cost_grain);
                                            }))
                << "at rate " << rate;
        }
    });
}

} // namespace
} // namespace aisprint::optimizer
