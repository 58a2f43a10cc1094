// SPDX-License-Identifier: Apache-2.0
// Forms that values, images, names and folders of a deployment come in.
#include "application_files.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace aisprint::tosca {
namespace {

using Files = ApplicationFiles;
using Places = std::vector<std::string>;

/// The application's component `filter`, or what is wrong.
Result<Component> load_filter(Files& files, Unprotected unprotected = Unprotected::refuse) {
    auto loaded = files.load(DeploymentKind::base, unprotected);
    if (!loaded) {
        return tl::unexpected<Failure>(std::move(loaded.error()));
    }
    return *loaded->find("filter");
}

Places errors_of(const Result<Component>& result) {
    return result ? Places{} : Files::places(result.error().diagnostics);
}

TEST(DeploymentResource, StorageIsAWholeNumberOfGb) {
    for (const auto& [text, size] : std::vector<std::pair<std::string, std::string>>{
             {"100", "100"}, {"100 GB", "100"}, {"64GB", "64"}, {"'20'", "20"}, {"", ""}}) {
        Files files;
        files.replace(Files::k_resources, "storageSize: 100 GB", "storageSize: " + text);
        const auto filter = load_filter(files);
        ASSERT_TRUE(filter) << text;
        EXPECT_EQ(filter->resource.disk_gb, size) << text;
    }
    for (const std::string text : {"100GiB", "GB", "1.5", "-4", "[1]", "9999999999"}) {
        Files files;
        files.replace(Files::k_resources, "storageSize: 100 GB", "storageSize: " + text);
        EXPECT_EQ(errors_of(load_filter(files)), (Places{"TSC010 candidate_resources.yaml:26:28"}))
            << text;
    }
}

TEST(DeploymentResource, VersionsThatNumbersWouldChangeAreText) {
    struct Case {
        std::string spelt;
        yaml::Node expected;
    };
    for (const Case& version :
         {Case{"22.04", yaml::plain("22.04")}, Case{"10", yaml::plain("10")},
          Case{"20.10", yaml::text("20.10")}, Case{"'22.04'", yaml::text("22.04")},
          Case{"jammy", yaml::text("jammy")}, Case{"010", yaml::text("010")}}) {
        Files files;
        files.replace(Files::k_resources, "operatingSystemVersion: 22.04",
                      "operatingSystemVersion: " + version.spelt);
        const auto filter = load_filter(files);
        ASSERT_TRUE(filter) << version.spelt;
        EXPECT_TRUE(yaml::same_content(filter->resource.os_version, version.expected))
            << version.spelt;
    }
}

TEST(DeploymentResource, ImagesOfTheSystem) {
    for (const std::string none : {"", "''", "None", "null"}) {
        Files files;
        files.replace(Files::k_resources, "operatingSystemVersion: 22.04",
                      "operatingSystemImageId: " + none);
        const auto filter = load_filter(files);
        ASSERT_TRUE(filter) << none;
        EXPECT_TRUE(filter->resource.os_image.is_null()) << none;
    }
    Files files;
    files.replace(Files::k_resources, "operatingSystemVersion: 22.04",
                  "operatingSystemImageId: aws://us-east-1/ami-1\n              storageType: SSD\n"
                  "              flavorName: m1.small\n              onSpot: yes");
    const auto filter = load_filter(files);
    ASSERT_TRUE(filter);
    EXPECT_EQ(filter->resource.os_image.scalar, "aws://us-east-1/ami-1");
    EXPECT_EQ(filter->resource.disk_type, "gp3");
    EXPECT_EQ(filter->resource.flavor, "m1.small");
    EXPECT_TRUE(filter->resource.spot);
}

TEST(DeploymentResource, GpusAreCountedAndNamed) {
    Files files;
    files.replace(Files::k_resources, "              processors:", R"(              accelerators:
                a1:
                  processors:
                    p1: {type: GPU, architecture: NVIDIA  Tesla V100, computingUnits: 2}
                    p2: {type: VPU, architecture: SHAVE, computingUnits: 16}
                a2:
                  processors:
                    p1: {type: GPU, architecture: AMD MI100, computingUnits: 1}
              processors:)");
    files.replace(Files::k_deployments, "GPURequirement: false", "GPURequirement: true");
    const auto filter = load_filter(files);
    ASSERT_TRUE(filter) << format_diagnostic(filter.error().diagnostics.front());
    EXPECT_EQ(filter->resource.gpus, 3);
    EXPECT_EQ(filter->resource.gpu_vendor, "AMD");
    EXPECT_EQ(filter->resource.gpu_model, "MI100");
    EXPECT_EQ(filter->resource.cores, 12);
    EXPECT_TRUE(filter->gpu);
}

TEST(DeploymentComponent, DemandsKeepTheirSpelling) {
    Files files;
    files.replace(Files::k_deployments, "memorySize: 1024", "memorySize: [512, 2048.0, 1024]");
    files.replace(Files::k_deployments, "computingUnits: 2", "computingUnits: 0.90");
    files.replace(Files::k_deployments, "GPURequirement: false",
                  "ExposeService: {port: 8080, max_scale: 3}\n        synchronous: {min_scale: 1}");
    const auto filter = load_filter(files);
    ASSERT_TRUE(filter);
    EXPECT_EQ(filter->memory_mb, "2048");
    EXPECT_EQ(filter->computing_units.scalar, "0.90");
    EXPECT_EQ(filter->expose_service.find("port")->scalar, "8080");
    EXPECT_EQ(filter->synchronous.find("min_scale")->scalar, "1");
}

/// The application with `filter` on a machine with SGX and an enclave wanted.
class DeploymentProtection : public testing::Test {
protected:
    DeploymentProtection() {
        m_files.replace(Files::k_deployments, "trustedExecution: false", "trustedExecution: true");
    }

