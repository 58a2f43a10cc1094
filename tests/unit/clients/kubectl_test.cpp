// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/kubectl.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace aisprint::clients {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Gives the results that it was told, and notes the commands.
class ScriptedShell final : public RemoteShell {
public:
    Result<ProcessResult> run(const std::string& command, const std::stop_token&) override {
        commands.push_back(command);
        if (results.empty()) {
            ADD_FAILURE() << "unexpected command " << command;
            return ProcessResult{1, "", "", false};
        }
        Result<ProcessResult> result = results.front();
        results.pop_front();
        return result;
    }

    void answer(int exit_code, const std::string& output, const std::string& error = {}) {
        results.emplace_back(ProcessResult{exit_code, output, error, false});
    }

    std::deque<Result<ProcessResult>> results;
    std::vector<std::string> commands;
};

class KubectlTest : public testing::Test {
protected:
    ScriptedShell m_shell;
    Kubectl m_kubectl{m_shell};
};

std::chrono::sys_seconds at(int second) {
    return std::chrono::sys_days{std::chrono::year{2023} / 6 / 1} + std::chrono::hours{10} +
           std::chrono::minutes{1} + std::chrono::seconds{second};
}

constexpr const char* k_nodes = R"({"apiVersion": "v1", "kind": "List", "items": [
  {"kind": "Node", "metadata": {"name": "kubeserver.localdomain",
     "labels": {"node-role.kubernetes.io/control-plane": ""}},
   "spec": {"taints": []}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}},
  {"kind": "Node", "metadata": {"name": "old", "labels": {"kubernetes.io/role": "master"}},
   "spec": {}, "status": {}},
  {"kind": "Node", "metadata": {"name": "older",
     "labels": {"node-role.kubernetes.io/master": ""}}},
  {"kind": "Node", "metadata": {"name": "node1.localdomain",
     "labels": {"node-role.kubernetes.io/gpu": ""}}, "spec": {"unschedulable": true},
   "status": {"conditions": [{"type": "DiskPressure", "status": "True"},
                             {"type": "Ready", "status": "Unknown"}]}},
  {"kind": "Node", "metadata": {"name": "wn-2", "labels": {}}, "spec": {"unschedulable": false},
   "status": {"conditions": [{"type": "Ready", "status": "True"}]}}]})";

TEST_F(KubectlTest, ReadsNodes) {
    m_shell.answer(0, k_nodes);
    const RemoteResult<std::vector<KubeNode>> nodes = m_kubectl.nodes({});
    ASSERT_TRUE(nodes.has_value()) << nodes.error().message;
    ASSERT_THAT(*nodes, SizeIs(5));
    std::vector<bool> workers;
    for (const KubeNode& node : *nodes) {
        workers.push_back(node.is_worker);
    }
    EXPECT_THAT(workers, ElementsAre(false, false, false, true, true));
    EXPECT_EQ((*nodes)[3].name, "node1.localdomain");
    EXPECT_EQ((*nodes)[3].short_name, "node1");
    EXPECT_FALSE((*nodes)[3].schedulable);
    EXPECT_FALSE((*nodes)[3].ready);
    EXPECT_TRUE((*nodes)[4].schedulable);
    EXPECT_TRUE((*nodes)[4].ready);
    EXPECT_THAT(m_shell.commands, ElementsAre("sudo kubectl get nodes -o json"));
}

TEST(KubeNameTest, ADomainIsTakenAwayAsAWhole) {
    EXPECT_EQ(without_domain("node1.localdomain"), "node1"); // not "e1"
    EXPECT_EQ(without_domain("wn-1"), "wn-1");
    EXPECT_EQ(without_domain("ip-10-0-0-5.ec2.internal"), "ip-10-0-0-5");
    EXPECT_EQ(without_domain("10.0.0.5"), "10.0.0.5");
    EXPECT_EQ(without_domain(".x"), ".x");
    EXPECT_EQ(without_domain(""), "");
}

TEST_F(KubectlTest, CordonsAndUncordons) {
    m_shell.answer(0, "node/wn-2 cordoned\n");
    m_shell.answer(0, "node/wn-2.localdomain already uncordoned\n");
    m_shell.answer(1, "", "Error from server (NotFound): nodes \"wn-9\" not found\n");
    EXPECT_TRUE(m_kubectl.cordon("wn-2", {}).has_value());
    EXPECT_TRUE(m_kubectl.uncordon("wn-2.localdomain", {}).has_value());
    EXPECT_EQ(m_kubectl.cordon("wn-9", {}).error().kind, RemoteErrorKind::gone);
    EXPECT_THAT(m_shell.commands,
                ElementsAre("sudo kubectl cordon wn-2", "sudo kubectl uncordon wn-2.localdomain",
                            "sudo kubectl cordon wn-9"));
}

