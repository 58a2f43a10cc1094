// SPDX-License-Identifier: Apache-2.0
// The certified optima of the published instances: found again, and believed only after both
// evaluators agreed with them.
#include "space4aid_data.hpp"

#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/exact.hpp"

#include "naive_evaluator.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace aisprint::optimizer::reference {
namespace {

class Space4aidOptima : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        if (!has_data()) {
            GTEST_SKIP() << "reference data are not at " << AISPRINT_SHARED_DATA;
        }
    }
};

TEST_P(Space4aidOptima, CertifiedPlacementIsFeasibleAndHasItsCost) {
    const Problem problem = load_problem(GetParam());
    const CertifiedOptimum certified = certified_optimum(GetParam(), problem);
    if (!certified.cost) {
        SUCCEED() << "certified as infeasible";
        return;
    }
    const Evaluation evaluation = evaluate(Instance(problem), certified.solution);
    EXPECT_TRUE(evaluation.feasible());
    // the costs are listed with twelve digits
    EXPECT_NEAR(evaluation.cost, *certified.cost, 1e-9 * *certified.cost);
    const test::NaiveEvaluation naive = test::NaiveEvaluator(problem).evaluate(certified.solution);
    EXPECT_TRUE(naive.feasible());
    EXPECT_NEAR(naive.cost, *certified.cost, 1e-9 * *certified.cost);
}

TEST_P(Space4aidOptima, OptimumIsFoundAndProved) {
    const Problem problem = load_problem(GetParam());
    const CertifiedOptimum certified = certified_optimum(GetParam(), problem);
    ExactOptions options;
    options.duration_s = k_infinite;
    const ExactResult found = branch_and_bound(Instance(problem), options);
    if (!certified.cost) {
        EXPECT_EQ(found.status, ExactStatus::infeasible);
        return;
    }
    ASSERT_EQ(found.status, ExactStatus::optimal);
    EXPECT_NEAR(found.cost, *certified.cost, 1e-6 * *certified.cost);
    EXPECT_NEAR(found.lower_bound, found.cost, 1e-9 * found.cost);
    const test::NaiveEvaluation naive = test::NaiveEvaluator(problem).evaluate(*found.solution);
    EXPECT_TRUE(naive.feasible());
    EXPECT_NEAR(naive.cost, found.cost, 1e-9 * found.cost);
}

std::string test_name(const testing::TestParamInfo<std::string>& key) {
    std::string name = key.param;
    std::ranges::replace_if(
        name, [](char c) { return c == '-' || c == '.' || c == '@'; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Instances, Space4aidOptima, testing::ValuesIn(optimum_keys()), test_name);

} // namespace
} // namespace aisprint::optimizer::reference
