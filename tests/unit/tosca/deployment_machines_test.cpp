// SPDX-License-Identifier: Apache-2.0
// Machines that a cluster is installed on: addresses, users and keys of physical_nodes.yaml.
#include "application_files.hpp"

#include <gtest/gtest.h>

namespace aisprint::tosca {
namespace {

using Files = ApplicationFiles;
using Places = std::vector<std::string>;

const char* const k_machines = R"(ComputationalLayers:
  l2:
    number: 2
    Resources:
      r1:
        name: VM
        fe_node: {public_ip: 10.0.0.1, private_ip: 10.1.0.1, ssh_user: ann, ssh_key: key-of-front}
        wns:
        - {private_ip: 10.1.0.2, ssh_user: ann, ssh_key: key-of-first}
        - private_ip: "fd00::2"
          ssh_user: bob
          ssh_key: key-of-second
          ssh_port: 2222
)";

/// The application with machines for `filter`, alone.
class DeploymentMachines : public testing::Test {
protected:
    DeploymentMachines() {
        m_files.replace(Files::k_resources, "type: Virtual", "type: PhysicalToBeProvisioned");
        m_files.set(Files::k_graph, "System: {name: my-app, components: [filter]}\n");
        m_files.set(Files::k_physical, k_machines);
    }

    void change(const std::string& from, const std::string& to) {
        m_files.replace(Files::k_physical, from, to);
    }

    Places errors() {
        const auto loaded = m_files.load();
        return loaded ? Places{} : Files::places(loaded.error().diagnostics);
    }

    Files m_files;
};

TEST_F(DeploymentMachines, HaveAFrontEndAndWorkers) {
    const auto loaded = m_files.load();
    ASSERT_TRUE(loaded) << format_diagnostic(loaded.error().diagnostics.front());
    const Component& filter = loaded->components.at(0);
    EXPECT_EQ(filter.layer.kind, LayerKind::physical_to_be_provisioned);
    ASSERT_TRUE(filter.physical);
    EXPECT_EQ(filter.physical->front_end->public_ip, "10.0.0.1");
    EXPECT_EQ(filter.physical->front_end->ssh_key.reveal(), "key-of-front");
    ASSERT_EQ(filter.physical->workers.size(), 2U);
    EXPECT_EQ(filter.physical->workers[1].private_ip, "fd00::2");
    EXPECT_EQ(filter.physical->workers[1].ssh_user, "bob");
    EXPECT_EQ(filter.physical->workers[1].ssh_port, 2222);
    EXPECT_EQ(filter.physical->workers[0].ssh_port, 22);
}

TEST_F(DeploymentMachines, MustBeEnough) {
    m_files.replace(Files::k_resources, "totalNodes: 2", "totalNodes: 3");
    EXPECT_EQ(errors(), (Places{"TSC022 physical_nodes.yaml:9:9"}));
    change("        wns:\n", "        workers:\n");
    EXPECT_EQ(errors(), (Places{"TSC022 physical_nodes.yaml:6:15"}));
}

TEST_F(DeploymentMachines, OnesThatAreLeftOverAreNotUsed) {
    m_files.replace(Files::k_resources, "totalNodes: 2", "totalNodes: 1");
    change("ssh_key: key-of-second", "description: broken");
    const auto loaded = m_files.load();
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->components[0].physical->workers.size(), 1U);
}

TEST_F(DeploymentMachines, AllMissingPartsOfAResourceAreOneFinding) {
    change("private_ip: 10.1.0.2, ", "");
    change("public_ip: 10.0.0.1, ", "");
    change("          ssh_user: bob\n", "");
    const auto loaded = m_files.load();
    ASSERT_FALSE(loaded);
    ASSERT_EQ(Files::places(loaded.error().diagnostics),
              (Places{"TSC021 physical_nodes.yaml:6:15"}));
    EXPECT_EQ(loaded.error().diagnostics[0].message,
              "resource 'VM' of layer 2 (PhysicalToBeProvisioned) lacks fe_node.public_ip, "
              "wns[1].private_ip, wns[2].ssh_user");
}

TEST_F(DeploymentMachines, HaveAddressesOfTheirOwn) {
    change("10.1.0.2", "10.1.0.256");
    change("fd00::2", "10.1.0.1");
    EXPECT_EQ(errors(),
              (Places{"TSC023 physical_nodes.yaml:9:24", "TSC023 physical_nodes.yaml:10:23"}));
}

TEST_F(DeploymentMachines, HaveAddressesThatOthersCanReach) {
    std::string before = "10.1.0.2";
    for (const std::string address : {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255",
                                      "'::'", "'::1'", "'ff02::1'", "192.168.7", "node1"}) {
        change(before, address);
        EXPECT_EQ(errors(), (Places{"TSC023 physical_nodes.yaml:9:24"})) << address;
        before = address;
    }
    for (const std::string address : {"192.168.0.9", "223.1.1.1", "'fe80::1'", "'2001:db8::7'"}) {
        change(before, address);
        EXPECT_EQ(errors(), Places{}) << address;
        before = address;
    }
}

TEST_F(DeploymentMachines, KeysMayLieInFiles) {
    change("key-of-front", "file(keys/front.pem)");
    EXPECT_EQ(errors(), (Places{"TSC024 physical_nodes.yaml:7:86"}));
    m_files.set("common_config/keys/front.pem", "a key of\nseveral lines\n");
    const auto loaded = m_files.load();
    ASSERT_TRUE(loaded) << format_diagnostic(loaded.error().diagnostics.front());
    EXPECT_EQ(loaded->components[0].physical->front_end->ssh_key.reveal(),
              "a key of\nseveral lines\n");
}

TEST_F(DeploymentMachines, PathsAreNoKeys) {
    change("key-of-first", "~/.ssh/id_rsa");
    ASSERT_TRUE(m_files.load());
    EXPECT_EQ(m_files.warnings(), (Places{"TSC025 physical_nodes.yaml:9:58"}));
}

TEST_F(DeploymentMachines, TakeOneClusterOnly) {
    m_files.set(Files::k_graph, "System: {name: my-app, components: [filter, other]}\n");
    m_files.replace(Files::k_deployments, "name: report\n    candidateExecutionLayers: [3]",
                    "name: other\n    candidateExecutionLayers: [2]");
    m_files.replace(Files::k_deployments, "[Fn]", "[VM]");
    EXPECT_EQ(errors(), (Places{"TSC026 candidate_deployments.yaml:26:11"}));
}

} // namespace
} // namespace aisprint::tosca
