// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/oscar_client.hpp"

#include "scripted_transport.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::clients {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

using test::Answer;
using test::broken;
using test::json;
using test::NotingClock;
using test::page;
using test::ScriptedTransport;
using test::text;

/// Status codes without a body, as OSCAR sends them.
HttpResponse bare(int status) {
    return {status, {}, ""};
}

std::chrono::sys_seconds at(int hour, int minute, int second) {
    return std::chrono::sys_days{std::chrono::year{2023} / 6 / 1} + std::chrono::hours{hour} +
           std::chrono::minutes{minute} + std::chrono::seconds{second};
}

OscarService sample_service() {
    OscarService service;
    service.name = "mask-detector";
    service.image = "reg/mask-detector:1";
    service.cpu = "0.9";
    service.memory = "1024Mi";
    service.total_cpu = "7.2";
    service.total_memory = "8192Mi";
    service.script = "#!/bin/bash\nsh /opt/mask-detector/script.sh\n";
    service.inputs = {{"minio.default", "bucket1"}};
    service.outputs = {{"minio.minio-VM2", "bucket2"}};
    service.minio_providers["minio-VM2"] = {"https://minio.example", "minio", Secret("pw1"),
                                            "us-east-1", TlsVerification::on};
    return service;
}

class OscarClientTest : public testing::Test {
protected:
    OscarClientTest() : m_client(m_transport, m_clock, options()) {}

    static OscarClientOptions options() {
        OscarClientOptions options;
        options.url = "https://oscar.example//";
        options.password = Secret("pw2");
        options.retries = {3, 1s, 0.0};
        return options;
    }

    void answer(Answer value) { m_transport.answers.push_back(std::move(value)); }

    /// Method and URL of all requests.
    [[nodiscard]] std::vector<std::string> requests() const {
        std::vector<std::string> lines;
        for (const HttpRequest& request : m_transport.requests) {
            lines.push_back(request.method + " " + request.url);
        }
        return lines;
    }

    [[nodiscard]] static std::string authorization(const HttpRequest& request) {
        for (const HttpHeader& header : request.headers) {
            if (header.name == "Authorization") {
                return header.value;
            }
        }
        return {};
    }

    /// What the client makes of one answer to a question for the cluster.
    RemoteResult<OscarInfo> info_of(Answer value) {
        m_transport.answers = {std::move(value)};
        return m_client.info({});
    }

    ScriptedTransport m_transport;
    NotingClock m_clock;
    OscarClient m_client;
};

TEST(OscarVersionTest, ReadsTheWordsOfServers) {
    EXPECT_EQ(parse_oscar_version("v2.6.1"), (OscarVersion{2, 6, 1}));
    EXPECT_EQ(parse_oscar_version("3.6.4"), (OscarVersion{3, 6, 4}));
    EXPECT_EQ(parse_oscar_version("v3.0.0-beta2"), (OscarVersion{3, 0, 0}));
    EXPECT_EQ(parse_oscar_version("devel"), k_oscar_development);
    EXPECT_EQ(parse_oscar_version("latest"), k_oscar_development);
    for (const char* text : {"", "v", "2.6", "2.6.x", "v2.6.1.4", "2..1", "-1.0.0", "2.6.1 ",
                             "99999999999.0.0", "main"}) {
        EXPECT_EQ(parse_oscar_version(text), std::nullopt) << text;
    }
    EXPECT_LT((OscarVersion{2, 6, 1}), (OscarVersion{3, 0, 0}));
    EXPECT_LT((OscarVersion{3, 9, 0}), (OscarVersion{3, 10, 0}));
    EXPECT_LT((OscarVersion{4, 1, 0}), k_oscar_development);
    EXPECT_EQ(to_string(OscarVersion{3, 6, 4}), "3.6.4");
    EXPECT_EQ(to_string(k_oscar_development), "devel");
}

