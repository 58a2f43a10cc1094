// SPDX-License-Identifier: Apache-2.0
#include "model_report.hpp"

#include "aisprint/perf/model.hpp"
#include "aisprint/profiling/results.hpp"

#include <fmt/format.h>

#include <cmath>
#include <set>

namespace aisprint::profiling {

namespace {

using training::Column;
using training::Table;

constexpr const char* k_level_column = "requested_parallelism";
constexpr const char* k_all_levels = "all";
constexpr const char* k_heading = "technique,left_out_parallelism,rows,mape,best\n";

/// The rows of a table that have a value in the column of levels, or all others.
enum class Side { of_level, of_others };

Table rows_of(const Table& table, double level, Side side) {
    const Column& levels = *table.find(k_level_column);
    Table part;
    for (const Column& column : table.columns) {
        Column copy{column.name, column.is_text, {}, {}};
        for (std::size_t row = 0; row < table.rows; ++row) {
            if ((levels.numbers[row] == level) != (side == Side::of_level)) {
                continue;
            }
            if (column.is_text) {
                copy.texts.push_back(column.texts[row]);
            } else {
                copy.numbers.push_back(column.numbers[row]);
            }
        }
        part.rows = column.is_text ? copy.texts.size() : copy.numbers.size();
        part.columns.push_back(std::move(copy));
    }
    return part;
}

/// A configuration that fits one technique with hyper-parameters that are known.
training::TrainingConfig config_for(const training::TrainingConfig& config,
                                    const training::TechniqueResult& result) {
    training::TrainingConfig one = config;
    one.techniques = {result.technique};
    one.selection_split = training::SplitMethod::all;
    one.validation_split = training::SplitMethod::all;
    one.runs = 1;
    one.search_evaluations.reset();
    one.save_training_models = false;
    training::ParameterCandidates candidates;
    for (const auto& [name, value] : result.parameters) {
        candidates.emplace_back(name, std::vector<training::Candidate>{value});
    }
    one.candidates[result.technique] = std::move(candidates);
    return one;
}

/// Mean relative error of a model on rows; nothing if they lack one of its inputs.
std::optional<double>
error_on(const perf::Model& model, const Table& rows, const std::string& target) {
    const Column* measured = rows.find(target);
    if (measured == nullptr || rows.rows == 0) {
        return std::nullopt;
    }
    double sum = 0;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        std::vector<double> values;
        for (const std::string& input : model.inputs()) {
            const Column* column = rows.find(input);
            if (column == nullptr || column->is_text) {
                return std::nullopt;
            }
            values.push_back(column->numbers[row]);
        }
        const double truth = measured->numbers[row];
        sum += std::abs(model.predict(values, 0).value - truth) / std::abs(truth);
    }
    return sum / static_cast<double>(rows.rows);
}

std::optional<double> error_without(const Table& table,
                                    double level,
                                    const training::TrainingConfig& config,
                                    const std::stop_token& stop) {
    training::TrainOptions options;
    options.stop = stop;
    CollectingReporter unheard; // the training on all rows has told what is worth it
    const auto report =
        training::train(rows_of(table, level, Side::of_others), config, options, unheard);
    if (!report) {
        return std::nullopt; // too few rows are left; the table says so by an empty cell
    }
    const auto model =
        perf::parse_model(SourceFile("model", report->techniques[report->best].model.dump()));
    return model ? error_on(**model, rows_of(table, level, Side::of_level), config.target)
                 : std::nullopt;
}

std::string row_text(const std::string& technique,
                     const std::string& level,
                     std::size_t rows,
                     const std::optional<double>& mape,
                     const std::string& best) {
    constexpr int k_decimals = 6;
    return fmt::format("{},{},{},{},{}\n", technique, level, rows,
                       mape ? real_text(rounded(*mape, k_decimals)) : "",
                       technique == best ? "yes" : "no");
}

} // namespace

std::vector<LevelError> leave_one_level_out(const Table& table,
                                            const training::TrainingConfig& config,
                                            const training::TrainingReport& report,
                                            const std::stop_token& stop) {
    std::vector<LevelError> errors;
    const Column* column = table.find(k_level_column);
    if (column == nullptr || column->is_text) {
        return errors;
    }
    const std::set<double> levels(column->numbers.begin(), column->numbers.end());
    if (levels.size() < 2) {
        return errors;
    }
    for (const training::TechniqueResult& result : report.techniques) {
        if (!result.ok) {
            continue;
        }
        const training::TrainingConfig one = config_for(config, result);
        for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
            errors.push_back({result.technique, *level, rows_of(table, *level, Side::of_level).rows,
                              error_without(table, *level, one, stop)});
        }
    }
    return errors;
}

std::optional<double> mean_level_error(const std::vector<LevelError>& errors,
                                       training::Technique technique) {
    double sum = 0;
    std::size_t rows = 0;
    for (const LevelError& error : errors) {
        if (error.technique == technique && error.mape) {
            sum += *error.mape * static_cast<double>(error.rows);
            rows += error.rows;
        }
    }
    return rows == 0 ? std::nullopt : std::optional<double>(sum / static_cast<double>(rows));
}

std::string model_report_csv(const std::vector<LevelError>& errors,
                             const training::TrainingReport& report) {
    const std::string best = training::to_string(report.techniques[report.best].technique);
    std::string text = k_heading;
    for (const training::TechniqueResult& result : report.techniques) {
        const std::string name = training::to_string(result.technique);
        std::size_t rows = 0;
        for (const LevelError& error : errors) {
            if (error.technique == result.technique) {
                text += row_text(name, fmt::format("{}", error.parallelism), error.rows, error.mape,
                                 best);
                rows += error.mape ? error.rows : 0;
            }
        }
        text +=
            row_text(name, k_all_levels, rows, mean_level_error(errors, result.technique), best);
    }
    return text;
}

std::optional<double> read_level_error(const std::string& csv, const std::string& technique) {
    const auto table = training::parse_table(SourceFile("model_report.csv", csv));
    const Column* names = table ? table->find("technique") : nullptr;
    const Column* levels = table ? table->find("left_out_parallelism") : nullptr;
    const Column* errors = table ? table->find("mape") : nullptr;
    if (names == nullptr || levels == nullptr || errors == nullptr || errors->is_text ||
        !levels->is_text || !names->is_text) {
        return std::nullopt;
    }
    for (std::size_t row = 0; row < table->rows; ++row) {
        if (names->texts[row] == technique && levels->texts[row] == k_all_levels &&
            !std::isnan(errors->numbers[row])) {
            return errors->numbers[row];
        }
    }
    return std::nullopt;
}

} // namespace aisprint::profiling