    void give_sgx() { m_files.replace(Files::k_resources, "SGXFlag: false", "SGXFlag: true"); }

    Files m_files;
};

TEST_F(DeploymentProtection, FallsBackOnSecureAndMeasuredBoot) {
    m_files.replace(Files::k_resources, "cost: 0.5", "secureBoot: true");
    EXPECT_EQ(errors_of(load_filter(m_files)), (Places{"TSC012 candidate_deployments.yaml:22:27"}));
    m_files.replace(Files::k_resources, "secureBoot: true",
                    "secureBoot: true\n              measuredBoot: true");
    ASSERT_TRUE(load_filter(m_files));
    EXPECT_EQ(m_files.warnings(), (Places{"TSC013 candidate_deployments.yaml:22:27"}));
}

TEST_F(DeploymentProtection, RefusesPlainImagesInEnclaves) {
    give_sgx();
    EXPECT_EQ(errors_of(load_filter(m_files)), (Places{"TSC015 candidate_deployments.yaml:19:16"}));
    const auto allowed = load_filter(m_files, Unprotected::allow);
    ASSERT_TRUE(allowed);
    EXPECT_TRUE(allowed->resource.sgx);
    EXPECT_EQ(m_files.warnings(), (Places{"TSC015 candidate_deployments.yaml:19:16"}));
    m_files.replace(Files::k_deployments, "filter:2", "filter-sgx:2");
    EXPECT_TRUE(load_filter(m_files));
    m_files.replace(Files::k_deployments, "filter-sgx:2", "filter-confidential:2");
    EXPECT_TRUE(load_filter(m_files));
}

TEST_F(DeploymentProtection, TakesTheProtectedOneOfBuiltImages) {
    m_files.replace(Files::k_deployments, "        image: registry.example.org/filter:2\n", "");
    m_files.set(Files::k_containers,
                "components:\n  filter:\n    docker_images:\n    - r/filter_base_amd64:latest\n"
                "    - r/filter_base_amd64-sgx:latest\n");
    give_sgx();
    const auto enclave = load_filter(m_files);
    ASSERT_TRUE(enclave) << format_diagnostic(enclave.error().diagnostics.front());
    EXPECT_EQ(enclave->image, "r/filter_base_amd64-sgx:latest");
    m_files.replace(Files::k_deployments, "trustedExecution: true", "trustedExecution: false");
    const auto plain = load_filter(m_files);
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->image, "r/filter_base_amd64:latest");
}

