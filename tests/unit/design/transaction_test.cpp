// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/transaction.hpp"

#include "aisprint/base/files.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

namespace aisprint::design {
namespace {

namespace fs = std::filesystem;
using Paths = std::set<std::string>;

class TransactionTest : public testing::Test {
protected:
    void put(const std::string& path, const std::string& content) {
        fs::create_directories((m_app / path).parent_path());
        std::ofstream(m_app / path) << content;
    }

    [[nodiscard]] std::string get(const std::string& path) const {
        return read_file(m_app / path).value_or("(absent)");
    }

    /// All files and links below the application, and empty folders.
    [[nodiscard]] Paths paths() const {
        Paths result;
        for (fs::recursive_directory_iterator entry(m_app), end; entry != end; ++entry) {
            const bool folder = entry->is_directory() && !entry->is_symlink();
            if (!folder || fs::is_empty(entry->path())) {
                result.insert(entry->path().lexically_relative(m_app).generic_string());
            }
        }
        result.erase("aisprint/.design_manifest");
        return result;
    }

    void commit(const OutputTree& tree) {
        auto transaction = Transaction::open(m_app);
        ASSERT_TRUE(transaction);
        const auto done = transaction->commit(tree);
        ASSERT_TRUE(done) << format_diagnostic(done.error().diagnostics[0]);
    }

    static OutputTree tree(const std::string& content) {
        OutputTree result;
        result.add_file("aisprint/designs/a/base/main.py", content);
        result.add_folder("aisprint/deployments/base/im");
        result.add_link("aisprint/deployments/base/src/a", "../../../designs/a/base");
        result.add_file("common_config/annotations.yaml", content);
        return result;
    }

