// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/results.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace aisprint::profiling {
namespace {

namespace fs = std::filesystem;

Moment at(double seconds) {
    return Moment(std::chrono::sys_days(std::chrono::year(2023) / 6 / 1)) +
           std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6));
}

JobRecord job(const std::string& name, double create, double start, double finish) {
    JobRecord record;
    record.name = name;
    record.service = "s";
    record.job_create = at(create);
    record.pod_create = at(create);
    record.job_start = at(start);
    record.script_start = at(start);
    record.script_end = at(finish);
    record.job_finish = at(finish);
    return record;
}

TEST(Moments, TextsAreReadBack) {
    EXPECT_EQ(to_text(at(3723)), "2023-06-01 01:02:03");
    EXPECT_EQ(to_text(at(3723.0625)), "2023-06-01 01:02:03.062500");
    for (const char* text : {"2023-06-01 01:02:03", "2023-06-01 01:02:03.062500"}) {
        const auto moment = parse_moment(text);
        ASSERT_TRUE(moment) << text;
        EXPECT_EQ(to_text(*moment), text);
    }
    for (const char* text :
         {"", "2023-6-1 01:02:03", "2023-02-30 01:02:03", "2023-06-01 24:00:00",
          "2023-06-01T01:02:03", "2023-06-01 01:02:03.", "2023-06-01 01:02:03x"}) {
        EXPECT_FALSE(parse_moment(text)) << text;
    }
}

TEST(JobTimes, AddUpToTheResponseTime) {
    JobRecord record = job("a", 1, 2.5, 7.25);
    record.pod_create = at(1.75);
    record.script_start = at(3);
    record.script_end = at(7);
    const JobTimes times = times_of(record);
    EXPECT_DOUBLE_EQ(*times.full_time, 6.25);
    EXPECT_DOUBLE_EQ(*times.wait + *times.pod_creation + *times.overhead + *times.compute_time +
                         *times.write_back,
                     *times.full_time);
    record.pod_create.reset();
    EXPECT_FALSE(times_of(record).wait);
    EXPECT_TRUE(times_of(record).full_time);
}

TEST(TimeTable, IsReadBackAsItWasWritten) {
    JobRecord record = job("a", 1, 2, 3.5);
    record.status = JobStatus::timed_out;
    record.exit_code = 137;
    record.input_key = "clip 1.mp4";
    record.output_keys = {"x/y.jpg"};
    record.output_bytes = 12;
    record.init_seconds = 0.25;
    record.supervisor_end = at(3.25);
    record.script_end.reset();
    const auto jobs = parse_time_table(SourceFile("t", to_time_table({record})));
    ASSERT_TRUE(jobs);
    ASSERT_EQ(jobs->size(), 1U);
    EXPECT_EQ(to_time_table(*jobs), to_time_table({record}));
    EXPECT_EQ(jobs->front().status, JobStatus::timed_out);
    EXPECT_FALSE(jobs->front().script_end);
    EXPECT_EQ(jobs->front().init_seconds, 0.25);
    EXPECT_EQ(jobs->front().supervisor_end, at(3.25));
    EXPECT_FALSE(jobs->front().supervisor_start);
}

TEST(TimeTable, FaultsAreToldAllAtOnce) {
    const auto jobs = parse_time_table(
        SourceFile("t", R"({"a": {"job_create": "yesterday", "job_finish": 7}, "b": 3})"));
    ASSERT_FALSE(jobs);
    EXPECT_EQ(jobs.error().diagnostics.size(), 3U);
    EXPECT_FALSE(parse_time_table(SourceFile("t", "[]")));
    EXPECT_FALSE(parse_time_table(SourceFile("t", "{")));
}

TEST(Parallelism, AJobThatEndsWhenAnotherStartsDoesNotOverlapIt) {
    EXPECT_EQ(actual_parallelism({job("a", 0, 0, 2), job("b", 0, 2, 4), job("c", 0, 1, 3)}), 2U);
    EXPECT_EQ(actual_parallelism({}), 0U);
}

TEST(Dataframes, NumbersAreShortestAndHaveAPoint) {
    EXPECT_EQ(real_text(46), "46.0");
    EXPECT_EQ(real_text(0.4), "0.4");
    EXPECT_EQ(real_text(12.66667), "12.66667");
    EXPECT_EQ(real_text(rounded(2.0 / 3.0, 5)), "0.66667");
    EXPECT_EQ(rounded(0.5, 0), 0.0);
    EXPECT_EQ(rounded(2.5, 0), 2.0);
}