TEST_F(KubectlTest, RunsNothingButNames) {
    for (const char* name : {"", "wn-1; reboot", "--all", "$(x)", "a b", "a\nb"}) {
        EXPECT_EQ(m_kubectl.cordon(name, {}).error().kind, RemoteErrorKind::refused) << name;
        EXPECT_EQ(m_kubectl.uncordon(name, {}).error().kind, RemoteErrorKind::refused) << name;
        EXPECT_EQ(m_kubectl.jobs_and_pods(name, {}).error().kind, RemoteErrorKind::refused) << name;
    }
    EXPECT_EQ(Kubectl(m_shell, "a b").jobs_and_pods("s", {}).error().kind,
              RemoteErrorKind::refused);
    EXPECT_THAT(m_shell.commands, IsEmpty());
}

TEST_F(KubectlTest, ReadsJobsAndPods) {
    m_shell.answer(0, R"({"kind": "List", "items": [
      {"kind": "Pod", "metadata": {"name": "s-1-x7k2p", "labels": {"job-name": "s-1"}},
       "spec": {"nodeName": "wn-1"}, "status": {"startTime": "2023-06-01T10:01:16Z"}},
      {"kind": "Pod", "metadata": {"name": "s-2-abcde",
         "labels": {"batch.kubernetes.io/job-name": "s-2", "job-name": "old"}},
       "spec": {}, "status": {"phase": "Pending"}},
      {"kind": "Pod", "metadata": {"name": "s-3-fghij",
         "ownerReferences": [{"kind": "ReplicaSet", "name": "no"}, {"kind": "Job", "name": "s-3"}]},
       "spec": null, "status": null},
      {"kind": "Job", "metadata": {"name": "s-1", "creationTimestamp": "2023-06-01T10:01:13Z"}},
      {"kind": "Event", "metadata": {}}]})");
    const RemoteResult<KubeJobs> found = m_kubectl.jobs_and_pods("s", {});
    ASSERT_TRUE(found.has_value()) << found.error().message;
    ASSERT_THAT(found->pods, SizeIs(3));
    EXPECT_EQ(found->pods[0].name, "s-1-x7k2p");
    EXPECT_EQ(found->pods[0].job, "s-1");
    EXPECT_EQ(found->pods[0].node, "wn-1");
    EXPECT_EQ(found->pods[0].start, at(16));
    EXPECT_EQ(found->pods[1].job, "s-2");
    EXPECT_EQ(found->pods[1].node, "");
    EXPECT_EQ(found->pods[1].start, std::nullopt);
    EXPECT_EQ(found->pods[2].job, "s-3");
    ASSERT_THAT(found->jobs, SizeIs(1));
    EXPECT_EQ(found->jobs.at("s-1").creation, at(13));
    EXPECT_THAT(m_shell.commands, ElementsAre("sudo kubectl get pods,jobs -n oscar-svc "
                                              "-l oscar_service=s -o json"));
}

TEST_F(KubectlTest, TellsWhetherKnativeServesAService) {
    m_shell.answer(0, R"({"items": [{"kind": "Service", "metadata": {"name": "s"},
      "status": {"conditions": [{"type": "ConfigurationsReady", "status": "True"},
                                {"type": "Ready", "status": "True"}]}}]})");
    m_shell.answer(0, R"({"items": [
      {"kind": "Pod", "metadata": {"name": "s-00001-deployment-1"}, "spec": {"nodeName": "wn-1"},
       "status": {"conditions": [{"type": "Ready", "status": "True"}]}},
      {"kind": "Pod", "metadata": {"name": "s-00001-deployment-2"}, "spec": {},
       "status": {"conditions": [{"type": "Ready", "status": "False"}]}}]})");
    const RemoteResult<KubeServing> found = m_kubectl.serving("s", {});
    ASSERT_TRUE(found.has_value()) << found.error().message;
    EXPECT_TRUE(found->ready);
    ASSERT_THAT(found->pods, SizeIs(2));
    EXPECT_TRUE(found->pods[0].ready);
    EXPECT_FALSE(found->pods[1].ready);
    EXPECT_THAT(m_shell.commands,
                ElementsAre("sudo kubectl get services.serving.knative.dev -n oscar-svc "
                            "-l oscar_service=s -o json",
                            "sudo kubectl get pods -n oscar-svc "
                            "-l serving.knative.dev/service=s -o json"));

    for (const char* text : {R"({"items": []})", R"({"items": [{"status": {"conditions": []}}]})",
                             R"({"items": [{"metadata": {}}]})"}) {
        m_shell.answer(0, text);
        m_shell.answer(0, R"({"items": []})");
        const RemoteResult<KubeServing> waiting = m_kubectl.serving("s", {});
        ASSERT_TRUE(waiting.has_value()) << text;
        EXPECT_FALSE(waiting->ready) << text;
    }
    m_shell.answer(0, R"({"items": [{"status": 1}]})");
    EXPECT_EQ(m_kubectl.serving("s", {}).error().kind, RemoteErrorKind::malformed);
    m_shell.answer(1, "", "error: the server doesn't have a resource type \"services\"");
    EXPECT_EQ(m_kubectl.serving("s", {}).error().kind, RemoteErrorKind::refused);
    EXPECT_EQ(m_kubectl.serving("a b", {}).error().kind, RemoteErrorKind::refused);
}

