// SPDX-License-Identifier: Apache-2.0
#include "cluster_application.hpp"
#include "fake_cluster_shell.hpp"

#include "aisprint/profiling/physical_clusters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::profiling {
namespace {

using test::FakeCluster;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

class PhysicalClustersTest : public testing::Test {
protected:
    PhysicalClustersTest() {
        test::write_cluster_application(application());
        edge.nodes = {{"front", true, true, false}, {"wn-1"}, {"wn-2"}, {"wn-3"}};
    }

    [[nodiscard]] fs::path application() const { return scratch.path() / "app"; }
    [[nodiscard]] fs::path folder() const { return application() / "oscarp/.toscarizer"; }
    [[nodiscard]] fs::path record() const { return folder() / "cordons.json"; }

    /// A campaign, as its process begins.
    std::unique_ptr<PhysicalClusters> open() {
        PhysicalOptions options;
        options.folder = folder();
        options.make_shell = [this](const clients::SshTarget& target) {
            targets.push_back(target);
            return std::make_unique<test::FakeClusterShell>(edge);
        };
        options.events = [this](const ClusterEvent& event) { lines.push_back(to_text(event)); };
        auto clusters = PhysicalClusters::open(test::load_test_clusters(application(), {"Edge"}),
                                               options, reporter);
        EXPECT_TRUE(clusters);
        return clusters ? std::move(*clusters) : nullptr;
    }

    static std::string error_of(const Failure& failure) {
        return failure.diagnostics[0].code + ": " + failure.diagnostics[0].message;
    }

