// SPDX-License-Identifier: Apache-2.0
#include "oscar_watch.hpp"

#include <gtest/gtest.h>

namespace aisprint::profiling {
namespace {

using clients::OscarJob;
using clients::OscarJobStatus;
using namespace std::chrono_literals;

OscarJob job(const std::string& name, OscarJobStatus status, std::chrono::seconds length = 0s) {
    OscarJob made;
    made.name = name;
    made.status = status;
    made.creation = std::chrono::sys_seconds(100s);
    if (status != OscarJobStatus::pending && status != OscarJobStatus::none) {
        made.start = std::chrono::sys_seconds(101s);
    }
    if (is_finished(made)) {
        made.finish = *made.start + length;
    }
    return made;
}

OscarWatch watch_of(std::set<std::string> before = {}) {
    return OscarWatch({std::move(before)}, {15min, 120min});
}

TEST(OscarWatch, IsDoneWhenAllThatWereExpectedAndAllThatCameAreOver) {
    OscarWatch watch = watch_of();
    watch.see(0, {job("a", OscarJobStatus::succeeded)}, 1s);
    EXPECT_FALSE(watch.is_done(0)) << "nobody knows how many will come";
    watch.expect(0, 2);
    EXPECT_FALSE(watch.is_done(0));
    EXPECT_EQ(watch.known(0), 2U);
    watch.see(0, {job("a", OscarJobStatus::succeeded), job("b", OscarJobStatus::none)}, 2s);
    EXPECT_FALSE(watch.is_done(0));
    watch.see(0, {job("b", OscarJobStatus::failed)}, 3s);
    EXPECT_TRUE(watch.is_done(0)) << "jobs that a list leaves out are not forgotten";
    watch.see(0, {job("c", OscarJobStatus::running)}, 4s);
    EXPECT_FALSE(watch.is_done(0)) << "an event came twice";
    watch.see(0, {job("c", OscarJobStatus::succeeded)}, 5s);
    EXPECT_TRUE(watch.is_done(0));
    EXPECT_EQ(watch.finished(0), 3U);
}

TEST(OscarWatch, NoObjectsMakeNoJobs) {
    OscarWatch watch = watch_of();
    watch.expect(0, 0);
    EXPECT_TRUE(watch.is_done(0));
}

TEST(OscarWatch, JobsOfEarlierRunsAreNotLookedAt) {
    OscarWatch watch = watch_of({"old"});
    watch.expect(0, 1);
    watch.see(0, {job("old", OscarJobStatus::succeeded)}, 1s);
    EXPECT_FALSE(watch.is_done(0));
    EXPECT_TRUE(watch.jobs(0).empty());
}

TEST(OscarWatch, IsStalledWhenNothingHappens) {
    OscarWatch watch = watch_of();
    watch.expect(0, 2);
    watch.note_change(10s);
    EXPECT_FALSE(watch.is_stalled(15min));
    EXPECT_TRUE(watch.is_stalled(15min + 11s));
    watch.see(0, {job("a", OscarJobStatus::pending)}, 15min);
    EXPECT_FALSE(watch.is_stalled(29min));
    watch.see(0, {job("a", OscarJobStatus::pending)}, 29min);
    EXPECT_TRUE(watch.is_stalled(31min)) << "the same again is no change";
}

TEST(OscarWatch, LongJobsAreWaitedFor) {
    OscarWatch watch = watch_of();
    watch.expect(0, 2);
    watch.see(0, {job("a", OscarJobStatus::running), job("b", OscarJobStatus::none)}, 0s);
    EXPECT_FALSE(watch.is_stalled(30min)) << "one of half an hour is fine";
    EXPECT_TRUE(watch.is_stalled(121min));
    watch.see(0, {job("a", OscarJobStatus::succeeded, 60min)}, 60min);
    EXPECT_FALSE(watch.is_stalled(60min + 5 * 60min)) << "five times the longest";
    EXPECT_TRUE(watch.is_stalled(60min + 5 * 60min + 1s));
}

TEST(OscarWatch, AsksOftenAtFirst) {
    EXPECT_EQ(poll_pause(0s), 500ms);
    EXPECT_EQ(poll_pause(20s), 1s);
    EXPECT_EQ(poll_pause(59s), 2s);
    EXPECT_EQ(poll_pause(60s), 10s);
    EXPECT_EQ(poll_pause(5h), 10s);
}

} // namespace
} // namespace aisprint::profiling
