// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/campaign.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::profiling {

/// What a backend's own work takes, and what its resources cost.
struct EstimateSettings {
    double prepare_seconds = 0;     ///< of a service before each test
    double job_seconds = 0.1;       ///< of a job, beside the component
    double copy_seconds = 0;        ///< of an input
    double deploy_seconds = 0;      ///< of clusters, before the first test of a deployment
    double resize_seconds = 0;      ///< of clusters whose number of nodes changes
    std::optional<int> extra_nodes; ///< of each cluster, that cost as its workers; nothing: free
};

/// Processes of this machine.
[[nodiscard]] EstimateSettings local_estimate_settings();

/// OSCAR clusters, deployed for the campaign: two restarts of MinIO for each service, a quarter of
/// an hour for clusters, and a front end for each.
[[nodiscard]] EstimateSettings oscar_estimate_settings();

/// From the least to the most that can be expected; seconds, or money.
struct Range {
    double lower = 0;
    double upper = 0;
};

/// What was measured of a unit before.
struct UnitKnowledge {
    std::optional<double> job_seconds; ///< of a job in its slot, without queueing
    double jobs_per_input = 1;         ///< that reach it
};

/// By id of the unit.
using Knowledge = std::map<std::string, UnitKnowledge>;

/// What the tests tell that are done already. Tables that cannot be read tell nothing: the campaign
/// itself will say so.
[[nodiscard]] Knowledge knowledge_of(const CampaignPlan& plan);

/// What a test will take. The lower end takes unknown jobs for nothing.
[[nodiscard]] Range estimate_test(const CampaignPlan& plan,
                                  const TestId& test,
                                  const Knowledge& knowledge,
                                  const EstimateSettings& settings);

/// What a deployment will take.
struct DeploymentEstimate {
    std::size_t deployment = 0;
    std::size_t tests = 0;
    Range seconds;
    std::optional<Range> cost;
};

/// What a campaign will take.
struct CampaignEstimate {
    std::vector<DeploymentEstimate> deployments; ///< that are tested
    Range seconds;
    std::optional<Range> cost; ///< in the unit of candidate_resources.yaml
    std::set<std::string>
        unknown; ///< units whose jobs have never been measured: they count nothing
};

/// Estimates the deployments and units in `only` (all if it is empty), whether done or not.
[[nodiscard]] CampaignEstimate estimate_campaign(const CampaignPlan& plan,
                                                 const std::vector<std::string>& only,
                                                 const Knowledge& knowledge,
                                                 const EstimateSettings& settings);

/// What is left of a campaign while it goes on.
class RemainingTime {
public:
    RemainingTime(const CampaignPlan& plan,
                  const std::vector<std::string>& only,
                  const EstimateSettings& settings);

    /// A test is done, or was before.
    void skip(const TestId& test);
    void finish(const TestId& test, const RunOutcome& outcome);

    /// How long the tests that are left will take. A unit that is not measured yet counts nothing
    /// at least, and at most as much as what is known of its component; nothing while there is a
    /// component of which nothing is known.
    [[nodiscard]] std::optional<Range> left() const;

    /// How many tests there are, and are done.
    [[nodiscard]] std::size_t total() const { return m_total; }
    [[nodiscard]] std::size_t done() const { return m_total - m_left.size(); }

private:
    using Key = std::pair<std::pair<std::size_t, std::size_t>, std::string>;

    static Key key_of(const TestId& test) { return {{test.deployment, test.run}, test.unit}; }

    void guess_from(const std::string& id);
    [[nodiscard]] Knowledge with_guesses() const;

    const CampaignPlan& m_plan;
    EstimateSettings m_settings;
    Knowledge m_knowledge;
    std::map<Key, TestId> m_left;
    std::size_t m_total = 0;
};

/// For people: "35 s to 2 min 10 s"; one time if both are the same.
[[nodiscard]] std::string duration_text(const Range& seconds);

} // namespace aisprint::profiling
