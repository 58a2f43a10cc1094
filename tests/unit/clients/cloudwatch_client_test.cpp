// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/cloudwatch_client.hpp"
#include "cloudwatch_answer.hpp"
#include "scripted_transport.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace aisprint::clients {
namespace {

using namespace std::chrono_literals;
using test::broken;
using test::json;
using test::NotingClock;
using test::ScriptedTransport;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* k_group = "/aws/lambda/blur";

LogMoment at(std::int64_t milliseconds) {
    return LogMoment(std::chrono::milliseconds(milliseconds));
}

HttpResponse refusal(const std::string& type, int status = 400) {
    return {status,
            {{"Content-Type", "application/x-amz-json-1.1"}},
            R"({"__type":")" + type + R"(","message":"words"})"};
}

class CloudWatchTest : public testing::Test {
protected:
    CloudWatchOptions options() {
        CloudWatchOptions result;
        result.endpoint = "http://127.0.0.1:5000/";
        result.access_key = "AKDUMMY";
        result.secret_key = Secret("pw1");
        return result;
    }
    CloudWatchClient& client() {
        if (!m_client) {
            m_client.emplace(transport, clock, options());
        }
        return *m_client;
    }

    ScriptedTransport transport;
    NotingClock clock;

private:
    std::optional<CloudWatchClient> m_client;
};

TEST_F(CloudWatchTest, SignsForTheServiceOfLogs) {
    transport.answers = {json(R"({"logStreams":[]})")};

    ASSERT_TRUE(client().streams(k_group, {}));

    const HttpRequest& request = transport.requests.front();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "http://127.0.0.1:5000/");
    EXPECT_EQ(request.body, R"({"logGroupName":"/aws/lambda/blur"})");
    std::map<std::string, std::string> headers;
    for (const HttpHeader& header : request.headers) {
        headers[header.name] = header.value;
    }
    EXPECT_EQ(headers["X-Amz-Target"], "Logs_20140328.DescribeLogStreams");
    EXPECT_EQ(headers["Content-Type"], "application/x-amz-json-1.1");
    EXPECT_THAT(headers["Authorization"],
                HasSubstr("Credential=AKDUMMY/19941106/us-east-1/logs/aws4_request"));
    EXPECT_THAT(headers["Authorization"],
                HasSubstr("SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;"
                          "x-amz-target"));
}

TEST_F(CloudWatchTest, WithoutAnEndpointItCallsTheRegionsOwn) {
    CloudWatchOptions plain = options();
    plain.endpoint.clear();
    plain.region = "eu-south-1";
    transport.answers = {json(R"({"logStreams":[]})")};

    ASSERT_TRUE(CloudWatchClient(transport, clock, plain).streams(k_group, {}));

    EXPECT_EQ(transport.requests.front().url, "https://logs.eu-south-1.amazonaws.com/");
}

TEST_F(CloudWatchTest, ListsStreamsOfAllPagesByName) {
    transport.answers = {
        json(R"({"logStreams":[{"logStreamName":"b","lastIngestionTime":1700000000123}],
                 "nextToken":"more"})"),
        json(R"({"logStreams":[{"logStreamName":"a"}]})")};

    const auto streams = client().streams(k_group, {});

    ASSERT_TRUE(streams);
    EXPECT_THAT(*streams, ElementsAre(LogStream{"a", {}}, LogStream{"b", at(1700000000123)}));
    EXPECT_THAT(transport.requests.back().body, HasSubstr(R"("nextToken":"more")"));
}

TEST_F(CloudWatchTest, AGroupThatIsNotThereHasNoStreams) {
    transport.answers = {refusal("ResourceNotFoundException")};

    const auto streams = client().streams(k_group, {});

    ASSERT_TRUE(streams);
    EXPECT_THAT(*streams, IsEmpty());
}

TEST_F(CloudWatchTest, ReadsEventsUntilTheTokenStaysTheSame) {
    transport.answers = {
        json(R"({"events":[{"timestamp":3,"message":"c"}],"nextForwardToken":"f/1"})"),
        json(R"({"events":[],"nextForwardToken":"f/2"})"), // an empty page is not the last one
        json(R"({"events":[{"timestamp":2,"message":"b"}],"nextForwardToken":"f/3"})"),
        json(R"({"events":[],"nextForwardToken":"f/3"})")};

    const auto events = client().events(k_group, "s", at(2), {});

    ASSERT_TRUE(events);
    EXPECT_THAT(*events, ElementsAre(LogEvent{at(2), "b"}, LogEvent{at(3), "c"}));
    EXPECT_THAT(transport.requests.front().body, HasSubstr(R"("startTime":2)"));
    EXPECT_THAT(transport.requests.front().body, HasSubstr(R"("startFromHead":true)"));
    EXPECT_THAT(transport.requests.front().body, Not(HasSubstr("nextToken")));
    EXPECT_THAT(transport.requests.back().body, HasSubstr(R"("nextToken":"f/3")"));
}

