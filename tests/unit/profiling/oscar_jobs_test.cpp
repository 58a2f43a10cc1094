// SPDX-License-Identifier: Apache-2.0
#include "oscar_jobs.hpp"

#include "oscar_downloads.hpp"
#include "oscar_fake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::profiling {
namespace {

using clients::OscarJob;
using clients::OscarJobStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::chrono::sys_seconds at(int second) {
    return std::chrono::sys_days(std::chrono::year(2023) / 6 / 1) + std::chrono::seconds(second);
}

/// Jobs of a service on a cluster of some version.
struct Bench {
    explicit Bench(const std::string& version) : cluster(test::fake_cluster("VM1", version)) {
        unit.id = "C1@VM1";
        unit.service = "faces";
        site.service = {&unit, 2, 4, 0};
        site.input = {cluster.get(), "bucket0", "in/"};
        site.output = {cluster.get(), "bucket1", "in/"};
    }

    OscarJob& add(const std::string& name, OscarJobStatus status, int creation) {
        OscarJob& job = jobs[name];
        job.name = name;
        job.status = status;
        job.creation = at(creation);
        if (status == OscarJobStatus::succeeded || status == OscarJobStatus::failed) {
            job.start = at(creation + 2);
            job.finish = at(creation + 5);
        }
        return job;
    }

    void add_log(const std::string& name, std::vector<std::string> outputs, int start) {
        SupervisorLog log;
        log.script_start = Moment(at(start));
        log.script_end = Moment(at(start + 1));
        log.input_key = "in/" + name + ".jpg";
        log.output_keys = std::move(outputs);
        sources.logs[name] = log;
    }

    void add_pod(const std::string& name, const std::string& node, int creation, int start) {
        if (!sources.kube) {
            sources.kube.emplace();
        }
        sources.kube->jobs[name] = {name, at(creation)};
        sources.kube->pods.push_back({name + "-x", name, node, at(start)});
    }

    [[nodiscard]] std::vector<JobRecord> records() const {
        return make_records(site, jobs, sources);
    }

    [[nodiscard]] std::vector<std::string> health(std::size_t expected) const {
        std::vector<std::string> found;
        check_jobs(site, records(), expected, sources, found);
        return found;
    }

