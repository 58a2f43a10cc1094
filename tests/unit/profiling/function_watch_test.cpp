// SPDX-License-Identifier: Apache-2.0
#include "function_watch.hpp"

#include "oscar_fake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <map>

namespace aisprint::profiling {
namespace {

using namespace std::chrono_literals;
using clients::OscarJob;
using clients::OscarJobStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Json = nlohmann::json;

/// The wall clock of tests begins here, in milliseconds.
constexpr std::int64_t k_begin = 1'700'000'000'000;

/// What CloudWatch holds of one function.
struct Logs {
    struct Line {
        std::int64_t time;
        std::string text;
    };
    std::map<std::string, std::vector<Line>> streams;
    std::map<std::string, std::int64_t> ingested; ///< absent: the time of the last line
    int questions = 0;                            ///< for streams
    std::function<void()> before_question;        ///< null: nothing happens

    void add(const std::string& stream, std::int64_t after_begin, const std::string& text) {
        streams[stream].push_back({k_begin + after_begin, text});
    }
};

/// Answers as CloudWatch does.
class LogsTransport final : public clients::Transport {
public:
    explicit LogsTransport(Logs& logs) : m_logs(logs) {}

    tl::expected<clients::HttpResponse, clients::TransportError>
    send(const clients::HttpRequest& request, std::stop_token) override {
        clients::HttpResponse response;
        response.status = 200;
        const Json body = Json::parse(request.body, nullptr, false);
        const bool asks_for_streams = body.is_object() && !body.contains("logStreamName");
        if (asks_for_streams) {
            response.body = streams().dump();
        } else if (body.is_object()) {
            response.body = events(body).dump();
        }
        return response;
    }

private:
    Json streams() {
        ++m_logs.questions;
        if (m_logs.before_question) {
            m_logs.before_question();
        }
        Json list = Json::array();
        for (const auto& [name, lines] : m_logs.streams) {
            const auto told = m_logs.ingested.find(name);
            list.push_back({{"logStreamName", name},
                            {"lastIngestionTime",
                             told == m_logs.ingested.end() ? lines.back().time : told->second}});
        }
        return {{"logStreams", list}};
    }

    Json events(const Json& body) {
        Json list = Json::array();
        if (!body.contains("nextToken")) {
            for (const Logs::Line& line : m_logs.streams.at(body["logStreamName"])) {
                if (line.time >= body["startTime"].get<std::int64_t>()) {
                    list.push_back({{"timestamp", line.time}, {"message", line.text}});
                }
            }
        }
        return {{"events", list}, {"nextForwardToken", "f/1"}};
    }

    Logs& m_logs;
};

class FunctionWatchTest : public testing::Test {
protected:
    FunctionWatchTest() : m_fake("v2.6.1") {
        Cluster home;
        home.resource = "F1";
        home.minio_endpoint = "https://s3.eu-west-1.amazonaws.com";
        home.minio_access_key = "AKDUMMY";
        home.minio_secret_key = Secret("aws-pw");
        home.functions = FunctionHome{"functions", "", ""};
        m_fake.parts.make_transport = [this](const Cluster&) {
            return std::make_unique<LogsTransport>(m_logs);
        };
        m_unit.service = "b";
        auto made = OscarCluster::connect(home, 1, m_fake.parts, {});
        EXPECT_TRUE(made);
        m_home = std::move(*made);
        m_site.service.unit = &m_unit;
        m_site.input.cluster = m_home.get();
        m_site.output.cluster = m_home.get();
    }

    [[nodiscard]] static clients::LogMoment at(std::int64_t after_begin) {
        return clients::LogMoment(std::chrono::milliseconds(k_begin + after_begin));
    }

