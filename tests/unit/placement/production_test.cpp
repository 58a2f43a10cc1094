// SPDX-License-Identifier: Apache-2.0
#include "sample_application.hpp"

#include "aisprint/base/yaml.hpp"
#include "aisprint/config/schema.hpp"

#include <gtest/gtest.h>

namespace aisprint::placement {
namespace {

using Codes = std::vector<std::string>;

const char* const k_resources = "common_config/candidate_resources.yaml";

/// Resources of the sample in their order.
enum : std::size_t { k_pi, k_small, k_large, k_quick, k_slow };

/// stage1 as its third deployment (cut 10) on Pi and Quick, sink on Quick, archive on Large.
optimizer::Solution cut_in_two() {
    optimizer::Solution solution;
    solution.components = {{3, {k_pi, k_quick}}, {0, {k_quick}}, {0, {k_large}}};
    solution.nodes = {1, 0, 3, 1, 0};
    return solution;
}

std::string written(const ApplicationProblem& application,
                    const optimizer::Solution& solution,
                    ProductionForm form = ProductionForm::flat) {
    CollectingReporter reporter;
    std::string text = write_production_deployment(application, solution, true, form, reporter);
    EXPECT_TRUE(reporter.diagnostics().empty());
    return text;
}

/// The node at a path of keys, which must be there.
const yaml::Node& at(const yaml::Node& root, const std::vector<std::string>& path) {
    const yaml::Node* node = &root;
    for (const std::string& key : path) {
        node = node->find(key);
        if (node == nullptr) {
            ADD_FAILURE() << "no key " << key;
            static const yaml::Node nothing;
            return nothing;
        }
    }
    return *node;
}

yaml::Node parsed(const std::string& text) {
    auto root = yaml::parse(SourceFile("production_deployment.yaml", text));
    EXPECT_TRUE(root);
    return root ? std::move(*root) : yaml::Node{};
}

TEST(Production, FlatFormAsPrinted) {
    const ApplicationProblem application = SampleApplication::partitioned().loaded();
    EXPECT_EQ(written(application, cut_in_two()), R"(System:
  Components:
    component1_partitionX_1:
      name: stage1_partition10_1
      Containers:
        container1:
          image: reg/j:1
          memorySize: 700
          computingUnits: 0.9
          selectedExecutionResource: Pi
      executionLayer: 1
    component1_partitionX_2:
      name: stage1_partition10_2
      Containers:
        container1:
          image: reg/stage1_partition10_2_amd64:1
          memorySize: 800
          computingUnits: 0.9
          selectedExecutionResource: Quick
      executionLayer: 3
    component2:
      name: sink
      Containers:
        container1:
          image: registry/sink:1
          memorySize: 512
          computingUnits: 1
          selectedExecutionResource: Quick
      executionLayer: 3
    component12:
      name: archive
      Containers:
        container1:
          image: registry/archive:1
          memorySize: 1024
          computingUnits: 1
          selectedExecutionResource: Large
      executionLayer: 2
  name: Sample System
  NetworkDomains:
    ND3:
      name: everything
      AccessDelay: 0.02
      Bandwidth: 1000
      subNetworkDomains:
      - ND1
      - ND2
    ND1:
      name: edge
      AccessDelay: 0.001
      Bandwidth: 40000
      ComputationalLayers:
        computationalLayer1:
          name: Edge
          number: 1
          type: PhysicalAlreadyProvisioned
          Resources:
            resource1:
              name: Pi
              totalNodes: 1
              description: a small computer
              cost: 0.5
              memorySize: 4096
              operatingSystemVersion: 20.10
              processors:
                processor1:
                  architecture: arm64
                  computingUnits: 4
    ND2:
      name: cloud
      AccessDelay: 0
      Bandwidth: 1000000
      ComputationalLayers:
        computationalLayer2:
          name: Cloud
          number: 2
          type: Virtual
          Resources:
            resource1:
              name: Large
              totalNodes: 3
              cost: 2.5
              memorySize: 16384
              processors:
                processor1:
                  architecture: amd64
                  computingUnits: 4
                processor2:
                  architecture: amd64
                  computingUnits: 4
        computationalLayer3:
          name: Functions
          number: 3
          type: NativeCloudFunction
          Resources:
            resource1:
              name: Quick
              description: a function
              architecture: arm64
              cost: 0.4
              memorySize: 2048
              idleTime: 600
              transitionCost: 0
  Feasible: true
  DeploymentName: deployment4
)");
}

TEST(Production, NestedForm) {
    const ApplicationProblem application = SampleApplication::partitioned().loaded();
    const yaml::Node flat = parsed(written(application, cut_in_two()));
    const yaml::Node nested = parsed(written(application, cut_in_two(), ProductionForm::nested));
    EXPECT_TRUE(yaml::same_content(at(flat, {"System", "NetworkDomains"}),
                                   at(nested, {"System", "Resources", "NetworkDomains"})));
    EXPECT_EQ(at(nested, {"System", "Resources", "name"}).scalar, "Sample System");
    EXPECT_TRUE(yaml::same_content(at(flat, {"System", "Components"}),
                                   at(nested, {"System", "Components"})));
    EXPECT_EQ(at(nested, {"System", "DeploymentName"}).scalar, "deployment4");
    EXPECT_EQ(nested.find("System")->find("NetworkDomains"), nullptr);
}

TEST(Production, BothFormsFitTheSchema) {
    const ApplicationProblem application = SampleApplication::partitioned().loaded();
    for (const ProductionForm form : {ProductionForm::flat, ProductionForm::nested}) {
        const SourceFile source("production_deployment.yaml",
                                written(application, cut_in_two(), form));
        CollectingReporter reporter;
        EXPECT_TRUE(config::parse_document(source, "production_deployment", reporter));
        EXPECT_TRUE(reporter.diagnostics().empty());
    }
}

TEST(Production, ContainerOfTheChosenResource) {
    const ApplicationProblem application = SampleApplication::partitioned().loaded();
    optimizer::Solution solution = cut_in_two();
    solution.components[0] = {0, {k_large}};
    solution.nodes = {0, 0, 4, 1, 0};
    const yaml::Node document = parsed(written(application, solution));
    const yaml::Node& container =
        at(document, {"System", "Components", "component1", "Containers", "container1"});
    EXPECT_EQ(at(container, {"memorySize"}).scalar, "3000") << "the second container";
    EXPECT_TRUE(at(container, {"image"}).is_null());
    EXPECT_EQ(at(document, {"System", "Components", "component1", "executionLayer"}).scalar, "2");
    EXPECT_EQ(at(document, {"System", "DeploymentName"}).scalar, "deployment1");
    EXPECT_EQ(document.find("System")->find("NetworkDomains")->find("ND1"), nullptr)
        << "nothing runs there";
    EXPECT_EQ(at(document, {"System", "NetworkDomains", "ND3", "subNetworkDomains"}).items.size(),
              1U);
}

TEST(Production, ImagesOfAPartitionByNameAndArchitecture) {
    const ApplicationProblem application = SampleApplication::partitioned().loaded();
    optimizer::Solution solution = cut_in_two();
    const auto image = [&](std::size_t deployment, std::size_t resource) {
        solution.components[0] = {deployment, {k_pi, resource}};
        solution.nodes[resource] = 1;
        CollectingReporter reporter;
        const std::string text = write_production_deployment(application, solution, true,
                                                             ProductionForm::flat, reporter);
        return at(parsed(text), {"System", "Components", "component1_partitionX_2", "Containers",
                                 "container1", "image"})
            .scalar;
    };
    EXPECT_EQ(image(1, k_small), "reg/stage1_partition1_2_arm64:1") << "there is no other";
    EXPECT_EQ(image(2, k_small), "reg/stage1_partition2_2_amd64:1");
    EXPECT_EQ(image(2, k_quick), "reg/stage1_partition2_2_arm64:1");
}

TEST(Production, OtherNodeNumbersAndInfeasible) {
    const ApplicationProblem application = SampleApplication::partitioned().loaded();
    CollectingReporter reporter;
    const yaml::Node document = parsed(write_production_deployment(application, cut_in_two(), false,
                                                                   ProductionForm::flat, reporter));
    EXPECT_EQ(at(document, {"System", "Feasible"}).scalar, "false");
}

TEST(Production, DomainsInCirclesAndEmptyOnes) {
    SampleApplication app = SampleApplication::partitioned();
    app.replace(k_resources, "    ND1:\n      name: edge\n",
                "    ND4:\n      name: empty\n      subNetworkDomains: []\n"
                "    ND5:\n      name: outer\n      AccessDelay: 1\n      Bandwidth: 1\n"
                "      subNetworkDomains: [ND4, ND3]\n"
                "    ND6:\n      name: hollow\n      subNetworkDomains: [ND4]\n"
                "    ND1:\n      name: edge\n");
    const yaml::Node document = parsed(written(app.loaded(), cut_in_two()));
    const yaml::Node& domains = at(document, {"System", "NetworkDomains"});
    EXPECT_EQ(domains.find("ND4"), nullptr);
    EXPECT_EQ(domains.find("ND6"), nullptr);
    ASSERT_EQ(at(domains, {"ND5", "subNetworkDomains"}).items.size(), 1U);
    EXPECT_EQ(at(domains, {"ND5", "subNetworkDomains"}).items[0].scalar, "ND3");
}

TEST(Production, DeploymentIsNotFound) {
    const ApplicationProblem application = SampleApplication::partitioned().loaded();
    optimizer::Solution solution = cut_in_two();
    solution.components[0] = {1, {k_pi, k_quick}}; // segment 2 of cut 1 on layer 3
    CollectingReporter reporter;
    const yaml::Node document = parsed(
        write_production_deployment(application, solution, true, ProductionForm::flat, reporter));
    EXPECT_EQ(at(document, {"System", "DeploymentName"}).scalar, "NOT_FOUND");
    ASSERT_EQ(reporter.diagnostics().size(), 1U);
    EXPECT_EQ(reporter.diagnostics()[0].code, "OPT260");
}

} // namespace
} // namespace aisprint::placement
