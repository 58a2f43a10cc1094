// SPDX-License-Identifier: Apache-2.0
// Campaigns whose first service is called synchronously: what a campaign on this machine gives,
// and what becomes of requests that are rejected, too late, or interrupted.
#include "fixture.hpp"

#include "aisprint/profiling/load_generator.hpp"

#include <gmock/gmock.h>

#include <fmt/format.h>

namespace aisprint::profiling::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* k_run = "oscarp/c1/deployment_0/Full_workflow/runs/Run #1/";
constexpr std::size_t k_requests = 8;

/// Rows of a table, each as its fields by name of the column; the names in order.
struct Table {
    std::vector<std::string> columns;
    std::vector<std::map<std::string, std::string>> rows;
};

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) {
        parts.push_back(part);
    }
    return parts;
}

Table parse_table(const std::string& text) {
    Table table;
    for (const std::string& line : split(text, '\n')) {
        const std::vector<std::string> fields = split(line, ',');
        if (table.columns.empty()) {
            table.columns = fields;
            continue;
        }
        auto& row = table.rows.emplace_back();
        for (std::size_t i = 0; i < fields.size() && i < table.columns.size(); ++i) {
            row[table.columns[i]] = fields[i];
        }
    }
    return table;
}

class Synchronous : public OscarCampaign {
protected:
    void SetUp() override {
        OscarCampaign::SetUp();
        write_load(2, 30, "true");
        m_options.is_synchronous = true;
        m_options.late_silence = std::chrono::seconds(1);
        m_options.unseen_pods_pause = std::chrono::milliseconds(0);
    }

    /// Eight requests in two intervals.
    void write_load(int pods, double timeout, const std::string& single_services) {
        write("oscarp/run_parameters.yaml",
              fmt::format("input_files: {{filename: clip.v1.mp4}}\n"
                          "asynchronous: {{batch_size: 1, number_of_batches: 1}}\n"
                          "synchronous:\n  number_of_pre_allocated_pods: {}\n"
                          "  connect_timeout_seconds: 5\n  request_timeout_seconds: {}\n"
                          "  worker_nodes: 1\n  distribution: constant\n  intervals:\n"
                          "    - {{throughput: 120, number_of_threads: 8, duration_seconds: 2, "
                          "ramp_up_seconds: 0}}\n"
                          "    - {{throughput: 240, number_of_threads: 8, duration_seconds: 1, "
                          "ramp_up_seconds: 0}}\n"
                          "components:\n  component1: {{parallelism: [2]}}\n"
                          "  component2: {{parallelism: [2]}}\n"
                          "run: {{campaign_dir: c1, repetitions: 1, test_synchronously: true, "
                          "test_single_services: {}}}\n",
                          pods, timeout, single_services));
    }

    void start(const std::string& version, const std::vector<std::string>& more = {}) {
        start_double("VM1=" + version + ",VM2=" + version, more);
    }

    /// Rows of jmeter_results.csv.
    std::vector<LoadSample> samples() {
        const SourceFile source("jmeter_results.csv",
                                text_of(std::string(k_run) + "jmeter_results.csv"));
        auto rows = parse_jmeter_csv(source);
        EXPECT_TRUE(rows);
        return rows ? std::move(*rows) : std::vector<LoadSample>();
    }

    /// Tables of a campaign's results, by path.
    std::map<std::string, Table> tables() {
        std::map<std::string, Table> found;
        const std::filesystem::path campaign = m_folder.path / "oscarp/c1";
        for (const auto& entry : std::filesystem::recursive_directory_iterator(campaign)) {
            const std::string path = std::filesystem::relative(entry.path(), m_folder.path);
            if (entry.path().extension() == ".csv" && is_result(path)) {
                found[path] = parse_table(text_of(path));
            }
        }
        return found;
    }

    static bool is_result(const std::string& path) {
        return path.find("/results/Dataframes/") != std::string::npos;
    }

    /// How the double's services were called.
    nlohmann::json calls() { return m_double->state()["clusters"]["VM1"]["calls"]["filter-a"]; }
};

class SynchronousVersions : public Synchronous,
                            public ::testing::WithParamInterface<const char*> {};

