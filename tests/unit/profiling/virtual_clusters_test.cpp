// SPDX-License-Identifier: Apache-2.0
#include "cluster_bench.hpp"

#include "aisprint/deploy/state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace aisprint::profiling {
namespace {

using clients::ImStateName;
using clients::test::FaultKind;
using clients::test::ImCall;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace fs = std::filesystem;

class VirtualClustersTest : public testing::Test {
protected:
    static fs::perms mode(const fs::path& path) { return fs::status(path).permissions(); }

    static std::string text_of(const fs::path& path) {
        const auto text = read_file(path);
        return text ? *text : std::string();
    }

    static std::string error_of(const Failure& failure) {
        return failure.diagnostics[0].code + ": " + failure.diagnostics[0].message;
    }

    std::string document_of(const std::string& resource) const {
        for (const auto& infra : bench.im.infrastructures()) {
            if (infra.live && infra.infra_name == test::ClusterBench::infra_name(resource)) {
                return infra.document;
            }
        }
        return {};
    }

    static constexpr fs::perms k_private = fs::perms::owner_read | fs::perms::owner_write;
    test::ClusterBench bench;
};

TEST_F(VirtualClustersTest, AreMadeWithTheNodesThatAreWanted) {
    const auto clusters = bench.prepare({{"VM1", 3}, {"VM2", 1}});
    ASSERT_TRUE(clusters) << error_of(clusters.error());
    ASSERT_EQ(clusters->size(), 2U);
    const Cluster& cluster = clusters->at("VM1");
    EXPECT_EQ(cluster.origin, ClusterOrigin::virtual_);
    EXPECT_EQ(cluster.oscar_endpoint, "https://oscar.VM1.example.org");
    EXPECT_EQ(cluster.oscar_password.reveal(), "pw-oscar-VM1");
    EXPECT_EQ(cluster.minio_endpoint, "https://minio.VM1.example.org");
    EXPECT_EQ(cluster.minio_access_key, "minio");
    EXPECT_EQ(cluster.minio_secret_key.reveal(), "pw-minio-VM1");
    ASSERT_TRUE(cluster.ssh);
    EXPECT_EQ(cluster.ssh->user, "cloudadm");
    EXPECT_THAT(text_of(cluster.ssh->identity_file), HasSubstr("key-of-VM1"));
    EXPECT_EQ(mode(cluster.ssh->identity_file), k_private);

    EXPECT_THAT(document_of("VM1"), HasSubstr("count: 3"));
    EXPECT_THAT(document_of("VM2"), HasSubstr("count: 1"));
    EXPECT_THAT(document_of("VM1"), HasSubstr("aisprint_application: my-app"));
    EXPECT_THAT(document_of("VM1"), HasSubstr("aisprint_campaign: first"));
    EXPECT_THAT(document_of("VM1"), Not(HasSubstr("oscar_service_")));
    EXPECT_THAT(bench.lines(),
                ElementsAre("\nDeploying virtual infrastructures...",
                            "Resource VM1 is being deployed...",
                            "Resource VM2 is being deployed...",
                            "\nWaiting for infrastructure deployment (this may take up to 15 "
                            "minutes)...",
                            "Done!"));
}

TEST_F(VirtualClustersTest, AreListedForTheOwnerOnly) {
    ASSERT_TRUE(bench.prepare({{"VM1", 1}}));
    EXPECT_EQ(mode(bench.list()), k_private);
    const std::string text = text_of(bench.list());
    const std::string id = bench.im.infrastructures()[0].id;
    EXPECT_EQ(text, "{\n"
                    "    \"VM1\": {\n"
                    "        \"inf_url\": \"http://im.test/infrastructures/" +
                        id +
                        "\",\n"
                        "        \"inf_id\": \"" +
                        id +
                        "\",\n"
                        "        \"tosca_file_path\": \"oscarp/.toscarizer/VM1.yaml\",\n"
                        "        \"oscar_endpoint\": \"https://oscar.VM1.example.org\",\n"
                        "        \"oscar_password\": \"pw-oscar-VM1\",\n"
                        "        \"minio_endpoint\": \"https://minio.VM1.example.org\",\n"
                        "        \"minio_password\": \"pw-minio-VM1\",\n"
                        "        \"user\": \"cloudadm\",\n"
                        "        \"ip\": \"192.0.2.1\"\n"
                        "    }\n"
                        "}\n");
    EXPECT_EQ(mode(bench.folder()), fs::perms::owner_all);
    EXPECT_THAT(text_of(bench.folder() / ".gitignore"), HasSubstr("*\n"));
    for (const auto& entry : fs::directory_iterator(bench.folder())) {
        if (entry.path().filename() != ".gitignore") {
            EXPECT_EQ(mode(entry.path()), k_private) << entry.path();
        }
    }
}

TEST_F(VirtualClustersTest, AreKeptOverDeploymentsAndRestarts) {
    ASSERT_TRUE(bench.prepare({{"VM1", 2}, {"VM2", 1}}));
    const int changes = bench.im.changing_requests();
    static_cast<void>(bench.lines());
    const auto again = bench.prepare({{"VM1", 2}, {"VM2", 1}});
    ASSERT_TRUE(again);
    EXPECT_EQ(again->at("VM2").oscar_password.reveal(), "pw-oscar-VM2");
    bench.options.campaign = "second"; // of the same application
    ASSERT_TRUE(bench.prepare({{"VM1", 2}, {"VM2", 1}}));
    EXPECT_EQ(bench.im.changing_requests(), changes);
    EXPECT_THAT(bench.lines(), IsEmpty());
}

TEST_F(VirtualClustersTest, NumbersOfNodesAreChanged) {
    const auto clusters = bench.open();
    ASSERT_TRUE(clusters);
    ASSERT_TRUE((*clusters)->prepare({{"VM1", 3}, {"VM2", 2}}, {}));
    static_cast<void>(bench.lines());
    ASSERT_TRUE((*clusters)->prepare({{"VM1", 2}, {"VM2", 2}}, {}));
    EXPECT_THAT(document_of("VM1"), HasSubstr("count: 2"));
    EXPECT_EQ(bench.im.count(ImCall::update), 1);
    EXPECT_EQ(bench.im.count(ImCall::create), 2);
    const std::vector<std::string> lines = bench.lines();
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0], "Resource VM1 is being updated...");
    EXPECT_EQ(lines[1], "Waiting for infrastructure update (this should take only a minute)...");
    EXPECT_THAT(lines[2], testing::MatchesRegex("Update time: [0-9.]+ seconds"));
}

