// SPDX-License-Identifier: Apache-2.0
#include "sample_application.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace aisprint::placement {

namespace {

const char* const k_dag = R"(System:
  name: sample
  components: [stage1, sink, archive]
  dependencies: [[stage1, archive, 0.25], [stage1, sink, 0.5], [sink, archive, 1]]
)";

const char* const k_resources = R"(System:
  name: Sample System
  NetworkDomains:
    ND3:
      name: everything
      AccessDelay: 0.02
      Bandwidth: 1000
      subNetworkDomains: [ND1, ND2]
    ND1:
      name: edge
      AccessDelay: 0.001
      Bandwidth: 40000
      ComputationalLayers:
        computationalLayer1:
          name: Edge
          number: 1
          type: PhysicalAlreadyProvisioned
          Resources:
            resource1:
              name: Pi
              description: a small computer
              cost: 0.5
              memorySize: 4096
              operatingSystemVersion: 20.10
              processors:
                processor1: {architecture: arm64, computingUnits: 4}
    ND2:
      name: cloud
      AccessDelay: 0
      Bandwidth: 1000000
      ComputationalLayers:
        computationalLayer2:
          name: Cloud
          number: 2
          type: Virtual
          Resources:
            resource1:
              name: Small
              totalNodes: 3
              description: t2.large
              cost: 1.25
              memorySize: 8192
              processors:
                processor1: {architecture: amd64, computingUnits: 2}
            resource2:
              name: Large
              totalNodes: 4
              cost: 2.5
              memorySize: 16384
              processors:
                processor1: {architecture: amd64, computingUnits: 4}
                processor2: {architecture: amd64, computingUnits: 4}
        computationalLayer3:
          name: Functions
          number: 3
          type: NativeCloudFunction
          Resources:
            resource1:
              name: Quick
              description: a function
              architecture: arm64
              cost: 0.4
              memorySize: 2048
              idleTime: 600
              transitionCost: 0
            resource2:
              name: Slow
              cost: 0.1
              memorySize: 1024
              idleTime: 300
)";

const char* const k_candidates = R"(Components:
  component1:
    name: stage1
    candidateExecutionLayers: [1, 2]
    Containers:
      container1:
        image: registry/stage1:1
        memorySize: 1000
        computingUnits: 0.9
        candidateExecutionResources: [Pi, Small]
      container2:
        image:
        memorySize: 3000
        computingUnits: 2
        candidateExecutionResources: [Small, Large]
  component1_partitionX_1:
    name: stage1_partitionX_1
    candidateExecutionLayers: [1]
    Containers:
      container1:
        image: [reg/a:1, reg/b:1, reg/c:1, reg/d:1, reg/e:1, reg/f:1, reg/g:1, reg/h:1, reg/i:1, reg/j:1]
        memorySize: [500, 600, 500, 500, 500, 500, 500, 500, 500, 700]
        computingUnits: 0.9
        candidateExecutionResources: [Pi]
  component1_partitionX_2:
    name: stage1_partitionX_2
    candidateExecutionLayers: [2, 3]
    Containers:
      container1:
        image: [reg/stage1_partition1_2_arm64:1, reg/stage1_partition2_2_amd64:1, reg/stage1_partition2_2_arm64:1, reg/stage1_partition10_2_amd64:1]
        memorySize: 800
        computingUnits: 0.9
        candidateExecutionResources: [Small, Quick]
  component2:
    name: sink
    candidateExecutionLayers: [3]
    Containers:
      container1:
        image: registry/sink:1
        memorySize: 512
        computingUnits: 1
        candidateExecutionResources: [Quick, Slow]
  component12:
    name: archive
    candidateExecutionLayers: [2]
    Containers:
      container1:
        image: registry/archive:1
        memorySize: 1024
        computingUnits: 1
        candidateExecutionResources: [Large, Small]
)";

const char* const k_annotations = R"(app/src/archive/main.py:
  component_name:
    name: archive
  exec_time: {}
app/src/stage1/main.py:
  component_name:
    name: stage1
  exec_time:
    local_time_thr: 20
  expected_throughput:
    rate: 0.5
)";

