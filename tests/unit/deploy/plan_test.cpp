// SPDX-License-Identifier: Apache-2.0
#include "aisprint/deploy/plan.hpp"

#include <gtest/gtest.h>

namespace aisprint::deploy {
namespace {

TEST(Actions, AreCalledAsCommandsAre) {
    EXPECT_EQ(to_string(ActionKind::create), "create");
    EXPECT_EQ(to_string(ActionKind::remove), "delete");
}

} // namespace
} // namespace aisprint::deploy
