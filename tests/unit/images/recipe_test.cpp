// SPDX-License-Identifier: Apache-2.0
// Scripts for images are run here, on this machine, with stand-ins for what an image has.
#include "recipe.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace aisprint::images {
namespace {

namespace fs = std::filesystem;

void write_program(const fs::path& path, const std::string& text) {
    ASSERT_TRUE(write_new_file(path, text).has_value());
    fs::permissions(path, fs::perms::owner_all);
}

/// Runs the entry script of a component whose folder is in `scratch`.
ProcessResult run_entry(const ScratchDirectory& scratch, const std::string& input) {
    std::string script = entry_script("my-comp");
    const std::string folder = (scratch.path() / "opt").string();
    script.replace(script.find("/opt/my-comp"), std::string("/opt/my-comp").size(), folder);
    EXPECT_TRUE(make_directories(folder).has_value());
    write_program(scratch.path() / "script.sh", script);
    write_program(scratch.path() / "python",
                  "#!/bin/sh\nprintf '%s|' \"$(basename \"$PWD\")\" \"$UUID\" \"$@\"\nexit 7\n");
    ProcessRequest request;
    request.command = {(scratch.path() / "script.sh").string()};
    request.environment = {{"INPUT_FILE_PATH", input},
                           {"TMP_OUTPUT_DIR", "/tmp/out dir"},
                           {"PATH", scratch.path().string() + ":/usr/bin:/bin"}};
    const auto result = run_process(request);
    EXPECT_TRUE(result.has_value());
    return result.value_or(ProcessResult{});
}

TEST(EntryScript, KeepsTheUuidOfARequest) {
    const ScratchDirectory scratch;
    const std::string uuid = "01234567-89ab-cdef-0123-456789abcdef";
    const ProcessResult result = run_entry(scratch, "/in dir/aisprint-" + uuid + "_EARLY.tar.gz");
    EXPECT_EQ(result.exit_code, 7);
    EXPECT_EQ(result.standard_output,
              "SCRIPT: Processing file '/in dir/aisprint-" + uuid +
                  "_EARLY.tar.gz', saving the output in '/tmp/out dir/aisprint-" + uuid +
                  "_EARLY'\nUUID: " + uuid + "\nopt|" + uuid + "|main.py|-i|/in dir/aisprint-" +
                  uuid + "_EARLY.tar.gz|-o|/tmp/out dir/aisprint-" + uuid + "_EARLY|");
}

TEST(EntryScript, GivesOtherFilesAUuid) {
    const ScratchDirectory scratch;
    const ProcessResult result = run_entry(scratch, "/in/picture.old.jpg");
    EXPECT_THAT(result.standard_output,
                testing::ContainsRegex("UUID: [0-9a-f-]+\nopt\\|[0-9a-f-]+\\|main.py\\|-i\\|"
                                       "/in/picture.old.jpg\\|-o\\|/tmp/out dir/"
                                       "aisprint-[0-9a-f-]+\\|$"));
    const std::string marker = "UUID: ";
    const std::size_t place = result.standard_output.find(marker) + marker.size();
    EXPECT_EQ(result.standard_output.find('\n', place) - place, 36U);
}

TEST(Environment, IsQuotedOnlyIfNeeded) {
    EXPECT_EQ(quote_environment("some_value-1.0:/x,y"), "some_value-1.0:/x,y");
    EXPECT_EQ(quote_environment(""), "\"\"");
    EXPECT_EQ(quote_environment("a b"), "\"a b\"");
    EXPECT_EQ(quote_environment("$HOME\\\"x\""), "\"\\$HOME\\\\\\\"x\\\"\"");
    EXPECT_EQ(quote_environment("#x"), "\"#x\"");
}

} // namespace
} // namespace aisprint::images
