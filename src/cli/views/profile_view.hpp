// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.hpp"

#include "aisprint/profiling/campaign.hpp"
#include "aisprint/profiling/estimate.hpp"
#include "aisprint/profiling/models.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::cli {

/// The deployments of a campaign, with the fit of their containers.
[[nodiscard]] std::string campaign_recap(const profiling::CampaignPlan& plan);

/// What a dry run adds: the schedule of each deployment that `only` lets be tested, and the number
/// of tests.
[[nodiscard]] std::string dry_run_text(const profiling::CampaignPlan& plan,
                                       const std::vector<std::string>& only);

/// What one job of each component took that was run to know; nothing without any.
[[nodiscard]] std::string calibration_text(const std::map<std::string, double>& parts);

/// What a campaign will take, by deployment.
[[nodiscard]] std::string estimate_text(const profiling::CampaignEstimate& estimate);
[[nodiscard]] nlohmann::ordered_json to_json(const profiling::CampaignEstimate& estimate);

/// What was measured: a line for each unit and level.
[[nodiscard]] std::string campaign_table(const profiling::CampaignPlan& plan,
                                         const profiling::CampaignSummary& summary);

/// The model of each unit, with its error on rows that had no say in it.
[[nodiscard]] std::string models_table(const profiling::CampaignPlan& plan,
                                       const profiling::CampaignModels& models);

/// What a report says of the machine that was measured on.
[[nodiscard]] std::vector<std::string> environment_lines(const profiling::LimitMethods& limits);

/// Models for programs.
[[nodiscard]] nlohmann::ordered_json to_json(const profiling::CampaignPlan& plan,
                                             const profiling::CampaignModels& models);

/// A plan, and what came of it, for programs.
[[nodiscard]] nlohmann::ordered_json to_json(const profiling::CampaignPlan& plan);
[[nodiscard]] nlohmann::ordered_json to_json(const profiling::CampaignPlan& plan,
                                             const profiling::CampaignSummary& summary);

/// Tells a campaign as it goes on, in the words of the guide. Progress is one line that is
/// rewritten on a terminal; elsewhere a line for each tenth.
class CampaignView final : public profiling::CampaignObserver {
public:
    CampaignView(Session& session,
                 const profiling::CampaignPlan& plan,
                 std::optional<profiling::LimitMethods> limits,
                 profiling::RemainingTime remaining);

    void deployment_begins(std::size_t deployment) override;
    void test_begins(const profiling::TestId& test, std::size_t total_runs) override;
    void test_skipped(const profiling::TestId& test) override;
    void test_repeated(const profiling::TestId& test) override;
    void progress(const profiling::Progress& progress) override;
    void test_ends(const profiling::TestId& test, const profiling::RunOutcome& outcome) override;
    void results_made(std::size_t deployment, const std::string& unit) override;
    void results_kept(std::size_t deployment, const std::string& unit) override;

private:
    void say(const std::string& text);

    Session& m_session;
    const profiling::CampaignPlan& m_plan;
    std::optional<profiling::LimitMethods> m_limits; ///< nothing: measured elsewhere
    profiling::RemainingTime m_remaining;
    std::string m_service;
    std::size_t m_tenths = 0;
};

} // namespace aisprint::cli
