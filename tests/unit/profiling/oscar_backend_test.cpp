// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/oscar_backend.hpp"

#include "oscar_fake.hpp"

#include "aisprint/base/files.hpp"

#include <gtest/gtest.h>
#include <set>

namespace aisprint::profiling {
namespace {

Unit unit_of(const std::string& id, const std::string& name, const std::string& resource) {
    Unit unit;
    unit.id = id;
    unit.component = name;
    unit.partition = name;
    unit.service = name;
    unit.resource = resource;
    unit.images = {"reg/" + name + "_base_amd64:1"};
    return unit;
}

TEST(OscarBackend, ChecksEverythingBeforeAnyClusterIsAsked) {
    Testbed testbed;
    ResourceFacts machine;
    machine.name = "VM1";
    machine.architecture = "amd64";
    ResourceFacts function;
    function.name = "F1";
    function.is_function = true;
    testbed.resources = {machine, function};
    testbed.units = {unit_of("C1@VM1", std::string(39, 'a'), "VM1")};
    testbed.deployments = {{{0}}};
    test::FakeParts fake("v2.6.1");
    OscarBackend backend({}, fake.parts);
    EXPECT_TRUE(backend.check(testbed));

    testbed.units.push_back(unit_of("C2@VM1", std::string(40, 'b'), "VM1"));
    testbed.units.push_back(unit_of("C3@F1", "c", "F1"));
    testbed.units.back().memory_mb = 3009;
    testbed.units.push_back(unit_of("C4@VM1", "d", "VM1"));
    testbed.units.back().images.clear();
    const auto refused = backend.check(testbed);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::input);
    std::set<std::string> codes;
    for (const Diagnostic& diagnostic : refused.error().diagnostics) {
        codes.insert(diagnostic.code);
    }
    EXPECT_EQ(codes, (std::set<std::string>{"PRF100", "PRF103", "PRF104"}));
}

TEST(OscarBackend, DoesNotHoldWhatItDidNotKeep) {
    const ScratchDirectory scratch;
    test::FakeParts fake("v2.6.1");
    OscarBackend backend({}, fake.parts);
    RunRequest full;
    full.work = scratch.path();
    full.workflow = "deployment_0 Run #1\n";
    const auto held = [&] {
        const auto answer = backend.holds_objects_of(full);
        EXPECT_TRUE(answer);
        return answer && *answer;
    };
    EXPECT_FALSE(held());
    for (const char* text :
         {"", "[]", "{}", "null", R"({"workflow": "deployment_0 Run #1\n"})",
          R"({"workflow": "deployment_0 Run #2\n", "objects": []})",
          R"({"workflow": "deployment_0 Run #1\n", "objects": [{"resource": 1}]})",
          R"({"workflow": "deployment_0 Run #1\n",
              "objects": [{"resource": "VM1", "position": 0, "count": -1}]})",
          R"({"workflow": "deployment_0 Run #1\n",
              "objects": [{"resource": "VM1", "position": 0, "count": 1}]})"}) {
        ASSERT_TRUE(write_file_atomic(scratch.path() / ".objects.json", text));
        EXPECT_FALSE(held()) << text;
    }
}

/// One cluster, with a front end at an address that changes.
class MovingCluster final : public ClusterSource {
public:
    Result<void> check(const std::vector<std::string>&) override { return {}; }
    Result<ClusterMap> prepare(const NodeCounts&, std::stop_token) override {
        Cluster cluster;
        cluster.resource = "VM1";
        cluster.oscar_endpoint = "https://vm1";
        cluster.oscar_password = Secret("pw1");
        cluster.minio_endpoint = "https://minio.vm1";
        cluster.minio_secret_key = Secret("pw2");
        cluster.ssh = clients::SshTarget{};
        cluster.ssh->host = host;
        return ClusterMap{{"VM1", cluster}};
    }
    Result<void> finish(CampaignEnd) override { return {}; }

    std::string host;
};

/// Names and passwords of a cluster that is made anew stay; its front end gets another address.
TEST(OscarBackend, LogsInAtTheAddressThatAClusterHasNow) {
    MovingCluster source;
    test::FakeParts fake("v2.6.1");
    std::vector<std::string> hosts;
    OscarParts parts{source,
                     fake.clock,
                     fake.reporter,
                     fake.parts.make_transport,
                     [&](const clients::SshTarget& target) {
                         hosts.push_back(target.host);
                         return std::make_unique<clients::SshShell>(target);
                     },
                     {},
                     {}};
    Testbed testbed;
    ResourceFacts machine;
    machine.name = "VM1";
    testbed.resources = {machine};
    testbed.units = {unit_of("C1@VM1", "a", "VM1")};
    testbed.deployments = {{{0}}};
    OscarBackend backend({}, parts);
    for (const char* host : {"192.0.2.1", "192.0.2.1", "192.0.2.2"}) {
        source.host = host;
        const auto ready = backend.prepare(testbed, testbed.deployments[0], {}, {});
        ASSERT_TRUE(ready) << ready.error().diagnostics[0].message;
    }
    EXPECT_EQ(hosts, (std::vector<std::string>{"192.0.2.1", "192.0.2.2"}));
}

} // namespace
} // namespace aisprint::profiling
