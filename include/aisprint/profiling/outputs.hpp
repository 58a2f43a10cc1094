// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/models.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// The report of a campaign, in its folder.
inline constexpr const char* k_report_file = "report.html";

/// Checks, before anything is measured, what write_campaign_outputs() will read when everything is:
/// the files of the optimiser and the configuration of training. Fails (input) with all that is
/// wrong, (io).
[[nodiscard]] Result<void> check_campaign_outputs(const config::ApplicationFolder& folder,
                                                  const CampaignPlan& plan);

/// Trains the models of a campaign, unless its parameters say not to, and writes what the optimiser
/// reads (oscarp/performance_models.json, oscarp/components_data_size.yaml) and the report with its
/// pictures, all of it or nothing. `environment` are lines of the report about the machine. Fails
/// (io), (input) for a damaged file of the optimiser or a configuration of training with errors, or
/// if another campaign was begun in the folder meanwhile (PRF062).
[[nodiscard]] Result<CampaignModels> write_campaign_outputs(const config::ApplicationFolder& folder,
                                                            const CampaignPlan& plan,
                                                            const CampaignSummary& summary,
                                                            std::vector<std::string> environment,
                                                            Reporter& reporter,
                                                            const std::stop_token& stop);

} // namespace aisprint::profiling
