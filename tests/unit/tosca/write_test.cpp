// SPDX-License-Identifier: Apache-2.0
// The folder of a deployment's documents.
#include "aisprint/base/files.hpp"
#include "aisprint/tosca/write.hpp"

#include "deployment_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace aisprint::tosca {
namespace {

namespace fs = std::filesystem;

using Strings = std::vector<std::string>;

class WriteDocuments : public testing::Test {
protected:
    WriteDocuments() { m_files.im = "deployments/base/im"; }

    /// Writes documents with the text `version`; what happened to each file, as "NAME STATE".
    Strings write(const Strings& components, const std::string& version) {
        std::vector<Document> documents;
        DeploymentNames names;
        for (const std::string& component : components) {
            yaml::Node content = yaml::mapping();
            content.add("version", yaml::text(version));
            documents.push_back({component, std::move(content)});
            names[component].kind = LayerKind::lambda; // draws nothing else
            names[component].cluster = "oscar-cluster-" + component;
        }
        const auto written = write_documents(m_folder, m_files, documents, names);
        if (!written) {
            return {format_diagnostic(written.error().diagnostics.front())};
        }
        Strings result;
        for (const WrittenFile& file : *written) {
            const char* const states[] = {"written", "unchanged", "removed"};
            result.push_back(file.path + " " + states[static_cast<std::size_t>(file.state)]);
        }
        return result;
    }

    /// Codes of what load_documents finds wrong, or the names of the components.
    Strings load() {
        const auto documents = load_documents(m_folder, m_files);
        Strings result;
        if (!documents) {
            for (const Diagnostic& found : documents.error().diagnostics) {
                EXPECT_EQ(found.snippet, "") << found.code;
                result.push_back(found.code);
            }
            return result;
        }
        for (const StoredDocument& document : *documents) {
            result.push_back(document.component);
        }
        return result;
    }

    [[nodiscard]] fs::path im() const { return m_folder.path / m_files.im; }

    [[nodiscard]] unsigned mode(const std::string& name) const {
        return static_cast<unsigned>(fs::status(im() / name).permissions()) & 0777U;
    }

    void put(const std::string& name, const std::string& text) {
        ASSERT_TRUE(write_file_atomic(im() / name, text));
    }

    ScratchDirectory m_scratch;
    config::ApplicationFolder m_folder{m_scratch.path() / "app", "app"};
    DeploymentFiles m_files;
};

TEST_F(WriteDocuments, OnlyTheOwnerMayReadThem) {
    EXPECT_EQ(write({"b", "a"}, "1"), (Strings{"app/deployments/base/im/b.yaml written",
                                               "app/deployments/base/im/a.yaml written"}));
    EXPECT_EQ(mode(""), 0700U);
    for (const char* name : {"a.yaml", "b.yaml", ".secrets.yaml", ".documents.yaml"}) {
        EXPECT_EQ(mode(name), 0600U) << name;
    }
    EXPECT_EQ(load(), (Strings{"b", "a"})); // the order of the graph
    const auto documents = load_documents(m_folder, m_files);
    EXPECT_EQ(documents->at(0).path, "app/deployments/base/im/b.yaml");
    EXPECT_EQ(documents->at(0).text, "version: '1'\n");
    EXPECT_EQ(documents->at(0).content.find("version")->scalar, "1");
    const auto names = load_names(m_folder, m_files.im);
    ASSERT_TRUE(names);
    EXPECT_EQ(names->at("a").cluster, "oscar-cluster-a");
}

TEST_F(WriteDocuments, WhatDidNotChangeIsLeftAlone) {
    write({"a", "b"}, "1");
    const auto before = fs::last_write_time(im() / "a.yaml");
    EXPECT_EQ(write({"a", "b"}, "1"), (Strings{"app/deployments/base/im/a.yaml unchanged",
                                               "app/deployments/base/im/b.yaml unchanged"}));
    EXPECT_EQ(fs::last_write_time(im() / "a.yaml"), before);
    fs::permissions(im() / "b.yaml", fs::perms::others_read, fs::perm_options::add);
    EXPECT_EQ(write({"a", "b"}, "1").at(1), "app/deployments/base/im/b.yaml written");
    EXPECT_EQ(mode("b.yaml"), 0600U);
}

TEST_F(WriteDocuments, OurOwnOldDocumentsGoAndOthersStay) {
    write({"a", "b"}, "1");
    put("mine.yaml", "x: 1\n");
    put("infras.yaml", "a: [u, configured, '']\n");
    EXPECT_EQ(write({"a"}, "2"), (Strings{"app/deployments/base/im/a.yaml written",
                                          "app/deployments/base/im/b.yaml removed"}));
    EXPECT_FALSE(fs::exists(im() / "b.yaml"));
    EXPECT_TRUE(fs::exists(im() / "mine.yaml"));
    EXPECT_TRUE(fs::exists(im() / "infras.yaml"));
    EXPECT_EQ(load(), Strings{"a"});
    EXPECT_EQ(write({"a"}, "2"), Strings{"app/deployments/base/im/a.yaml unchanged"});
}

TEST_F(WriteDocuments, GitIgnoresThemAndKeepsTheUsersLines) {
    write({"a"}, "1");
    const std::string ours = read_file(im() / ".gitignore").value();
    for (const char* line : {"/*.yaml\n", "/.*.yaml\n", "/auth.dat\n", "/*.log\n", "/*.json\n"}) {
        EXPECT_NE(ours.find(line), std::string::npos) << line;
    }
    put(".gitignore", "/notes.txt\n/*.yaml");
    write({"a"}, "1");
    const std::string text = read_file(im() / ".gitignore").value();
    EXPECT_TRUE(text.starts_with("/notes.txt\n/*.yaml\n/.*.yaml\n")) << text;
    write({"a"}, "1");
    EXPECT_EQ(read_file(im() / ".gitignore").value(), text);
}

TEST_F(WriteDocuments, WithoutAnIndexThereAreNone) {
    EXPECT_EQ(load(), Strings{"TSC063"});
    write({}, "1");
    EXPECT_EQ(load(), Strings{"TSC063"});
}

TEST_F(WriteDocuments, AllThatIsWrongIsToldAndNoLineIsShown) {
    write({"a", "b", "c", "d"}, "1");
    fs::remove(im() / "a.yaml");
    put("b.yaml", "password: [hush\n");
    put("c.yaml", "a: 1\na: 2\n");
    EXPECT_EQ(load(), (Strings{"TSC064", "BAS010", "BAS011"}));
}

TEST_F(WriteDocuments, AnIndexCannotNameFilesElsewhere) {
    write({"a"}, "1");
    const fs::path victim = m_folder.path / "deployments/base/victim.yaml";
    ASSERT_TRUE(write_file_atomic(victim, "x"));
    for (const char* file :
         {"../victim.yaml", "/etc/x.yaml", ".secrets.yaml", "infras.yaml", "x", "''"}) {
        put(".documents.yaml",
            std::string("documents:\n- component: a\n  file: ") + file + "\nformat_version: 1\n");
        const auto loaded = load_documents(m_folder, m_files);
        ASSERT_FALSE(loaded) << file;
        EXPECT_EQ(loaded.error().diagnostics.front().code, "TSC065");
        EXPECT_NE(write({"b"}, "1").front().find("TSC065"), std::string::npos) << file;
        EXPECT_TRUE(fs::exists(victim));
    }
    put(".documents.yaml", "documents: []\nformat_version: 2\n");
    EXPECT_NE(write({"b"}, "1").front().find("TSC065"), std::string::npos);
}

} // namespace
} // namespace aisprint::tosca
