// SPDX-License-Identifier: Apache-2.0
// Runs upon a server that does what it should.
#include "deploy_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace aisprint::deploy {
namespace {

using clients::ImStateName;
using clients::test::ImCall;
using clients::test::InfraScript;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// A script of an infrastructure that is configured after a time.
InfraScript configured_after(std::chrono::milliseconds time) {
    InfraScript script;
    script.steps = {{ImStateName::pending, 0, time}};
    return script;
}

InfraScript ending_as(ImStateName last, const std::string& contmsg = "contmsg") {
    InfraScript script;
    script.last = last;
    script.contmsg = contmsg;
    return script;
}

std::vector<std::string> kinds(const std::vector<Action>& plan) {
    std::vector<std::string> result;
    for (const Action& action : plan) {
        result.push_back(to_string(action.kind) + " " + action.component);
    }
    return result;
}

/// Names in the order in which IM was asked for them.
std::vector<std::string> order_of(const test::Bench& bench, ImCall call) {
    std::vector<std::string> result;
    for (const auto& request : bench.im.requests()) {
        if (request.call == call) {
            result.push_back(request.infra_name);
        }
    }
    return result;
}

bool all_ok(const Result<RunSummary>& summary) {
    return summary && std::ranges::all_of(summary->components, &ComponentOutcome::ok);
}

TEST(Deploy, MakesSuccessorsFirst) {
    test::Bench bench;
    const auto summary = bench.deploy();
    ASSERT_TRUE(all_ok(summary));
    EXPECT_THAT(kinds(bench.plan), ElementsAre("create c", "create b", "create a"));
    EXPECT_THAT(order_of(bench, ImCall::create), ElementsAre("c", "b", "a"));
    EXPECT_FALSE(summary->interrupted);
    const DeploymentState state = bench.state();
    ASSERT_EQ(state.components.size(), 3U);
    for (const auto& [component, record] : state.components) {
        EXPECT_EQ(record.phase, Phase::created);
        EXPECT_EQ(record.state, ImStateName::configured);
        EXPECT_EQ(record.infra_name, component);
        EXPECT_EQ(record.outputs_digest.size(), 64U);
        EXPECT_FALSE(record.may_have_twin);
    }
}

TEST(Deploy, PostsTheTagThatIsRecorded) {
    test::Bench bench;
    ASSERT_TRUE(all_ok(bench.deploy()));
    for (const auto& infra : bench.im.infrastructures()) {
        EXPECT_EQ(infra.tag, bench.state().components.at(infra.infra_name).tag);
        EXPECT_EQ(infra.tag.size(), 20U);
    }
}

TEST(Deploy, AgainChangesNothing) {
    test::Bench bench;
    ASSERT_TRUE(all_ok(bench.deploy()));
    const int requests = bench.im.changing_requests();
    const std::string state = read_file(bench.folder() / "state.json").value();
    ASSERT_TRUE(all_ok(bench.deploy()));
    EXPECT_THAT(kinds(bench.plan), ElementsAre("keep c", "keep b", "keep a"));
    EXPECT_EQ(bench.im.changing_requests(), requests);
    EXPECT_EQ(read_file(bench.folder() / "state.json").value(), state);
}

TEST(Deploy, CommentsAndLayoutAreNoChange) {
    test::Bench bench;
    ASSERT_TRUE(all_ok(bench.deploy()));
    bench.units[0] = test::unit_of("a", {"b"}, "# a comment\n" + test::document_of("a"));
    ASSERT_TRUE(all_ok(bench.deploy()));
    EXPECT_THAT(kinds(bench.plan), ElementsAre("keep c", "keep b", "keep a"));
}

TEST(Deploy, OtherNumbersOfNodesUpdate) {
    test::Bench bench;
    ASSERT_TRUE(all_ok(bench.deploy()));
    bench.units[1] = test::unit_of("b", {"c"}, test::document_of("b", 3));
    ASSERT_TRUE(all_ok(bench.deploy()));
    EXPECT_THAT(kinds(bench.plan), ElementsAre("keep c", "update b", "keep a"));
    EXPECT_EQ(bench.im.created("b"), 1);
    EXPECT_EQ(bench.im.count(ImCall::update), 1);
    EXPECT_THAT(bench.im.infrastructures()[1].document, HasSubstr("count: 3"));
    EXPECT_EQ(bench.im.infrastructures()[1].tag, bench.state().components.at("b").tag);
    ASSERT_TRUE(all_ok(bench.deploy()));
    EXPECT_THAT(kinds(bench.plan), ElementsAre("keep c", "keep b", "keep a"));
}

TEST(Deploy, OtherChangesReplaceIfAllowed) {
    test::Bench bench;
    ASSERT_TRUE(all_ok(bench.deploy()));
    bench.units[1] = test::unit_of("b", {"c"}, test::document_of("b", 1, "y"));
    const int requests = bench.im.changing_requests();
    const auto refused = bench.deploy();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().diagnostics.front().code, "DPL005");
    EXPECT_EQ(bench.im.changing_requests(), requests);
    PlanOptions options;
    options.replace = Replace::yes;
    ASSERT_TRUE(all_ok(bench.deploy(options)));
    EXPECT_THAT(kinds(bench.plan), ElementsAre("keep c", "replace b", "keep a"));
    EXPECT_EQ(bench.im.created("b"), 2);
    EXPECT_EQ(bench.im.most_live_at_once("b"), 1);
    EXPECT_EQ(bench.im.live(), 3);
}