TEST(OscarVersionTest, BehaviourFollowsTheTags) {
    struct Row {
        const char* tag;
        OscarBehaviour expected;
    };
    const OscarBehaviour oldest;
    OscarBehaviour names;
    names.job_name_has_service = true;
    OscarBehaviour buckets = names;
    buckets.deletes_buckets = true;
    buckets.path_needs_folder = true;
    OscarBehaviour pages = buckets;
    pages.paged_jobs = true;
    pages.creation_is_pod_start = true;
    OscarBehaviour prefixes = pages;
    prefixes.prefixes_service_name_in_paths = true;
    const std::vector<Row> rows = {{"v2.6.1", oldest},  {"v3.0.0", oldest},   {"v3.3.1", oldest},
                                   {"v3.4.0", names},   {"v3.5.0", names},    {"v3.6.0", buckets},
                                   {"v3.6.3", buckets}, {"v3.6.4", pages},    {"v3.6.5", pages},
                                   {"v4.0.0", pages},   {"v4.1.0", prefixes}, {"devel", prefixes}};
    for (const Row& row : rows) {
        const std::optional<OscarVersion> version = parse_oscar_version(row.tag);
        ASSERT_TRUE(version) << row.tag;
        EXPECT_EQ(behaviour_of(*version), row.expected) << row.tag;
        EXPECT_EQ(is_known(*version), row.tag != std::string_view("devel")) << row.tag;
    }
}

TEST_F(OscarClientTest, ReadsInfoAndConfiguration) {
    answer(json(R"({"version": "v2.6.1", "git_commit": "0", "architecture": "amd64",
                    "kubernetes_version": "v1.23.6",
                    "serverless_backend": {"name": "Knative", "version": "1"}})"));
    answer(json(R"({"name": "oscar", "namespace": "oscar", "services_namespace": "oscar-svc",
                    "gpu_available": true, "serverless_backend": "knative",
                    "yunikorn_enable": true, "minio_provider": {"endpoint": "https://m.example",
                    "verify": false, "access_key": "minio", "secret_key": "pw1",
                    "region": "us-east-1"}})"));
    const RemoteResult<OscarInfo> info = m_client.info({});
    ASSERT_TRUE(info.has_value());
    EXPECT_EQ(info->version, (OscarVersion{2, 6, 1}));
    EXPECT_EQ(info->version_text, "v2.6.1");
    EXPECT_EQ(info->kubernetes_version, "v1.23.6");
    EXPECT_EQ(info->architecture, "amd64");
    EXPECT_EQ(info->serverless_backend, "Knative");
    const RemoteResult<OscarConfig> config = m_client.config({});
    ASSERT_TRUE(config.has_value());
    EXPECT_EQ(config->services_namespace, "oscar-svc");
    EXPECT_TRUE(config->gpu_available);
    EXPECT_TRUE(config->yunikorn_enabled);
    EXPECT_EQ(config->minio, (OscarMinio{"https://m.example", "minio", Secret("pw1"), "us-east-1",
                                         TlsVerification::off}));
    EXPECT_THAT(requests(), ElementsAre("GET https://oscar.example/system/info",
                                        "GET https://oscar.example/system/config"));
    EXPECT_EQ(authorization(m_transport.requests[0]), "Basic b3NjYXI6cHcy"); // oscar:pw2
}

TEST_F(OscarClientTest, KeepsAVersionThatItDoesNotKnow) {
    const RemoteResult<OscarInfo> info = info_of(json(R"({"version": "tuesday"})"));
    ASSERT_TRUE(info.has_value());
    EXPECT_EQ(info->version_text, "tuesday");
    EXPECT_EQ(info->version, std::nullopt);
}

TEST_F(OscarClientTest, AsksForHealthWithoutAPassword) {
    answer(text(200, "Ok"));
    answer(page());
    EXPECT_TRUE(m_client.health({}).has_value());
    EXPECT_EQ(authorization(m_transport.requests[0]), "");
    EXPECT_EQ(m_client.health({}).error().kind, RemoteErrorKind::malformed);
}

