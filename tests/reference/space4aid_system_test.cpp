// SPDX-License-Identifier: Apache-2.0
// The system description held with an application of three components on four layers is the one
// that we write for it. Files of the application that are not held are written here, with what the
// system description and the configurations say; the trained models are stand-ins.
#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/exact.hpp"
#include "aisprint/placement/application.hpp"
#include "aisprint/placement/solution_json.hpp"
#include "aisprint/placement/system_json.hpp"
#include "naive_evaluator.hpp"
#include "space4aid_data.hpp"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <string>

namespace aisprint::optimizer::reference {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const char* const k_application = "ai-sprint-studio-examples/mask_detection_3_components_4CL/";

constexpr std::array k_held_files{
    "common_config/application_dag.yaml", "common_config/candidate_resources.yaml",
    "common_config/candidate_deployments.yaml", "oscarp/components_data_size.yaml",
    "oscarp/performance_models.json"};

const char* const k_annotations = R"(app/src/blurry-faces-onnx/main.py:
  component_name: {name: blurry-faces-onnx}
  expected_throughput: {rate: 0.25}
app/src/mask-detector-onnx/main.py:
  component_name: {name: mask-detector-onnx}
app/src/third_component/main.py:
  component_name: {name: third_component}
)";

const char* const k_partitions = R"(components:
  blurry-faces-onnx: {partitions: [base, partition1_1, partition1_2]}
  mask-detector-onnx: {partitions: [base, partition1_1, partition1_2]}
  third_component: {partitions: [base]}
)";

const char* const k_multi_cluster = R"(System:
  Deployments:
    base:
      ExecutionLayers:
        1: {components: [blurry-faces-onnx], local_constraints: {}, global_constraints: {}}
        3: {components: [mask-detector-onnx], local_constraints: {}, global_constraints: {}}
        4: {components: [third_component], local_constraints: {}, global_constraints: {}}
    deployment1:
      ExecutionLayers:
        1: {components: [blurry-faces-onnx_partition1_1], local_constraints: {}, global_constraints: {}}
        2: {components: [blurry-faces-onnx_partition1_2], local_constraints: {}, global_constraints: {}}
        3: {components: [mask-detector-onnx_partition1_1], local_constraints: {}, global_constraints: {}}
        4: {components: [mask-detector-onnx_partition1_2, third_component], local_constraints: {}, global_constraints: {}}
)";

const char* const k_deployment_dag = R"(System:
  name: sample
  components: [blurry-faces-onnx_partition1_1, blurry-faces-onnx_partition1_2,
               mask-detector-onnx_partition1_1, mask-detector-onnx_partition1_2, third_component]
  dependencies:
  - [blurry-faces-onnx_partition1_1, blurry-faces-onnx_partition1_2, 1]
  - [blurry-faces-onnx_partition1_2, mask-detector-onnx_partition1_1, 1]
  - [mask-detector-onnx_partition1_1, mask-detector-onnx_partition1_2, 1]
  - [mask-detector-onnx_partition1_2, third_component, 1]
)";

const char* const k_constraints = R"(System:
  name: sample
  local_constraints:
    local_constraint_1: {component_name: mask-detector-onnx, threshold: 10}
  global_constraints:
    global_constraint_1: {path_components: [blurry-faces-onnx, mask-detector-onnx], threshold: 30}
    global_constraint_2: {path_components: [mask-detector-onnx, third_component], threshold: 30}
)";

/// As held, with the binary search that is mandatory now.
const char* const k_methods = R"(Time: 1
EdgeResources: [computationalLayer1, computationalLayer2]
CloudResources: [computationalLayer3]
FaaSResources: [computationalLayer4]
Methods:
  method1: {name: RandomGreedy, iterations: 10, duration: 1}
  method2: {name: BS, upperBoundLambda: 1, epsilon: 0.001}
Seed: 1
VerboseLevel: 1
)";

/// A model that always predicts the same.
std::string constant_model(double time_s) {
    return json{{"format", "ai-sprint-performance-model"},
                {"version", 1},
                {"technique", "Dummy"},
                {"inputs", json::array()},
                {"derived", json::array()},
                {"features", json::array()},
                {"scaling", nullptr},
                {"model", {{"value", time_s}}},
                {"domain", json::object()},
                {"mean_target", time_s},
                {"interval", nullptr}}
        .dump();
}

