// SPDX-License-Identifier: Apache-2.0
// Cloud functions: what their logs tell, what may be one, and the documents they are made from.
#include "function_checks.hpp"
#include "function_document.hpp"
#include "function_log.hpp"
#include "function_tables.hpp"
#include "oscar_fake.hpp"
#include "oscar_services.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/tosca/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::profiling {
namespace {

using clients::LogEvent;
using clients::LogMoment;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

LogEvent at(std::int64_t milliseconds, std::string text) {
    return {LogMoment(std::chrono::milliseconds(milliseconds)), std::move(text)};
}

Unit unit_of(const std::string& component, const std::string& resource) {
    Unit unit = test::component_on(component, resource);
    unit.images = {"1.dkr.ecr.eu-west-1.amazonaws.com/app:" + component + "_base_amd64"};
    return unit;
}

Moment moment_of(std::int64_t milliseconds) {
    return Moment(std::chrono::milliseconds(milliseconds));
}

std::map<std::string, clients::OscarJob> jobs_of(const FunctionCalls& calls) {
    std::map<std::string, clients::OscarJob> jobs;
    for (const auto& [request, call] : calls) {
        jobs[request] = to_job(request, call);
    }
    return jobs;
}

TEST(FunctionLog, MakesRecordsOfCalls) {
    FunctionCalls calls;
    read_function_log(
        {at(1000, "INIT_START Runtime Version: x"),
         at(1250, "START RequestId: r-1 Version: $LATEST\n"), at(1300, "START of my own work"),
         at(1400, "END"), at(1500, "REPORT RequestId"), at(2875, "END RequestId: r-1\n"),
         at(2875, "REPORT RequestId: r-1\tDuration: 1625.00 ms\tBilled Duration: 1876 ms\tMemory "
                  "Size: 1024 MB\tMax Memory Used: 90 MB\tInit Duration: 250.50 ms\t\n"),
         at(3000, "START RequestId: r-2 Version: $LATEST\n"), at(3500, "END RequestId: r-2\n"),
         at(3500, "REPORT RequestId: r-2\tDuration: 500.00 ms\tBilled Duration: 500 ms\n"),
         at(3600, "START RequestId: r-3 Version: $LATEST\n")},
        calls);
    const auto records = make_function_records("b", "F1", jobs_of(calls), calls);
    ASSERT_THAT(records, SizeIs(3));
    EXPECT_EQ(records[0].name, "r-1");
    EXPECT_EQ(records[0].service, "b");
    EXPECT_EQ(records[0].resource, "F1");
    EXPECT_EQ(records[0].job_create, moment_of(1250)) << "to the millisecond";
    EXPECT_EQ(records[0].job_finish, moment_of(2875));
    EXPECT_EQ(records[0].init_seconds, 0.2505);
    EXPECT_EQ(records[0].status, JobStatus::succeeded);
    EXPECT_FALSE(records[0].pod_create);
    EXPECT_FALSE(records[1].init_seconds) << "a warm start";
    EXPECT_EQ(records[2].status, JobStatus::timed_out) << "it has not ended";
    EXPECT_FALSE(records[2].job_finish);
    EXPECT_EQ(calls.at("r-3").end, std::nullopt);
    EXPECT_EQ(to_job("r-3", calls.at("r-3")).status, clients::OscarJobStatus::running);
    std::vector<std::string> health;
    check_calls("C1@F1", records, health);
    EXPECT_THAT(health, ElementsAre("C1@F1: 1 of 3 calls failed"));
}

TEST(FunctionLog, ACallThatIsTriedAgainIsOneJob) {
    FunctionCalls calls;
    const std::vector<LogEvent> failed{
        at(1000, "START RequestId: r Version: $LATEST"), at(2000, "END RequestId: r"),
        at(2000, "REPORT RequestId: r\tDuration: 1000 ms\tInit Duration: 100 ms\t"
                 "Status: timeout")};
    read_function_log(failed, calls);
    EXPECT_EQ(to_job("r", calls.at("r")).status, clients::OscarJobStatus::failed);
    read_function_log({at(60000, "START RequestId: r Version: $LATEST")}, calls);
    EXPECT_EQ(to_job("r", calls.at("r")).status, clients::OscarJobStatus::running);
    read_function_log(
        {at(61000, "END RequestId: r"), at(61000, "REPORT RequestId: r\tDuration: 1")}, calls);
    const auto records = make_function_records("b", "F1", jobs_of(calls), calls);
    ASSERT_THAT(records, SizeIs(1));
    EXPECT_EQ(records[0].status, JobStatus::succeeded);
    EXPECT_EQ(records[0].job_create, moment_of(1000));
    EXPECT_EQ(records[0].job_finish, moment_of(61000));
}

TEST(FunctionLog, LinesThatMeanNothingAreLeftOut) {
    FunctionCalls calls;
    read_function_log({at(1, ""), at(2, "START"), at(3, "START RequestId: "),
                       at(4, "END RequestId:"), at(5, "REPORT RequestId:  \t")},
                      calls);
    EXPECT_THAT(calls, IsEmpty());
    read_function_log(
        {at(1, "END RequestId: early"), at(1, "REPORT RequestId: early\tInit Duration: x ms")},
        calls);
    EXPECT_FALSE(calls.at("early").start);
    EXPECT_FALSE(calls.at("early").init_seconds);
}

TEST(FunctionTables, AreReadBackAsTheyWereKept) {
    const ScratchDirectory scratch;
    JobRecord job;
    job.name = "r-1";
    job.job_create = moment_of(1250);
    job.job_finish = moment_of(2875);
    job.init_seconds = 0.25;
    ASSERT_TRUE(keep_table(scratch.path(), "b", {job}));
    const auto kept = kept_table(scratch.path(), "b");
    ASSERT_TRUE(kept);
    EXPECT_EQ(to_time_table(*kept), to_time_table({job}));
    EXPECT_FALSE(kept_table(scratch.path(), "other"));
}

TEST(FunctionChecks, TakeAnImageOfEcrByItsTag) {
    Unit unit = unit_of("b", "F1");
    EXPECT_EQ(*check_function(unit, "amd64"), unit.images.front());
    unit.images = {"reg/b_base_amd64:1", "1.dkr.ecr.x/app:b_partition1_1_amd64",
                   "1.dkr.ecr.x/app:b_base_arm64", "1.dkr.ecr.x/app:b_base_amd64"};
    EXPECT_EQ(*check_function(unit, "amd64"), "1.dkr.ecr.x/app:b_base_amd64");
    EXPECT_EQ(*check_function(unit, ""), "1.dkr.ecr.x/app:b_base_amd64");
    EXPECT_EQ(*check_function(unit, "arm64"), "1.dkr.ecr.x/app:b_base_arm64");
    unit.partition = "b_partition1_1";
    EXPECT_EQ(*check_function(unit, "amd64"), "1.dkr.ecr.x/app:b_partition1_1_amd64");
}

TEST(FunctionChecks, TellAllThatIsWrong) {
    Unit unit = unit_of("b", "F1");
    unit.memory_mb = 3008;
    EXPECT_TRUE(check_function(unit, "amd64"));
    unit.memory_mb = 3009;
    unit.images = {"reg/b_base_amd64:1"};
    const auto refused = check_function(unit, "amd64");
    ASSERT_FALSE(refused);
    ASSERT_THAT(refused.error().diagnostics, SizeIs(2));
    EXPECT_EQ(refused.error().diagnostics[0].message,
              "b@F1: Memory for Lambda functions can't exceed 3008 MB");
    EXPECT_THAT(refused.error().diagnostics[1].message, HasSubstr("'b_base_amd64'"));
}

TEST(FunctionChecks, RefuseAlternativesOnFunctions) {
    Testbed testbed;
    ResourceFacts function;
    function.name = "F1";
    function.is_function = true;
    testbed.resources = {function};
    testbed.units = {unit_of("b", "F1"), unit_of("other_b", "F1")};
    EXPECT_THAT(check_alternatives(testbed), IsEmpty());
    testbed.alternatives[0] = {1};
    const auto errors = check_alternatives(testbed);
    ASSERT_THAT(errors, SizeIs(1));
    EXPECT_EQ(errors[0].code, "PRF103");
}

/// A chain of a cluster, a function, and a cluster.
struct Chain {
    explicit Chain(const std::string& endpoint = {}) {
        clusters["VM1"] = test::fake_cluster("VM1", "v2.6.1");
        clusters["VM2"] = test::fake_cluster("VM2", "v2.6.1");
        test::FakeParts fake("v2.6.1");
        Cluster home;
        home.resource = "F1";
        home.minio_endpoint = "https://s3.eu-west-1.amazonaws.com";
        home.minio_access_key = "AKDUMMY";
        home.minio_secret_key = Secret("aws-pw");
        home.minio_region = "eu-west-1";
        home.functions = FunctionHome{"functions", endpoint, endpoint};
        auto made = OscarCluster::connect(home, 1, fake.parts, {});
        EXPECT_TRUE(made);
        clusters["F1"] = std::move(*made);
        request.services = {{&first, 8, 4, 0}, {&function, 2, 1, 1}, {&last, 2, 4, 2}};
    }