TEST_F(OscarClientTest, SendsAServiceAsTheProtocolSays) {
    answer(bare(201));
    answer(bare(204));
    OscarService service = sample_service();
    ASSERT_TRUE(m_client.create(service, {}).has_value());
    EXPECT_EQ(m_transport.requests[0].body,
              R"({"name":"mask-detector","image":"reg/mask-detector:1","cpu":"0.9",)"
              R"("memory":"1024Mi","total_cpu":"7.2","total_memory":"8192Mi","log_level":"INFO",)"
              R"("synchronous":{"min_scale":0},)"
              R"("script":"#!/bin/bash\nsh /opt/mask-detector/script.sh\n",)"
              R"("input":[{"storage_provider":"minio.default","path":"bucket1"}],)"
              R"("output":[{"storage_provider":"minio.minio-VM2","path":"bucket2"}],)"
              R"("storage_providers":{"minio":{"minio-VM2":{"endpoint":"https://minio.example",)"
              R"("access_key":"minio","secret_key":"pw1","region":"us-east-1","verify":true}}}})");
    service.total_cpu.clear();
    service.total_memory.clear();
    service.min_scale = 4;
    service.max_scale = 8;
    service.inputs.clear();
    service.minio_providers.clear();
    service.outputs = {{"s3.s3-F1", "functions/mask-detector/output"}};
    service.s3_providers["s3-F1"] = {"AKDUMMY", Secret("pw3"), "eu-west-1"};
    service.environment = {{"KCI", "on"}};
    service.labels = {{"campaign", "c1"}};
    ASSERT_TRUE(m_client.update(service, {}).has_value());
    EXPECT_EQ(
        m_transport.requests[1].body,
        R"({"name":"mask-detector","image":"reg/mask-detector:1","cpu":"0.9",)"
        R"("memory":"1024Mi","log_level":"INFO","synchronous":{"min_scale":4,"max_scale":8},)"
        R"("script":"#!/bin/bash\nsh /opt/mask-detector/script.sh\n","input":[],)"
        R"("output":[{"storage_provider":"s3.s3-F1","path":"functions/mask-detector/output"}],)"
        R"("storage_providers":{"s3":{"s3-F1":{"access_key":"AKDUMMY","secret_key":"pw3",)"
        R"("region":"eu-west-1"}}},)"
        R"("environment":{"Variables":{"KCI":"on"}},"labels":{"campaign":"c1"}})");
    EXPECT_THAT(requests(), ElementsAre("POST https://oscar.example/system/services",
                                        "PUT https://oscar.example/system/services"));
}

TEST_F(OscarClientTest, ReadsServices) {
    const std::string service =
        R"({"name": "a", "image": "i", "cpu": "1", "memory": "2Mi", "total_cpu": "",
            "total_memory": null, "log_level": "INFO", "script": "s", "token": "t0k3n",
            "input": [{"storage_provider": "minio.default", "path": "bucket0/in",
                       "suffix": ["x"]}],
            "output": null, "labels": {"oscar_service": "a"}, "expose": {"max_scale": 0}})";
    answer(json("[" + service + "]"));
    answer(json("null"));
    answer(json("[]"));
    answer(json(service));
    answer(bare(404));
    const RemoteResult<std::vector<OscarDeployedService>> services = m_client.services({});
    ASSERT_TRUE(services.has_value());
    ASSERT_THAT(*services, SizeIs(1));
    EXPECT_EQ(services->front().name, "a");
    EXPECT_EQ(services->front().memory, "2Mi");
    EXPECT_EQ(services->front().token, Secret("t0k3n"));
    EXPECT_THAT(services->front().inputs, ElementsAre(OscarPath{"minio.default", "bucket0/in"}));
    EXPECT_THAT(services->front().outputs, IsEmpty());
    EXPECT_EQ(services->front().labels.at("oscar_service"), "a");
    EXPECT_THAT(m_client.services({}).value(), IsEmpty());
    EXPECT_THAT(m_client.services({}).value(), IsEmpty());
    const auto found = m_client.service("a b", {});
    ASSERT_TRUE(found.has_value() && found->has_value());
    EXPECT_EQ(requests()[3], "GET https://oscar.example/system/services/a%20b");
    const auto absent = m_client.service("b", {});
    ASSERT_TRUE(absent.has_value());
    EXPECT_EQ(*absent, std::nullopt);
}

TEST_F(OscarClientTest, ReadsThePlainListOfJobs) {
    answer(json(R"({
        "b": {"status": "Succeeded", "creation_time": "2023-06-01T10:01:13Z",
              "start_time": "2023-06-01T12:01:15.7+02:00", "finish_time": "2023-06-01T10:01:21Z"},
        "a": {"status": "", "creation_time": "2023-06-01T10:01:14Z"},
        "c": {"status": "Dancing", "start_time": "0001-01-01T00:00:00Z", "finish_time": null}})"));
    const RemoteResult<std::vector<OscarJob>> jobs = m_client.jobs("s", {});
    ASSERT_TRUE(jobs.has_value());
    ASSERT_THAT(*jobs, SizeIs(3));
    EXPECT_EQ((*jobs)[0].name, "a");
    EXPECT_EQ((*jobs)[0].status, OscarJobStatus::none);
    EXPECT_EQ((*jobs)[0].creation, at(10, 1, 14));
    EXPECT_EQ((*jobs)[0].start, std::nullopt);
    EXPECT_EQ((*jobs)[1].status, OscarJobStatus::succeeded);
    EXPECT_EQ((*jobs)[1].start, at(10, 1, 15));
    EXPECT_EQ((*jobs)[1].finish, at(10, 1, 21));
    EXPECT_EQ((*jobs)[2].status, OscarJobStatus::unknown);
    EXPECT_EQ((*jobs)[2].start, std::nullopt);
    EXPECT_THAT(requests(), ElementsAre("GET https://oscar.example/system/logs/s"));
}

