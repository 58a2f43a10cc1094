// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/im_client.hpp"

#include "scripted_transport.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::clients {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using test::Answer;
using test::broken;
using test::json;
using test::NotingClock;
using test::page;
using test::ScriptedTransport;
using test::text;

class ImClientTest : public testing::Test {
protected:
    ImClient& client(const std::string& url = "https://im.example/im//") {
        ImClientOptions options;
        options.url = url;
        options.authorization = Secret("type = InfrastructureManager; token = t");
        options.retries = {4, 10s, 0.25};
        m_client.emplace(m_transport, m_clock, options);
        return *m_client;
    }

    void answer(Answer value) { m_transport.answers.push_back(std::move(value)); }

    /// What the client makes of one answer to a question for a state.
    ImResult<ImState> state_of(Answer value) {
        m_transport.answers = {std::move(value)};
        return client().state(k_url, {});
    }

    static constexpr const char* k_url = "https://im.example/im/infrastructures/1f0e";
    ScriptedTransport m_transport;
    NotingClock m_clock;
    std::optional<ImClient> m_client;
};

TEST_F(ImClientTest, AsksAsTheProtocolSays) {
    ImClient& im = client();
    answer(json(R"({"version": "1.15.0"})"));
    answer(json(R"({"uri": "https://im.example/im/infrastructures/1f0e"})"));
    answer(json(R"({"state": {"state": "running", "vm_states": {"0": "running", "1": "off"}}})"));
    answer(json(R"({"outputs": {"b": "x", "a": null}})"));
    answer(json(R"({"contmsg": "line\nline"})"));
    answer(json(R"({"tosca": "a: b\n"})"));
    answer(json(R"({"uri-list": []})"));
    answer(text(200, ""));
    EXPECT_EQ(im.version({}), (ImVersion{1, 15, 0}));
    EXPECT_EQ(im.create("doc", {}), std::string(k_url));
    const ImResult<ImState> state = im.state(k_url, {});
    ASSERT_TRUE(state.has_value());
    EXPECT_EQ(state->state, ImStateName::running);
    EXPECT_THAT(state->machines, ElementsAre(std::pair("0", ImStateName::running),
                                             std::pair("1", ImStateName::off)));
    EXPECT_EQ(im.outputs_json(k_url, {}), R"({"b":"x","a":null})");
    EXPECT_EQ(im.contextualisation(k_url, {}), "line\nline");
    EXPECT_EQ(im.document(k_url, {}), "a: b\n");
    EXPECT_TRUE(im.update(k_url, "doc2", {}).has_value());
    EXPECT_TRUE(im.remove(k_url, ForceDelete::yes, {}).has_value());
    std::vector<std::string> lines;
    for (const HttpRequest& request : m_transport.requests) {
        lines.push_back(request.method + " " + request.url + " " + request.body);
        EXPECT_EQ(request.headers.at(0).name, "Authorization");
        EXPECT_EQ(request.headers.at(0).value, "type = InfrastructureManager; token = t");
    }
    EXPECT_THAT(lines,
                ElementsAre("GET https://im.example/im/version ",
                            "POST https://im.example/im/infrastructures?async=1 doc",
                            "GET https://im.example/im/infrastructures/1f0e/state ",
                            "GET https://im.example/im/infrastructures/1f0e/outputs ",
                            "GET https://im.example/im/infrastructures/1f0e/contmsg ",
                            "GET https://im.example/im/infrastructures/1f0e/tosca ",
                            "POST https://im.example/im/infrastructures/1f0e doc2",
                            "DELETE https://im.example/im/infrastructures/1f0e?async=1&force=1 "));
    EXPECT_EQ(m_transport.requests[1].headers.at(2).value, "text/yaml");
}

TEST_F(ImClientTest, CreateUnderstandsAllFormsOfTheAnswer) {
    const std::string url = k_url;
    const auto created = [&](HttpResponse response) {
        m_transport.answers = {std::move(response)};
        return client().create("doc", {});
    };
    EXPECT_EQ(created({200, {{"Content-Type", "text/uri-list"}}, url + "\n"}), url);
    EXPECT_EQ(created({201, {{"Content-Type", "application/json"}}, R"({"uri": ")" + url + "\"}"}),
              url);
    EXPECT_EQ(created({200, {{"InfID", "1f0e"}}, "?"}), url);
    for (const char* bad : {"", "nonsense", R"({"uri": 1})", "http://host/infrastructures/",
                            "http://host/infrastructures/../x", "ftp://h/infrastructures/1"}) {
        const auto result = created({200, {{"InfID", "../x"}}, bad});
        ASSERT_FALSE(result.has_value()) << bad;
        EXPECT_EQ(result.error().kind, ImErrorKind::malformed);
        EXPECT_EQ(result.error().delivery, Delivery::unknown);
    }
    EXPECT_EQ(created(page()).error().kind, ImErrorKind::malformed);
}

TEST_F(ImClientTest, CreateIsRepeatedOnlyIfItCertainlyWasNotDone) {
    answer(broken(Delivery::not_sent, TransportErrorKind::unreachable));
    answer(text(429, "slow down"));
    answer(json(R"({"uri": "https://im.example/im/infrastructures/1"})"));
    EXPECT_TRUE(client().create("doc", {}).has_value());
    EXPECT_THAT(m_clock.pauses, ElementsAre(10s, 20s));
    for (const Answer& lost :
         {broken(Delivery::unknown), Answer(text(503, "busy")), Answer(text(504, "late")),
          broken(Delivery::unknown, TransportErrorKind::timeout)}) {
        m_transport.requests.clear();
        m_transport.answers = {lost};
        const auto result = client().create("doc", {});
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().delivery, Delivery::unknown);
        EXPECT_EQ(m_transport.requests.size(), 1U);
    }
    m_transport.answers = {text(400, "Error Creating Inf.: no image")};
    const auto refused = client().create("doc", {});
    EXPECT_EQ(refused.error().kind, ImErrorKind::refused);
    EXPECT_EQ(refused.error().delivery, Delivery::not_sent);
    EXPECT_FALSE(refused.error().is_transient());
}

TEST_F(ImClientTest, ReadsAreRepeatedWithLongerAndLongerPauses) {
    for (int i = 0; i < 3; ++i) {
        answer(i == 1 ? broken(Delivery::unknown) : Answer(text(500 + i, "oops")));
    }
    answer(json(R"({"state": {"state": "configured"}})"));
    EXPECT_EQ(client().state(k_url, {})->state, ImStateName::configured);
    EXPECT_THAT(m_clock.pauses, ElementsAre(10s, 20s, 40s));
    for (int i = 0; i < 4; ++i) {
        answer(text(500, "oops"));
    }
    EXPECT_EQ(client().state(k_url, {}).error().status, 500);
}

TEST_F(ImClientTest, HopelessRequestsAreNotRepeated) {
    for (const int status : {400, 401, 403, 404, 409, 415}) {
        const auto result = state_of(text(status, "no"));
        EXPECT_EQ(result.error().status, status);
    }
    EXPECT_EQ(state_of(broken(Delivery::not_sent, TransportErrorKind::tls)).error().is_transient(),
              false);
    EXPECT_THAT(m_clock.pauses, testing::IsEmpty());
}

TEST_F(ImClientTest, RetryAfterIsFollowedWithinBounds) {
    const auto pause_for = [&](const std::string& value) {
        m_clock.pauses.clear();
        m_transport.answers = {HttpResponse{503, {{"Retry-After", value}}, "busy"},
                               json(R"({"state": {"state": "running"}})")};
        EXPECT_TRUE(client().state(k_url, {}).has_value());
        return m_clock.pauses.at(0);
    };
    EXPECT_EQ(pause_for("30"), 30s);
    EXPECT_EQ(pause_for("1"), 10s);
    EXPECT_EQ(pause_for("100000"), 120s);
    EXPECT_EQ(pause_for("-5"), 10s);
    EXPECT_EQ(pause_for("Sun, 06 Nov 1994 08:50:37 GMT"), 60s);
    EXPECT_EQ(pause_for("soon"), 10s);
    EXPECT_EQ(pause_for("99999999999999999999"), 10s);
}

TEST_F(ImClientTest, PausesAreShortenedAtRandom) {
    ImClientOptions options;
    options.url = "http://im.example";
    options.random = [] { return 0.5; };
    m_client.emplace(m_transport, m_clock, options);
    m_transport.answers = {text(503, ""), json(R"({"version": "1.18"})")};
    EXPECT_EQ(m_client->version({}), (ImVersion{1, 18, 0}));
    EXPECT_THAT(m_clock.pauses, ElementsAre(8750ms));
}

TEST_F(ImClientTest, AStopEndsTheRepetitions) {
    m_clock.stop_after = 1;
    answer(text(503, ""));
    const auto result = client().state(k_url, m_clock.source.get_token());
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind, ImErrorKind::cancelled);
    EXPECT_EQ(m_transport.requests.size(), 1U);
}

struct ErrorCase {
    HttpResponse response;
    ImErrorKind kind;
    std::string message;
};

TEST_F(ImClientTest, ErrorsSayWhatTheServerSays) {
    const std::vector<ErrorCase> cases = {
        {text(400, "Error Creating Inf.: bad\nTraceback (most recent call last):\n  File \"x\", "
                   "line 1, in f\n    g()\n\nKeyError: 'a'\n"),
         ImErrorKind::refused, "Error Creating Inf.: bad KeyError: 'a'"},
        {{401, {{"Content-Type", "application/json"}}, R"({"message": "who?", "code": 401})"},
         ImErrorKind::unauthorised,
         "who?"},
        {text(403, "Access to this infrastructure not granted."), ImErrorKind::unauthorised,
         "Access to this infrastructure not granted."},
        {text(404, "Deleted infrastructure."), ImErrorKind::gone, "Deleted infrastructure."},
        {text(409, "busy"), ImErrorKind::conflict, "busy"},
        {{404, {{"Content-Type", "application/json"}}, R"({"detail": "Not Found"})"},
         ImErrorKind::malformed,
         "status 404 without a text, which is no answer of an Infrastructure Manager; is the "
         "address right?"},
        {{404, {}, "<html><head><title>No\nsuch page</title>"},
         ImErrorKind::malformed,
         "status 404 with a page of HTML titled \"No such page\", which is no answer of an "
         "Infrastructure Manager; is the address right?"},
        {{301, {{"Location", "https://new.example/"}}, ""},
         ImErrorKind::refused,
         "the server redirects to https://new.example/; if that is the Infrastructure Manager, use "
         "its address"},
        {{302, {}, ""},
         ImErrorKind::refused,
         "the server redirects (status 302) without saying where to"},
        {{418, {}, ""}, ImErrorKind::refused, "status 418 without a text"}};
    for (const ErrorCase& item : cases) {
        const auto result = state_of(item.response);
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().kind, item.kind) << item.message;
        EXPECT_EQ(result.error().message, item.message);
    }
}

