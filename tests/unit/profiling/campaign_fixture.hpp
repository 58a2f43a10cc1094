// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/files.hpp"
#include "aisprint/profiling/campaign.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace aisprint::profiling {

namespace fs = std::filesystem;

/// Answers each run with jobs of fixed times; counts what it is asked for.
class FixedBackend final : public Backend {
public:
    Result<void> check(const Testbed&) override { return {}; }

    Result<RunOutcome> run(const RunRequest& request,
                           const ProgressSink& progress,
                           const std::stop_token& stop) override {
        RunOutcome outcome;
        const bool is_full = request.kind == RunKind::full_workflow;
        std::vector<std::string> ids;
        const std::size_t objects = objects_of(request);
        for (const RunService& service : request.services) {
            ids.push_back(service.unit->id);
            outcome.jobs.push_back(jobs_of(service, objects, m_seconds(request)));
            const fs::path bucket = request.work / fmt::format("bucket{}", service.position + 1);
            for (const JobRecord& job : outcome.jobs.back()) {
                if (is_full) {
                    EXPECT_TRUE(make_directories(bucket));
                    EXPECT_TRUE(write_file_atomic(bucket / job.output_keys[0], "out"));
                }
            }
            progress({service.unit->service, objects, objects});
        }
        if (is_full) {
            const fs::path bucket = request.work / "bucket0";
            EXPECT_TRUE(make_directories(bucket));
            for (std::size_t i = 0; i < objects; ++i) {
                EXPECT_TRUE(write_file_atomic(bucket / fmt::format("in_{}", i), "x"));
            }
            EXPECT_TRUE(write_file_atomic(request.work / "workflow", request.workflow));
        }
        m_calls.push_back(fmt::format("{}", fmt::join(ids, "+")));
        if (m_calls.size() == m_stop_at) {
            m_source.request_stop();
        }
        outcome.health = m_health(request);
        outcome.interrupted = stop.stop_requested();
        return outcome;
    }

    Result<bool> holds_objects_of(const RunRequest& full) override {
        const auto workflow = read_file(full.work / "workflow");
        return workflow && *workflow == full.workflow;
    }

    static std::size_t objects_of(const RunRequest& request) {
        if (request.kind == RunKind::full_workflow) {
            return request.input_files.size() == 1
                       ? static_cast<std::size_t>(request.batch_size * request.number_of_batches)
                       : request.input_files.size();
        }
        const fs::path bucket =
            request.work / fmt::format("bucket{}", request.services.front().position);
        const fs::directory_iterator objects(bucket);
        return static_cast<std::size_t>(std::distance(begin(objects), end(objects)));
    }

    static std::vector<JobRecord>
    jobs_of(const RunService& service, std::size_t count, std::chrono::seconds length) {
        const Moment begin(std::chrono::sys_days(std::chrono::year(2023) / 6 / 1));
        std::vector<JobRecord> jobs;
        for (std::size_t i = 0; i < count; ++i) {
            JobRecord job;
            job.name = fmt::format("{}-{}", service.unit->service, i);
            job.service = service.unit->service;
            job.resource = service.unit->resource;
            job.job_create = job.pod_create = job.job_start = job.script_start =
                begin + std::chrono::seconds(i / static_cast<std::size_t>(service.parallelism));
            job.script_end = job.job_finish = *job.job_create + length;
            job.output_keys = {job.name + ".out"};
            job.output_bytes = 2500;
            jobs.push_back(std::move(job));
        }
        return jobs;
    }

    std::vector<std::string> m_calls;
    std::size_t m_stop_at = 0;
    /// Length of the jobs of a run, and why it is degraded.
    std::function<std::chrono::seconds(const RunRequest&)> m_seconds = [](const RunRequest&) {
        return std::chrono::seconds(1);
    };
    std::function<std::vector<std::string>(const RunRequest&)> m_health = [](const RunRequest&) {
        return std::vector<std::string>();
    };
    std::stop_source m_source;
};

/// Notes what it is told.
class Notes final : public CampaignObserver {
public:
    void deployment_begins(std::size_t deployment) override {
        m_lines.push_back(fmt::format("deployment {}", deployment));
    }
    void test_begins(const TestId& test, std::size_t total) override {
        m_lines.push_back(
            fmt::format("{}/{} {} of {}", test.deployment, test.unit, test.run, total));
    }
    void test_skipped(const TestId& test) override {
        m_lines.push_back(fmt::format("skip {}/{} {}", test.deployment, test.unit, test.run));
    }
    void progress(const Progress&) override {}
    void test_ends(const TestId&, const RunOutcome&) override {}
    void results_made(std::size_t deployment, const std::string& unit) override {
        m_lines.push_back(fmt::format("results {}/{}", deployment, unit));
    }

