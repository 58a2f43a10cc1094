// SPDX-License-Identifier: Apache-2.0
// The double itself: over sockets and in process it must be the same server.
#include "im_double.hpp"

#include "aisprint/clients/http.hpp"
#include "aisprint/clients/im_client.hpp"

#include <gtest/gtest.h>

namespace aisprint::clients::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* k_authorization =
    "id = im; type = InfrastructureManager; username = ann; password = pw1";

/// A clock that is ahead of every wait.
class HastyClock final : public Clock {
public:
    std::chrono::milliseconds now() const override { return m_now; }
    std::chrono::seconds wall_time() const override { return 1700000000s; }
    void sleep(std::chrono::milliseconds duration, std::stop_token) override { m_now += duration; }

private:
    std::chrono::milliseconds m_now{0};
};

enum class Way { in_process, sockets };

/// A client of a double, reached in one of two ways.
class DoubleTest : public testing::TestWithParam<Way> {
protected:
    ImClient& client(ImDoubleOptions options = {}) {
        m_double.emplace(options);
        if (GetParam() == Way::sockets) {
            m_url = m_double->serve();
            m_transport = make_curl_transport({});
        } else {
            m_url = options.url;
            m_transport = m_double->transport();
        }
        ImClientOptions client_options;
        client_options.url = m_url;
        client_options.authorization = Secret(k_authorization);
        client_options.retries.attempts = 1;
        client_options.request_timeout = 300ms;
        client_options.create_timeout = 300ms;
        m_client.emplace(*m_transport, m_clock, client_options);
        return *m_client;
    }

    ImDouble& im() { return *m_double; }

private:
    std::optional<ImDouble> m_double;
    std::string m_url;
    std::unique_ptr<Transport> m_transport;
    HastyClock m_clock;
    std::optional<ImClient> m_client;
};

INSTANTIATE_TEST_SUITE_P(Ways,
                         DoubleTest,
                         testing::Values(Way::in_process, Way::sockets),
                         [](const testing::TestParamInfo<Way>& way) {
                             return way.param == Way::sockets ? "sockets" : "in_process";
                         });

TEST_P(DoubleTest, LifeOfAnInfrastructure) {
    ImClient& im_client = client();
    EXPECT_EQ(im_client.version({}), (ImVersion{1, 15, 0}));
    const auto url = im_client.create(small_document("OSCAR a", "t1"), {});
    ASSERT_TRUE(url.has_value());
    EXPECT_EQ(im_client.list({}), std::vector<std::string>{*url});
    const auto next_state = [&] { return im_client.state(*url, {})->state; };
    EXPECT_EQ(next_state(), ImStateName::pending);
    EXPECT_EQ(next_state(), ImStateName::running);
    EXPECT_EQ(next_state(), ImStateName::configured);
    EXPECT_EQ(next_state(), ImStateName::configured);
    EXPECT_EQ(im_client.contextualisation(*url, {}), "all tasks done\n");
    EXPECT_EQ(im_client.outputs_json(*url, {}), R"({"endpoint":"https://out.example.org/"})");
    EXPECT_EQ(im_client.document(*url, {}), small_document("OSCAR a", "t1"));
    ASSERT_TRUE(im_client.update(*url, small_document("OSCAR a", "t1", "x: 1\n"), {}).has_value());
    EXPECT_EQ(next_state(), ImStateName::running);
    EXPECT_EQ(next_state(), ImStateName::configured);
    ASSERT_TRUE(im_client.remove(*url, ForceDelete::no, {}).has_value());
    EXPECT_EQ(im().live(), 1);
    EXPECT_EQ(next_state(), ImStateName::deleting);
    EXPECT_EQ(im_client.state(*url, {}).error().kind, ImErrorKind::gone);
    EXPECT_TRUE(im_client.remove(*url, ForceDelete::no, {}).has_value());
    EXPECT_EQ(im().live(), 0);
    EXPECT_EQ(im().created("OSCAR a"), 1);
    EXPECT_EQ(im().infrastructures().front().tag, "t1");
    EXPECT_EQ(im().infrastructures().front().updates, 1);
    EXPECT_EQ(im().changing_requests(), 4);
}

struct FaultCase {
    FaultKind kind;
    ImErrorKind error;
    Delivery delivery;
    int created;
};

TEST_P(DoubleTest, FaultsLookTheSameBothWays) {
    using enum FaultKind;
    const std::vector<FaultCase> cases = {
        {reset_before_reading, ImErrorKind::unreachable, Delivery::unknown, 0},
        {reset_after_reading, ImErrorKind::unreachable, Delivery::unknown, 0},
        {reset_after_acting, ImErrorKind::unreachable, Delivery::unknown, 1},
        {close_without_answer, ImErrorKind::unreachable, Delivery::unknown, 1},
        {truncated_body, ImErrorKind::unreachable, Delivery::unknown, 1},
        {slow, ImErrorKind::unreachable, Delivery::unknown, 1},
        {wrong_content_type, ImErrorKind::malformed, Delivery::unknown, 1},
        {empty_body, ImErrorKind::malformed, Delivery::unknown, 1},
        {status, ImErrorKind::server, Delivery::unknown, 0},
        {status_after_acting, ImErrorKind::server, Delivery::unknown, 1}};
    for (const FaultCase& item : cases) {
        SCOPED_TRACE(static_cast<int>(item.kind));
        ImClient& im_client = client();
        Fault fault;
        fault.kind = item.kind;
        fault.delay = 600ms;
        im().add_fault({ImCall::create, 1, 1, fault});
        const auto url = im_client.create(small_document("a"), {});
        ASSERT_FALSE(url.has_value());
        EXPECT_EQ(url.error().kind, item.error) << url.error().message;
        EXPECT_EQ(url.error().delivery, item.delivery);
        EXPECT_EQ(im().created(), item.created);
        EXPECT_EQ(im().count(ImCall::create), 1);
    }
}

TEST_P(DoubleTest, GarbageWithANumberInTheHeadIsNoLoss) {
    ImClient& im_client = client();
    im().add_fault({ImCall::create, 1, 1, {FaultKind::garbage}});
    const auto url = im_client.create(small_document("a"), {});
    ASSERT_TRUE(url.has_value());
    EXPECT_TRUE(im_client.state(*url, {}).has_value());
}

TEST_P(DoubleTest, RulesCountTheirOwnRequests) {
    ImClient& im_client = client();
    const auto url = im_client.create(small_document("a"), {});
    ASSERT_TRUE(url.has_value());
    im().add_fault({ImCall::state, 2, 2, {FaultKind::status, 503}});
    EXPECT_TRUE(im_client.state(*url, {}).has_value());
    EXPECT_EQ(im_client.state(*url, {}).error().status, 503);
    EXPECT_EQ(im_client.state(*url, {}).error().status, 503);
    EXPECT_TRUE(im_client.state(*url, {}).has_value());
}

TEST_P(DoubleTest, KnowsItsUsers) {
    ImDoubleOptions options;
    options.user = "ann";
    options.password = "other";
    ImClient& im_client = client(options);
    const auto list = im_client.list({});
    ASSERT_FALSE(list.has_value());
    EXPECT_EQ(list.error().kind, ImErrorKind::unauthorised);
    EXPECT_EQ(list.error().message,
              "Error Getting Inf. List: Invalid InfrastructureManager credentials.");
}

} // namespace
} // namespace aisprint::clients::test