TEST_P(SynchronousVersions, GiveTheTablesOfACampaignOnThisMachine) {
    StoppingObserver here;
    const auto local = run_here(here);
    ASSERT_TRUE(local) << local.error().diagnostics[0].message;
    const auto expected_tree = tree();
    const auto expected = tables();
    ASSERT_EQ(samples().size(), k_requests);
    ASSERT_TRUE(remove_tree(m_folder.path / "oscarp/c1"));

    start(GetParam());
    StoppingObserver there;
    const auto summary = run_on_oscar(there);
    ASSERT_TRUE(summary) << summary.error().diagnostics[0].message;
    EXPECT_EQ(there.tests, here.tests);
    EXPECT_THAT(summary->degraded, IsEmpty());
    // calls leave no jobs, and so no logs of them
    EXPECT_THAT(differences(expected_tree, tree()),
                ElementsAre(fmt::format("-{} {}logs_oscar/JOB.txt", k_requests,
                                        std::string(k_run).substr(10))));

    const auto found = tables();
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [path, table] : expected) {
        ASSERT_TRUE(found.contains(path)) << path;
        const Table& other = found.at(path);
        EXPECT_EQ(other.columns, table.columns) << path;
        ASSERT_EQ(other.rows.size(), table.rows.size()) << path;
        for (std::size_t i = 0; i < table.rows.size(); ++i) {
            for (const char* column : {"requested_throughput", "requested_parallelism", "warm_pods",
                                       "cores", "warm_cores", "total_cores"}) {
                if (table.rows[i].contains(column)) {
                    EXPECT_EQ(other.rows[i].at(column), table.rows[i].at(column)) << path;
                }
            }
        }
    }
    const auto rows = samples();
    ASSERT_EQ(rows.size(), k_requests);
    std::vector<int> intervals;
    for (const LoadSample& row : rows) {
        EXPECT_EQ(row.answer.code, "200");
        intervals.push_back(row.interval);
    }
    EXPECT_THAT(intervals, ElementsAre(1, 1, 1, 1, 2, 2, 2, 2));

    const RunOutcome& full = there.outcomes["Full_workflow 1"];
    ASSERT_EQ(full.jobs.size(), 2U);
    ASSERT_EQ(full.jobs[0].size(), k_requests);
    EXPECT_EQ(full.jobs[1].size(), k_requests);
    EXPECT_EQ(full.uploads.size(), k_requests);
    EXPECT_EQ(full.load, fmt::format("Rejected requests:  0\nTotal requests:  {}\n", k_requests));
    const JobRecord& first = full.jobs[0][0];
    EXPECT_EQ(first.name.size(), 5U) << first.name;
    EXPECT_EQ(first.output_bytes, std::string("moving pictures a").size());
    EXPECT_EQ(first.response_code, "200");
    EXPECT_EQ(first.job_create, rows[0].start);
    EXPECT_GE(*first.job_finish - *first.job_create, std::chrono::milliseconds(300));
    EXPECT_EQ(there.outcomes["C1@VM1 1"].jobs[0].size(), k_requests);
    EXPECT_EQ(there.outcomes["C2@VM2 1"].jobs[0].size(), k_requests);

    const nlohmann::json counts = calls();
    EXPECT_EQ(counts["calls"], k_requests);
    EXPECT_EQ(counts["cold_starts"], 0) << "two pods waited, and there may be no others";
    EXPECT_LE(counts["most_at_once"], 2);
    EXPECT_THAT(services("VM1"), IsEmpty());
    EXPECT_THAT(buckets("VM1"), ElementsAre("storage"));
    EXPECT_FALSE(buckets("VM2").contains("bucket1"));
}

INSTANTIATE_TEST_SUITE_P(OfOscar,
                         SynchronousVersions,
                         ::testing::Values("v2.6.1", "v3.6.4", "v4.1.0"),
                         name_of_version);

