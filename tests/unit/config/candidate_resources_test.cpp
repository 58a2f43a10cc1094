// SPDX-License-Identifier: Apache-2.0
#include "aisprint/config/candidate_resources.hpp"

#include "config_support.hpp"

#include <gtest/gtest.h>

namespace aisprint::config {
namespace {

using Codes = std::vector<std::string>;

const char* const k_text = R"(System:
  name: app
  NetworkDomains:
    ND1:
      name: Edge
      AccessDelay: 2.77e-6
      Bandwidth: 40000
      ComputationalLayers:
        computationalLayer1:
          name: Edge layer
          number: 1
          type: PhysicalAlreadyProvisioned
          Resources:
            resource1:
              name: RasPi
              totalNodes: 2
              cost: 0
              memorySize: 4096
              storageSize: 64GB
              operatingSystemVersion: 22.10
              onSpot: no
              processors:
                processor1:
                  name: ARM
                  architecture: arm64
                  computingUnits: 4
                  SGXFlag: False
    ND2:
      name: Cloud
      subNetworkDomains: [ND1]
      ComputationalLayers:
        computationalLayer2:
          number: 2
          type: Virtual
          Resources:
            resource1:
              name: VM
              cost: 0.50
              memorySize: 8192
              processors:
                p1: {architecture: amd64, computingUnits: 2, SGXFlag: true}
                p2: {architecture: amd64, computingUnits: 6}
              accelerators:
                a1: {name: GPU, memory: 16000}
        computationalLayer3:
          number: 3
          type: NativeCloudFunction
          Resources:
            resource1:
              name: FaaS
              architecture: amd64
              cost: 0.00001
              memorySize: 3000
)";

Codes with(const std::string& from, const std::string& to) {
    return findings(parse_candidate_resources, replaced(k_text, from, to));
}

CandidateResources read(const std::string& text = k_text) {
    CollectingReporter reporter;
    auto resources = parse_candidate_resources(SourceFile("f.yaml", text), reporter);
    EXPECT_TRUE(resources);
    return resources ? *resources : CandidateResources{};
}

TEST(CandidateResources, ReadsEverything) {
    EXPECT_EQ(with("app", "app"), Codes{});
    const CandidateResources all = read();
    EXPECT_EQ(all.resource_names(), (Codes{"RasPi", "VM", "FaaS"}));
    EXPECT_EQ(all.layer_numbers(), (std::vector<std::int64_t>{1, 2, 3}));
    ASSERT_NE(all.find_resource("VM"), nullptr);
    const Resource& vm = *all.find_resource("VM");
    EXPECT_EQ(vm.layer, 2);
    EXPECT_EQ(vm.total_nodes, 1);
    EXPECT_EQ(vm.cost, 0.5);
    EXPECT_EQ(vm.computing_units, 8);
    EXPECT_TRUE(vm.has_sgx);
    ASSERT_EQ(vm.accelerators.size(), 1U);
    EXPECT_EQ(vm.accelerators[0].memory_mb, 16000);
    EXPECT_EQ(all.find_resource("RasPi")->total_nodes, 2);
    EXPECT_EQ(all.find_resource("nothing"), nullptr);
    ASSERT_NE(all.find_layer(3), nullptr);
    EXPECT_EQ(all.find_layer(3)->type, LayerType::cloud_functions);
    EXPECT_EQ(all.find_layer(1)->type, LayerType::physical);
    EXPECT_EQ(all.find_layer(4), nullptr);
    EXPECT_EQ(all.domains.at(1).sub_domains, Codes{"ND1"});
}

TEST(CandidateResources, CopiedScalarsKeepTheirMeaning) {
    const std::string text = yaml::write(read().document);
    EXPECT_NE(text.find("operatingSystemVersion: 22.10\n"), std::string::npos) << "text as spelt";
    EXPECT_NE(text.find("onSpot: false\n"), std::string::npos);
    EXPECT_NE(text.find("SGXFlag: false\n"), std::string::npos);
    EXPECT_NE(text.find("AccessDelay: 2.77e-06\n"), std::string::npos);
    EXPECT_NE(text.find("cost: 0.5\n"), std::string::npos);
    EXPECT_NE(text.find("storageSize: 64GB\n"), std::string::npos);
}

TEST(CandidateResources, LayerNumbers) {
    EXPECT_EQ(with("number: 2", "number: 5"), Codes{"CFG030"});
    EXPECT_EQ(with("computationalLayer3:\n          number: 3",
                   "computationalLayer02:\n          number: 2"),
              Codes{"CFG031"});
    EXPECT_EQ(with("computationalLayer2", "computationallayer2"), Codes{"CFG007"});
    EXPECT_EQ(with("number: 2", "number: two"), Codes{"CFG002"});
}

TEST(CandidateResources, ResourceNamesAreUnique) {
    EXPECT_EQ(with("name: VM", "name: RasPi"), Codes{"CFG032"});
}

TEST(CandidateResources, SubDomains) {
    EXPECT_EQ(with("[ND1]", "[ND9]"), Codes{"CFG033"});
    EXPECT_EQ(with("[ND1]", "[ND2]"), Codes{"CFG033"}) << "itself";
    EXPECT_EQ(with("[ND1]", ""), Codes{});
}

TEST(CandidateResources, OneLayerIsAWarning) {
    const std::string text = k_text;
    EXPECT_EQ(findings(parse_candidate_resources, text.substr(0, text.find("    ND2:"))),
              (Codes{"|", "CFG034"}));
}

TEST(CandidateResources, MachinesNeedProcessors) {
    EXPECT_EQ(with("              processors:\n                processor1:\n"
                   "                  name: ARM\n                  architecture: arm64\n"
                   "                  computingUnits: 4\n                  SGXFlag: False\n",
                   ""),
              Codes{"CFG035"});
    EXPECT_EQ(with("              processors:\n                processor1:\n"
                   "                  name: ARM\n                  architecture: arm64\n"
                   "                  computingUnits: 4\n                  SGXFlag: False\n",
                   "              idleTime: 600\n"),
              Codes{})
        << "a function by its fields";
}

TEST(CandidateResources, FieldRules) {
    EXPECT_EQ(with("arm64", "riscv"), Codes{"CFG006"});
    EXPECT_EQ(with("type: Virtual", "type: virtual"), Codes{"CFG006"});
    EXPECT_EQ(with("memorySize: 4096", "memorySize: 4 GiB"), Codes{"CFG002"});
    EXPECT_EQ(with("memorySize: 4096", "memorySize: 0"), Codes{"CFG005"});
    EXPECT_EQ(with("totalNodes: 2", "totalNodes: 0"), Codes{"CFG005"});
    EXPECT_EQ(with("totalNodes: 2", "totalNodes: 1.5"), Codes{"CFG002"});
    EXPECT_EQ(with("cost: 0.50", "cost: -1"), Codes{"CFG005"});
    EXPECT_EQ(with("              cost: 0.50\n", ""), Codes{"CFG003"});
    EXPECT_EQ(with("SGXFlag: true", "SGXFlag: maybe"), Codes{"CFG002"});
    EXPECT_EQ(with("computingUnits: 2", "computingUnits: .nan"), Codes{"CFG005"});
    EXPECT_EQ(with("onSpot", "on_spot"), (Codes{"|", "CFG004"}));
}

} // namespace
} // namespace aisprint::config
