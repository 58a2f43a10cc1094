// SPDX-License-Identifier: Apache-2.0
#include "aisprint/placement/system_json.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

namespace aisprint::placement {
namespace {

namespace fs = std::filesystem;

const std::string k_system = R"({
"DirectedAcyclicGraph": {"c1": {"next": ["c2"], "transition_probability": [0.7]},
  "c2": {"next": [], "transition_probability": []}},
"Components": {"c1": {"s1": {"h1": {"next": ["c2"], "early_exit_probability": 0, "data_size": [5]}}},
  "c2": {"s1": {"h1": {"next": [], "early_exit_probability": 0, "data_size": [4]}},
    "s2": {"h2": {"next": ["h3"], "early_exit_probability": 0.3, "data_size": [6]},
      "h3": {"next": [], "early_exit_probability": 0, "data_size": [4]}}}},
"EdgeResources": {"computationalLayer1": {"EN1": {"description": "node", "number": 2, "cost": 3.5,
  "memory": 4096, "n_cores": 1}}},
"CloudResources": {"computationalLayer2": {"VM1": {"number": 4, "cost": 0.8, "memory": 8192,
  "n_cores": 4}}},
"FaaSResources": {"computationalLayer3": {"transition_cost": 0, "F1": {"cost": 0.4, "memory": 2048,
  "idle_time_before_kill": 600}}},
"CompatibilityMatrix": {"c1": {"h1": [{"resource": "EN1", "memory": 512}]},
  "c2": {"h1": [{"resource": "VM1", "memory": 2048}, {"resource": "F1", "memory": 1024}],
    "h2": [{"resource": "EN1", "memory": 512}], "h3": [{"resource": "VM1", "memory": 1024}]}},
"Performance": {"c1": {"h1": {"EN1": {"model": "QTedge", "demand": 0.4}}},
  "c2": {"h1": {"VM1": {"model": "QTcloud", "demand": 0.2},
      "F1": {"model": "PACSLTK", "demandWarm": 1.5, "demandCold": 2.5}},
    "h2": {"EN1": {"model": "QTedge", "demand": 0.3}}, "h3": {"VM1": {"model": "QTcloud",
      "demand": 0.1}}}},
"Lambda": 0.5, "LocalConstraints": {"c2": {"local_res_time": 3}},
"GlobalConstraints": {"p1": {"components": ["c1", "c2"], "global_res_time": 6}},
"NetworkTechnology": {"ND1": {"computationalLayers": ["computationalLayer1", "computationalLayer2",
  "computationalLayer3"], "AccessDelay": 0.001, "Bandwidth": 1000}},
"Time": 1})";

