// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/evaluator.hpp"

#include "hand_made.hpp"
#include "worked_example.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

namespace aisprint::optimizer {
namespace {

/// Half a unit of the tenth decimal: the worked values are given to ten.
constexpr double k_digits = 5.0001e-11;

class WorkedExample : public testing::Test {
protected:
    Problem m_problem = test::worked_example();
    Instance m_instance{m_problem};
};

TEST_F(WorkedExample, FunctionSolution) {
    const Evaluation evaluation = evaluate(m_instance, test::worked_function_solution());
    EXPECT_TRUE(evaluation.feasible());
    EXPECT_NEAR(evaluation.cost, 3.71, 1e-12);
    EXPECT_NEAR(evaluation.utilisation[0], 0.2, 1e-12);
    EXPECT_TRUE(std::isnan(evaluation.utilisation[1]));
    EXPECT_TRUE(std::isnan(evaluation.utilisation[2]));
    EXPECT_NEAR(evaluation.component_times[0], 0.5, k_digits);
    EXPECT_NEAR(evaluation.component_times[1], 1.5021153511, k_digits);
    EXPECT_NEAR(evaluation.local_times[0], 1.5021153511, k_digits);
    EXPECT_NEAR(evaluation.path_times[0], 2.0431153511, k_digits);
    EXPECT_EQ(evaluation.memory_mb, (std::vector<double>{512, 0, 1024}));
}

TEST_F(WorkedExample, MachineSolution) {
    const Evaluation evaluation = evaluate(m_instance, test::worked_machine_solution());
    EXPECT_TRUE(evaluation.feasible());
    EXPECT_NEAR(evaluation.cost, 4.30, 1e-12);
    EXPECT_NEAR(evaluation.utilisation[1], 0.07, 1e-12);
    EXPECT_NEAR(evaluation.component_times[1], 0.2150537634, k_digits);
    EXPECT_NEAR(evaluation.path_times[0], 0.7560537634, k_digits);
}

TEST_F(WorkedExample, DividedSolution) {
    const Evaluation evaluation = evaluate(m_instance, test::worked_divided_solution());
    EXPECT_TRUE(evaluation.feasible());
    EXPECT_NEAR(evaluation.cost, 4.30, 1e-12);
    EXPECT_NEAR(evaluation.utilisation[0], 0.305, 1e-12);
    EXPECT_NEAR(evaluation.utilisation[1], 0.0245, 1e-12);
    EXPECT_NEAR(evaluation.component_times[0], 0.5755395683, k_digits);
    EXPECT_NEAR(evaluation.component_times[1], 0.5377127490, k_digits);
    EXPECT_NEAR(evaluation.path_times[0], 1.1132523174, k_digits);
    ASSERT_EQ(evaluation.partition_times[1].size(), 2U);
    EXPECT_NEAR(evaluation.partition_times[1][0], 0.3 / (1 - 0.305), 1e-12);
    EXPECT_NEAR(evaluation.partition_times[1][1], 0.1 / (1 - 0.0245), 1e-12);
}

TEST_F(WorkedExample, HorizonMultipliesTheCost) {
    m_problem.horizon_h = 3;
    const Instance instance(m_problem);
    EXPECT_NEAR(evaluate(instance, test::worked_function_solution()).cost, 3 * 3.71, 1e-12);
}

TEST_F(WorkedExample, FunctionsAreChargedForTheLoadAskedFor) {
    // h3 also on the function: it sees 0.245 of the component's 0.35
    m_problem.components[1].deployments[1].partitions[1].candidates.push_back(
        {2, 512, ServerlessModel{1.0, 2.0}});
    const Solution solution{{{0, {0}}, {1, {0, 2}}}, {1, 0, 1}};
    EXPECT_NEAR(evaluate(Instance(m_problem), solution).cost, 3.5 + 0.4 * 0.35, 1e-12);
    m_problem.function_charge = FunctionCharge::partition_load;
    EXPECT_NEAR(evaluate(Instance(m_problem), solution).cost, 3.5 + 0.4 * 0.245, 1e-12);
}

TEST_F(WorkedExample, FullLoadIsRefused) {
    // 0.4 s at 2.5 requests per second: exactly 1
    const Instance instance(m_problem, 2.5);
    const Evaluation evaluation = evaluate(instance, test::worked_function_solution());
    ASSERT_EQ(evaluation.violations.size(), 2U);
    EXPECT_EQ(evaluation.violations[0].kind, ConstraintKind::stability);
    EXPECT_EQ(evaluation.violations[0].subject, 0U);
    EXPECT_NEAR(evaluation.violations[0].value, 1.0, 1e-12);
    EXPECT_EQ(evaluation.violations[1].kind, ConstraintKind::path_response_time);
    EXPECT_TRUE(std::isinf(evaluation.component_times[0]));
}

TEST_F(WorkedExample, ReturningToTheEdgeIsRefused) {
    m_problem.components[0].deployments[0].partitions[0].candidates.push_back(
        {1, 512, QueueModel{"QTedge", 0.1}});
    const Solution solution{{{0, {1}}, {1, {0, 1}}}, {1, 1, 0}};
    const Evaluation evaluation = evaluate(Instance(m_problem), solution);
    ASSERT_EQ(evaluation.violations.size(), 1U);
    EXPECT_EQ(evaluation.violations[0].kind, ConstraintKind::no_return_to_edge);
    EXPECT_EQ(evaluation.violations[0].subject, 1U);
}

/// A board, a VM that it reaches, and a function that only the VM reaches.
class CutOffFunction : public testing::Test {
protected:
    CutOffFunction() {
        m_edge = test::add_machine(m_problem, "Board", 1, 1, ResourceKind::edge);
        m_vm = test::add_machine(m_problem, "VM1", 5, 1, ResourceKind::vm);
        m_function = test::add_function(m_problem, "F1", 0.1);
        m_problem.domains = {{"ND1", {0, 1}, 0.01, 1000}, {"ND2", {1, 2}, 0.01, 1000}};
    }

