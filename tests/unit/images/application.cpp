// SPDX-License-Identifier: Apache-2.0
#include "application.hpp"

#include <gtest/gtest.h>

namespace aisprint::images {

namespace {

const char* const k_dag = R"(System:
  name: pair
  components: [reader, writer]
  dependencies: [[reader, writer, 1]]
)";

const char* const k_resources = R"(System:
  name: pair
  NetworkDomains:
    ND1:
      name: all
      AccessDelay: 0.001
      Bandwidth: 100
      subNetworkDomains: []
      ComputationalLayers:
        computationalLayer1:
          name: Edge
          number: 1
          type: PhysicalAlreadyProvisioned
          Resources:
            resource1:
              name: Pi
              totalNodes: 1
              cost: 0.1
              memorySize: 4096
              processors:
                processor1: {name: A, type: B, architecture: arm64, computingUnits: 4}
            resource2:
              name: Spare
              totalNodes: 1
              cost: 0.1
              memorySize: 4096
              processors:
                processor1: {name: A, type: B, architecture: amd64, computingUnits: 4}
        computationalLayer2:
          name: Cloud
          number: 2
          type: Virtual
          Resources:
            resource1:
              name: VM
              totalNodes: 2
              cost: 0.5
              memorySize: 8192
              processors:
                processor1: {name: A, type: B, architecture: amd64, computingUnits: 8}
            resource2:
              name: Safe
              totalNodes: 2
              cost: 0.7
              memorySize: 8192
              processors:
                processor1: {name: A, type: B, architecture: amd64, computingUnits: 8, SGXFlag: true}
        computationalLayer3:
          name: Functions
          number: 3
          type: NativeCloudFunction
          Resources:
            resource1:
              name: F
              architecture: amd64
              cost: 0.00001
              memorySize: 4096
              idleTime: 600
              transitionCost: 0
)";

const char* const k_deployments = R"(# Where the two may run.
Components:
  component1:
    name: reader
    candidateExecutionLayers: [1, 2]
    Containers:
      container1:
        image: old/reader:tag   # by hand
        memorySize: 1024
        computingUnits: 0.9
        candidateExecutionResources: [Pi]
      container2:
        memorySize: 2048
        computingUnits: 0.9
        candidateExecutionResources: [VM]
  component1_partitionX_1:
    name: reader_partitionX_1
    candidateExecutionLayers: [1]
    Containers:
      container1: {memorySize: 512, computingUnits: 0.9, candidateExecutionResources: [Pi]}
  component1_partitionX_2:
    name: reader_partitionX_2
    candidateExecutionLayers: [2]
    Containers:
      container1:
        image:
        memorySize: 512
        computingUnits: 0.9
        candidateExecutionResources: [VM]
  component2:
    name: writer
    candidateExecutionLayers: [3, 2]
    Containers:
      container1:
        image:
          - one   # first
          - two
        memorySize: 1024
        computingUnits: 0.9
        trustedExecution: False
        candidateExecutionResources: [F, VM]
)";

const char* const k_partitions = R"(components:
  reader:
    partitions:
    - base
    - partition1_1
    - partition1_2
  writer:
    partitions:
    - base
)";

} // namespace

Application::Application() : m_folder{m_scratch.path() / "app", "app"} {
    write("common_config/application_dag.yaml", k_dag);
    write("common_config/candidate_resources.yaml", k_resources);
    write("common_config/candidate_deployments.yaml", k_deployments);
    write("aisprint/designs/component_partitions.yaml", k_partitions);
    for (const std::string design :
         {"reader/base", "reader/partition1_1", "reader/partition1_2", "writer/base"}) {
        write("aisprint/designs/" + design + "/main.py", "print('" + design + "')\n");
    }
}

void Application::write(const std::string& relative, const std::string& content) const {
    ASSERT_TRUE(make_directories(path(relative).parent_path()).has_value());
    ASSERT_TRUE(write_file_atomic(path(relative), content).has_value());
}

std::string Application::read(const std::string& relative) const {
    const auto text = read_file(path(relative));
    EXPECT_TRUE(text.has_value()) << relative;
    return text.value_or("");
}

bool Application::has(const std::string& relative) const {
    return std::filesystem::exists(path(relative));
}

void Application::replace(const std::string& relative,
                          const std::string& from,
                          const std::string& to) const {
    std::string text = read(relative);
    const std::size_t place = text.find(from);
    ASSERT_NE(place, std::string::npos) << from;
    write(relative, text.replace(place, from.size(), to));
}

std::vector<std::string> codes(const std::vector<Diagnostic>& diagnostics) {
    std::vector<std::string> result;
    for (const Diagnostic& diagnostic : diagnostics) {
        result.push_back(diagnostic.code);
    }
    return result;
}

} // namespace aisprint::images