TEST_F(OscarClientTest, ReadsAllPagesOfJobs) {
    answer(json(R"({"jobs": {"b": {"status": "Running"}, "a": {"status": "Pending"}},
                    "next_page": "p+1", "remaining_jobs": 1})"));
    answer(json(R"({"jobs": {"b": {"status": "Succeeded"}, "c": {"status": "Failed"}},
                    "next_page": ""})"));
    answer(json(R"({"jobs": null})"));
    const RemoteResult<std::vector<OscarJob>> jobs = m_client.jobs("s", {});
    ASSERT_TRUE(jobs.has_value());
    ASSERT_THAT(*jobs, SizeIs(3));
    EXPECT_EQ((*jobs)[1].status, OscarJobStatus::succeeded); // the later word
    EXPECT_EQ((*jobs)[2].status, OscarJobStatus::failed);
    EXPECT_THAT(requests(), ElementsAre("GET https://oscar.example/system/logs/s",
                                        "GET https://oscar.example/system/logs/s?page=p%2B1"));
    EXPECT_THAT(m_client.jobs("s", {}).value(), IsEmpty());
}

TEST_F(OscarClientTest, DoesNotFollowPagesForEver) {
    for (int i = 0; i < 2; ++i) {
        answer(json(R"({"jobs": {}, "next_page": "again"})"));
    }
    const RemoteResult<std::vector<OscarJob>> jobs = m_client.jobs("s", {});
    ASSERT_FALSE(jobs.has_value());
    EXPECT_EQ(jobs.error().kind, RemoteErrorKind::malformed);
    EXPECT_THAT(jobs.error().message, HasSubstr("never end"));
}

TEST_F(OscarClientTest, JobsOfAServiceThatIsNotThere) {
    answer(json("{}"));
    answer(bare(404));
    EXPECT_THAT(m_client.jobs("s", {}).value(), IsEmpty());
    EXPECT_EQ(m_client.jobs("s", {}).error().kind, RemoteErrorKind::gone);
}

TEST_F(OscarClientTest, TellsWhatIsWrongWithAnswers) {
    const std::vector<std::pair<HttpResponse, std::string>> cases = {
        {json("{}"), "field \"version\" is not a text that is not empty"},
        {json(R"({"version": 3})"), "field \"version\" is not a text"},
        {json(R"({"version": "v2.6.1", "serverless_backend": []})"),
         "field \"serverless_backend\" is not an object"},
        {json("[]"), "not an object"},
        {json("{"), "not JSON"},
        {json(std::string(300, '[')), "not JSON"},
        {page(), "a page"}};
    for (const auto& [response, message] : cases) {
        const RemoteResult<OscarInfo> info = info_of(response);
        ASSERT_FALSE(info.has_value()) << response.body;
        EXPECT_EQ(info.error().kind, RemoteErrorKind::malformed);
        EXPECT_THAT(info.error().message, HasSubstr(message));
    }
    for (const char* body :
         {R"({"a": []})", R"({"a": {"status": 1}})", R"({"a": {"creation_time": "yesterday"}})",
          R"({"jobs": [], "next_page": ""})", R"({"jobs": {}, "next_page": 1})"}) {
        answer(json(body));
        const RemoteResult<std::vector<OscarJob>> jobs = m_client.jobs("s", {});
        ASSERT_FALSE(jobs.has_value()) << body;
        EXPECT_EQ(jobs.error().kind, RemoteErrorKind::malformed) << body;
    }
    for (const char* body :
         {"{}", "[1]", R"([{"name": ""}])", R"([{"name": "a", "input": {}}])",
          R"([{"name": "a", "input": [1]}])", R"([{"name": "a", "labels": {"x": 1}}])"}) {
        answer(json(body));
        EXPECT_FALSE(m_client.services({}).has_value()) << body;
    }
}

