// SPDX-License-Identifier: Apache-2.0
// What goes wrong on clusters, one thing at a time: a run is degraded and says why, or the campaign
// ends with a reason; it never hangs, and never says that all is well.
#include "fixture.hpp"

#include "aisprint/clients/oscar_client.hpp"
#include "aisprint/clients/s3_client.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace aisprint::profiling::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// One run of the full workflow of four inputs, alone.
class Faults : public OscarCampaign {
protected:
    void SetUp() override {
        OscarCampaign::SetUp();
        write_parameters("[2]", "false");
        write_component("filter_a", "write('-1.jpg', source)\n");
        write_component("b", "write('.txt', source)\n");
    }

    void start(const nlohmann::json& faults, const std::string& version = "v2.6.1") {
        start_double("VM1=" + version + ",VM2=" + version);
        m_double->add_faults(faults);
    }

    /// The outcome of the run; the campaign must be complete.
    RunOutcome outcome() {
        StoppingObserver observer;
        const auto summary = run_on_oscar(observer);
        if (!summary) {
            ADD_FAILURE() << summary.error().diagnostics[0].message;
            return {};
        }
        EXPECT_EQ(summary->degraded.size(), observer.outcomes["Full_workflow 1"].health.size());
        return observer.outcomes["Full_workflow 1"];
    }

    /// Why the campaign failed.
    Failure failure() {
        StoppingObserver observer;
        auto summary = run_on_oscar(observer);
        EXPECT_FALSE(summary);
        return summary ? Failure() : std::move(summary.error());
    }
};

TEST_F(Faults, RequestsThatFailForAWhileAreRepeated) {
    start({{{"on", "oscar"}, {"method", "POST"}, {"do", "status"}, {"status", 502}},
           {{"on", "oscar"}, {"method", "DELETE"}, {"do", "reset"}, {"after", true}},
           {{"on", "oscar"}, {"path", "/system/logs"}, {"do", "slow"}, {"seconds", 1}},
           {{"on", "oscar"}, {"path", "/system/logs/b$"}, {"do", "status"}, {"status", 503}},
           {{"on", "s3"}, {"method", "PUT"}, {"do", "status"}, {"status", 503}, {"times", 2}},
           {{"on", "s3"}, {"method", "GET"}, {"do", "reset"}}});
    const RunOutcome outcome = this->outcome();
    EXPECT_THAT(outcome.health, IsEmpty());
    EXPECT_EQ(outcome.jobs.at(1).size(), 4U);
}

TEST_F(Faults, ACreationWhoseAnswerIsLostIsNotMadeTwice) {
    start({{{"on", "oscar"}, {"method", "POST"}, {"do", "reset"}, {"after", true}}});
    EXPECT_THAT(outcome().health, IsEmpty());
}

TEST_F(Faults, AFailedJobIsCountedAndKeptApart) {
    start({{{"on", "job"}, {"service", "filter-a"}, {"do", "failed"}}});
    const RunOutcome outcome = this->outcome();
    EXPECT_THAT(outcome.health, Contains("C1@VM1: 1 of 4 jobs failed"));
    EXPECT_EQ(outcome.jobs.at(0).size(), 4U);
    EXPECT_EQ(outcome.jobs.at(1).size(), 3U) << "what failed wrote nothing for the next";
    EXPECT_TRUE(
        tree().contains("deployment_0/Full_workflow/runs/Run #1/failed_jobs_filter-a.json"));
}

TEST_F(Faults, AComponentThatBreaksDownIsNotASuccess) {
    write_component("filter_a", "raise ValueError('broken')\n");
    start(nlohmann::json::array());
    const RunOutcome outcome = this->outcome();
    EXPECT_THAT(outcome.health,
                ElementsAre("C1@VM1: 4 of 4 jobs failed", "C1@VM1: 4 of 4 logs have a Traceback"));
    EXPECT_THAT(outcome.jobs.at(1), IsEmpty());
}

TEST_F(Faults, AJobWithoutOutputIsTold) {
    start({{{"on", "job"}, {"service", "b"}, {"do", "no_output"}}});
    EXPECT_THAT(outcome().health, ElementsAre("C2@VM2: 1 of 4 jobs wrote nothing"));
}

TEST_F(Faults, ALogWithoutMarksLosesItsMomentsOnly) {
    start({{{"on", "job"}, {"service", "b"}, {"do", "no_marks"}},
           {{"on", "job"}, {"service", "filter-a"}, {"do", "no_info"}}});
    const RunOutcome outcome = this->outcome();
    EXPECT_THAT(outcome.health, ElementsAre("C1@VM1: 1 of 4 logs do not tell when the script ran",
                                            "C2@VM2: 1 of 4 logs do not tell when the script ran"));
    for (const JobRecord& job : outcome.jobs.at(1)) {
        EXPECT_TRUE(job.job_create && job.job_finish);
        EXPECT_EQ(job.status, JobStatus::succeeded);
    }
}