TEST_F(CloudWatchTest, RefusesPagesThatGoInCircles) {
    transport.answers = {json(R"({"events":[],"nextForwardToken":"1"})"),
                         json(R"({"events":[],"nextForwardToken":"2"})"),
                         json(R"({"events":[],"nextForwardToken":"1"})")};

    const auto events = client().events(k_group, "s", {}, {});

    ASSERT_FALSE(events);
    EXPECT_EQ(events.error().kind, RemoteErrorKind::malformed);
    EXPECT_THAT(events.error().message, HasSubstr("never end"));
}

TEST_F(CloudWatchTest, DeletesStreamsAlsoThoseThatAreGone) {
    HttpResponse nothing = json("");
    nothing.headers = {{"Content-Type", "text/html"}}; // as moto calls everything
    transport.answers = {json(""), nothing, refusal("ResourceNotFoundException")};

    EXPECT_TRUE(client().remove_stream(k_group, "2026/11/24/[$LATEST]x", {}));
    EXPECT_TRUE(client().remove_stream(k_group, "2026/11/24/[$LATEST]y", {}));
    EXPECT_TRUE(client().remove_stream(k_group, "gone", {}));

    EXPECT_EQ(transport.requests.front().body,
              R"({"logGroupName":"/aws/lambda/blur","logStreamName":"2026/11/24/[$LATEST]x"})");
}

TEST_F(CloudWatchTest, TakesNoPageForADeletion) {
    HttpResponse page = json("<html><title>Log in</title></html>");
    page.headers = {{"Content-Type", "text/html"}};
    transport.answers = {page};

    const auto removed = client().remove_stream(k_group, "x", {});

    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().kind, RemoteErrorKind::malformed);
    EXPECT_EQ(removed.error().message, "the server of logs answered with a page of HTML; is the "
                                       "address that of CloudWatch?");
}

TEST_F(CloudWatchTest, RepeatsWhatIsThrottledAndSignsAnew) {
    transport.answers = {refusal("ThrottlingException"), broken(Delivery::unknown),
                         json(R"({"logStreams":[]})")};

    ASSERT_TRUE(client().streams(k_group, {}));

    EXPECT_EQ(transport.requests.size(), 3U);
    EXPECT_EQ(clock.pauses.size(), 2U);
}

TEST_F(CloudWatchTest, DoesNotRepeatWhatIsForbidden) {
    transport.answers = {refusal("com.amazonaws.logs#UnrecognizedClientException")};

    const auto streams = client().streams(k_group, {});

    ASSERT_FALSE(streams);
    EXPECT_EQ(streams.error().kind, RemoteErrorKind::unauthorised);
    EXPECT_EQ(streams.error().code, "UnrecognizedClientException");
    EXPECT_EQ(streams.error().message, "words (UnrecognizedClientException)");
    EXPECT_THAT(clock.pauses, IsEmpty());
}

TEST_F(CloudWatchTest, AsksNobodyWithoutKeysOrAddress) {
    CloudWatchOptions no_key = options();
    no_key.secret_key = Secret("");
    CloudWatchOptions no_address = options();
    no_address.endpoint = "logs";

    for (const CloudWatchOptions& wrong : {no_key, no_address}) {
        const auto streams = CloudWatchClient(transport, clock, wrong).streams(k_group, {});
        ASSERT_FALSE(streams);
        EXPECT_EQ(streams.error().kind, RemoteErrorKind::refused);
    }
    EXPECT_THAT(transport.requests, IsEmpty());
}

TEST(CloudWatchAnswers, TellWhatIsWrongWithThem) {
    EXPECT_FALSE(parse_log_streams(test::page()));
    EXPECT_FALSE(parse_log_streams(json(R"({"logStreams":[{"logStreamName":""}]})")));
    EXPECT_FALSE(parse_log_streams(json(R"({"logStreams":[7]})")));
    EXPECT_FALSE(parse_log_streams(
        json(R"({"logStreams":[{"logStreamName":"a","lastIngestionTime":-1}]})")));
    EXPECT_FALSE(parse_log_events(json(R"({"events":[]})"))); // no token
    EXPECT_FALSE(parse_log_events(json(R"({"events":[{"message":"x"}],"nextForwardToken":"f"})")));
    EXPECT_FALSE(parse_log_events(
        json(R"({"events":[{"timestamp":18446744073709551615}],"nextForwardToken":"f"})")));
    EXPECT_FALSE(parse_log_events(
        json(R"({"events":[{"timestamp":1,"message":{}}],"nextForwardToken":"f"})")));
}

TEST(CloudWatchAnswers, OfOthersAreNoAnswers) {
    const RemoteError error = cloudwatch_error_of({404, {{"Content-Type", "text/html"}}, "<html>"});
    EXPECT_EQ(error.kind, RemoteErrorKind::malformed);
    EXPECT_EQ(cloudwatch_error_of(refusal("SerializationException")).kind,
              RemoteErrorKind::refused);
    EXPECT_EQ(cloudwatch_error_of(refusal("InternalFailure", 500)).kind, RemoteErrorKind::server);
}

} // namespace
} // namespace aisprint::clients
