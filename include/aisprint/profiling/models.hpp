// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/campaign.hpp"
#include "aisprint/profiling/report.hpp"

#include "aisprint/config/application.hpp"
#include "aisprint/perf/model.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// The best model of a unit.
struct UnitModel {
    std::size_t unit = 0;
    std::string technique;
    double validation_mape = 0; ///< a fraction; error on rows that had no say
    /// Error on levels of parallelism that were left out; nothing if none could be.
    std::optional<double> level_mape;
    double mean_target = 0;             ///< s
    std::optional<double> warm_seconds; ///< of a function: mean of calls to waiting instances
    std::optional<double> cold_seconds; ///< mean of calls to new instances, with their start
    std::string predictor;              ///< CoreBasedPredictor or LambdaBasedPredictor
    std::string file;                   ///< of the model, relative to the application
    std::shared_ptr<const perf::Model> model;
};

/// What training of a campaign gave.
struct CampaignModels {
    std::vector<UnitModel> models;
    std::vector<std::string> failed; ///< units without a model, with the reason
};

/// Trains a model of each unit's table, with the application's oscarp/aMLLibrary-config.ini if
/// there is one, else with a configuration for small tables. A table on which nothing can be
/// trained gives the mean, with a warning (PRF070). Model folders lie under the unit's
/// results/Models, with results/model_report.csv beside them: what each technique predicts for
/// levels that it has not seen. Models of an unchanged table and configuration are not trained
/// again. Fails (input) for a configuration with errors, (io).
[[nodiscard]] Result<CampaignModels> train_models(const config::ApplicationFolder& folder,
                                                  const CampaignPlan& plan,
                                                  const CampaignSummary& summary,
                                                  Reporter& reporter,
                                                  const std::stop_token& stop);

/// performance_models.json with the models of a campaign; entries of other units stay. Fails
/// (input, PRF071) if `existing` is no JSON object.
[[nodiscard]] Result<std::string> merge_performance_models(const std::string& existing,
                                                           const CampaignPlan& plan,
                                                           const CampaignModels& models);

/// What a report of the campaign shows. Fails (io, input) if the tests cannot be read.
[[nodiscard]] Result<ReportData> report_data(const CampaignPlan& plan,
                                             const CampaignSummary& summary,
                                             const CampaignModels& models,
                                             std::vector<std::string> environment);

} // namespace aisprint::profiling
