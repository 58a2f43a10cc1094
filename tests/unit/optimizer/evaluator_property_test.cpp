// SPDX-License-Identifier: Apache-2.0
// The evaluator against a second one that was written from the formulation alone, on random
// placements of random problems; and long walks of changes against placements built at once.
#include "aisprint/optimizer/evaluator.hpp"

#include "naive_evaluator.hpp"
#include "random_problem.hpp"
#include "repetitions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

namespace aisprint::optimizer {
namespace {

test::ProblemProfile broad_profile() {
    test::ProblemProfile profile;
    profile.max_components = 7;
    profile.max_partitions = 4;
    profile.max_edge_layers = 3;
    profile.max_vm_layers = 3;
    profile.max_nodes = 5;
    profile.max_functions = 4;
    profile.max_candidates = 6;
    return profile;
}

void expect_near(double found, double expected, const char* what) {
    if (std::isnan(expected) || std::isinf(expected)) {
        EXPECT_EQ(std::isnan(found), std::isnan(expected)) << what;
        EXPECT_EQ(std::isinf(found), std::isinf(expected)) << what;
        return;
    }
    EXPECT_NEAR(found, expected, 1e-9 * std::abs(expected)) << what;
}

void expect_near(const std::vector<double>& found,
                 const std::vector<double>& expected,
                 const char* what) {
    ASSERT_EQ(found.size(), expected.size()) << what;
    for (std::size_t at = 0; at < found.size(); ++at) {
        expect_near(found[at], expected[at], what);
    }
}

std::set<test::BrokenCondition> broken_conditions(const Evaluation& evaluation) {
    std::set<test::BrokenCondition> result;
    for (const Violation& violation : evaluation.violations) {
        EXPECT_TRUE(result.emplace(violation.kind, violation.subject).second) << "named twice";
        EXPECT_FALSE(violation.value <= violation.limit &&
                     violation.kind != ConstraintKind::node_limit &&
                     violation.kind != ConstraintKind::stability);
    }
    return result;
}

void expect_same(const Evaluation& found, const test::NaiveEvaluation& expected) {
    expect_near(found.cost, expected.cost, "cost");
    expect_near(found.component_times, expected.component_times, "component time");
    expect_near(found.local_times, expected.local_times, "local time");
    expect_near(found.path_times, expected.path_times, "path time");
    expect_near(found.utilisation, expected.utilisation, "utilisation");
    expect_near(found.memory_mb, expected.memory_mb, "memory");
    ASSERT_EQ(found.partition_times.size(), expected.partition_times.size());
    for (std::size_t i = 0; i < found.partition_times.size(); ++i) {
        expect_near(found.partition_times[i], expected.partition_times[i], "partition time");
    }
    EXPECT_EQ(broken_conditions(found), expected.violations);
    EXPECT_EQ(found.feasible(), expected.feasible());
}

TEST(EvaluatorProperty, AgreesWithTheNaiveEvaluator) {
    const std::size_t problems = test::repetitions(1500);
    std::map<ConstraintKind, std::size_t> seen;
    std::size_t feasible = 0;
    for (std::uint64_t seed = 0; seed < problems && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const test::RandomProblem random_problem = test::random_problem(broad_profile(), seed);
        const Problem& problem = random_problem.problem;
        const Instance instance(problem);
        test::NaiveEvaluator naive(problem);
        test::Random random(seed);
        std::vector<Solution> solutions{random_problem.planted};
        for (int k = 0; k < 3; ++k) {
            solutions.push_back(test::random_solution(problem, random));
            solutions.push_back(test::sensible_solution(problem, random));
            solutions.push_back(test::neighbour(problem, random_problem.planted, 2, random));
        }
        for (const Solution& solution : solutions) {
            const test::NaiveEvaluation expected = naive.evaluate(solution);
            expect_same(evaluate(instance, solution), expected);
            for (const auto& [kind, subject] : expected.violations) {
                ++seen[kind];
            }
            feasible += expected.feasible() ? 1U : 0U;
        }
    }
    // the comparison is worth something only if all of it happens
    for (const ConstraintKind kind :
         {ConstraintKind::one_resource_per_layer, ConstraintKind::memory,
          ConstraintKind::co_location, ConstraintKind::stability, ConstraintKind::no_return_to_edge,
          ConstraintKind::network_domain, ConstraintKind::local_response_time,
          ConstraintKind::path_response_time}) {
        EXPECT_GT(seen[kind], problems / 10) << static_cast<int>(kind);
    }
    EXPECT_GT(feasible, problems);
}

TEST(EvaluatorProperty, AgreesAtOtherRates) {
    for (std::uint64_t seed = 0; seed < test::repetitions(300); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const test::RandomProblem random_problem = test::random_problem(broad_profile(), seed);
        for (const double factor : {0.01, 0.5, 1.5}) {
            const double rate = random_problem.problem.arrival_rate * factor;
            const Instance instance(random_problem.problem, rate);
            expect_same(evaluate(instance, random_problem.planted),
                        test::NaiveEvaluator(random_problem.problem, rate)
                            .evaluate(random_problem.planted));
        }
    }
}

/// Only the kinds that do not depend on figures of what cannot be placed.
TEST(EvaluatorProperty, RefusesForeignResourcesAndNodeNumbers) {
    std::size_t foreign = 0;
    for (std::uint64_t seed = 0; seed < test::repetitions(500); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const test::RandomProblem random_problem = test::random_problem(broad_profile(), seed);
        const Problem& problem = random_problem.problem;
        test::Random random(seed);
        Solution solution = random_problem.planted;
        Choice& choice = solution.components[random.below(solution.components.size())];
        choice.resources[random.below(choice.resources.size())] =
            random.below(problem.resources.size());
        test::tidy_nodes(problem, solution);
        const std::size_t j = random.below(problem.resources.size());
        if (solution.nodes[j] > 0 && problem.resources[j].kind != ResourceKind::function) {
            solution.nodes[j] = random.chance(0.5) ? problem.resources[j].nodes + 1 : 0;
        }
        const auto expected = test::NaiveEvaluator(problem).evaluate(solution).violations;
        const auto found = broken_conditions(evaluate(Instance(problem), solution));
        EXPECT_EQ(found.empty(), expected.empty());
        for (const test::BrokenCondition& condition : expected) {
            if (condition.first == ConstraintKind::compatibility) {
                EXPECT_TRUE(found.contains(condition));
                ++foreign;
            }
        }
    }
    EXPECT_GT(foreign, test::repetitions(500) / 5);
}

/// A walk of random changes, with a record of what should be placed.
class Walk {
public:
    Walk(const Problem& problem, const Instance& instance, std::uint64_t seed)
        : m_problem(&problem), m_instance(&instance), m_random(seed), m_evaluator(instance),
          m_placed(problem.components.size()), m_nodes(problem.resources.size(), 0) {
        for (Choice& choice : m_placed) {
            choice.deployment = k_none;
        }
    }

