// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluator.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace aisprint::training {

/// What a model file tells beside the model itself.
struct ModelFacts {
    Technique technique = Technique::dummy;
    nlohmann::ordered_json metrics;
    nlohmann::ordered_json interval; ///< or null
};

/// The model file of a regressor fitted to `trial`'s features.
[[nodiscard]] nlohmann::ordered_json make_model_file(const Campaign& campaign,
                                                     const Regressor& regressor,
                                                     const Trial& trial,
                                                     const ModelFacts& facts);

/// The terms of a linear model, or how much the features count, for people.
[[nodiscard]] std::string
describe(Technique technique, const Regressor& regressor, const std::vector<std::string>& features);

/// Hyper-parameters as JSON; None is null.
[[nodiscard]] nlohmann::ordered_json to_json(const Parameters& parameters);

/// The member "interval": relative residuals of leaving groups out, over all rows; in three bins of
/// the prediction, if they depend on the load. Null for fewer than 10 rows or 5 groups.
[[nodiscard]] nlohmann::ordered_json make_interval(const Campaign& campaign,
                                                   Technique technique,
                                                   const Trial& trial,
                                                   std::uint64_t seed);

} // namespace aisprint::training
