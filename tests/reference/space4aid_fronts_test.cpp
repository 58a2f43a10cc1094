// SPDX-License-Identifier: Apache-2.0
// Fronts of published systems against exact searches under tightened limits.
#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/exact.hpp"
#include "aisprint/optimizer/tradeoffs.hpp"
#include "space4aid_data.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>

namespace aisprint::optimizer::reference {
namespace {

class Space4aidFront : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        if (!has_data()) {
            GTEST_SKIP() << "reference data are not at " << AISPRINT_SHARED_DATA;
        }
        m_problem = load_problem(GetParam());
    }

    double optimum(double limit_s) const {
        Problem problem = m_problem;
        problem.path_constraints[0].threshold_s = limit_s;
        ExactOptions options;
        options.duration_s = k_infinite;
        return branch_and_bound(Instance(problem), options).cost;
    }

    Problem m_problem;
};

TEST_P(Space4aidFront, PointsAreTheOptimaOfTheirTimes) {
    TradeoffOptions options;
    options.duration_s = 1e9;
    options.points = 6;
    const std::vector<FrontPoint> front = cost_against_path_time(m_problem, 0, options);
    ASSERT_FALSE(front.empty());
    ASSERT_LE(front.size(), options.points);
    const bool is_whole = front.size() < options.points;
    const double own_limit_s = m_problem.path_constraints[0].threshold_s;
    EXPECT_NEAR(optimum(own_limit_s), front.front().cost, 1e-9 * front.front().cost);
    for (std::size_t k = 0; k < front.size(); ++k) {
        const FrontPoint& point = front[k];
        EXPECT_TRUE(point.proved);
        EXPECT_TRUE(evaluate(Instance(m_problem), point.solution).feasible());
        EXPECT_NEAR(optimum(point.value), point.cost, 1e-9 * point.cost);
        const double faster = optimum(point.value * (1 - 2e-6));
        EXPECT_GT(faster, point.cost * (1 + 1e-9));
        if (k + 1 == front.size()) {
            EXPECT_EQ(faster, k_infinite) << "there is a faster end";
        } else if (is_whole) {
            EXPECT_NEAR(faster, front[k + 1].cost, 1e-9 * faster) << "a point is left out";
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Systems,
                         Space4aidFront,
                         testing::Values("Strict-5-1",
                                         "Strict-5-4",
                                         "Light-5-2",
                                         "Light-5-7",
                                         "Strict-7-1",
                                         "Strict-7-5"),
                         [](const auto& key) {
                             std::string name = key.param;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

} // namespace
} // namespace aisprint::optimizer::reference
