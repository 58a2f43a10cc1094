// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/training/config.hpp"
#include "aisprint/training/table.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::training {

/// Errors of a model on a set of rows, in original units.
struct Metrics {
    double mape = 0; ///< mean of |prediction - y| / |y|, a fraction
    double rmse = 0;
    double r2 = 0;
};

/// A technique in one run and one validation split.
struct ExperimentResult {
    std::string name; ///< "run_0/HoldOut", "run_1/f3"
    std::size_t run = 0;
    Parameters parameters;
    std::vector<std::string> features;
    Metrics training; ///< on the rows that were fitted
    double selection_mape = 0;
    Metrics validation; ///< on rows that had no say in anything
};

/// What became of one technique.
struct TechniqueResult {
    Technique technique = Technique::dummy;
    bool ok = false;
    std::string error; ///< of the first experiment that failed, if none succeeded
    Parameters parameters;
    std::vector<std::string> features;
    double selection_mape = 0; ///< mean over folds and runs: what decides
    Metrics validation;        ///< mean over folds and runs
    double validation_mape_min = 0;
    double validation_mape_max = 0;
    Metrics training;                      ///< of the final model, on all rows
    nlohmann::ordered_json model;          ///< the model file
    nlohmann::ordered_json training_model; ///< of the first experiment's training rows, or null
    std::vector<ExperimentResult> experiments;
    std::string description; ///< terms, or importances
    double seconds = 0;
};

/// What training gave.
struct TrainingReport {
    std::vector<TechniqueResult> techniques; ///< in the order of the configuration
    std::size_t best = 0;                    ///< index of the winner
    std::size_t rows = 0;
    std::size_t groups = 0;
    std::vector<std::string> prepared_features;
    std::vector<std::string> dropped_features; ///< constant, or twins of others
    Table prepared;                            ///< features and target after preparation
};

/// How to run.
struct TrainOptions {
    std::size_t threads = 1; ///< changes nothing but the time
    std::string data_digest; ///< SHA-256 of the CSV file, for the model files; may be empty
    std::stop_token stop;
};

/// Prepares the data, searches hyper-parameters, selects features, chooses the technique by its
/// error on unseen configurations, and fits it to all rows. Deterministic for a seed. Fails (input,
/// TRN02x, TRN04x) if the data do not go with the configuration, or no technique can be fitted.
[[nodiscard]] Result<TrainingReport> train(const Table& table,
                                           const TrainingConfig& config,
                                           const TrainOptions& options,
                                           Reporter& reporter);

/// The contents of results.json: the figures of every technique.
[[nodiscard]] nlohmann::ordered_json results_json(const TrainingReport& report);

/// What a model folder holds beside the rest.
struct FolderOptions {
    /// Names and literals that configuration_enriched.ini has in its section General, before those
    /// of the configuration; none: there is no such file.
    std::vector<std::pair<std::string, std::string>> added;
    bool onnx = false;        ///< best.onnx, see to_onnx()
    bool experiments = false; ///< run_R/SPLIT/TECHNIQUE.json, the figures of every experiment
};

/// Checks that a model folder could be written: before a long training. Fails as
/// write_model_folder() does for what is there.
[[nodiscard]] Result<void> check_model_folder(const std::filesystem::path& folder);

/// Writes a model folder: best.json, TECHNIQUE.json, results.txt, results.json, data.csv,
/// data_preprocessed.csv, configuration.ini, what `options` ask for, and done; through a neighbour
/// that is renamed. Fails (io), and (input) if the folder is there and holds `done` (TRN050), or
/// what no training wrote (TRN051), or if the model cannot be exported (TRN064).
[[nodiscard]] Result<void> write_model_folder(const std::filesystem::path& folder,
                                              const TrainingReport& report,
                                              const std::string& configuration_text,
                                              const std::string& data_text,
                                              const FolderOptions& options = {});

} // namespace aisprint::training