std::string changed(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::vector<std::string> codes_of(const std::string& text) {
    CollectingReporter reporter;
    const auto problem = parse_system(SourceFile("system.json", text), reporter);
    std::vector<Diagnostic> all = reporter.diagnostics();
    if (!problem) {
        append(all, problem.error().diagnostics);
    }
    std::vector<std::string> codes;
    for (const Diagnostic& diagnostic : all) {
        codes.push_back(diagnostic.code);
    }
    return codes;
}

std::string written(const fs::path& path) {
    CollectingReporter reporter;
    const auto source = load_source(path, path.string());
    EXPECT_TRUE(source.has_value());
    const auto problem = parse_system(*source, reporter);
    EXPECT_TRUE(problem.has_value())
        << path << (problem ? "" : problem.error().diagnostics.front().message);
    return problem ? write_system(*problem) : "";
}

TEST(SystemJson, ExampleOfTheFormulation) {
    CollectingReporter reporter;
    const auto problem = parse_system(SourceFile("system.json", k_system), reporter);
    ASSERT_TRUE(problem.has_value());
    EXPECT_THAT(reporter.diagnostics(), testing::IsEmpty());
    ASSERT_EQ(problem->resources.size(), 3U);
    EXPECT_EQ(problem->resources[0].description, "node");
    EXPECT_EQ(problem->resources[1].description, "No description");
    EXPECT_EQ(problem->resources[2].kind, optimizer::ResourceKind::function);
    EXPECT_DOUBLE_EQ(problem->resources[2].idle_time_s, 600);
    EXPECT_DOUBLE_EQ(problem->components[0].successors.front().probability, 0.7);
    EXPECT_DOUBLE_EQ(problem->components[1].deployments[1].partitions[0].early_exit_probability,
                     0.3);
    EXPECT_DOUBLE_EQ(problem->arrival_rate, 0.5);
    EXPECT_DOUBLE_EQ(problem->path_constraints.front().threshold_s, 6);
}

TEST(SystemJson, WritesWhatItReads) {
    CollectingReporter reporter;
    const auto problem = parse_system(SourceFile("system.json", k_system), reporter);
    ASSERT_TRUE(problem.has_value());
    const std::string text = write_system(*problem);
    const auto again = parse_system(SourceFile("again.json", text), reporter);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(write_system(*again), text);
}

TEST(SystemJson, OldSpellingOfLayers) {
    EXPECT_THAT(codes_of(changed(k_system, "computationalLayers", "computationallayers")),
                testing::IsEmpty());
}

struct Broken {
    std::string from;
    std::string to;
    std::string code;
};

class SystemErrors : public testing::TestWithParam<Broken> {};

TEST_P(SystemErrors, AreReportedWithTheirCode) {
    EXPECT_THAT(codes_of(changed(k_system, GetParam().from, GetParam().to)),
                testing::Contains(GetParam().code));
}

INSTANTIATE_TEST_SUITE_P(
    All,
    SystemErrors,
    testing::Values(
        Broken{"\"demand\": 0.4", "\"demand\": \"x\"", "OPT101"},
        Broken{"\"Lambda\": 0.5,", "", "OPT102"},
        Broken{"\"number\": 2", "\"number\": 0", "OPT103"},
        Broken{"\"Bandwidth\": 1000", "\"Bandwidth\": 0", "OPT103"},
        Broken{"[0.7]", "[1.5]", "OPT103"},
        Broken{"\"VM1\": {\"number\"", "\"EN1\": {\"number\"", "OPT104"},
        Broken{"\"resource\": \"F1\"", "\"resource\": \"F2\"", "OPT105"},
        Broken{"[0.7]", "[0.7, 0.3]", "OPT108"},
        Broken{"\"next\": [\"h3\"]", "\"next\": [\"c2\"]", "OPT109"},
        Broken{"[{\"resource\": \"EN1\", \"memory\": 512}]}", "[]}", "OPT110"},
        Broken{"\"VM1\": {\"model\": \"QTcloud\", \"demand\": 0.2},", "", "OPT111"},
        Broken{"[{\"resource\": \"VM1\", \"memory\": 2048}, ", "[", "OPT112"},
        Broken{"[\"c1\", \"c2\"]", "[\"c2\", \"c1\"]", "OPT113"},
        Broken{"\"QTedge\"", "\"QTegde\"", "OPT114"},
        Broken{"\"model\": \"PACSLTK\"", "\"model\": \"QTedge\"", "OPT114"},
        Broken{"\"model\": \"QTedge\", \"demand\": 0.4",
               "\"model\": \"CoreBasedPredictor\", \"regressor_file\": \"a.pickle\"", "OPT117"},
        Broken{"\"model\": \"QTedge\", \"demand\": 0.4",
               "\"model\": \"CoreBasedPredictor\", \"regressor_file\": \"a.json\"", "OPT118"},
        Broken{"\"transition_cost\": 0", "\"transition_cost\": 1", "OPT119"},
        Broken{"\"LocalConstraints\"", "\"LobalConstraints\"", "OPT120"},
        Broken{"\"computationalLayer2\",\n", "\n", "OPT121"},
        Broken{"\"c2\": {\"next\": [], \"transition_probability\": []}",
               "\"c2\": {\"next\": [\"c1\"], \"transition_probability\": [1]}", "OPT107"},
        Broken{"{\"next\": [\"c2\"], \"transition_probability\": [0.7]}", "{\"next\": []}",
               "OPT106"}));

TEST(SystemJson, AllErrorsAtOnceWithTheirPlaces) {
    std::string text = changed(k_system, "\"number\": 2", "\"number\": -1");
    text = changed(text, "\"Bandwidth\": 1000", "\"Bandwidth\": -5");
    CollectingReporter reporter;
    const auto problem = parse_system(SourceFile("system.json", text), reporter);
    ASSERT_FALSE(problem.has_value());
    ASSERT_EQ(problem.error().diagnostics.size(), 2U);
    EXPECT_EQ(problem.error().diagnostics[0].span.line, 8U);
    EXPECT_EQ(problem.error().diagnostics[1].span.line, 25U);
}

TEST(SystemJson, TrainedModelsLieBesideTheSystem) {
    const ScratchDirectory scratch;
    ASSERT_TRUE(write_file_atomic(
                    scratch.path() / "best.json",
                    R"({"format":"ai-sprint-performance-model","version":1,"technique":"LRRidge",
                        "inputs":["cores"],"derived":[],"features":["cores"],"scaling":null,
                        "model":{"intercept":3,"weights":[-0.5]},"domain":{},"mean_target":2})")
                    .has_value());
    const std::string text =
        changed(k_system, "\"model\": \"QTedge\", \"demand\": 0.4",
                "\"model\": \"CoreBasedPredictor\", \"regressor_file\": \"best.pickle\"");
    CollectingReporter reporter;
    const auto problem =
        parse_system(SourceFile((scratch.path() / "system.json").string(), text), reporter);
    ASSERT_TRUE(problem.has_value()) << problem.error().diagnostics.front().message;
    const auto& model =
        problem->components[0].deployments[0].partitions[0].candidates.front().model;
    ASSERT_TRUE(std::holds_alternative<optimizer::TrainedModel>(model));
    EXPECT_DOUBLE_EQ(std::get<optimizer::TrainedModel>(model).model->mean_target(), 2);
}

