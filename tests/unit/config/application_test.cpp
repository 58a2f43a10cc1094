// SPDX-License-Identifier: Apache-2.0
#include "aisprint/config/application.hpp"

#include "aisprint/base/files.hpp"
#include "config_support.hpp"

#include <gtest/gtest.h>

namespace aisprint::config {
namespace {

using Codes = std::vector<std::string>;

const char* const k_dag = "System: {name: app, components: [a], dependencies: []}\n";

const char* const k_resources = R"(System:
  name: app
  NetworkDomains:
    ND1:
      ComputationalLayers:
        computationalLayer1:
          number: 1
          type: Virtual
          Resources:
            r1: {name: small, cost: 1, memorySize: 1000,
                 processors: {p: {architecture: amd64, computingUnits: 2}}}
        computationalLayer2:
          number: 2
          type: Virtual
          Resources:
            r1: {name: large, cost: 1, memorySize: 8000,
                 processors: {p: {architecture: amd64, computingUnits: 8}}}
)";

const char* const k_deployments = R"(Components:
  component1:
    name: a
    candidateExecutionLayers: [1, 2]
    Containers:
      container1:
        memorySize: 500
        computingUnits: 1
        candidateExecutionResources: [small, large]
)";

class ApplicationFiles : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(make_directories(m_scratch.path() / "common_config"));
        write("application_dag.yaml", k_dag);
        write("candidate_resources.yaml", k_resources);
        write("candidate_deployments.yaml", k_deployments);
    }

    void write(const std::string& name, const std::string& text) {
        ASSERT_TRUE(write_file_atomic(m_scratch.path() / "common_config" / name, text));
    }

    /// Codes of errors, then of warnings after "|".
    Codes load() {
        CollectingReporter reporter;
        m_config = load_application_config({m_scratch.path(), "app"}, reporter);
        Codes codes = codes_of(m_config.errors);
        if (!reporter.diagnostics().empty()) {
            codes.emplace_back("|");
            std::ranges::copy(codes_of(reporter.diagnostics()), std::back_inserter(codes));
        }
        return codes;
    }

    Codes with_deployments(const std::string& from, const std::string& to) {
        write("candidate_deployments.yaml", replaced(k_deployments, from, to));
        return load();
    }

    ScratchDirectory m_scratch;
    ApplicationConfig m_config;
};

TEST_F(ApplicationFiles, Complete) {
    EXPECT_EQ(load(), Codes{});
    EXPECT_TRUE(m_config.dag && m_config.resources && m_config.deployments);
}

TEST_F(ApplicationFiles, MissingFilesAreNamed) {
    for (const char* name :
         {"application_dag.yaml", "candidate_resources.yaml", "candidate_deployments.yaml"}) {
        std::filesystem::remove(m_scratch.path() / "common_config" / name);
    }
    EXPECT_EQ(load(), (Codes{"CFG001", "CFG001", "CFG001"}));
    EXPECT_EQ(m_config.errors[1].message,
              "No 'candidate_resources.yaml' file exists in 'app/common_config' folder");
    EXPECT_EQ(m_config.errors[1].span.file, "app/common_config/candidate_resources.yaml");
    EXPECT_FALSE(m_config.dag);
}

TEST_F(ApplicationFiles, EveryFileIsReadInSpiteOfErrorsInAnother) {
    write("application_dag.yaml", "System: [");
    write("candidate_resources.yaml", "");
    EXPECT_EQ(load(), (Codes{"BAS010", "CFG002"}));
    EXPECT_TRUE(m_config.deployments);
}

TEST_F(ApplicationFiles, LayersExist) {
    EXPECT_EQ(with_deployments("[1, 2]", "[1, 2, 7]"), Codes{"CFG042"});
    EXPECT_EQ(m_config.errors[0].hint, "use one of 1, 2");
}

TEST_F(ApplicationFiles, ResourcesExist) {
    EXPECT_EQ(with_deployments("[small, large]", "[smal, large]"), Codes{"CFG043"});
    EXPECT_EQ(m_config.errors[0].hint, "did you mean 'small'?");
}

TEST_F(ApplicationFiles, ResourcesLieInTheLayers) {
    EXPECT_EQ(with_deployments("[1, 2]", "[1]"), Codes{"CFG044"});
}

TEST_F(ApplicationFiles, DemandsFit) {
    EXPECT_EQ(with_deployments("memorySize: 500", "memorySize: 8000"), Codes{});
    EXPECT_EQ(with_deployments("memorySize: 500", "memorySize: 9000"), (Codes{"|", "CFG046"}));
    EXPECT_EQ(with_deployments("computingUnits: 1", "computingUnits: 9"), (Codes{"|", "CFG046"}));
}

TEST_F(ApplicationFiles, BinaryAndUnreadableFiles) {
    write("application_dag.yaml", std::string("\0\xff", 2));
    EXPECT_EQ(load(), Codes{"BAS010"});
    std::filesystem::remove(m_scratch.path() / "common_config/application_dag.yaml");
    ASSERT_TRUE(make_directories(m_scratch.path() / "common_config/application_dag.yaml"));
    EXPECT_EQ(load(), Codes{"BAS001"}) << "a folder in place of the file";
}

} // namespace
} // namespace aisprint::config
