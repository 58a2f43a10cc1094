// SPDX-License-Identifier: Apache-2.0
// An application with resources of all kinds, for tests of clusters: Edge is a cluster that exists,
// VM1 and VM2 are machines of a cloud, Rack is machines that are given.
#pragma once

#include "aisprint/base/files.hpp"
#include "aisprint/config/application.hpp"
#include "aisprint/tosca/clusters.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace aisprint::profiling::test {

inline constexpr const char* k_key = "-----BEGIN OPENSSH PRIVATE KEY-----\ndummy-key\n"
                                     "-----END OPENSSH PRIVATE KEY-----\n";

/// Writes the application's files below `folder` as they are unless they are there.
inline void write_cluster_application(const std::filesystem::path& folder) {
    const auto write = [&](const std::string& name, const std::string& text) {
        const std::filesystem::path path = folder / name;
        std::filesystem::create_directories(path.parent_path());
        if (!std::filesystem::exists(path)) {
            ASSERT_TRUE(write_file_atomic(path, text));
        }
    };
    write("common_config/application_dag.yaml", "System:\n"
                                                "  name: my_app\n"
                                                "  components: [camera]\n"
                                                "  dependencies: []\n");
    write("common_config/candidate_resources.yaml", R"(System:
  name: my_app
  NetworkDomains:
    ND1:
      ComputationalLayers:
        computationalLayer1:
          number: 1
          type: PhysicalAlreadyProvisioned
          Resources:
            resource1: {name: Edge, totalNodes: 3, memorySize: 4096}
        computationalLayer2:
          number: 2
          type: Virtual
          Resources:
            resource1:
              name: VM1
              totalNodes: 5
              memorySize: 8192
              processors: {processor1: {architecture: amd64, computingUnits: 4}}
            resource2:
              name: VM2
              totalNodes: 5
              memorySize: 8192
              processors: {processor1: {architecture: amd64, computingUnits: 4}}
        computationalLayer3:
          number: 3
          type: PhysicalToBeProvisioned
          Resources:
            resource1:
              name: Rack
              totalNodes: 2
              memorySize: 8192
              processors: {processor1: {architecture: amd64, computingUnits: 4}}
)");
    write("common_config/physical_nodes.yaml", R"(ComputationalLayers:
  edge:
    number: 1
    Resources:
      any:
        name: Edge
        fe_node: {public_ip: 192.0.2.10, ssh_user: ann, ssh_port: 2222, ssh_key: file(edge.pem)}
        minio: {endpoint: "https://minio.edge.example.org/", access_key: minio, secret_key: pw-minio}
        oscar: {name: edge, password: pw-oscar}
  rack:
    number: 3
    Resources:
      any:
        name: Rack
        fe_node: {public_ip: 192.0.2.20, private_ip: 10.0.0.1, ssh_user: ann, ssh_key: file(edge.pem)}
        wns:
        - {private_ip: 10.0.0.2, ssh_user: ann, ssh_key: file(edge.pem)}
        - {private_ip: 10.0.0.3, ssh_user: ann, ssh_key: file(edge.pem)}
)");
    write("common_config/edge.pem", k_key);
    std::filesystem::permissions(folder / "common_config/edge.pem",
                                 std::filesystem::perms::owner_read);
}

/// Resources of the application in `folder` as clusters.
inline tosca::Deployment load_test_clusters(const std::filesystem::path& folder,
                                            const std::vector<std::string>& resources) {
    CollectingReporter reporter;
    auto clusters =
        tosca::load_clusters({folder, "app"}, resources, "oscarp/.toscarizer", reporter);
    EXPECT_TRUE(clusters) << (clusters ? "" : format_diagnostic(clusters.error().diagnostics[0]));
    return clusters ? *clusters : tosca::Deployment{};
}

/// Outputs of a cluster as IM tells them; `resource` stands in each of them.
inline std::string outputs_of(const std::string& resource) {
    return R"({"oscarui_endpoint": "https://oscar.)" + resource +
           R"(.example.org/", "oscar_password": "pw-oscar-)" + resource +
           R"(", "minio_endpoint": "https://minio.)" + resource +
           R"(.example.org/", "minio_password": "pw-minio-)" + resource +
           R"(", "fe_node_ip": "192.0.2.1", "fe_node_creds": {"user": "cloudadm", "token": )" +
           R"("-----BEGIN OPENSSH PRIVATE KEY-----\nkey-of-)" + resource +
           R"(\n-----END OPENSSH PRIVATE KEY-----\n", "token_type": "private_key"}})";
}

} // namespace aisprint::profiling::test