TEST_F(Faults, LogsThatAreGoneAreCounted) {
    start({{{"on", "log"}, {"service", "b"}, {"do", "gone"}, {"times", 3}}});
    EXPECT_THAT(outcome().health, ElementsAre("C2@VM2: 3 of 4 jobs have no log"));
}

TEST_F(Faults, AnEventThatComesTwiceMakesARunDegraded) {
    start({{{"on", "job"}, {"service", "filter-a"}, {"do", "duplicate_event"}}});
    const RunOutcome outcome = this->outcome();
    EXPECT_THAT(outcome.health, Contains("C1@VM1: 5 jobs for 4 objects"));
    EXPECT_EQ(outcome.jobs.at(0).size(), 5U);
}

TEST_F(Faults, AJobThatNeverGetsANodeEndsTheRunNotTheCampaign) {
    start({{{"on", "job"}, {"service", "filter-a"}, {"do", "pending"}}});
    const RunOutcome outcome = this->outcome();
    EXPECT_THAT(outcome.health,
                Contains("C1@VM1: given up, since nothing happened any more when 3 of 4 jobs were "
                         "over"));
    EXPECT_EQ(outcome.jobs.at(1).size(), 3U) << "what there is was collected";
}

TEST_F(Faults, ListsMayBeEmptyAtFirstUnorderedAndInPages) {
    m_options.idle_limit = std::chrono::seconds(20);
    start_double("VM1=v3.6.4,VM2=v3.6.4", {"--page-size", "1"});
    m_double->add_faults({{{"on", "list"}, {"do", "empty"}, {"times", 8}},
                          {{"on", "list"}, {"do", "unordered"}, {"times", 0}}});
    const RunOutcome outcome = this->outcome();
    EXPECT_THAT(outcome.health, IsEmpty());
    EXPECT_EQ(outcome.jobs.at(0).size(), 4U);
}

TEST_F(Faults, AClockThatIsOffIsTold) {
    start(nlohmann::json::array());
    m_double->change("VM1", {{"skew_seconds", 7200}});
    const Failure refused = failure();
    EXPECT_EQ(refused.kind, ErrorKind::remote);
    EXPECT_THAT(refused.diagnostics[0].message, HasSubstr("set the clock"));
    m_double->change("VM1", {{"skew_seconds", 600}});
    EXPECT_THAT(outcome().health, IsEmpty()) << "clocks of one cluster go together";
    for (const Diagnostic& diagnostic : m_reporter.diagnostics()) {
        EXPECT_NE(diagnostic.code, "PRF105");
    }
}

TEST_F(Faults, WithoutAShellPodsAreNotKnown) {
    m_with_shell = false;
    start(nlohmann::json::array(), "v3.6.4");
    const RunOutcome outcome = this->outcome();
    EXPECT_THAT(outcome.health, IsEmpty());
    EXPECT_FALSE(outcome.jobs.at(0).at(0).pod_create);
    std::vector<std::string> warnings;
    for (const Diagnostic& diagnostic : m_reporter.diagnostics()) {
        if (diagnostic.code == "PRF106") {
            warnings.push_back(diagnostic.message);
        }
    }
    ASSERT_EQ(warnings.size(), 2U);
    EXPECT_THAT(warnings[0], HasSubstr("response times begin when a pod starts"));
}

TEST_F(Faults, AShellThatFailsIsToldOnce) {
    start({{{"on", "ssh"}, {"cluster", "VM1"}, {"do", "garbage"}, {"times", 0}}});
    const RunOutcome outcome = this->outcome();
    EXPECT_THAT(outcome.health, IsEmpty());
    EXPECT_FALSE(outcome.jobs.at(0).at(0).pod_create);
    EXPECT_TRUE(outcome.jobs.at(1).at(0).pod_create);
}

TEST_F(Faults, APasswordThatChangesEndsTheCampaign) {
    start(nlohmann::json::array());
    m_double->change("VM2", {{"password", "another"}});
    const Failure failure = this->failure();
    EXPECT_EQ(failure.kind, ErrorKind::remote);
    EXPECT_THAT(failure.diagnostics[0].message, HasSubstr("on cluster VM2: "));
    EXPECT_THAT(m_clusters.ends, ElementsAre(CampaignEnd::failed));
}

TEST_F(Faults, AClusterThatVanishesEndsTheCampaignWhichGoesOnWhenItIsBack) {
    write_component("b", "time.sleep(1)\nwrite('.txt', source)\n");
    start(nlohmann::json::array());
    m_options.attempts = 2;
    StoppingObserver observer;
    bool gone = false;
    observer.on_progress = [&](const Progress& progress) {
        if (!gone && progress.service == "filter-a") {
            gone = true;
            m_double->change("VM2", {{"vanished", true}});
        }
    };
    const auto failed = run_on_oscar(observer);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::remote);
    EXPECT_THAT(failed.error().diagnostics[0].message, HasSubstr("cluster VM2"));
    m_double->change("VM2", {{"vanished", false}});
    EXPECT_THAT(outcome().health, IsEmpty());
}

