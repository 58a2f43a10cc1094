// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/backend.hpp"
#include "aisprint/profiling/results.hpp"
#include "aisprint/profiling/schedule.hpp"
#include "aisprint/profiling/statistics.hpp"

#include "aisprint/base/reporter.hpp"
#include "aisprint/config/application.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::profiling {

/// A campaign, read and checked: nothing is started, nothing is written.
struct CampaignPlan {
    RunParameters parameters;
    std::string parameters_text; ///< of run_parameters.yaml
    Testbed testbed;
    std::vector<Schedule> schedules; ///< by deployment
    std::vector<std::filesystem::path> input_files;
    std::string inputs_digest;
    std::filesystem::path folder; ///< oscarp/CAMPAIGN
    std::string shown_as;         ///< the same, for people
    /// By unit: the deployment in which it is tested alone, the first that it is part of.
    std::map<std::size_t, std::size_t> tested_in;
};

/// Reads and checks everything that a campaign needs. Fails (input) with all that is wrong.
[[nodiscard]] Result<CampaignPlan> plan_campaign(const config::ApplicationFolder& folder,
                                                 Reporter& reporter);

/// Where the whole of a workflow is tested; units have folders of their own names.
inline constexpr const char* k_full_workflow = "Full_workflow";

/// One test: a run of the full workflow, or of one unit alone.
struct TestId {
    std::size_t deployment = 0;
    std::size_t run = 1;
    std::string unit; ///< Full_workflow, or the unit's id
};

/// Units of a deployment that are in none before it, each with its degraded versions behind it.
[[nodiscard]] std::vector<std::size_t> units_new_in(const CampaignPlan& plan,
                                                    std::size_t deployment);

/// Those of them that are tested alone: all, or none if the parameters say so.
[[nodiscard]] std::vector<std::size_t> units_tested_alone(const CampaignPlan& plan,
                                                          std::size_t deployment);

/// Checks that each name is a deployment, or a unit that is tested. Fails (input, PRF065) with all
/// that are not.
[[nodiscard]] Result<void> check_names(const CampaignPlan& plan,
                                       const std::vector<std::string>& only);

/// The tests of a campaign in their order; of deployments that `only` names, or that test a unit
/// that it names; all if it is empty.
[[nodiscard]] std::vector<TestId> tests_of(const CampaignPlan& plan,
                                           const std::vector<std::string>& only);

/// What a campaign tells while it goes on. Called by one thread at a time.
class CampaignObserver {
public:
    CampaignObserver() = default;
    CampaignObserver(const CampaignObserver&) = delete;
    CampaignObserver& operator=(const CampaignObserver&) = delete;
    virtual ~CampaignObserver() = default;

    /// A deployment is about to be tested.
    virtual void deployment_begins(std::size_t deployment) = 0;
    /// A test is about to run, or is skipped since it was done before.
    virtual void test_begins(const TestId& test, std::size_t total_runs) = 0;
    virtual void test_skipped(const TestId& test) = 0;
    /// A test was begun by an earlier run of the program that did not end it; it begins again.
    virtual void test_repeated(const TestId& /*test*/) {}
    virtual void progress(const Progress& progress) = 0;
    virtual void test_ends(const TestId& test, const RunOutcome& outcome) = 0;
    /// The results of a unit, or of the full workflow, are made.
    virtual void results_made(std::size_t deployment, const std::string& unit) = 0;
    /// The results of an earlier run of the program are still those of the tests.
    virtual void results_kept(std::size_t /*deployment*/, const std::string& /*unit*/) {}
};

/// Whether what an earlier campaign measured in the folder is thrown away.
enum class Restart { no, yes };

/// What a machine has for the components that run on it at once.
struct Capacity {
    double cores = 1;
    double memory_mb = 0;
};

/// How a campaign is run.
struct CampaignOptions {
    Restart restart = Restart::no;
    std::vector<std::string> only; ///< deployment_I or ids of units; empty: all
    /// What measures, for the record of each deployment: name, version, backend, host, ...
    std::vector<std::pair<std::string, std::string>> tool;
    /// Of the machine that all resources share; nothing for clusters. Runs that ask for more are
    /// marked.
    std::optional<Capacity> capacity;
};

/// What is known of a unit after a campaign.
struct UnitResult {
    std::size_t unit = 0;
    std::size_t deployment = 0;
    std::vector<ResponseRow> rows;     ///< alone if it was tested alone, else in the full workflow
    std::vector<Measurement> measured; ///< the same rows with their runs
    std::set<std::size_t> outliers;    ///< indices of rows far from those of their configuration
    std::map<std::size_t, std::vector<std::string>> health; ///< why runs are degraded, by number
    std::set<std::size_t> oversubscribed; ///< numbers of runs that asked for more than there was
    /// Numbers of runs whose jobs took less than their moments can tell, all of them 0 s
    std::set<std::size_t> without_time;
    std::vector<ResponseRow> training_rows; ///< those that models are trained on
    std::filesystem::path training_csv;
    double mean_output_kb = 0; ///< of a job, over all full runs
};

/// How a campaign ended.
struct CampaignSummary {
    std::vector<UnitResult> units;
    std::size_t tests_done = 0;        ///< in this run of the program
    std::size_t tests_skipped = 0;     ///< done before
    std::vector<std::string> degraded; ///< "deployment_0, Run #2, C1@VM1: why"
    bool interrupted = false;
};

/// Runs what of a campaign is not done yet, and writes results. Every test is written to its folder
/// with `done` as the last file, so that a campaign that was killed goes on with the test that was
/// under way. Fails (input, PRF06x) if another campaign runs in the folder, or an earlier one was
/// another; (io).
[[nodiscard]] Result<CampaignSummary> run_campaign(const CampaignPlan& plan,
                                                   const CampaignOptions& options,
                                                   Backend& backend,
                                                   CampaignObserver& observer,
                                                   Reporter& reporter,
                                                   const std::stop_token& stop);

/// components_data_size.yaml with what was measured; entries of others stay. Fails (input) if what
/// exists is damaged (BAS010, PRF075).
[[nodiscard]] Result<std::string> merge_data_sizes(const std::string& existing,
                                                   const CampaignPlan& plan,
                                                   const CampaignSummary& summary);

} // namespace aisprint::profiling
