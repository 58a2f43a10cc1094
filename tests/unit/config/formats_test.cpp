// SPDX-License-Identifier: Apache-2.0
// Every published file of an application is accepted, but for those whose mistakes are listed.
#include "aisprint/config/schema.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/config/application_dag.hpp"
#include "aisprint/config/candidate_deployments.hpp"
#include "aisprint/config/candidate_resources.hpp"
#include "config_support.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>

namespace aisprint::config {
namespace {

namespace fs = std::filesystem;

/// The format of a file by its name; empty for other files.
std::string format_of(const std::string& name) {
    static const std::vector<std::pair<std::regex, std::string>> table{
        {std::regex("(modified_)?application_dag\\.yaml"), "application_dag"},
        {std::regex("candidate_resources\\.yaml"), "candidate_resources"},
        {std::regex("(modified_)?candidate_deployments\\.yaml"), "candidate_deployments"},
        {std::regex("SPACE4AI-D\\.yaml"), "space4ai-d"},
        {std::regex("qos_constraints.*\\.yaml"), "qos_constraints"},
        {std::regex("annotations\\.yaml"), "annotations"},
        {std::regex("component_partitions\\.yaml"), "component_partitions"},
        {std::regex("production_deployment\\.yaml"), "production_deployment"},
        {std::regex("multi_cluster.*\\.yaml"), "multi_cluster_qos_constraints"},
        {std::regex("deployments_performance\\.yaml"), "deployments_performance"},
        {std::regex("physical_nodes\\.yaml"), "physical_nodes"},
        {std::regex("drift_detector_config\\.yaml"), "drift_detector_config"},
        {std::regex("early_exits\\.yaml"), "early_exits"}};
    for (const auto& [pattern, format] : table) {
        if (std::regex_match(name, pattern)) {
            return format;
        }
    }
    return "";
}

Result<void> load(const std::string& format, SourceFile source) {
    CollectingReporter reporter;
    // Graphs of deployments name segments, which a user's graph must not.
    const bool generated = source.name().find("/deployments/") != std::string::npos;
    if (format == "application_dag" && !generated) {
        AISPRINT_TRY(parse_application_dag(std::move(source), reporter));
    } else if (format == "candidate_resources") {
        AISPRINT_TRY(parse_candidate_resources(std::move(source), reporter));
    } else if (format == "candidate_deployments") {
        AISPRINT_TRY(parse_candidate_deployments(std::move(source), reporter));
    } else {
        AISPRINT_TRY(parse_document(source, format, reporter));
    }
    return {};
}

/// Why a published file is rightly refused; empty for the others.
std::string reason_to_refuse(const std::string& path, const std::string& text) {
    // 'score: -' is no YAML: PyYAML says "sequence entries are not allowed here", too. `design`
    // only copies this file.
    if (path.ends_with("SPACE4AI-D.yaml") && text.ends_with("score: -")) {
        return "BAS010";
    }
    return "";
}

TEST(PublishedFiles, AreAccepted) {
    const fs::path data = AISPRINT_SHARED_DATA;
    if (!fs::is_directory(data)) {
        GTEST_SKIP() << "reference data are not at " << data;
    }
    std::map<std::string, std::size_t> counts;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(data)) {
        const std::string format = format_of(entry.path().filename().string());
        if (format.empty() || !entry.is_regular_file()) {
            continue;
        }
        ++counts[format];
        const std::string path = entry.path().lexically_relative(data).generic_string();
        SourceFile source = load_source(entry.path(), path).value();
        const std::string refused = reason_to_refuse(path, source.text());
        const auto loaded = load(format, std::move(source));
        if (refused.empty()) {
            std::string problems;
            for (std::size_t i = 0; !loaded && i < loaded.error().diagnostics.size(); ++i) {
                problems += format_diagnostic(loaded.error().diagnostics[i]);
            }
            EXPECT_TRUE(loaded) << problems;
        } else {
            ASSERT_FALSE(loaded) << path;
            EXPECT_EQ(loaded.error().diagnostics[0].code, refused) << path;
        }
    }
    for (const char* format :
         {"application_dag", "candidate_resources", "candidate_deployments", "space4ai-d",
          "qos_constraints", "annotations", "component_partitions", "production_deployment",
          "multi_cluster_qos_constraints", "deployments_performance", "physical_nodes"}) {
        EXPECT_GT(counts[format], 0U) << format;
    }
}

TEST(ExampleFiles, AreAcceptedWithoutWarnings) {
    std::size_t count = 0;
    for (const fs::directory_entry& entry :
         fs::recursive_directory_iterator(fs::path(AISPRINT_SOURCE_DIR) / "examples")) {
        const std::string format = format_of(entry.path().filename().string());
        if (format.empty() || !entry.is_regular_file()) {
            continue;
        }
        ++count;
        CollectingReporter reporter;
        const std::string path = entry.path().string();
        const auto document =
            parse_document(load_source(entry.path(), path).value(), format, reporter);
        EXPECT_TRUE(document) << path;
        for (const Diagnostic& diagnostic : reporter.diagnostics()) {
            ADD_FAILURE() << format_diagnostic(diagnostic);
        }
    }
    EXPECT_GE(count, 16U);
}

} // namespace
} // namespace aisprint::config