TEST_F(VirtualClustersTest, AnotherNumberOfMachinesAtImIsSetRight) {
    ASSERT_TRUE(bench.prepare({{"VM1", 3}}));
    auto script = test::ClusterBench::usual_script("VM1");
    script.machines = 2; // a worker was lost, as far as IM knows
    bench.im.vanish(test::ClusterBench::infra_name("VM1"));
    bench.im.script(test::ClusterBench::infra_name("VM1"), script);
    const auto clusters = bench.prepare({{"VM1", 3}});
    ASSERT_FALSE(clusters);
    EXPECT_EQ(error_of(clusters.error()),
              "PRF091: infrastructure VM1 has 2 machine(s), but 4 are needed");
    EXPECT_EQ(clusters.error().kind, ErrorKind::remote);
    ASSERT_FALSE(bench.prepare({{"VM1", 3}}));
    EXPECT_EQ(bench.im.count(ImCall::update), 1) << "the next run tries to set it right";
    EXPECT_EQ(bench.im.live(), 1);
}

TEST_F(VirtualClustersTest, WhatVanishedIsForgottenAndMadeAgain) {
    ASSERT_TRUE(bench.prepare({{"VM1", 1}, {"VM2", 1}}));
    static_cast<void>(bench.lines());
    bench.im.vanish(test::ClusterBench::infra_name("VM2"));
    ASSERT_TRUE(bench.prepare({{"VM1", 1}, {"VM2", 1}}));
    EXPECT_EQ(bench.im.created(test::ClusterBench::infra_name("VM2")), 2);
    EXPECT_EQ(bench.im.created(test::ClusterBench::infra_name("VM1")), 1);
    const std::vector<std::string> lines = bench.lines();
    EXPECT_EQ(lines[0], "Untracking missing infrastructure VM2...");
    EXPECT_THAT(lines, Contains("Resource VM2 is being deployed..."));
}

TEST_F(VirtualClustersTest, WhatADeploymentDoesNotUseIsDeleted) {
    ASSERT_TRUE(bench.prepare({{"VM1", 1}, {"VM2", 1}}));
    static_cast<void>(bench.lines());
    ASSERT_TRUE(bench.prepare({{"VM2", 1}}));
    EXPECT_EQ(bench.im.live(test::ClusterBench::infra_name("VM1")), 0);
    EXPECT_EQ(bench.im.live(test::ClusterBench::infra_name("VM2")), 1);
    EXPECT_THAT(bench.lines(), ElementsAre("\nDeleting unused infrastructures...",
                                           "Deleting infrastructure VM1...", "Done!"));
    EXPECT_FALSE(fs::exists(bench.folder() / "VM1_SSH_key.pem"));
    EXPECT_THAT(text_of(bench.list()), Not(HasSubstr("VM1")));
}

