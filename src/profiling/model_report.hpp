// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/training/train.hpp"

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// What a technique predicts for a level of parallelism that it has not seen.
struct LevelError {
    training::Technique technique = training::Technique::dummy;
    double parallelism = 0;     ///< of the level
    std::size_t rows = 0;       ///< of the level
    std::optional<double> mape; ///< a fraction; nothing if the rest was too little to train on
};

/// Trains every technique that succeeded once for each level of parallelism, on the rows of all
/// others and with the hyper-parameters that were chosen on all rows, and predicts the rows of the
/// level. None for tables of a single level.
[[nodiscard]] std::vector<LevelError> leave_one_level_out(const training::Table& table,
                                                          const training::TrainingConfig& config,
                                                          const training::TrainingReport& report,
                                                          const std::stop_token& stop);

/// Mean error of a technique over all rows that could be left out; nothing if none could.
[[nodiscard]] std::optional<double> mean_level_error(const std::vector<LevelError>& errors,
                                                     training::Technique technique);

/// model_report.csv: a row for each technique and level, then one for all levels.
[[nodiscard]] std::string model_report_csv(const std::vector<LevelError>& errors,
                                           const training::TrainingReport& report);

/// The error over all levels of the technique of that name in a model_report.csv; nothing if it
/// tells none.
[[nodiscard]] std::optional<double> read_level_error(const std::string& csv,
                                                     const std::string& technique);

} // namespace aisprint::profiling
