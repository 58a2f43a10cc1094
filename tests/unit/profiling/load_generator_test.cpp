// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/load_generator.hpp"

#include "answer_desk.hpp"
#include "campaign_load.hpp"
#include "uploads.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace aisprint::profiling {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Interval k_two_each_second{120, 4, 1, 0};

LoadPlan plan_of(std::vector<Interval> intervals) {
    LoadPlan plan;
    plan.intervals = std::move(intervals);
    return plan;
}

TEST(LoadGenerator, ConstantRequestsAreDueAtEqualTimes) {
    EXPECT_THAT(plan_arrivals({60, 1, 4, 0}, LoadTiming::constant, 1), ElementsAre(0, 1, 2, 3));
}

TEST(LoadGenerator, TheRateRisesInALineOverTheRampUp) {
    // one a second after two seconds: in the ramp the integral of the rate is t * t / 4
    const auto due = plan_arrivals({60, 1, 3, 2}, LoadTiming::constant, 1);
    EXPECT_THAT(due, ElementsAre(0, 2, 3, 4));
    const auto fast = plan_arrivals({240, 1, 1, 2}, LoadTiming::constant, 1);
    ASSERT_EQ(fast.size(), 8U);
    EXPECT_DOUBLE_EQ(fast[1], 1) << "four a second: t * t = 1";
    EXPECT_DOUBLE_EQ(fast[4], 2);
    EXPECT_DOUBLE_EQ(fast[5], 2.25);
}

TEST(LoadGenerator, ExponentialRequestsHaveTheRateOnAverage) {
    const auto due = plan_arrivals({600, 1, 2000, 0}, LoadTiming::exponential, 1);
    EXPECT_NEAR(static_cast<double>(due.size()), 20000, 500);
    EXPECT_EQ(due, plan_arrivals({600, 1, 2000, 0}, LoadTiming::exponential, 1));
    EXPECT_NE(due, plan_arrivals({600, 1, 2000, 0}, LoadTiming::exponential, 2));
}

TEST(LoadGenerator, RequestsAreSentByIntervals) {
    std::atomic<int> sent{0};
    const auto send = [&](const LoadRequest& request, const std::stop_token&) {
        ++sent;
        EXPECT_EQ(request.interval, request.number < 2 ? 0U : 1U);
        EXPECT_EQ(request.request_timeout, milliseconds(7000));
        return LoadAnswer();
    };
    LoadPlan plan = plan_of({k_two_each_second, k_two_each_second});
    plan.request_timeout = milliseconds(7000);
    const LoadResult result = generate_load(plan, send, {});
    EXPECT_EQ(sent, 4);
    ASSERT_EQ(result.samples.size(), 4U);
    for (std::size_t i = 0; i < result.samples.size(); ++i) {
        EXPECT_EQ(result.samples[i].number, i);
        EXPECT_EQ(result.samples[i].interval, i < 2 ? 1 : 2);
        EXPECT_TRUE(result.samples[i].accepted());
    }
    EXPECT_THAT(result.missed, ElementsAre(0, 0));
}

TEST(LoadGenerator, RequestsDoNotWaitForAnswersOfEarlierOnes) {
    std::atomic<std::size_t> sent{0};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    const auto send = [&](const LoadRequest&, const std::stop_token&) {
        ++sent; // none is answered before both are sent
        while (sent < 2 && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::yield();
        }
        return LoadAnswer();
    };
    const LoadResult result = generate_load(plan_of({k_two_each_second}), send, {});
    ASSERT_EQ(result.samples.size(), 2U);
    EXPECT_EQ(result.samples[1].busy, 2U) << "the first was under way";
}

TEST(LoadGenerator, NoMoreRequestsAreUnderWayThanThereAreThreads) {
    std::atomic<int> at_once{0};
    const auto send = [&](const LoadRequest&, const std::stop_token&) {
        EXPECT_LE(++at_once, 1);
        std::this_thread::sleep_for(milliseconds(1100)); // longer than the interval
        --at_once;
        return LoadAnswer();
    };
    Interval interval = k_two_each_second;
    interval.threads = 1;
    const LoadResult result = generate_load(plan_of({interval}), send, {});
    EXPECT_EQ(result.samples.size(), 1U);
    EXPECT_THAT(result.missed, ElementsAre(1));
    EXPECT_THAT(load_health(result, "C1@VM1"),
                ElementsAre(HasSubstr("C1@VM1: 1 requests of interval 1 were not sent")));
}

TEST(LoadGenerator, AnswersThatComeTooLateAreTimedOut) {
    LoadPlan plan = plan_of({{60, 1, 0.5, 0}});
    plan.request_timeout = milliseconds(5);
    const auto slow = [](const LoadRequest&, const std::stop_token&) {
        std::this_thread::sleep_for(milliseconds(20));
        return LoadAnswer();
    };
    const LoadResult result = generate_load(plan, slow, {});
    ASSERT_EQ(result.samples.size(), 1U);
    EXPECT_FALSE(result.samples[0].accepted());
    EXPECT_THAT(result.samples[0].answer.code, HasSubstr("SocketTimeoutException"));
    EXPECT_EQ(load_text(result.samples), "Rejected requests:  1\nTotal requests:  1\n");
}