TEST(Deploy, WaitsNoLongerThanNeeded) {
    test::Bench bench;
    bench.im.script("", configured_after(6s));
    ASSERT_TRUE(all_ok(bench.deploy()));
    EXPECT_GE(bench.clock.now(), 18s);
    EXPECT_LE(bench.clock.now(), 20s);
}

TEST(Deploy, IndependentOnesAtOnceUpToALimit) {
    for (const auto& [parallel, time] : {std::pair{4, 6s}, std::pair{2, 12s}, std::pair{1, 24s}}) {
        test::Bench bench;
        bench.im.script("", configured_after(6s));
        bench.options.parallel = parallel;
        bench.units.clear();
        for (const char* name : {"p", "q", "r", "s"}) {
            bench.units.push_back(test::unit_of(name, {}, test::document_of(name)));
        }
        ASSERT_TRUE(all_ok(bench.deploy()));
        EXPECT_GE(bench.clock.now(), time) << parallel;
        EXPECT_LE(bench.clock.now(), time + 2s) << parallel;
    }
}

TEST(Deploy, FailureSkipsThoseThatSendToIt) {
    test::Bench bench;
    bench.units.push_back(test::unit_of("other", {}, test::document_of("other")));
    bench.im.script("b", ending_as(ImStateName::unconfigured, "line 1\nTASK failed\n"));
    const auto summary = bench.deploy();
    ASSERT_TRUE(summary);
    std::map<std::string, ComponentOutcome> outcomes;
    for (const ComponentOutcome& outcome : summary->components) {
        outcomes[outcome.component] = outcome;
    }
    EXPECT_TRUE(outcomes["c"].ok);
    EXPECT_TRUE(outcomes["other"].ok);
    EXPECT_EQ(outcomes["b"].state, ImStateName::unconfigured);
    EXPECT_EQ(outcomes["b"].message, "line 1\nTASK failed");
    EXPECT_EQ(read_file(outcomes["b"].log_path).value(), "line 1\nTASK failed\n");
    EXPECT_EQ(std::filesystem::status(outcomes["b"].log_path).permissions(),
              std::filesystem::perms(0600));
    EXPECT_TRUE(outcomes["a"].skipped);
    EXPECT_EQ(outcomes["a"].message, "Errors in previous deployments.");
    EXPECT_EQ(bench.im.created("a"), 0);
    EXPECT_THAT(read_file(bench.folder() / "infras.yaml").value(),
                HasSubstr("a:\n- ''\n- failed\n- Errors in previous deployments.\n"));
}