const char* const k_partitions = R"(components:
  archive:
    partitions: [base]
  sink:
    partitions: [base]
  stage1:
    partitions: [base, partition10_2, partition10_1, partition1_2, partition1_1, partition2_2, partition2_1]
)";

const char* const k_multi_cluster = R"(System:
  Deployments:
    base:
      ExecutionLayers:
        1: {components: [stage1], local_constraints: {}, global_constraints: {}}
        2: {components: [archive], local_constraints: {}, global_constraints: {}}
        3: {components: [sink], local_constraints: {}, global_constraints: {}}
    empty: null
    deployment1:
      ExecutionLayers:
        2: {components: [stage1, archive], local_constraints: {}, global_constraints: {}}
        3: {components: [sink], local_constraints: {}, global_constraints: {}}
    deployment2:
      ExecutionLayers:
        1: {components: [stage1_partition1_1], local_constraints: {}, global_constraints: {}}
        2: {components: [stage1_partition1_2, archive], local_constraints: {}, global_constraints: {}}
        3: {components: [sink], local_constraints: {}, global_constraints: {}}
    deployment3:
      ExecutionLayers:
        1: {components: [stage1_partition2_1], local_constraints: {}, global_constraints: {}}
        2: {components: [stage1_partition2_2, archive], local_constraints: {}, global_constraints: {}}
        3: {components: [sink], local_constraints: {}, global_constraints: {}}
    deployment4:
      ExecutionLayers:
        1: {components: [stage1_partition10_1], local_constraints: {}, global_constraints: {}}
        2: {components: [archive], local_constraints: {}, global_constraints: {}}
        3: {components: [sink, stage1_partition10_2], local_constraints: {}, global_constraints: {}}
)";

const char* const k_deployment_dag = R"(System:
  name: sample
  components: [stage1_partition{0}_1, stage1_partition{0}_2, archive, sink]
  dependencies:
  - [stage1_partition{0}_1, stage1_partition{0}_2, {1}]
  - [stage1_partition{0}_2, archive, 0.25]
  - [stage1_partition{0}_2, sink, 0.5]
  - [sink, archive, 1]
)";

const char* const k_data_sizes = R"(stage1: 100
stage1_partition1_1: 800.5
stage1_partition1_2: 101
stage1_partition2_1: 400
stage1_partition2_2: 102
stage1_partition10_1: 200
stage1_partition10_2: 110
sink: 5
archive: 0
)";

const char* const k_performance = R"({
  "stage1": {
    "stage1": {
      "Pi": {"model": "QTedge", "demand": 0.9},
      "Small": {"model": "QTcloud", "demand": 0.5},
      "Large": {"model": "QTcloud", "demand": 0.25}
    },
    "stage1_partition1_1": {"Pi": {"model": "QTedge", "demand": 0.11}},
    "stage1_partition1_2": {
      "Small": {"model": "QTcloud", "demand": 0.12},
      "Quick": {"model": "PACSLTK", "demandWarm": 0.12, "demandCold": 1.12}
    },
    "stage1_partition2_1": {"Pi": {"model": "QTedge", "demand": 0.21}},
    "stage1_partition2_2": {
      "Small": {"model": "QTcloud", "demand": 0.22},
      "Quick": {"model": "PACSLTK", "demandWarm": 0.22, "demandCold": 1.22}
    },
    "stage1_partition10_1": {"Pi": {"model": "QTedge", "demand": 0.31}},
    "stage1_partition10_2": {
      "Small": {"model": "QTcloud", "demand": 0.32},
      "Quick": {"model": "PACSLTK", "demandWarm": 0.32, "demandCold": 1.32}
    }
  },
  "sink": {
    "sink": {
      "Quick": {"model": "PACSLTK", "demandWarm": 0.4, "demandCold": 1.5},
      "Slow": {"model": "PACSLTK", "demandWarm": 0.8, "demandCold": 2.5}
    }
  },
  "archive": {
    "archive": {
      "Large": {"model": "QTcloud", "demand": 0.05},
      "Small": {"model": "QTcloud", "demand": 0.1}
    }
  }
}
)";