    /// A part on the board or the VM, or on the function.
    [[nodiscard]] Partition part() const {
        Partition partition = test::queued(0.1, {m_edge, m_vm});
        partition.candidates.push_back({m_function, 512, ServerlessModel{0.1, 0.2}});
        return partition;
    }

    /// Kind and component of what a placement on these resources breaks.
    [[nodiscard]] std::vector<std::pair<ConstraintKind, std::size_t>>
    broken(const std::vector<Choice>& choices) const {
        Solution solution{choices, std::vector<int>(m_problem.resources.size(), 0)};
        for (const Choice& choice : choices) {
            for (const std::size_t j : choice.resources) {
                solution.nodes[j] = 1;
            }
        }
        std::vector<std::pair<ConstraintKind, std::size_t>> found;
        for (const Violation& violation : evaluate(Instance(m_problem), solution).violations) {
            found.emplace_back(violation.kind, violation.subject);
        }
        return found;
    }

    Problem m_problem;
    std::size_t m_edge = 0;
    std::size_t m_vm = 0;
    std::size_t m_function = 0;
};

TEST_F(CutOffFunction, IsRefusedAfterAComponentThatCannotReachIt) {
    test::add_component(m_problem, {test::deployment(1, {part()})});
    test::add_component(m_problem, {test::deployment(1, {part()})});
    EXPECT_THAT(broken({{0, {m_edge}}, {0, {m_function}}}),
                testing::ElementsAre(std::pair{ConstraintKind::network_domain, std::size_t{1}}));
    EXPECT_THAT(broken({{0, {m_edge}}, {0, {m_vm}}}), testing::IsEmpty());
    EXPECT_THAT(broken({{0, {m_vm}}, {0, {m_function}}}), testing::IsEmpty());
}

TEST_F(CutOffFunction, IsRefusedAfterAPartitionThatCannotReachIt) {
    test::add_component(m_problem, {test::deployment(1, {part(), part()})});
    EXPECT_THAT(broken({{0, {m_edge, m_function}}}),
                testing::ElementsAre(std::pair{ConstraintKind::network_domain, std::size_t{0}}));
    EXPECT_THAT(broken({{0, {m_edge, m_vm}}}), testing::IsEmpty());
}

TEST_F(CutOffFunction, BothOrdersMayBeBrokenAtOnce) {
    test::add_component(m_problem, {test::deployment(1, {part()})});
    test::add_component(m_problem, {test::deployment(1, {part()})});
    EXPECT_THAT(broken({{0, {m_function}}, {0, {m_edge}}}),
                testing::ElementsAre(std::pair{ConstraintKind::no_return_to_edge, std::size_t{1}},
                                     std::pair{ConstraintKind::network_domain, std::size_t{1}}));
}

TEST_F(CutOffFunction, OneResourceNeedsNoDomain) {
    m_problem.domains.clear();
    test::add_component(m_problem, {test::deployment(1, {part()})});
    test::add_component(m_problem, {test::deployment(1, {part()})});
    EXPECT_THAT(broken({{0, {m_function}}, {0, {m_function}}}), testing::IsEmpty());
    EXPECT_THAT(unlinked_layers(m_problem),
                testing::ElementsAre(std::pair{0U, 1U}, std::pair{0U, 2U}, std::pair{1U, 2U}));
}

TEST_F(CutOffFunction, IsWatchedWhenPartsMove) {
    test::add_component(m_problem, {test::deployment(1, {part()})});
    test::add_component(m_problem, {test::deployment(1, {part()})});
    const Instance instance(m_problem);
    Evaluator evaluator(instance);
    evaluator.load({{{0, {m_edge}}, {0, {m_vm}}}, {1, 1, 0}});
    EXPECT_TRUE(evaluator.feasible());
    evaluator.move(1, 0, m_function);
    EXPECT_FALSE(evaluator.feasible());
    EXPECT_TRUE(evaluator.lacks_domain(1));
    evaluator.move(0, 0, m_vm);
    EXPECT_TRUE(evaluator.feasible());
    EXPECT_FALSE(evaluator.lacks_domain(1));
}

TEST_F(WorkedExample, MemoryIsThatOfOneNodeUnlessAskedOtherwise) {
    m_problem.resources[0].memory_mb = 1000;
    Solution solution = test::worked_divided_solution(); // 512 + 512 on EN1
    solution.nodes[0] = 2;
    const Evaluation evaluation = evaluate(Instance(m_problem), solution);
    ASSERT_EQ(evaluation.violations.size(), 1U);
    EXPECT_EQ(evaluation.violations[0].kind, ConstraintKind::memory);
    EXPECT_EQ(evaluation.violations[0].value, 1024);
    EXPECT_EQ(evaluation.violations[0].limit, 1000);
    m_problem.memory_rule = MemoryRule::all_nodes;
    EXPECT_TRUE(evaluate(Instance(m_problem), solution).feasible());
}

TEST_F(WorkedExample, NodesOutsideTheLimitsAreRefused) {
    Solution solution = test::worked_function_solution();
    for (const int nodes : {-1, 0, 3}) {
        solution.nodes[0] = nodes;
        const Evaluation evaluation = evaluate(m_instance, solution);
        ASSERT_FALSE(evaluation.feasible()) << nodes;
        EXPECT_EQ(evaluation.violations[0].kind, ConstraintKind::node_limit) << nodes;
        EXPECT_EQ(evaluation.violations[0].limit, 2) << nodes;
    }
}

TEST_F(WorkedExample, ResourceThatIsNoCandidateIsRefused) {
    Solution solution = test::worked_function_solution();
    solution.components[0].resources[0] = 1;
    solution.nodes = {0, 1, 1};
    const Evaluation evaluation = evaluate(m_instance, solution);
    ASSERT_FALSE(evaluation.feasible());
    EXPECT_EQ(evaluation.violations[0].kind, ConstraintKind::compatibility);
    EXPECT_EQ(evaluation.violations[0].subject, 0U);
}

TEST_F(WorkedExample, MachineThatIsKeptKeepsItsNodes) {
    // both partitions of s2 may run on both machines, and change places
    Deployment& divided = m_problem.components[1].deployments[1];
    divided.partitions[0].candidates.push_back({1, 512, QueueModel{"QTedge", 0.3}});
    divided.partitions[1].candidates.push_back({0, 512, QueueModel{"QTedge", 0.1}});
    m_problem.components[0].deployments[0].partitions[0].candidates.push_back(
        {2, 512, ServerlessModel{1.0, 2.0}});
    const Instance instance(m_problem);
    Evaluator evaluator(instance);
    evaluator.load({{{0, {2}}, {1, {0, 1}}}, {2, 3, 1}});
    const std::vector<std::size_t> exchanged{1, 0};
    evaluator.place(1, 1, exchanged);
    EXPECT_EQ(evaluator.nodes(0), 2);
    EXPECT_EQ(evaluator.nodes(1), 3);
    EXPECT_EQ(evaluator.choice(1).resources, exchanged);
}

TEST_F(WorkedExample, PartialPlacementCountsWhatIsPlaced) {
    Evaluator evaluator(m_instance);
    EXPECT_EQ(evaluator.cost(), 0);
    const std::vector<std::size_t> on_edge{0};
    evaluator.place(0, 0, on_edge);
    EXPECT_NEAR(evaluator.cost(), 3.5, 1e-12);
    EXPECT_NEAR(evaluator.path_time(0), 0.5, 1e-12);
    EXPECT_TRUE(evaluator.feasible());
    evaluator.set_nodes(0, 2);
    EXPECT_NEAR(evaluator.cost(), 7.0, 1e-12);
    EXPECT_NEAR(evaluator.component_time(0), 0.4 / 0.9, 1e-12);
    evaluator.reduce_nodes();
    EXPECT_EQ(evaluator.nodes(0), 1);
    evaluator.remove(0);
    EXPECT_EQ(evaluator.nodes(0), 0);
    EXPECT_EQ(evaluator.cost(), 0);
}

} // namespace
} // namespace aisprint::optimizer