TEST_F(Synchronous, RejectionsAndLateAnswersAreToldAndCounted) {
    write_load(2, 2, "true");
    start("v3.6.4");
    m_double->add_faults(
        {{{"on", "oscar"}, {"path", "^/run/"}, {"skip", 1}, {"do", "status"}, {"status", 503}},
         {{"on", "oscar"}, {"path", "^/run/"}, {"skip", 1}, {"do", "slow"}, {"seconds", 3}},
         {{"on", "oscar"}, {"path", "^/run/"}, {"skip", 1}, {"do", "reset"}}});
    StoppingObserver observer;
    const auto summary = run_on_oscar(observer);
    ASSERT_TRUE(summary) << summary.error().diagnostics[0].message;
    const RunOutcome& full = observer.outcomes["Full_workflow 1"];
    EXPECT_EQ(full.load, "Rejected requests:  3\nTotal requests:  8\n");
    // an answer that came too late is no fault of the cluster, but the others are
    EXPECT_THAT(full.health,
                ElementsAre("C1@VM1: 1 of 8 requests were answered with 503",
                            "C1@VM1: 1 of 8 requests were answered with Non HTTP response code: "
                            "java.net.SocketException"));
    std::map<std::string, int> codes;
    for (const LoadSample& row : samples()) {
        ++codes[row.answer.code];
    }
    EXPECT_EQ(codes, (std::map<std::string, int>{
                         {"200", 5},
                         {"503", 1},
                         {"Non HTTP response code: java.net.SocketException", 1},
                         {"Non HTTP response code: java.net.SocketTimeoutException", 1}}));
    std::map<JobStatus, int> states;
    for (const JobRecord& job : full.jobs[0]) {
        ++states[job.status];
    }
    EXPECT_EQ(states,
              (std::map<JobStatus, int>{
                  {JobStatus::succeeded, 5}, {JobStatus::failed, 2}, {JobStatus::timed_out, 1}}));
    EXPECT_EQ(full.jobs[1].size(), 6U) << "the service was done with what nobody waited for";
    EXPECT_EQ(observer.outcomes["C1@VM1 1"].jobs[0].size(), 5U);
}

TEST_F(Synchronous, OutputsOfRequestsThatTimedOutAreWaitedFor) {
    write_component("filter_a", "time.sleep(1.5)\nwrite('-1.jpg', source)\n");
    write_load(2, 1, "false");
    m_options.late_silence = std::chrono::seconds(4);
    start("v2.6.1");
    StoppingObserver observer;
    const auto summary = run_on_oscar(observer);
    ASSERT_TRUE(summary) << summary.error().diagnostics[0].message;
    const RunOutcome& full = observer.outcomes["Full_workflow 1"];
    EXPECT_EQ(full.load, "Rejected requests:  8\nTotal requests:  8\n");
    EXPECT_EQ(full.jobs[1].size(), k_requests);
    EXPECT_THAT(full.health, IsEmpty());
}

TEST_F(Synchronous, ComponentsThatBreakDownAreNoSuccess) {
    write_component("filter_a", "raise ValueError('cannot read this')\n");
    write_load(2, 30, "false");
    start("v4.1.0");
    StoppingObserver observer;
    const auto summary = run_on_oscar(observer);
    ASSERT_TRUE(summary) << summary.error().diagnostics[0].message;
    const RunOutcome& full = observer.outcomes["Full_workflow 1"];
    EXPECT_THAT(full.health, Contains("C1@VM1: 8 of 8 jobs failed"));
    EXPECT_THAT(full.jobs[1], IsEmpty());
}

TEST_F(Synchronous, AServiceThatDoesNotKnowItsTokenEndsTheCampaign) {
    start("v4.1.0");
    m_double->add_faults(
        {{{"on", "oscar"}, {"path", "^/run/"}, {"skip", 2}, {"do", "status"}, {"status", 401}}});
    StoppingObserver observer;
    const auto failed = run_on_oscar(observer);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::remote);
    EXPECT_EQ(failed.error().diagnostics[0].code, "PRF101");
    EXPECT_THAT(failed.error().diagnostics[0].message,
                HasSubstr("cannot call service filter-a on cluster VM1: it does not know the "
                          "token"));
    StoppingObserver second;
    const auto resumed = run_on_oscar(second);
    ASSERT_TRUE(resumed) << resumed.error().diagnostics[0].message;
    EXPECT_EQ(resumed->tests_done, 3U);
    EXPECT_THAT(resumed->degraded, IsEmpty());
}