const char* const k_constraints = R"(System:
  name: sample
  local_constraints:
    local_constraint_1: {component_name: stage1, threshold: 20}
  global_constraints:
    global_constraint_1: {components_path: [stage1, sink, archive], threshold: 30.5}
    global_constraint_2: {path_components: [stage1, archive], threshold: 25}
)";

const char* const k_methods = R"(Time: 2
EdgeResources: [computationallayer1]
CloudResources: [computationalLayer2]
Methods:
  method1: {name: RandomGreedy, iterations: 10, duration: 0}
  method2: {name: BS, upperBoundLambda: 2, epsilon: 0.001}
Seed: 1
VerboseLevel: 0
)";

const char* const k_degraded_dag = R"(System:
  name: degraded
  components: [filter, classifier]
  alternative_components:
    filter: [filter_small]
    classifier: [classifier_small]
  dependencies: [[filter, classifier, 0.5]]
)";

const char* const k_degraded_candidates = R"(Components:
  component1:
    name: filter
    candidateExecutionLayers: [1]
    Containers:
      container1:
        image:
        memorySize: 1000
        computingUnits: 1
        candidateExecutionResources: [Pi]
  component2:
    name: classifier
    candidateExecutionLayers: [2, 3]
    Containers:
      container1:
        image:
        memorySize: 1000
        computingUnits: 1
        candidateExecutionResources: [Small, Large, Quick]
  component2_alternative1:
    name: classifier_small
    candidateExecutionLayers: [2, 3]
    Containers:
      container1:
        image:
        memorySize: 500
        computingUnits: 1
        candidateExecutionResources: [Small, Quick]
)";

const char* const k_degraded_annotations = R"(app/src/classifier/main.py:
  component_name:
    name: classifier
  model_performance:
    metric: average_f1
    metric_thr: 0.6
app/src/filter/main.py:
  component_name:
    name: filter
  expected_throughput:
    rate: 2
  model_performance:
    filtered_class: background
)";

const char* const k_degraded_performance = R"({
  "filter": {"filter": {"Pi": {"model": "QTedge", "demand": 0.4}}},
  "filter_small": {"filter_small": {"Pi": {"model": "QTedge", "demand": 0.2}}},
  "classifier": {"classifier": {
    "Small": {"model": "QTcloud", "demand": 0.8},
    "Large": {"model": "QTcloud", "demand": 0.5},
    "Quick": {"model": "PACSLTK", "demandWarm": 0.9, "demandCold": 1.9}}},
  "classifier_small": {"classifier_small": {
    "Small": {"model": "QTcloud", "demand": 0.3},
    "Quick": {"model": "PACSLTK", "demandWarm": 0.35, "demandCold": 1.2}}}
}
)";

const char* const k_listing = R"(System:
  metric_name: average_f1
  metric_thr: 0.6
  sorted_deployments_performance:
  - original_deployment:
      components: [filter, classifier]
      dependencies: [[filter, classifier, 0.5]]
      metric_value: 0.9
  - alternative_deployment1:
      components: [filter, classifier_small]
      dependencies: [[filter, classifier_small, 0.5]]
      metric_value: 0.8
  - alternative_deployment2:
      components: [filter_small, classifier]
      dependencies: [[filter_small, classifier, 0.7]]
      metric_value: 0.6
  - alternative_deployment3:
      components: [filter_small, classifier_small]
      dependencies: [[filter_small, classifier_small, 0.7]]
      metric_value: 0.5999
)";

const char* const k_degraded_multi_cluster = R"(System:
  Deployments:
    base:
      ExecutionLayers:
        1: {components: [filter], local_constraints: {}, global_constraints: {}}
        2: {components: [classifier], local_constraints: {}, global_constraints: {}}
)";

const char* const k_degraded_constraints = R"(system:
  name: degraded
  local_constraints:
    local_constraint_1: {component_name: classifier, threshold: 5}
  global_constraints:
    global_constraint_1: {path_components: [filter, classifier], threshold: 9}
)";

} // namespace

