// SPDX-License-Identifier: Apache-2.0
#include "aisprint/placement/application.hpp"

#include "sample_application.hpp"

#include "aisprint/base/yaml.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>

namespace aisprint::placement {
namespace {

namespace fs = std::filesystem;
using Codes = std::vector<std::string>;
using Names = std::vector<std::string>;
using Sizes = std::vector<double>;

const char* const k_dag = "common_config/application_dag.yaml";
const char* const k_resources = "common_config/candidate_resources.yaml";
const char* const k_candidates = "common_config/candidate_deployments.yaml";
const char* const k_annotations = "common_config/annotations.yaml";
const char* const k_partitions = "aisprint/designs/component_partitions.yaml";
const char* const k_multi_cluster = "aisprint/deployments/multi_cluster_qos_constraints.yaml";
const char* const k_graph = "aisprint/deployments/deployment2/application_dag.yaml";
const char* const k_data_sizes = "oscarp/components_data_size.yaml";
const char* const k_performance = "oscarp/performance_models.json";
const char* const k_constraints = "space4ai-d/qos_constraints.yaml";
const char* const k_methods = "space4ai-d/SPACE4AI-D.yaml";

Codes with(const std::string& file, const std::string& from, const std::string& to) {
    return SampleApplication::partitioned().replace(file, from, to).findings();
}

const optimizer::Component& component(const optimizer::Problem& problem, const std::string& name) {
    const auto found = std::ranges::find(problem.components, name, &optimizer::Component::name);
    EXPECT_NE(found, problem.components.end()) << name;
    return *found;
}

const optimizer::Resource& resource(const optimizer::Problem& problem, const std::string& name) {
    const auto found = std::ranges::find(problem.resources, name, &optimizer::Resource::name);
    EXPECT_NE(found, problem.resources.end()) << name;
    return *found;
}

/// The candidates of a partition as "resource memory".
Names candidates(const optimizer::Problem& problem, const optimizer::Partition& partition) {
    Names names;
    for (const optimizer::Candidate& candidate : partition.candidates) {
        names.push_back(
            fmt::format("{} {}", problem.resources[candidate.resource].name, candidate.memory_mb));
    }
    return names;
}

TEST(Application, LayersAndResources) {
    const optimizer::Problem problem = SampleApplication::partitioned().loaded().problem;
    ASSERT_EQ(problem.layers.size(), 3U);
    EXPECT_EQ(problem.layers[0].name, "computationalLayer1") << "spelt as in the resources";
    EXPECT_EQ(problem.layers[0].kind, optimizer::ResourceKind::edge);
    EXPECT_EQ(problem.layers[1].kind, optimizer::ResourceKind::vm);
    EXPECT_EQ(problem.layers[2].kind, optimizer::ResourceKind::function) << "found unlisted";
    Names names;
    std::ranges::transform(problem.resources, std::back_inserter(names),
                           &optimizer::Resource::name);
    EXPECT_EQ(names, (Names{"Pi", "Small", "Large", "Quick", "Slow"}));
    EXPECT_EQ(resource(problem, "Pi").nodes, 1) << "totalNodes is missing";
    EXPECT_EQ(resource(problem, "Pi").description, "a small computer");
    EXPECT_EQ(resource(problem, "Large").description, "No description");
    EXPECT_EQ(resource(problem, "Large").nodes, 4);
    EXPECT_EQ(resource(problem, "Large").cores, 8) << "two processors";
    EXPECT_EQ(resource(problem, "Small").cost, 1.25);
    EXPECT_EQ(resource(problem, "Slow").kind, optimizer::ResourceKind::function);
    EXPECT_EQ(resource(problem, "Slow").idle_time_s, 300);
    EXPECT_EQ(resource(problem, "Slow").memory_mb, 1024);
    EXPECT_EQ(resource(problem, "Slow").layer, 2U);
    EXPECT_EQ(problem.horizon_h, 2);
    EXPECT_EQ(problem.arrival_rate, 0.5);
    EXPECT_EQ(problem.name, "sample");
}

TEST(Application, DomainsTakeInTheLayersOfSubDomains) {
    const optimizer::Problem problem = SampleApplication::partitioned().loaded().problem;
    ASSERT_EQ(problem.domains.size(), 3U);
    EXPECT_EQ(problem.domains[0].name, "ND3") << "without layers of its own";
    EXPECT_EQ(problem.domains[0].layers, (std::vector<std::size_t>{0, 1, 2}));
    EXPECT_EQ(problem.domains[0].access_delay_s, 0.02);
    EXPECT_EQ(problem.domains[0].bandwidth, 1000);
    EXPECT_EQ(problem.domains[2].layers, (std::vector<std::size_t>{1, 2}));
}

TEST(Application, CodesFollowKeysAndNumbersOfPartitions) {
    const optimizer::Problem problem = SampleApplication::partitioned().loaded().problem;
    Names codes;
    std::ranges::transform(problem.components, std::back_inserter(codes),
                           &optimizer::Component::code);
    EXPECT_EQ(codes, (Names{"c1", "c2", "c12"}));
    EXPECT_EQ(component(problem, "archive").code, "c12");
    const optimizer::Component& stage = component(problem, "stage1");
    Names seen;
    for (const optimizer::Deployment& deployment : stage.deployments) {
        for (const optimizer::Partition& partition : deployment.partitions) {
            seen.push_back(
                fmt::format("{} {} {}", deployment.code, partition.code, partition.name));
        }
    }
    EXPECT_EQ(seen, (Names{"s1 h1 stage1", "s2 h2 stage1_partition1_1", "s2 h3 stage1_partition1_2",
                           "s3 h4 stage1_partition2_1", "s3 h5 stage1_partition2_2",
                           "s11 h6 stage1_partition10_1", "s11 h7 stage1_partition10_2"}));
}

TEST(Application, SuccessorsAndDataSizes) {
    const optimizer::Problem problem = SampleApplication::partitioned().loaded().problem;
    const optimizer::Component& stage = component(problem, "stage1");
    ASSERT_EQ(stage.successors.size(), 2U);
    EXPECT_EQ(problem.components[stage.successors[0].component].name, "archive");
    EXPECT_EQ(stage.successors[0].probability, 0.25);
    EXPECT_EQ(problem.components[stage.successors[1].component].name, "sink");
    EXPECT_EQ(stage.deployments[0].partitions[0].data_sizes, (Sizes{100, 100}));
    EXPECT_EQ(stage.deployments[1].partitions[0].data_sizes, Sizes{800.5}) << "to the next segment";
    EXPECT_EQ(stage.deployments[1].partitions[1].data_sizes, (Sizes{101, 101}));
    EXPECT_EQ(component(problem, "archive").deployments[0].partitions[0].data_sizes, Sizes{0});
}

TEST(Application, EarlyExitsComeFromTheGraphOfADeployment) {
    const optimizer::Problem problem = SampleApplication::partitioned().loaded().problem;
    const optimizer::Component& stage = component(problem, "stage1");
    EXPECT_EQ(stage.deployments[0].partitions[0].early_exit_probability, 0);
    EXPECT_EQ(stage.deployments[1].partitions[0].early_exit_probability, 0.446) << "no noise";
    EXPECT_EQ(stage.deployments[1].partitions[1].early_exit_probability, 0);
    EXPECT_EQ(stage.deployments[2].partitions[0].early_exit_probability, 0.3);
    EXPECT_EQ(stage.deployments[3].partitions[0].early_exit_probability, 0);
}

TEST(Application, CandidatesWithMemoryOfTheirContainer) {
    const optimizer::Problem problem = SampleApplication::partitioned().loaded().problem;
    const optimizer::Component& stage = component(problem, "stage1");
    EXPECT_EQ(candidates(problem, stage.deployments[0].partitions[0]),
              (Names{"Pi 1000", "Small 1000", "Large 3000"}))
        << "each resource once, with the first container that names it";
    EXPECT_EQ(candidates(problem, stage.deployments[1].partitions[0]), Names{"Pi 500"});
    EXPECT_EQ(candidates(problem, stage.deployments[2].partitions[0]), Names{"Pi 600"});
    EXPECT_EQ(candidates(problem, stage.deployments[3].partitions[0]), Names{"Pi 700"});
    EXPECT_EQ(candidates(problem, stage.deployments[3].partitions[1]),
              (Names{"Small 800", "Quick 800"}));
}

TEST(Application, PerformanceModelsOfEachPartition) {
    const optimizer::Problem problem = SampleApplication::partitioned().loaded().problem;
    const optimizer::Component& stage = component(problem, "stage1");
    const auto demand = [&](std::size_t deployment, std::size_t partition, std::size_t candidate) {
        return std::get<optimizer::QueueModel>(
                   stage.deployments[deployment].partitions[partition].candidates[candidate].model)
            .demand_s;
    };
    EXPECT_EQ(demand(0, 0, 2), 0.25);
    EXPECT_EQ(demand(1, 0, 0), 0.11) << "the component's name ends like the partition's";
    EXPECT_EQ(demand(2, 1, 0), 0.22);
    EXPECT_EQ(demand(3, 0, 0), 0.31);
    const auto& function = std::get<optimizer::ServerlessModel>(
        stage.deployments[3].partitions[1].candidates[1].model);
    EXPECT_EQ(function.warm_s, 0.32);
    EXPECT_EQ(function.cold_s, 1.32);
}

TEST(Application, ConstraintsOfBothSpellings) {
    const optimizer::Problem problem = SampleApplication::partitioned().loaded().problem;
    ASSERT_EQ(problem.local_constraints.size(), 1U);
    EXPECT_EQ(problem.local_constraints[0].name, "local_constraint_1");
    EXPECT_EQ(problem.local_constraints[0].component, 0U);
    EXPECT_EQ(problem.local_constraints[0].threshold_s, 20);
    ASSERT_EQ(problem.path_constraints.size(), 2U);
    EXPECT_EQ(problem.path_constraints[0].components, (std::vector<std::size_t>{0, 1, 2}));
    EXPECT_EQ(problem.path_constraints[0].threshold_s, 30.5);
    EXPECT_EQ(problem.path_constraints[1].components, (std::vector<std::size_t>{0, 2}));
    EXPECT_EQ(with(k_constraints, "System:", "system:"), Codes{});
    EXPECT_EQ(with(k_constraints, "components_path", "path_components"), Codes{});
    EXPECT_EQ(with(k_constraints,
                   "  local_constraints:\n    local_constraint_1: {component_name: stage1, "
                   "threshold: 20}\n",
                   "  local_constraints:\n"),
              Codes{})
        << "nothing after the colon";
}

TEST(Application, ConstraintsOfTheBaseDeploymentDoAsWell) {
    SampleApplication app = SampleApplication::partitioned();
    app.remove(k_constraints);
    app.write("aisprint/deployments/base/space4ai-d/qos_constraints.yaml",
              "system: {name: a, local_constraints: {}, global_constraints: {}}\n");
    EXPECT_EQ(app.findings(), Codes{});
    EXPECT_TRUE(app.loaded().problem.path_constraints.empty());
}

TEST(Application, MissingFilesNameTheCommandThatWritesThem) {
    const std::map<std::string, std::string> writers{
        {k_annotations, "aisprint design"},   {k_partitions, "aisprint design"},
        {k_multi_cluster, "aisprint design"}, {k_graph, "aisprint design"},
        {k_constraints, "aisprint design"},   {k_data_sizes, "aisprint profile"},
        {k_performance, "aisprint profile"},  {k_methods, "aisprint schema space4ai-d"}};
    for (const auto& [file, command] : writers) {
        SampleApplication app = SampleApplication::partitioned();
        const auto loaded = app.remove(file).load();
        ASSERT_FALSE(loaded) << file;
        ASSERT_EQ(loaded.error().diagnostics.size(), 1U) << file;
        const Diagnostic& diagnostic = loaded.error().diagnostics[0];
        EXPECT_EQ(diagnostic.code, "OPT200") << file;
        EXPECT_EQ(diagnostic.span.file, (app.folder() / file).string());
        EXPECT_NE(diagnostic.hint.find(command), std::string::npos) << diagnostic.hint;
    }
    EXPECT_EQ(SampleApplication::partitioned().remove(k_dag).findings(), Codes{"CFG001"});
}

TEST(Application, ErrorsOfAllFilesComeAtOnce) {
    SampleApplication app = SampleApplication::partitioned();
    app.remove(k_constraints)
        .replace(k_annotations, "rate: 0.5", "rate: 0")
        .replace(k_data_sizes, "sink: 5\n", "sink: -5\n")
        .replace(k_performance, "\"demand\": 0.9", "\"demand\": -1")
        .replace(k_methods, "computationallayer1", "computationalLayer9");
    const auto loaded = app.load();
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind, ErrorKind::input);
    Names found;
    for (const Diagnostic& diagnostic : loaded.error().diagnostics) {
        found.push_back(fmt::format("{} {}", fs::path(diagnostic.span.file).filename().string(),
                                    diagnostic.code));
    }
    EXPECT_EQ(found, (Names{"annotations.yaml OPT230", "candidate_deployments.yaml OPT223",
                            "components_data_size.yaml OPT203", "SPACE4AI-D.yaml OPT210",
                            "qos_constraints.yaml OPT200"}));
}

TEST(Application, ListedLayers) {
    EXPECT_EQ(with(k_methods, "[computationalLayer2]", "[computationalLayer22]"),
              (Codes{"OPT223", "OPT210", "|", "OPT213"}));
    EXPECT_EQ(
        with(k_methods, "[computationalLayer2]", "[computationalLayer2, computationalLayer3]"),
        (Codes{"OPT114", "OPT114", "OPT114", "OPT114", "OPT114", "OPT212"}));
    EXPECT_EQ(
        with(k_methods, "EdgeResources:", "FaaSResources: [computationalLayer3]\nEdgeResources:"),
        Codes{});
    EXPECT_EQ(
        with(k_resources, "memorySize: 1024\n              idleTime: 300", "memorySize: 1024"),
        Codes{"OPT214"});
    EXPECT_EQ(with(k_resources, "              cost: 1.25\n",
                   "              cost: 1.25\n              idleTime: 60\n"),
              Codes{"OPT212"})
        << "a function among machines";
    EXPECT_EQ(with(k_resources, "transitionCost: 0", "transitionCost: 0.01"),
              (Codes{"|", "OPT216"}));
    EXPECT_EQ(with(k_resources, "      Bandwidth: 1000\n", ""), Codes{"OPT215"});
    EXPECT_EQ(with(k_resources, "      AccessDelay: 0.001\n", ""), Codes{"OPT215"});
}

TEST(Application, FunctionsByTheirFields) {
    SampleApplication app = SampleApplication::partitioned();
    app.replace(k_resources, "type: NativeCloudFunction", "type: Virtual");
    EXPECT_EQ(app.findings(), Codes{});
    EXPECT_EQ(app.loaded().problem.layers[2].kind, optimizer::ResourceKind::function);
}

TEST(Application, LayersThatAreNotListedAreLeftOut) {
    SampleApplication app = SampleApplication::partitioned();
    app.replace(k_methods, "EdgeResources: [computationallayer1]\n", "")
        .replace(k_partitions,
                 "base, partition10_2, partition10_1, partition1_2, partition1_1, partition2_2, "
                 "partition2_1",
                 "base");
    EXPECT_EQ(app.findings(), (Codes{"|", "OPT213", "OPT241", "OPT241", "OPT241", "OPT241",
                                     "OPT241", "OPT241", "OPT241"}));
    const optimizer::Problem problem = app.loaded().problem;
    EXPECT_EQ(candidates(problem, component(problem, "stage1").deployments[0].partitions[0]),
              (Names{"Small 1000", "Large 3000"}));
}

TEST(Application, EntriesAndPartitions) {
    EXPECT_EQ(with(k_candidates, "name: archive", "name: archives"), Codes{"OPT220"});
    EXPECT_EQ(with(k_partitions, "  archive:\n    partitions: [base]\n", ""), Codes{"OPT221"});
    EXPECT_EQ(
        with(k_partitions, "archive:\n    partitions: [base]", "archive:\n    partitions: []"),
        Codes{"OPT221"});
    EXPECT_EQ(with(k_partitions, "archive:\n    partitions: [base]",
                   "archive:\n    partitions: [base, partition_1]"),
              Codes{"OPT222"});
    EXPECT_EQ(with(k_partitions, "sink:\n    partitions: [base]",
                   "sink:\n    partitions: [base, partition1_1]"),
              (Codes{"OPT220", "OPT232"}));
    EXPECT_EQ(with(k_candidates, ", 500, 700]", ", 500]"), Codes{"OPT224"});
}

TEST(Application, GraphAndRate) {
    EXPECT_EQ(with(k_dag, "[stage1, sink, 0.5], ", ""), (Codes{"OPT231", "OPT246"}));
    EXPECT_EQ(with(k_annotations, "  expected_throughput:\n    rate: 0.5\n", ""), Codes{"OPT230"});
    EXPECT_EQ(with(k_annotations, "name: stage1", "name: other"), Codes{"OPT230"});
    SampleApplication app = SampleApplication::partitioned();
    const auto other =
        app.replace(k_annotations, "  expected_throughput:\n    rate: 0.5\n", "").load();
    EXPECT_FALSE(other);
    CollectingReporter reporter;
    const auto given = load_application_problem(app.folder(), reporter, 0.75);
    ASSERT_TRUE(given);
    EXPECT_EQ(given->problem.arrival_rate, 0.75);
}

TEST(Application, ExitProbabilities) {
    EXPECT_EQ(with(k_graph, "0.554", "1.554"), Codes{"OPT203"});
    EXPECT_EQ(with(k_graph, "0.554", "often"), Codes{"OPT201"});
    SampleApplication app = SampleApplication::partitioned();
    app.replace(k_multi_cluster, "stage1_partition1_2", "other");
    EXPECT_EQ(app.findings(), (Codes{"|", "OPT233"}));
    EXPECT_EQ(
        app.loaded().problem.components[0].deployments[1].partitions[0].early_exit_probability, 0);
}

TEST(Application, DataSizesAndPerformance) {
    EXPECT_EQ(with(k_data_sizes, "sink: 5\n", ""), Codes{"OPT232"});
    EXPECT_EQ(with(k_data_sizes, "sink: 5", "sink: big"), Codes{"OPT201"});
    EXPECT_EQ(with(k_performance, "\"Slow\":", "\"Sloww\":"), Codes{"OPT240"});
    EXPECT_EQ(with(k_performance, "\"sink\": {\n    \"sink\"", "\"sink\": {\n    \"sinks\""),
              (Codes{"OPT240", "OPT240"}));
    EXPECT_EQ(with(k_performance, "\"QTedge\", \"demand\": 0.9", "\"QTedge\""), Codes{"OPT202"});
    EXPECT_EQ(with(k_performance, "\"QTedge\"", "\"QTegde\""), Codes{"OPT114"});
    EXPECT_EQ(with(k_performance,
                   "\"Slow\":", "\"Pi\": {\"model\": \"QTedge\", \"demand\": 1}, \"Slow\":"),
              (Codes{"|", "OPT241"}));
}

TEST(Application, Constraints) {
    EXPECT_EQ(with(k_constraints, "component_name: stage1", "component_name: stage"),
              Codes{"OPT245"});
    EXPECT_EQ(with(k_constraints, "[stage1, archive]", "[stage1, other]"), Codes{"OPT245"});
    EXPECT_EQ(with(k_constraints, "[stage1, archive]", "[archive, stage1]"), Codes{"OPT246"});
    EXPECT_EQ(with(k_constraints, "[stage1, archive]", "[]"), Codes{"OPT246"});
    EXPECT_EQ(with(k_constraints, "threshold: 20}", "threshold: 0}"), Codes{"CFG005"});
}

/// A trained model in the form of the C++ sibling's name, relative to oscarp/ or the application.
TEST(Application, TrainedModelsAreLookedForInTwoFolders) {
    SampleApplication app = SampleApplication::partitioned();
    app.replace(k_performance, "{\"model\": \"QTedge\", \"demand\": 0.9}",
                "{\"model\": \"CoreBasedPredictor\", \"regressor_file\": \"models/best.pickle\"}");
    app.write("models/best.json", "{}");
    const auto loaded = app.load();
    ASSERT_FALSE(loaded);
    for (const Diagnostic& diagnostic : loaded.error().diagnostics) {
        EXPECT_EQ(diagnostic.code.substr(0, 3), "PRM") << format_diagnostic(diagnostic);
        EXPECT_EQ(diagnostic.span.file, (app.folder() / "models/best.json").string());
    }
    EXPECT_EQ(SampleApplication::partitioned()
                  .replace(k_performance, "{\"model\": \"QTedge\", \"demand\": 0.9}",
                           "{\"model\": \"AMLCORE\", \"regressor_file\": \"best.pickle\"}")
                  .findings(),
              Codes{"OPT117"});
}

} // namespace
} // namespace aisprint::placement
