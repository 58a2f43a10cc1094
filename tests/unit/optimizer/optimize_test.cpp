// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/optimize.hpp"

#include "hand_made.hpp"
#include "random_problem.hpp"
#include "worked_example.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace aisprint::optimizer {
namespace {

using Names = std::vector<std::string>;

MethodList all_methods() {
    MethodList methods;
    methods.random_greedy = StopRule{500, 0};
    methods.improvement = Improvement{LocalSearchOptions{}, StopRule{20, 0}, 3};
    return methods;
}

Names names_of(const Optimum& optimum) {
    Names names;
    for (const MethodReport& report : optimum.methods) {
        names.push_back(report.name);
    }
    return names;
}

TEST(Optimize, RunsAllMethodsAndKeepsTheProof) {
    const Problem problem = test::worked_example();
    Names announced;
    const Optimum optimum = optimize(Instance(problem), all_methods(),
                                     [&](const std::string& name) { announced.push_back(name); });
    const Names expected{"BranchAndBound", "RandomGreedy", "LocalSearch"};
    EXPECT_EQ(names_of(optimum), expected);
    EXPECT_EQ(announced, expected);
    EXPECT_EQ(optimum.status, ExactStatus::optimal);
    EXPECT_EQ(optimum.found_by, "BranchAndBound") << "an equal cost does not take over";
    EXPECT_EQ(optimum.solution, test::worked_function_solution());
    EXPECT_NEAR(optimum.cost, 3.71, 1e-12);
    EXPECT_NEAR(optimum.lower_bound, 3.71, 1e-9);
    EXPECT_NEAR(optimum.gap(), 0, 1e-9);
    EXPECT_FALSE(optimum.least_violating);
    for (const MethodReport& report : optimum.methods) {
        EXPECT_TRUE(report.feasible) << report.name;
        EXPECT_NEAR(report.cost, 3.71, 1e-12) << report.name;
    }
    EXPECT_EQ(optimum.methods[1].steps, 500U);
    EXPECT_EQ(optimum.methods[2].steps, 20U);
}

TEST(Optimize, EachHeuristicHasItsName) {
    const Problem problem = test::worked_example();
    MethodList methods = all_methods();
    methods.exact.reset();
    methods.improvement->parameters = TabuSearchOptions{};
    EXPECT_EQ(names_of(optimize(Instance(problem), methods, {})),
              (Names{"RandomGreedy", "TabuSearch"}));
    methods.improvement->parameters = SimulatedAnnealingOptions{};
    EXPECT_EQ(names_of(optimize(Instance(problem), methods, {})),
              (Names{"RandomGreedy", "SimulatedAnnealing"}));
    methods.improvement->parameters = GeneticAlgorithmOptions{};
    EXPECT_EQ(names_of(optimize(Instance(problem), methods, {})),
              (Names{"RandomGreedy", "GeneticAlgorithm"}));
}

TEST(Optimize, WithoutExactSearchThereIsNoProof) {
    const Problem problem = test::worked_example();
    MethodList methods = all_methods();
    methods.exact.reset();
    const Optimum optimum = optimize(Instance(problem), methods, {});
    EXPECT_EQ(optimum.status, ExactStatus::feasible);
    EXPECT_EQ(optimum.found_by, "RandomGreedy");
    EXPECT_NEAR(optimum.cost, 3.71, 1e-12);
    EXPECT_EQ(optimum.lower_bound, 0);
    EXPECT_EQ(optimum.gap(), 1);
}

TEST(Optimize, TheImprovementStartsFromTheElites) {
    // one iteration finds something; only the improvement gets to the optimum
    const Problem problem = test::chain(6);
    MethodList methods = all_methods();
    methods.exact.reset();
    methods.random_greedy = StopRule{1, 0};
    methods.improvement->stop.iterations = 30;
    for (methods.seed = 1; methods.seed <= 5; ++methods.seed) {
        const Optimum optimum = optimize(Instance(problem), methods, {});
        ASSERT_TRUE(optimum.solution);
        EXPECT_NEAR(optimum.cost, 3, 1e-12);
        EXPECT_EQ(optimum.found_by, optimum.methods[0].cost > 3.5 ? "LocalSearch" : "RandomGreedy");
    }
}

TEST(Optimize, WithoutElitesTheImprovementStartsFromTheExactSolution) {
    const Problem problem = test::worked_example();
    MethodList methods = all_methods();
    methods.random_greedy = StopRule{0, 0};
    const Optimum optimum = optimize(Instance(problem), methods, {});
    ASSERT_EQ(optimum.methods.size(), 3U);
    EXPECT_FALSE(optimum.methods[1].feasible);
    EXPECT_EQ(optimum.methods[1].cost, k_infinite);
    EXPECT_TRUE(optimum.methods[2].feasible);
    EXPECT_EQ(optimum.found_by, "BranchAndBound");
}

TEST(Optimize, InfeasibleProblemsComeWithTheLeastViolatingPlacement) {
    Problem problem = test::worked_example();
    problem.path_constraints.front().threshold_s = 0.1;
    const Optimum optimum = optimize(Instance(problem), all_methods(), {});
    EXPECT_EQ(optimum.status, ExactStatus::infeasible);
    EXPECT_FALSE(optimum.solution);
    ASSERT_TRUE(optimum.least_violating);
    EXPECT_EQ(optimum.gap(), k_infinite);
    EXPECT_EQ(optimum.cost, k_infinite);
    EXPECT_EQ(names_of(optimum), (Names{"BranchAndBound", "RandomGreedy"}));
    const Evaluation evaluation = evaluate(Instance(problem), *optimum.least_violating);
    ASSERT_EQ(evaluation.violations.size(), 1U);
    EXPECT_EQ(evaluation.violations.front().kind, ConstraintKind::path_response_time);
}

TEST(Optimize, AnInterruptedProofIsCompletedByTheHeuristics) {
    const Problem problem = test::general_workflow(10, 3);
    MethodList methods = all_methods();
    methods.exact->duration_s = 0;
    const Optimum optimum = optimize(Instance(problem), methods, {});
    ASSERT_TRUE(optimum.solution);
    EXPECT_TRUE(evaluate(Instance(problem), *optimum.solution).feasible());
    EXPECT_GE(optimum.gap(), 0);
    EXPECT_LE(optimum.lower_bound, optimum.cost);
    for (const MethodReport& report : optimum.methods) {
        EXPECT_GE(report.cost, optimum.cost * (1 - 1e-9)) << report.name;
    }
}

} // namespace
} // namespace aisprint::optimizer
