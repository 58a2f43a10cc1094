// SPDX-License-Identifier: Apache-2.0
#include "aisprint/training/config.hpp"

#include <gtest/gtest.h>

namespace aisprint::training {
namespace {

TEST(Techniques, HaveTheNamesOfTheConfiguration) {
    for (const char* name : {"Dummy", "NNLS", "LRRidge", "Stepwise", "SVR", "DecisionTree",
                             "RandomForest", "XGBoost"}) {
        const auto technique = parse_technique(name);
        ASSERT_TRUE(technique) << name;
        EXPECT_EQ(to_string(*technique), name);
    }
    EXPECT_FALSE(parse_technique("xgboost"));
}

} // namespace
} // namespace aisprint::training