/// Which of the images that were built `filter` gets.
struct ImageCase {
    const char* name;
    std::string given; ///< in the deployments file
    std::string built; ///< in containers.yaml
    std::string expected;
};

void PrintTo(const ImageCase& image, std::ostream* out) {
    *out << image.name;
}

class DeploymentImage : public testing::TestWithParam<ImageCase> {};

TEST_P(DeploymentImage, IsChosen) {
    Files files;
    files.replace(Files::k_deployments, "image: registry.example.org/filter:2",
                  "image: " + GetParam().given);
    files.set(Files::k_containers, "components:\n  filter: {docker_images: [" + GetParam().built +
                                       "]}\n  drift-detector: {docker_images: [d/drift:1]}\n");
    const auto loaded = files.load();
    if (GetParam().expected.empty()) {
        ASSERT_FALSE(loaded);
        EXPECT_EQ(Files::places(loaded.error().diagnostics).front().substr(0, 34),
                  "TSC008 candidate_deployments.yaml:");
        return;
    }
    ASSERT_TRUE(loaded) << format_diagnostic(loaded.error().diagnostics.front());
    EXPECT_EQ(loaded->find("filter")->image, GetParam().expected);
    EXPECT_EQ(loaded->drift_detector_image, "d/drift:1");
}

const ImageCase k_image_cases[] = {
    {"given", "docker.io/any:1", "r/filter_base_amd64:latest", "docker.io/any:1"},
    {"by_architecture", "[r/filter_base_arm64:1, r/filter_base_amd64:1]", "",
     "r/filter_base_amd64:1"},
    {"without_tag", "[r/filter_base_amd64]", "", "r/filter_base_amd64"},
    {"with_digest", "['host:5000/filter_base_amd64@sha256:ab']", "",
     "host:5000/filter_base_amd64@sha256:ab"},
    {"from_containers", "",
     "r/filter_base_arm64:1, r/filter_base_amd64:1, 'e.ecr/x:filter_base_amd64'",
     "r/filter_base_amd64:1"},
    {"list_has_none", "[r/other:1]", "r/filter_base_amd64:2", "r/filter_base_amd64:2"},
    {"partitions_do_not_count", "", "r/filter_partition1_1_amd64:1", ""},
    {"two_fit", "[a/filter_base_amd64:1, b/filter_base_amd64:1]", "", ""},
    {"nothing_built", "", "", ""},
};

