// SPDX-License-Identifier: Apache-2.0
#include "aisprint/tosca/deployment.hpp"

#include "application_files.hpp"

#include <gtest/gtest.h>

namespace aisprint::tosca {
namespace {

using Files = ApplicationFiles;
using Places = std::vector<std::string>;

TEST(Deployment, OfAllKindsOfLayersIsReadWhole) {
    Files files;
    const auto loaded = files.load();
    ASSERT_TRUE(loaded) << format_diagnostic(loaded.error().diagnostics.front());
    EXPECT_EQ(files.warnings(), Places{});
    EXPECT_EQ(loaded->app_name, "my-app");
    ASSERT_EQ(loaded->components.size(), 3U);

    const Component& camera = loaded->components[0];
    EXPECT_EQ(camera.layer.kind, LayerKind::physical_provisioned);
    EXPECT_EQ(camera.memory_mb, "256");
    ASSERT_TRUE(camera.physical);
    EXPECT_EQ(camera.physical->minio->endpoint, "https://minio.example.org");
    EXPECT_EQ(camera.physical->minio->secret_key.reveal(), "hush-hush");
    EXPECT_EQ(camera.physical->oscar->secret_key.reveal(), "pw1");
    EXPECT_EQ(camera.physical->pull_secret, "pulls");
    EXPECT_EQ(camera.physical->influx->endpoint, "https://influx.example.org");
    EXPECT_EQ(camera.physical->influx->token.reveal(), "token1");

    // Both domains have a layer computationalLayer1: the number tells them apart.
    const Component& filter = loaded->components[1];
    EXPECT_EQ(filter.layer.number, 2);
    EXPECT_EQ(filter.layer.kind, LayerKind::virtual_machines);
    EXPECT_EQ(filter.image, "registry.example.org/filter:2");
    EXPECT_EQ(filter.computing_units.scalar, "2");
    EXPECT_EQ(filter.resource.key, "resource1");
    EXPECT_EQ(filter.resource.cores, 12);
    EXPECT_EQ(filter.resource.disk_gb, "100");
    EXPECT_EQ(filter.resource.cost, 0.5);
    EXPECT_TRUE(filter.resource.os_image.is_null());
    EXPECT_FALSE(filter.physical);
    ASSERT_EQ(filter.predecessors.size(), 1U);
    EXPECT_EQ(filter.predecessors[0].component, 0U);
    ASSERT_EQ(filter.successors.size(), 1U);
    EXPECT_EQ(filter.successors[0].component, 2U);

    const Component& report = loaded->components[2];
    EXPECT_EQ(report.layer.kind, LayerKind::lambda);
    EXPECT_EQ(report.memory_mb, "512");
    EXPECT_EQ(report.computing_units.scalar, "1");
    EXPECT_EQ(report.physical->lambda->region, "eu-west-1");
    EXPECT_EQ(report.constraints,
              "system:\n  global_constraints: {}\n  local_constraints: {}\n  name: my-app\n");
    EXPECT_EQ(loaded->find("report"), &report);
    EXPECT_EQ(loaded->find("repor"), nullptr);
}

/// One thing wrong: what is changed, and what is found.
struct WrongCase {
    const char* name;
    std::string file;
    std::string from;
    std::string to;
    Places errors;
};

void PrintTo(const WrongCase& wrong, std::ostream* out) {
    *out << wrong.name;
}

class DeploymentError : public testing::TestWithParam<WrongCase> {};

TEST_P(DeploymentError, IsFoundAtItsPlace) {
    const WrongCase& wrong = GetParam();
    Files files;
    files.replace(wrong.file, wrong.from, wrong.to);
    const auto loaded = files.load();
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind, ErrorKind::input);
    EXPECT_EQ(Files::places(loaded.error().diagnostics), wrong.errors)
        << format_diagnostic(loaded.error().diagnostics.front());
    for (const Diagnostic& found : loaded.error().diagnostics) {
        EXPECT_FALSE(found.hint.empty()) << format_diagnostic(found);
    }
}

const WrongCase k_wrong_cases[] = {
    {"graph_without_name", Files::k_graph, "my_app", "", {"TSC027 application_dag.yaml:2:3"}},
    {"graph_without_components",
     Files::k_graph,
     "[camera, filter, report]",
     "none",
     {"TSC027 application_dag.yaml:3:15"}},
    {"component_twice",
     Files::k_graph,
     "[camera, filter, report]",
     "[camera, filter, report, camera]",
     {"TSC027 application_dag.yaml:3:40"}},
    {"dependencies_no_list",
     Files::k_graph,
     "[[camera, filter, 1], [filter, report, 1]]",
     "one",
     {"TSC027 application_dag.yaml:4:17"}},
    {"dependency_of_two",
     Files::k_graph,
     "[camera, filter, 1]",
     "[camera, filter]",
     {"TSC027 application_dag.yaml:4:18"}},
    {"probability_too_large",
     Files::k_graph,
     "[camera, filter, 1]",
     "[camera, filter, 2]",
     {"TSC027 application_dag.yaml:4:35"}},
    {"dependency_twice",
     Files::k_graph,
     "[filter, report, 1]",
     "[camera, filter, 1]",
     {"TSC027 application_dag.yaml:4:39"}},
    {"cycle",
     Files::k_graph,
     "[filter, report, 1]",
     "[filter, camera, 1]",
     {"TSC028 application_dag.yaml:4:18"}},
    {"no_file_name",
     Files::k_graph,
     "[camera, filter, report]",
     "[camera, filter, report, ../x]",
     {"TSC002 application_dag.yaml:3:40", "TSC029 application_dag.yaml:3:40"}},
    {"same_service",
     Files::k_graph,
     "[camera, filter, report]",
     "[camera, filter, report, a_b, a-b]",
     {"TSC002 application_dag.yaml:3:40", "TSC002 application_dag.yaml:3:45",
      "TSC030 application_dag.yaml:3:45"}},
    {"no_entry",
     Files::k_deployments,
     "name: filter",
     "name: filters",
     {"TSC002 application_dag.yaml:3:24"}},
    {"two_entries",
     Files::k_deployments,
     "name: report",
     "name: filter",
     {"TSC002 application_dag.yaml:3:32", "TSC002 candidate_deployments.yaml:26:11"}},
    {"no_entries",
     Files::k_deployments,
     "Components:",
     "Parts:",
     {"TSC002 application_dag.yaml:3:16", "TSC002 application_dag.yaml:3:24",
      "TSC002 application_dag.yaml:3:32", "TSC002 candidate_deployments.yaml:1:1"}},
    {"layer_missing",
     Files::k_deployments,
     "candidateExecutionLayers: [2, 1]",
     "candidateExecutionLayers: [4, 1]",
     {"TSC003 candidate_deployments.yaml:13:32"}},
    {"layer_no_number",
     Files::k_resources,
     "number: 2",
     "number: two",
     {"TSC003 candidate_deployments.yaml:13:32", "TSC003 candidate_resources.yaml:18:19"}},
    {"layer_not_told",
     Files::k_deployments,
     "candidateExecutionLayers: [2, 1]",
     "candidateExecutionLayers: []",
     {"TSC005 candidate_deployments.yaml:12:11"}},
    {"layer_number_twice",
     Files::k_resources,
     "number: 3",
     "number: 2",
     {"TSC003 candidate_deployments.yaml:27:32", "TSC019 candidate_resources.yaml:31:9"}},
    {"layer_type",
     Files::k_resources,
     "type: Virtual",
     "type: VirtualMachines",
     {"TSC004 candidate_resources.yaml:19:17"}},
    {"cluster_of_two_resources",
     Files::k_resources,
     "              storageSize: 0.5\n",
     "              storageSize: 0.5\n            resource2: {name: Other}\n",
     {"TSC018 candidate_resources.yaml:6:9"}},
    {"no_container",
     Files::k_deployments,
     "    Containers:\n      container1:\n        image: 1.dkr",
     "    Boxes:\n      container1:\n        image: 1.dkr",
     {"TSC006 candidate_deployments.yaml:26:11"}},
    {"no_resource_in_container",
     Files::k_deployments,
     "        candidateExecutionResources: [Fn]\n",
     "",
     {"TSC006 candidate_deployments.yaml:29:7"}},
    {"resource_elsewhere",
     Files::k_deployments,
     "candidateExecutionResources: [Fn]",
     "candidateExecutionResources: [VM]",
     {"TSC007 candidate_deployments.yaml:31:39"}},
    {"image_not_built",
     Files::k_deployments,
     "        image: registry.example.org/filter:2\n",
     "",
     {"TSC008 candidate_deployments.yaml:18:7"}},
    {"image_null_without_architecture",
     Files::k_deployments,
     "image: registry.example.org/camera:1",
     "image:",
     {"TSC008 candidate_resources.yaml:11:21"}},
    {"memory_of_container",
     Files::k_deployments,
     "memorySize: 1024",
     "memorySize: 1 GB",
     {"TSC009 candidate_deployments.yaml:20:21"}},
    {"cores_of_container",
     Files::k_deployments,
     "computingUnits: 2",
     "computingUnits: 0",
     {"TSC009 candidate_deployments.yaml:21:25"}},
    {"memory_of_resource",
     Files::k_resources,
     "memorySize: 8192",
     "memorySize: -1",
     {"TSC009 candidate_resources.yaml:25:27"}},
    {"no_memory_of_resource",
     Files::k_resources,
     "              memorySize: 8192\n",
     "",
     {"TSC009 candidate_resources.yaml:22:21"}},
    {"nodes_of_resource",
     Files::k_resources,
     "totalNodes: 2",
     "totalNodes: 0",
     {"TSC009 candidate_resources.yaml:23:27"}},
    {"cost_of_resource",
     Files::k_resources,
     "cost: 0.5",
     "cost: cheap",
     {"TSC009 candidate_resources.yaml:24:21"}},
    {"cores_of_resource",
     Files::k_resources,
     "computingUnits: 8",
     "computingUnits: 0.5",
     {"TSC009 candidate_resources.yaml:30:67"}},
    {"no_processors",
     Files::k_resources,
     "processors:",
     "engines:",
     {"TSC009 candidate_resources.yaml:22:21"}},
    {"system_image_no_text",
     Files::k_resources,
     "operatingSystemVersion: 22.04",
     "operatingSystemImageId: [a]",
     {"TSC009 candidate_resources.yaml:27:39"}},
    {"storage", Files::k_resources, "100 GB", "0.5", {"TSC010 candidate_resources.yaml:26:28"}},
    {"storage_in_tb",
     Files::k_resources,
     "100 GB",
     "1 TB",
     {"TSC010 candidate_resources.yaml:26:28"}},
    {"gpu_of_one_word",
     Files::k_resources,
     "              processors:",
     "              accelerators: {a: {processors: {p: {type: GPU, architecture: V100, "
     "computingUnits: 1}}}}\n              processors:",
     {"TSC011 candidate_resources.yaml:28:76"}},
    {"trusted_without_sgx",
     Files::k_deployments,
     "trustedExecution: false",
     "trustedExecution: true",
     {"TSC012 candidate_deployments.yaml:22:27"}},
    {"gpu_missing",
     Files::k_deployments,
     "GPURequirement: false",
     "GPURequirement: true",
     {"TSC014 candidate_deployments.yaml:23:25"}},
    {"expose_no_map",
     Files::k_deployments,
     "GPURequirement: false",
     "ExposeService: true",
     {"TSC017 candidate_deployments.yaml:23:24"}},
    {"synchronous_no_map",
     Files::k_deployments,
     "GPURequirement: false",
     "synchronous: 3",
     {"TSC017 candidate_deployments.yaml:23:22"}},
    {"physical_no_bucket",
     Files::k_physical,
     "aws: {bucket: b1, region: eu-west-1, access_key: ak, secret_key: sk}",
     "aws: {bucket: b1, access_key: ak}",
     {"TSC021 physical_nodes.yaml:13:19"}},
    {"physical_no_minio",
     Files::k_physical,
     "minio: {",
     "influx: {",
     {"BAS011 physical_nodes.yaml:9:9"}},
    {"physical_no_resource",
     Files::k_physical,
     "name: Edge",
     "name: Edges",
     {"TSC021 physical_nodes.yaml:2:3"}},
    {"physical_no_layer",
     Files::k_physical,
     "number: 3",
     "number: 4",
     {"TSC021 physical_nodes.yaml:1:1"}},
    {"physical_other_form",
     Files::k_physical,
     "number: 3",
     "number: three",
     {"CFG002 physical_nodes.yaml:11:13"}},
    {"endpoint_no_url",
     Files::k_physical,
     "https://minio.example.org/",
     "minio.example.org",
     {"TSC023 physical_nodes.yaml:7:27"}},
    {"influx_without_token",
     Files::k_physical,
     ", token: token1",
     "",
     {"TSC021 physical_nodes.yaml:6:15"}},
    {"constraints_without_name",
     Files::k_constraints,
     "name: my_app",
     "title: my_app",
     {"TSC033 qos_constraints.yaml:2:3"}},
    {"no_domains",
     Files::k_resources,
     "NetworkDomains:",
     "Domains:",
     {"TSC003 candidate_deployments.yaml:4:32", "TSC003 candidate_deployments.yaml:13:32",
      "TSC003 candidate_deployments.yaml:27:32", "TSC003 candidate_resources.yaml:1:1"}},
};

INSTANTIATE_TEST_SUITE_P(Cases,
                         DeploymentError,
                         testing::ValuesIn(k_wrong_cases),
                         [](const auto& one) { return std::string(one.param.name); });

/// One thing worth a warning.
struct WarningCase {
    const char* name;
    std::string file;
    std::string from;
    std::string to;
    Places warnings;
};

void PrintTo(const WarningCase& warned, std::ostream* out) {
    *out << warned.name;
}

class DeploymentWarning : public testing::TestWithParam<WarningCase> {};

TEST_P(DeploymentWarning, DoesNotStopTheDeployment) {
    const WarningCase& warned = GetParam();
    Files files;
    files.replace(warned.file, warned.from, warned.to);
    const auto loaded = files.load();
    ASSERT_TRUE(loaded) << format_diagnostic(loaded.error().diagnostics.front());
    EXPECT_EQ(files.warnings(), warned.warnings);
}

const WarningCase k_warning_cases[] = {
    {"constraints_of_another_name",
     Files::k_constraints,
     "name: my_app",
     "name: your_app",
     {"TSC032 qos_constraints.yaml:2:9"}},
    {"image_of_a_function_elsewhere",
     Files::k_deployments,
     "1.dkr.ecr.eu-west-1.amazonaws.com/app:report",
     "docker.io/report:1",
     {"TSC037 candidate_deployments.yaml:30:16"}},
    {"network_protection_alone",
     Files::k_deployments,
     "GPURequirement: false",
     "networkProtection: true",
     {"TSC016 candidate_deployments.yaml:18:7"}},
    {"results_go_on_and_out",
     Files::k_graph,
     "[filter, report, 1]",
     "[filter, report, 0.75]",
     {"TSC036 application_dag.yaml:4:39"}},
    {"unknown_physical_field",
     Files::k_physical,
     "name: Edge",
     "name: Edge\n        colour: red",
     {"CFG004 physical_nodes.yaml:7:9"}},
};

INSTANTIATE_TEST_SUITE_P(Cases,
                         DeploymentWarning,
                         testing::ValuesIn(k_warning_cases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Deployment, TellsAllFindingsOfAllFilesAtOnce) {
    Files files;
    files.replace(Files::k_graph, "[filter, report, 1]", "[filter, camera, 1]");
    files.replace(Files::k_deployments, "memorySize: 1024", "memorySize: much");
    files.replace(Files::k_resources, "100 GB", "some");
    files.replace(Files::k_physical, "bucket: b1", "colour: red");
    files.set(Files::k_containers, "components: none\n");
    const auto loaded = files.load();
    ASSERT_FALSE(loaded);
    EXPECT_EQ(
        Files::places(loaded.error().diagnostics),
        (Places{"TSC028 application_dag.yaml:4:18", "TSC035 containers.yaml:1:13",
                "TSC009 candidate_deployments.yaml:20:21", "TSC010 candidate_resources.yaml:26:28",
                "TSC021 physical_nodes.yaml:13:19"}));
}

TEST(Deployment, NeedsItsFiles) {
    Files files;
    files.remove(Files::k_graph);
    files.remove(Files::k_resources);
    const auto loaded = files.load();
    ASSERT_FALSE(loaded);
    EXPECT_EQ(Files::places(loaded.error().diagnostics),
              (Places{"TSC001 candidate_resources.yaml:0:0", "TSC001 application_dag.yaml:0:0"}));
    const auto chosen = files.load(DeploymentKind::optimal);
    ASSERT_FALSE(chosen);
    EXPECT_EQ(Files::places(chosen.error().diagnostics),
              (Places{"TSC001 production_deployment.yaml:0:0"}));
}

TEST(Deployment, WithoutDependenciesOrConstraintsOrListedComponents) {
    Files files;
    files.set(Files::k_graph, "System:\n  name: app\n  components: [camera]\n  dependencies:\n");
    files.remove(Files::k_constraints);
    const auto loaded = files.load();
    ASSERT_TRUE(loaded) << format_diagnostic(loaded.error().diagnostics.front());
    EXPECT_EQ(loaded->components.size(), 1U);
    EXPECT_EQ(loaded->components[0].constraints, "");
    EXPECT_EQ(files.warnings(), (Places{"TSC031 qos_constraints_L1.yaml:0:0"}));

    files.set(Files::k_graph, "System:\n  name: app\n  components: [filter]\n"
                              "  dependencies: [[camera, report, 1]]\n");
    const auto more = files.load();
    ASSERT_TRUE(more);
    ASSERT_EQ(more->components.size(), 3U);
    EXPECT_EQ(more->components[0].name, "filter");
    EXPECT_EQ(more->components[1].name, "camera");
    EXPECT_EQ(more->components[2].name, "report");
}

TEST(Deployment, ReadsPhysicalNodesOnlyIfALayerNeedsThem) {
    Files files;
    files.set(Files::k_graph, "System: {name: my-app, components: [filter]}\n");
    files.set(Files::k_physical, "[\n");
    EXPECT_TRUE(files.load());

    Files needed;
    needed.remove(Files::k_physical);
    const auto loaded = needed.load();
    ASSERT_FALSE(loaded);
    EXPECT_EQ(Files::places(loaded.error().diagnostics),
              (Places{"TSC020 physical_nodes.yaml:0:0", "TSC020 physical_nodes.yaml:0:0"}));
}

TEST(Deployment, NeverShowsLinesOfPhysicalNodes) {
    Files files;
    files.replace(Files::k_physical, "access_key: minio", "colour: red");
    files.replace(Files::k_physical, "name: Fn, aws", "name: Fn, aws: [");
    const auto broken = files.load();
    ASSERT_FALSE(broken);
    for (const Diagnostic& found : broken.error().diagnostics) {
        EXPECT_EQ(found.snippet, "") << format_diagnostic(found);
    }
    files.replace(Files::k_physical, "name: Fn, aws: [", "name: Fn, aws");
    const auto incomplete = files.load();
    ASSERT_FALSE(incomplete);
    for (const Diagnostic& found : incomplete.error().diagnostics) {
        EXPECT_EQ(format_diagnostic(found).find("hush-hush"), std::string::npos);
    }
    for (const std::string& place : files.warnings()) {
        EXPECT_EQ(place.substr(0, 6), "CFG004");
    }
}

} // namespace
} // namespace aisprint::tosca
