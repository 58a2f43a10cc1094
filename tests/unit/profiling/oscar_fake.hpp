// SPDX-License-Identifier: Apache-2.0
// A cluster that only says what it is.
#pragma once

#include "oscar_cluster.hpp"

#include "fake_clock.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace aisprint::profiling::test {

/// Answers what connecting asks for, and notes nothing.
class SayingTransport final : public clients::Transport {
public:
    explicit SayingTransport(std::string version) : m_version(std::move(version)) {}

    tl::expected<clients::HttpResponse, clients::TransportError>
    send(const clients::HttpRequest& request, std::stop_token) override {
        clients::HttpResponse response;
        response.status = 200;
        if (request.url.ends_with("/system/info")) {
            response.body = fmt::format(R"({{"version":"{}"}})", m_version);
        } else if (request.url.ends_with("/system/config")) {
            response.body = R"({"name":"oscar","services_namespace":"oscar-svc",
                "minio_provider":{"endpoint":"https://minio","verify":true,"access_key":"minio",
                "secret_key":"pw1","region":"us-east-1"}})";
        } else if (request.url.ends_with("/system/services")) {
            response.body = "[]";
        } else {
            response.body = "<ListAllMyBucketsResult></ListAllMyBucketsResult>";
        }
        return response;
    }

private:
    std::string m_version;
};

/// A component on a resource.
inline Unit component_on(const std::string& component, const std::string& resource) {
    Unit unit;
    unit.id = component + "@" + resource;
    unit.component = component;
    unit.partition = component;
    unit.service = component;
    std::replace(unit.service.begin(), unit.service.end(), '_', '-');
    unit.resource = resource;
    unit.cpu = 0.9;
    unit.memory_mb = 1024;
    return unit;
}

/// No clusters at all.
class NoClusters final : public ClusterSource {
public:
    Result<void> check(const std::vector<std::string>&) override { return {}; }
    Result<ClusterMap> prepare(const NodeCounts&, std::stop_token) override { return ClusterMap(); }
    Result<void> finish(CampaignEnd) override { return {}; }
};

/// What an OscarBackend stands on, without a network.
struct FakeParts {
    explicit FakeParts(std::string version)
        : parts{clusters,
                clock,
                reporter,
                [version = std::move(version)](const Cluster&) {
                    return std::make_unique<SayingTransport>(version);
                },
                {},
                {},
                {}} {}

    NoClusters clusters;
    clients::test::FakeClock clock;
    CollectingReporter reporter;
    OscarParts parts;
};

/// A cluster of that version.
inline std::unique_ptr<OscarCluster> fake_cluster(const std::string& resource,
                                                  const std::string& version) {
    FakeParts fake(version);
    Cluster facts;
    facts.resource = resource;
    facts.oscar_endpoint = "https://" + resource;
    facts.oscar_password = Secret("oscar-pw");
    facts.minio_endpoint = "https://minio." + resource;
    facts.minio_secret_key = Secret("minio-pw");
    auto made = OscarCluster::connect(facts, 1, fake.parts, {});
    EXPECT_TRUE(made) << made.error().diagnostics.front().message;
    return std::move(*made); // of it only what it said is looked at
}

} // namespace aisprint::profiling::test
