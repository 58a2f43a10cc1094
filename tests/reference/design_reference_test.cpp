// SPDX-License-Identifier: Apache-2.0
// Runs `design` on the inputs of published applications and compares every file with what the
// original tool wrote. Accepted differences are listed, with reasons, in design/differences/.
#include "stand_in_models.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/design/run.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace aisprint::design {
namespace {

namespace fs = std::filesystem;

const fs::path k_source = AISPRINT_SOURCE_DIR;
const fs::path k_data = fs::path(AISPRINT_SHARED_DATA) / "design";

std::vector<std::string> read_lines(const fs::path& file) {
    std::vector<std::string> lines;
    std::istringstream stream(read_file(file).value());
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

bool is_generated(const std::string& path) {
    const bool kept_empty = path.starts_with("aisprint/") && path.ends_with(".gitkeep") &&
                            path.find('/', path.find('/') + 1) == path.rfind('/');
    return (path.starts_with("aisprint/d") && !kept_empty) ||
           path == "common_config/annotations.yaml" ||
           path.starts_with("common_config/drift_detector") ||
           path == "space4ai-d/qos_constraints.yaml" ||
           path == "space4ai-r/deployments_performance.yaml";
}

/// A tree as `find` would list it: folders with a slash, links with their target.
std::set<std::string> list_tree(const fs::path& root) {
    std::set<std::string> lines;
    for (fs::recursive_directory_iterator entry(root), end; entry != end; ++entry) {
        std::string line = entry->path().lexically_relative(root).generic_string();
        if (entry->is_symlink()) {
            line += " -> " + fs::read_symlink(entry->path()).string();
        } else if (entry->is_directory()) {
            line += "/";
        }
        lines.insert(line);
    }
    return lines;
}

/// The accepted differences of a case: "+ path", "- path" or "~ path", each with its reason.
std::map<std::string, std::string> accepted_differences(const std::string& name) {
    std::map<std::string, std::string> result;
    for (const std::string& line :
         read_lines(k_source / "tests/reference/design/differences" / (name + ".txt"))) {
        const std::size_t bar = line.find(" | ");
        EXPECT_NE(bar, std::string::npos) << "no reason given: " << line;
        result[line.substr(0, bar)] = line.substr(bar + 3);
    }
    return result;
}

class DesignReference : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        if (!fs::is_directory(k_data)) {
            GTEST_SKIP() << "reference data are not at " << k_data;
        }
        m_expected = k_data / GetParam();
        m_previous = fs::current_path();
        fs::current_path(m_scratch.path());
        for (const std::string& line : read_lines(m_expected / "tree.txt")) {
            m_tree.insert(line.substr(2));
        }
        m_tree.erase("");
        for (const std::string& path : m_tree) {
            make_input(path);
        }
    }

    void TearDown() override {
        if (!m_previous.empty()) {
            fs::current_path(m_previous);
        }
    }

    void make_input(const std::string& path) {
        if (is_generated(path) || path.find(" -> ") != std::string::npos) {
            return;
        }
        const fs::path target = fs::path(GetParam()) / path;
        if (path.ends_with('/')) {
            fs::create_directories(target);
            return;
        }
        fs::create_directories(target.parent_path());
        const fs::path source = k_source / "tests/reference/design/sources" / GetParam();
        if (fs::exists(m_expected / path)) {
            fs::copy_file(m_expected / path, target);
        } else if (path.ends_with("/main.py")) {
            fs::copy_file(source / path.substr(std::string("src/").size()), target);
        } else if (path.ends_with("version-RFB-640.onnx")) {
            fs::copy_file(k_data / "../models/version-RFB-640.onnx", target);
        } else if (path.ends_with("ee_classifier.onnx")) {
            test::write_early_exit_model(target);
        } else if (path.ends_with(".onnx")) {
            test::write_chain_model(target);
        } else {
            ASSERT_TRUE(write_new_file(target, "# not published\n"));
        }
    }

    DesignOptions options() const {
        DesignOptions result;
        result.templates = k_source / "templates";
        return result;
    }

    /// Runs design; the application is given by its name, as in the published runs.
    void design() {
        CollectingReporter reporter;
        const auto report = run_design({GetParam(), GetParam()}, options(), DryRun::no, reporter);
        std::string problems;
        if (!report) {
            for (const Diagnostic& diagnostic : report.error().diagnostics) {
                problems += format_diagnostic(diagnostic);
            }
        }
        ASSERT_TRUE(report) << problems;
    }

    ScratchDirectory m_scratch;
    fs::path m_previous;
    fs::path m_expected;
    std::set<std::string> m_tree;
};

TEST_P(DesignReference, WritesTheSameTree) {
    design();
    const auto accepted = accepted_differences(GetParam());
    std::set<std::string> wanted = m_tree;
    for (const auto& [difference, reason] : accepted) {
        const std::string path = difference.substr(2);
        if (difference.starts_with('+')) {
            EXPECT_TRUE(wanted.insert(path).second) << path << " is no difference";
        } else if (difference.starts_with('-')) {
            EXPECT_EQ(wanted.erase(path), 1U) << path << " is no difference";
        }
    }
    EXPECT_EQ(list_tree(GetParam()), wanted);
}

TEST_P(DesignReference, WritesTheSameBytes) {
    design();
    const auto accepted = accepted_differences(GetParam());
    std::size_t compared = 0;
    for (fs::recursive_directory_iterator entry(m_expected), end; entry != end; ++entry) {
        const std::string path = entry->path().lexically_relative(m_expected).generic_string();
        const bool from_template = path.find("drift_detector/requirements") != std::string::npos;
        if (entry->is_directory() || path == "tree.txt" || from_template ||
            accepted.contains("- " + path)) {
            continue;
        }
        const auto ours = read_file(fs::path(GetParam()) / path);
        ASSERT_TRUE(ours) << path << " is missing";
        const std::string theirs = read_file(entry->path()).value();
        if (accepted.contains("~ " + path)) {
            EXPECT_NE(*ours, theirs) << path << " is no difference";
        } else {
            EXPECT_EQ(*ours, theirs) << path;
        }
        ++compared;
    }
    EXPECT_GT(compared, 5U);
}

TEST_P(DesignReference, SecondRunGivesTheSameBytes) {
    design();
    const std::set<std::string> before = list_tree(GetParam());
    std::map<std::string, std::string> contents;
    for (fs::recursive_directory_iterator entry(GetParam()), end; entry != end; ++entry) {
        if (entry->is_regular_file() && !entry->is_symlink()) {
            contents[entry->path().string()] = read_file(entry->path()).value();
        }
    }
    design();
    EXPECT_EQ(list_tree(GetParam()), before);
    for (const auto& [path, content] : contents) {
        EXPECT_EQ(read_file(path).value(), content) << path;
    }
}

INSTANTIATE_TEST_SUITE_P(Published,
                         DesignReference,
                         testing::Values("mask_detection_v1",
                                         "filter_classifier_degraded_performance",
                                         "filter_classifier_early_exits",
                                         "app_early",
                                         "drift_app"),
                         [](const auto& parameter) { return parameter.param; });

} // namespace
} // namespace aisprint::design
