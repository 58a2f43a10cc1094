// SPDX-License-Identifier: Apache-2.0
// Runs upon a server and a network that fail on schedule: which request, which fault, how often.
// Whatever happens, no component has two infrastructures at any time, the next run without faults
// brings the deployment to its end, and after a deletion nothing is left.
#include "deploy_bench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace aisprint::deploy {
namespace {

using clients::ImStateName;
using clients::test::Fault;
using clients::test::FaultKind;
using clients::test::FaultRule;
using clients::test::ImCall;
using namespace std::chrono_literals;

/// Every way in which an answer can go wrong.
std::vector<Fault> all_faults() {
    std::vector<Fault> faults;
    for (const int status : {400, 401, 403, 404, 409, 415, 429, 500, 502, 503, 504}) {
        faults.push_back({.kind = FaultKind::status, .status = status});
    }
    for (const int status : {500, 502, 504}) {
        faults.push_back({.kind = FaultKind::status_after_acting, .status = status});
    }
    for (const FaultKind kind :
         {FaultKind::reset_before_reading, FaultKind::reset_after_reading,
          FaultKind::reset_after_acting, FaultKind::close_without_answer, FaultKind::truncated_body,
          FaultKind::wrong_content_type, FaultKind::garbage, FaultKind::empty_body}) {
        faults.push_back({.kind = kind});
    }
    faults.push_back({.kind = FaultKind::slow, .delay = 10min});
    faults.push_back({.kind = FaultKind::slow, .delay = 20s});
    return faults;
}

std::string describe(const std::vector<FaultRule>& rules) {
    std::string text;
    for (const FaultRule& rule : rules) {
        text += "[call " + std::to_string(static_cast<int>(rule.call)) + " nth " +
                std::to_string(rule.nth) + " times " + std::to_string(rule.times) + " kind " +
                std::to_string(static_cast<int>(rule.fault.kind)) + " status " +
                std::to_string(rule.fault.status) + "] ";
    }
    return text;
}

/// a sends to b.
std::vector<Unit> pair_of_units(int nodes = 1, const std::string& rest = "x") {
    return {test::unit_of("a", {"b"}, test::document_of("a", nodes, rest)),
            test::unit_of("b", {}, test::document_of("b", nodes, rest))};
}

bool all_ok(const Result<RunSummary>& summary) {
    return summary && std::ranges::all_of(summary->components, &ComponentOutcome::ok);
}

void add(test::Bench& bench, const std::vector<FaultRule>& rules) {
    for (const FaultRule& rule : rules) {
        bench.im.add_fault(rule);
    }
}

/// The deployment is complete, once, and known.
void expect_complete(test::Bench& bench) {
    const DeploymentState state = bench.state();
    for (const Unit& unit : bench.units) {
        EXPECT_EQ(bench.im.live(unit.component), 1);
        EXPECT_EQ(bench.im.most_live_at_once(unit.component), 1);
        ASSERT_TRUE(state.components.contains(unit.component));
        const InfrastructureRecord& record = state.components.at(unit.component);
        for (const auto& infra : bench.im.infrastructures()) {
            if (infra.live && infra.infra_name == unit.component) {
                EXPECT_TRUE(record.url.ends_with("/" + infra.id));
                EXPECT_EQ(infra.tag, record.tag);
            }
        }
    }
}

/// Without faults the deployment is brought to its end, and then nothing is left to do.
void expect_clean_resume(test::Bench& bench) {
    bench.im.clear_faults();
    PlanOptions options;
    options.replace = Replace::yes;
    auto summary = bench.deploy(options);
    ASSERT_TRUE(summary) << summary.error().diagnostics.front().message;
    for (const ComponentOutcome& outcome : summary->components) {
        ASSERT_TRUE(outcome.ok) << outcome.component << ": " << outcome.message;
    }
    expect_complete(bench);
    const int requests = bench.im.changing_requests();
    ASSERT_TRUE(all_ok(bench.deploy()));
    EXPECT_EQ(bench.im.changing_requests(), requests);
}

void expect_clean_removal(test::Bench& bench) {
    bench.im.clear_faults();
    ASSERT_TRUE(all_ok(bench.remove()));
    EXPECT_EQ(bench.im.live(), 0);
    EXPECT_FALSE(std::filesystem::exists(bench.folder() / "state.json"));
    EXPECT_FALSE(std::filesystem::exists(bench.folder() / "infras.yaml"));
}

/// A first deployment meets the faults.
void deploy_through(const std::vector<FaultRule>& rules) {
    SCOPED_TRACE(describe(rules));
    test::Bench bench;
    bench.units = pair_of_units();
    add(bench, rules);
    const auto summary = bench.deploy();
    ASSERT_TRUE(summary || summary.error().kind == ErrorKind::remote);
    for (const Unit& unit : bench.units) {
        EXPECT_LE(bench.im.live(unit.component), 1);
    }
    expect_clean_resume(bench);
    expect_clean_removal(bench);
}

/// Every fault on every request of a kind that a first deployment makes.
int deploy_through_all(ImCall call, const std::vector<FaultRule>& before = {}) {
    int schedules = 0;
    for (const Fault& fault : all_faults()) {
        for (const auto& [nth, times] : {std::pair{1, 1}, std::pair{2, 1}, std::pair{1, 50}}) {
            std::vector<FaultRule> rules = before;
            rules.push_back({.call = call, .nth = nth, .times = times, .fault = fault});
            deploy_through(rules);
            ++schedules;
        }
    }
    return schedules;
}

TEST(Faults, OfCreations) {
    EXPECT_EQ(deploy_through_all(ImCall::create), 72);
}

TEST(Faults, OfStates) {
    EXPECT_EQ(deploy_through_all(ImCall::state), 72);
}

TEST(Faults, OfOutputs) {
    EXPECT_EQ(deploy_through_all(ImCall::outputs), 72);
}

/// The answer to a creation is lost, and finding out what became of it fails, too.
TEST(Faults, OfListsAfterALostCreation) {
    const FaultRule lost{.call = ImCall::create,
                         .nth = 1,
                         .times = 1,
                         .fault = {.kind = FaultKind::reset_after_acting}};
    EXPECT_EQ(deploy_through_all(ImCall::list, {lost}), 72);
}

TEST(Faults, OfDocumentsAfterALostCreation) {
    const FaultRule lost{.call = ImCall::create,
                         .nth = 1,
                         .times = 1,
                         .fault = {.kind = FaultKind::close_without_answer}};
    EXPECT_EQ(deploy_through_all(ImCall::tosca, {lost}), 72);
}

TEST(Faults, OfListsAfterACreationThatNeverWas) {
    const FaultRule lost{.call = ImCall::create,
                         .nth = 1,
                         .times = 1,
                         .fault = {.kind = FaultKind::reset_after_reading}};
    EXPECT_EQ(deploy_through_all(ImCall::list, {lost}), 72);
}

/// Deletions meet the faults; then either the deletion is repeated, or everything is made again.
TEST(Faults, OfDeletions) {
    for (const ImCall call : {ImCall::remove, ImCall::state}) {
        for (const Fault& fault : all_faults()) {
            for (const int times : {1, 50}) {
                for (const bool again : {true, false}) {
                    const std::vector<FaultRule> rules{
                        {.call = call, .nth = 1, .times = times, .fault = fault}};
                    SCOPED_TRACE(describe(rules));
                    test::Bench bench({.version = times == 1 ? "1.15.0" : "1.17.0"});
                    bench.units = pair_of_units();
                    ASSERT_TRUE(all_ok(bench.deploy()));
                    add(bench, rules);
                    ASSERT_TRUE(bench.remove());
                    if (again) {
                        expect_clean_resume(bench);
                    }
                    expect_clean_removal(bench);
                }
            }
        }
    }
}

/// Changed documents meet the faults.
TEST(Faults, OfUpdatesAndReplacements) {
    for (const bool is_update : {true, false}) {
        for (const ImCall call : is_update ? std::vector{ImCall::update, ImCall::state}
                                           : std::vector{ImCall::remove, ImCall::create}) {
            for (const Fault& fault : all_faults()) {
                for (const int times : {1, 50}) {
                    const std::vector<FaultRule> rules{
                        {.call = call, .nth = 1, .times = times, .fault = fault}};
                    SCOPED_TRACE(describe(rules));
                    test::Bench bench;
                    bench.units = pair_of_units();
                    ASSERT_TRUE(all_ok(bench.deploy()));
                    bench.units = is_update ? pair_of_units(3) : pair_of_units(1, "y");
                    add(bench, rules);
                    PlanOptions options;
                    options.replace = Replace::yes;
                    const auto summary = bench.deploy(options);
                    ASSERT_TRUE(summary || summary.error().kind == ErrorKind::remote);
                    expect_clean_resume(bench);
                    for (const auto& infra : bench.im.infrastructures()) {
                        EXPECT_TRUE(!infra.live ||
                                    infra.document.find(is_update ? "count: 3" : "default: y") !=
                                        std::string::npos);
                    }
                    expect_clean_removal(bench);
                }
            }
        }
    }
}

/// Several faults of any kind in one run, drawn with fixed seeds.
TEST(Faults, DrawnAtRandom) {
    const std::vector<Fault> faults = all_faults();
    const std::vector<ImCall> calls{ImCall::create, ImCall::state,   ImCall::list,
                                    ImCall::tosca,  ImCall::outputs, ImCall::contmsg};
    for (std::uint32_t seed = 1; seed <= 120; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&](std::size_t count) { return random() % count; };
        std::vector<FaultRule> rules;
        for (std::size_t i = 0; i < 2 + seed % 3; ++i) {
            FaultRule rule;
            rule.call = i == 0 ? ImCall::create : calls[below(calls.size())];
            rule.nth = static_cast<int>(1 + below(4));
            rule.times = static_cast<int>(1 + below(4));
            rule.fault = faults[below(faults.size())];
            rules.push_back(rule);
        }
        SCOPED_TRACE("seed " + std::to_string(seed));
        deploy_through(rules);
    }
}