SampleApplication SampleApplication::partitioned() {
    SampleApplication app;
    app.m_files = {{"common_config/application_dag.yaml", k_dag},
                   {"common_config/candidate_resources.yaml", k_resources},
                   {"common_config/candidate_deployments.yaml", k_candidates},
                   {"common_config/annotations.yaml", k_annotations},
                   {"aisprint/designs/component_partitions.yaml", k_partitions},
                   {"aisprint/deployments/multi_cluster_qos_constraints.yaml", k_multi_cluster},
                   {"aisprint/deployments/deployment2/application_dag.yaml",
                    fmt::format(fmt::runtime(k_deployment_dag), 1, 0.554)},
                   {"aisprint/deployments/deployment3/application_dag.yaml",
                    fmt::format(fmt::runtime(k_deployment_dag), 2, 0.7)},
                   {"aisprint/deployments/deployment4/application_dag.yaml",
                    fmt::format(fmt::runtime(k_deployment_dag), 10, 1)},
                   {"oscarp/components_data_size.yaml", k_data_sizes},
                   {"oscarp/performance_models.json", k_performance},
                   {"space4ai-d/qos_constraints.yaml", k_constraints},
                   {"space4ai-d/SPACE4AI-D.yaml", k_methods}};
    return app;
}

SampleApplication SampleApplication::degraded() {
    SampleApplication app;
    app.m_files = {
        {"common_config/application_dag.yaml", k_degraded_dag},
        {"common_config/candidate_resources.yaml", k_resources},
        {"common_config/candidate_deployments.yaml", k_degraded_candidates},
        {"common_config/annotations.yaml", k_degraded_annotations},
        {"aisprint/designs/component_partitions.yaml",
         "components:\n  filter: {partitions: [base]}\n  classifier: {partitions: [base]}\n"},
        {"aisprint/deployments/multi_cluster_qos_constraints.yaml", k_degraded_multi_cluster},
        {"oscarp/components_data_size.yaml",
         "filter: 10\nclassifier: 1\nfilter_small: 9\nclassifier_small: 1\n"},
        {"oscarp/performance_models.json", k_degraded_performance},
        {"space4ai-d/qos_constraints.yaml", k_degraded_constraints},
        {"space4ai-d/SPACE4AI-D.yaml", k_methods},
        {"space4ai-r/deployments_performance.yaml", k_listing}};
    return app;
}

SampleApplication& SampleApplication::replace(const std::string& file,
                                              const std::string& from,
                                              const std::string& to) {
    std::string& text = m_files.at(file);
    const std::size_t place = text.find(from);
    if (place == std::string::npos) {
        std::fprintf(stderr, "nothing to replace in %s: %s\n", file.c_str(), from.c_str());
        std::abort();
    }
    text.replace(place, from.size(), to);
    return *this;
}

SampleApplication& SampleApplication::remove(const std::string& file) {
    m_files.erase(file);
    return *this;
}

SampleApplication& SampleApplication::write(const std::string& file, const std::string& text) {
    m_files[file] = text;
    return *this;
}

Result<ApplicationProblem> SampleApplication::load() {
    m_scratch = std::make_shared<ScratchDirectory>();
    for (const auto& [name, text] : m_files) {
        const std::filesystem::path path = m_scratch->path() / name;
        AISPRINT_TRY(make_directories(path.parent_path()));
        AISPRINT_TRY(write_new_file(path, text));
    }
    CollectingReporter reporter;
    auto loaded = load_application_problem(m_scratch->path(), reporter);
    m_warnings = reporter.diagnostics();
    return loaded;
}

std::vector<std::string> SampleApplication::findings() {
    const auto loaded = load();
    std::vector<std::string> codes;
    if (!loaded) {
        for (const Diagnostic& diagnostic : loaded.error().diagnostics) {
            codes.push_back(diagnostic.code);
        }
    }
    if (!m_warnings.empty()) {
        codes.emplace_back("|");
        for (const Diagnostic& diagnostic : m_warnings) {
            codes.push_back(diagnostic.code);
        }
    }
    return codes;
}

ApplicationProblem SampleApplication::loaded() {
    auto result = load();
    if (!result) {
        for (const Diagnostic& diagnostic : result.error().diagnostics) {
            std::fputs(format_diagnostic(diagnostic).c_str(), stderr);
        }
        std::abort();
    }
    return std::move(*result);
}

} // namespace aisprint::placement