TEST_F(ImClientTest, LongErrorsAreShortened) {
    const auto result = state_of(text(400, std::string(5000, 'x') + "end"));
    EXPECT_EQ(result.error().message, std::string(600, 'x') + " ...");
}

TEST_F(ImClientTest, AnswersOfOtherFormsAreMalformed) {
    const std::string deep = std::string(100000, '[');
    for (const std::string& body :
         {std::string(), std::string("{"), std::string("[]"), std::string("{}"),
          std::string(R"({"state": 3})"), std::string(R"({"state": {}})"), deep,
          std::string("{\"state\": {\"state\": \"\xff\"}}")}) {
        EXPECT_EQ(state_of(json(body)).error().kind, ImErrorKind::malformed) << body.substr(0, 40);
    }
    EXPECT_EQ(state_of(page()).error().kind, ImErrorKind::malformed);
    EXPECT_EQ(state_of(json(R"({"state": {"state": "sleeping"}})"))->state, ImStateName::unknown);
}

TEST_F(ImClientTest, AnEmptyListMustBeOne) {
    const auto list_of = [&](HttpResponse response) {
        m_transport.answers = {std::move(response)};
        return client().list({});
    };
    EXPECT_THAT(*list_of({200, {{"Content-Type", "text/uri-list"}}, ""}), testing::IsEmpty());
    EXPECT_THAT(*list_of({200,
                          {{"Content-Type", "text/uri-list"}},
                          "http://h/infrastructures/1\r\nhttp://h/infrastructures/2\n"}),
                ElementsAre("http://h/infrastructures/1", "http://h/infrastructures/2"));
    EXPECT_THAT(*list_of(json(R"({"uri-list": [{"uri": "http://h/infrastructures/1"}]})")),
                ElementsAre("http://h/infrastructures/1"));
    for (HttpResponse bad : {page(), text(200, ""), json(""), json("{}"),
                             json(R"({"uri-list": [1]})"), json(R"({"uri-list": [{"uri": "x"}]})"),
                             HttpResponse{200, {{"Content-Type", "text/uri-list"}}, "<html>"}}) {
        EXPECT_EQ(list_of(std::move(bad)).error().kind, ImErrorKind::malformed);
    }
}

TEST_F(ImClientTest, DeletionOfWhatIsGoneIsDone) {
    const auto removed = [&](Answer response) {
        m_transport.answers = {json(R"({"version": "1.14.2"})"), std::move(response)};
        return client().remove(k_url, ForceDelete::no, {});
    };
    EXPECT_TRUE(removed(text(404, "Deleted infrastructure.")).has_value());
    EXPECT_EQ(m_transport.requests.back().url, k_url); // 1.14 deletes while we wait
    EXPECT_EQ(removed(page()).error().kind, ImErrorKind::malformed);
    EXPECT_EQ(removed(HttpResponse{404, {}, ""}).error().kind, ImErrorKind::malformed);
    EXPECT_EQ(removed(text(409, "busy")).error().kind, ImErrorKind::conflict);
    EXPECT_TRUE(removed(text(409, "busy")).error().is_transient());
}

TEST_F(ImClientTest, AServerWithoutAVersionIsAskedToDeleteAtOnce) {
    m_transport.answers = {text(404, "no"), text(200, "")};
    EXPECT_TRUE(client().remove(k_url, ForceDelete::yes, {}).has_value());
    EXPECT_EQ(m_transport.requests.back().url, std::string(k_url) + "?force=1");
}

TEST_F(ImClientTest, OldServersAreNeverAskedForAnEstimate) {
    answer(json(R"({"version": "1.16.9"})"));
    const auto refused = client().estimate_json("doc", {});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ImErrorKind::refused);
    EXPECT_EQ(m_transport.requests.size(), 1U);
    m_transport.answers = {json(R"({"version": "1.17.0"})"), json(R"({"c": {"cloudType": "x"}})")};
    EXPECT_EQ(client().estimate_json("doc", {}), R"({"c":{"cloudType":"x"}})");
    EXPECT_THAT(m_transport.requests.back().url, HasSubstr("dry_run=1"));
}

TEST_F(ImClientTest, Versions) {
    const auto version_of = [&](HttpResponse response) {
        m_transport.answers = {std::move(response)};
        return client().version({});
    };
    EXPECT_EQ(version_of(text(200, "1.11.0.post1\n")), (ImVersion{1, 11, 0}));
    EXPECT_EQ(version_of(text(200, "2.0.dev1")), (ImVersion{2, 0, 0}));
    EXPECT_EQ(version_of(json(R"({"version": "1.17.1"})")), (ImVersion{1, 17, 1}));
    EXPECT_FALSE(version_of(text(200, "one")).has_value());
    EXPECT_FALSE(version_of(text(200, "1")).has_value());
    EXPECT_FALSE(version_of(page()).has_value());
}

TEST_F(ImClientTest, CredentialsDoNotFollowUnprotectedAddresses) {
    const auto asked = [&](const std::string& server, const std::string& url) {
        m_transport.answers = {json(R"({"state": {"state": "running"}})")};
        m_transport.requests.clear();
        const auto state = client(server).state(url, {});
        return m_transport.requests.empty() ? state.error().message : m_transport.requests[0].url;
    };
    EXPECT_EQ(asked("https://im.example/im", "http://im.example/infrastructures/1"),
              "https://im.example/im/infrastructures/1/state");
    EXPECT_EQ(asked("https://im.example", "http://IM.example:80/x/infrastructures/1/"),
              "https://im.example/infrastructures/1/state");
    EXPECT_EQ(asked("http://im.example", "http://other:8800/infrastructures/1"),
              "http://other:8800/infrastructures/1/state");
    EXPECT_THAT(asked("https://im.example", "http://other:8800/infrastructures/1"),
                HasSubstr("no credentials are sent"));
    EXPECT_THAT(asked("https://im.example", "inf_id1"), HasSubstr("is not the URL"));
    EXPECT_THAT(asked("https://im.example", "https://im.example/infrastructures/a?b"),
                HasSubstr("is not the URL"));
}

TEST(ImStateNames, AreReadAndWritten) {
    for (const char* word : {"pending", "running", "configured", "unconfigured", "failed",
                             "stopped", "off", "unknown", "deleting"}) {
        EXPECT_EQ(to_string(parse_im_state(word)), word);
    }
    EXPECT_EQ(parse_im_state("Running"), ImStateName::unknown);
}

} // namespace
} // namespace aisprint::clients