/// A server that acts on creations long after the client has given up.
class LateServer final : public clients::Transport {
public:
    LateServer(clients::Transport& inner, clients::Clock& clock, std::chrono::milliseconds delay)
        : m_inner(inner), m_clock(clock), m_delay(delay) {}

    [[nodiscard]] tl::expected<clients::HttpResponse, clients::TransportError>
    send(const clients::HttpRequest& request, std::stop_token stop) override {
        const std::lock_guard guard(m_mutex);
        if (m_late && m_clock.now() >= m_due) {
            EXPECT_TRUE(m_inner.send(*m_late, {}));
            m_late.reset();
        }
        const bool is_creation =
            request.method == "POST" && request.url.ends_with("/infrastructures?async=1");
        if (is_creation && !m_was_late) {
            m_was_late = true;
            m_late = request;
            m_due = m_clock.now() + m_delay;
            return tl::unexpected(clients::TransportError{clients::TransportErrorKind::broken,
                                                          clients::Delivery::unknown, "lost"});
        }
        return m_inner.send(request, stop);
    }

private:
    clients::Transport& m_inner;
    clients::Clock& m_clock;
    std::chrono::milliseconds m_delay;
    std::mutex m_mutex;
    bool m_was_late = false;
    std::optional<clients::HttpRequest> m_late;
    std::chrono::milliseconds m_due{0};
};