    Logs m_logs;
    test::FakeParts m_fake;
    Unit m_unit;
    std::unique_ptr<OscarCluster> m_home;
    OscarSite m_site;
};

TEST_F(FunctionWatchTest, ReadsTheLogsEveryTenSecondsUntilTheyAreSilent) {
    FunctionWatch watch(m_site, at(0));
    EXPECT_THAT(*watch.jobs(1s, {}), IsEmpty()) << "no group yet, or no streams";
    m_logs.add("s1", 2000, "START RequestId: r1 Version: $LATEST");
    EXPECT_THAT(*watch.jobs(10s, {}), IsEmpty());
    EXPECT_EQ(m_logs.questions, 1);
    const auto running = watch.jobs(11s, {});
    ASSERT_THAT(*running, SizeIs(1));
    EXPECT_EQ(running->front().status, OscarJobStatus::running);
    EXPECT_FALSE(watch.is_quiet(40s, 30s));
    m_logs.add("s1", 20000, "END RequestId: r1");
    m_logs.ingested["s1"] = k_begin + 2000; // told late
    EXPECT_EQ(watch.jobs(41s, {})->front().status, OscarJobStatus::succeeded);
    EXPECT_FALSE(watch.is_quiet(70s, 30s)) << "a line came";
    m_logs.ingested.clear();
    EXPECT_THAT(*watch.jobs(51s, {}), SizeIs(1));
    EXPECT_FALSE(watch.is_quiet(80s, 30s)) << "the time of the last ingestion changed";
    EXPECT_THAT(*watch.jobs(61s, {}), SizeIs(1));
    EXPECT_TRUE(watch.is_quiet(81s, 30s));
}

TEST_F(FunctionWatchTest, LeavesOutWhatBeganBefore) {
    m_logs.add("old", -5000, "START RequestId: r0 Version: $LATEST");
    m_logs.add("old", 100, "END RequestId: r0");
    m_logs.add("older", -9000, "START RequestId: r-1 Version: $LATEST");
    FunctionWatch watch(m_site, at(0));
    EXPECT_THAT(*watch.jobs(1s, {}), IsEmpty());
}

TEST_F(FunctionWatchTest, ReadsAttemptsOfACallInTheOrderOfTime) {
    m_logs.add("a", 60000, "START RequestId: r Version: $LATEST");
    m_logs.add("a", 61000, "END RequestId: r");
    m_logs.add("a", 61000, "REPORT RequestId: r\tDuration: 1000 ms");
    m_logs.add("b", 1000, "START RequestId: r Version: $LATEST");
    m_logs.add("b", 2000, "END RequestId: r");
    m_logs.add("b", 2000, "REPORT RequestId: r\tDuration: 1000 ms\tStatus: timeout");
    FunctionWatch watch(m_site, at(0));
    const auto jobs = watch.jobs(1s, {});
    ASSERT_THAT(*jobs, SizeIs(1));
    EXPECT_EQ(jobs->front().status, OscarJobStatus::succeeded);
    EXPECT_EQ(watch.calls().at("r").start, at(1000));
    EXPECT_EQ(watch.calls().at("r").end, at(61000));
}

TEST_F(FunctionWatchTest, CallsOfEarlierRunsAreWaitedFor) {
    m_logs.add("s", -1000, "START RequestId: r Version: $LATEST");
    m_logs.add("lost", -899'000, "START RequestId: gone Version: $LATEST"); // never ends
    m_logs.before_question = [&] {
        if (m_logs.questions == 4) {
            m_logs.add("s", 25000, "END RequestId: r");
        }
    };
    std::vector<std::string> said;
    const auto waited = wait_for_calls(m_site, m_fake.clock,
                                       [&](const std::string& text) { said.push_back(text); }, {});
    EXPECT_TRUE(waited);
    EXPECT_EQ(m_logs.questions, 4);
    EXPECT_THAT(said, ElementsAre("Waiting for earlier calls of function b..."));
    EXPECT_TRUE(wait_for_calls(m_site, m_fake.clock,
                               [&](const std::string& text) { said.push_back(text); }, {}));
    EXPECT_THAT(said, SizeIs(1));
}

} // namespace
} // namespace aisprint::profiling