    void results_kept(std::size_t deployment, const std::string& unit) override {
        m_lines.push_back(fmt::format("kept {}/{}", deployment, unit));
    }

    std::vector<std::string> m_lines;
};

/// An application of two components, the first of which can be cut, and what is run of it.
class CampaignTest : public ::testing::Test {
protected:
    CampaignTest() : m_folder{m_scratch.path(), "app"} {}

    void SetUp() override {
        write("common_config/application_dag.yaml",
              "System:\n  name: app\n  components: [a, b]\n  dependencies: [[a, b, 1]]\n");
        write("common_config/candidate_resources.yaml", R"(
System:
  name: app
  NetworkDomains:
    ND1:
      AccessDelay: 0
      Bandwidth: 100
      subNetworkDomains: []
      ComputationalLayers:
        computationalLayer1:
          number: 1
          type: Virtual
          Resources:
            resource1: {name: VM1, totalNodes: 5, cost: 1, memorySize: 8192,
                        processors: {processor1: {architecture: amd64, computingUnits: 4}}}
        computationalLayer2:
          number: 2
          type: Virtual
          Resources:
            resource1: {name: VM2, totalNodes: 5, cost: 1, memorySize: 8192,
                        processors: {processor1: {architecture: amd64, computingUnits: 4}}}
)");
        write("common_config/candidate_deployments.yaml",
              "Components:\n" + entry("component1", "a", 1, "VM1") +
                  entry("component1_partitionX_1", "a_partitionX_1", 1, "VM1") +
                  entry("component1_partitionX_2", "a_partitionX_2", 1, "VM1") +
                  entry("component2", "b", 2, "VM2"));
        write("aisprint/designs/component_partitions.yaml",
              "components:\n  a:\n    partitions: [base, partition1_1, partition1_2]\n"
              "  b:\n    partitions: [base]\n");
        write("oscarp/run_parameters.yaml", R"(
input_files: {filename: clip.mp4}
asynchronous: {batch_size: 3, number_of_batches: 2}
components:
  component1: {parallelism: [4, 2]}
  component2: {parallelism: [4, 2]}
run: {campaign_dir: c1, repetitions: 2}
)");
        write("oscarp/input_files/clip.mp4", "moving pictures");
    }

    static std::string
    entry(const std::string& key, const std::string& name, int layer, const std::string& resource) {
        return fmt::format("  {}:\n    name: {}\n    candidateExecutionLayers: [{}]\n"
                           "    Containers:\n      container1: {{image: '', memorySize: 1024, "
                           "computingUnits: 0.9, candidateExecutionResources: [{}]}}\n",
                           key, name, layer, resource);
    }

    void write(const std::string& path, const std::string& text) {
        ASSERT_TRUE(make_directories((m_scratch.path() / path).parent_path()));
        ASSERT_TRUE(write_file_atomic(m_scratch.path() / path, text));
    }

    std::string text_of(const std::string& path) {
        const auto text = read_file(m_scratch.path() / path);
        EXPECT_TRUE(text) << path;
        return text ? *text : "";
    }

    CampaignPlan plan() {
        auto planned = plan_campaign(m_folder, m_reporter);
        EXPECT_TRUE(planned);
        if (!planned) {
            ADD_FAILURE() << planned.error().diagnostics[0].message;
            return {};
        }
        return std::move(*planned);
    }

    Result<CampaignSummary> run(FixedBackend& backend, Notes& notes, CampaignOptions options = {}) {
        return run_campaign(plan(), options, backend, notes, m_reporter,
                            backend.m_source.get_token());
    }

    /// Paths below the campaign, without locks and buckets.
    std::set<std::string> files() {
        std::set<std::string> paths;
        const fs::path campaign = m_scratch.path() / "oscarp/c1";
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(campaign)) {
            const std::string path = fs::relative(entry.path(), campaign).string();
            if (entry.is_regular_file() && !path.starts_with(".work")) {
                paths.insert(path);
            }
        }
        return paths;
    }

    ScratchDirectory m_scratch;
    config::ApplicationFolder m_folder;
    CollectingReporter m_reporter;
};

} // namespace aisprint::profiling
