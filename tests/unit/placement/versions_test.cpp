// SPDX-License-Identifier: Apache-2.0
#include "sample_application.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/instance.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

namespace aisprint::placement {
namespace {

using Codes = std::vector<std::string>;
using Names = std::vector<std::string>;

const char* const k_listing = "space4ai-r/deployments_performance.yaml";
const char* const k_candidates = "common_config/candidate_deployments.yaml";
const char* const k_constraints = "space4ai-d/qos_constraints.yaml";

Codes with(const std::string& file, const std::string& from, const std::string& to) {
    return SampleApplication::degraded().replace(file, from, to).findings();
}

std::size_t resource(const optimizer::Problem& problem, const std::string& name) {
    const auto found = std::ranges::find(problem.resources, name, &optimizer::Resource::name);
    return static_cast<std::size_t>(found - problem.resources.begin());
}

/// Filter on the edge node, classifier on a resource with so many nodes.
optimizer::Solution
placed(const optimizer::Problem& problem, const std::string& classifier, int nodes) {
    optimizer::Solution solution;
    solution.nodes.assign(problem.resources.size(), 0);
    solution.components = {{0, {resource(problem, "Pi")}}, {0, {resource(problem, classifier)}}};
    solution.nodes[resource(problem, "Pi")] = 1;
    solution.nodes[resource(problem, classifier)] = nodes;
    return solution;
}

Names names_of(const std::vector<optimizer::Component>& components) {
    Names names;
    std::ranges::transform(components, std::back_inserter(names), &optimizer::Component::name);
    return names;
}

Names version_names(const std::vector<ApplicationVersion>& versions) {
    Names names;
    std::ranges::transform(versions, std::back_inserter(names), &ApplicationVersion::name);
    return names;
}

TEST(Versions, AnApplicationWithoutDegradedComponentsIsItsOnlyVersion) {
    const ApplicationProblem application = SampleApplication::partitioned().loaded();
    EXPECT_FALSE(application.is_degraded);
    optimizer::Solution solution;
    solution.nodes = {1, 0, 1, 1, 0};
    solution.components = {{0, {0}}, {0, {3}}, {0, {2}}};
    CollectingReporter reporter;
    const auto versions = application_versions(application, solution, reporter);
    ASSERT_EQ(versions.size(), 1U);
    EXPECT_EQ(versions[0].name, "original_deployment");
    EXPECT_EQ(versions[0].solution, solution);
    EXPECT_EQ(versions[0].problem.resources.size(), application.problem.resources.size());
}

TEST(Versions, AdmissibleOnesAreReadWithTheirCodes) {
    const ApplicationProblem application = SampleApplication::degraded().loaded();
    EXPECT_TRUE(application.is_degraded);
    ASSERT_EQ(application.versions.size(), 3U) << "the fourth is below the threshold";
    EXPECT_EQ(application.versions[0].name, "original_deployment");
    EXPECT_EQ(application.versions[1].metric_value, 0.8);
    EXPECT_EQ(names_of(application.versions[1].problem.components),
              (Names{"filter", "classifier_small"}));
    EXPECT_EQ(application.versions[1].problem.components[1].code, "c2_1") << "by its key";
    EXPECT_EQ(application.versions[2].problem.components[0].code, "c1_1") << "by its place";
    EXPECT_EQ(application.versions[2].originals, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(application.versions[2].problem.components[0].successors[0].probability, 0.7);
    EXPECT_EQ(application.versions[1].problem.arrival_rate, 2);
}

TEST(Versions, ConstraintsApplyToWhatReplacesAComponent) {
    const ApplicationProblem application = SampleApplication::degraded().loaded();
    const optimizer::Problem& version = application.versions[1].problem;
    ASSERT_EQ(version.local_constraints.size(), 1U);
    EXPECT_EQ(version.components[version.local_constraints[0].component].name, "classifier_small");
    ASSERT_EQ(version.path_constraints.size(), 1U);
    EXPECT_EQ(version.path_constraints[0].components, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(version.path_constraints[0].threshold_s, 9);
}

TEST(Versions, AnAlternativeWithoutAnEntryHasThatOfItsOriginal) {
    const ApplicationProblem application = SampleApplication::degraded().loaded();
    const optimizer::Component& filter = application.versions[2].problem.components[0];
    ASSERT_EQ(filter.name, "filter_small");
    const auto& candidates = filter.deployments[0].partitions[0].candidates;
    ASSERT_EQ(candidates.size(), 1U);
    EXPECT_EQ(candidates[0].memory_mb, 1000);
    EXPECT_EQ(std::get<optimizer::QueueModel>(candidates[0].model).demand_s, 0.2);
}

TEST(Versions, OnlyChosenMachinesAndAllFunctionsAreLeft) {
    const ApplicationProblem application = SampleApplication::degraded().loaded();
    CollectingReporter reporter;
    const auto versions =
        application_versions(application, placed(application.problem, "Small", 2), reporter);
    EXPECT_EQ(version_names(versions),
              (Names{"original_deployment", "alternative_deployment1", "alternative_deployment2"}));
    const ApplicationVersion& version = versions[1];
    Names names;
    std::ranges::transform(version.problem.resources, std::back_inserter(names),
                           &optimizer::Resource::name);
    EXPECT_EQ(names, (Names{"Pi", "Small", "Quick", "Slow"}));
    EXPECT_EQ(version.problem.resources[1].nodes, 2) << "as chosen, of three";
    EXPECT_EQ(version.problem.layers.size(), 3U);
    EXPECT_EQ(version.solution.components[1].resources, std::vector<std::size_t>{1});
    EXPECT_EQ(version.solution.nodes, (std::vector<int>{1, 2, 0, 0}));
    for (const ApplicationVersion& each : versions) {
        const optimizer::Instance instance(each.problem);
        EXPECT_TRUE(optimizer::evaluate(instance, each.solution).feasible()) << each.name;
    }
    EXPECT_TRUE(reporter.diagnostics().empty());
}

TEST(Versions, FilesOfVersionsThatDoNotRunAreOutdated) {
    ApplicationProblem application = SampleApplication::degraded().loaded();
    EXPECT_EQ(application.version_names,
              (Names{"original_deployment", "alternative_deployment1", "alternative_deployment2",
                     "alternative_deployment3"}));
    const ScratchDirectory scratch;
    application.directory = scratch.path();
    CollectingReporter reporter;
    const auto versions =
        application_versions(application, placed(application.problem, "Small", 2), reporter);
    EXPECT_TRUE(outdated_max_rate_files(application, versions).empty()) << "nothing is there";
    std::filesystem::create_directories(scratch.path() / max_rate_file("alternative_deployment2"));
    for (const char* name : {"original_deployment", "alternative_deployment3", "of_others"}) {
        ASSERT_TRUE(write_file_atomic(scratch.path() / max_rate_file(name), "{}"));
    }
    const std::vector<std::filesystem::path> below{max_rate_file("alternative_deployment3")};
    EXPECT_EQ(outdated_max_rate_files(application, versions), below);
    const std::vector<std::filesystem::path> both{max_rate_file("original_deployment"),
                                                  max_rate_file("alternative_deployment3")};
    EXPECT_EQ(outdated_max_rate_files(application, {}), both) << "a folder is nobody's file";
}

TEST(Versions, LayersWithoutChosenMachinesAreDropped) {
    const ApplicationProblem application = SampleApplication::degraded().loaded();
    CollectingReporter reporter;
    const auto versions =
        application_versions(application, placed(application.problem, "Quick", 1), reporter);
    ASSERT_EQ(versions.size(), 3U);
    const optimizer::Problem& problem = versions[1].problem;
    ASSERT_EQ(problem.layers.size(), 2U);
    EXPECT_EQ(problem.layers[1].name, "computationalLayer3");
    EXPECT_EQ(problem.resources[1].name, "Quick");
    EXPECT_EQ(problem.resources[1].layer, 1U);
    ASSERT_EQ(problem.domains.size(), 3U);
    EXPECT_EQ(problem.domains[0].layers, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(problem.domains[2].layers, std::vector<std::size_t>{1});
}

TEST(Versions, AComponentThatCannotStayMovesToWhereConstraintsHold) {
    const ApplicationProblem application = SampleApplication::degraded().loaded();
    CollectingReporter reporter;
    const auto versions =
        application_versions(application, placed(application.problem, "Large", 2), reporter);
    ASSERT_EQ(versions.size(), 3U);
    const ApplicationVersion& moved = versions[1]; // classifier_small cannot run on Large
    ASSERT_EQ(moved.problem.components[1].name, "classifier_small");
    const std::size_t at = moved.solution.components[1].resources[0];
    EXPECT_EQ(moved.problem.resources[at].name, "Quick");
    EXPECT_EQ(moved.solution.nodes[at], 1);
    EXPECT_EQ(moved.solution.nodes[resource(moved.problem, "Large")], 0);
    const optimizer::Instance instance(moved.problem);
    EXPECT_TRUE(optimizer::evaluate(instance, moved.solution).feasible());
}

TEST(Versions, AVersionThatFitsNowhereIsReported) {
    SampleApplication app = SampleApplication::degraded();
    app.replace(k_candidates, "[Small, Quick]", "[Small]");
    const ApplicationProblem application = app.loaded();
    CollectingReporter reporter;
    const auto versions =
        application_versions(application, placed(application.problem, "Large", 2), reporter);
    EXPECT_EQ(version_names(versions), (Names{"original_deployment", "alternative_deployment2"}));
    ASSERT_EQ(reporter.diagnostics().size(), 1U);
    EXPECT_EQ(reporter.diagnostics()[0].code, "OPT251");
    EXPECT_NE(reporter.diagnostics()[0].message.find("'alternative_deployment1'"),
              std::string::npos);
}

TEST(Versions, Listing) {
    EXPECT_EQ(with(k_listing, "metric_thr: 0.6", "metric_thr: null"), Codes{});
    EXPECT_EQ(SampleApplication::degraded()
                  .replace(k_listing, "metric_thr: 0.6", "metric_thr: null")
                  .loaded()
                  .versions.size(),
              4U);
    EXPECT_EQ(SampleApplication::degraded()
                  .replace(k_listing, "- original_deployment:", "- base:")
                  .loaded()
                  .versions[0]
                  .name,
              "original_deployment")
        << "older files";
    EXPECT_EQ(with(k_listing, "metric_thr: 0.6", "metric_thr: 0.95"),
              (Codes{"|", "OPT252", "OPT241", "OPT241"}));
    EXPECT_EQ(with(k_listing, "[filter, classifier_small]\n", "[filter, classifier_tiny]\n"),
              (Codes{"OPT250", "OPT250"}));
    EXPECT_EQ(with(k_listing, "[[filter, classifier_small, 0.5]]", "[[filter, classifier, 0.5]]"),
              Codes{"OPT250"});
    EXPECT_EQ(with(k_listing, "[[filter, classifier_small, 0.5]]", "[[filter, classifier_small]]"),
              Codes{"OPT201"});
    EXPECT_EQ(
        with(k_listing, "[[filter, classifier_small, 0.5]]", "[[filter, classifier_small, 2]]"),
        Codes{"OPT203"});
    EXPECT_EQ(SampleApplication::degraded().remove(k_listing).findings(), Codes{"OPT200"});
    EXPECT_EQ(with(k_constraints, "[filter, classifier]", "[classifier, filter]"), Codes{"OPT246"});
}

} // namespace
} // namespace aisprint::placement