TEST_F(Synchronous, ClustersWithoutKnativeAreRefused) {
    start("v3.6.4", {"--serverless-backend", ""});
    StoppingObserver observer;
    const auto refused = run_on_oscar(observer);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::input);
    EXPECT_EQ(refused.error().diagnostics[0].code, "PRF085");
    EXPECT_THAT(services("VM1"), IsEmpty()) << "nothing was made";
}

TEST_F(Synchronous, TooFewPodsDegradeTheRun) {
    write_load(6, 30, "false"); // four have room
    m_options.pods_limit = std::chrono::seconds(1);
    start("v2.6.1", {"--nodes", "1"});
    StoppingObserver observer;
    const auto summary = run_on_oscar(observer);
    ASSERT_TRUE(summary) << summary.error().diagnostics[0].message;
    EXPECT_THAT(observer.outcomes["Full_workflow 1"].health,
                Contains("C1@VM1: 4 of 6 pods were ready when the requests began"));
}

TEST_F(Synchronous, WithoutAShellPodsAreNotLookedAt) {
    m_with_shell = false;
    write_load(2, 30, "false");
    start("v4.1.0");
    StoppingObserver observer;
    const auto summary = run_on_oscar(observer);
    ASSERT_TRUE(summary) << summary.error().diagnostics[0].message;
    EXPECT_EQ(observer.outcomes["Full_workflow 1"].jobs[0].size(), k_requests);
    std::set<std::string> codes;
    for (const Diagnostic& diagnostic : m_reporter.diagnostics()) {
        codes.insert(diagnostic.code);
    }
    EXPECT_THAT(codes, Contains("PRF106"));
}

TEST_F(Synchronous, NoMorePodsServeThanJobsMayRunAtOnce) {
    write_component("filter_a", "time.sleep(1)\nwrite('-1.jpg', source)\n");
    write_load(0, 30, "false");
    start("v2.6.1");
    StoppingObserver observer;
    const auto summary = run_on_oscar(observer);
    ASSERT_TRUE(summary) << summary.error().diagnostics[0].message;
    EXPECT_THAT(summary->degraded, IsEmpty());
    const nlohmann::json counts = calls();
    EXPECT_EQ(counts["calls"], k_requests);
    EXPECT_GE(counts["cold_starts"], 2) << "no pod waited";
    EXPECT_EQ(counts["most_at_once"], 2);
}

class SynchronousInterruptions : public SynchronousVersions {};

TEST_P(SynchronousInterruptions, GiveTheSameTreeInTheEnd) {
    start(GetParam());
    StoppingObserver whole;
    const auto complete = run_on_oscar(whole);
    ASSERT_TRUE(complete) << complete.error().diagnostics[0].message;
    const auto expected = tree();
    EXPECT_THAT(whole.tests, ElementsAre("Full_workflow", "C1@VM1", "C2@VM2"));
    for (const std::size_t stop_at : {1U, 2U}) {
        ASSERT_TRUE(remove_tree(m_folder.path / "oscarp/c1"));
        std::stop_source stop;
        StoppingObserver first;
        first.on_progress = [&](const Progress&) {
            if (first.tests.size() == stop_at) {
                stop.request_stop();
            }
        };
        const auto interrupted = run_on_oscar(first, stop.get_token());
        ASSERT_TRUE(interrupted) << interrupted.error().diagnostics[0].message;
        EXPECT_TRUE(interrupted->interrupted);
        EXPECT_EQ(interrupted->tests_done, stop_at - 1);
        StoppingObserver second;
        const auto resumed = run_on_oscar(second);
        ASSERT_TRUE(resumed) << resumed.error().diagnostics[0].message;
        EXPECT_THAT(resumed->degraded, IsEmpty());
        EXPECT_EQ(second.tests.size(), 3 - (stop_at - 1)) << stop_at;
        EXPECT_THAT(differences(expected, tree()), IsEmpty()) << stop_at;
    }
}

INSTANTIATE_TEST_SUITE_P(OfOscar,
                         SynchronousInterruptions,
                         ::testing::Values("v2.6.1", "v4.1.0"),
                         name_of_version);

} // namespace
} // namespace aisprint::profiling::test
