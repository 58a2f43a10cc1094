// SPDX-License-Identifier: Apache-2.0
#include "oscar_services.hpp"

#include "oscar_fake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::profiling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A chain of two components on two clusters.
struct Chain {
    explicit Chain(const std::string& version) {
        clusters["VM1"] = test::fake_cluster("VM1", version);
        clusters["VM2"] = test::fake_cluster("VM2", version);
        request.services = {{&first, 8, 4, 0}, {&second, 2, 4, 1}};
    }

    [[nodiscard]] std::vector<OscarSite> sites() const {
        return make_sites(request, clusters,
                          {{"filter_cnn@VM1", "reg/filter:1"}, {"masks@VM2", "reg/masks:1"}});
    }

    Unit first = test::component_on("filter_cnn", "VM1");
    Unit second = test::component_on("masks", "VM2");
    OscarClusters clusters;
    RunRequest request;
};

TEST(OscarServices, WhatAServiceWritesLiesOnTheClusterOfTheNext) {
    const Chain chain("v2.6.1");
    const auto sites = chain.sites();
    const clients::OscarService first = describe(sites[0], "me");
    EXPECT_EQ(first.name, "filter-cnn");
    EXPECT_EQ(first.image, "reg/filter:1");
    EXPECT_EQ(first.cpu, "0.9");
    EXPECT_EQ(first.total_cpu, "7.2") << "in decimals";
    EXPECT_EQ(first.memory, "1024Mi");
    EXPECT_EQ(first.total_memory, "8192Mi");
    EXPECT_EQ(first.log_level, "INFO");
    EXPECT_EQ(first.script, "#!/bin/bash\nsh /opt/filter_cnn/script.sh\n");
    EXPECT_THAT(first.inputs, ElementsAre(clients::OscarPath{"minio.default", "bucket0"}));
    EXPECT_THAT(first.outputs, ElementsAre(clients::OscarPath{"minio.minio-VM2", "bucket1"}));
    EXPECT_EQ(first.minio_providers.at("minio-VM2").endpoint, "https://minio.VM2");
    const clients::OscarService last = describe(sites[1], "me");
    EXPECT_THAT(last.inputs, ElementsAre(clients::OscarPath{"minio.default", "bucket1"}));
    EXPECT_THAT(last.outputs, ElementsAre(clients::OscarPath{"minio.default", "bucket2"}));
    EXPECT_THAT(last.minio_providers, IsEmpty());
}

TEST(OscarServices, NewerServersWantFolders) {
    for (const char* version : {"v3.6.0", "v3.6.4", "v4.1.0"}) {
        const Chain chain(version);
        const auto sites = chain.sites();
        EXPECT_EQ(describe(sites[0], "me").inputs[0].path, "bucket0/in") << version;
        EXPECT_EQ(describe(sites[0], "me").outputs[0].path, "bucket1/in") << version;
        EXPECT_EQ(sites[1].input.name_of("in/a b.jpg"), "a b.jpg");
        EXPECT_EQ(sites[1].input.name_of("a.jpg"), "a.jpg");
    }
}

TEST(OscarServices, ObjectsAreKeptWhereServersDoNotDeleteThem) {
    const Chain old("v3.5.0");
    EXPECT_EQ(objects_place(*old.clusters.at("VM1"), 1, "storage", "me").path(), "bucket1");
    const Chain recent("v3.6.0");
    EXPECT_EQ(objects_place(*recent.clusters.at("VM1"), 1, "storage", "me").path(),
              "storage/aisprint-objects/me/bucket1");
}

TEST(OscarServices, AloneNothingReadsWhatComesOut) {
    Chain chain("v2.6.1");
    chain.request.kind = RunKind::single_service;
    chain.request.services.erase(chain.request.services.begin());
    const auto sites = chain.sites();
    const clients::OscarService service = describe(sites[0], "me");
    EXPECT_EQ(service.inputs[0], (clients::OscarPath{"minio.default", "temp1"}));
    EXPECT_EQ(service.outputs[0], (clients::OscarPath{"minio.default", "trash2"}));
}

