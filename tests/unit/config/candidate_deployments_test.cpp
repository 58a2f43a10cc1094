// SPDX-License-Identifier: Apache-2.0
#include "aisprint/config/candidate_deployments.hpp"

#include "config_support.hpp"

#include <gtest/gtest.h>

namespace aisprint::config {
namespace {

using Codes = std::vector<std::string>;

const char* const k_text = R"(Components:
  component1:
    name: blur
    candidateExecutionLayers: [1, 2]
    Containers:
      container1:
        image: registry/blur:1
        memorySize: 1024
        computingUnits: 0.90
        trustedExecution: no
        GPURequirement: True
        candidateExecutionResources: [RasPi, VM]
      container2:
        image:
        memorySize: 2048
        computingUnits: 2
        candidateExecutionResources: [VM]
  component1_partitionX_1:
    name: blur_partitionX_1
    candidateExecutionLayers: [1]
    Containers:
      container1:
        image: [a, b]
        memorySize: 1024
        computingUnits: 1
        candidateExecutionResources: [RasPi]
)";

Codes with(const std::string& from, const std::string& to) {
    return findings(parse_candidate_deployments, replaced(k_text, from, to));
}

TEST(CandidateDeployments, ReadsEverything) {
    CollectingReporter reporter;
    const auto all = parse_candidate_deployments(SourceFile("f.yaml", k_text), reporter);
    ASSERT_TRUE(all);
    ASSERT_NE(all->find("blur"), nullptr);
    const CandidateEntry& blur = *all->find("blur");
    EXPECT_EQ(blur.key, "component1");
    ASSERT_EQ(blur.layers.size(), 2U);
    EXPECT_EQ(blur.layers[1].value, 2);
    EXPECT_EQ(blur.layers[1].span.line, 4U);
    ASSERT_EQ(blur.containers.size(), 2U);
    EXPECT_EQ(blur.containers[0].memory_mb, 1024);
    EXPECT_EQ(blur.containers[0].computing_units, 0.9);
    EXPECT_FALSE(blur.containers[0].trusted_execution);
    EXPECT_TRUE(blur.containers[0].gpu_requirement);
    EXPECT_EQ(blur.containers[0].resources.at(1).value, "VM");
    EXPECT_NE(all->find("blur_partitionX_1"), nullptr);
    EXPECT_EQ(all->find("component1"), nullptr) << "keys are no names";
    const std::string copy = yaml::write(blur.node);
    EXPECT_NE(copy.find("image: null\n"), std::string::npos);
    EXPECT_NE(copy.find("computingUnits: 0.9\n"), std::string::npos);
    EXPECT_NE(copy.find("trustedExecution: false\n"), std::string::npos);
}

TEST(CandidateDeployments, MemoryByCut) {
    CollectingReporter reporter;
    const auto all = parse_candidate_deployments(
        SourceFile("f", replaced(k_text, "memorySize: 2048", "memorySize: [512, 2048.5]")),
        reporter);
    ASSERT_TRUE(all);
    const Container& container = all->find("blur")->containers[1];
    EXPECT_EQ(container.memory_by_cut_mb, (std::vector<double>{512, 2048.5}));
    EXPECT_EQ(container.memory_mb, 2048.5);
    EXPECT_TRUE(all->find("blur")->containers[0].memory_by_cut_mb.empty());
    EXPECT_EQ(with("memorySize: 2048", "memorySize: [512, 0]"), Codes{"CFG005"});
}

TEST(CandidateDeployments, HyphensAreReadWithAWarning) {
    EXPECT_EQ(with("name: blur_partitionX_1", "name: blur-partitionX-1"), (Codes{"|", "CFG049"}));
    CollectingReporter reporter;
    const auto all = parse_candidate_deployments(
        SourceFile("f", replaced(k_text, "blur_partitionX_1", "blur-partitionX-1")), reporter);
    ASSERT_TRUE(all);
    EXPECT_NE(all->find("blur_partitionX_1"), nullptr);
}

TEST(CandidateDeployments, KeysAndNamesGoTogether) {
    EXPECT_EQ(with("name: blur_partitionX_1", "name: blur_partitionX_2"), Codes{"CFG047"});
    EXPECT_EQ(with("name: blur_partitionX_1", "name: other"), Codes{"CFG047"});
    EXPECT_EQ(with("name: blur_partitionX_1", "name: other_partitionX_1"), Codes{"CFG047"});
    EXPECT_EQ(with("component1_partitionX_1", "component2"), Codes{"CFG047"});
    EXPECT_EQ(with("component1_partitionX_1", "component7_partitionX_1"), Codes{"CFG047"});
    EXPECT_EQ(with("component1_partitionX_1", "component1_partition1_1"), Codes{"CFG007"});
}

TEST(CandidateDeployments, NamesAreUnique) {
    const std::string twice = std::string(k_text) + R"(  component2:
    name: blur
    candidateExecutionLayers: [1]
    Containers:
      container1: {memorySize: 1, computingUnits: 1, candidateExecutionResources: [VM]}
)";
    EXPECT_EQ(findings(parse_candidate_deployments, twice), Codes{"CFG041"});
}

TEST(CandidateDeployments, FieldRules) {
    EXPECT_EQ(with("[1, 2]", "[]"), Codes{"CFG005"});
    EXPECT_EQ(with("[1, 2]", "[1, x]"), Codes{"CFG002"});
    EXPECT_EQ(with("[RasPi]", "[]"), Codes{"CFG005"});
    EXPECT_EQ(with("trustedExecution: no", "trustedExecution: 0"), Codes{"CFG002"});
    EXPECT_EQ(with("computingUnits: 2", "computingUnits: 0"), Codes{"CFG005"});
    EXPECT_EQ(with("    name: blur\n", ""), Codes{"CFG003"});
    EXPECT_EQ(with("image: [a, b]", "image: {a: b}"), Codes{"CFG002"});
    EXPECT_EQ(findings(parse_candidate_deployments, ""), Codes{"CFG002"});
    EXPECT_EQ(findings(parse_candidate_deployments,
                       "Components:\n  component1: {name: a, candidateExecutionLayers: [1], "
                       "Containers: {}}\n"),
              Codes{"CFG045"});
}

} // namespace
} // namespace aisprint::config
