// SPDX-License-Identifier: Apache-2.0
#include "application_files.hpp"

#include "aisprint/base/random_source.hpp"
#include "aisprint/tosca/document.hpp"
#include "aisprint/tosca/names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::tosca {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* k_key = "-----BEGIN OPENSSH PRIVATE KEY-----\ndummy\n"
                              "-----END OPENSSH PRIVATE KEY-----\n";

/// An application whose resource application_dag.yaml lies where profiling reads it.
class ClustersTest : public testing::Test {
protected:
    ClustersTest() {
        files.set("common_config/application_dag.yaml", "System:\n"
                                                        "  name: my_app\n"
                                                        "  components: [camera]\n"
                                                        "  dependencies: []\n");
        files.set("common_config/keys/edge.pem", k_key);
    }

    void add_front_end(const std::string& text) {
        files.replace(ApplicationFiles::k_physical,
                      "        influx:", "        fe_node: " + text + "\n        influx:");
    }

    void key_mode(int mode) const {
        std::filesystem::permissions(files.folder().path / "common_config/keys/edge.pem",
                                     static_cast<std::filesystem::perms>(mode));
    }

    static std::string first_error(const Result<Deployment>& loaded) {
        return loaded ? std::string() : loaded.error().diagnostics.front().message;
    }

    ApplicationFiles files;
};

TEST_F(ClustersTest, OneForEachResource) {
    const auto clusters = files.load_as_clusters({"VM", "Edge"});
    ASSERT_TRUE(clusters);
    EXPECT_EQ(clusters->app_name, "my-app");
    EXPECT_EQ(clusters->files.im, "oscarp/.toscarizer");
    ASSERT_EQ(clusters->components.size(), 2U);
    const Component& machines = clusters->components[0];
    EXPECT_EQ(machines.name, "VM");
    EXPECT_EQ(machines.layer.kind, LayerKind::virtual_machines);
    EXPECT_EQ(machines.resource.cores, 12);
    EXPECT_EQ(machines.resource.total_nodes, 2);
    EXPECT_FALSE(machines.physical);
    EXPECT_EQ(clusters->components[1].layer.kind, LayerKind::physical_provisioned);
    EXPECT_THAT(files.warnings(), IsEmpty());
}

TEST_F(ClustersTest, TheGuidesWordForClustersThatExistIsKnown) {
    files.replace(ApplicationFiles::k_resources, "PhysicalAlreadyProvisioned", "AlreadyDeployed");
    const auto clusters = files.load_as_clusters({"Edge"});
    ASSERT_TRUE(clusters);
    EXPECT_EQ(clusters->components[0].layer.kind, LayerKind::physical_provisioned);
    const auto deployment = files.load();
    ASSERT_TRUE(deployment);
    EXPECT_EQ(deployment->components[0].layer.kind, LayerKind::physical_provisioned);
}

TEST_F(ClustersTest, AccessHasDefaults) {
    const auto clusters = files.load_as_clusters({"Edge"});
    ASSERT_TRUE(clusters);
    const PhysicalResource& edge = *clusters->components[0].physical;
    EXPECT_EQ(edge.minio->endpoint, "https://minio.example.org");
    EXPECT_EQ(edge.oscar->endpoint, "https://example.org");
    EXPECT_EQ(edge.oscar->access_key, "oscar");
    EXPECT_EQ(edge.oscar->secret_key.reveal(), "pw1");
    EXPECT_FALSE(edge.front_end);
}

TEST_F(ClustersTest, FrontEndsAreRead) {
    add_front_end("{public_ip: front.example.org, ssh_user: ann, ssh_key: file(keys/edge.pem)}");
    files.write();
    key_mode(0600);
    auto clusters = files.load_as_clusters({"Edge"});
    ASSERT_TRUE(clusters);
    const PhysicalNode& front = *clusters->components[0].physical->front_end;
    EXPECT_EQ(front.public_ip, "front.example.org");
    EXPECT_EQ(front.ssh_port, 22);
    EXPECT_EQ(front.ssh_key.reveal(), k_key);
    EXPECT_THAT(files.warnings(), IsEmpty());
    key_mode(0644);
    // it was written again with the mode that it had
    clusters = files.load_as_clusters({"Edge"});
    ASSERT_TRUE(clusters);
    EXPECT_THAT(files.warnings(), ElementsAre("TSC067 physical_nodes.yaml:9:73"));
}

TEST_F(ClustersTest, WhatIsMissingForAccessIsTold) {
    files.replace(ApplicationFiles::k_physical, "password: pw1, ", "");
    add_front_end("{ssh_key: abc}");
    const auto clusters = files.load_as_clusters({"Edge"});
    ASSERT_FALSE(clusters);
    EXPECT_THAT(ApplicationFiles::places(clusters.error().diagnostics),
                ElementsAre("TSC021 physical_nodes.yaml:6:15", "TSC024 physical_nodes.yaml:9:28"));
    EXPECT_THAT(clusters.error().diagnostics[0].message,
                HasSubstr("lacks oscar.secret_key, fe_node.ssh_user, fe_node.public_ip"));
}

TEST_F(ClustersTest, OneAddressIsNotEnoughForTwoServices) {
    files.replace(ApplicationFiles::k_physical, "https://minio.example.org/", "https://10.0.0.1");
    EXPECT_THAT(first_error(files.load_as_clusters({"Edge"})), HasSubstr("lacks oscar.endpoint"));
}

TEST_F(ClustersTest, NamesAreChecked) {
    files.replace(ApplicationFiles::k_resources, "name: VM", "name: V M");
    const auto clusters = files.load_as_clusters({"V M", "nowhere"});
    ASSERT_FALSE(clusters);
    EXPECT_THAT(ApplicationFiles::places(clusters.error().diagnostics),
                ElementsAre("TSC068 candidate_resources.yaml:1:1",
                            "TSC068 candidate_resources.yaml:22:21"));
}

TEST_F(ClustersTest, DocumentsHoldNoServices) {
    const auto clusters = files.load_as_clusters({"VM"});
    ASSERT_TRUE(clusters);
    SystemRandomSource random;
    const DeploymentNames names = draw_names(*clusters, {}, KeepNames::no, random);
    BuildOptions options;
    options.services = ServiceNodes::no;
    options.tags = {{"aisprint_application", "my-app"}, {"aisprint_campaign", "first"}};
    CollectingReporter reporter;
    const auto documents = build_documents(*clusters, names, options, reporter);
    ASSERT_TRUE(documents);
    ASSERT_EQ(documents->size(), 1U);
    const std::string text = yaml::write(documents->front().content);
    EXPECT_THAT(text, HasSubstr("infra_name: OSCAR VM"));
    EXPECT_THAT(text, HasSubstr("aisprint_campaign: first"));
    EXPECT_THAT(text, HasSubstr("oscar_password"));
    EXPECT_THAT(text, HasSubstr("count: 2"));
    EXPECT_THAT(text, Not(HasSubstr("oscar_service_")));
    EXPECT_THAT(text, Not(HasSubstr("tosca.nodes.aisprint.FaaS.Function")));
    EXPECT_THAT(reporter.diagnostics(), IsEmpty());
}

} // namespace
} // namespace aisprint::tosca