/// Infrastructures of the same user that are not ours, even if they look so.
TEST_F(VirtualClustersTest, OthersAreNeverTouched) {
    const auto transport = bench.im.transport();
    clients::HttpRequest request;
    request.method = "POST";
    request.url = "http://im.test/infrastructures?async=1";
    request.headers = {{"Content-Type", "text/yaml"}, {"Authorization", test::k_im_authorization}};
    for (const char* name : {"production", "OSCAR VM1", "OSCAR VM2"}) {
        request.body = clients::test::small_document(name, "", "");
        ASSERT_EQ(transport->send(request, {})->status, 200);
    }
    bench.options.clean = {true, true, true};
    ASSERT_TRUE(bench.prepare({{"VM1", 1}, {"VM2", 1}}));
    ASSERT_TRUE(bench.prepare({{"VM2", 2}}));
    ASSERT_TRUE(bench.finish(CampaignEnd::complete));
    ASSERT_TRUE(bench.finish(CampaignEnd::failed));
    int others = 0;
    for (const auto& infra : bench.im.infrastructures()) {
        EXPECT_EQ(infra.live, infra.tag.empty()) << infra.infra_name;
        others += infra.live ? 1 : 0;
    }
    EXPECT_EQ(others, 3);
}

TEST_F(VirtualClustersTest, RulesSayWhenTheyAreDeleted) {
    ASSERT_TRUE(bench.prepare({{"VM1", 1}, {"VM2", 1}}));
    for (const CampaignEnd end :
         {CampaignEnd::complete, CampaignEnd::failed, CampaignEnd::interrupted}) {
        static_cast<void>(bench.lines());
        ASSERT_TRUE(bench.finish(end));
        EXPECT_EQ(bench.im.live(), 2);
        const std::vector<std::string> lines = bench.lines();
        ASSERT_EQ(lines.size(), 2U);
        EXPECT_THAT(lines[0], HasSubstr("Infrastructure VM1 is still running: http://im.test/"));
    }
    bench.options.clean.if_crash = true;
    ASSERT_TRUE(bench.finish(CampaignEnd::complete));
    ASSERT_TRUE(bench.finish(CampaignEnd::interrupted));
    EXPECT_EQ(bench.im.live(), 2);
    static_cast<void>(bench.lines());
    ASSERT_TRUE(bench.finish(CampaignEnd::failed));
    EXPECT_EQ(bench.im.live(), 0);
    EXPECT_THAT(bench.lines(),
                ElementsAre("\nDeleting all infrastructures...", "Deleting infrastructure VM1...",
                            "Deleting infrastructure VM2...", "Done!"));
    EXPECT_FALSE(fs::exists(bench.list()));

    bench.options.clean = {.before = false, .after = true, .if_crash = false};
    ASSERT_TRUE(bench.prepare({{"VM1", 1}, {"VM2", 1}}));
    ASSERT_TRUE(bench.finish(CampaignEnd::failed));
    EXPECT_EQ(bench.im.live(), 2);
    ASSERT_TRUE(bench.finish(CampaignEnd::complete));
    EXPECT_EQ(bench.im.live(), 0);
}

TEST_F(VirtualClustersTest, OnesOfEarlierCampaignsAreDeletedFirstIfWanted) {
    ASSERT_TRUE(bench.prepare({{"VM1", 1}}));
    bench.options.clean.before = true;
    const auto clusters = bench.open();
    ASSERT_TRUE(clusters);
    ASSERT_TRUE((*clusters)->prepare({{"VM1", 1}}, {}));
    EXPECT_EQ(bench.im.created(), 2);
    EXPECT_EQ(bench.im.live(), 1);
    ASSERT_TRUE((*clusters)->prepare({{"VM1", 2}}, {}));
    EXPECT_EQ(bench.im.created(), 2) << "only once";
}

