// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/exec_arguments.hpp"

#include "aisprint/base/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace aisprint {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> texts_of(char* const* list) {
    std::vector<std::string> result;
    for (; *list != nullptr; ++list) {
        result.emplace_back(*list);
    }
    return result;
}

/// What a program with this environment sees under `name`, and how often.
std::vector<std::string> values_of(const ExecArguments& arguments, const std::string& name) {
    std::vector<std::string> result;
    for (const std::string& variable : texts_of(arguments.envp())) {
        if (variable.starts_with(name + "=")) {
            result.push_back(variable.substr(name.size() + 1));
        }
    }
    return result;
}

TEST(ExecArguments, HoldTheCommandAndItsVariablesOnTopOfOurs) {
    ASSERT_EQ(::setenv("AISPRINT_TEST_OURS", "1", 1), 0);
    ASSERT_EQ(::setenv("AISPRINT_TEST_BOTH", "1", 1), 0);
    const ExecArguments arguments(
        {"ls", "-l", ""},
        {{"AISPRINT_TEST_BOTH", "2"}, {"AISPRINT_TEST_NEW", "a=b"}, {"AISPRINT_TEST_BOTH", "3"}});
    EXPECT_THAT(texts_of(arguments.argv()), ElementsAre("ls", "-l", ""));
    EXPECT_THAT(values_of(arguments, "AISPRINT_TEST_OURS"), ElementsAre("1"));
    EXPECT_THAT(values_of(arguments, "AISPRINT_TEST_BOTH"), ElementsAre("3"));
    EXPECT_THAT(values_of(arguments, "AISPRINT_TEST_NEW"), ElementsAre("a=b"));
    EXPECT_THAT(values_of(arguments, "AISPRINT_TEST"), IsEmpty());
}

class ProgramsCalled : public testing::Test {
protected:
    /// A file in a folder of its own.
    fs::path add(const std::string& folder, fs::perms mode) {
        const fs::path file = m_scratch.path() / folder / "tool";
        fs::create_directories(file.parent_path());
        std::ofstream(file) << "#!/bin/sh\n";
        fs::permissions(file, mode);
        return file;
    }
    [[nodiscard]] std::string folder(const std::string& name) const {
        return (m_scratch.path() / name).string();
    }

private:
    ScratchDirectory m_scratch;
};

TEST_F(ProgramsCalled, AreFilesThatMayBeExecutedInTheOrderOfThePath) {
    const fs::path second = add("b", fs::perms::owner_all);
    const fs::path first = add("a", fs::perms::owner_all);
    add("no_program", fs::perms::owner_read);
    fs::create_directories(folder("c") + "/tool");
    const std::string path = folder("none") + "::" + folder("no_program") + ":" + folder("c") +
                             ":" + folder("a") + ":" + folder("b");
    EXPECT_THAT(programs_called("tool", path), ElementsAre(first, second));
    EXPECT_THAT(programs_called("other", path), IsEmpty());
    EXPECT_THAT(programs_called("tool", ""), IsEmpty());
}

} // namespace
} // namespace aisprint
