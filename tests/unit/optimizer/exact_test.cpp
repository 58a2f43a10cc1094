// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/exact.hpp"

#include "aisprint/optimizer/evaluator.hpp"

#include "hand_made.hpp"
#include "random_problem.hpp"
#include "worked_example.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace aisprint::optimizer {
namespace {

using test::add_component;
using test::add_function;
using test::add_machine;
using test::deployment;
using test::queued;

ExactResult solve(const Problem& problem, const ExactOptions& options = {}) {
    return branch_and_bound(Instance(problem), options);
}

/// A partition with a trained model on a machine: so many seconds by number of nodes.
Partition trained(std::size_t machine, const std::vector<double>& times_s) {
    auto model = std::make_shared<test::TableModel>();
    model->names = {"cores"};
    for (std::size_t n = 0; n < times_s.size(); ++n) {
        model->rows[static_cast<double>(n + 1)] = times_s[n];
    }
    TrainedModel entry;
    entry.model = std::move(model);
    Partition partition;
    partition.data_sizes = {1};
    partition.candidates.push_back({machine, 512, entry});
    return partition;
}

void limit(Problem& problem, std::size_t component, double threshold_s) {
    problem.local_constraints.push_back({"", component, threshold_s});
}

TEST(Exact, WorkedExample) {
    const ExactResult result = solve(test::worked_example());
    ASSERT_EQ(result.status, ExactStatus::optimal);
    EXPECT_NEAR(result.cost, 3.71, 1e-12);
    EXPECT_EQ(result.lower_bound, result.cost);
    EXPECT_EQ(result.gap(), 0);
    EXPECT_EQ(*result.solution, test::worked_function_solution());
    EXPECT_GT(result.configurations, 0U);
}

TEST(Exact, ChoosesTheCheaperDeployment) {
    const ExactResult result = solve(test::two_ways_to_run());
    ASSERT_TRUE(result.solution);
    EXPECT_NEAR(result.cost, 1, 1e-12);
    EXPECT_EQ(result.solution->components[0].deployment, 1U);
}

TEST(Exact, ProvesThatALocalLimitCannotBeMet) {
    Problem problem;
    const std::size_t vm = add_machine(problem, "VM", 1, 3, ResourceKind::vm);
    add_component(problem, {deployment(1, {queued(0.5, {vm})})});
    limit(problem, 0, 0.59); // three nodes give 0.5 / (1 - 0.5 / 3) = 0.6
    const ExactResult result = solve(problem);
    EXPECT_EQ(result.status, ExactStatus::infeasible);
    EXPECT_FALSE(result.solution);
    EXPECT_EQ(result.lower_bound, k_infinite);

    problem.local_constraints[0].threshold_s = 0.6;
    EXPECT_NEAR(solve(problem).cost, 3, 1e-12);
    problem.local_constraints[0].threshold_s = 0.7; // two: 0.667
    EXPECT_NEAR(solve(problem).cost, 2, 1e-12);
}

TEST(Exact, NothingMayReturnToTheEdge) {
    Problem problem;
    const std::size_t edge = add_machine(problem, "EN", 5, 1, ResourceKind::edge);
    const std::size_t vm = add_machine(problem, "VM", 1, 4, ResourceKind::vm);
    add_component(problem, {deployment(1, {queued(0.1, {edge, vm})})});
    add_component(problem, {deployment(1, {queued(0.1, {edge})})});
    ExactResult result = solve(problem);
    ASSERT_TRUE(result.solution);
    EXPECT_NEAR(result.cost, 5, 1e-12);
    EXPECT_EQ(result.solution->components[0].resources, std::vector<std::size_t>{edge});

    Problem cloud_first;
    const std::size_t vm2 = add_machine(cloud_first, "VM", 1, 4, ResourceKind::vm);
    const std::size_t edge2 = add_machine(cloud_first, "EN", 5, 1, ResourceKind::edge);
    add_component(cloud_first, {deployment(1, {queued(0.1, {vm2})})});
    add_component(cloud_first, {deployment(1, {queued(0.1, {edge2})})});
    EXPECT_EQ(solve(cloud_first).status, ExactStatus::infeasible);
}

/// A chain from a board to something cheap that the board does not reach, or to something dear.
Problem cut_off_chain() {
    Problem problem;
    const std::size_t edge = test::add_machine(problem, "Board", 1, 1, ResourceKind::edge);
    const std::size_t cheap = test::add_machine(problem, "VM1", 1, 5, ResourceKind::vm);
    const std::size_t dear = test::add_machine(problem, "VM2", 9, 5, ResourceKind::vm);
    problem.domains = {{"ND1", {0, 2}, 0.01, 1000}, {"ND2", {1, 2}, 0.01, 1000}};
    test::add_component(problem, {test::deployment(1, {test::queued(0.1, {edge})})});
    test::add_component(problem, {test::deployment(1, {test::queued(0.1, {cheap, dear})})});
    return problem;
}

TEST(Exact, NothingFollowsWithoutACommonDomain) {
    const Problem problem = cut_off_chain(); // no time limit that would exclude it
    const ExactResult found = branch_and_bound(Instance(problem), ExactOptions{});
    ASSERT_EQ(found.status, ExactStatus::optimal);
    EXPECT_EQ(found.cost, 10);
}

TEST(Exact, ProvesThatNothingIsInReach) {
    Problem problem = cut_off_chain();
    problem.components[1].deployments[0].partitions[0].candidates.pop_back();
    const ExactResult found = branch_and_bound(Instance(problem), ExactOptions{});
    EXPECT_EQ(found.status, ExactStatus::infeasible);
    EXPECT_EQ(found.configurations, 0U) << "seen before the search";
}

TEST(Exact, DeploymentsThatReachMoreAreKept) {
    // the second component alone is cheapest on VM1; but only VM2 reaches the third
    Problem problem = cut_off_chain();
    const std::size_t last = test::add_machine(problem, "VM3", 1, 5, ResourceKind::vm);
    problem.domains = {{"ND1", {0, 1, 2}, 0.01, 1000}, {"ND2", {2, 3}, 0.01, 1000}};
    test::add_component(problem, {test::deployment(1, {test::queued(0.1, {last})})});
    const ExactResult found = branch_and_bound(Instance(problem), ExactOptions{});
    ASSERT_EQ(found.status, ExactStatus::optimal);
    EXPECT_EQ(found.cost, 1 + 9 + 1);
}

TEST(Exact, MemoryIsThatOfOneNodeOrOfAll) {
    Problem problem;
    const std::size_t vm = add_machine(problem, "VM", 1, 3, ResourceKind::vm);
    problem.resources[vm].memory_mb = 1000;
    add_component(problem, {deployment(1, {queued(0.1, {vm})})});
    add_component(problem, {deployment(1, {queued(0.1, {vm})})});
    EXPECT_EQ(solve(problem).status, ExactStatus::infeasible); // 1024 MB in all
    problem.memory_rule = MemoryRule::all_nodes;
    const ExactResult result = solve(problem);
    ASSERT_EQ(result.status, ExactStatus::optimal);
    EXPECT_NEAR(result.cost, 2, 1e-12);
}

TEST(Exact, SharedFunctionHasItsMemoryOnce) {
    Problem problem;
    const std::size_t function = add_function(problem, "F", 1);
    const std::size_t vm = add_machine(problem, "VM", 7, 1, ResourceKind::vm);
    for (int i = 0; i < 2; ++i) {
        Partition partition = queued(0.1, {vm});
        partition.candidates.push_back({function, 3000, ServerlessModel{0.1, 0.2}});
        add_component(problem, {deployment(1, {partition})});
    }
    EXPECT_NEAR(solve(problem).cost, 7, 1e-12); // 6000 MB do not fit, and one VM is enough
    problem.resources[function].memory_mb = 6000;
    EXPECT_NEAR(solve(problem).cost, 0.2, 1e-12);
}

TEST(Exact, TrainedModelsNeedNotBeMonotone) {
    Problem problem;
    const std::size_t vm = add_machine(problem, "VM", 1, 4, ResourceKind::vm);
    add_component(problem, {deployment(1, {trained(vm, {9, 4, 2, 5})})});
    limit(problem, 0, 3);
    const ExactResult result = solve(problem);
    ASSERT_EQ(result.status, ExactStatus::optimal);
    EXPECT_EQ(result.solution->nodes[vm], 3);
    limit(problem, 0, 1.5);
    EXPECT_EQ(solve(problem).status, ExactStatus::infeasible);
    ExactOptions any;
    any.goal = ExactGoal::any_feasible;
    problem.local_constraints.pop_back();
    EXPECT_EQ(solve(problem, any).solution->nodes[vm], 3);
}

TEST(Exact, TrainedModelsShareNoMachine) {
    Problem problem;
    const std::size_t first = add_machine(problem, "VM1", 1, 2, ResourceKind::vm);
    const std::size_t second = add_machine(problem, "VM2", 5, 2, ResourceKind::vm);
    add_component(problem, {deployment(1, {trained(first, {1, 1})})});
    add_component(problem, {deployment(1, {queued(0.1, {first, second})})});
    EXPECT_NEAR(solve(problem).cost, 6, 1e-12);
    problem.components[1].deployments[0].partitions[0].candidates.pop_back();
    EXPECT_EQ(solve(problem).status, ExactStatus::infeasible);
}

TEST(Exact, ManyNodesAreNoObstacle) {
    Problem problem;
    const std::size_t small = add_machine(problem, "Small", 1, 1000, ResourceKind::vm);
    const std::size_t big = add_machine(problem, "Big", 3, 100000, ResourceKind::vm);
    problem.arrival_rate = 100;
    Partition partition = queued(5.005, {small});                         // 501 nodes at one dollar
    partition.candidates.push_back({big, 512, QueueModel{"QTcloud", 2}}); // 201 at three
    add_component(problem, {deployment(1, {partition})});
    ExactResult result = solve(problem);
    ASSERT_EQ(result.status, ExactStatus::optimal);
    EXPECT_NEAR(result.cost, 501, 1e-9);

    limit(problem, 0, 2.0002); // U at most 0.0001: two million big nodes, more than there are
    EXPECT_EQ(solve(problem).status, ExactStatus::infeasible);
    problem.local_constraints[0].threshold_s = 2.5; // U at most 0.2: 1000 big nodes
    result = solve(problem);
    ASSERT_EQ(result.status, ExactStatus::optimal);
    EXPECT_NEAR(result.cost, 3000, 1e-6);
    EXPECT_LT(result.configurations + result.nodes, 1000U) << "they are bisected";
}

TEST(Exact, WithoutTimeTheBoundIsValid) {
    ExactOptions options;
    options.duration_s = 0;
    const ExactResult result = solve(test::worked_example(), options);
    EXPECT_TRUE(result.status == ExactStatus::unknown || result.status == ExactStatus::feasible);
    EXPECT_GT(result.lower_bound, 0.7) << "a share of the board, in proportion to its load";
    EXPECT_LE(result.lower_bound, 3.71 + 1e-9);
}

TEST(Exact, IncumbentIsKeptWithoutTime) {
    ExactOptions options;
    options.duration_s = 0;
    options.incumbent = test::worked_machine_solution();
    const ExactResult result = solve(test::worked_example(), options);
    EXPECT_EQ(result.status, ExactStatus::feasible);
    EXPECT_NEAR(result.cost, 4.30, 1e-12);
    EXPECT_GT(result.lower_bound, 0.7);
    EXPECT_LE(result.lower_bound, 3.71 + 1e-9);
    EXPECT_GT(result.gap(), 0);
}

TEST(Exact, IncumbentThatBreaksALimitIsNotTaken) {
    Problem problem = test::worked_example();
    problem.local_constraints[0].threshold_s = 1; // c2 on the function takes 1.5 s
    ExactOptions options;
    options.incumbent = test::worked_function_solution();
    const ExactResult result = solve(problem, options);
    ASSERT_EQ(result.status, ExactStatus::optimal);
    EXPECT_NEAR(result.cost, 4.30, 1e-12);
}

TEST(Exact, CostLimitBelowTheOptimumIsInfeasible) {
    ExactOptions options;
    options.cost_limit = 3.7;
    options.incumbent = test::worked_function_solution();
    EXPECT_EQ(solve(test::worked_example(), options).status, ExactStatus::infeasible);
    options.cost_limit = 3.71;
    EXPECT_NEAR(solve(test::worked_example(), options).cost, 3.71, 1e-12);
    options.cost_limit = 4.2;
    options.goal = ExactGoal::any_feasible;
    options.incumbent = std::nullopt;
    EXPECT_NEAR(solve(test::worked_example(), options).cost, 3.71, 1e-12);
}

TEST(Exact, AnyFeasibleIsFeasible) {
    const Problem problem = test::general_workflow(30, 2);
    ExactOptions options;
    options.goal = ExactGoal::any_feasible;
    const ExactResult result = solve(problem, options);
    ASSERT_EQ(result.status, ExactStatus::feasible);
    EXPECT_TRUE(evaluate(Instance(problem), *result.solution).feasible());
}

TEST(Exact, TwoThreadsGiveTheAnswerOfOne) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const Problem problem = test::general_workflow(12, seed);
        ExactOptions options;
        const ExactResult one = solve(problem, options);
        options.threads = 2;
        const ExactResult two = solve(problem, options);
        EXPECT_EQ(one.status, two.status);
        EXPECT_EQ(one.solution, two.solution) << "seed " << seed;
        EXPECT_EQ(one.lower_bound, two.lower_bound);
    }
}

