// SPDX-License-Identifier: Apache-2.0
#include "aisprint/placement/method_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace aisprint::placement {
namespace {

const std::string k_guide = R"(Time: 1
EdgeResources:
- computationalLayer1
CloudResources: [computationalLayer2]
Methods:
  method1:
    name: RandomGreedy
    iterations: 1000
  method2:
    name: SA
    iterations: 10
    duration: 2.5
    startingPointNumber: 5
    specialParameters:
      temperature: 5
      scheduleConstant: 0.99
      score: nall
  method3:
    name: BS
    upperBoundLambda: 2
    epsilon: 1e-5
  method4:
    name: exact
    duration: 3
    gap: 0.01
    threads: 2
)";

std::string changed(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::vector<std::string> codes_of(const std::string& text) {
    CollectingReporter reporter;
    const auto config =
        parse_method_config(SourceFile("c.yaml", text), MethodConfigForm::application, reporter);
    std::vector<std::string> codes;
    for (const Diagnostic& diagnostic :
         config ? reporter.diagnostics() : config.error().diagnostics) {
        codes.push_back(diagnostic.code);
    }
    return codes;
}

TEST(MethodConfig, FormOfTheGuide) {
    CollectingReporter reporter;
    const auto config =
        parse_method_config(SourceFile("c.yaml", k_guide), MethodConfigForm::application, reporter);
    ASSERT_TRUE(config.has_value()) << config.error().diagnostics.front().message;
    EXPECT_THAT(reporter.diagnostics(), testing::IsEmpty());
    EXPECT_EQ(config->methods.seed, 1U);
    EXPECT_EQ(config->methods.random_greedy->iterations, 1000U);
    EXPECT_DOUBLE_EQ(config->methods.random_greedy->duration_s, 0);
    const auto& annealing =
        std::get<optimizer::SimulatedAnnealingOptions>(config->methods.improvement->parameters);
    EXPECT_DOUBLE_EQ(annealing.initial_temperature, 5);
    EXPECT_EQ(annealing.schedule, optimizer::Schedule::exponential);
    EXPECT_EQ(config->methods.improvement->starting_points, 5U);
    EXPECT_DOUBLE_EQ(config->methods.binary_search->epsilon, 1e-5);
    EXPECT_DOUBLE_EQ(config->methods.exact->duration_s, 3);
    EXPECT_EQ(config->methods.exact->threads, 2U);
    EXPECT_EQ(config->edge_layers.front().name, "computationalLayer1");
}

TEST(MethodConfig, WritesWhatItReads) {
    CollectingReporter reporter;
    const auto config =
        parse_method_config(SourceFile("c.yaml", k_guide), MethodConfigForm::application, reporter);
    ASSERT_TRUE(config.has_value());
    const std::string text = write_method_config(*config);
    const auto again =
        parse_method_config(SourceFile("i.json", text), MethodConfigForm::stand_alone, reporter);
    ASSERT_TRUE(again.has_value()) << text;
    EXPECT_EQ(write_method_config(*again), text);
    EXPECT_DOUBLE_EQ(again->methods.exact->gap, 0.01);
}

struct Broken {
    std::string from;
    std::string to;
    std::string code;
};

class MethodErrors : public testing::TestWithParam<Broken> {};

TEST_P(MethodErrors, AreReportedWithTheirCode) {
    EXPECT_THAT(codes_of(changed(k_guide, GetParam().from, GetParam().to)),
                testing::Contains(GetParam().code));
}

INSTANTIATE_TEST_SUITE_P(All,
                         MethodErrors,
                         testing::Values(Broken{"iterations: 1000", "iterations: many", "OPT001"},
                                         Broken{"    startingPointNumber: 5\n", "", "OPT002"},
                                         Broken{"      temperature: 5\n", "", "OPT002"},
                                         Broken{"    epsilon: 1e-5\n", "", "OPT002"},
                                         Broken{"Time: 1\n", "", "OPT002"},
                                         Broken{"epsilon: 1e-5", "epsilon: 0", "OPT003"},
                                         Broken{"score: nall", "schedule: square", "OPT003"},
                                         Broken{"name: SA", "name: local search", "OPT004"},
                                         Broken{"name: RandomGreedy", "name: LS", "OPT005"},
                                         Broken{"name: BS", "name: LS", "OPT005"},
                                         Broken{"    iterations: 1000\n", "", "OPT006"},
                                         Broken{"score: nall", "scores: nall", "OPT008"},
                                         Broken{"[computationalLayer2]", "[computationallayer1]",
                                                "OPT009"}));

TEST(MethodConfig, OnlyTheFirstOfAKindCounts) {
    EXPECT_THAT(codes_of(k_guide + "  method5: {name: GA, iterations: 1}\n"),
                testing::ElementsAre("OPT007"));
}

TEST(MethodConfig, StandAloneNeedsNoBinarySearch) {
    CollectingReporter reporter;
    const auto config = parse_method_config(
        SourceFile("c.json", R"({"Methods":{"a":{"name":"BranchAndBound"}},"Seed":7,
                                 "LambdaBound":{"start":0.1,"end":0.3,"step":0.1}})"),
        MethodConfigForm::stand_alone, reporter);
    ASSERT_TRUE(config.has_value());
    EXPECT_EQ(config->methods.seed, 7U);
    EXPECT_DOUBLE_EQ(config->rates->step, 0.1);
}

} // namespace
} // namespace aisprint::placement