    void step() {
        const std::size_t i = m_random.below(m_placed.size());
        const double what = m_random.unit();
        if (what < 0.4 || m_placed[i].deployment == k_none) {
            const Choice choice = test::random_solution(*m_problem, m_random).components[i];
            m_evaluator.place(i, choice.deployment, choice.resources);
            m_placed[i] = choice;
        } else if (what < 0.65) {
            const std::size_t q = m_random.below(m_placed[i].resources.size());
            const std::size_t j = m_random
                                      .pick(m_problem->components[i]
                                                .deployments[m_placed[i].deployment]
                                                .partitions[q]
                                                .candidates)
                                      .resource;
            m_evaluator.move(i, q, j);
            m_placed[i].resources[q] = j;
        } else if (what < 0.75) {
            m_evaluator.remove(i);
            m_placed[i] = {k_none, {}};
        } else {
            const std::size_t j = m_random.pick(m_placed[i].resources);
            if (m_problem->resources[j].kind != ResourceKind::function) {
                m_nodes[j] = m_random.from_to(1, m_problem->resources[j].nodes);
                m_evaluator.set_nodes(j, m_nodes[j]);
            }
        }
        update_nodes();
    }

    /// Every figure against an evaluator in which the same was placed in order.
    void check() {
        Evaluator fresh(*m_instance);
        bool complete = true;
        for (std::size_t i = 0; i < m_placed.size(); ++i) {
            EXPECT_EQ(m_evaluator.is_placed(i), m_placed[i].deployment != k_none);
            EXPECT_EQ(m_evaluator.choice(i), m_placed[i]);
            if (m_evaluator.is_placed(i)) {
                fresh.place(i, m_placed[i].deployment, m_placed[i].resources);
            } else {
                complete = false;
            }
        }
        for (std::size_t j = 0; j < m_nodes.size(); ++j) {
            EXPECT_EQ(m_evaluator.nodes(j), m_nodes[j]) << "resource " << j;
            fresh.set_nodes(j, m_nodes[j]);
            EXPECT_EQ(m_evaluator.utilisation(j), fresh.utilisation(j));
            EXPECT_EQ(m_evaluator.partitions_on(j), fresh.partitions_on(j));
        }
        compare(fresh);
        if (complete) {
            compare(evaluate(*m_instance, m_evaluator.solution()));
        }
    }

private:
    const Problem* m_problem;
    const Instance* m_instance;
    test::Random m_random;
    Evaluator m_evaluator;
    std::vector<Choice> m_placed;
    std::vector<int> m_nodes;

