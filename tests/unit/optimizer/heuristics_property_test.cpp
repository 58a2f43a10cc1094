// SPDX-License-Identifier: Apache-2.0
// What heuristics and the search for the largest rate return, before the naive evaluator and
// brute force.
#include "aisprint/optimizer/heuristics.hpp"
#include "aisprint/optimizer/max_rate.hpp"

#include "brute_force.hpp"
#include "naive_evaluator.hpp"
#include "random_problem.hpp"
#include "repetitions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

namespace aisprint::optimizer {
namespace {

test::ProblemProfile small_profile() {
    test::ProblemProfile profile;
    profile.max_components = 5;
    profile.max_placements = 2e4;
    return profile;
}

struct Improver {
    const char* name;
    std::function<
        HeuristicResult(const Instance&, const std::vector<Solution>&, const ImprovementOptions&)>
        run;
};

std::vector<Improver> improvers() {
    return {
        {"local search", [](auto& instance, auto& starts,
                            auto& options) { return local_search(instance, starts, options, {}); }},
        {"tabu search", [](auto& instance, auto& starts,
                           auto& options) { return tabu_search(instance, starts, options, {}); }},
        {"simulated annealing",
         [](auto& instance, auto& starts, auto& options) {
             return simulated_annealing(instance, starts, options, {});
         }},
        {"genetic algorithm", [](auto& instance, auto& starts, auto& options) {
             return genetic_algorithm(instance, starts, options, {});
         }}};
}

/// Every elite as the naive evaluator sees it, cheapest first, none below the optimum.
void expect_honest(const Problem& problem, const HeuristicResult& result, double optimum) {
    test::NaiveEvaluator naive(problem);
    double previous = 0;
    for (const Ranked& elite : result.elites) {
        const test::NaiveEvaluation checked = naive.evaluate(elite.solution);
        EXPECT_EQ(checked.feasible(), result.feasible);
        EXPECT_EQ(elite.violation_rate == 0, result.feasible);
        Solution tidy = elite.solution;
        test::tidy_nodes(problem, tidy);
        EXPECT_EQ(elite.solution, tidy);
        if (result.feasible) {
            EXPECT_NEAR(elite.cost, checked.cost, 1e-9 * checked.cost);
            EXPECT_GE(elite.cost, optimum * (1 - 1e-9));
            EXPECT_GE(elite.cost, previous);
            previous = elite.cost;
        }
    }
    EXPECT_FALSE(result.feasible && result.elites.empty());
}

std::vector<Solution> solutions_of(const HeuristicResult& result) {
    std::vector<Solution> solutions;
    for (const Ranked& elite : result.elites) {
        solutions.push_back(elite.solution);
    }
    return solutions;
}

TEST(HeuristicsProperty, RandomGreedyIsHonest) {
    std::size_t found = 0;
    std::size_t missed = 0;
    for (std::uint64_t seed = 0; seed < test::repetitions(400) && !testing::Test::HasFailure();
         ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Problem problem = test::random_problem(small_profile(), seed).problem;
        const test::BruteForceResult truth = test::brute_force(problem, problem.arrival_rate);
        const Instance instance(problem);
        RandomGreedyOptions options;
        options.stop.iterations = 100;
        options.seed = seed;
        options.elites = 3;
        const HeuristicResult result = random_greedy(instance, options);
        EXPECT_EQ(result.steps, 100U);
        EXPECT_LE(result.elites.size(), 3U);
        expect_honest(problem, result, truth.cost);
        EXPECT_FALSE(result.feasible && !truth.best);
        const std::vector<Solution> elites = solutions_of(result);
        for (std::size_t at = 1; at < elites.size(); ++at) {
            EXPECT_EQ(std::count(elites.begin(), elites.end(), elites[at]), 1) << "not distinct";
        }
        options.threads = 2;
        EXPECT_EQ(solutions_of(random_greedy(instance, options)), elites);
        found += result.feasible ? 1U : 0U;
        missed += !result.feasible && truth.best ? 1U : 0U;
    }
    EXPECT_GT(found, 4 * missed);
}

TEST(HeuristicsProperty, ImprovementsAreHonestAndNeverWorseThanTheirStart) {
    std::size_t changed_deployment = 0;
    // Also under a sanitizer: with a tenth of the seeds no deployment happens to be changed.
    for (std::uint64_t seed = 0; seed < 300 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Problem problem = test::random_problem(small_profile(), seed).problem;
        const Instance instance(problem);
        RandomGreedyOptions greedy;
        greedy.stop.iterations = 30;
        greedy.seed = seed;
        greedy.elites = 3;
        const HeuristicResult start = random_greedy(instance, greedy);
        if (!start.feasible) {
            continue;
        }
        const double optimum = test::brute_force(problem, problem.arrival_rate).cost;
        const std::vector<Solution> starts = solutions_of(start);
        for (const Improver& improver : improvers()) {
            SCOPED_TRACE(improver.name);
            ImprovementOptions options;
            options.stop.iterations = 30;
            options.seed = seed;
            const HeuristicResult result = improver.run(instance, starts, options);
            ASSERT_TRUE(result.feasible);
            expect_honest(problem, result, optimum);
            EXPECT_LE(result.elites.front().cost, start.elites.front().cost * (1 + 1e-12));
            options.threads = 2;
            EXPECT_EQ(solutions_of(improver.run(instance, starts, options)), solutions_of(result));
            for (std::size_t i = 0; i < problem.components.size(); ++i) {
                const std::size_t deployment =
                    result.elites.front().solution.components[i].deployment;
                changed_deployment +=
                    std::ranges::all_of(starts,
                                        [&](const Solution& from) {
                                            return from.components[i].deployment != deployment;
                                        })
                        ? 1U
                        : 0U;
            }
        }
    }
    EXPECT_GT(changed_deployment, 0U) << "no heuristic ever changed a deployment";
}

TEST(LargestRateProperty, NoViolationAtTheRateReported) {
    std::size_t searched = 0;
    for (std::uint64_t seed = 0; seed < test::repetitions(1500) && !testing::Test::HasFailure();
         ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const test::RandomProblem drawn = test::random_problem(small_profile(), seed);
        const Problem& problem = drawn.problem;
        MaxRateOptions options;
        options.upper_bound = problem.arrival_rate * (seed % 2 == 0 ? 1.5 : 20);
        options.epsilon = 1e-4 * problem.arrival_rate;
        const auto found = largest_rate(problem, drawn.planted, options);
        EXPECT_EQ(found.has_value(),
                  test::NaiveEvaluator(problem).evaluate(drawn.planted).feasible());
        if (!found) {
            continue;
        }
        ++searched;
        EXPECT_GE(found->rate, problem.arrival_rate);
        EXPECT_LE(found->rate, options.upper_bound);
        const test::NaiveEvaluation there =
            test::NaiveEvaluator(problem, found->rate).evaluate(drawn.planted);
        EXPECT_TRUE(there.feasible()) << found->rate;
        EXPECT_TRUE(found->evaluation.feasible());
        EXPECT_NEAR(found->evaluation.cost, there.cost, 1e-9 * there.cost);
        if (found->rate < options.upper_bound) {
            // the bisection ends between a feasible and an infeasible rate
            const double beyond = std::min(found->rate + options.epsilon, options.upper_bound);
            bool violated = false;
            for (int part = 1; part <= 8; ++part) {
                const double rate = found->rate + (beyond - found->rate) * part / 8;
                violated = violated ||
                           !test::NaiveEvaluator(problem, rate).evaluate(drawn.planted).feasible();
            }
            EXPECT_TRUE(violated) << found->rate;
        }
    }
    EXPECT_GT(searched, test::repetitions(1500) / 3);
}

} // namespace
} // namespace aisprint::optimizer
