// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/files.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <sys/resource.h>

namespace aisprint {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
protected:
    [[nodiscard]] fs::path path(const std::string& name) const { return m_scratch.path() / name; }

    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(m_scratch.path()), fs::directory_iterator()));
    }

private:
    ScratchDirectory m_scratch;
};

TEST_F(Files, AtomicWriteKeepsTheModeAndLeavesNothingBehind) {
    std::ofstream(path("f")) << "old";
    fs::permissions(path("f"), fs::perms::owner_all | fs::perms::group_read);
    ASSERT_TRUE(write_file_atomic(path("f"), "new"));
    EXPECT_EQ(read_file(path("f")).value(), "new");
    EXPECT_EQ(fs::status(path("f")).permissions(), fs::perms::owner_all | fs::perms::group_read);
    EXPECT_EQ(count(), 1U);
}

TEST_F(Files, AtomicWriteOfANewFile) {
    ASSERT_TRUE(write_file_atomic(path("f"), std::string("a\0b", 3)));
    EXPECT_EQ(read_file(path("f")).value(), std::string("a\0b", 3));
    EXPECT_EQ(count(), 1U);
}

TEST_F(Files, FailedAtomicWriteLeavesTheOldFile) {
    fs::create_directory(path("d"));
    std::ofstream(path("d/inside")) << "x";
    const auto over_folder = write_file_atomic(path("d"), "new");
    ASSERT_FALSE(over_folder);
    EXPECT_EQ(over_folder.error().kind, ErrorKind::io);
    EXPECT_EQ(over_folder.error().diagnostics.at(0).code, "BAS002");
    EXPECT_TRUE(fs::exists(path("d/inside")));
    EXPECT_EQ(count(), 1U);
    EXPECT_FALSE(write_file_atomic(path("nowhere/f"), "x"));
}

TEST_F(Files, SeveralFilesAreWrittenWithTheirFolders) {
    std::ofstream(path("f")) << "old";
    ASSERT_TRUE(write_files_together({{path("f"), "new"}, {path("a/b/g"), "deep"}}));
    EXPECT_EQ(read_file(path("f")).value(), "new");
    EXPECT_EQ(read_file(path("a/b/g")).value(), "deep");
    EXPECT_EQ(count(), 2U);
}

TEST_F(Files, SeveralFilesAreWrittenOrNone) {
    std::ofstream(path("f")) << "old";
    fs::create_directory(path("d"));
    const auto over_folder = write_files_together({{path("f"), "new"}, {path("d"), "x"}});
    ASSERT_FALSE(over_folder);
    EXPECT_EQ(over_folder.error().diagnostics.at(0).code, "BAS002");
    EXPECT_EQ(read_file(path("f")).value(), "old");
    const auto below_file = write_files_together({{path("f"), "new"}, {path("f/x"), "x"}});
    ASSERT_FALSE(below_file);
    EXPECT_EQ(below_file.error().diagnostics.at(0).code, "BAS003");
    EXPECT_EQ(read_file(path("f")).value(), "old");
    EXPECT_EQ(count(), 2U) << "no temporary file stays";
}

TEST_F(Files, FullDiskLeavesTheOldFile) {
    std::ofstream(path("f")) << "old";
    struct rlimit before {};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = before;
    small.rlim_cur = 1000;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto written = write_file_atomic(path("f"), std::string(5000, 'x'));
    const auto copied = write_new_file(path("g"), std::string(5000, 'x'));
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, handler);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().diagnostics.at(0).code, "BAS002");
    EXPECT_FALSE(copied);
    EXPECT_EQ(read_file(path("f")).value(), "old");
    EXPECT_EQ(count(), 2U) << "only the new file that could not be completed may be there";
}

TEST_F(Files, ReadingWhatIsNoFile) {
    const auto missing = read_file(path("missing"));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, ErrorKind::io);
    EXPECT_EQ(missing.error().diagnostics.at(0).code, "BAS001");
    EXPECT_NE(missing.error().diagnostics.at(0).message.find("No such file"), std::string::npos);
    EXPECT_FALSE(read_file(path("."))) << "a folder";
}

TEST_F(Files, ReadsFilesWhoseSizeIsNotTold) {
    const auto status = read_file("/proc/self/status");
    ASSERT_TRUE(status);
    EXPECT_NE(status->find("Name:"), std::string::npos);
}

TEST_F(Files, CopyKeepsPermissions) {
    std::ofstream(path("run.sh")) << "#!/bin/sh\n";
    fs::permissions(path("run.sh"), fs::perms::owner_all);
    ASSERT_TRUE(copy_regular_file(path("run.sh"), path("copy.sh")));
    EXPECT_EQ(fs::status(path("copy.sh")).permissions(), fs::perms::owner_all);
    const auto missing = copy_regular_file(path("missing"), path("x"));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().diagnostics.at(0).code, "BAS002");
}

TEST_F(Files, FoldersAreMadeAndRemoved) {
    ASSERT_TRUE(make_directories(path("a/b/c")));
    ASSERT_TRUE(make_directories(path("a/b/c"))) << "again";
    std::ofstream(path("a/f")) << "x";
    const auto below_file = make_directories(path("a/f/g"));
    ASSERT_FALSE(below_file);
    EXPECT_EQ(below_file.error().diagnostics.at(0).code, "BAS003");
    ASSERT_TRUE(remove_tree(path("a")));
    ASSERT_TRUE(remove_tree(path("a"))) << "nothing there";
    EXPECT_EQ(count(), 0U);
}

TEST(ScratchDirectory, VanishesWithItsContent) {
    fs::path place;
    {
        const ScratchDirectory scratch;
        place = scratch.path();
        std::ofstream(place / "f") << "x";
        EXPECT_TRUE(fs::exists(place / "f"));
    }
    EXPECT_FALSE(fs::exists(place));
}

TEST_F(Files, FilesOfTheOwnerAreNobodyElses) {
    const auto mode_of = [](const std::filesystem::path& path) {
        return std::filesystem::status(path).permissions();
    };
    const std::filesystem::path folder = path("im");
    ASSERT_TRUE(make_directories(folder, Access::owner_only));
    EXPECT_EQ(mode_of(folder), std::filesystem::perms(0700));
    ASSERT_TRUE(write_file_atomic(folder / "a", "1"));
    ASSERT_TRUE(write_file_atomic(folder / "a", "2", Access::owner_only));
    EXPECT_EQ(mode_of(folder / "a"), std::filesystem::perms(0600));
    ASSERT_TRUE(write_files_together({{folder / "b", "3", Access::owner_only}}));
    EXPECT_EQ(mode_of(folder / "b"), std::filesystem::perms(0600));
}

} // namespace
} // namespace aisprint