    std::unique_ptr<OscarCluster> cluster;
    Unit unit;
    OscarSite site;
    std::map<std::string, OscarJob> jobs;
    JobSources sources;
};

TEST(OscarJobs, MomentsComeFromTheirSources) {
    Bench bench("v2.6.1");
    bench.add("j", OscarJobStatus::succeeded, 10);
    bench.add_log("j", {"out.jpg", "in/other.jpg", "lost.jpg"}, 13);
    bench.sources.logs["j"].first_line = Moment(at(12));
    bench.add_pod("j", "node1.localdomain", 9, 11);
    bench.sources.output_sizes = {{"out.jpg", 7}, {"other.jpg", 5}};
    const JobRecord job = bench.records().at(0);
    EXPECT_EQ(job.job_create, Moment(at(10)));
    EXPECT_EQ(job.pod_create, Moment(at(11)));
    EXPECT_EQ(job.job_start, Moment(at(12)));
    EXPECT_EQ(job.script_start, Moment(at(13)));
    EXPECT_EQ(job.script_end, Moment(at(14)));
    EXPECT_EQ(job.job_finish, Moment(at(15)));
    EXPECT_EQ(job.supervisor_start, Moment(at(12)));
    EXPECT_FALSE(job.supervisor_end);
    EXPECT_EQ(job.node, "node1") << "a suffix is taken off, not a set of letters";
    EXPECT_EQ(job.input_key, "j.jpg");
    EXPECT_THAT(job.output_keys, ElementsAre("out.jpg", "other.jpg", "lost.jpg"));
    EXPECT_EQ(job.output_bytes, 12U);
    EXPECT_EQ(job.status, JobStatus::succeeded);
}

TEST(OscarJobs, NewerServersTellTheStartOfThePodAsCreation) {
    Bench bench("v3.6.4");
    bench.add("j", OscarJobStatus::succeeded, 10);
    EXPECT_EQ(bench.records()[0].job_create, Moment(at(10))) << "nothing better is known";
    bench.add_pod("j", "wn-1", 7, 10);
    EXPECT_EQ(bench.records()[0].job_create, Moment(at(7)));
    EXPECT_EQ(bench.records()[0].pod_create, Moment(at(10)));
}

TEST(OscarJobs, TheCorrectionIsAddedToPodsAndLogs) {
    Bench bench("v2.6.1");
    bench.add("j", OscarJobStatus::succeeded, 7210);
    bench.add_log("j", {"x"}, 13);
    bench.add_pod("j", "wn-1", 9, 11);
    ASSERT_TRUE(log_offset_hours(bench.records()));
    EXPECT_EQ(*log_offset_hours(bench.records()), -2);
    bench.sources.time_correction = std::chrono::hours(2);
    const JobRecord job = bench.records().at(0);
    EXPECT_EQ(job.pod_create, Moment(at(7211)));
    EXPECT_EQ(job.script_start, Moment(at(7213)));
    EXPECT_FALSE(log_offset_hours({job}));
}

TEST(OscarJobs, ClocksThatAreOffByLessThanATimeZoneAreTold) {
    JobRecord job;
    job.job_start = Moment(at(100));
    job.job_finish = Moment(at(110));
    job.script_start = Moment(at(130));
    ASSERT_TRUE(log_offset_hours({job}));
    EXPECT_EQ(log_offset_warning("VM1", *log_offset_hours({job})).message,
              "logs of jobs on cluster VM1 are +30 seconds off the times that OSCAR tells");
    EXPECT_EQ(log_offset_warning("VM1", -1.5).message,
              "logs of jobs on cluster VM1 are -1.5 hours off the times that OSCAR tells");
}

TEST(OscarJobs, WhatBrokeDownHasFailedWhateverTheServerSays) {
    Bench bench("v2.6.1");
    bench.add("a", OscarJobStatus::succeeded, 1);
    bench.add_log("a", {}, 3);
    bench.sources.logs["a"].has_traceback = true;
    bench.add("b", OscarJobStatus::failed, 2);
    bench.add("c", OscarJobStatus::running, 3);
    bench.add("d", OscarJobStatus::succeeded, 4);
    bench.add_log("d", {"x"}, 6);
    bench.sources.logs["d"].has_traceback = true;
    std::vector<JobStatus> statuses;
    for (const JobRecord& record : bench.records()) {
        statuses.push_back(record.status);
    }
    EXPECT_THAT(statuses, ElementsAre(JobStatus::failed, JobStatus::failed, JobStatus::timed_out,
                                      JobStatus::succeeded));
    EXPECT_THAT(bench.health(4), ElementsAre("C1@VM1: 2 of 4 jobs have no log",
                                             "C1@VM1: 2 of 4 logs have a Traceback"));
}

TEST(OscarJobs, MissingAndRepeatedOnesAreTold) {
    Bench bench("v2.6.1");
    EXPECT_THAT(bench.health(0), IsEmpty());
    bench.add("a", OscarJobStatus::succeeded, 1);
    bench.add_log("a", {"x"}, 3);
    EXPECT_THAT(bench.health(1), IsEmpty());
    EXPECT_THAT(bench.health(3), ElementsAre("C1@VM1: 2 of 3 jobs are missing"));
    bench.add("b", OscarJobStatus::succeeded, 0);
    bench.sources.logs["b"];
    EXPECT_THAT(bench.health(1),
                ElementsAre("C1@VM1: 2 jobs for 1 objects",
                            "C1@VM1: 1 of 2 logs do not tell when the script ran"));
    EXPECT_EQ(bench.records()[0].name, "b") << "in order of creation";
}

TEST(OscarJobs, PodsAreKeptInTheWordsOfKubectl) {
    EXPECT_EQ(to_text(clients::KubePod{"p-1", "j", "wn-1.local", at(1)}, "oscar-svc"),
              "Name:         p-1\nNamespace:    oscar-svc\nNode:         wn-1.local\n"
              "Start Time:   2023-06-01 00:00:01 +0000\n");
}

TEST(OscarJobs, NamesFromClustersCannotLeaveTheFolder) {
    EXPECT_EQ(file_name("../../etc/x"), "_._.._etc_x");
    EXPECT_EQ(file_name("faces-1"), "faces-1");
}

} // namespace
} // namespace aisprint::profiling
