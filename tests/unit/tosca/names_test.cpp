// SPDX-License-Identifier: Apache-2.0
#include "aisprint/tosca/names.hpp"

#include <gtest/gtest.h>

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

} // namespace
} // namespace aisprint::tosca
