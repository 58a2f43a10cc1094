// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "double_process.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/profiling/campaign.hpp"
#include "aisprint/profiling/oscar_backend.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling::test {

/// Clusters that are there; counts how often they are asked for, and how it ended.
class GivenClusters final : public ClusterSource {
public:
    Result<void> check(const std::vector<std::string>&) override { return {}; }
    Result<ClusterMap> prepare(const NodeCounts& nodes, std::stop_token) override {
        asked.push_back(nodes);
        return clusters;
    }
    Result<void> finish(CampaignEnd end) override {
        ends.push_back(end);
        return {};
    }

    ClusterMap clusters;
    std::vector<NodeCounts> asked;
    std::vector<CampaignEnd> ends;
};

/// The version that a test runs with, as a part of its name.
[[nodiscard]] std::string name_of_version(const ::testing::TestParamInfo<const char*>& version);

/// Stops the campaign when the test of that number begins, or as it runs.
class StoppingObserver final : public CampaignObserver {
public:
    void deployment_begins(std::size_t) override {}
    void test_begins(const TestId& test, std::size_t) override {
        tests.push_back(test.unit);
        if (on_test) {
            on_test(tests.size());
        }
    }
    void test_skipped(const TestId&) override {}
    void progress(const Progress& progress) override {
        if (on_progress) {
            on_progress(progress);
        }
    }
    void test_ends(const TestId& test, const RunOutcome& outcome) override {
        outcomes[test.unit + " " + std::to_string(test.run)] = outcome;
    }
    void results_made(std::size_t, const std::string&) override {}

    std::vector<std::string> tests;
    std::map<std::string, RunOutcome> outcomes;
    std::function<void(std::size_t)> on_test;
    std::function<void(const Progress&)> on_progress;
};

/// An application of two components that are tiny programs, and the double that runs them.
class OscarCampaign : public ::testing::Test {
protected:
    OscarCampaign();

    void SetUp() override;

    /// Starts the double. Further arguments override those that are given always.
    void start_double(const std::string& clusters, const std::vector<std::string>& more = {});

    void write(const std::string& path, const std::string& text);
    [[nodiscard]] std::string text_of(const std::string& path);

    /// Program of a component: `body` may use source (bytes) and write(name, bytes).
    void write_component(const std::string& name, const std::string& body);

    /// Levels of parallelism and tests alone, or not.
    void write_parameters(const std::string& levels, const std::string& single_services);

    [[nodiscard]] CampaignPlan plan();

    /// Runs a campaign on the double's clusters, or on this machine.
    [[nodiscard]] Result<CampaignSummary> run_on_oscar(StoppingObserver& observer,
                                                       const std::stop_token& stop = {});
    [[nodiscard]] Result<CampaignSummary> run_here(StoppingObserver& observer);

    /// Paths below the campaign's folder, each with how often it is there; names of jobs masked,
    /// without what is of clusters only.
    [[nodiscard]] std::map<std::string, int> tree() const;

    /// Lines "+1 PATH" for what is found more, "-1 PATH" for what is found less often.
    [[nodiscard]] static std::vector<std::string>
    differences(const std::map<std::string, int>& expected,
                const std::map<std::string, int>& found);

    /// Names of services on a cluster, and of its buckets.
    [[nodiscard]] std::set<std::string> services(const std::string& cluster);
    [[nodiscard]] std::set<std::string> buckets(const std::string& cluster);

    ScratchDirectory m_scratch;
    config::ApplicationFolder m_folder;
    CollectingReporter m_reporter;
    std::unique_ptr<DoubleProcess> m_double;
    GivenClusters m_clusters;
    OscarOptions m_options;
    std::vector<std::string> m_said;
    bool m_with_shell = true;
};

} // namespace aisprint::profiling::test