TEST(SystemJson, LegacyFormsEqualTheirConversions) {
    const fs::path data = fs::path(AISPRINT_SHARED_DATA) / "space4aid/space4ai-d";
    if (!fs::exists(data)) {
        GTEST_SKIP() << "no shared data";
    }
    const std::vector<std::pair<std::string, std::string>> pairs{
        {"wind-farm-4g/RandomGreedy4G0.1.json", "wind_farm_4g.json"},
        {"config-files/RandomGreedy.json", "random_greedy.json"},
        {"config-files/Random_Greedy_Pacsltk.json", "random_greedy_pacsltk.json"},
        {"config-files/RG-MaskDetection-QT.json", "mask_detection_qt.json"}};
    for (const auto& [legacy, converted] : pairs) {
        SCOPED_TRACE(legacy);
        EXPECT_EQ(written(data / legacy), written(data / "converted-to-current-form" / converted));
    }
}

TEST(SystemJson, AllPublishedSystemsAreRead) {
    const fs::path data = fs::path(AISPRINT_SHARED_DATA) / "space4aid";
    if (!fs::exists(data)) {
        GTEST_SKIP() << "no shared data";
    }
    std::size_t count = 0;
    for (const char* folder : {"generated", "space4ai-cpp/linear-large-scale",
                               "space4ai-r-optimizer/general-workflows"}) {
        for (const auto& entry : fs::recursive_directory_iterator(data / folder)) {
            if (entry.path().extension() == ".json") {
                EXPECT_FALSE(written(entry.path()).empty());
                ++count;
            }
        }
    }
    EXPECT_GE(count, 140U);
}

} // namespace
} // namespace aisprint::placement
