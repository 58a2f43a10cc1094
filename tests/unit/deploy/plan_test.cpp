// SPDX-License-Identifier: Apache-2.0
#include "deploy_bench.hpp"

#include "aisprint/deploy/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::deploy {
namespace {

using clients::ImError;
using clients::ImErrorKind;
using clients::ImState;
using clients::ImStateName;
using testing::ElementsAre;
using testing::HasSubstr;
using Live = std::map<std::string, clients::ImResult<ImState>>;

/// What was recorded of a unit that was deployed.
InfrastructureRecord record_of(const Unit& unit, ImStateName state = ImStateName::configured) {
    const DocumentDigests digests = digests_of(unit.text, unit.content);
    InfrastructureRecord record;
    record.document_digest = digests.text;
    record.content_digest = digests.content;
    record.shape_digest = digests.shape;
    record.tag = "sometag";
    record.url = "http://im/infrastructures/" + unit.component;
    record.phase = Phase::created;
    record.state = state;
    record.attempts = 1;
    return record;
}

const Unit k_unit = test::unit_of("c", {}, test::document_of("c"));

DeploymentState state_with(const InfrastructureRecord& record) {
    DeploymentState state;
    state.components["c"] = record;
    return state;
}

/// The one action for `k_unit`, or the code of the failure.
std::string planned(const InfrastructureRecord& record, const Live& live = {}) {
    const auto plan = make_plan({k_unit}, state_with(record), live, {});
    return plan ? to_string(plan->front().kind) : plan.error().diagnostics.front().code;
}

Live says(ImStateName state) {
    Live live;
    live.emplace("c", ImState{state, {}});
    return live;
}

Live fails(ImErrorKind kind) {
    Live live;
    ImError error;
    error.kind = kind;
    live.emplace("c", tl::unexpected(error));
    return live;
}

TEST(Actions, AreCalledAsCommandsAre) {
    EXPECT_EQ(to_string(ActionKind::create), "create");
    EXPECT_EQ(to_string(ActionKind::remove), "delete");
}

TEST(Plan, FollowsTheGraphFromItsSinks) {
    const std::vector<Unit> units{
        test::unit_of("a", {"b", "d"}, test::document_of("a")),
        test::unit_of("b", {"e"}, test::document_of("b")),
        test::unit_of("d", {"e"}, test::document_of("d")),
        test::unit_of("e", {}, test::document_of("e")),
        test::unit_of("single", {"not deployed"}, test::document_of("single"))};
    const auto plan = make_plan(units, {}, {}, {});
    ASSERT_TRUE(plan);
    std::vector<std::string> order;
    for (const Action& action : *plan) {
        EXPECT_EQ(action.kind, ActionKind::create);
        order.push_back(action.component);
    }
    EXPECT_THAT(order, ElementsAre("e", "b", "d", "a", "single"));
}

TEST(Plan, WhatRunsIsLeftAlone) {
    EXPECT_EQ(planned(record_of(k_unit)), "keep");
    EXPECT_EQ(planned(record_of(k_unit, ImStateName::running)), "resume");
    EXPECT_EQ(planned(record_of(k_unit, ImStateName::running), says(ImStateName::configured)),
              "keep");
    EXPECT_EQ(planned(record_of(k_unit), says(ImStateName::off)), "resume");
    EXPECT_EQ(planned(record_of(k_unit), fails(ImErrorKind::unreachable)), "keep");
}

TEST(Plan, WhatIsGoneIsMade) {
    EXPECT_EQ(planned(record_of(k_unit), fails(ImErrorKind::gone)), "create");
    InfrastructureRecord record = record_of(k_unit);
    record.url.clear();
    for (const Phase phase : {Phase::creating, Phase::failed}) {
        record.phase = phase;
        EXPECT_EQ(planned(record), "create");
    }
}

TEST(Plan, WhatFailedNeedsPermission) {
    EXPECT_EQ(planned(record_of(k_unit, ImStateName::failed)), "DPL005");
    EXPECT_EQ(planned(record_of(k_unit), says(ImStateName::unconfigured)), "DPL005");
    EXPECT_EQ(planned(record_of(k_unit, ImStateName::failed), says(ImStateName::configured)),
              "keep")
        << "somebody has repaired it";
}

TEST(Plan, InterruptedChangesGoOn) {
    InfrastructureRecord record = record_of(k_unit);
    record.phase = Phase::updating;
    EXPECT_EQ(planned(record), "update");
    record.shape_digest = "other";
    EXPECT_EQ(planned(record), "DPL005");
    record.phase = Phase::deleting;
    EXPECT_EQ(planned(record), "replace") << "its data are lost anyway";
}

TEST(Plan, OtherToolsInfrastructuresAreAdopted) {
    InfrastructureRecord record;
    record.url = "http://im/infrastructures/1";
    record.phase = Phase::created;
    record.state = ImStateName::configured;
    EXPECT_EQ(planned(record), "adopt");
    record.content_digest = "another document";
    record.shape_digest = "another document";
    EXPECT_EQ(planned(record), "adopt") << "not ours to be replaced unasked";
    PlanOptions options;
    options.replace = Replace::yes;
    const auto plan = make_plan({k_unit}, state_with(record), {}, options);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->front().kind, ActionKind::replace);
}

TEST(Plan, TellsAllThatNeedsPermission) {
    DeploymentState state;
    const std::vector<Unit> units = test::chain();
    for (const Unit& unit : units) {
        state.components[unit.component] = record_of(unit, ImStateName::failed);
    }
    const auto plan = make_plan(units, state, {}, {});
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().kind, ErrorKind::input);
    EXPECT_EQ(plan.error().diagnostics.size(), 3U);
    PlanOptions options;
    options.only = {"nobody"};
    const auto none = make_plan(units, state, {}, options);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().diagnostics.front().code, "DPL006");
}

TEST(Plan, UnknownNamesAreRefusedWithASuggestion) {
    PlanOptions options;
    options.only = {"detektor", "c"};
    const auto plan = make_plan(
        {k_unit, test::unit_of("detector", {}, test::document_of("detector"))}, {}, {}, options);
    ASSERT_FALSE(plan);
    ASSERT_EQ(plan.error().diagnostics.size(), 1U);
    EXPECT_EQ(plan.error().diagnostics[0].code, "DPL006");
    EXPECT_THAT(plan.error().diagnostics[0].hint, HasSubstr("detector"));
}

TEST(Plan, ComponentsWithoutDocumentAreNamed) {
    const DeploymentState state = state_with(record_of(k_unit));
    const auto kept = make_plan({}, state, {}, {});
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->front().kind, ActionKind::keep);
    EXPECT_THAT(kept->front().reason, HasSubstr("--prune"));
    PlanOptions options;
    options.prune = Prune::yes;
    const auto pruned = make_plan({}, state, {}, options);
    ASSERT_TRUE(pruned);
    EXPECT_EQ(pruned->front().kind, ActionKind::remove);
}

} // namespace
} // namespace aisprint::deploy
