// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/units.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::profiling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string entry(const std::string& key,
                  const std::string& name,
                  const std::string& layers,
                  const std::string& resources) {
    return fmt::format("  {}:\n    name: {}\n    candidateExecutionLayers: [{}]\n"
                       "    Containers:\n      container1:\n        image: 'r/{}:1'\n"
                       "        memorySize: 1024\n        computingUnits: 0.9\n"
                       "        candidateExecutionResources: [{}]\n",
                       key, name, layers, name, resources);
}

std::string resource(const std::string& key, const std::string& name) {
    return fmt::format("          {}: {{name: {}, totalNodes: 5, cost: 1, memorySize: 8192, "
                       "processors: {{processor1: {{architecture: amd64, computingUnits: 4}}}}}}\n",
                       key, name);
}

class Units : public ::testing::Test {
protected:
    Units() : m_folder{m_scratch.path(), "app"} {
        write("common_config/candidate_resources.yaml",
              "System:\n  name: app\n  NetworkDomains:\n    ND1:\n      AccessDelay: 0\n"
              "      Bandwidth: 100\n      subNetworkDomains: []\n      ComputationalLayers:\n"
              "        computationalLayer1:\n          number: 1\n          type: Virtual\n"
              "          Resources:\n" +
                  indented(resource("resource1", "VM1") + resource("resource2", "XeonBox")) +
                  "        computationalLayer2:\n          number: 2\n          type: Virtual\n"
                  "          Resources:\n" +
                  indented(resource("resource1", "VM2")));
        dag({"a", "b"});
    }

    static std::string indented(const std::string& text) {
        std::string result;
        std::size_t start = 0;
        while (start < text.size()) {
            const std::size_t end = text.find('\n', start);
            result += "  " + text.substr(start, end - start + 1);
            start = end + 1;
        }
        return result;
    }

    void write(const std::string& path, const std::string& text) {
        ASSERT_TRUE(make_directories((m_scratch.path() / path).parent_path()));
        ASSERT_TRUE(write_file_atomic(m_scratch.path() / path, text));
    }

    void dag(const std::vector<std::string>& names) {
        std::string edges;
        for (std::size_t i = 1; i < names.size(); ++i) {
            edges += fmt::format("{}[{}, {}, 1]", i == 1 ? "" : ", ", names[i - 1], names[i]);
        }
        write("common_config/application_dag.yaml",
              fmt::format("System:\n  name: app\n  components: [{}]\n  dependencies: [{}]\n",
                          fmt::join(names, ", "), edges));
    }

    void candidates(const std::string& entries) {
        write("common_config/candidate_deployments.yaml", "Components:\n" + entries);
    }

    void designs(const std::string& partitions_of_a) {
        write("aisprint/designs/component_partitions.yaml",
              fmt::format("components:\n  a:\n    partitions: [base{}]\n  b:\n    partitions: "
                          "[base]\n",
                          partitions_of_a));
    }

    Result<Testbed> enumerate() {
        const config::ApplicationConfig application =
            config::load_application_config(m_folder, m_reporter);
        for (const Diagnostic& diagnostic : application.errors) {
            ADD_FAILURE() << diagnostic.message;
        }
        if (!application.errors.empty()) {
            return Testbed();
        }
        RunParameters parameters;
        parameters.components = {{"component1", {{4, 2}, std::nullopt}},
                                 {"component2", {{4, 2}, std::nullopt}}};
        return enumerate_units(application, m_folder, parameters, m_reporter);
    }

    static std::vector<std::string> deployments(const Testbed& testbed) {
        std::vector<std::string> texts;
        for (const UnitChain& chain : testbed.deployments) {
            texts.push_back(to_list_text(testbed, chain));
        }
        return texts;
    }

    ScratchDirectory m_scratch;
    config::ApplicationFolder m_folder;
    CollectingReporter m_reporter;
};

TEST_F(Units, TheGuidesExampleHasTwoDeployments) {
    candidates(entry("component1", "a", "1", "VM1") +
               entry("component1_partitionX_1", "a_partitionX_1", "1", "VM1") +
               entry("component1_partitionX_2", "a_partitionX_2", "1", "VM1") +
               entry("component2", "b", "2", "VM2"));
    designs(", partition1_2, partition1_1");
    const auto testbed = enumerate();
    ASSERT_TRUE(testbed);
    EXPECT_THAT(deployments(*testbed),
                ElementsAre("['C1@VM1', 'C2@VM2']", "['C1P1.1@VM1', 'C1P1.2@VM1', 'C2@VM2']"));
    const Unit& partition = testbed->units[testbed->deployments[1].units[1]];
    EXPECT_EQ(partition.partition, "a_partition1_2");
    EXPECT_EQ(partition.design, "a/partition1_2");
    EXPECT_EQ(partition.service, "a-partition1-2");
    EXPECT_THAT(partition.images, ElementsAre("r/a_partitionX_2:1"));
    EXPECT_THAT(partition.parameters.parallelism, ElementsAre(4, 2));
}

TEST_F(Units, EachPartitionGoesToEachOfItsResources) {
    candidates(entry("component1", "a", "1, 2", "VM1, VM2") +
               entry("component1_partitionX_1", "a_partitionX_1", "1, 2", "VM1, VM2") +
               entry("component1_partitionX_2", "a_partitionX_2", "1, 2", "VM1, VM2") +
               entry("component2", "b", "2", "VM2"));
    designs(", partition1_1, partition1_2, partition2_1, partition2_2");
    const auto testbed = enumerate();
    ASSERT_TRUE(testbed);
    EXPECT_EQ(testbed->deployments.size(), 10U);
    EXPECT_EQ(testbed->units.size(), 2U + 2 * 4 + 1);
    EXPECT_EQ(to_list_text(*testbed, testbed->deployments[3]),
              "['C1P1.1@VM1', 'C1P1.2@VM2', 'C2@VM2']");
}