    [[nodiscard]] std::vector<OscarSite> sites() const {
        return make_sites(request, clusters,
                          {{"a_1@VM1", "reg/a"}, {"b@F1", "1.dkr.ecr.x/b"}, {"c@VM2", "reg/c"}});
    }

    Unit first = unit_of("a_1", "VM1");
    Unit function = unit_of("b", "F1");
    Unit last = unit_of("c", "VM2");
    OscarClusters clusters;
    RunRequest request;
};

TEST(FunctionSites, AClusterWritesWhereTheFunctionReads) {
    const Chain chain;
    const auto sites = chain.sites();
    EXPECT_FALSE(sites[0].is_function());
    EXPECT_TRUE(sites[1].is_function());
    const clients::OscarService first = describe(sites[0], "me");
    EXPECT_THAT(first.outputs, ElementsAre(clients::OscarPath{"s3.s3-F1", "functions/a-1/output"}));
    EXPECT_THAT(first.minio_providers, IsEmpty());
    EXPECT_EQ(first.s3_providers.at("s3-F1"),
              (clients::OscarS3{"AKDUMMY", Secret("aws-pw"), "eu-west-1"}));
    EXPECT_FALSE(first.environment.contains("AWS_ENDPOINT_URL"));
    const FunctionNeed need = function_need(sites[1]);
    EXPECT_EQ(need.input, "functions/a-1/output");
    EXPECT_EQ(need.output, "bucket2");
    ASSERT_TRUE(need.storage);
    EXPECT_EQ(need.storage->alias, "minio-VM2");
    EXPECT_EQ(need.storage->endpoint, "https://minio.VM2");
    EXPECT_THAT(describe(sites[2], "me").inputs,
                ElementsAre(clients::OscarPath{"minio.default", "bucket2"}));
}

TEST(FunctionSites, AServiceIsToldOfAServerLikeAws) {
    const Chain chain("http://aws.example");
    EXPECT_EQ(describe(chain.sites()[0], "me").environment.at("AWS_ENDPOINT_URL"),
              "http://aws.example");
}

TEST(FunctionSites, TheFirstFunctionReadsItsOwnFolderAndTheLastWritesToS3) {
    Chain chain;
    chain.request.services = {{&chain.function, 1, 1, 0}};
    const auto sites = chain.sites();
    const FunctionNeed need = function_need(sites[0]);
    EXPECT_EQ(need.input, "functions/b/input");
    EXPECT_EQ(need.output, "functions/b/output");
    EXPECT_FALSE(need.storage);
}

/// The properties of the function in a document.
const yaml::Node& properties_of(const tosca::Document& document) {
    const yaml::Node* node = &document.content;
    for (const char* key :
         {"topology_template", "node_templates", "lambda_function_b", "properties"}) {
        node = node->find(key);
        EXPECT_NE(node, nullptr) << key;
    }
    return *node;
}

TEST(FunctionDocument, ReadsAndWritesWhatIsNeeded) {
    const Chain chain;
    FunctionNeed need = function_need(chain.sites()[1]);
    need.storage->verification = clients::TlsVerification::off;
    tosca::Component resource;
    resource.name = "F1";
    resource.layer.kind = tosca::LayerKind::lambda;
    resource.resource.name = "F1";
    resource.physical.emplace();
    resource.physical->lambda =
        tosca::LambdaBucket{"functions", "eu-west-1", "AKDUMMY", Secret("aws-pw")};
    tosca::Deployment functions;
    functions.app_name = "app";
    functions.components = {function_component(need, resource)};
    EXPECT_EQ(functions.components[0].name, "b");
    SystemRandomSource random;
    const tosca::DeploymentNames names =
        tosca::draw_names(functions, {}, tosca::KeepNames::yes, random);
    CollectingReporter reporter;
    const auto document =
        build_function_document(need, functions, functions.components[0], names, {}, reporter);
    ASSERT_TRUE(document) << document.error().diagnostics.front().message;
    const yaml::Node& properties = properties_of(*document);
    const std::string text = yaml::write(properties);
    EXPECT_THAT(text, HasSubstr("image: 1.dkr.ecr.x/b\n"));
    EXPECT_THAT(text, HasSubstr("memory: 1024Mi\n"));
    EXPECT_THAT(text, HasSubstr("input:\n- path: functions/a-1/output\n  storage_provider: s3\n"));
    EXPECT_THAT(text, HasSubstr("output:\n- path: bucket2\n  storage_provider: minio.minio-VM2\n"));
    EXPECT_THAT(text, HasSubstr("storage_providers:\n  minio:\n    minio-VM2:\n      access_key: "
                                "minio\n      endpoint: https://minio.VM2\n"));
    const auto types =
        tosca::TypeCatalogue::load(std::filesystem::path(AISPRINT_SOURCE_DIR) / "templates/tosca");
    ASSERT_TRUE(types);
    const SourceFile source("b.yaml", yaml::write(document->content));
    const auto parsed = yaml::parse(source);
    ASSERT_TRUE(parsed);
    EXPECT_THAT(tosca::check_document(source, *parsed, *types), IsEmpty()) << source.text();
}

} // namespace
} // namespace aisprint::profiling