    ScratchDirectory m_scratch;
    fs::path m_app = m_scratch.path();
};

const Paths k_paths{"aisprint/designs/a/base/main.py", "aisprint/deployments/base/im",
                    "aisprint/deployments/base/src/a", "common_config/annotations.yaml"};

TEST_F(TransactionTest, WritesATree) {
    commit(tree("1"));
    EXPECT_EQ(paths(), k_paths);
    EXPECT_EQ(get("aisprint/designs/a/base/main.py"), "1");
    EXPECT_EQ(fs::read_symlink(m_app / "aisprint/deployments/base/src/a"),
              "../../../designs/a/base");
    EXPECT_EQ(get("aisprint/deployments/base/src/a/main.py"), "1") << "the link leads there";
}

TEST_F(TransactionTest, OldFilesGoForeignOnesStay) {
    OutputTree first = tree("1");
    first.add_file("aisprint/designs/a/partition1_1/main.py", "old");
    first.add_folder("aisprint/deployments/deployment1/im");
    commit(first);
    put("aisprint/deployments/base/im/infrastructure.yaml", "result of deploying");
    put("aisprint/designs/a/base/notes.txt", "mine");
    put("aisprint/logs/run.log", "log");
    fs::create_directories(m_app / "aisprint/own/empty");
    fs::create_symlink("base", m_app / "aisprint/designs/a/latest");
    fs::permissions(m_app / "aisprint/logs/run.log", fs::perms::owner_read);
    commit(tree("2"));
    Paths expected = k_paths;
    expected.erase("aisprint/deployments/base/im");
    expected.insert({"aisprint/deployments/base/im/infrastructure.yaml",
                     "aisprint/designs/a/base/notes.txt", "aisprint/logs/run.log",
                     "aisprint/own/empty", "aisprint/designs/a/latest"});
    EXPECT_EQ(paths(), expected);
    EXPECT_EQ(get("aisprint/designs/a/base/main.py"), "2");
    EXPECT_EQ(get("aisprint/deployments/base/im/infrastructure.yaml"), "result of deploying");
    EXPECT_EQ(fs::status(m_app / "aisprint/logs/run.log").permissions(), fs::perms::owner_read);
    EXPECT_EQ(fs::read_symlink(m_app / "aisprint/designs/a/latest"), "base");
}

TEST_F(TransactionTest, EnvironmentsInDesignsStay) {
    commit(tree("1"));
    put("aisprint/designs/a/base/.venv/bin/python", "x");
    commit(tree("1"));
    EXPECT_EQ(get("aisprint/designs/a/base/.venv/bin/python"), "x");
}

TEST_F(TransactionTest, TreeOfTheOriginalToolIsRecognised) {
    put("aisprint/designs/a/base/main.py", "old");
    put("aisprint/designs/a/partition2_1/onnx/partition2_1.onnx", "old");
    put("aisprint/designs/a/base/.venv/lib/x.py", "environment");
    put("aisprint/designs/containers.yaml", "images");
    put("aisprint/designs/component_partitions.yaml", "old");
    put("aisprint/deployments/deployment7/application_dag.yaml", "old");
    put("aisprint/deployments/deployment7/ams/qos_constraints_L2.yaml", "old");
    put("aisprint/deployments/deployment7/im/auth.dat", "secret");
    put("aisprint/deployments/multi_cluster_qos_constraints.yaml", "old");
    put("aisprint/logs/.gitkeep", "");
    fs::create_directories(m_app / "aisprint/deployments/deployment7/src");
    fs::create_symlink("../../../designs/a/base", m_app / "aisprint/deployments/deployment7/src/a");
    commit(tree("1"));
    Paths expected = k_paths;
    expected.insert({"aisprint/designs/a/base/.venv/lib/x.py", "aisprint/designs/containers.yaml",
                     "aisprint/deployments/deployment7/im/auth.dat", "aisprint/logs/.gitkeep"});
    EXPECT_EQ(paths(), expected);
}

TEST_F(TransactionTest, PathWithATrailingSlash) {
    m_app = m_scratch.path() / "";
    commit(tree("1"));
    put("aisprint/logs/run.log", "log");
    commit(tree("2"));
    EXPECT_EQ(get("aisprint/logs/run.log"), "log");
    EXPECT_EQ(get("aisprint/designs/a/base/main.py"), "2");
}

TEST_F(TransactionTest, OneAtATime) {
    const auto first = Transaction::open(m_app);
    ASSERT_TRUE(first);
    const auto second = Transaction::open(m_app);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::input);
    EXPECT_EQ(second.error().diagnostics[0].code, "DSN001");
    EXPECT_TRUE(fs::exists(first->workspace())) << "the first one is not disturbed";
}

TEST_F(TransactionTest, GivenUpWithoutTrace) {
    {
        const auto transaction = Transaction::open(m_app);
        ASSERT_TRUE(transaction);
        std::ofstream(transaction->workspace() / "model.onnx") << "x";
    }
    EXPECT_EQ(paths(), Paths{});
}

TEST_F(TransactionTest, FailureWhileStagingChangesNothing) {
    commit(tree("1"));
    OutputTree broken = tree("2");
    broken.add_copy("aisprint/designs/z/base/main.py", m_app / "missing");
    {
        auto transaction = Transaction::open(m_app);
        ASSERT_TRUE(transaction);
        const auto done = transaction->commit(broken);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().kind, ErrorKind::io);
    }
    EXPECT_EQ(paths(), k_paths);
    EXPECT_EQ(get("aisprint/designs/a/base/main.py"), "1");
    EXPECT_EQ(get("common_config/annotations.yaml"), "1");
}

/// Opening a transaction completes or discards what a killed run left.
class Recovery : public TransactionTest {
protected:
    void SetUp() override {
        commit(tree("1"));
        // What a run stages before it writes its journal.
        put(".aisprint-staging/tree/aisprint/designs/a/base/main.py", "2");
        put(".aisprint-staging/tree/aisprint/.design_manifest",
            "aisprint/designs/a/base/main.py\n");
        put(".aisprint-staging/tree/common_config/annotations.yaml", "2");
        put(".aisprint-staging/tree/aisprint/.fresh", "");
    }

    void journal() { put(".aisprint-staging/journal", "common_config/annotations.yaml\n"); }

    void recover() {
        const auto transaction = Transaction::open(m_app);
        ASSERT_TRUE(transaction);
    }

    void expect_new_state() const {
        EXPECT_EQ(paths(),
                  (Paths{"aisprint/designs/a/base/main.py", "common_config/annotations.yaml"}));
        EXPECT_EQ(get("aisprint/designs/a/base/main.py"), "2");
        EXPECT_EQ(get("common_config/annotations.yaml"), "2");
    }
};