TEST(Dataframes, AnInstantaneousRunHasAFiniteRate) {
    const std::vector<ServiceRun> runs{{1, 0, 0, 1, {job("a", 5, 5, 5)}}};
    EXPECT_EQ(response_csv(response_rows(runs, 0.5), CoresSpelling::real),
              "run_name,observed_throughput,avg_response_time,requested_parallelism,cores\n"
              "Run #1,1.0,0.0,1,0.5\n");
    const std::vector<ServiceRun> precise{{1, 0, 0, 1, {job("a", 5.5, 5.5, 5.5)}}};
    EXPECT_EQ(response_rows(precise, 1).front().observed_throughput, 1000);
    EXPECT_TRUE(response_rows({{1, 0, 0, 1, {}}}, 1).empty());
}

TEST(Dataframes, BelowASecondTheLogsOfJobsTell) {
    JobRecord marks = job("a", 5, 5, 5);
    marks.script_start = at(5.25);
    marks.script_end = at(5.75);
    JobRecord lines = marks;
    lines.supervisor_start = at(5.125);
    lines.supervisor_end = at(5.875);
    EXPECT_EQ(seconds_in_log(marks), 0.5);
    EXPECT_EQ(seconds_in_log(lines), 0.75);
    EXPECT_EQ(seconds_in_log(JobRecord()), 0);
    const auto mean = [](std::vector<JobRecord> jobs) {
        return response_rows({{1, 0, 0, 1, std::move(jobs)}}, 1).front().average_response_time;
    };
    EXPECT_EQ(mean({marks, lines}), 0.625);
    JobRecord longer = marks;
    longer.job_finish = at(7);
    EXPECT_EQ(mean({marks, longer}), 1) << "the mean of whole seconds is above that of the logs";
    std::swap(marks.script_start, marks.script_end);
    EXPECT_EQ(seconds_in_log(marks), 0) << "a clock that was set back";
    EXPECT_EQ(mean({marks}), 0);
}

TEST(Dataframes, JobsHaveARowEach) {
    const std::vector<ServiceRun> runs{{2, 0, 1, 4, {job("a", 0, 1, 3)}}};
    EXPECT_EQ(jobs_csv(runs, {{2, 1}}, {0.5, 100, 3}),
              "job_name,service,cluster,node,cores_container,cores_total,memory_container,"
              "memory_total,nodes_used,nodes_total,full_time,wait,pod_creation,overhead,"
              "compute_time,write_back,run_name,parallelism,status\n"
              "a,s,,,0.5,2.0,100.0,400.0,1,3,3.0,0.0,1.0,0.0,2.0,0.0,Run #2,4,Succeeded\n");
}

