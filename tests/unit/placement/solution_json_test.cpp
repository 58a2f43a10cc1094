// SPDX-License-Identifier: Apache-2.0
#include "aisprint/placement/solution_json.hpp"

#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/placement/system_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace aisprint::placement {
namespace {

const std::string k_system = R"({
"DirectedAcyclicGraph": {"c1": {"next": ["c2"], "transition_probability": [0.5]}},
"Components": {"c1": {"s1": {"h1": {"next": ["c2"], "early_exit_probability": 0, "data_size": [5]}}},
  "c2": {"s1": {"h1": {"next": [], "early_exit_probability": 0, "data_size": [0]}}}},
"EdgeResources": {"L1": {"EN1": {"number": 2, "cost": 3.5, "memory": 4096, "n_cores": 1}}},
"FaaSResources": {"L2": {"transition_cost": 0, "F1": {"cost": 0.5, "memory": 2048,
  "idle_time_before_kill": 600}}},
"CompatibilityMatrix": {"c1": {"h1": [{"resource": "EN1", "memory": 512}]},
  "c2": {"h1": [{"resource": "EN1", "memory": 512}, {"resource": "F1", "memory": 1024}]}},
"Performance": {"c1": {"h1": {"EN1": {"model": "QTedge", "demand": 0.5}}},
  "c2": {"h1": {"EN1": {"model": "QTedge", "demand": 1},
      "F1": {"model": "PACSLTK", "demandWarm": 1.5, "demandCold": 2.5}}}},
"Lambda": 0.5, "LocalConstraints": {"c1": {"local_res_time": 1}},
"GlobalConstraints": {"p1": {"components": ["c1", "c2"], "global_res_time": 6}},
"NetworkTechnology": {"ND1": {"computationalLayers": ["L1", "L2"], "AccessDelay": 0.001,
  "Bandwidth": 1000}},
"Time": 1})";

class SolutionJson : public testing::Test {
protected:
    void SetUp() override {
        auto parsed = parse_system(SourceFile("system.json", k_system), m_reporter);
        ASSERT_TRUE(parsed.has_value()) << parsed.error().diagnostics.front().message;
        m_problem = std::move(*parsed);
    }

    std::vector<std::string> codes_of(const std::string& text) {
        const auto file = parse_solution(SourceFile("s.json", text), m_problem, m_reporter);
        std::vector<std::string> codes;
        for (const Diagnostic& diagnostic :
             file ? m_reporter.diagnostics() : file.error().diagnostics) {
            codes.push_back(diagnostic.code);
        }
        return codes;
    }

    CollectingReporter m_reporter;
    optimizer::Problem m_problem;
};

TEST_F(SolutionJson, KeysInTheirOrder) {
    const optimizer::Instance instance(m_problem, 1.0);
    const optimizer::Solution solution{{{0, {0}}, {0, {0}}}, {2, 0}};
    const auto evaluation = optimizer::evaluate(instance, solution);
    EXPECT_EQ(write_solution(instance, solution, evaluation, Certificate{true, 7, 0}), R"({
  "Lambda": 1.0,
  "components": {
    "c1": {
      "s1": {
        "h1": {
          "L1": {
            "EN1": {
              "description": "No description",
              "cost": 7.0,
              "memory": 4096.0,
              "number": 2
            }
          },
          "response_time": 1.0
        }
      },
      "response_time": 1.0,
      "response_time_threshold": 1.0
    },
    "c2": {
      "s1": {
        "h1": {
          "L1": {
            "EN1": {
              "description": "No description",
              "cost": 7.0,
              "memory": 4096.0,
              "number": 2
            }
          },
          "response_time": 2.0
        }
      },
      "response_time": 2.0,
      "response_time_threshold": "inf"
    }
  },
  "global_constraints": {
    "p1": {
      "components": [
        "c1",
        "c2"
      ],
      "global_res_time": 6.0,
      "path_response_time": 3.0
    }
  },
  "total_cost": "7.0",
  "feasible": true,
  "optimal": true,
  "lower_bound": 7.0,
  "gap": 0.0
}
)");
}

TEST_F(SolutionJson, ReadsWhatItWrites) {
    const optimizer::Instance instance(m_problem, 0.5);
    const optimizer::Solution solution{{{0, {0}}, {0, {1}}}, {1, 1}};
    const auto evaluation = optimizer::evaluate(instance, solution);
    const auto file = parse_solution(
        SourceFile("s.json", write_solution(instance, solution, evaluation, std::nullopt)),
        m_problem, m_reporter);
    ASSERT_TRUE(file.has_value());
    EXPECT_EQ(file->solution, solution);
    EXPECT_DOUBLE_EQ(file->arrival_rate, 0.5);
    EXPECT_DOUBLE_EQ(file->total_cost.value_or(0), evaluation.cost);
}

TEST_F(SolutionJson, FormWithoutDeployments) {
    const auto file = parse_solution(
        SourceFile("s.json",
                   R"({"Lambda":1.8,"components":{"c1":{"h1":{"l1":{"EN1":{"number":1}}},
                       "response_time":1},"c2":{"h1":{"l2":{"F1":{"cost":0.5}}}}},
                       "total_cost":3.95})"),
        m_problem, m_reporter);
    ASSERT_TRUE(file.has_value());
    EXPECT_EQ(file->solution.components[1].resources, std::vector<std::size_t>{1});
    EXPECT_DOUBLE_EQ(file->total_cost.value_or(0), 3.95);
}

TEST_F(SolutionJson, Errors) {
    EXPECT_THAT(codes_of(R"({"Lambda":1,"feasible":false})"), testing::ElementsAre("OPT102"));
    EXPECT_THAT(
        codes_of(R"({"Lambda":1,"components":{"c1":{"s1":{"h1":{"L1":{"EN2":{"number":1}}}}},
                            "c3":{}}})"),
        testing::UnorderedElementsAre("OPT105", "OPT105", "OPT131"));
    EXPECT_THAT(codes_of(R"({"Lambda":1,"components":{"c1":{"h1":{"L1":{"EN1":{"number":1}}}},
                            "c2":{"s1":{}}}})"),
                testing::ElementsAre("OPT132"));
}

TEST_F(SolutionJson, TheLargestNodeNumberCounts) {
    EXPECT_THAT(codes_of(R"({"Lambda":1,"components":{"c1":{"h1":{"L1":{"EN1":{"number":2}}}},
                            "c2":{"h1":{"L1":{"EN1":{"number":1}}}}}})"),
                testing::ElementsAre("OPT133"));
}

TEST_F(SolutionJson, InfeasibleReport) {
    const optimizer::Instance instance(m_problem, 3.0);
    const optimizer::Solution solution{{{0, {0}}, {0, {0}}}, {1, 0}};
    const std::string text =
        write_infeasible_report(instance, solution, optimizer::evaluate(instance, solution));
    EXPECT_THAT(text, testing::HasSubstr("\"response_time\": \"inf\""));
    EXPECT_THAT(text, testing::HasSubstr("\"path_response_time\": \"inf\""));
    EXPECT_THAT(text, testing::HasSubstr("\"utilization\": 3.0"));
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("\"c2\": {")));
}

} // namespace
} // namespace aisprint::placement