    void update_nodes() {
        std::vector<bool> used(m_nodes.size(), false);
        for (const Choice& choice : m_placed) {
            for (const std::size_t j : choice.resources) {
                used[j] = true;
            }
        }
        for (std::size_t j = 0; j < used.size(); ++j) {
            m_nodes[j] = used[j] ? std::max(m_nodes[j], 1) : 0;
        }
    }

    void compare(Evaluator& fresh) {
        EXPECT_EQ(m_evaluator.cost(), fresh.cost());
        for (std::size_t i = 0; i < m_placed.size(); ++i) {
            EXPECT_EQ(m_evaluator.component_time(i), fresh.component_time(i));
        }
        for (std::size_t p = 0; p < m_problem->path_constraints.size(); ++p) {
            EXPECT_EQ(m_evaluator.path_time(p), fresh.path_time(p));
        }
        EXPECT_EQ(m_evaluator.feasible(), fresh.feasible());
        EXPECT_EQ(m_evaluator.violation_rate(), fresh.violation_rate());
    }

    void compare(const Evaluation& evaluation) {
        EXPECT_EQ(m_evaluator.cost(), evaluation.cost);
        for (std::size_t i = 0; i < m_placed.size(); ++i) {
            EXPECT_EQ(m_evaluator.component_time(i), evaluation.component_times[i]);
        }
        for (std::size_t p = 0; p < evaluation.path_times.size(); ++p) {
            EXPECT_EQ(m_evaluator.path_time(p), evaluation.path_times[p]);
        }
        EXPECT_EQ(m_evaluator.feasible(), evaluation.feasible());
        EXPECT_EQ(m_evaluator.violation_rate() == 0, evaluation.feasible());
    }
};

TEST(EvaluatorProperty, WalksEndWithTheFiguresOfAPlacementBuiltAtOnce) {
    for (std::uint64_t seed = 0; seed < test::repetitions(400) && !testing::Test::HasFailure();
         ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const test::RandomProblem random_problem = test::random_problem(broad_profile(), seed);
        const Instance instance(random_problem.problem);
        Walk walk(random_problem.problem, instance, seed);
        for (int step = 0; step < 200; ++step) {
            walk.step();
            if (step % 5 == 0) {
                walk.check();
            }
        }
    }
}

/// Lowers node numbers without leaving the feasible side, until no single node can go.
TEST(EvaluatorProperty, ReducedNodesStayFeasible) {
    std::size_t reduced = 0;
    for (std::uint64_t seed = 0; seed < test::repetitions(800); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const test::RandomProblem random_problem = test::random_problem(broad_profile(), seed);
        const Problem& problem = random_problem.problem;
        const Instance instance(problem);
        Solution solution = random_problem.planted;
        for (std::size_t j = 0; j < solution.nodes.size(); ++j) {
            solution.nodes[j] = solution.nodes[j] > 0 ? problem.resources[j].nodes : 0;
        }
        Evaluator evaluator(instance);
        evaluator.load(solution);
        if (!evaluator.feasible()) {
            continue;
        }
        evaluator.reduce_nodes();
        const Solution after = evaluator.solution();
        EXPECT_TRUE(test::NaiveEvaluator(problem).evaluate(after).feasible());
        EXPECT_EQ(after.components, solution.components);
        for (std::size_t j = 0; j < solution.nodes.size(); ++j) {
            EXPECT_LE(after.nodes[j], solution.nodes[j]);
            reduced += after.nodes[j] < solution.nodes[j] ? 1U : 0U;
        }
    }
    EXPECT_GT(reduced, test::repetitions(800) / 4);
}

} // namespace
} // namespace aisprint::optimizer