    ScratchDirectory scratch;
    FakeCluster edge;
    std::vector<clients::SshTarget> targets;
    std::vector<std::string> lines;
    CollectingReporter reporter;
};

TEST_F(PhysicalClustersTest, AreAsTheirFileSays) {
    const auto clusters = open();
    const auto ready = clusters->prepare({{"Edge", 3}, {"VM1", 2}}, {});
    ASSERT_TRUE(ready);
    ASSERT_EQ(ready->size(), 1U) << "others are not ours";
    const Cluster& cluster = ready->at("Edge");
    EXPECT_EQ(cluster.origin, ClusterOrigin::physical);
    EXPECT_EQ(cluster.oscar_endpoint, "https://edge.example.org");
    EXPECT_EQ(cluster.oscar_user, "oscar");
    EXPECT_EQ(cluster.oscar_password.reveal(), "pw-oscar");
    EXPECT_EQ(cluster.minio_endpoint, "https://minio.edge.example.org");
    EXPECT_EQ(cluster.minio_secret_key.reveal(), "pw-minio");
    ASSERT_TRUE(cluster.ssh);
    EXPECT_EQ(cluster.ssh->host, "192.0.2.10");
    EXPECT_EQ(cluster.ssh->port, 2222);
    EXPECT_THAT(edge.changes(), IsEmpty());
    EXPECT_FALSE(fs::exists(record())) << "nothing was changed";
    EXPECT_THAT(lines, IsEmpty());
}

TEST_F(PhysicalClustersTest, KeysAreCopiedForTheOwnerOnly) {
    const auto clusters = open();
    ASSERT_TRUE(clusters->prepare({{"Edge", 1}}, {}));
    ASSERT_EQ(targets.size(), 1U);
    const fs::path key = targets[0].identity_file;
    EXPECT_EQ(key, folder() / "Edge_SSH_key.pem");
    EXPECT_EQ(read_file(key).value(), test::k_key);
    EXPECT_EQ(fs::status(key).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(fs::status(folder()).permissions(), fs::perms::owner_all);
}

TEST_F(PhysicalClustersTest, NumbersOfNodesAreSetByCordoning) {
    const auto clusters = open();
    edge.nodes[1].schedulable = false;
    ASSERT_TRUE(clusters->prepare({{"Edge", 2}}, {}));
    EXPECT_THAT(edge.open_nodes(), ElementsAre("wn-1", "wn-2"));
    EXPECT_TRUE(edge.nodes[0].schedulable) << "the front end is no worker";
    const std::size_t commands = edge.commands.size();
    ASSERT_TRUE(clusters->prepare({{"Edge", 2}}, {}));
    EXPECT_EQ(edge.commands.size(), commands) << "nothing to ask for";
    ASSERT_TRUE(clusters->prepare({{"Edge", 1}}, {}));
    EXPECT_THAT(edge.open_nodes(), ElementsAre("wn-1"));
    EXPECT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[0], "\nAdjusting physical infrastructure configuration...");
    EXPECT_EQ(lines[1], "Done!");

    ASSERT_TRUE(clusters->finish(CampaignEnd::complete));
    EXPECT_THAT(edge.open_nodes(), ElementsAre("wn-2", "wn-3")) << "as they were found";
    EXPECT_FALSE(fs::exists(record()));
    EXPECT_EQ(lines[4], "\nRestoring physical infrastructure configuration...");
    const std::size_t changes = edge.changes().size();
    ASSERT_TRUE(clusters->finish(CampaignEnd::complete));
    EXPECT_EQ(edge.changes().size(), changes);
}

TEST_F(PhysicalClustersTest, TheRecordComesBeforeTheFirstChange) {
    const auto clusters = open();
    bool seen = false;
    edge.before_change = [&] {
        const auto text = read_file(record());
        ASSERT_TRUE(text);
        EXPECT_THAT(*text, HasSubstr(R"("wn-3": "schedulable")"));
        seen = true;
    };
    ASSERT_TRUE(clusters->prepare({{"Edge", 1}}, {}));
    EXPECT_TRUE(seen);
    EXPECT_EQ(fs::status(record()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

/// Wherever a campaign ends without a word, the next one knows how nodes were found.
TEST_F(PhysicalClustersTest, AKilledCampaignIsPutRightByTheNext) {
    edge.nodes[3].schedulable = false;
    const std::vector<std::string> before = edge.open_nodes();
    { // two changes, then nothing more: the object ends without finish(), as if it were killed
        const auto killed = open();
        ASSERT_TRUE(killed->prepare({{"Edge", 1}}, {}));
        EXPECT_THAT(edge.open_nodes(), ElementsAre("wn-1"));
    }
    {
        const auto next = open();
        ASSERT_TRUE(next->prepare({{"Edge", 3}}, {}));
        EXPECT_THAT(edge.open_nodes(), ElementsAre("wn-1", "wn-2", "wn-3"));
        ASSERT_TRUE(next->finish(CampaignEnd::interrupted));
        EXPECT_EQ(edge.open_nodes(), before);
    }
}

TEST_F(PhysicalClustersTest, NodesOfClustersThatAreNotUsedArePutBackAtOnce) {
    {
        const auto killed = open();
        ASSERT_TRUE(killed->prepare({{"Edge", 1}}, {}));
    }
    const auto next = open();
    ASSERT_TRUE(next->prepare({{"VM1", 1}}, {}));
    EXPECT_THAT(edge.open_nodes(), ElementsAre("wn-1", "wn-2", "wn-3"));
    EXPECT_FALSE(fs::exists(record()));
}

TEST_F(PhysicalClustersTest, AStopWhileNodesArePutBackIsAnInterruption) {
    {
        const auto killed = open();
        ASSERT_TRUE(killed->prepare({{"Edge", 1}}, {}));
    }
    const auto next = open();
    std::stop_source source;
    source.request_stop();
    const auto ready = next->prepare({}, source.get_token());
    ASSERT_FALSE(ready);
    EXPECT_EQ(ready.error().kind, ErrorKind::cancelled);
    ASSERT_TRUE(next->finish(CampaignEnd::interrupted));
    EXPECT_THAT(edge.open_nodes(), ElementsAre("wn-1", "wn-2", "wn-3"));
}

TEST_F(PhysicalClustersTest, AClusterMadeAnewIsReachedAtItsNewAddress) {
    const auto clusters = open();
    Cluster made;
    made.resource = "VM1";
    made.ssh = clients::SshTarget{};
    made.ssh->host = "192.0.2.1";
    ASSERT_TRUE(clusters->set_nodes(made, 2, {}));
    ASSERT_TRUE(clusters->set_nodes(made, 1, {}));
    made.ssh->host = "192.0.2.2";
    ASSERT_TRUE(clusters->set_nodes(made, 2, {}));
    ASSERT_EQ(targets.size(), 2U);
    EXPECT_EQ(targets[0].host, "192.0.2.1");
    EXPECT_EQ(targets[1].host, "192.0.2.2");
}

TEST_F(PhysicalClustersTest, TellOfTooFewNodes) {
    const auto clusters = open();
    edge.nodes[2].ready = false;
    const auto ready = clusters->prepare({{"Edge", 3}}, {});
    ASSERT_FALSE(ready);
    EXPECT_EQ(ready.error().kind, ErrorKind::remote);
    EXPECT_EQ(error_of(ready.error()),
              "PRF091: cluster Edge has 2 worker node(s) that are ready, but 3 are needed");
    EXPECT_EQ(ready.error().diagnostics[0].notes[0].text, "not ready: wn-2");
    EXPECT_THAT(edge.changes(), IsEmpty());
    ASSERT_TRUE(clusters->prepare({{"Edge", 2}}, {}));
    EXPECT_THAT(edge.open_nodes(), ElementsAre("wn-1", "wn-3")) << "those that are ready";
}

TEST_F(PhysicalClustersTest, AClusterOfOneMachineIsLeftAlone) {
    edge.nodes = {{"front", true, true, false}};
    const auto clusters = open();
    EXPECT_TRUE(clusters->prepare({{"Edge", 1}}, {}));
    EXPECT_FALSE(clusters->prepare({{"Edge", 2}}, {}));
    EXPECT_THAT(edge.changes(), IsEmpty());
}

TEST_F(PhysicalClustersTest, TellWhyNodesCannotBeSet) {
    const auto clusters = open();
    edge.is_reachable = false;
    const auto ready = clusters->prepare({{"Edge", 1}}, {});
    ASSERT_FALSE(ready);
    EXPECT_EQ(ready.error().kind, ErrorKind::remote);
    EXPECT_THAT(error_of(ready.error()),
                HasSubstr("PRF090: cannot list the nodes of cluster Edge: "));
    EXPECT_THAT(error_of(ready.error()), HasSubstr("Connection refused"));
}

TEST_F(PhysicalClustersTest, TellWhatIsLeftToBePutBack) {
    const auto clusters = open();
    ASSERT_TRUE(clusters->prepare({{"Edge", 2}}, {}));
    edge.is_reachable = false;
    const auto finished = clusters->finish(CampaignEnd::failed);
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().kind, ErrorKind::remote);
    EXPECT_THAT(error_of(finished.error()), HasSubstr("PRF093"));
    std::vector<std::string> commands;
    for (const Note& note : finished.error().diagnostics[0].notes) {
        commands.push_back(note.text);
    }
    EXPECT_THAT(commands, testing::Contains("kubectl uncordon wn-3"));
    EXPECT_TRUE(fs::exists(record()));
    edge.is_reachable = true;
    ASSERT_TRUE(clusters->finish(CampaignEnd::failed));
    EXPECT_THAT(edge.open_nodes(), ElementsAre("wn-1", "wn-2", "wn-3"));
}

TEST_F(PhysicalClustersTest, WithoutFrontEndRunOnAllNodes) {
    ASSERT_TRUE(write_file_atomic(application() / "common_config/physical_nodes.yaml",
                                  "ComputationalLayers:\n"
                                  "  edge:\n"
                                  "    number: 1\n"
                                  "    Resources:\n"
                                  "      any:\n"
                                  "        name: Edge\n"
                                  "        minio: {endpoint: 'https://minio.example.org', "
                                  "access_key: minio, secret_key: pw1}\n"
                                  "        oscar: {name: edge, password: pw2}\n"));
    const auto clusters = open();
    const auto ready = clusters->prepare({{"Edge", 3}}, {});
    ASSERT_TRUE(ready);
    EXPECT_FALSE(ready->at("Edge").ssh);
    EXPECT_THAT(reporter.diagnostics(), IsEmpty());
    ASSERT_TRUE(clusters->prepare({{"Edge", 1}}, {}));
    ASSERT_TRUE(clusters->prepare({{"Edge", 2}}, {}));
    ASSERT_EQ(reporter.diagnostics().size(), 1U) << "told once";
    EXPECT_EQ(reporter.diagnostics()[0].code, "PRF092");
    EXPECT_THAT(edge.commands, IsEmpty());
}

TEST_F(PhysicalClustersTest, RefuseADamagedRecord) {
    for (const char* text : {"", "[]", "{}", R"({"format_version": 2, "clusters": {}})",
                             R"({"format_version": 1, "clusters": {"Edge": {"wn-1": true}}})",
                             R"({"format_version": 1, "clusters": {"Edge": 1}})"}) {
        fs::create_directories(folder());
        ASSERT_TRUE(write_file_atomic(record(), text));
        PhysicalOptions options;
        options.folder = folder();
        const auto clusters = PhysicalClusters::open(
            test::load_test_clusters(application(), {"Edge"}), options, reporter);
        ASSERT_FALSE(clusters) << text;
        EXPECT_EQ(clusters.error().kind, ErrorKind::input);
        EXPECT_EQ(clusters.error().diagnostics[0].code, "PRF097");
    }
}

} // namespace
} // namespace aisprint::profiling
