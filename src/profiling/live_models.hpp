// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/config/application.hpp"
#include "aisprint/perf/model.hpp"
#include "aisprint/profiling/live_run.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// What performance_models.json has of a unit.
struct LiveModel {
    std::string name;                         ///< LambdaBasedPredictor, PACSLTK, ...
    std::shared_ptr<const perf::Model> model; ///< null: `warm_seconds` is all
    double warm_seconds = 0;
};

/// The entries of the units of a chain, by unit id. Units without one that can be used are warnings
/// (PRF082). Fails (input, PRF071) if the file is no JSON object, or a model file is damaged.
[[nodiscard]] Result<std::map<std::string, LiveModel>>
load_live_models(const config::ApplicationFolder& folder,
                 const CampaignPlan& plan,
                 const UnitChain& chain,
                 Reporter& reporter);

/// What the model says of a unit that has so many cores and so many jobs per second, in the way in
/// which the optimiser asks it; notes tell where the answer is less than it seems. Nothing if the
/// model needs another input.
[[nodiscard]] std::optional<ExpectedTime>
ask_model(const LiveModel& model, double cores, double rate, std::vector<std::string>& notes);

} // namespace aisprint::profiling