TEST_F(KubectlTest, TellsWhatIsWrongWithAnswers) {
    for (const char* text :
         {"", "No resources found", "[]", "{}", R"({"items": {}})", R"({"items": [1]})",
          R"({"items": [{"kind": "Pod"}]})", R"({"items": [{"kind": "Pod", "metadata": []}]})",
          R"({"items": [{"kind": "Pod", "metadata": {"name": "p"}, "spec": {"nodeName": 1}}]})",
          R"({"items": [{"kind": "Job", "metadata": {"name": "p", "creationTimestamp": "x"}}]})"}) {
        m_shell.answer(0, text);
        const RemoteResult<KubeJobs> found = m_kubectl.jobs_and_pods("s", {});
        ASSERT_FALSE(found.has_value()) << text;
        EXPECT_EQ(found.error().kind, RemoteErrorKind::malformed) << text;
        EXPECT_THAT(found.error().message, HasSubstr("kubectl answered with"));
    }
    m_shell.answer(0, R"({"items": [{"metadata": {"name": "n", "labels": {}}, "spec": 1}]})");
    EXPECT_EQ(m_kubectl.nodes({}).error().kind, RemoteErrorKind::malformed);
}

TEST_F(KubectlTest, FailuresHaveTheirKinds) {
    struct Row {
        int exit_code;
        const char* text;
        RemoteErrorKind kind;
    };
    const std::vector<Row> rows = {
        {255, "ssh: connect to host 10.0.0.1 port 22: Connection timed out",
         RemoteErrorKind::unreachable},
        {255, "ann@10.0.0.1: Permission denied (publickey).", RemoteErrorKind::unauthorised},
        {255, "Host key verification failed.", RemoteErrorKind::unauthorised},
        {127, "bash: kubectl: command not found", RemoteErrorKind::refused},
        {1, "sudo: a password is required", RemoteErrorKind::refused},
        {1, "Unable to connect to the server: dial tcp: i/o timeout", RemoteErrorKind::server},
        {1, "The connection to the server 10.0.0.1:6443 was refused", RemoteErrorKind::server},
        {1, "", RemoteErrorKind::refused}};
    for (const Row& row : rows) {
        m_shell.answer(row.exit_code, "", row.text);
        const RemoteResult<std::vector<KubeNode>> nodes = m_kubectl.nodes({});
        ASSERT_FALSE(nodes.has_value()) << row.text;
        EXPECT_EQ(nodes.error().kind, row.kind) << row.text;
        EXPECT_THAT(nodes.error().message, HasSubstr(row.text));
        EXPECT_FALSE(nodes.error().message.empty());
    }
    m_shell.results.emplace_back(ProcessResult{143, "", "", true});
    EXPECT_EQ(m_kubectl.nodes({}).error().kind, RemoteErrorKind::cancelled);
    m_shell.results.emplace_back(fail(ErrorKind::io, make_error("BAS005", "cannot run ssh: x")));
    const RemoteResult<std::vector<KubeNode>> nodes = m_kubectl.nodes({});
    EXPECT_EQ(nodes.error().kind, RemoteErrorKind::unreachable);
    EXPECT_EQ(nodes.error().message, "cannot run ssh: x");
}

TEST_F(KubectlTest, SaysWhereTheOldKeyOfAChangedMachineIs) {
    std::string words = "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n";
    for (int i = 0; i < 12; ++i) {
        words += std::string(59, '@') + "\n"; // longer than what is shown of errors
    }
    words += "Add correct host key in /our folder/R_known_hosts to get rid of this message.\n"
             "Offending ED25519 key in /our folder/R_known_hosts:1\r\n"
             "Host key verification failed.\r\n";
    m_shell.answer(255, "", words);
    const RemoteResult<std::vector<KubeNode>> nodes = m_kubectl.nodes({});
    ASSERT_FALSE(nodes.has_value());
    EXPECT_EQ(nodes.error().kind, RemoteErrorKind::unauthorised);
    EXPECT_EQ(nodes.error().message,
              "the machine has another host key than when it was met first; if it was made anew, "
              "delete the old key (FILE:LINE): /our folder/R_known_hosts:1");
    m_shell.answer(255, "", "WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\n");
    EXPECT_EQ(m_kubectl.nodes({}).error().message,
              "the machine has another host key than when it was met first");
}

} // namespace
} // namespace aisprint::clients