TEST_F(OscarClientTest, StatusesHaveTheirKinds) {
    struct Row {
        HttpResponse response;
        RemoteErrorKind kind;
        Delivery delivery;
        std::string message;
    };
    HttpResponse gateway = page();
    gateway.status = 404;
    const std::vector<Row> rows = {
        {bare(401), RemoteErrorKind::unauthorised, Delivery::not_sent, "refuses the user name"},
        {bare(404), RemoteErrorKind::gone, Delivery::not_sent, "status 404 without a text"},
        {gateway, RemoteErrorKind::malformed, Delivery::not_sent, "is the address right?"},
        {text(400, "The service specification is not valid: no name"), RemoteErrorKind::refused,
         Delivery::not_sent, "The service specification is not valid: no name"},
        {text(409, "A service with the provided name already exists"), RemoteErrorKind::conflict,
         Delivery::not_sent, "already exists"},
        {text(400, "A service with the provided name already exists"), RemoteErrorKind::conflict,
         Delivery::not_sent, "already exists"},
        {text(500, "the bucket \"bucket1\" already exists"), RemoteErrorKind::refused,
         Delivery::not_sent, "the bucket \"bucket1\" already exists"},
        {text(500, "the StorageProvider \"minio.x\" is not defined"), RemoteErrorKind::refused,
         Delivery::not_sent, "is not defined"},
        {{302, {{"Location", "https://sso.example/"}}, ""},
         RemoteErrorKind::refused,
         Delivery::not_sent,
         "redirects to https://sso.example/"}};
    for (const Row& row : rows) {
        m_transport.requests.clear();
        answer(row.response);
        const RemoteResult<void> result = m_client.update(sample_service(), {});
        ASSERT_FALSE(result.has_value()) << row.message;
        EXPECT_EQ(result.error().kind, row.kind) << row.message;
        EXPECT_EQ(result.error().delivery, row.delivery) << row.message;
        EXPECT_EQ(result.error().status, row.response.status) << row.message;
        EXPECT_THAT(result.error().message, HasSubstr(row.message));
        EXPECT_THAT(m_transport.requests, SizeIs(1)) << row.message; // no wait cures these
    }
}

TEST_F(OscarClientTest, RepeatsWhatAWaitMayCure) {
    answer(broken(Delivery::not_sent, TransportErrorKind::unreachable));
    answer(text(502, "<html><title>502 Bad Gateway</title></html>"));
    answer(json(R"({"version": "v3.5.0"})"));
    EXPECT_TRUE(m_client.info({}).has_value());
    EXPECT_THAT(m_clock.pauses, ElementsAre(1s, 2s));
    for (int i = 0; i < 3; ++i) {
        answer(text(503, "no backend"));
    }
    const RemoteResult<OscarInfo> info = m_client.info({});
    ASSERT_FALSE(info.has_value());
    EXPECT_EQ(info.error().kind, RemoteErrorKind::server);
    EXPECT_EQ(info.error().message, "no backend");
}

TEST_F(OscarClientTest, ALostAnswerToACreationIsNoConflict) {
    const std::string stored =
        R"({"name": "mask-detector", "image": "reg/mask-detector:1",
            "script": "#!/bin/bash\nsh /opt/mask-detector/script.sh\n", "token": "t"})";
    answer(broken(Delivery::unknown));
    answer(text(409, "A service with the provided name already exists"));
    answer(json(stored));
    EXPECT_TRUE(m_client.create(sample_service(), {}).has_value());
    EXPECT_THAT(requests(), ElementsAre("POST https://oscar.example/system/services",
                                        "POST https://oscar.example/system/services",
                                        "GET https://oscar.example/system/services/mask-detector"));

    answer(broken(Delivery::unknown));
    answer(text(409, "A service with the provided name already exists"));
    answer(json(R"({"name": "mask-detector", "image": "somebody/else:1", "script": "x"})"));
    EXPECT_EQ(m_client.create(sample_service(), {}).error().kind, RemoteErrorKind::conflict);

    answer(text(409, "A service with the provided name already exists"));
    EXPECT_EQ(m_client.create(sample_service(), {}).error().kind, RemoteErrorKind::conflict);
}