TEST_F(Faults, OddNamesOfInputsGoThrough) {
    write("oscarp/input_files/clip.v1.mp4", "");
    ASSERT_TRUE(remove_tree(m_folder.path / "oscarp/input_files/clip.v1.mp4"));
    for (const char* name : {"my clip #1.mp4", "a+b.c.jpg", "\xc3\xa4 %20.png"}) {
        write(std::string("oscarp/input_files/") + name, "x");
    }
    std::string parameters = text_of("oscarp/run_parameters.yaml");
    parameters.replace(parameters.find("filename: clip.v1.mp4"), 21, "filename: ");
    write("oscarp/run_parameters.yaml", parameters);
    start(nlohmann::json::array(), "v4.1.0");
    const RunOutcome outcome = this->outcome();
    EXPECT_THAT(outcome.health, IsEmpty());
    std::set<std::string> keys;
    for (const JobRecord& job : outcome.jobs.at(0)) {
        keys.insert(job.input_key);
    }
    EXPECT_THAT(keys, ElementsAre("a+b.c.jpg", "my clip #1.mp4", "\xc3\xa4 %20.png"));
}

TEST_F(Faults, WhatIsNotOursIsNeitherDeletedNorUsed) {
    start(nlohmann::json::array());
    clients::SystemClock clock;
    const Cluster facts = m_double->cluster("VM1", {});
    clients::S3Options s3;
    s3.endpoint = facts.minio_endpoint;
    s3.access_key = facts.minio_access_key;
    s3.secret_key = facts.minio_secret_key;
    const clients::S3Client storage(m_double->transport(), clock, s3);
    ASSERT_TRUE(storage.create_bucket("production", {}));
    ASSERT_TRUE(storage.put("production", "x", "y", {}));
    ASSERT_TRUE(storage.create_bucket("bucket77", {}));
    clients::OscarClientOptions options;
    options.url = facts.oscar_endpoint;
    options.password = facts.oscar_password;
    const clients::OscarClient oscar(m_double->transport(), clock, options);
    clients::OscarService other;
    other.name = "theirs";
    other.image = "img";
    other.script = "x";
    other.inputs = {{"minio.default", "their-input"}};
    ASSERT_TRUE(oscar.create(other, {}));
    EXPECT_THAT(outcome().health, IsEmpty());
    EXPECT_THAT(services("VM1"), ElementsAre("theirs"));
    EXPECT_THAT(buckets("VM1"), ElementsAre("bucket77", "production", "storage", "their-input"));

    ASSERT_TRUE(remove_tree(m_folder.path / "oscarp/c1"));
    other.name = "filter-a";
    other.inputs = {{"minio.default", "bucket0"}};
    ASSERT_TRUE(oscar.create(other, {}));
    const Failure refused = failure();
    EXPECT_EQ(refused.kind, ErrorKind::input);
    ASSERT_EQ(refused.diagnostics.size(), 2U);
    EXPECT_EQ(refused.diagnostics[0].code, "PRF102");
    EXPECT_THAT(services("VM1"), ElementsAre("filter-a", "theirs"));
    EXPECT_THAT(buckets("VM1"), Contains("bucket0"));
}

TEST_F(Faults, NoSecretIsWritten) {
    write_component("b", "print('the key is minio-pw-VM2 and pw-VM2')\nwrite('.txt', source)\n");
    start({{{"on", "oscar"},
            {"method", "GET"},
            {"path", "/system/logs/[ab]$"},
            {"do", "status"},
            {"status", 400},
            {"times", 0},
            {"body", "oscar:pw-VM1 and minio-pw-VM1"}}});
    const Failure failure = this->failure();
    ASSERT_FALSE(failure.diagnostics.empty());
    EXPECT_THAT(failure.diagnostics[0].message, Not(HasSubstr("pw-VM")));
    EXPECT_THAT(failure.diagnostics[0].message, HasSubstr("***"));
    m_double->clear_faults();
    EXPECT_THAT(outcome().health, IsEmpty());
    std::size_t logs = 0;
    for (const auto& found :
         std::filesystem::recursive_directory_iterator(m_folder.path / "oscarp/c1")) {
        if (found.is_regular_file()) {
            const auto text = read_file(found.path());
            ASSERT_TRUE(text);
            EXPECT_THAT(*text, Not(HasSubstr("pw-VM"))) << found.path();
            if (text->find("the key is ***") != std::string::npos) {
                ++logs;
            }
        }
    }
    EXPECT_EQ(logs, 4U);
    for (const std::string& line : m_said) {
        EXPECT_THAT(line, Not(HasSubstr("pw-VM")));
    }
}

} // namespace
} // namespace aisprint::profiling::test