TEST_F(VirtualClustersTest, TellWhatImSays) {
    auto script = test::ClusterBench::usual_script("VM1");
    script.last = ImStateName::unconfigured;
    script.contmsg = "TASK install failed: no space left, password pw-of-im\n";
    bench.im.script(test::ClusterBench::infra_name("VM1"), script);
    const auto clusters = bench.prepare({{"VM1", 1}, {"VM2", 1}});
    ASSERT_FALSE(clusters);
    EXPECT_EQ(clusters.error().kind, ErrorKind::remote) << "exit code 5";
    EXPECT_EQ(error_of(clusters.error()), "PRF094: The deployment of infrastructure VM1 failed.");
    ASSERT_EQ(clusters.error().diagnostics.size(), 1U);
    EXPECT_EQ(clusters.error().diagnostics[0].notes[0].text,
              "IM says: TASK install failed: no space left, password ***");
    EXPECT_THAT(clusters.error().diagnostics[0].hint, HasSubstr("VM1.log"));
    // the next run makes it anew, and keeps the other one
    bench.im.script(test::ClusterBench::infra_name("VM1"), test::ClusterBench::usual_script("VM1"));
    ASSERT_TRUE(bench.prepare({{"VM1", 1}, {"VM2", 1}}));
    EXPECT_EQ(bench.im.live(), 2);
    EXPECT_EQ(bench.im.created(), 3);
    EXPECT_EQ(bench.im.most_live_at_once(test::ClusterBench::infra_name("VM1")), 1);
}

TEST_F(VirtualClustersTest, TellWhyImRefuses) {
    auto script = test::ClusterBench::usual_script("VM1");
    script.refusal = "no cloud provider";
    bench.im.script(test::ClusterBench::infra_name("VM1"), script);
    const auto clusters = bench.prepare({{"VM1", 1}});
    ASSERT_FALSE(clusters);
    EXPECT_EQ(clusters.error().kind, ErrorKind::remote);
    EXPECT_THAT(clusters.error().diagnostics[0].notes[0].text, HasSubstr("no cloud provider"));
    EXPECT_FALSE(fs::exists(bench.list()));
}

TEST_F(VirtualClustersTest, WaitForOutputs) {
    auto script = test::ClusterBench::usual_script("VM1");
    script.outputs = R"({"oscarui_endpoint": "https://a", "oscar_password": null,
                         "minio_endpoint": null})";
    bench.im.script(test::ClusterBench::infra_name("VM1"), script);
    const auto clusters = bench.prepare({{"VM1", 1}});
    ASSERT_FALSE(clusters);
    EXPECT_EQ(error_of(clusters.error()),
              "PRF095: IM does not say how to get into infrastructure VM1: it does not tell "
              "oscar_password, minio_endpoint, minio_password");
    EXPECT_GT(bench.im.count(ImCall::outputs), 10) << "asked for two minutes";
    EXPECT_THAT(text_of(bench.list()), HasSubstr("http://im.test/infrastructures/"));
}

TEST_F(VirtualClustersTest, APasswordForTheFrontEndIsNoWayIn) {
    auto script = test::ClusterBench::usual_script("VM1");
    script.outputs = R"({"oscarui_endpoint": "https://a", "oscar_password": "p1",
        "minio_endpoint": "https://b", "minio_password": "p2", "fe_node_ip": "192.0.2.1",
        "fe_node_creds": {"user": "ann", "token": "pw-ssh", "token_type": "password"}})";
    bench.im.script(test::ClusterBench::infra_name("VM1"), script);
    const auto clusters = bench.prepare({{"VM1", 1}});
    ASSERT_TRUE(clusters);
    EXPECT_FALSE(clusters->at("VM1").ssh);
}

TEST_F(VirtualClustersTest, TellWhatCouldNotBeDeleted) {
    ASSERT_TRUE(bench.prepare({{"VM1", 1}}));
    bench.options.clean.after = true;
    bench.im.add_fault({.call = ImCall::remove,
                        .nth = 1,
                        .times = 1000,
                        .fault = {.kind = FaultKind::status, .status = 403}});
    const auto finished = bench.finish(CampaignEnd::complete);
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().kind, ErrorKind::remote);
    EXPECT_THAT(error_of(finished.error()),
                HasSubstr("PRF096: The infrastructure VM1 (http://im.test/infrastructures/"));
    EXPECT_TRUE(fs::exists(bench.list())) << "it still is tracked";
    bench.im.clear_faults();
    ASSERT_TRUE(bench.finish(CampaignEnd::complete));
    EXPECT_EQ(bench.im.live(), 0);
}

TEST_F(VirtualClustersTest, CanBeInterrupted) {
    std::stop_source stop;
    bench.on_event = [&](const ClusterEvent& event) {
        if (event.kind == ClusterEventKind::state) {
            stop.request_stop();
        }
    };
    const auto clusters = bench.prepare({{"VM1", 1}, {"VM2", 1}}, stop.get_token());
    ASSERT_FALSE(clusters);
    EXPECT_EQ(clusters.error().kind, ErrorKind::cancelled);
    EXPECT_EQ(clusters.error().diagnostics[0].code, "PRF099");
    bench.on_event = nullptr;
    ASSERT_TRUE(bench.prepare({{"VM1", 1}, {"VM2", 1}}));
    EXPECT_EQ(bench.im.created(), 2);
}

