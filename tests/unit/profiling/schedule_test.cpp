// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/schedule.hpp"

#include <gtest/gtest.h>

namespace aisprint::profiling {
namespace {

ResourceFacts node(const std::string& name, double cores, std::int64_t total = 5) {
    ResourceFacts resource;
    resource.name = name;
    resource.cores_per_node = cores;
    resource.memory_mb_per_node = 8192;
    resource.total_nodes = total;
    return resource;
}

Unit unit(const std::string& id, const std::string& resource, std::vector<int> parallelism) {
    Unit result;
    result.id = id;
    result.resource = resource;
    result.cpu = 0.9;
    result.memory_mb = 1024;
    result.parameters.parallelism = std::move(parallelism);
    return result;
}

TEST(HardwareFit, AgreesWithTheExamplesOfTheGuide) {
    const HardwareFit four = fit_on_node(0.9, 1024, node("VM1", 4));
    EXPECT_EQ(four.containers, 4);
    EXPECT_TRUE(four.cpu_is_scarce);
    EXPECT_DOUBLE_EQ(four.needed, 0.72);
    const HardwareFit two = fit_on_node(0.9, 1024, node("VM1", 2));
    EXPECT_EQ(two.containers, 2);
    EXPECT_DOUBLE_EQ(two.needed, 0.6);
    // binary fractions lose one here: 0.9 * 9 / 2.7 is 3
    EXPECT_EQ(fit_on_node(2.7, 1024, node("VM1", 9)).containers, 3);
    const HardwareFit memory = fit_on_node(0.1, 4096, node("VM1", 4));
    EXPECT_EQ(memory.containers, 1);
    EXPECT_FALSE(memory.cpu_is_scarce);
    EXPECT_DOUBLE_EQ(memory.needed, 3686.4);
    EXPECT_EQ(fit_on_node(5, 100, node("VM1", 4)).containers, 0);
}

// every demand that goes a whole number of times into nine tenths of a node fits that often
TEST(HardwareFit, IsExactForDecimalFractions) {
    for (int cores = 1; cores <= 128; ++cores) {
        for (int cpu_in_20ths = 1; cpu_in_20ths < 200; ++cpu_in_20ths) {
            const std::int64_t exact = (18 * cores) / cpu_in_20ths;
            ASSERT_EQ(fit_on_node(cpu_in_20ths / 20.0, 1, node("R", cores)).containers,
                      std::min<std::int64_t>(exact, 7372))
                << cores << " cores, " << cpu_in_20ths / 20.0;
        }
    }
}

Testbed two_units(std::int64_t nodes) {
    Testbed testbed;
    testbed.resources = {node("VM1", 4, nodes), node("VM2", 4, 9)};
    testbed.units = {unit("C1@VM1", "VM1", {10, 8, 6, 4, 2}),
                     unit("C2@VM2", "VM2", {10, 8, 6, 4, 2})};
    testbed.deployments = {{{0, 1}}};
    return testbed;
}

TEST(Schedule, RepeatsEachLevelAndCountsNodes) {
    const Testbed testbed = two_units(5);
    RunParameters parameters;
    parameters.repetitions = 3;
    const auto schedule = make_schedule(testbed, testbed.deployments.front(), parameters);
    ASSERT_TRUE(schedule);
    ASSERT_EQ(schedule->runs.size(), 15U);
    EXPECT_EQ(schedule->levels, 5U);
    std::vector<std::int64_t> nodes;
    for (std::size_t i = 0; i < 15; i += 3) {
        nodes.push_back(schedule->runs[i].nodes.at("VM1"));
    }
    EXPECT_EQ(nodes, (std::vector<std::int64_t>{3, 2, 2, 1, 1}));
    EXPECT_EQ(schedule->runs[4].number, 5U);
    EXPECT_EQ(schedule->runs[4].level, 1U);
    EXPECT_EQ(schedule->runs[4].repetition, 1U);
    EXPECT_EQ(schedule->runs[4].parallelism.at("C2@VM2"), 8);
}

TEST(Schedule, UnitsOnOneResourceAddUp) {
    Testbed testbed = two_units(5);
    testbed.units[1].resource = "VM1";
    const auto schedule = make_schedule(testbed, testbed.deployments.front(), {});
    ASSERT_FALSE(schedule) << "six nodes are needed";
    ASSERT_EQ(schedule.error().diagnostics.size(), 1U);
    EXPECT_EQ(schedule.error().diagnostics[0].message,
              "Resource VM1 has 5 nodes, but 6 are needed for testing (level 1)");
}

TEST(Schedule, AllCombinationsOfLevels) {
    Testbed testbed = two_units(9);
    testbed.units[0].parameters.parallelism = {8, 4};
    testbed.units[1].parameters.parallelism = {6, 4, 2};
    RunParameters parameters;
    parameters.combinatorial = true;
    parameters.repetitions = 2;
    const auto schedule = make_schedule(testbed, testbed.deployments.front(), parameters);
    ASSERT_TRUE(schedule);
    EXPECT_EQ(schedule->runs.size(), 12U);
    EXPECT_EQ(schedule->runs[2].parallelism,
              (std::map<std::string, int>{{"C1@VM1", 8}, {"C2@VM2", 4}}));
    EXPECT_EQ(schedule->runs[6].nodes.at("VM1"), 1);
}

TEST(Schedule, ContainersThatFitNowhereAreRefused) {
    Testbed testbed = two_units(5);
    testbed.units[0].cpu = 3.7;
    const auto schedule = make_schedule(testbed, testbed.deployments.front(), {});
    ASSERT_FALSE(schedule);
    EXPECT_EQ(schedule.error().diagnostics[0].code, "PRF030");
}

} // namespace
} // namespace aisprint::profiling