TEST(Deploy, FailedOnesAreReplacedIfAllowed) {
    test::Bench bench;
    bench.im.script("b", ending_as(ImStateName::failed));
    ASSERT_TRUE(bench.deploy());
    bench.im.script("b", {});
    EXPECT_FALSE(bench.deploy()) << "needs Replace::yes";
    PlanOptions options;
    options.replace = Replace::yes;
    ASSERT_TRUE(all_ok(bench.deploy(options)));
    EXPECT_THAT(kinds(bench.plan), ElementsAre("keep c", "replace b", "create a"));
    EXPECT_EQ(bench.im.live(), 3);
}

TEST(Deploy, OnlyTheLastLinesOfALogAreShown) {
    test::Bench bench;
    std::string log;
    for (int i = 1; i <= 30; ++i) {
        log += "line " + std::to_string(i) + "\n";
    }
    bench.im.script("c", ending_as(ImStateName::failed, log));
    const auto summary = bench.deploy();
    ASSERT_TRUE(summary);
    EXPECT_THAT(summary->components[0].message, testing::StartsWith("line 11\n"));
    EXPECT_THAT(summary->components[0].message, testing::EndsWith("line 30"));
    EXPECT_EQ(bench.state().components.at("c").message, log);
}

TEST(Deploy, RefusedDocumentsAreNotTriedAgain) {
    test::Bench bench;
    InfraScript script;
    script.refusal = "Error Creating Inf.: no image";
    bench.im.script("c", script);
    const auto summary = bench.deploy();
    ASSERT_TRUE(summary);
    EXPECT_THAT(summary->components[0].message, HasSubstr("no image"));
    EXPECT_FALSE(summary->components[0].remote);
    EXPECT_EQ(bench.im.count(ImCall::create), 1);
    EXPECT_EQ(bench.state().components.at("c").phase, Phase::failed);
    bench.im.script("c", {});
    ASSERT_TRUE(all_ok(bench.deploy()));
}

TEST(Deploy, TimesOutAndGoesOnLater) {
    test::Bench bench;
    bench.options.timeout = 60s;
    bench.im.script("c", configured_after(100s));
    const auto summary = bench.deploy();
    ASSERT_TRUE(summary);
    EXPECT_THAT(summary->components[0].message, HasSubstr("not configured after 60 s"));
    EXPECT_TRUE(summary->components[1].skipped);
    ASSERT_TRUE(all_ok(bench.deploy()));
    EXPECT_THAT(kinds(bench.plan), ElementsAre("resume c", "create b", "create a"));
    EXPECT_EQ(bench.im.created(), 3);
}

TEST(Deploy, OneThatVanishedIsMadeAgain) {
    test::Bench bench;
    ASSERT_TRUE(all_ok(bench.deploy()));
    bench.im.vanish("b");
    ASSERT_TRUE(all_ok(bench.deploy()));
    EXPECT_THAT(kinds(bench.plan), ElementsAre("keep c", "create b", "keep a"));
    EXPECT_EQ(bench.im.live(), 3);
}

TEST(Deploy, ComponentsThatLeftAreDeletedOnRequest) {
    test::Bench bench;
    ASSERT_TRUE(all_ok(bench.deploy()));
    bench.units.erase(bench.units.begin());
    ASSERT_TRUE(all_ok(bench.deploy()));
    EXPECT_EQ(bench.im.live(), 3);
    PlanOptions options;
    options.prune = Prune::yes;
    ASSERT_TRUE(all_ok(bench.deploy(options)));
    EXPECT_THAT(kinds(bench.plan), ElementsAre("keep c", "keep b", "delete a"));
    EXPECT_EQ(bench.im.live("a"), 0);
    EXPECT_FALSE(bench.state().components.contains("a"));
}

TEST(Deploy, OnlyChosenOnes) {
    test::Bench bench;
    PlanOptions options;
    options.only = {"b"};
    const auto too_early = bench.deploy(options);
    ASSERT_TRUE(too_early);
    EXPECT_TRUE(too_early->components[0].skipped);
    EXPECT_THAT(too_early->components[0].message, HasSubstr("'c'"));
    options.only = {"c"};
    ASSERT_TRUE(all_ok(bench.deploy(options)));
    options.only = {"b"};
    ASSERT_TRUE(all_ok(bench.deploy(options)));
    EXPECT_EQ(bench.im.live(), 2);
}

