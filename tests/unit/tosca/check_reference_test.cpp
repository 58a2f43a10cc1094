// SPDX-License-Identifier: Apache-2.0
// The published documents against our types.
#include "aisprint/base/files.hpp"
#include "aisprint/tosca/check.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace aisprint::tosca {
namespace {

TEST(CheckReference, PublishedDocumentsHaveOnlyTheKnownDefects) {
    const std::filesystem::path folder =
        std::filesystem::path(AISPRINT_SHARED_DATA) / "toscarizer/test";
    if (!std::filesystem::exists(folder)) {
        GTEST_SKIP() << "no reference data in " << folder;
    }
    const auto types =
        TypeCatalogue::load(std::filesystem::path(AISPRINT_SOURCE_DIR) / "templates/tosca");
    ASSERT_TRUE(types) << format_diagnostic(types.error().diagnostics.front());
    std::size_t documents = 0;
    std::map<std::string, std::size_t> refused; ///< documents with suffixes
    std::set<std::string> two_providers;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("fdl")) {
            continue;
        }
        ++documents;
        const auto source = load_source(entry.path(), name);
        ASSERT_TRUE(source);
        const auto document = yaml::parse(*source);
        ASSERT_TRUE(document) << name;
        for (const Diagnostic& found : check_document(*source, *document, *types)) {
            if (found.code == "TSC121") {
                ++refused[name];
                continue;
            }
            if (found.code == "TSC124") {
                two_providers.insert(name);
                continue;
            }
            // One text where a list is needed: the secret of the private registry.
            EXPECT_EQ(found.code, "TSC105") << format_diagnostic(found);
            EXPECT_NE(found.message.find("'image_pull_secrets'"), std::string::npos)
                << format_diagnostic(found);
            EXPECT_TRUE(name.ends_with("-registry.yaml")) << format_diagnostic(found);
        }
    }
    EXPECT_EQ(two_providers, std::set<std::string>{"blurry-faces-onnx_partition1_1.yaml"});
    EXPECT_EQ(documents, 18U);
    EXPECT_EQ(refused.size(), 10U) << "7 of the 15 of two branches, and the 3 of the others";
}

} // namespace
} // namespace aisprint::tosca
