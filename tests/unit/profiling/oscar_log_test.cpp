// SPDX-License-Identifier: Apache-2.0
#include "oscar_log.hpp"

#include "job_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::profiling {
namespace {

using ::testing::ElementsAre;

TEST(OscarLog, IsReadAsTheLocalBackendWritesIt) {
    JobLog log;
    log.script_start = *parse_moment("2023-06-01 10:01:15.411");
    log.script_end = *parse_moment("2023-06-01 10:01:19.884");
    log.event = log.download = log.downloaded = log.script_start;
    log.uploaded = log.script_end;
    log.input_bucket = "bucket0";
    log.input_key = "my clip_0.mp4";
    log.output_bucket = "bucket1";
    log.output_keys = {"aisprint-1.jpg", "it's 2.jpg"};
    log.output = "Uploading file 'x' to bucket 'y'\n";
    const SupervisorLog read = parse_supervisor_log(to_text(log));
    EXPECT_EQ(read.script_start, log.script_start);
    EXPECT_EQ(read.script_end, log.script_end);
    EXPECT_EQ(read.input_key, log.input_key);
    EXPECT_EQ(read.output_keys, log.output_keys);
    EXPECT_FALSE(read.has_traceback);
}

TEST(OscarLog, TheLastMarkCountsAndWhatIsNotThereIsAbsent) {
    const SupervisorLog log = parse_supervisor_log(
        "2023-06-01 10:01:15,001 - supervisor - INFO - Script file found in "
        "'/oscar/config/script.sh'\n"
        "Traceback (most recent call last):\n"
        "2023-06-01 10:01:16,5 - supervisor - INFO - Script file found in "
        "'/oscar/config/script.sh'\n"
        "not a time, 00 - supervisor - INFO - Searching for files to upload in folder '/tmp'\n");
    EXPECT_EQ(log.script_start, parse_moment("2023-06-01 10:01:16.5"));
    EXPECT_FALSE(log.script_end);
    EXPECT_EQ(log.first_line, parse_moment("2023-06-01 10:01:15.001"));
    EXPECT_EQ(log.last_line, parse_moment("2023-06-01 10:01:16.5"));
    EXPECT_TRUE(log.has_traceback);
    EXPECT_EQ(log.input_key, "");
    const SupervisorLog empty = parse_supervisor_log("");
    EXPECT_FALSE(empty.script_start || empty.script_end || empty.has_traceback);
    EXPECT_THAT(empty.output_keys, ElementsAre());
}

} // namespace
} // namespace aisprint::profiling
