// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/max_rate.hpp"

#include "hand_made.hpp"
#include "worked_example.hpp"

#include <gtest/gtest.h>

namespace aisprint::optimizer {
namespace {

/// A component of 0.2 s on two nodes that has to answer within 0.5 s:
/// 0.2 / (1 - 0.1 rate) = 0.5 at 6 requests per second.
Problem limited() {
    Problem problem;
    const std::size_t vm = test::add_machine(problem, "VM", 1, 3, ResourceKind::vm);
    test::add_component(problem, {test::deployment(1, {test::queued(0.2, {vm})})});
    problem.local_constraints = {{"c1", 0, 0.5}};
    return problem;
}

const Solution k_two_nodes{{{0, {0}}}, {2}};

TEST(LargestRate, IsExactToEpsilon) {
    const Problem problem = limited();
    for (const double epsilon : {1e-1, 1e-3, 1e-6}) {
        const auto result = largest_rate(problem, k_two_nodes, {100, epsilon});
        ASSERT_TRUE(result);
        EXPECT_LE(result->rate, 6 + 1e-7) << epsilon;
        EXPECT_GE(result->rate, 6 - epsilon) << epsilon;
        EXPECT_TRUE(result->evaluation.feasible());
        EXPECT_NEAR(result->evaluation.component_times[0], 0.2 / (1 - 0.1 * result->rate), 1e-9);
        EXPECT_TRUE(evaluate(Instance(problem, result->rate), k_two_nodes).feasible());
    }
}

TEST(LargestRate, TestsTheUpperBoundFirst) {
    const auto result = largest_rate(limited(), k_two_nodes, {5.5, 1e-5});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->rate, 5.5);
    EXPECT_EQ(result->tests, 2U);
}

TEST(LargestRate, NothingIfInfeasibleAtTheStart) {
    Problem problem = limited();
    problem.arrival_rate = 7;
    EXPECT_FALSE(largest_rate(problem, k_two_nodes, {10, 1e-5}));
}

TEST(LargestRate, AnUpperBoundBelowTheOwnRateGivesTheOwnRate) {
    Problem problem = limited();
    problem.arrival_rate = 3;
    for (const double bound : {1.0, 3.0}) {
        const auto result = largest_rate(problem, k_two_nodes, {bound, 1e-5});
        ASSERT_TRUE(result);
        EXPECT_EQ(result->rate, 3);
    }
}

TEST(LargestRate, EndsWhateverEpsilonIs) {
    for (const double epsilon : {0.0, -1.0, 1e-300}) {
        const auto result = largest_rate(limited(), k_two_nodes, {100, epsilon});
        ASSERT_TRUE(result);
        EXPECT_NEAR(result->rate, 6, 1e-7);
        EXPECT_LT(result->tests, 200U);
    }
}

TEST(LargestRate, LeavesTheProblemAlone) {
    const Problem problem = limited();
    (void)largest_rate(problem, k_two_nodes, {100, 1e-5});
    EXPECT_EQ(problem.arrival_rate, 1);
}

TEST(LargestRate, AgreesWithAFineGrid) {
    // machines alone: whatever is below the largest rate is feasible, whatever is above is not
    const Problem problem = test::worked_example();
    for (const Solution& solution :
         {test::worked_machine_solution(), test::worked_divided_solution()}) {
        const auto result = largest_rate(problem, solution, {20, 1e-5});
        ASSERT_TRUE(result);
        for (int step = 0; step <= 1000; ++step) {
            const double rate = problem.arrival_rate + 0.01 * step;
            const bool feasible = evaluate(Instance(problem, rate), solution).feasible();
            EXPECT_EQ(feasible, rate <= result->rate) << rate << " of " << result->rate;
        }
    }
}

TEST(LargestRate, WithFunctionsReportsAFeasibleRateNextToAnInfeasibleOne) {
    const Problem problem = test::worked_example();
    const Solution solution = test::worked_function_solution();
    const auto result = largest_rate(problem, solution, {20, 1e-5});
    ASSERT_TRUE(result);
    EXPECT_TRUE(evaluate(Instance(problem, result->rate), solution).feasible());
    EXPECT_FALSE(evaluate(Instance(problem, result->rate + 1e-5), solution).feasible());
    // EN1 alone is overloaded at 2.5 requests per second
    EXPECT_LT(result->rate, 2.5);
}

} // namespace
} // namespace aisprint::optimizer