TEST(LoadGenerator, AStopEndsTheLoad) {
    std::stop_source source;
    const auto send = [&](const LoadRequest&, const std::stop_token&) {
        source.request_stop();
        return LoadAnswer();
    };
    const LoadResult result =
        generate_load(plan_of({{60, 1, 3600, 0}, k_two_each_second}), send, source.get_token());
    EXPECT_TRUE(result.interrupted);
    EXPECT_EQ(result.samples.size(), 1U);
}

TEST(LoadGenerator, ResultsAreReadBackAsTheyWereWritten) {
    LoadSample sample;
    sample.start = Moment(milliseconds(1685613600243));
    sample.elapsed = milliseconds(8854);
    sample.interval = 2;
    sample.thread = 7;
    sample.answer.code = "503";
    sample.answer.message = "not, \"now\"";
    const std::string text = jmeter_csv({sample}, "http://oscar/run/a");
    EXPECT_THAT(text, HasSubstr("\n1685613600243,8854,HTTP Request,503,\"not, \"\"now\"\"\",Thread "
                                "Group 2 2-7,text,false,,0,0,1,1,http://oscar/run/a,0,0,0\n"));
    const auto read = parse_jmeter_csv(SourceFile("r.csv", text));
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 1U);
    EXPECT_EQ(read->front().start, sample.start);
    EXPECT_EQ(read->front().elapsed, sample.elapsed);
    EXPECT_EQ(read->front().interval, 2);
    EXPECT_EQ(read->front().answer.code, "503");
    EXPECT_EQ(read->front().answer.message, "not, \"now\"");
}

TEST(LoadGenerator, RowsThatCannotBeReadAreToldTogether) {
    const auto read = parse_jmeter_csv(SourceFile(
        "r.csv", "timeStamp,elapsed\n1,2,x,200,OK,Thread Group 1 1-1\n1,x,x,200,OK,Thread Group 1 "
                 "1-1\n1,2\n"));
    ASSERT_FALSE(read);
    ASSERT_EQ(read.error().diagnostics.size(), 2U);
    EXPECT_EQ(read.error().diagnostics[0].code, "PRF084");
    EXPECT_EQ(read.error().diagnostics[0].span.line, 3U);
}

TEST(LoadGenerator, ResultsOfTheReferenceAreRead) {
    const std::filesystem::path file = std::filesystem::path(AISPRINT_SHARED_DATA) /
                                       "oscarp/reference-run/synchronous/jmeter_results.csv";
    if (!std::filesystem::exists(file)) {
        GTEST_SKIP() << "no " << file;
    }
    const auto source = load_source(file, "jmeter_results.csv");
    ASSERT_TRUE(source);
    const auto samples = parse_jmeter_csv(*source);
    ASSERT_TRUE(samples);
    EXPECT_EQ(samples->front().elapsed, milliseconds(8854));
    EXPECT_EQ(samples->front().interval, 1);
    EXPECT_EQ(samples->back().interval, 2);
}

TEST(AnswerDesk, WaitsForTheJobOfAnObject) {
    AnswerDesk desk;
    JobRecord good;
    good.output_bytes = 7;
    JobRecord bad;
    bad.status = JobStatus::failed;
    desk.answer("a", good);
    desk.answer("b", bad);
    EXPECT_EQ(desk.wait("a", {}, {}).code, "200");
    EXPECT_EQ(desk.wait("a", {}, {}).bytes, 7U);
    EXPECT_EQ(desk.wait("b", {}, {}).code, "500");
    EXPECT_THAT(desk.wait("c", milliseconds(1), {}).code, HasSubstr("Timeout"));
    std::stop_source source;
    source.request_stop();
    EXPECT_EQ(desk.wait("c", {}, source.get_token()).code, "503");
}

TEST(AnswerDesk, JobsGetTheIntervalOfTheirRequests) {
    LoadResult load;
    load.samples.resize(2);
    load.samples[0].interval = 2;
    load.samples[1].number = 1;
    load.samples[1].answer = timed_out_answer();
    std::vector<JobRecord> jobs(2);
    jobs[0].input_key = "in_1";
    jobs[1].input_key = "in_0";
    mark_jobs(load, {{0, "in_0"}, {1, "in_1"}}, jobs);
    EXPECT_EQ(jobs[1].interval, 2);
    EXPECT_EQ(jobs[1].status, JobStatus::succeeded);
    EXPECT_EQ(jobs[0].status, JobStatus::timed_out) << "nobody waited for it any more";
}

TEST(Replay, GoesIntervalByIntervalAtItsRate) {
    RunParameters parameters;
    parameters.intervals = {{60, 1, 2, 0}, {30, 1, 2, 0}};
    std::vector<JobRecord> first(3);
    first[0].interval = 1;
    first[1].interval = first[2].interval = 2;
    RunRequest request;
    request.replay = replay_of(parameters, first);
    std::vector<double> times;
    for (const UploadStep& step : plan_replay(request, {"a", "b", "c", "d", "e", "f", "g"})) {
        times.push_back(step.seconds);
    }
    // seven objects for three requests: two at a time, one is left
    EXPECT_THAT(times, ElementsAre(0, 0, 1, 1, 3, 3));
}

} // namespace
} // namespace aisprint::profiling
