// SPDX-License-Identifier: Apache-2.0
#include "type_catalogue.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace aisprint::tosca {
namespace {

std::vector<std::string> findings(const std::vector<std::string>& texts) {
    std::vector<SourceFile> sources;
    for (const std::string& text : texts) {
        sources.emplace_back(fmt::format("{}.yaml", sources.size() + 1), text);
    }
    const auto types = TypeCatalogue::parse(sources);
    std::vector<std::string> result;
    if (!types) {
        EXPECT_EQ(types.error().kind, ErrorKind::input);
        for (const Diagnostic& found : types.error().diagnostics) {
            result.push_back(fmt::format("{} {}:{}:{}", found.code, found.span.file,
                                         found.span.line, found.span.column));
        }
    }
    return result;
}

using Findings = std::vector<std::string>;

TEST(TypeCatalogue, TypesInheritInAnyOrderOfTheFile) {
    const auto types = TypeCatalogue::parse(
        {SourceFile("a", "node_types:\n"
                         "  c: {derived_from: b, properties: {y: {type: integer}}}\n"
                         "  b: {derived_from: a, properties: {x: {type: float}}}\n"
                         "  a: {properties: {x: {type: string}, z: {type: string}}}\n"),
         SourceFile("b", "node_types:\n"
                         "  d: {derived_from: c}\n")});
    ASSERT_TRUE(types);
    const Type* type = types->impl().find(TypeKind::node, "d");
    ASSERT_NE(type, nullptr);
    EXPECT_FALSE(type->is_base);
    EXPECT_EQ(type->properties.size(), 3U);
    EXPECT_EQ(type->properties.at("x").schema.type, "float");
    EXPECT_TRUE(types->impl().is_a(TypeKind::node, "d", "a"));
    EXPECT_FALSE(types->impl().is_a(TypeKind::node, "a", "d"));
    EXPECT_TRUE(types->impl().find(TypeKind::node, "a")->is_base);
}

TEST(TypeCatalogue, RequirementsAreReplacedByName) {
    const auto types = TypeCatalogue::parse(
        {SourceFile("a", "capability_types: {k: {}}\n"
                         "node_types:\n"
                         "  a:\n"
                         "    requirements:\n"
                         "    - host: {capability: k}\n"
                         "    - other: {capability: k, occurrences: [0, UNBOUNDED]}\n"
                         "  b:\n"
                         "    derived_from: a\n"
                         "    requirements:\n"
                         "    - host: {capability: k, occurrences: [0, 1]}\n")});
    ASSERT_TRUE(types);
    const Type* type = types->impl().find(TypeKind::node, "b");
    ASSERT_EQ(type->requirements.size(), 2U);
    EXPECT_EQ(type->find_requirement("host")->min_occurrences, 0);
    EXPECT_EQ(type->find_requirement("host")->max_occurrences, 1);
    EXPECT_EQ(type->find_requirement("other")->max_occurrences, -1);
}

TEST(TypeCatalogue, FaultsOfTypeFiles) {
    EXPECT_EQ(findings({"- a\n", "node_types: 3\n"}),
              (Findings{"TSC090 1.yaml:1:1", "TSC090 2.yaml:1:13"}));
    EXPECT_EQ(findings({"node_types:\n"
                        "  a: {derived_from: nobody}\n"
                        "  b: {properties: {x: {type: txt}}}\n"
                        "  c: {capabilities: {k: nothing}}\n"
                        "  d: {interfaces: {I: {type: none}}}\n"}),
              (Findings{"TSC091 1.yaml:2:21", "TSC091 1.yaml:3:30", "TSC091 1.yaml:4:25",
                        "TSC091 1.yaml:5:30"}));
    EXPECT_EQ(findings({"node_types:\n"
                        "  a: {derived_from: b}\n"
                        "  b: {derived_from: a}\n"}),
              (Findings{"TSC092 1.yaml:3:21"}));
    EXPECT_EQ(findings({"node_types: {a: {}}\n", "node_types: {a: {}}\n"}),
              (Findings{"TSC093 2.yaml:1:14"}));
    EXPECT_EQ(findings({"node_types:\n"
                        "  a: text\n"
                        "  b: {properties: {x: {required: false}}}\n"
                        "  c: {capabilities: {k: {}}}\n"
                        "  d: {requirements: [{host: {}}]}\n"
                        "  e: {properties: {x: {type: string, constraints: [equal]}}}\n"}),
              (Findings{"TSC094 1.yaml:2:6", "TSC094 1.yaml:3:20", "TSC094 1.yaml:4:22",
                        "TSC094 1.yaml:5:22", "TSC094 1.yaml:6:52"}));
}

TEST(TypeCatalogue, TheShippedFilesAreFine) {
    const auto types =
        TypeCatalogue::load(std::filesystem::path(AISPRINT_SOURCE_DIR) / "templates/tosca");
    ASSERT_TRUE(types) << format_diagnostic(types.error().diagnostics.front());
    const Type* function = types->impl().find(TypeKind::node, "tosca.nodes.aisprint.FaaS.Function");
    ASSERT_NE(function, nullptr);
    EXPECT_FALSE(function->is_base);
    const Type* bucket =
        types->impl().find(TypeKind::data, "tosca.datatypes.oscar.StorageIOConfig");
    ASSERT_NE(bucket, nullptr);
    EXPECT_EQ(bucket->properties.at("suffix").schema.type, "list");
    EXPECT_EQ(bucket->properties.at("suffix").schema.entry->type, "string");
}

TEST(TypeCatalogue, MissingFilesAreReported) {
    const auto types = TypeCatalogue::load("/nonexistent");
    ASSERT_FALSE(types);
    EXPECT_EQ(types.error().kind, ErrorKind::io);
}

} // namespace
} // namespace aisprint::tosca