TEST_F(VirtualClustersTest, ForeignListsAreLeftAlone) {
    fs::create_directories(bench.list().parent_path());
    ASSERT_TRUE(write_file_atomic(bench.list(), "{}"));
    const auto clusters = bench.open();
    ASSERT_FALSE(clusters);
    EXPECT_EQ(clusters.error().diagnostics[0].code, "PRF089");
    EXPECT_EQ(text_of(bench.list()), "{}");
    fs::remove(bench.list());
    ASSERT_TRUE(bench.prepare({{"VM1", 1}}));
    ASSERT_TRUE(bench.open());
}

TEST_F(VirtualClustersTest, ImIsNotAskedForNothing) {
    ASSERT_TRUE(bench.prepare({{"Edge", 1}}));
    ASSERT_TRUE(bench.finish(CampaignEnd::complete));
    EXPECT_THAT(bench.im.requests(), IsEmpty());
}

TEST_F(VirtualClustersTest, AServerThatDoesNotAnswerEndsNoCampaign) {
    const auto clusters = bench.open();
    ASSERT_TRUE(clusters);
    ASSERT_TRUE((*clusters)->prepare({{"VM1", 1}}, {}));
    bench.im.add_fault({.call = ImCall::any,
                        .nth = 1,
                        .times = 1000,
                        .fault = {.kind = FaultKind::status, .status = 503}});
    EXPECT_TRUE((*clusters)->prepare({{"VM1", 1}}, {})) << "the clusters themselves are there";
}

class CampaignClustersTest : public testing::Test {
protected:
    test::ClusterBench bench{{"Edge", "VM1", "Rack"}};
};

TEST_F(CampaignClustersTest, ComeFromBothSources) {
    bench.shell.nodes = {{"front", true, true, false}, {"wn-1"}, {"wn-2"}};
    const auto opened = bench.open();
    ASSERT_TRUE(opened);
    CampaignClusters& clusters = **opened;
    ASSERT_TRUE(clusters.check({"Edge", "VM1", "Rack"}));
    const auto ready = clusters.prepare({{"Edge", 2}, {"VM1", 1}}, {});
    ASSERT_TRUE(ready);
    EXPECT_EQ(ready->at("Edge").origin, ClusterOrigin::physical);
    EXPECT_EQ(ready->at("VM1").origin, ClusterOrigin::virtual_);
    ASSERT_TRUE(clusters.finish(CampaignEnd::complete));
}

/// All given machines become nodes; how many of them take jobs is a matter of cordoning.
TEST_F(CampaignClustersTest, GivenMachinesAreCordoned) {
    bench.shell.nodes = {{"front", true, true, false}, {"wn-1"}, {"wn-2"}};
    const auto opened = bench.open();
    ASSERT_TRUE(opened);
    ASSERT_TRUE((*opened)->prepare({{"Rack", 1}}, {}));
    EXPECT_THAT(bench.shell.open_nodes(), ElementsAre("wn-1"));
    ASSERT_TRUE((*opened)->prepare({{"Rack", 2}}, {}));
    EXPECT_THAT(bench.shell.open_nodes(), ElementsAre("wn-1", "wn-2"));
    EXPECT_EQ(bench.im.count(ImCall::create), 1);
    EXPECT_EQ(bench.im.count(ImCall::update), 0);
    ASSERT_TRUE((*opened)->prepare({{"VM1", 1}}, {})) << "Rack is deleted, and its nodes forgotten";
    EXPECT_FALSE(fs::exists(bench.folder() / "cordons.json"));
    EXPECT_EQ(bench.im.live(test::ClusterBench::infra_name("Rack")), 0);
}

TEST_F(CampaignClustersTest, KnowTheirResources) {
    const auto opened = bench.open();
    ASSERT_TRUE(opened);
    const auto checked = (*opened)->check({"Edge", "Lambda1", "VM2"});
    ASSERT_FALSE(checked);
    ASSERT_EQ(checked.error().diagnostics.size(), 2U);
    EXPECT_EQ(checked.error().diagnostics[0].code, "PRF098");
    EXPECT_EQ(checked.error().diagnostics[0].message, "resource Lambda1 is no cluster");
}

TEST_F(CampaignClustersTest, AnotherCampaignOfTheApplicationHasToWait) {
    const auto opened = bench.open();
    ASSERT_TRUE(opened);
    const auto second = bench.open();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().diagnostics[0].code, "DPL001");
}

} // namespace
} // namespace aisprint::profiling
