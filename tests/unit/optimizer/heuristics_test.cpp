// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/heuristics.hpp"

#include "hand_made.hpp"
#include "random_problem.hpp"
#include "worked_example.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace aisprint::optimizer {
namespace {

ImprovementOptions iterations(std::uint64_t count) {
    ImprovementOptions options;
    options.stop.iterations = count;
    return options;
}

/// Starting points of Random Greedy, few iterations.
std::vector<Solution> starts_of(const Instance& instance, std::size_t count) {
    RandomGreedyOptions options;
    options.stop.iterations = 100;
    options.elites = count;
    const HeuristicResult result = random_greedy(instance, options);
    return result.feasible ? test::solutions_of(result) : std::vector<Solution>{};
}

class Improvement : public testing::TestWithParam<test::Improver> {
protected:
    static HeuristicResult run(const Problem& problem,
                               const std::vector<Solution>& starts,
                               const ImprovementOptions& options) {
        return GetParam().run(Instance(problem), starts, options);
    }
};

INSTANTIATE_TEST_SUITE_P(Heuristics,
                         Improvement,
                         testing::ValuesIn(test::improvers()),
                         [](const auto& parameter) {
                             std::string name = parameter.param.name;
                             std::ranges::replace(name, ' ', '_');
                             return name;
                         });

TEST_P(Improvement, ChangesTheDeployment) {
    const Problem problem = test::two_ways_to_run();
    const Solution whole{{{0, {0}}}, {1, 0}};
    const HeuristicResult result = run(problem, {whole}, iterations(3));
    ASSERT_TRUE(result.feasible);
    EXPECT_EQ(result.elites.front().solution, (Solution{{{1, {1, 1}}}, {0, 1}}));
    EXPECT_NEAR(result.elites.front().cost, 1, 1e-12);
}

TEST_P(Improvement, OpensALayer) {
    const Problem problem = test::unused_layer();
    const Solution on_function{{{0, {1}}}, {0, 1}};
    const HeuristicResult result = run(problem, {on_function}, iterations(3));
    ASSERT_TRUE(result.feasible);
    EXPECT_EQ(result.elites.front().solution, (Solution{{{0, {0}}}, {1, 0}}));
}

TEST_P(Improvement, MovesToFunctionsWhereTheyAreCheaper) {
    const HeuristicResult result =
        run(test::worked_example(), {test::worked_divided_solution()}, iterations(5));
    ASSERT_TRUE(result.feasible);
    EXPECT_EQ(result.elites.front().solution, test::worked_function_solution());
    EXPECT_NEAR(result.elites.front().cost, 3.71, 1e-12);
}

TEST_P(Improvement, EmptiesAMachine) {
    const Problem problem = test::chain(6);
    Solution dear;
    dear.components.assign(6, Choice{0, {0}});
    dear.nodes = {6, 0};
    const HeuristicResult result = run(problem, {dear}, iterations(10));
    ASSERT_TRUE(result.feasible);
    // a load of 6 x 0.4 takes three nodes of 1 an hour
    EXPECT_NEAR(result.elites.front().cost, 3, 1e-12);
    EXPECT_EQ(result.elites.front().solution.nodes, (std::vector<int>{0, 3}));
}

TEST_P(Improvement, ResultDependsOnTheSeedOnly) {
    const Problem problem = test::general_workflow(10, 3);
    const Instance instance(problem);
    const std::vector<Solution> starts = starts_of(instance, 5);
    ASSERT_EQ(starts.size(), 5U);
    ImprovementOptions options = iterations(23);
    const HeuristicResult one = GetParam().run(instance, starts, options);
    ASSERT_TRUE(one.feasible);
    EXPECT_EQ(one.steps, 23U);
    for (const unsigned threads : {1U, 2U, 3U}) {
        options.threads = threads;
        const HeuristicResult other = GetParam().run(instance, starts, options);
        EXPECT_EQ(test::solutions_of(other), test::solutions_of(one)) << threads;
        EXPECT_EQ(other.steps, one.steps);
    }
}

TEST_P(Improvement, ElitesAreFeasibleDistinctAndCheapestFirst) {
    const Problem problem = test::general_workflow(8, 1);
    const Instance instance(problem);
    const std::vector<Solution> starts = starts_of(instance, 4);
    ASSERT_FALSE(starts.empty());
    double cheapest_start = k_infinite;
    for (const Solution& start : starts) {
        cheapest_start = std::min(cheapest_start, evaluate(instance, start).cost);
    }
    const HeuristicResult result = GetParam().run(instance, starts, iterations(20));
    ASSERT_TRUE(result.feasible);
    EXPECT_LE(result.elites.size(), starts.size());
    EXPECT_LE(result.elites.front().cost, cheapest_start);
    EXPECT_TRUE(std::ranges::is_sorted(result.elites, {}, &Ranked::cost));
    const std::vector<Solution> solutions = test::solutions_of(result);
    for (const Ranked& elite : result.elites) {
        const Evaluation evaluation = evaluate(instance, elite.solution);
        EXPECT_TRUE(evaluation.feasible());
        EXPECT_EQ(evaluation.cost, elite.cost);
        EXPECT_EQ(std::ranges::count(solutions, elite.solution), 1);
    }
}

TEST_P(Improvement, GuideExampleOneIterationFiveStartingPoints) {
    // the reference fails here as soon as it has more than one processor
    const Problem problem = test::general_workflow(10, 3);
    const Instance instance(problem);
    const std::vector<Solution> starts = starts_of(instance, 5);
    ASSERT_EQ(starts.size(), 5U);
    for (const unsigned threads : {1U, 2U, 8U}) {
        ImprovementOptions options = iterations(1);
        options.threads = threads;
        const HeuristicResult result = GetParam().run(instance, starts, options);
        EXPECT_TRUE(result.feasible);
        EXPECT_EQ(result.steps, 1U);
        EXPECT_LE(result.elites.front().cost, evaluate(instance, starts.front()).cost);
    }
}

TEST_P(Improvement, WithoutStepsReturnsTheStart) {
    const HeuristicResult result =
        run(test::worked_example(), {test::worked_machine_solution()}, iterations(0));
    ASSERT_TRUE(result.feasible);
    EXPECT_EQ(result.steps, 0U);
    EXPECT_EQ(result.elites.front().solution, test::worked_machine_solution());
}

TEST_P(Improvement, TakesTheLongerOfIterationsAndDuration) {
    const Problem problem = test::general_workflow(8, 1);
    const Instance instance(problem);
    const std::vector<Solution> starts = starts_of(instance, 3);
    ASSERT_FALSE(starts.empty());
    ImprovementOptions options;
    options.stop.duration_s = 0.03;
    const HeuristicResult by_duration = GetParam().run(instance, starts, options);
    EXPECT_GE(by_duration.seconds, 0.03);
    EXPECT_GT(by_duration.steps, 0U);
    options.stop = {15, 1e-9};
    EXPECT_GE(GetParam().run(instance, starts, options).steps, 15U);
}

TEST_P(Improvement, LeavesOutInfeasibleStarts) {
    Problem problem = test::worked_example();
    const HeuristicResult one =
        run(problem, {Solution{{{0, {0}}, {0, {1}}}, {3, 1, 0}}, test::worked_machine_solution()},
            iterations(10));
    EXPECT_TRUE(one.feasible) << "the first has more nodes than there are";

    problem.path_constraints.front().threshold_s = 0.1;
    const HeuristicResult none = run(problem, {test::worked_machine_solution()}, iterations(10));
    EXPECT_FALSE(none.feasible);
    EXPECT_TRUE(none.elites.empty());
    EXPECT_FALSE(run(problem, {}, iterations(10)).feasible);
}

TEST_P(Improvement, SinglePlacement) {
    const Solution only{{{0, {0}}}, {2}};
    const HeuristicResult result = run(test::single_placement(), {only}, iterations(10));
    ASSERT_TRUE(result.feasible);
    EXPECT_EQ(result.elites.front().solution, only);
}

TEST(LocalSearch, StopsWithoutNeighboursAndWhenTheyAreUsedUp) {
    const HeuristicResult lonely = local_search(Instance(test::single_placement()),
                                                {Solution{{{0, {0}}}, {2}}}, iterations(10), {});
    EXPECT_EQ(lonely.reason, StopReason::no_neighbours);
    EXPECT_EQ(lonely.steps, 0U);

    // two placements: from the second only the first can be reached, where it came from
    const HeuristicResult pair = local_search(Instance(test::unused_layer()),
                                              {Solution{{{0, {1}}}, {0, 1}}}, iterations(10), {});
    EXPECT_EQ(pair.reason, StopReason::all_tabu);
    EXPECT_EQ(pair.steps, 1U);
}

TEST(LocalSearch, StopsBelowTheMinimumScore) {
    const Problem problem = test::worked_example();
    const Instance instance(problem);
    const std::vector<Solution> starts{test::worked_machine_solution()};
    const HeuristicResult reached = local_search(instance, starts, iterations(100), {4.0});
    EXPECT_EQ(reached.reason, StopReason::good_enough);
    EXPECT_EQ(reached.steps, 1U);
    EXPECT_NEAR(reached.elites.front().cost, 3.71, 1e-12);
    EXPECT_EQ(local_search(instance, starts, iterations(100), {5.0}).steps, 0U);
    EXPECT_NE(local_search(instance, starts, iterations(5), {3.0}).reason, StopReason::good_enough);
}

TEST(TabuSearch, StopsWhenAllNeighboursAreTabu) {
    const Problem problem = test::worked_example();
    TabuSearchOptions parameters;
    parameters.tabu_size = 50;
    const HeuristicResult result = tabu_search(Instance(problem), {test::worked_machine_solution()},
                                               iterations(100), parameters);
    EXPECT_EQ(result.reason, StopReason::all_tabu);
    EXPECT_EQ(result.steps, 2U) << "three placements, each visited once";
    parameters.tabu_size = 1;
    const HeuristicResult forgetful = tabu_search(
        Instance(problem), {test::worked_machine_solution()}, iterations(100), parameters);
    EXPECT_EQ(forgetful.reason, StopReason::steps);
    EXPECT_EQ(forgetful.steps, 100U);
}

TEST(TabuSearch, StopsBelowTheMinimumScore) {
    TabuSearchOptions parameters;
    parameters.min_score = 4.0;
    const Problem problem = test::worked_example();
    const HeuristicResult result = tabu_search(Instance(problem), {test::worked_machine_solution()},
                                               iterations(100), parameters);
    EXPECT_EQ(result.reason, StopReason::good_enough);
    EXPECT_LT(result.elites.front().cost, 4.0);
}

TEST(SimulatedAnnealing, StopsWhenCold) {
    const Problem problem = test::worked_example();
    const Instance instance(problem);
    const std::vector<Solution> starts{test::worked_machine_solution()};
    SimulatedAnnealingOptions parameters;
    parameters.initial_temperature = 1;
    parameters.schedule_constant = 0.5;
    parameters.schedule = Schedule::linear;
    const HeuristicResult linear =
        simulated_annealing(instance, starts, iterations(100), parameters);
    EXPECT_EQ(linear.reason, StopReason::cold);
    EXPECT_EQ(linear.steps, 2U);

    parameters.schedule = Schedule::exponential;
    parameters.schedule_constant = 0.1;
    const HeuristicResult exponential =
        simulated_annealing(instance, starts, iterations(100), parameters);
    EXPECT_EQ(exponential.reason, StopReason::cold);
    EXPECT_GE(exponential.steps, 6U);
    EXPECT_LE(exponential.steps, 7U);
}

TEST(SimulatedAnnealing, StopsBelowTheMinimumEnergy) {
    const Problem problem = test::worked_example();
    SimulatedAnnealingOptions parameters;
    parameters.min_energy = 4.0;
    const HeuristicResult result = simulated_annealing(
        Instance(problem), {test::worked_machine_solution()}, iterations(100), parameters);
    EXPECT_EQ(result.reason, StopReason::good_enough);
    EXPECT_EQ(result.steps, 1U);
}

TEST(GeneticAlgorithm, StopsAtTheMinimumFitness) {
    const Problem problem = test::worked_example();
    GeneticAlgorithmOptions parameters;
    parameters.min_fitness = 4.0;
    parameters.mutation_rate = 1;
    const HeuristicResult result = genetic_algorithm(
        Instance(problem), {test::worked_machine_solution()}, iterations(100), parameters);
    EXPECT_EQ(result.reason, StopReason::good_enough);
    EXPECT_LT(result.steps, 100U);
    EXPECT_LE(result.elites.front().cost, 4.0);
}

TEST(GeneticAlgorithm, CrossingAloneJoinsTheGoodHalves) {
    // one parent is good in front, the other at the back; no mutation
    Problem problem;
    std::vector<std::size_t> machines;
    for (const auto& [name, cost] : {std::pair{"A", 1.0}, {"B", 10.0}, {"C", 1.0}, {"D", 10.0}}) {
        machines.push_back(test::add_machine(problem, name, cost, 2, ResourceKind::vm));
    }
    test::add_component(problem, {test::deployment(1, {test::queued(0.5, {0, 1})})});
    test::add_component(problem, {test::deployment(1, {test::queued(0.5, {2, 3})})});
    const Solution front{{{0, {0}}, {0, {3}}}, {1, 0, 0, 1}};
    const Solution back{{{0, {1}}, {0, {2}}}, {0, 1, 1, 0}};
    GeneticAlgorithmOptions parameters;
    parameters.crossover_rate = 1;
    parameters.mutation_rate = 0;
    std::vector<Solution> starts{front, back, {{{0, {1}}, {0, {3}}}, {0, 1, 0, 1}}};
    const HeuristicResult result =
        genetic_algorithm(Instance(problem), starts, iterations(30), parameters);
    ASSERT_TRUE(result.feasible);
    EXPECT_NEAR(result.elites.front().cost, 2, 1e-12);
}

} // namespace
} // namespace aisprint::optimizer
