// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/tosca/clusters.hpp"
#include "aisprint/tosca/deployment.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::tosca {

/// A small application in a scratch folder: three components in a row, the first on a cluster
/// that exists, the second on machines of a cloud, the third a Lambda function. Tests change its
/// texts before they load it.
class ApplicationFiles {
public:
    ApplicationFiles();

    static inline const std::string k_graph = "aisprint/deployments/base/application_dag.yaml";
    static inline const std::string k_deployments = "common_config/candidate_deployments.yaml";
    static inline const std::string k_resources = "common_config/candidate_resources.yaml";
    static inline const std::string k_physical = "common_config/physical_nodes.yaml";
    static inline const std::string k_constraints =
        "aisprint/deployments/base/ams/qos_constraints.yaml";
    static inline const std::string k_containers = "aisprint/designs/containers.yaml";
    static inline const std::string k_annotations = "common_config/annotations.yaml";

    /// Replaces the first occurrence of `from`, which must be there.
    void replace(const std::string& file, const std::string& from, const std::string& to) {
        std::string& text = m_files[file];
        const std::size_t place = text.find(from);
        ASSERT_NE(place, std::string::npos) << "nothing to replace in " << file << ": " << from;
        text.replace(place, from.size(), to);
    }

    void set(const std::string& file, std::string text) { m_files[file] = std::move(text); }
    void remove(const std::string& file) { m_files.erase(file); }

    /// Writes the files and loads the deployment.
    Result<Deployment> load(DeploymentKind kind = DeploymentKind::base,
                            Unprotected unprotected = Unprotected::refuse) {
        write();
        return load_deployment(folder(), kind, m_reporter, unprotected);
    }

    /// Writes the files and loads resources as clusters.
    Result<Deployment> load_as_clusters(const std::vector<std::string>& resources) {
        write();
        return load_clusters(folder(), resources, "oscarp/.toscarizer", m_reporter);
    }

    void write() const {
        for (const auto& [name, text] : m_files) {
            const std::filesystem::path path = folder().path / name;
            std::filesystem::create_directories(path.parent_path());
            EXPECT_TRUE(write_file_atomic(path, text));
        }
    }

    config::ApplicationFolder folder() const { return {m_scratch.path() / "app", "."}; }

    /// The warnings of load(), as "CODE FILE:LINE:COLUMN".
    std::vector<std::string> warnings() const { return places(m_reporter.diagnostics()); }

    /// Diagnostics as "CODE FILE:LINE:COLUMN", the file without its folders.
    static std::vector<std::string> places(const std::vector<Diagnostic>& diagnostics) {
        std::vector<std::string> result;
        for (const Diagnostic& found : diagnostics) {
            result.push_back(
                found.code + " " + found.span.file.substr(found.span.file.rfind('/') + 1) + ":" +
                std::to_string(found.span.line) + ":" + std::to_string(found.span.column));
        }
        return result;
    }

private:
    ScratchDirectory m_scratch;
    CollectingReporter m_reporter;
    std::map<std::string, std::string> m_files;
};

inline ApplicationFiles::ApplicationFiles() {
    set(k_graph, R"(System:
  name: my_app
  components: [camera, filter, report]
  dependencies: [[camera, filter, 1], [filter, report, 1]]
)");
    set(k_deployments, R"(Components:
  component1:
    name: camera
    candidateExecutionLayers: [1]
    Containers:
      container1:
        image: registry.example.org/camera:1
        memorySize: 256
        computingUnits: 0.5
        candidateExecutionResources: [Edge]
  component2:
    name: filter
    candidateExecutionLayers: [2, 1]
    Containers:
      container1:
        image: registry.example.org/filter:1
        candidateExecutionResources: [Edge]
      container2:
        image: registry.example.org/filter:2
        memorySize: 1024
        computingUnits: 2
        trustedExecution: false
        GPURequirement: false
        candidateExecutionResources: [Edge, VM]
  component3:
    name: report
    candidateExecutionLayers: [3]
    Containers:
      container1:
        image: 1.dkr.ecr.eu-west-1.amazonaws.com/app:report
        candidateExecutionResources: [Fn]
)");
    set(k_resources, R"(System:
  name: my_app
  NetworkDomains:
    ND1:
      ComputationalLayers:
        computationalLayer1:
          number: 1
          type: PhysicalAlreadyProvisioned
          Resources:
            resource1:
              name: Edge
              totalNodes: 3
              memorySize: 4096
              storageSize: 0.5
    ND2:
      ComputationalLayers:
        computationalLayer1:
          number: 2
          type: Virtual
          Resources:
            resource1:
              name: VM
              totalNodes: 2
              cost: 0.5
              memorySize: 8192
              storageSize: 100 GB
              operatingSystemVersion: 22.04
              processors:
                processor1: {architecture: amd64, computingUnits: 4, SGXFlag: false}
                processor2: {architecture: amd64, computingUnits: 8}
        computationalLayer3:
          number: 3
          type: NativeCloudFunction
          Resources:
            resource1: {name: Fn, architecture: amd64, memorySize: 1024}
)");
    set(k_physical, R"(ComputationalLayers:
  edge:
    number: 1
    Resources:
      any:
        name: Edge
        minio: {endpoint: "https://minio.example.org/", access_key: minio, secret_key: hush-hush}
        oscar: {name: edge, password: pw1, pull_secret: pulls}
        influx: {url: "https://influx.example.org", token: token1}
  functions:
    number: 3
    Resources:
      any: {name: Fn, aws: {bucket: b1, region: eu-west-1, access_key: ak, secret_key: sk}}
)");
    set(k_constraints, R"(System:
  name: my_app
  local_constraints: {}
  global_constraints: {}
)");
}

} // namespace aisprint::tosca
