// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/training/regressor.hpp"
#include "parameters.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace aisprint::training {

/// What a technique is fitted to, in the model's own units: features and target are scaled and
/// logarithms are taken already, if that was asked for.
struct Problem {
    const Matrix& features;
    std::span<const double> target;
    std::span<const double> weights; ///< of the rows, 1 on average; empty: all count the same
    const FitOptions& options;

    [[nodiscard]] std::size_t rows() const { return features.rows(); }
    [[nodiscard]] std::size_t columns() const { return features.columns(); }
    [[nodiscard]] double weight(std::size_t row) const {
        return weights.empty() ? 1.0 : weights[row];
    }
};

/// What a technique makes of a problem. Immutable. `evaluate` adds in the same order as the reader
/// of model files in `perf`, so that a model gives the same bits before and after it is saved.
class Core {
public:
    Core() = default;
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;
    virtual ~Core() = default;

    [[nodiscard]] virtual double evaluate(std::span<const double> features) const = 0;
    /// See Regressor::predict_by_part(). What has no parts is always whole.
    [[nodiscard]] virtual double evaluate_part(std::span<const double> features,
                                               const Part& /*part*/) const {
        return evaluate(features);
    }
    /// The same of many rows.
    [[nodiscard]] virtual std::vector<double> evaluate_rows(const Matrix& rows,
                                                            const Part& part) const {
        std::vector<double> values;
        values.reserve(rows.rows());
        for (std::size_t i = 0; i < rows.rows(); ++i) {
            values.push_back(evaluate_part(rows.row(i), part));
        }
        return values;
    }
    [[nodiscard]] virtual nlohmann::ordered_json to_json() const = 0;
    [[nodiscard]] virtual std::vector<double> importance() const = 0;
    /// See Regressor::remark().
    [[nodiscard]] virtual std::string remark() const { return {}; }
};

using CoreResult = Result<std::unique_ptr<const Core>>;

// Each reads its hyper-parameters first and returns the reader's failure if it has any, also from
// before; then nothing in `problem` may be looked at.
[[nodiscard]] CoreResult fit_dummy(const Problem& problem, ParameterReader& parameters);
[[nodiscard]] CoreResult fit_nnls(const Problem& problem, ParameterReader& parameters);
[[nodiscard]] CoreResult fit_ridge(const Problem& problem, ParameterReader& parameters);
[[nodiscard]] CoreResult fit_stepwise(const Problem& problem, ParameterReader& parameters);
[[nodiscard]] CoreResult fit_svr(const Problem& problem, ParameterReader& parameters);
[[nodiscard]] CoreResult fit_decision_tree(const Problem& problem, ParameterReader& parameters);
[[nodiscard]] CoreResult fit_random_forest(const Problem& problem, ParameterReader& parameters);
[[nodiscard]] CoreResult fit_xgboost(const Problem& problem, ParameterReader& parameters);

/// Mean and population standard deviation of values; the deviation of equal values is 0 exactly.
struct Moments {
    double mean = 0;
    double deviation = 0;
};
[[nodiscard]] Moments moments(std::span<const double> values);
[[nodiscard]] Moments column_moments(const Matrix& features, std::size_t column);

} // namespace aisprint::training
