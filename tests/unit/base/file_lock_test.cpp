// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/file_lock.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <fstream>

namespace aisprint {
namespace {

namespace fs = std::filesystem;

class FileLocks : public testing::Test {
protected:
    [[nodiscard]] fs::path file() const { return m_scratch.path() / ".lock"; }
    [[nodiscard]] const fs::path& folder() const { return m_scratch.path(); }
    [[nodiscard]] static Diagnostic held() {
        return make_error("DSN001", "another run is at work", "wait for it to end");
    }

    static void expect_held(const Result<FileLock>& lock) {
        ASSERT_FALSE(lock);
        EXPECT_EQ(lock.error().kind, ErrorKind::input);
        ASSERT_EQ(lock.error().diagnostics.size(), 1U);
        EXPECT_EQ(lock.error().diagnostics.front().code, "DSN001");
        EXPECT_EQ(lock.error().diagnostics.front().message, "another run is at work");
    }

private:
    ScratchDirectory m_scratch;
};

TEST_F(FileLocks, OneWithoutAFileHoldsNothing) {
    EXPECT_FALSE(FileLock().is_held());
}

TEST_F(FileLocks, KeepsASecondOneAwayUntilItEnds) {
    {
        const Result<FileLock> first = FileLock::on_file(file(), held());
        ASSERT_TRUE(first);
        EXPECT_TRUE(first->is_held());
        expect_held(FileLock::on_file(file(), held()));
    }
    EXPECT_TRUE(fs::exists(file()));
    EXPECT_TRUE(FileLock::on_file(file(), held()));
}

TEST_F(FileLocks, GoesWithTheObjectThatItIsMovedTo) {
    Result<FileLock> first = FileLock::on_file(file(), held());
    ASSERT_TRUE(first);
    FileLock second = std::move(*first);
    EXPECT_TRUE(second.is_held());
    expect_held(FileLock::on_file(file(), held()));
    { const FileLock third = std::move(second); }
    EXPECT_TRUE(FileLock::on_file(file(), held()));
}

TEST_F(FileLocks, LocksAFolderAndPutsNothingIntoIt) {
    const Result<FileLock> first = FileLock::on_folder(folder(), held());
    ASSERT_TRUE(first);
    expect_held(FileLock::on_folder(folder(), held()));
    EXPECT_TRUE(fs::is_empty(folder()));
}

TEST_F(FileLocks, EndsWithTheProcessThatHeldIt) {
    const pid_t child = ::fork();
    if (child == 0) {
        const Result<FileLock> lock = FileLock::on_file(file(), held());
        ::_exit(lock ? 0 : 1); // no destructor runs
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_TRUE(FileLock::on_file(file(), held()));
}

TEST_F(FileLocks, KeepsWhatAFileHolds) {
    std::ofstream(file()) << "text";
    ASSERT_TRUE(FileLock::on_file(file(), held()));
    EXPECT_EQ(read_file(file()).value(), "text");
}

TEST_F(FileLocks, MakesAFileForItsOwnerAlone) {
    ASSERT_TRUE(FileLock::on_file(file(), held(), Access::owner_only));
    EXPECT_EQ(fs::status(file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(FileLocks, TellsWhatCannotBeOpened) {
    const Result<FileLock> no_folder = FileLock::on_file(folder() / "none" / ".lock", held());
    ASSERT_FALSE(no_folder);
    EXPECT_EQ(no_folder.error().kind, ErrorKind::io);
    EXPECT_EQ(no_folder.error().diagnostics.front().code, "BAS002");
    const Result<FileLock> nothing = FileLock::on_folder(folder() / "none", held());
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().kind, ErrorKind::io);
    EXPECT_EQ(nothing.error().diagnostics.front().code, "BAS001");
}

} // namespace
} // namespace aisprint