class Space4aidSystem : public testing::Test {
protected:
    void SetUp() override {
        if (!has_data()) {
            GTEST_SKIP() << "reference data are not at " << AISPRINT_SHARED_DATA;
        }
        for (const std::string file : k_held_files) {
            write(file, read_file(data_file(k_application + file)).value());
        }
        write("common_config/annotations.yaml", k_annotations);
        write("aisprint/designs/component_partitions.yaml", k_partitions);
        write("aisprint/deployments/multi_cluster_qos_constraints.yaml", k_multi_cluster);
        write("aisprint/deployments/deployment1/application_dag.yaml", k_deployment_dag);
        write("space4ai-d/qos_constraints.yaml", k_constraints);
        write("space4ai-d/SPACE4AI-D.yaml", k_methods);
        for (int part = 1; part <= 2; ++part) {
            const std::string name = "C2P1." + std::to_string(part) + "@VM2";
            write("phd/deployment_1/" + name + "/results/Models/" + name + "_model_noSFS/best.json",
                  constant_model(part));
        }
    }

    void write(const std::string& file, const std::string& text) {
        const fs::path path = m_folder.path() / file;
        ASSERT_TRUE(make_directories(path.parent_path()).has_value());
        ASSERT_TRUE(write_new_file(path, text).has_value());
    }

    static std::string held_text(const std::string& name) {
        return read_file(data_file(k_application + name)).value();
    }

    Problem application_problem() {
        auto loaded = placement::load_application_problem(m_folder.path(), m_reporter);
        EXPECT_TRUE(loaded.has_value());
        return loaded ? loaded->problem : Problem{};
    }

    /// The held description; its models are looked for beside it.
    Problem held_problem() {
        const SourceFile source((m_folder.path() / "SystemFile.json").string(),
                                held_text("space4ai-d/SystemFile.json"));
        auto parsed = placement::parse_system(source, m_reporter);
        EXPECT_TRUE(parsed.has_value());
        return parsed ? *parsed : Problem{};
    }

    ScratchDirectory m_folder;
    CollectingReporter m_reporter;
};

TEST_F(Space4aidSystem, IsWrittenAsHeld) {
    json held = json::parse(held_text("space4ai-d/SystemFile.json"));
    // We list every component of the graph; held files leave out one that nothing follows.
    held["DirectedAcyclicGraph"]["c3"] = {{"next", json::array()},
                                          {"transition_probability", json::array()}};
    const json written = json::parse(placement::write_system(application_problem()));
    EXPECT_EQ(json::diff(held, written), json::array());
}

TEST_F(Space4aidSystem, HasTheSameOptimumReadFromEither) {
    const Problem application = application_problem();
    const Problem held = held_problem();
    const ExactResult ours = branch_and_bound(Instance(application), {});
    const ExactResult theirs = branch_and_bound(Instance(held), {});
    ASSERT_EQ(ours.status, ExactStatus::optimal);
    EXPECT_EQ(theirs.status, ExactStatus::optimal);
    EXPECT_EQ(ours.cost, theirs.cost);
    EXPECT_EQ(ours.solution, theirs.solution);
    const test::NaiveEvaluation checked = test::NaiveEvaluator(held).evaluate(*ours.solution);
    EXPECT_TRUE(checked.feasible());
    EXPECT_NEAR(checked.cost, ours.cost, 1e-9 * ours.cost);
}

/// The held placement belongs to another system: the second component's partitions and the third
/// component are on resources that are none of their candidates.
TEST_F(Space4aidSystem, HeldPlacementUsesResourcesThatAreNoCandidates) {
    const Problem held = held_problem();
    const SourceFile source("Output.json", held_text("space4ai-d/Output.json"));
    const auto solution = placement::parse_solution(source, held, m_reporter);
    ASSERT_TRUE(solution.has_value());
    const Evaluation evaluation = evaluate(Instance(held), solution->solution);
    std::vector<std::size_t> misplaced;
    for (const Violation& violation : evaluation.violations) {
        if (violation.kind == ConstraintKind::compatibility) {
            misplaced.push_back(violation.subject);
        }
    }
    EXPECT_TRUE(std::ranges::count(misplaced, 1U) > 0 && std::ranges::count(misplaced, 2U) > 0);
}

} // namespace
} // namespace aisprint::optimizer::reference