TEST(OscarServices, OnlyNamesOfRunsAreBucketsOfRuns) {
    for (const char* name : {"bucket0", "bucket2", "temp1", "trash2"}) {
        EXPECT_TRUE(is_run_bucket(name, 2)) << name;
    }
    for (const char* name :
         {"bucket", "bucket3", "bucket1a", "bucket-1", "mybucket1", "temp1 ", "trash", "storage",
          "bucket01", "temp00", "bucket99999999999999999999", ""}) {
        EXPECT_FALSE(is_run_bucket(name, 2)) << name;
    }
}

TEST(OscarServices, NamesOfOthersAreConflicts) {
    const Chain chain("v2.6.1");
    const ServicesThere there{{"masks"}, {"faces", "filter-cnn"}, {"bucket1", "mine"}};
    const auto errors = find_conflicts(*chain.clusters.at("VM1"), there,
                                       {{"filter-cnn", "masks"}, {"bucket0", "bucket1"}});
    ASSERT_THAT(errors, SizeIs(2));
    EXPECT_EQ(errors[0].code, "PRF102");
    EXPECT_THAT(errors[0].message, HasSubstr("cluster VM1 has a service 'filter-cnn'"));
    EXPECT_THAT(errors[1].message, HasSubstr("bucket 'bucket1' of cluster VM1 is used"));
}

TEST(OscarCluster, SaysWhyItCannotBeUsed) {
    test::FakeParts fake("not a version");
    Cluster facts;
    facts.resource = "VM1";
    facts.oscar_endpoint = "https://vm1";
    facts.minio_endpoint = "https://minio";
    const auto refused = OscarCluster::connect(facts, 1, fake.parts, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::remote);
    EXPECT_THAT(refused.error().diagnostics[0].message,
                HasSubstr("cluster VM1 says that its version is 'not a version'"));
}

TEST(OscarCluster, WarnsOfVersionsThatAreNotKnown) {
    Cluster facts;
    facts.resource = "VM1";
    facts.oscar_endpoint = "https://vm1";
    facts.oscar_password = Secret("pw1");
    facts.minio_endpoint = "https://minio";
    facts.minio_secret_key = Secret("pw2");
    const auto warnings_at = [&](const std::string& version) {
        test::FakeParts fake(version);
        EXPECT_TRUE(OscarCluster::connect(facts, 1, fake.parts, {})) << version;
        return fake.reporter.diagnostics();
    };
    for (const char* known : {"v2.6.0", "v2.6.1", "v3.6.4", "v4.1.0", "v4.1.7"}) {
        EXPECT_THAT(warnings_at(known), IsEmpty()) << known;
    }
    for (const char* other : {"v2.5.9", "v1.0.0", "v4.2.0", "v5.0.0", "devel"}) {
        const auto warnings = warnings_at(other);
        ASSERT_THAT(warnings, SizeIs(1)) << other;
        EXPECT_EQ(warnings[0].code, "PRF107");
        EXPECT_EQ(warnings[0].severity, Severity::warning);
    }
}

TEST(OscarCluster, ShowsNoSecretsInFailures) {
    const auto cluster = test::fake_cluster("VM1", "v2.6.1");
    clients::RemoteError error;
    error.kind = clients::RemoteErrorKind::server;
    error.message = "user oscar:oscar-pw, key minio-pw";
    const Failure failure = cluster->failure("list services", error);
    EXPECT_EQ(failure.kind, ErrorKind::remote);
    EXPECT_EQ(failure.diagnostics[0].message,
              "cannot list services on cluster VM1: user oscar:***, key ***");
    EXPECT_EQ(cluster->redacted("oscar-pw!"), "***!");
}

} // namespace
} // namespace aisprint::profiling