INSTANTIATE_TEST_SUITE_P(Cases,
                         DeploymentImage,
                         testing::ValuesIn(k_image_cases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(DeploymentNames, FitOscarAndLambda) {
    struct Case {
        std::string name;
        Places errors;
        Places warnings;
    };
    const std::string place = " candidate_deployments.yaml:12:11";
    for (const Case& one :
         {Case{std::string(39, 'a'), {}, {}}, Case{std::string(40, 'a'), {"TSC029" + place}, {}},
          Case{"Filter", {"TSC029" + place}, {}}, Case{"filter.x", {"TSC029" + place}, {}},
          Case{"filter_", {"TSC029" + place}, {}}, Case{"f", {}, {"TSC038" + place}}}) {
        Files files;
        files.replace(Files::k_deployments, "name: filter", "name: " + one.name);
        files.set(Files::k_graph, "System: {name: my-app, components: [" + one.name + "]}\n");
        const auto loaded = files.load();
        EXPECT_EQ(loaded ? Places{} : Files::places(loaded.error().diagnostics), one.errors)
            << one.name;
        EXPECT_EQ(files.warnings(), one.warnings) << one.name;
    }
    for (const auto& [name, valid] :
         std::vector<std::pair<std::string, bool>>{{std::string(64, 'a'), true},
                                                   {std::string(65, 'a'), false},
                                                   {"Report", true},
                                                   {"a.b", false}}) {
        Files files;
        files.replace(Files::k_deployments, "name: report", "name: " + name);
        files.set(Files::k_graph, "System: {name: my-app, components: [" + name + "]}\n");
        EXPECT_EQ(files.load().has_value(), valid) << name;
    }
}

TEST(DeploymentNames, OfPartitionsLeadToTheirComponent) {
    EXPECT_EQ(base_component("a"), "a");
    EXPECT_EQ(base_component("a_partition1_2"), "a");
    EXPECT_EQ(base_component("a_b_partition10_12"), "a_b");
    EXPECT_EQ(base_component("a_partition1_x"), "a_partition1_x");
    EXPECT_EQ(base_component("a_partition_1"), "a_partition_1");
    EXPECT_EQ(base_component("a_partitionX_1"), "a_partitionX_1");
    EXPECT_EQ(base_component("_partition1_1"), "_partition1_1");
}

TEST(DeploymentNames, OfKindsOfLayersAreRead) {
    for (const LayerKind kind : {LayerKind::virtual_machines, LayerKind::physical_to_be_provisioned,
                                 LayerKind::physical_provisioned, LayerKind::lambda}) {
        EXPECT_EQ(parse_layer_kind(to_string(kind)), kind);
    }
    EXPECT_EQ(parse_layer_kind("Physical"), std::nullopt);
    EXPECT_TRUE(has_own_cluster(LayerKind::physical_to_be_provisioned));
    EXPECT_FALSE(has_own_cluster(LayerKind::lambda));
}

TEST(DeploymentEarlyExits, BelongToAnnotatedComponentsAndTheirPartitions) {
    Files files;
    files.set(Files::k_annotations,
              "src/filter/main.py:\n  component_name: {name: filter}\n  early_exits_model: {}\n"
              "src/camera/main.py:\n  component_name: {name: camera}\n");
    files.set(Files::k_graph, "System:\n  name: my-app\n  components: [camera, filter, report]\n"
                              "  dependencies: [[filter, report, 0.75], [camera, report, 1]]\n");
    const auto loaded = files.load();
    ASSERT_TRUE(loaded);
    EXPECT_FALSE(loaded->find("camera")->has_early_exits);
    EXPECT_TRUE(loaded->find("filter")->has_early_exits);
    EXPECT_EQ(loaded->find("filter")->successors[0].weight, 0.75);
    EXPECT_EQ(files.warnings(), Places{});
}

const std::string k_chosen = "aisprint/deployments/optimal_deployment/production_deployment.yaml";

/// A chosen deployment of `filter` alone, with chosen resources beside its components.
std::string production(const std::string& name) {
    return fmt::format(R"(System:
  name: my_app{}
  Resources: {{chosen: [VM]}}
  NetworkDomains:
    ND1:
      ComputationalLayers:
        computationalLayer2:
          number: 2
          type: Virtual
          Resources:
            resource3:
              name: VM
              memorySize: 8192.0
              processors: {{p: {{architecture: amd64, computingUnits: 4}}}}
  Components:
    component1:
      name: filter
      executionLayer: 2
      Containers:
        container1: {{image: r/filter:1, memorySize: 64, selectedExecutionResource: VM}}
)",
                       name);
}

TEST(DeploymentFolders, AreNamedByTheChosenDeployment) {
    const std::string graph = "System: {name: my-app, components: [filter]}\n";
    Files files;
    files.set(k_chosen, production("\n  DeploymentName: deployment7"));
    files.set("aisprint/deployments/deployment7/application_dag.yaml", graph);
    files.set("aisprint/deployments/deployment7/ams/qos_constraints_L2.yaml",
              "system: {name: my-app, local_constraints: {}, global_constraints: {}}\n");
    const auto loaded = files.load(DeploymentKind::optimal);
    ASSERT_TRUE(loaded) << format_diagnostic(loaded.error().diagnostics.front());
    EXPECT_EQ(loaded->name, "deployment7");
    EXPECT_EQ(loaded->files.im, "aisprint/deployments/optimal_deployment/im");
    EXPECT_EQ(loaded->files.oscar, "aisprint/deployments/optimal_deployment/oscar");
    EXPECT_EQ(loaded->components[0].resource.key, "resource3");
    EXPECT_EQ(loaded->components[0].resource.memory_mb, "8192");
    EXPECT_EQ(loaded->components[0].constraints_name, "my-app");
    EXPECT_EQ(files.warnings(), Places{});

    files.set(k_chosen, production("\n  DeploymentName: deployment7\n  Feasible: false"));
    EXPECT_TRUE(files.load(DeploymentKind::optimal));
    EXPECT_EQ(files.warnings(), (Places{"TSC039 production_deployment.yaml:4:13"}));

    files.set(k_chosen, production("\n  DeploymentName: ../elsewhere"));
    const auto outside = files.load(DeploymentKind::optimal);
    ASSERT_FALSE(outside);
    EXPECT_EQ(Files::places(outside.error().diagnostics),
              (Places{"TSC001 production_deployment.yaml:3:19"}));

    files.set(k_chosen, production("\n  DeploymentName: deployment8"));
    const auto missing = files.load(DeploymentKind::optimal);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().diagnostics[0].span.file,
              "aisprint/deployments/deployment8/application_dag.yaml");
}

