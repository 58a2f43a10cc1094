// SPDX-License-Identifier: Apache-2.0
// Branch and bound against brute force on thousands of small random problems, feasible or not.
#include "aisprint/optimizer/exact.hpp"

#include "brute_force.hpp"
#include "naive_evaluator.hpp"
#include "random_problem.hpp"
#include "repetitions.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace aisprint::optimizer {
namespace {

/// A family of random problems.
struct Family {
    const char* name;
    test::ProblemProfile profile;
    std::size_t count;
};

/// The name is enough in messages.
void PrintTo(const Family& family, std::ostream* out) {
    *out << family.name;
}

test::ProblemProfile make_profile(std::size_t components, double placements) {
    test::ProblemProfile profile;
    profile.max_components = components;
    profile.max_placements = placements;
    return profile;
}

std::vector<Family> families() {
    std::vector<Family> result;
    result.push_back({"Mixed", make_profile(4, 3e4), 1500});

    Family many{"ManyComponents", make_profile(9, 1e5), 600};
    many.profile.min_components = 5;
    many.profile.max_deployments = 2;
    many.profile.max_candidates = 2;
    result.push_back(many);

    Family trained{"TrainedModels", make_profile(4, 3e4), 600};
    trained.profile.trained_share = 0.7;
    result.push_back(trained);

    Family queues{"QueuesOnly", make_profile(6, 3e4), 600};
    queues.profile.trained_share = 0;
    queues.profile.max_functions = 0;
    result.push_back(queues);

    Family divided{"ManyPartitions", make_profile(2, 3e4), 600};
    divided.profile.max_partitions = 4;
    divided.profile.max_candidates = 5;
    result.push_back(divided);

    Family nodes{"ManyNodes", make_profile(4, 3e4), 600};
    nodes.profile.max_nodes = 9;
    nodes.profile.max_machines = 2;
    result.push_back(nodes);

    Family functions{"ManyFunctions", make_profile(4, 3e4), 600};
    functions.profile.max_functions = 8;
    functions.profile.max_vm_layers = 1;
    functions.profile.max_edge_layers = 1;
    functions.profile.max_candidates = 6;
    result.push_back(functions);

    Family layers{"ManyLayers", make_profile(4, 3e4), 600};
    layers.profile.max_edge_layers = 3;
    layers.profile.max_vm_layers = 3;
    layers.profile.max_candidates = 6;
    result.push_back(layers);
    return result;
}

class ExactProperty : public testing::TestWithParam<Family> {
protected:
    /// Calls check(problem, its optimum by brute force) for every problem of the family.
    template <class Check>
    void for_each_problem(std::size_t divisor, Check check) {
        const std::size_t count = test::repetitions(GetParam().count) / divisor;
        std::size_t feasible = 0;
        for (std::uint64_t seed = 0; seed < count && !HasFailure(); ++seed) {
            SCOPED_TRACE("seed " + std::to_string(seed));
            const test::RandomProblem drawn = test::random_problem(GetParam().profile, seed);
            const Problem& problem = drawn.problem;
            const test::BruteForceResult truth = test::brute_force(problem, problem.arrival_rate);
            feasible += truth.best ? 1U : 0U;
            check(drawn, truth);
        }
        if (!HasFailure()) {
            EXPECT_GT(feasible, count / 3);
            EXPECT_LT(feasible, count);
        }
    }
};

ExactOptions unlimited() {
    ExactOptions options;
    options.duration_s = k_infinite;
    return options;
}

void expect_valid(const Problem& problem, const Solution& solution, double cost) {
    const test::NaiveEvaluation checked = test::NaiveEvaluator(problem).evaluate(solution);
    EXPECT_TRUE(checked.feasible());
    EXPECT_NEAR(checked.cost, cost, 1e-9 * checked.cost);
    Solution tidy = solution;
    test::tidy_nodes(problem, tidy);
    EXPECT_EQ(solution, tidy) << "nodes of unused resources";
}

TEST_P(ExactProperty, AgreesWithBruteForce) {
    for_each_problem(1, [](const test::RandomProblem& drawn, const test::BruteForceResult& truth) {
        const Problem& problem = drawn.problem;
        const ExactResult found = branch_and_bound(Instance(problem), unlimited());
        if (!truth.best) {
            EXPECT_EQ(found.status, ExactStatus::infeasible);
            EXPECT_FALSE(found.solution.has_value());
            return;
        }
        ASSERT_EQ(found.status, ExactStatus::optimal);
        ASSERT_TRUE(found.solution.has_value());
        EXPECT_NEAR(found.cost, truth.cost, 1e-9 * truth.cost);
        EXPECT_NEAR(found.lower_bound, found.cost, 1e-9 * truth.cost);
        EXPECT_EQ(found.gap(), 0);
        expect_valid(problem, *found.solution, found.cost);
    });
}

TEST_P(ExactProperty, TwoThreadsGiveTheSameSolution) {
    for_each_problem(4, [](const test::RandomProblem& drawn, const test::BruteForceResult&) {
        const Instance instance(drawn.problem);
        ExactOptions options = unlimited();
        const ExactResult one = branch_and_bound(instance, options);
        options.threads = 2;
        const ExactResult two = branch_and_bound(instance, options);
        EXPECT_EQ(one.status, two.status);
        EXPECT_EQ(one.cost, two.cost);
        EXPECT_EQ(one.lower_bound, two.lower_bound);
        EXPECT_EQ(one.solution, two.solution);
    });
}

TEST_P(ExactProperty, AnyFeasibleAgreesThatThereIsOne) {
    for_each_problem(2, [](const test::RandomProblem& drawn, const test::BruteForceResult& truth) {
        const Problem& problem = drawn.problem;
        ExactOptions options = unlimited();
        options.goal = ExactGoal::any_feasible;
        const ExactResult found = branch_and_bound(Instance(problem), options);
        EXPECT_EQ(found.solution.has_value(), truth.best.has_value());
        if (found.solution) {
            EXPECT_EQ(found.status, ExactStatus::feasible);
            EXPECT_LE(found.lower_bound, truth.cost);
            expect_valid(problem, *found.solution, found.cost);
        } else {
            EXPECT_EQ(found.status, ExactStatus::infeasible);
        }
    });
}

TEST_P(ExactProperty, GapIsKept) {
    for_each_problem(4, [](const test::RandomProblem& drawn, const test::BruteForceResult& truth) {
        ExactOptions options = unlimited();
        options.gap = 0.1;
        const ExactResult found = branch_and_bound(Instance(drawn.problem), options);
        ASSERT_EQ(found.solution.has_value(), truth.best.has_value());
        if (found.solution) {
            expect_valid(drawn.problem, *found.solution, found.cost);
            EXPECT_LE(found.lower_bound, truth.cost * (1 + 1e-9));
            EXPECT_LE(found.cost - found.lower_bound, 0.1 * found.cost * (1 + 1e-9));
        }
    });
}

/// A good or a bad start changes how fast the search is, not what it finds.
TEST_P(ExactProperty, IncumbentDoesNotChangeTheCost) {
    for_each_problem(4, [](const test::RandomProblem& drawn, const test::BruteForceResult& truth) {
        const Problem& problem = drawn.problem;
        ExactOptions options = unlimited();
        options.incumbent = truth.best;
        if (test::NaiveEvaluator(problem).evaluate(drawn.planted).feasible()) {
            options.incumbent = drawn.planted;
        }
        const ExactResult found = branch_and_bound(Instance(problem), options);
        ASSERT_EQ(found.solution.has_value(), truth.best.has_value());
        if (found.solution) {
            EXPECT_EQ(found.status, ExactStatus::optimal);
            EXPECT_NEAR(found.cost, truth.cost, 1e-9 * truth.cost);
            expect_valid(problem, *found.solution, found.cost);
        }
    });
}

/// A search without time knows the bound of the whole problem at least.
TEST_P(ExactProperty, BoundWithoutTimeIsValid) {
    for_each_problem(4, [](const test::RandomProblem& drawn, const test::BruteForceResult& truth) {
        ExactOptions options;
        options.duration_s = 0;
        for (const bool has_start : {false, true}) {
            if (has_start) {
                options.incumbent = truth.best;
            }
            const ExactResult found = branch_and_bound(Instance(drawn.problem), options);
            if (truth.best) {
                EXPECT_LE(found.lower_bound, truth.cost * (1 + 1e-9));
                EXPECT_GT(found.lower_bound, 0);
            }
        }
    });
}

INSTANTIATE_TEST_SUITE_P(Families,
                         ExactProperty,
                         testing::ValuesIn(families()),
                         [](const testing::TestParamInfo<Family>& family) {
                             return std::string(family.param.name);
                         });

} // namespace
} // namespace aisprint::optimizer
