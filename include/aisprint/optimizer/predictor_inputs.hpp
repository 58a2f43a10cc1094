// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/problem.hpp"

#include <optional>
#include <string>

namespace aisprint::optimizer {

/// What the optimizer knows when it asks a trained model. Rates in requests per second, times in
/// seconds.
struct PredictorQuery {
    double cores = 1; ///< of all nodes together
    double load = 0;  ///< of the partition; functions: of the component
    double warm_s = 0;
    double cold_s = 0;
    double idle_time_s = 0;
};

/// The value of an input of a trained model, by the name that profiling gave the column. Nothing
/// if the predictor cannot supply it: such a model cannot be used.
[[nodiscard]] std::optional<double>
predictor_input(PredictorKind kind, const std::string& name, const PredictorQuery& query);

} // namespace aisprint::optimizer