TEST(Deploy, InterruptedAtAnyEventGoesOn) {
    for (int stop_at = 1; stop_at <= 16; ++stop_at) {
        test::Bench bench;
        bench.at_each_event([stop_at](int number, std::stop_source& stop) {
            if (number == stop_at) {
                stop.request_stop();
            }
        });
        const auto summary = bench.deploy();
        ASSERT_TRUE(summary) << stop_at;
        EXPECT_TRUE(summary->interrupted || all_ok(summary)) << stop_at;
        bench.at_each_event({});
        ASSERT_TRUE(all_ok(bench.deploy())) << stop_at;
        EXPECT_EQ(bench.im.created(), 3) << stop_at;
        EXPECT_EQ(bench.im.live(), 3) << stop_at;
    }
}

TEST(Deploy, TakesOverWhatAnotherToolMade) {
    test::Bench bench;
    const auto transport = bench.im.transport();
    clients::ImClient client(*transport, bench.clock, bench.client_options());
    std::string infras;
    for (const Unit& unit : bench.units) {
        const auto url = client.create(unit.text, {});
        ASSERT_TRUE(url);
        infras += unit.component + ":\n- " + *url + "\n- configured\n- ''\n";
    }
    ASSERT_TRUE(make_directories(bench.folder()));
    ASSERT_TRUE(write_file_atomic(bench.folder() / "infras.yaml", infras));
    ASSERT_TRUE(all_ok(bench.deploy()));
    ASSERT_TRUE(all_ok(bench.deploy()));
    EXPECT_THAT(kinds(bench.plan), ElementsAre("keep c", "keep b", "keep a"));
    EXPECT_EQ(bench.im.created(), 3);
    ASSERT_TRUE(all_ok(bench.remove()));
    EXPECT_EQ(bench.im.live(), 0);
}

TEST(Delete, SourcesFirstAndNothingIsLeft) {
    for (const char* version : {"1.15.0", "1.17.0"}) {
        test::Bench bench({.version = version});
        ASSERT_TRUE(all_ok(bench.deploy()));
        ASSERT_TRUE(all_ok(bench.remove()));
        EXPECT_THAT(order_of(bench, ImCall::remove), ElementsAre("a", "b", "c"));
        EXPECT_EQ(bench.im.live(), 0);
        EXPECT_FALSE(std::filesystem::exists(bench.folder() / "state.json"));
        EXPECT_FALSE(std::filesystem::exists(bench.folder() / "infras.yaml"));
        const int requests = bench.im.changing_requests();
        ASSERT_TRUE(all_ok(bench.remove()));
        EXPECT_EQ(bench.im.changing_requests(), requests);
    }
}

TEST(Delete, WaitsOutConflicts) {
    test::Bench bench;
    InfraScript script;
    script.undeletable_attempts = 3;
    bench.im.script("b", script);
    ASSERT_TRUE(all_ok(bench.deploy()));
    ASSERT_TRUE(all_ok(bench.remove()));
    EXPECT_EQ(bench.im.live(), 0);
}

TEST(Delete, OfWhatIsGoneIsFine) {
    test::Bench bench;
    ASSERT_TRUE(all_ok(bench.deploy()));
    bench.im.vanish("");
    ASSERT_TRUE(all_ok(bench.remove()));
    EXPECT_TRUE(bench.state().components.empty());
}

TEST(Outputs, ComeInOrderOfComponents) {
    test::Bench bench;
    ASSERT_TRUE(all_ok(bench.deploy()));
    bench.im.vanish("b");
    const auto outputs = bench.outputs();
    ASSERT_EQ(outputs.size(), 3U);
    EXPECT_EQ(outputs[0].component, "a");
    EXPECT_THAT(outputs[0].json, HasSubstr("https://out.example.org/"));
    EXPECT_THAT(outputs[1].error, HasSubstr("does not know"));
    EXPECT_EQ(outputs[2].error, "");
}

} // namespace
} // namespace aisprint::deploy
