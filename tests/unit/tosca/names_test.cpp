// SPDX-License-Identifier: Apache-2.0
#include "aisprint/tosca/names.hpp"

#include "aisprint/base/files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

namespace aisprint::tosca {
namespace {

/// Counts up: "1", "2", ...
class CountingSource final : public RandomSource {
public:
    std::string draw(std::size_t length) override {
        m_lengths.push_back(length);
        return std::to_string(m_lengths.size());
    }
    std::vector<std::size_t> m_lengths;
};

Deployment deployment_of(LayerKind first, LayerKind second) {
    Deployment deployment;
    deployment.components.resize(2);
    deployment.components[0].name = "a";
    deployment.components[0].layer.kind = first;
    deployment.components[1].name = "b";
    deployment.components[1].layer.kind = second;
    return deployment;
}

TEST(Names, AreDrawnInTheOrderOfTheReference) {
    CountingSource random;
    const DeploymentNames names =
        draw_names(deployment_of(LayerKind::physical_provisioned, LayerKind::virtual_machines), {},
                   KeepNames::yes, random);
    EXPECT_EQ(random.m_lengths, (std::vector<std::size_t>{8, 8, 8, 16, 16, 16, 16, 16}));
    EXPECT_EQ(names.at("a").cluster, "oscar-cluster-1");
    EXPECT_EQ(names.at("b").cluster, "oscar-cluster-3");
    EXPECT_EQ(names.at("b").admin_token.reveal(), "4");
    EXPECT_EQ(names.at("b").influx_password.reveal(), "8");
}

TEST(Names, StayUntilTheKindOfLayerChangesOrNewOnesAreAskedFor) {
    CountingSource random;
    const Deployment before =
        deployment_of(LayerKind::virtual_machines, LayerKind::virtual_machines);
    const DeploymentNames first = draw_names(before, {}, KeepNames::yes, random);
    EXPECT_EQ(draw_names(before, first, KeepNames::yes, random).at("b").cluster,
              first.at("b").cluster);
    const Deployment after = deployment_of(LayerKind::virtual_machines, LayerKind::lambda);
    const DeploymentNames second = draw_names(after, first, KeepNames::yes, random);
    EXPECT_EQ(second.at("a").minio_password, first.at("a").minio_password);
    EXPECT_NE(second.at("b").cluster, first.at("b").cluster);
    EXPECT_NE(draw_names(before, first, KeepNames::no, random).at("a").cluster,
              first.at("a").cluster);
}

class NamesFile : public testing::Test {
protected:
    Result<DeploymentNames> load(const std::string& text) {
        EXPECT_TRUE(make_directories(m_scratch.path() / "im"));
        EXPECT_TRUE(write_file_atomic(m_scratch.path() / "im/.secrets.yaml", text));
        return load_names({m_scratch.path(), "app"}, "im");
    }

    ScratchDirectory m_scratch;
};

TEST_F(NamesFile, KeepsWhatWasDrawn) {
    CountingSource random;
    const DeploymentNames names =
        draw_names(deployment_of(LayerKind::lambda, LayerKind::physical_to_be_provisioned), {},
                   KeepNames::yes, random);
    const auto read = load(to_yaml_text(names));
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 2U);
    EXPECT_EQ(read->at("a").kind, LayerKind::lambda);
    EXPECT_EQ(read->at("a").cluster, names.at("a").cluster);
    EXPECT_TRUE(read->at("a").minio_password.empty());
    EXPECT_EQ(read->at("b").kind, LayerKind::physical_to_be_provisioned);
    EXPECT_EQ(read->at("b").admin_token, names.at("b").admin_token);
    EXPECT_EQ(read->at("b").oscar_password, names.at("b").oscar_password);
    EXPECT_EQ(read->at("b").minio_password, names.at("b").minio_password);
    EXPECT_EQ(read->at("b").influx_token, names.at("b").influx_token);
    EXPECT_EQ(read->at("b").influx_password, names.at("b").influx_password);
}

TEST_F(NamesFile, IsEmptyIfItIsNotThere) {
    const auto read = load_names({m_scratch.path(), "app"}, "im");
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->empty());
}

TEST_F(NamesFile, OfAnotherFormIsRefusedWithoutShowingIt) {
    const std::vector<std::string> texts = {
        "",
        "format_version: 2",
        "format_version: 1\ncomponents: {a: {layer_type: Other, cluster: c, x: hush-hush}}",
        "format_version: 1\ncomponents: {a: {layer_type: Virtual, admin_token: hush-hush}}",
        "format_version: 1\ncomponents: {a: {layer_type: Virtual, cluster: hush-hush}}",
        "admin_token: 'hush-hush",
    };
    for (const std::string& text : texts) {
        const auto read = load(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().kind, ErrorKind::input);
        for (const Diagnostic& found : read.error().diagnostics) {
            EXPECT_EQ(found.span.file, "app/im/.secrets.yaml");
            EXPECT_EQ(format_diagnostic(found).find("hush-hush"), std::string::npos);
        }
    }
    EXPECT_EQ(load(texts[4]).error().diagnostics.size(), 5U);
}

} // namespace
} // namespace aisprint::tosca
