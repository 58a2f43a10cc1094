// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/heuristics.hpp"

#include "brute_force.hpp"
#include "hand_made.hpp"
#include "random_problem.hpp"
#include "worked_example.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace aisprint::optimizer {
namespace {

HeuristicResult run(const Problem& problem, const RandomGreedyOptions& options) {
    return random_greedy(Instance(problem), options);
}

RandomGreedyOptions iterations(std::uint64_t count) {
    RandomGreedyOptions options;
    options.stop.iterations = count;
    return options;
}

TEST(RandomGreedy, FindsTheOptimumOfTheWorkedExample) {
    const HeuristicResult result = run(test::worked_example(), iterations(200));
    ASSERT_TRUE(result.feasible);
    ASSERT_EQ(result.elites.size(), 1U);
    EXPECT_EQ(result.elites.front().solution, test::worked_function_solution());
    EXPECT_NEAR(result.elites.front().cost, 3.71, 1e-12);
    EXPECT_EQ(result.elites.front().violation_rate, 0);
}

TEST(RandomGreedy, ElitesAreDistinctAndCheapestFirst) {
    RandomGreedyOptions options = iterations(2000);
    options.elites = 10;
    const HeuristicResult result = run(test::worked_example(), options);
    ASSERT_TRUE(result.feasible);
    // three assignments, each with its cheapest node numbers
    ASSERT_EQ(result.elites.size(), 3U);
    EXPECT_EQ(result.elites[0].solution, test::worked_function_solution());
    EXPECT_NEAR(result.elites[1].cost, 4.3, 1e-12);
    EXPECT_NEAR(result.elites[2].cost, 4.3, 1e-12);
    EXPECT_NE(result.elites[1].solution, result.elites[2].solution);
}

TEST(RandomGreedy, ResultDependsOnTheSeedOnly) {
    const Problem problem = test::general_workflow(10, 3);
    for (const std::uint64_t count : {100U, 1000U, 20001U}) {
        RandomGreedyOptions options = iterations(count);
        options.elites = 7;
        const HeuristicResult one = run(problem, options);
        ASSERT_FALSE(one.elites.empty());
        for (const unsigned threads : {1U, 2U, 3U}) {
            options.threads = threads;
            const HeuristicResult other = run(problem, options);
            EXPECT_EQ(test::solutions_of(other), test::solutions_of(one)) << count << threads;
            EXPECT_EQ(other.steps, count);
        }
        options.seed = 2;
        EXPECT_NE(test::solutions_of(run(problem, options)), test::solutions_of(one)) << count;
    }
}

TEST(RandomGreedy, MoreIterationsAreNeverWorse) {
    const Problem problem = test::general_workflow(8, 1);
    double before = k_infinite;
    for (const std::uint64_t count : {256U, 512U, 4096U, 65536U}) {
        const HeuristicResult result = run(problem, iterations(count));
        if (result.feasible) {
            EXPECT_LE(result.elites.front().cost, before);
            before = result.elites.front().cost;
        }
    }
    EXPECT_LT(before, k_infinite);
}

TEST(RandomGreedy, DoesAsManyIterationsAsAsked) {
    const Problem problem = test::worked_example();
    for (const std::uint64_t count : {1U, 255U, 256U, 257U, 1000U}) {
        EXPECT_EQ(run(problem, iterations(count)).steps, count);
    }
    const HeuristicResult none = run(problem, iterations(0));
    EXPECT_EQ(none.steps, 0U);
    EXPECT_FALSE(none.feasible);
    EXPECT_TRUE(none.elites.empty());
}

TEST(RandomGreedy, TakesTheLongerOfIterationsAndDuration) {
    const Problem problem = test::worked_example();
    RandomGreedyOptions options;
    options.stop.duration_s = 0.02;
    const HeuristicResult by_duration = run(problem, options);
    EXPECT_GE(by_duration.seconds, 0.02);
    EXPECT_GT(by_duration.steps, 0U);
    EXPECT_TRUE(by_duration.feasible);

    options.stop = {10, 0.02};
    const HeuristicResult longer = run(problem, options);
    EXPECT_GE(longer.seconds, 0.02);
    EXPECT_GT(longer.steps, 10U);

    options.stop = {30000, 1e-9};
    EXPECT_GE(run(problem, options).steps, 30000U);
}

TEST(RandomGreedy, NodeNumbersAreTheCheapestOfTheAssignment) {
    // two machines that share a path limit: which one gets a further node is a matter of both
    for (const double limit : {1.5, 1.7, 2.0, 2.4, 3.0, 4.0, 6.0}) {
        Problem problem;
        const std::size_t a = test::add_machine(problem, "A", 3, 4, ResourceKind::vm);
        const std::size_t b = test::add_machine(problem, "B", 2, 4, ResourceKind::vm);
        test::add_component(problem, {test::deployment(1, {test::queued(0.9, {a})})});
        test::add_component(problem, {test::deployment(1, {test::queued(0.6, {b})})});
        problem.path_constraints = {{"p1", {0, 1}, limit}};
        problem.arrival_rate = 1.05;
        const HeuristicResult result = run(problem, iterations(20));
        const test::BruteForceResult truth = test::brute_force(problem, problem.arrival_rate);
        ASSERT_EQ(result.feasible, truth.best.has_value()) << limit;
        if (truth.best) {
            EXPECT_NEAR(result.elites.front().cost, truth.cost, 1e-12) << limit;
        }
    }
}

TEST(RandomGreedy, ManyNodesDoNotStopIt) {
    Problem problem;
    std::vector<std::size_t> path;
    for (const std::string name : {"A", "B", "C", "D", "E", "F"}) {
        const std::size_t machine = test::add_machine(problem, name, 1, 100000, ResourceKind::vm);
        path.push_back(problem.components.size());
        test::add_component(problem, {test::deployment(1, {test::queued(0.5, {machine})})});
    }
    problem.path_constraints = {{"p1", path, 3.2}};
    problem.arrival_rate = 10;
    const HeuristicResult result = run(problem, iterations(3));
    ASSERT_TRUE(result.feasible);
    EXPECT_TRUE(evaluate(Instance(problem), result.elites.front().solution).feasible());
    EXPECT_LT(result.elites.front().cost, 600000);
}

TEST(RandomGreedy, DrawsOnlyWhatIsInReach) {
    // from the board the chain may only go on to the function in its network, and stay there
    Problem problem;
    const std::size_t edge = test::add_machine(problem, "Board", 1, 1, ResourceKind::edge);
    const std::size_t vm = test::add_machine(problem, "VM1", 1, 1, ResourceKind::vm);
    const std::size_t near = test::add_function(problem, "Near", 1);
    const std::size_t far = test::add_function(problem, "Far", 0.1);
    problem.domains = {{"ND1", {0, 2}, 0.01, 1000}, {"ND2", {1, 3}, 0.01, 1000}};
    test::add_component(problem, {test::deployment(1, {test::queued(0.1, {edge})})});
    for (int k = 0; k < 3; ++k) {
        Partition first = test::queued(0.01, {vm});
        first.candidates.push_back({far, 512, ServerlessModel{0.1, 0.2}});
        first.candidates.push_back({near, 512, ServerlessModel{0.1, 0.2}});
        const Partition second = first;
        test::add_component(problem, {test::deployment(1, {first, second})});
    }
    RandomGreedyOptions options;
    options.stop.iterations = 1;
    const HeuristicResult result = random_greedy(Instance(problem), options);
    ASSERT_TRUE(result.feasible) << "the first draw must do";
    for (const Choice& choice : result.elites.front().solution.components) {
        for (const std::size_t j : choice.resources) {
            EXPECT_TRUE(j == edge || j == near) << j;
        }
    }
}

TEST(RandomGreedy, WithoutAFeasiblePlacementKeepsTheLeastViolating) {
    Problem problem = test::worked_example();
    problem.path_constraints.front().threshold_s = 0.1;
    RandomGreedyOptions options = iterations(2000);
    options.elites = 3;
    const HeuristicResult result = run(problem, options);
    EXPECT_FALSE(result.feasible);
    ASSERT_EQ(result.elites.size(), 3U);
    EXPECT_TRUE(std::ranges::is_sorted(result.elites, {}, &Ranked::violation_rate));
    const Instance instance(problem);
    for (const Ranked& elite : result.elites) {
        Evaluator evaluator(instance);
        evaluator.load(elite.solution);
        EXPECT_GT(elite.violation_rate, 0);
        EXPECT_EQ(elite.violation_rate, evaluator.violation_rate());
        EXPECT_EQ(elite.solution.nodes[0], 2) << "all nodes violate least";
    }
    options.threads = 2;
    EXPECT_EQ(test::solutions_of(run(problem, options)), test::solutions_of(result));
}

TEST(RandomGreedy, WithoutAnyStablePlacementKeepsNothing) {
    Problem problem = test::single_placement();
    problem.arrival_rate = 100;
    const HeuristicResult result = run(problem, iterations(300));
    EXPECT_FALSE(result.feasible);
    EXPECT_TRUE(result.elites.empty());
    EXPECT_EQ(result.steps, 300U);
}

TEST(RandomGreedy, SharedFunctionsAndMemoryAreRespected) {
    // both partitions fit on the function alone, not together
    Problem problem;
    const std::size_t function = test::add_function(problem, "F", 1);
    const std::size_t vm = test::add_machine(problem, "VM", 50, 1, ResourceKind::vm);
    for (int n = 0; n < 2; ++n) {
        Partition partition = test::queued(0.1, {vm});
        partition.candidates.push_back({function, 2500, ServerlessModel{0.5, 1}});
        test::add_component(problem, {test::deployment(1, {partition})});
    }
    RandomGreedyOptions options = iterations(500);
    options.elites = 5;
    const HeuristicResult result = run(problem, options);
    ASSERT_TRUE(result.feasible);
    ASSERT_EQ(result.elites.size(), 3U) << "all but both on the function";
    EXPECT_NEAR(result.elites.front().cost, 50, 1e-9) << "both on the VM";
}

} // namespace
} // namespace aisprint::optimizer