TEST(DeploymentFolders, MayBeALinkOrLieBesideTheChosenFile) {
    const std::string graph = "System: {name: my-app, components: [filter]}\n";
    Files linked;
    linked.set("aisprint/deployments/deployment3/production_deployment.yaml", production(""));
    linked.set("aisprint/deployments/deployment3/application_dag.yaml", graph);
    EXPECT_FALSE(linked.load(DeploymentKind::optimal)); // writes the files
    std::filesystem::create_directory_symlink(
        "deployment3", linked.folder().path / "aisprint/deployments/optimal_deployment");
    const auto by_link = linked.load(DeploymentKind::optimal);
    ASSERT_TRUE(by_link) << format_diagnostic(by_link.error().diagnostics.front());
    EXPECT_EQ(by_link->name, "deployment3");

    Files beside;
    beside.set("aisprint/deployments/production_deployment.yaml", production(""));
    beside.set("aisprint/deployments/optimal_deployment/application_dag.yaml", graph);
    const auto loaded = beside.load(DeploymentKind::optimal);
    ASSERT_TRUE(loaded) << format_diagnostic(loaded.error().diagnostics.front());
    EXPECT_EQ(loaded->name, "optimal_deployment");
    EXPECT_EQ(loaded->files.resources, "aisprint/deployments/production_deployment.yaml");
}

TEST(Deployment, OfHundredsOfComponentsIsReadWhole) {
    constexpr int k_count = 500;
    std::string graph = "System:\n  name: my-app\n  components:\n";
    std::string edges = "  dependencies:\n";
    std::string entries = "Components:\n";
    for (int i = 0; i < k_count; ++i) {
        graph += fmt::format("  - part{}\n", i);
        if (i > 0) {
            edges += fmt::format("  - [part{}, part{}, 1]\n", i - 1, i);
        }
        entries += fmt::format("  component{}:\n    name: part{}\n"
                               "    candidateExecutionLayers: [2]\n    Containers:\n"
                               "      container1:\n        image: r/part{}:1\n"
                               "        candidateExecutionResources: [VM]\n",
                               i + 1, i, i);
    }
    Files files;
    files.set(Files::k_graph, graph + edges);
    files.set(Files::k_deployments, entries);
    const auto loaded = files.load();
    ASSERT_TRUE(loaded) << format_diagnostic(loaded.error().diagnostics.front());
    ASSERT_EQ(loaded->components.size(), 500U);
    EXPECT_EQ(loaded->components[499].image, "r/part499:1");
    EXPECT_EQ(loaded->components[499].predecessors[0].component, 498U);
}

} // namespace
} // namespace aisprint::tosca