TEST_F(OscarClientTest, RemovingWhatIsGoneIsSuccess) {
    answer(bare(204));
    answer(bare(404));
    answer(page());
    answer(bare(404));
    answer(bare(204));
    EXPECT_TRUE(m_client.remove("s", {}).has_value());
    EXPECT_TRUE(m_client.remove("s", {}).has_value());
    EXPECT_FALSE(m_client.remove("s", {}).has_value());
    EXPECT_TRUE(m_client.remove_logs("s", OscarLogs::of_finished_jobs, {}).has_value());
    EXPECT_TRUE(m_client.remove_logs("s", OscarLogs::of_all_jobs, {}).has_value());
    EXPECT_THAT(requests(), ElementsAre("DELETE https://oscar.example/system/services/s",
                                        "DELETE https://oscar.example/system/services/s",
                                        "DELETE https://oscar.example/system/services/s",
                                        "DELETE https://oscar.example/system/logs/s",
                                        "DELETE https://oscar.example/system/logs/s?all=true"));
}

TEST_F(OscarClientTest, ReadsLogsAsTheyAre) {
    answer(text(200, "2023-06-01 10:01:15,402 - supervisor - INFO - Storage event found.\n\xff"));
    answer(text(200, ""));
    answer(bare(404));
    answer(text(500, "container is waiting to start"));
    EXPECT_EQ(m_client.log("s", "s-1", LogTimestamps::no, {}),
              "2023-06-01 10:01:15,402 - supervisor - INFO - Storage event found.\n\xff");
    EXPECT_EQ(m_client.log("s", "s-1", LogTimestamps::yes, {}), "");
    EXPECT_EQ(m_client.log("s", "s-1", LogTimestamps::no, {}).error().kind, RemoteErrorKind::gone);
    const RemoteResult<std::string> early = m_client.log("s", "s-1", LogTimestamps::no, {});
    EXPECT_EQ(early.error().kind, RemoteErrorKind::server);
    EXPECT_EQ(early.error().message, "container is waiting to start");
    EXPECT_THAT(requests(),
                ElementsAre("GET https://oscar.example/system/logs/s/s-1",
                            "GET https://oscar.example/system/logs/s/s-1?timestamps=true",
                            "GET https://oscar.example/system/logs/s/s-1",
                            "GET https://oscar.example/system/logs/s/s-1"));
}

TEST_F(OscarClientTest, CallsAFunctionOnce) {
    answer(text(200, "AAEC"));
    answer(text(502, "not ready"));
    answer(broken(Delivery::unknown, TransportErrorKind::timeout));
    const OscarCallLimits limits{std::chrono::seconds(3), std::chrono::seconds(7)};
    const RemoteResult<OscarInvocation> good =
        m_client.invoke("s", Secret("t0k3n"), "\x01z", limits, {});
    ASSERT_TRUE(good.has_value());
    EXPECT_EQ(good->status, 200);
    EXPECT_EQ(good->body, "AAEC");
    EXPECT_EQ(m_transport.requests[0].url, "https://oscar.example/run/s");
    EXPECT_EQ(m_transport.requests[0].body, "AXo=");
    EXPECT_EQ(authorization(m_transport.requests[0]), "Bearer t0k3n");
    EXPECT_EQ(m_transport.requests[0].connect_timeout, limits.connect);
    EXPECT_EQ(m_transport.requests[0].timeout, limits.whole);
    const RemoteResult<OscarInvocation> busy =
        m_client.invoke("s", Secret("t0k3n"), "x", limits, {});
    ASSERT_TRUE(busy.has_value());
    EXPECT_EQ(busy->status, 502);
    EXPECT_EQ(busy->body, "not ready");
    const RemoteResult<OscarInvocation> lost =
        m_client.invoke("s", Secret("t0k3n"), "x", limits, {});
    ASSERT_FALSE(lost.has_value());
    EXPECT_EQ(lost.error().transport, TransportErrorKind::timeout);
    EXPECT_THAT(m_transport.requests, SizeIs(3));
}

TEST_F(OscarClientTest, ErrorsHoldNoSecrets) {
    answer(bare(401));
    const RemoteResult<void> result = m_client.create(sample_service(), {});
    ASSERT_FALSE(result.has_value());
    EXPECT_THAT(result.error().message, Not(HasSubstr("pw")));
}

TEST(OscarJobStatusTest, WordsAndStatusesAgree) {
    for (const OscarJobStatus status :
         {OscarJobStatus::none, OscarJobStatus::pending, OscarJobStatus::running,
          OscarJobStatus::succeeded, OscarJobStatus::failed, OscarJobStatus::suspended,
          OscarJobStatus::unknown}) {
        EXPECT_EQ(parse_oscar_job_status(to_string(status)), status);
    }
}

} // namespace
} // namespace aisprint::clients