// a name with an X in it stays as it is
TEST_F(Units, ResourcesKeepTheirNames) {
    candidates(entry("component1", "a", "1", "XeonBox") +
               entry("component1_partitionX_1", "a_partitionX_1", "1", "XeonBox") +
               entry("component2", "b", "2", "VM2"));
    designs(", partition1_1");
    const auto testbed = enumerate();
    ASSERT_TRUE(testbed);
    EXPECT_EQ(testbed->units[testbed->deployments[1].units[0]].id, "C1P1.1@XeonBox");
}

TEST_F(Units, GroupsWithGapsAreLeftOut) {
    candidates(entry("component1", "a", "1", "VM1") +
               entry("component1_partitionX_1", "a_partitionX_1", "1", "VM1") +
               entry("component1_partitionX_2", "a_partitionX_2", "1", "VM1") +
               entry("component2", "b", "2", "VM2"));
    designs(", partition1_1");
    const auto testbed = enumerate();
    ASSERT_TRUE(testbed);
    EXPECT_EQ(testbed->deployments.size(), 1U);
    EXPECT_EQ(testbed->units.size(), 2U); // none that no deployment has
    EXPECT_EQ(m_reporter.diagnostics().front().code, "PRF021");
}

TEST_F(Units, AnApplicationThatIsNotDesignedIsRefused) {
    candidates(entry("component1", "a", "1", "VM1") + entry("component2", "b", "2", "VM2"));
    const auto testbed = enumerate();
    ASSERT_FALSE(testbed);
    EXPECT_EQ(testbed.error().diagnostics[0].code, "PRF020");
}

TEST_F(Units, GraphsThatAreNoChainAreRefused) {
    candidates(entry("component2", "b", "2", "VM2") + entry("component1", "a", "1", "VM1"));
    designs("");
    const auto testbed = enumerate();
    ASSERT_FALSE(testbed);
    EXPECT_EQ(testbed.error().diagnostics[0].code, "PRF023");
    EXPECT_THAT(testbed.error().diagnostics[0].message, HasSubstr("b -> a"));
}

TEST_F(Units, ComponentsWithoutParallelismAreRefused) {
    dag({"a", "b", "c"});
    candidates(entry("component1", "a", "1", "VM1") + entry("component2", "b", "2", "VM2") +
               entry("component3", "c", "2", "VM2"));
    designs("");
    const auto testbed = enumerate();
    ASSERT_FALSE(testbed);
    EXPECT_EQ(testbed.error().diagnostics[0].code, "PRF022");
}

TEST_F(Units, SegmentsWithNumbersBeyondAllMeasureAreLeftOut) {
    candidates(entry("component1", "a", "1", "VM1") +
               entry("component1_partitionX_99999999999", "a_partitionX_99999999999", "1", "VM1") +
               entry("component2", "b", "2", "VM2"));
    designs(", partition1_1");
    const auto testbed = enumerate();
    ASSERT_TRUE(testbed);
    EXPECT_EQ(testbed->deployments.size(), 1U);
    EXPECT_EQ(m_reporter.diagnostics().front().code, "PRF021");
}

TEST_F(Units, AResourceThatIsOfferedTwiceIsRefused) {
    candidates(entry("component1", "a", "1", "VM1, VM1") + entry("component2", "b", "2", "VM2"));
    designs("");
    const auto testbed = enumerate();
    ASSERT_FALSE(testbed);
    ASSERT_EQ(testbed.error().diagnostics.size(), 1U);
    EXPECT_EQ(testbed.error().diagnostics[0].code, "PRF029");
    EXPECT_EQ(testbed.error().diagnostics[0].span.line, 10U);
}

TEST_F(Units, ComponentsWhoseServicesHaveTheSameNameAreRefused) {
    dag({"a_b", "a-b"});
    candidates(entry("component1", "a_b", "1", "VM1") + entry("component2", "a-b", "2", "VM2"));
    designs("");
    const auto testbed = enumerate();
    ASSERT_FALSE(testbed);
    EXPECT_EQ(testbed.error().diagnostics[0].code, "PRF032");
    EXPECT_THAT(testbed.error().diagnostics[0].message, HasSubstr("'a_b' and 'a-b'"));
}

TEST_F(Units, ManyDeploymentsAreAWarning) {
    dag({"a", "b"});
    candidates(entry("component1", "a", "1, 2", "VM1, XeonBox, VM2") +
               entry("component1_partitionX_1", "a_partitionX_1", "1, 2", "VM1, XeonBox, VM2") +
               entry("component1_partitionX_2", "a_partitionX_2", "1, 2", "VM1, XeonBox, VM2") +
               entry("component2", "b", "1, 2", "VM1, VM2"));
    designs(", partition1_1, partition1_2");
    const auto testbed = enumerate();
    ASSERT_TRUE(testbed);
    EXPECT_EQ(testbed->deployments.size(), (3U + 9U) * 2U);
    EXPECT_EQ(m_reporter.diagnostics().back().code, "PRF024");
}

} // namespace
} // namespace aisprint::profiling