TEST_F(Recovery, KilledBeforeTheJournal) {
    recover();
    EXPECT_EQ(paths(), k_paths);
    EXPECT_EQ(get("aisprint/designs/a/base/main.py"), "1");
    EXPECT_EQ(get("common_config/annotations.yaml"), "1");
}

TEST_F(Recovery, KilledWhileStaging) {
    fs::remove(m_app / ".aisprint-staging/tree/aisprint/.fresh");
    put(".aisprint-staging/.journal.123.tmp", "common_config/ann");
    recover();
    EXPECT_EQ(paths(), k_paths);
    EXPECT_EQ(get("common_config/annotations.yaml"), "1");
}

TEST_F(Recovery, KilledBetweenJournalAndRename) {
    journal();
    recover();
    expect_new_state();
}

TEST_F(Recovery, KilledAfterTheExchange) {
    journal();
    fs::rename(m_app / "aisprint", m_app / "old");
    fs::rename(m_app / ".aisprint-staging/tree/aisprint", m_app / "aisprint");
    fs::rename(m_app / "old", m_app / ".aisprint-staging/tree/aisprint");
    recover();
    expect_new_state();
}

TEST_F(Recovery, KilledBetweenTheTwoStepsOfAnExchange) {
    journal();
    fs::rename(m_app / "aisprint", m_app / ".aisprint-staging/tree/aside");
    recover();
    expect_new_state();
}

TEST_F(Recovery, KilledBeforeTheMarkerWasRemoved) {
    journal();
    fs::rename(m_app / "aisprint", m_app / "old");
    fs::rename(m_app / ".aisprint-staging/tree/aisprint", m_app / "aisprint");
    fs::rename(m_app / "old", m_app / ".aisprint-staging/tree/aisprint");
    fs::rename(m_app / ".aisprint-staging/tree/common_config/annotations.yaml",
               m_app / "common_config/annotations.yaml");
    recover();
    expect_new_state();
}

TEST_F(Recovery, KilledWhileCleaningUp) {
    journal();
    fs::remove_all(m_app / "aisprint");
    fs::rename(m_app / ".aisprint-staging/tree/aisprint", m_app / "aisprint");
    fs::remove(m_app / "aisprint/.fresh");
    fs::rename(m_app / ".aisprint-staging/tree/common_config/annotations.yaml",
               m_app / "common_config/annotations.yaml");
    fs::remove_all(m_app / ".aisprint-staging/tree");
    recover();
    expect_new_state();
}

TEST_F(Recovery, FirstRunOfAll) {
    fs::remove_all(m_app / "aisprint");
    fs::remove_all(m_app / "common_config");
    journal();
    recover();
    expect_new_state();
}

TEST(OutputTree, CopiesThroughLinksAndSkipsCaches) {
    const ScratchDirectory scratch;
    fs::create_directories(scratch.path() / "src/__pycache__");
    fs::create_directories(scratch.path() / "shared");
    std::ofstream(scratch.path() / "src/__pycache__/x.pyc") << "x";
    std::ofstream(scratch.path() / "src/main.py") << "x";
    std::ofstream(scratch.path() / "shared/util.py") << "x";
    fs::create_directory_symlink("../shared", scratch.path() / "src/lib");
    OutputTree tree;
    ASSERT_TRUE(tree.add_tree("out", scratch.path() / "src", {"main.py"}));
    Paths paths;
    for (const auto& [path, item] : tree.items()) {
        paths.insert(path);
    }
    EXPECT_EQ(paths, (Paths{"out", "out/lib", "out/lib/util.py"}));
}

TEST(OutputTree, LinksToNothingAreAnError) {
    const ScratchDirectory scratch;
    fs::create_symlink("nowhere", scratch.path() / "link");
    OutputTree tree;
    const auto added = tree.add_tree("out", scratch.path());
    ASSERT_FALSE(added) << "a file of the component would be lost";
    EXPECT_NE(added.error().diagnostics[0].message.find("link: No such file"), std::string::npos);
}

TEST(OutputTree, LinksInACycleAreAnError) {
    const ScratchDirectory scratch;
    fs::create_directory_symlink(".", scratch.path() / "self");
    OutputTree tree;
    const auto added = tree.add_tree("out", scratch.path());
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().kind, ErrorKind::io);
    EXPECT_FALSE(OutputTree().add_tree("out", scratch.path() / "missing"));
}

} // namespace
} // namespace aisprint::design
