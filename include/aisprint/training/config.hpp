// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace aisprint::training {

/// Regression techniques, simplest first: the order in which ties are settled.
enum class Technique {
    dummy,
    nnls,
    lr_ridge,
    stepwise,
    svr,
    decision_tree,
    random_forest,
    xgboost
};

/// The name of a technique in configuration and model files: LRRidge, NNLS, ...
[[nodiscard]] std::string to_string(Technique technique);

/// The technique of that name, or nothing.
[[nodiscard]] std::optional<Technique> parse_technique(const std::string& name);

/// How rows are set apart.
enum class SplitMethod { all, hold_out, k_fold, extrapolation, interpolation };

/// Value of a hyper-parameter: number, word or flag; `std::monostate` is None.
using ParameterValue = std::variant<std::monostate, bool, double, std::string>;

/// Values of a technique's hyper-parameters by name.
using Parameters = std::map<std::string, ParameterValue>;

/// Kinds of priors of a search.
enum class PriorKind { uniform, log_uniform, normal, log_normal, choice };

/// A distribution to search a hyper-parameter in.
struct Prior {
    PriorKind kind = PriorKind::uniform;
    double a = 0; ///< lower end, or mean
    double b = 1; ///< upper end, or standard deviation
    double q = 0; ///< step; 0: continuous. Values with a step are whole numbers
    std::vector<ParameterValue> choices;
};

/// What may be tried for a hyper-parameter.
using Candidate = std::variant<ParameterValue, Prior>;

/// A technique's section: candidates of each hyper-parameter, in the order of the file.
using ParameterCandidates = std::vector<std::pair<std::string, std::vector<Candidate>>>;

/// How features are selected.
enum class SelectionMethod { none, sequential_forward, xgboost };

/// What to do with inputs outside of the profiled range.
enum class ExtrapolationPolicy { clamp, reject, allow };

/// A configuration, checked: the aMLLibrary file with what we add to it.
struct TrainingConfig {
    // [General]
    std::vector<Technique> techniques;
    std::vector<std::string> unsupported; ///< techniques that are known and not offered
    std::string target;
    SplitMethod selection_split = SplitMethod::k_fold; ///< for hyper-parameters: hp_selection
    SplitMethod validation_split = SplitMethod::hold_out;
    double hold_out_ratio = 0;
    std::size_t folds = 0;
    std::map<std::string, double> extrapolation;
    /// Values that go to validation, or the step over the distinct values.
    std::map<std::string, std::variant<double, std::vector<double>>> interpolation;
    std::size_t runs = 1;
    std::uint64_t seed = 0;
    std::optional<std::size_t> search_evaluations; ///< nothing: grid
    bool save_training_models = false;
    bool split_by_group = true;
    std::vector<std::string> group_columns;
    bool compatible = false; ///< without our improvements of the reference's way
    std::map<std::string, int> monotone;
    ExtrapolationPolicy policy = ExtrapolationPolicy::clamp;

    // [DataPreparation]
    std::string input_path;
    std::optional<std::vector<std::string>> use_columns;
    std::vector<std::string> skip_columns;
    std::map<std::string, std::string> rename_columns;
    std::map<std::string, double> skip_rows;
    std::vector<std::string> categorical_columns;
    std::vector<std::string> inverse; ///< {"*"}: all
    std::vector<std::string> log;     ///< {"*"}: all
    std::size_t product_degree = 0;   ///< 0: no products; SIZE_MAX: as many as there are features
    bool product_interactions_only = false;
    std::vector<std::string> selected_products;
    bool normalization = false;
    bool ernest = false;

    // [FeatureSelection]
    SelectionMethod selection = SelectionMethod::none;
    std::size_t max_features = 0; ///< 0: no limit
    std::size_t min_features = 1;
    std::size_t selection_folds = 5;
    double xgboost_tolerance = 0;

    // one section for each technique
    std::map<Technique, ParameterCandidates> candidates;
};

/// Reads a configuration. Warnings: unknown options and sections with the nearest name, aliases,
/// limits that are lowered. Fails (input, TRN01x) with every error, at its place.
[[nodiscard]] Result<TrainingConfig> parse_config(const SourceFile& source, Reporter& reporter);

/// The hyper-parameters of a technique where the configuration says nothing.
[[nodiscard]] Parameters default_parameters(Technique technique);

} // namespace aisprint::training
