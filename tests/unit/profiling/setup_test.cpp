// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/setup.hpp"

#include "aisprint/base/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::profiling {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A stand-in for the interpreter: notes what it is asked for, and makes an environment that holds
/// itself.
constexpr const char* k_python = R"(#!/bin/sh
echo "$(basename "$PWD"): $*" >> "$NOTES"
if [ -n "$FAIL_AT" ] && [ "$2" = "$FAIL_AT" ]; then
  echo "first line" >&2
  echo "no such index" >&2
  exit 3
fi
if [ "$2" = venv ]; then
  mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
fi
)";

class Designs : public ::testing::Test {
protected:
    void SetUp() override {
        write("python", k_python);
        fs::permissions(m_scratch.path() / "python", fs::perms::owner_all);
        ::setenv("NOTES", (m_scratch.path() / "notes").c_str(), 1);
        ::unsetenv("FAIL_AT");
        add("a/base", "numpy\n");
        add("a/partition1_1", "numpy\n");
        add("b/base", "pillow\n");
    }

    void TearDown() override { ::unsetenv("NOTES"); }

    void write(const std::string& path, const std::string& text) {
        ASSERT_TRUE(make_directories((m_scratch.path() / path).parent_path()));
        ASSERT_TRUE(write_file_atomic(m_scratch.path() / path, text));
    }

    void add(const std::string& design, const std::string& requirements) {
        Unit unit;
        unit.design = design;
        m_testbed.units.push_back(unit);
        write("aisprint/designs/" + design + "/requirements.txt", requirements);
    }

    Result<void> set_up(const std::stop_token& stop = {}) {
        return set_up_designs(
            m_testbed, m_scratch.path(), (m_scratch.path() / "python").string(),
            [this](const std::string& line) { m_lines.push_back(line); }, stop);
    }

    std::string notes() {
        const auto text = read_file(m_scratch.path() / "notes");
        return text ? *text : "";
    }

    bool has_environment(const std::string& design) {
        return fs::exists(m_scratch.path() / "aisprint/designs" / design / ".venv/bin/python");
    }

    ScratchDirectory m_scratch;
    Testbed m_testbed;
    std::vector<std::string> m_lines;
};

constexpr const char* k_install =
    " -m pip install --disable-pip-version-check -r requirements.txt\n";

TEST_F(Designs, MakesAnEnvironmentForEachSetOfRequirements) {
    ASSERT_TRUE(set_up());
    EXPECT_EQ(notes(), std::string("base: -m venv .venv\nbase:") + k_install +
                           "base: -m venv .venv\nbase:" + k_install);
    EXPECT_TRUE(has_environment("a/base"));
    EXPECT_TRUE(has_environment("a/partition1_1"));
    EXPECT_TRUE(fs::is_symlink(m_scratch.path() / "aisprint/designs/a/partition1_1/.venv"));
    EXPECT_TRUE(has_environment("b/base"));
    EXPECT_THAT(m_lines, ElementsAre("Making a/base/.venv...",
                                     "Installing what a/base/requirements.txt "
                                     "lists...",
                                     "Making b/base/.venv...",
                                     "Installing what b/base/requirements.txt "
                                     "lists..."));
}

TEST_F(Designs, GoesOnWithWhatIsThere) {
    ASSERT_TRUE(set_up());
    ASSERT_TRUE(write_file_atomic(m_scratch.path() / "notes", ""));
    ASSERT_TRUE(set_up());
    // pip finds by itself that nothing is missing
    EXPECT_EQ(notes(),
              std::string("base:") + k_install + "partition1_1:" + k_install + "base:" + k_install);
}

TEST_F(Designs, TellsWhatPipSays) {
    ::setenv("FAIL_AT", "pip", 1);
    const auto failed = set_up();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::remote);
    EXPECT_EQ(failed.error().diagnostics[0].code, "PRF057");
    EXPECT_THAT(failed.error().diagnostics[0].message,
                HasSubstr("-m pip' failed (3): no such index"));
}

TEST_F(Designs, NeedsRequirements) {
    ASSERT_TRUE(remove_tree(m_scratch.path() / "aisprint/designs/b/base/requirements.txt"));
    const auto failed = set_up();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().diagnostics[0].code, "PRF056");
}

TEST_F(Designs, CanBeInterrupted) {
    std::stop_source source;
    source.request_stop();
    const auto failed = set_up(source.get_token());
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::cancelled);
}

} // namespace
} // namespace aisprint::profiling
