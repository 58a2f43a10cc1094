// SPDX-License-Identifier: Apache-2.0
// Deployments of the published applications.
#include "aisprint/base/reporter.hpp"
#include "aisprint/tosca/deployment.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace aisprint::tosca {
namespace {

class DeploymentReference : public testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(m_data)) {
            GTEST_SKIP() << "no reference data in " << m_data;
        }
    }

    Deployment load(const std::string& application, DeploymentKind kind) {
        const config::ApplicationFolder folder{m_data / application, application};
        auto deployment = load_deployment(folder, kind, m_reporter);
        if (!deployment) {
            for (const Diagnostic& found : deployment.error().diagnostics) {
                ADD_FAILURE() << format_diagnostic(found);
            }
            return {};
        }
        return std::move(*deployment);
    }

    std::vector<std::string> warnings() const {
        std::vector<std::string> codes;
        for (const Diagnostic& warning : m_reporter.diagnostics()) {
            codes.push_back(warning.code);
        }
        return codes;
    }

    std::filesystem::path m_data = std::filesystem::path(AISPRINT_SHARED_DATA) / "toscarizer";
    CollectingReporter m_reporter;
};

using Codes = std::vector<std::string>;

TEST_F(DeploymentReference, BaseOfTheDemoMixesAClusterAndMachines) {
    const Deployment demo = load("app_demo", DeploymentKind::base);
    ASSERT_EQ(demo.components.size(), 2U);
    EXPECT_EQ(demo.name, "base");
    EXPECT_EQ(demo.app_name, "ai-sprint-mask-detection-app");
    EXPECT_EQ(demo.files.im, "aisprint/deployments/base/im");
    const Component& faces = demo.components[0];
    EXPECT_EQ(faces.name, "blurry-faces-onnx");
    EXPECT_EQ(faces.layer.kind, LayerKind::physical_provisioned);
    ASSERT_TRUE(faces.physical);
    EXPECT_EQ(faces.physical->oscar_name, "oscar-test");
    EXPECT_EQ(faces.physical->minio->endpoint, "https://minio.graspi.im.grycap.net");
    EXPECT_FALSE(faces.physical->influx);
    EXPECT_EQ(faces.image, "registry.gitlab.polimi.it/ai-sprint/blurry-faces-onnx:tag");
    ASSERT_EQ(faces.successors.size(), 1U);
    EXPECT_EQ(faces.successors[0].component, 1U);
    const Component& mask = demo.components[1];
    EXPECT_EQ(mask.layer.number, 2);
    EXPECT_EQ(mask.layer.kind, LayerKind::virtual_machines);
    EXPECT_EQ(mask.resource.name, "VM1");
    EXPECT_EQ(mask.resource.total_nodes, 4);
    EXPECT_EQ(mask.resource.memory_mb, "8192");
    EXPECT_EQ(mask.resource.disk_gb, "25");
    EXPECT_EQ(mask.resource.disk_type, "");
    EXPECT_EQ(mask.resource.os_version.scalar, "22.04");
    EXPECT_EQ(mask.resource.os_version.spelling, yaml::Spelling::plain);
    EXPECT_EQ(mask.memory_mb, "4096");
    EXPECT_EQ(mask.computing_units.scalar, "0.9");
    EXPECT_EQ(mask.constraints_name, "mask-detection-v1");
    EXPECT_NE(mask.constraints.find("  name: mask-detection-v1\n"), std::string::npos);
    EXPECT_EQ(warnings(), Codes{"TSC032"});
}

TEST_F(DeploymentReference, ChosenDeploymentOfTheDemoHasConstraintsByLayer) {
    const Deployment demo = load("app_demo", DeploymentKind::optimal);
    ASSERT_EQ(demo.components.size(), 3U);
    EXPECT_EQ(demo.name, "deployment1");
    EXPECT_EQ(demo.files.im, "aisprint/deployments/optimal_deployment/im");
    EXPECT_EQ(demo.components[2].resource.name, "VM3");
    EXPECT_EQ(demo.components[2].resource.total_nodes, 3);
    EXPECT_EQ(demo.components[2].resource.disk_type, "gp3");
    EXPECT_NE(demo.components[0].constraints.find("threshold: 30"), std::string::npos);
    EXPECT_NE(demo.components[1].constraints.find("threshold: 10"), std::string::npos);
    EXPECT_NE(demo.components[2].constraints.find("threshold: 7"), std::string::npos);
    EXPECT_EQ(demo.components[1].predecessors.size(), 1U);
}

TEST_F(DeploymentReference, LambdaFunctionsHaveABucket) {
    const Deployment base = load("app_test", DeploymentKind::base);
    ASSERT_EQ(base.components.size(), 2U);
    EXPECT_EQ(base.components[1].layer.kind, LayerKind::lambda);
    EXPECT_EQ(base.components[1].resource.name, "AWS-FaaS");
    ASSERT_TRUE(base.components[1].physical);
    ASSERT_TRUE(base.components[1].physical->lambda);
    EXPECT_EQ(base.components[1].physical->lambda->name, "test1");
    const Deployment chosen = load("app_test", DeploymentKind::optimal);
    ASSERT_EQ(chosen.components.size(), 3U);
    EXPECT_EQ(chosen.name, "optimal_deployment");
    EXPECT_EQ(chosen.components[2].layer.number, 4);
}

TEST_F(DeploymentReference, EarlyExitsComeFromTheAnnotations) {
    const Deployment base = load("app_early", DeploymentKind::base);
    ASSERT_EQ(base.components.size(), 2U);
    EXPECT_FALSE(base.components[0].has_early_exits);
    EXPECT_TRUE(base.components[1].has_early_exits);
    const Deployment chosen = load("app_early", DeploymentKind::optimal);
    ASSERT_EQ(chosen.components.size(), 3U);
    EXPECT_EQ(chosen.name, "deployment4");
    EXPECT_TRUE(chosen.components[2].has_early_exits);
    EXPECT_EQ(chosen.components[1].successors[0].weight, 0.75);
    EXPECT_EQ(warnings(), Codes{});
}

} // namespace
} // namespace aisprint::tosca
