// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"
#include "aisprint/perf/model.hpp"
#include "aisprint/training/table.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::training {

/// What a model says of a row, beside what was measured, if that is in the table.
struct PredictedRow {
    perf::Prediction prediction;
    std::optional<double> real;
};

/// What a model says of a table.
struct TablePrediction {
    std::string target;
    std::vector<PredictedRow> rows;
    std::optional<double> mape; ///< if the table holds the target
    std::size_t outside = 0;    ///< rows outside of the profiled range
    std::size_t saturated = 0;  ///< rows with more load than was profiled
};

/// Predicts every row of a table. `level` in (0, 1) asks for intervals of that coverage; 0 for
/// none. Warns of texts that the model never saw (TRN062). Fails (input): as perf::parse_model;
/// TRN060 for inputs that the table does not have; TRN061 for cells that are no numbers; TRN063
/// for rows outside of the range of a model that rejects them.
[[nodiscard]] Result<TablePrediction>
predict_table(const SourceFile& model, const Table& table, double level, Reporter& reporter);

/// The rows as CSV: real (if known), pred, and lower, upper if any row has an interval.
[[nodiscard]] std::string to_csv(const TablePrediction& prediction);

} // namespace aisprint::training
