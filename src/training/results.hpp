// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/training/train.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace aisprint::training {

/// The figures of one experiment.
[[nodiscard]] nlohmann::ordered_json experiment_json(const ExperimentResult& experiment);

/// The contents of results.txt.
[[nodiscard]] std::string results_text(const TrainingReport& report);

} // namespace aisprint::training
