// SPDX-License-Identifier: Apache-2.0
// Whole runs of design: the files beside designs and deployments, and what a run respects.
#include "test_application.hpp"

#include <gtest/gtest.h>

namespace aisprint::design {
namespace {

namespace fs = std::filesystem;
using Codes = std::vector<std::string>;
using test::TestApplication;

const char* const k_containers = "aisprint/designs/containers.yaml";

class RunDesign : public testing::Test {
protected:
    void SetUp() override {
        m_app.partitionable("a", 3, 2);
        m_app.component("b");
        m_app.graph("[a, b]", "[[a, b, 1]]");
        m_app.entry("a", "1, 2");
        m_app.segment_entries("a", {"1", "2"});
        m_app.entry("b", "3");
    }

    TestApplication m_app;
};

TEST_F(RunDesign, EverySegmentHasItsFiles) {
    m_app.write("src/a/utils.py", "x = 1\n");
    m_app.write("src/a/__pycache__/utils.pyc", "x");
    ASSERT_EQ(m_app.run(), Codes{});
    for (const char* segment : {"partition1_1", "partition1_2", "partition2_1", "partition2_2"}) {
        const std::string folder = std::string("aisprint/designs/a/") + segment;
        EXPECT_TRUE(m_app.has(folder + "/main.py"));
        EXPECT_TRUE(m_app.has(folder + "/utils.py"));
        EXPECT_TRUE(m_app.has(folder + "/onnx/" + segment + ".onnx"));
        EXPECT_FALSE(m_app.has(folder + "/onnx/net.onnx"));
        EXPECT_FALSE(m_app.has(folder + "/__pycache__"));
    }
    EXPECT_EQ(m_app.read("aisprint/designs/component_partitions.yaml"),
              "components:\n  a:\n    partitions:\n    - base\n    - partition1_2\n"
              "    - partition1_1\n    - partition2_2\n    - partition2_1\n"
              "  b:\n    partitions:\n    - base\n");
}

TEST_F(RunDesign, DesignsThatAreNoLongerWantedVanish) {
    ASSERT_EQ(m_app.run(), Codes{});
    DesignOptions options;
    options.num_partitions = 1;
    ASSERT_EQ(m_app.run(options), Codes{});
    EXPECT_TRUE(m_app.has("aisprint/designs/a/partition1_1"));
    EXPECT_FALSE(m_app.has("aisprint/designs/a/partition2_1"));
    EXPECT_FALSE(m_app.has("aisprint/deployments/deployment4"));
}

TEST_F(RunDesign, ImagesOfVanishedDesignsAreDropped) {
    m_app.write(k_containers, "components:\n"
                              "  a:\n"
                              "    docker_images:\n"
                              "    - registry:5000/app/a_base_amd64:latest\n"
                              "    - registry/a_partition1_1_amd64:v1\n"
                              "    - registry/a_partition7_1_amd64:v1\n"
                              "    - registry/unrelated\n"
                              "  gone:\n"
                              "    docker_images: [registry/gone_base_amd64]\n");
    ASSERT_EQ(m_app.run(), Codes{});
    const std::string text = m_app.read(k_containers);
    EXPECT_NE(text.find("a_base_amd64:latest"), std::string::npos);
    EXPECT_NE(text.find("a_partition1_1_amd64"), std::string::npos);
    EXPECT_EQ(text.find("a_partition7_1_amd64"), std::string::npos);
    EXPECT_NE(text.find("unrelated"), std::string::npos) << "of unknown origin, so kept";
}

TEST_F(RunDesign, UnchangedContainerListsKeepTheirBytes) {
    const std::string text = "# ours\ncomponents:\n  a: {docker_images: [r/a_base_amd64:1]}\n";
    m_app.write(k_containers, text);
    ASSERT_EQ(m_app.run(), Codes{});
    EXPECT_EQ(m_app.read(k_containers), text);
}

TEST_F(RunDesign, ToolFoldersAreCopiedIntoEveryDeployment) {
    m_app.write("oscarp/run_parameters.yaml", "x: 1\n");
    m_app.write("im/auth.dat", "secret");
    ASSERT_EQ(m_app.run(), Codes{});
    for (const char* name : {"base", "deployment1", "deployment3"}) {
        const std::string folder = std::string("aisprint/deployments/") + name;
        EXPECT_EQ(m_app.read(folder + "/oscarp/run_parameters.yaml"), "x: 1\n");
        EXPECT_EQ(m_app.read(folder + "/im/auth.dat"), "secret");
        EXPECT_TRUE(m_app.has(folder + "/space4ai-r")) << "missing ones are made";
    }
}

TEST_F(RunDesign, LinksLeadToDesigns) {
    ASSERT_EQ(m_app.run(), Codes{});
    for (const std::string& name : m_app.report.deployments) {
        for (const auto& link :
             fs::directory_iterator(m_app.path() / "aisprint/deployments" / name / "src")) {
            EXPECT_TRUE(link.is_symlink());
            EXPECT_TRUE(fs::is_regular_file(link.path() / "main.py")) << link.path();
        }
    }
}

TEST_F(RunDesign, ProductionDeploymentIsConsistent) {
    ASSERT_EQ(m_app.run(), Codes{});
    const std::string file = "aisprint/deployments/optimal_deployment/production_deployment.yaml";
    const auto document = yaml::parse(SourceFile("f", m_app.read(file)));
    ASSERT_TRUE(document);
    const yaml::Node& system = *document->find("System");
    EXPECT_EQ(system.find("DeploymentName")->scalar, "base");
    const yaml::Node& components = *system.find("Components");
    ASSERT_EQ(components.entries.size(), 2U) << "no entries of segments";
    const yaml::Node& first = components.entries[0].value;
    EXPECT_EQ(first.find("name")->scalar, "a");
    EXPECT_EQ(first.find("executionLayer")->scalar, "1");
    const yaml::Node& container = *first.find("Containers")->find("container1");
    EXPECT_EQ(container.find("selectedExecutionResource")->scalar, "r1");
    EXPECT_EQ(container.find("candidateExecutionResources"), nullptr);
    const yaml::Node& layers =
        *system.find("NetworkDomains")->find("ND1")->find("ComputationalLayers");
    ASSERT_EQ(layers.entries.size(), 2U) << "used layers only";
    EXPECT_EQ(layers.entries[0].key, "computationalLayer1");
    EXPECT_EQ(layers.entries[1].key, "computationalLayer3");
}

TEST_F(RunDesign, ProductionDeploymentOfTheOptimiserIsKeptOnRequest) {
    const std::string file = "aisprint/deployments/optimal_deployment/production_deployment.yaml";
    ASSERT_EQ(m_app.run(), Codes{});
    const std::string ours = m_app.read(file);
    m_app.write(file, "System: {Feasible: true}\n");
    DesignOptions options;
    options.production = Production::keep;
    ASSERT_EQ(m_app.run(options), Codes{});
    EXPECT_EQ(m_app.read(file), "System: {Feasible: true}\n");
    ASSERT_EQ(m_app.run(), Codes{});
    EXPECT_EQ(m_app.read(file), ours);
}

TEST_F(RunDesign, ErrorsWriteNothing) {
    ASSERT_EQ(m_app.run(), Codes{});
    const std::string before = m_app.read("common_config/annotations.yaml");
    m_app.component("b", {"exec_time(local_time_thr=-1)"});
    EXPECT_FALSE(m_app.run().empty());
    EXPECT_EQ(m_app.read("common_config/annotations.yaml"), before);
    EXPECT_FALSE(m_app.has(".aisprint-staging"));
}

TEST_F(RunDesign, SegmentsNeedCandidateEntries) {
    m_app.partitionable("b", 2, 1);
    EXPECT_EQ(m_app.run(), (Codes{"DSN013", "DSN013"}));
}

const char* const k_policy = "scone/policy.yaml";

TEST_F(RunDesign, SecurityPolicyIsMadeAndRenewed) {
    m_app.write(k_policy, "\n");
    m_app.component("b", {"security(trustedExecution=True, filesystemShield=True)"});
    ASSERT_EQ(m_app.run(), Codes{});
    const std::string made = m_app.read(k_policy);
    EXPECT_NE(made.find("confProc: true"), std::string::npos) << made;
    EXPECT_NE(made.find("component 'b'"), std::string::npos) << made;
    m_app.component("b", {"security(networkShield=True)"});
    ASSERT_EQ(m_app.run(), Codes{});
    EXPECT_NE(m_app.read(k_policy).find("confProc: false"), std::string::npos);
}

TEST_F(RunDesign, SecurityPolicyOfTheUserStays) {
    const std::string own = "applications: []  # written by hand\n";
    m_app.write(k_policy, own);
    m_app.component("b", {"security(trustedExecution=True)"});
    ASSERT_EQ(m_app.run(), Codes{});
    EXPECT_EQ(m_app.read(k_policy), own);
}

std::string drift(const std::string& metric,
                  const std::string& field,
                  const std::string& test,
                  const std::string& interval = "0.5") {
    return "detect_metric_drift(metric='" + metric + "', field='" + field +
           "', statistical_test='" + test +
           "', test_threshold=0.05, detection_interval=" + interval +
           ", monitoring_period=2, data_collection_period=24)";
}

TEST_F(RunDesign, DriftDetectorOfSeveralComponents) {
    m_app.component("b", {drift("masks", "ratio", "kolmogorov-smirnov")});
    m_app.partitionable("a", 3, 1, {drift("masks", "count", "cramer-von-mises")});
    ASSERT_EQ(m_app.run(), Codes{});
    EXPECT_TRUE(m_app.report.has_drift_detector);
    EXPECT_TRUE(m_app.has("common_config/drift_detector/main.py"));
    EXPECT_EQ(m_app.read("common_config/drift_detector/drift_detector_config.yaml"),
              "data_collection_period: 24\n"
              "detection_interval: 0.5\n"
              "metrics:\n"
              "  masks:\n"
              "    count:\n"
              "      monitoring_period: 2\n"
              "      statistical_test: cramer-von-mises\n"
              "      test_threshold: 0.05\n"
              "    ratio:\n"
              "      monitoring_period: 2\n"
              "      statistical_test: kolmogorov-smirnov\n"
              "      test_threshold: 0.05\n");
}

TEST_F(RunDesign, DriftDetectorSettingsMustAgree) {
    m_app.component("b", {drift("masks", "ratio", "kolmogorov-smirnov")});
    m_app.partitionable("a", 3, 1, {drift("masks", "count", "kolmogorov-smirnov", "1")});
    EXPECT_EQ(m_app.run(), Codes{"ANN061"});
    m_app.partitionable("a", 3, 1, {drift("masks", "ratio", "cramer-von-mises")});
    EXPECT_EQ(m_app.run(), Codes{"ANN061"}) << "the same field, another test";
    m_app.partitionable("a", 3, 1, {drift("masks", "ratio", "kolmogorov-smirnov")});
    EXPECT_EQ(m_app.run(), Codes{}) << "the same in both";
    EXPECT_TRUE(m_app.has("common_config/drift_detector"));
}

TEST_F(RunDesign, TwoRunsGiveTheSameBytes) {
    const auto snapshot = [&] {
        std::map<std::string, std::string> files;
        for (const auto& entry : fs::recursive_directory_iterator(m_app.path())) {
            files[entry.path().string()] = entry.is_symlink()
                                               ? fs::read_symlink(entry.path()).string()
                                           : entry.is_directory() ? ""
                                                                  : read_file(entry.path()).value();
        }
        return files;
    };
    ASSERT_EQ(m_app.run(), Codes{});
    const auto first = snapshot();
    ASSERT_EQ(m_app.run(), Codes{});
    EXPECT_EQ(snapshot(), first);
}

} // namespace
} // namespace aisprint::design
