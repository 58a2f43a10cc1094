// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/qos_constraints.hpp"

#include "test_application.hpp"

#include <gtest/gtest.h>

namespace aisprint::design {
namespace {

using test::TestApplication;

/// Constraints of a layer as text, one a line: "local a 5", "global a,b 7", "throughput a".
std::string describe(const LayerQos& layer) {
    std::string text;
    for (const QosConstraint& item : layer.local) {
        text += "local " + item.path.at(0) + " " + item.threshold.scalar + "\n";
    }
    for (const QosConstraint& item : layer.global) {
        text += "global";
        for (const std::string& name : item.path) {
            text += " " + name;
        }
        text += " " + item.threshold.scalar + "\n";
    }
    return text + "throughput " + layer.throughput_component.value_or("-") + "\n";
}

std::string describe(TestApplication& app, std::size_t deployment) {
    const ApplicationModel model = app.load();
    const auto all = enumerate_deployments(model, {}, {});
    EXPECT_TRUE(all);
    std::string text;
    for (const auto& [number, layer] : qos_of(model, *all, all->all.at(deployment))) {
        text += "L" + std::to_string(number) + "\n" + describe(layer);
    }
    return text;
}

TEST(Qos, LocalAndGlobalGoToTheLayerOfTheLastPart) {
    TestApplication app;
    app.component("a", {"exec_time(local_time_thr=5)"});
    app.component("b", {"exec_time(local_time_thr=2.5, global_time_thr=9, prev_components=['a'])"});
    app.graph("[a, b]", "[[a, b, 1]]");
    app.entry("a", "1");
    app.entry("b", "2");
    EXPECT_EQ(describe(app, 0), "L1\nlocal a 5\nthroughput -\n"
                                "L2\nlocal b 2.5\nglobal a b 9\nthroughput -\n");
}

TEST(Qos, PartitionedComponentsBecomePaths) {
    TestApplication app;
    app.partitionable("a", 2, 1, {"exec_time(local_time_thr=5)"});
    app.partitionable("b", 2, 1,
                      {"exec_time(local_time_thr=6, global_time_thr=9, prev_components=['a'])"});
    app.graph("[a, b]", "[[a, b, 1]]");
    app.entry("a", "1");
    app.segment_entries("a", {"1", "2"});
    app.entry("b", "2");
    app.segment_entries("b", {"2", "3"});
    EXPECT_EQ(describe(app, 3),
              "L1\nthroughput -\n"
              "L2\nglobal a_partition1_1 a_partition1_2 5\nthroughput -\n"
              "L3\nglobal b_partition1_1 b_partition1_2 6\n"
              "global a_partition1_1 a_partition1_2 b_partition1_1 b_partition1_2 9\n"
              "throughput -\n");
    EXPECT_EQ(describe(app, 1), "L1\nlocal a 5\nthroughput -\n"
                                "L2\nthroughput -\n"
                                "L3\nglobal b_partition1_1 b_partition1_2 6\n"
                                "global a b_partition1_1 b_partition1_2 9\nthroughput -\n");
}

TEST(Qos, PathsOfManySegmentsAreInNumericalOrder) {
    TestApplication app;
    app.early_exits("a", {"0.5", "0.5", "0.5", "0.5", "0.5", "0.5", "0.5", "0.5", "0.5", "0.5"},
                    {"exec_time(local_time_thr=5)"});
    app.graph("[a]", "[]");
    app.entry("a", "1");
    app.segment_entries("a", std::vector<std::string>(11, "1"));
    const std::string text = describe(app, 1);
    EXPECT_NE(text.find("a_partition1_9 a_partition1_10 a_partition1_11 5"), std::string::npos)
        << text;
}

TEST(Qos, ThroughputIsCarriedByLaterLayers) {
    TestApplication app;
    app.component("a");
    app.partitionable("b", 2, 1, {"expected_throughput(rate=2)"});
    app.component("c");
    app.graph("[a, b, c]", "[[a, b, 1], [b, c, 1]]");
    app.entry("a", "1");
    app.entry("b", "2");
    app.segment_entries("b", {"2", "4"});
    app.entry("c", "3");
    EXPECT_EQ(describe(app, 0), "L1\nthroughput -\nL2\nthroughput b\nL3\nthroughput b\n");
    EXPECT_EQ(describe(app, 1), "L1\nthroughput -\nL2\nthroughput b_partition1_1\n"
                                "L3\nthroughput b_partition1_1\nL4\nthroughput b_partition1_1\n");
}

TEST(Qos, ComponentsWithoutLimitsGiveEmptyMaps) {
    TestApplication app;
    app.component("a");
    app.component("b", {"exec_time()"});
    app.graph("[a, b]", "[[a, b, 1]]");
    app.entry("a", "1");
    app.entry("b", "1");
    EXPECT_EQ(app.run(), std::vector<std::string>{});
    EXPECT_EQ(app.read("aisprint/deployments/base/ams/qos_constraints_L1.yaml"),
              "system:\n  name: app\n  local_constraints: {}\n  global_constraints: {}\n"
              "  throughput_component: {}\n");
    EXPECT_EQ(app.read("space4ai-d/qos_constraints.yaml"),
              "system:\n  name: app\n  local_constraints: {}\n  global_constraints: {}\n");
    EXPECT_EQ(app.read("aisprint/deployments/multi_cluster_qos_constraints.yaml"),
              "System:\n  Deployments:\n    base:\n      ExecutionLayers:\n        1:\n"
              "          components:\n          - a\n          - b\n"
              "          local_constraints: {}\n          global_constraints: {}\n"
              "          throughput_component: {}\n");
}

TEST(Qos, NumbersRunOnAcrossLayersForTheOptimiser) {
    TestApplication app;
    app.component("a", {"exec_time(local_time_thr=1)"});
    app.component("b", {"exec_time(local_time_thr=2)"});
    app.graph("[a, b]", "[[a, b, 1]]");
    app.entry("a", "1");
    app.entry("b", "2");
    EXPECT_EQ(app.run(), std::vector<std::string>{});
    const std::string text = app.read("space4ai-d/qos_constraints.yaml");
    EXPECT_NE(text.find("local_constraint_1:\n      component_name: a"), std::string::npos);
    EXPECT_NE(text.find("local_constraint_2:\n      component_name: b"), std::string::npos);
    EXPECT_EQ(text, app.read("aisprint/deployments/base/space4ai-d/qos_constraints.yaml"));
    EXPECT_NE(app.read("aisprint/deployments/base/ams/qos_constraints_L2.yaml")
                  .find("local_constraint_1:\n      component_name: b"),
              std::string::npos);
}

} // namespace
} // namespace aisprint::design