TEST(LateCreation, IsWaitedForAndAdopted) {
    test::Bench bench;
    bench.wrap_transport([&](clients::Transport& inner) {
        return std::make_unique<LateServer>(inner, bench.clock, 20s);
    });
    ASSERT_TRUE(all_ok(bench.deploy()));
    expect_complete(bench);
    EXPECT_EQ(bench.im.created(), 3);
}

/// Longer than anybody waits: a second one is made, and the late one is deleted when it turns up,
/// be that during the run (it is configured after 200 s), by a later run, or by a deletion.
TEST(LateCreation, TwinsAreDeleted) {
    for (const auto& delay : {60s, 400s}) {
        for (const bool redeploy : {true, false}) {
            test::Bench bench;
            clients::test::InfraScript script;
            script.steps = {{ImStateName::pending, 0, 200s}};
            bench.im.script("", script);
            bench.units = {test::unit_of("c", {}, test::document_of("c"))};
            bench.wrap_transport([&, wait = delay](clients::Transport& inner) {
                return std::make_unique<LateServer>(inner, bench.clock, wait);
            });
            ASSERT_TRUE(all_ok(bench.deploy()));
            bench.clock.advance(400s);
            if (redeploy) {
                ASSERT_TRUE(all_ok(bench.deploy()));
                EXPECT_EQ(bench.im.live(), 1);
                bench.clock.advance(700s);
                ASSERT_TRUE(all_ok(bench.deploy()));
                EXPECT_FALSE(bench.state().components.at("c").may_have_twin);
            }
            ASSERT_TRUE(all_ok(bench.remove()));
            EXPECT_EQ(bench.im.live(), 0);
            EXPECT_EQ(bench.im.created(), 2);
        }
    }
}

} // namespace
} // namespace aisprint::deploy