TEST(Dataframes, NamesWithCommasAreQuoted) {
    std::vector<ServiceRun> runs{{1, 0, 0, 1, {job("a", 0, 1, 3)}}};
    runs[0].jobs[0].resource = R"(VM, "1")";
    EXPECT_NE(jobs_csv(runs, {}, {1, 1, 1}).find(R"(,"VM, ""1""",)"), std::string::npos);
}

/// A campaign that the reference measured, with what it made of it.
class ReferenceCampaign : public ::testing::TestWithParam<const char*> {
protected:
    static constexpr double k_cpu = 0.9;

    void SetUp() override {
        m_folder = fs::path(AISPRINT_SHARED_DATA) / "oscarp/reference-run" / GetParam() /
                   "app/oscarp/TEST";
        if (!fs::exists(m_folder)) {
            GTEST_SKIP() << "no reference data at " << m_folder;
        }
    }

    static std::string text_of(const fs::path& path) {
        const auto text = read_file(path);
        EXPECT_TRUE(text) << path;
        return text ? *text : "";
    }

    /// The runs of one service below a folder of tests.
    static std::vector<ServiceRun>
    runs_of(const fs::path& tests, const std::string& service, int repetitions) {
        const std::vector<int> levels{8, 4, 2};
        std::vector<ServiceRun> runs;
        for (std::size_t number = 1;; ++number) {
            const fs::path table = tests / "runs" / fmt::format("Run #{}", number) /
                                   fmt::format("time_table_{}.json", service);
            if (!fs::exists(table)) {
                return runs;
            }
            ServiceRun run;
            run.number = number;
            run.level = (number - 1) / static_cast<std::size_t>(repetitions);
            run.repetition = (number - 1) % static_cast<std::size_t>(repetitions);
            run.parallelism = levels[run.level];
            const auto jobs = parse_time_table(SourceFile(table.string(), text_of(table)));
            EXPECT_TRUE(jobs) << table;
            run.jobs = jobs ? *jobs : std::vector<JobRecord>();
            runs.push_back(std::move(run));
        }
    }

    /// Service names of the response-time dataframes in a folder.
    static std::vector<std::string> services_of(const fs::path& dataframes) {
        const std::string ending = "_response_time_dataframe.csv";
        std::vector<std::string> services;
        for (const fs::directory_entry& entry : fs::directory_iterator(dataframes)) {
            const std::string name = entry.path().filename().string();
            if (name.ends_with(ending)) {
                services.push_back(name.substr(0, name.size() - ending.size()));
            }
        }
        return services;
    }

    fs::path m_folder;
};

TEST_P(ReferenceCampaign, DataframesAreTheReferencesToTheByte) {
    const int repetitions = std::string(GetParam()) == "two_deployments" ? 2 : 1;
    std::size_t compared = 0;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(m_folder)) {
        if (entry.path().filename() != "Dataframes") {
            continue;
        }
        const fs::path tests = entry.path().parent_path().parent_path();
        const bool full = tests.filename() == "Full_workflow";
        std::vector<WorkflowRun> workflow;
        std::map<std::size_t, std::pair<Moment, Moment>> spans;
        for (const std::string& service : services_of(entry.path())) {
            const std::vector<ServiceRun> runs = runs_of(tests, service, repetitions);
            ASSERT_FALSE(runs.empty()) << tests << service;
            EXPECT_EQ(response_csv(response_rows(runs, k_cpu), CoresSpelling::real),
                      text_of(entry.path() / (service + "_response_time_dataframe.csv")));
            ++compared;
            if (!full) {
                EXPECT_EQ(runtime_csv(runs, k_cpu, CoresSpelling::real),
                          text_of(entry.path() / "runtime_dataframe.csv"));
                ++compared;
            }
            for (const ServiceRun& run : runs) {
                for (const JobRecord& record : run.jobs) {
                    auto [span, is_new] =
                        spans.try_emplace(run.number, *record.job_create, *record.job_finish);
                    span->second.first = std::min(span->second.first, *record.job_create);
                    span->second.second = std::max(span->second.second, *record.job_finish);
                }
                if (workflow.size() < run.number) {
                    workflow.push_back({run.level, run.repetition, 0, 0});
                }
                workflow[run.number - 1].total_cores += run.parallelism * k_cpu;
            }
        }
        if (full) {
            for (const auto& [number, span] : spans) {
                workflow[number - 1].runtime =
                    std::chrono::duration<double>(span.second - span.first).count();
            }
            for (WorkflowRun& run : workflow) {
                run.total_cores = rounded(run.total_cores, 9);
            }
            EXPECT_EQ(runtime_csv(workflow), text_of(entry.path() / "runtime_dataframe.csv"));
            ++compared;
        }
    }
    EXPECT_GE(compared, 7U);
}

INSTANTIATE_TEST_SUITE_P(All,
                         ReferenceCampaign,
                         ::testing::Values("one_deployment", "two_deployments"));

TEST(ReferenceSynchronous, DataframeIsTheReferencesToTheByte) {
    const fs::path folder = fs::path(AISPRINT_SHARED_DATA) / "oscarp/reference-run/synchronous";
    if (!fs::exists(folder)) {
        GTEST_SKIP() << "no reference data at " << folder;
    }
    const auto table = read_file(folder / "time_table_blurry-faces-onnx.json");
    ASSERT_TRUE(table);
    const auto jobs = parse_time_table(SourceFile("t", *table));
    ASSERT_TRUE(jobs);
    RunParameters parameters;
    parameters.pre_allocated_pods = 2;
    parameters.intervals = {{6, 4, 60, 0}, {12, 8, 60, 5}};
    const auto expected = read_file(folder / "blurry-faces-onnx_response_time_dataframe.csv");
    ASSERT_TRUE(expected);
    EXPECT_EQ(
        response_csv(response_rows({{1, 0, 0, 8, *jobs}}, 0.9, parameters), CoresSpelling::real),
        *expected);
}

} // namespace
} // namespace aisprint::profiling
