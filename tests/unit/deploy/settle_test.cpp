// SPDX-License-Identifier: Apache-2.0
// What a run finds that an earlier one left in the dark.
#include "deploy_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace aisprint::deploy {
namespace {

using clients::test::Fault;
using clients::test::FaultKind;
using clients::test::FaultRule;
using clients::test::ImCall;
using testing::ElementsAre;

/// The creation of "c" gets no answer, and the list that would tell is not to be had.
void lose(test::Bench& bench, FaultKind kind) {
    bench.units = {test::unit_of("c", {}, test::document_of("c"))};
    bench.im.add_fault({.call = ImCall::create, .nth = 1, .times = 1, .fault = {.kind = kind}});
    bench.im.add_fault({.call = ImCall::list,
                        .nth = 1,
                        .times = 1000,
                        .fault = {.kind = FaultKind::status, .status = 503}});
    const auto summary = bench.deploy();
    ASSERT_TRUE(summary);
    EXPECT_TRUE(summary->components[0].remote);
    EXPECT_FALSE(summary->components[0].ok);
    EXPECT_EQ(bench.state().components.at("c").phase, Phase::creating);
}

TEST(Settle, AdoptsWhatWasMade) {
    test::Bench bench;
    lose(bench, FaultKind::reset_after_acting);
    bench.im.clear_faults();
    const auto settled = bench.settle();
    ASSERT_TRUE(settled);
    EXPECT_THAT(*settled, ElementsAre("c"));
    const InfrastructureRecord record = bench.state().components.at("c");
    EXPECT_EQ(record.phase, Phase::created);
    EXPECT_TRUE(record.url.ends_with("/" + bench.im.infrastructures()[0].id));
    ASSERT_TRUE(bench.deploy());
    EXPECT_EQ(bench.im.created(), 1);
}

TEST(Settle, LeavesToBeMadeWhatWasNot) {
    test::Bench bench;
    lose(bench, FaultKind::reset_after_reading);
    bench.im.clear_faults();
    const auto settled = bench.settle();
    ASSERT_TRUE(settled);
    EXPECT_TRUE(settled->empty());
    EXPECT_EQ(bench.state().components.at("c").phase, Phase::failed);
    ASSERT_TRUE(bench.deploy());
    EXPECT_EQ(bench.plan.front().kind, ActionKind::create);
    EXPECT_EQ(bench.im.live(), 1);
}

TEST(Settle, FailsWhileNobodyCanTell) {
    test::Bench bench;
    lose(bench, FaultKind::reset_after_acting);
    for (int i = 0; i < 2; ++i) {
        const auto again = bench.deploy();
        ASSERT_FALSE(again);
        EXPECT_EQ(again.error().kind, ErrorKind::remote);
        EXPECT_EQ(again.error().diagnostics.front().code, "DPL007");
    }
    EXPECT_EQ(bench.im.count(ImCall::create), 1);
    const auto removed = bench.remove();
    ASSERT_TRUE(removed);
    EXPECT_FALSE(removed->components[0].ok) << "it must not be forgotten";
    bench.im.clear_faults();
    ASSERT_TRUE(bench.remove()->components[0].ok);
    EXPECT_EQ(bench.im.live(), 0);
    EXPECT_TRUE(bench.state().components.empty());
}

TEST(Settle, IsInterrupted) {
    test::Bench bench;
    lose(bench, FaultKind::reset_after_acting);
    std::stop_source stop;
    stop.request_stop();
    const auto settled = bench.settle(stop);
    ASSERT_FALSE(settled);
    EXPECT_EQ(settled.error().kind, ErrorKind::cancelled);
    EXPECT_EQ(settled.error().diagnostics.front().code, "DPL009");
    EXPECT_EQ(bench.state().components.at("c").phase, Phase::creating);
}

TEST(Settle, AsksNothingIfNothingIsOpen) {
    test::Bench bench;
    ASSERT_TRUE(bench.deploy());
    const std::size_t requests = bench.im.requests().size();
    ASSERT_TRUE(bench.settle());
    EXPECT_EQ(bench.im.requests().size(), requests);
}

} // namespace
} // namespace aisprint::deploy