TEST(Exact, EquallyCheapConfigurationsGiveTheFirst) {
    Problem problem;
    const std::size_t first = add_machine(problem, "VM1", 1, 1, ResourceKind::vm);
    const std::size_t second = add_machine(problem, "VM2", 1, 1, ResourceKind::vm);
    add_component(problem, {deployment(1, {queued(0.1, {first, second})})});
    for (const std::size_t start : {first, second}) {
        ExactOptions options;
        Solution incumbent;
        incumbent.components = {{0, {start}}};
        incumbent.nodes = {start == first ? 1 : 0, start == second ? 1 : 0};
        options.incumbent = incumbent;
        const ExactResult result = solve(problem, options);
        ASSERT_TRUE(result.solution);
        EXPECT_EQ(result.solution->nodes, (std::vector<int>{0, 1}));
    }
}

TEST(Exact, GapEndsTheSearchEarly) {
    const Problem problem = test::general_workflow(15, 3);
    const ExactResult proved = solve(problem);
    ASSERT_EQ(proved.status, ExactStatus::optimal);
    ExactOptions options;
    options.gap = 0.1;
    const ExactResult result = solve(problem, options);
    ASSERT_EQ(result.status, ExactStatus::optimal);
    EXPECT_LE(result.gap(), 0.1 + 1e-12);
    EXPECT_LE(result.lower_bound, proved.cost + 1e-9);
    EXPECT_LE(result.cost, proved.cost / 0.9 + 1e-9);
}

} // namespace
} // namespace aisprint::optimizer
