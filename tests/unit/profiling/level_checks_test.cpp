// SPDX-License-Identifier: Apache-2.0
#include "level_checks.hpp"

#include "oscar_fake.hpp"

#include <gmock/gmock.h>

namespace aisprint::profiling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(LevelChecks, LevelsThatTheNodesDoNotKeepAreTold) {
    OscarClusters clusters;
    clusters["VM1"] = test::fake_cluster("VM1", "v2.6.1");
    Unit unit;
    unit.id = "C1@VM1";
    unit.resource = "VM1";
    const auto told = [&](int parallelism, std::int64_t containers, std::int64_t nodes) {
        RunRequest request;
        request.services.push_back({&unit, parallelism, containers, 0});
        return inexact_levels(request, clusters, {{"VM1", nodes}});
    };
    EXPECT_THAT(told(8, 4, 2), IsEmpty());
    EXPECT_THAT(told(3, 1, 3), IsEmpty());
    const auto found = told(6, 4, 2);
    ASSERT_THAT(found, ElementsAre(Pair("C1@VM1", ::testing::_)));
    const Diagnostic& diagnostic = found.at("C1@VM1");
    EXPECT_EQ(diagnostic.code, "PRF108");
    EXPECT_EQ(diagnostic.severity, Severity::warning);
    EXPECT_THAT(diagnostic.message,
                HasSubstr("up to 8 jobs can run at once, although 6 are asked for: cluster VM1 has "
                          "no YuniKorn, and 2 nodes with 4 jobs each work for it"));
    EXPECT_THAT(diagnostic.hint, HasSubstr("multiples of 4"));
    EXPECT_FALSE(told(4, 4, 2).empty()) << "the other node is there for another service";
    unit.resource = "VM2";
    EXPECT_THAT(told(6, 4, 2), IsEmpty()) << "not on a cluster";
}

} // namespace
} // namespace aisprint::profiling
