// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/training/config.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace aisprint::training {

/// Rows of features, one after the other.
class Matrix {
public:
    Matrix() = default;
    Matrix(std::size_t rows, std::size_t columns)
        : m_rows(rows), m_columns(columns), m_values(rows * columns) {}

    [[nodiscard]] std::size_t rows() const { return m_rows; }
    [[nodiscard]] std::size_t columns() const { return m_columns; }
    [[nodiscard]] double& at(std::size_t row, std::size_t column) {
        return m_values[row * m_columns + column];
    }
    [[nodiscard]] double at(std::size_t row, std::size_t column) const {
        return m_values[row * m_columns + column];
    }
    [[nodiscard]] std::span<const double> row(std::size_t row) const {
        return std::span(m_values).subspan(row * m_columns, m_columns);
    }

    /// The rows and columns listed, in that order.
    [[nodiscard]] Matrix take(std::span<const std::size_t> rows,
                              std::span<const std::size_t> columns) const;

private:
    std::size_t m_rows = 0;
    std::size_t m_columns = 0;
    std::vector<double> m_values;
};

/// What is looked at of a regression made of trees: the first ones, down to a depth.
struct Part {
    std::size_t trees = SIZE_MAX;
    std::size_t depth = SIZE_MAX; ///< of splits

    bool operator==(const Part&) const = default;
};

/// A fitted regression. Immutable.
class Regressor {
public:
    Regressor() = default;
    Regressor(const Regressor&) = delete;
    Regressor& operator=(const Regressor&) = delete;
    virtual ~Regressor() = default;

    /// The value for a row of features, in the unit of the target.
    [[nodiscard]] virtual double predict(std::span<const double> features) const = 0;

    /// The value that a fit with fewer or less deep trees would give, of techniques for which such
    /// a fit is a part of this one; others know no parts.
    [[nodiscard]] virtual double predict_by_part(std::span<const double> features,
                                                 const Part& part) const = 0;

    /// The same of many rows at once, which is faster for some techniques.
    [[nodiscard]] virtual std::vector<double> predict_rows_by_part(const Matrix& rows,
                                                                   const Part& part) const = 0;

    /// The member "model" of a model file (docs/formats/performance_model.md).
    [[nodiscard]] virtual nlohmann::ordered_json to_json() const = 0;

    /// The member "scaling" of a model file: null, or mean and scale of features and target.
    [[nodiscard]] virtual nlohmann::ordered_json scaling() const = 0;

    /// The member "target_transform": "none", or "log" if the model gives the logarithm of the
    /// target.
    [[nodiscard]] virtual std::string target_transform() const = 0;

    /// How much each feature counts: absolute weights, or numbers of splits; for reports and for
    /// selection. All 0 for Dummy, and for SVR unless its kernel is linear.
    [[nodiscard]] virtual std::vector<double> importance() const = 0;

    /// What a user should know of the fit; empty: nothing.
    [[nodiscard]] virtual std::string remark() const = 0;
};

/// How a fit goes about it, beside the hyper-parameters.
struct FitOptions {
    std::uint64_t seed = 0; ///< of techniques that draw
    bool compatible = false;
    /// Fit to standardized features and target; see Regressor::scaling(). SVR does so anyway,
    /// unless `compatible`.
    bool normalize = false;
    /// By feature: -1, 0, 1; empty: none. Only XGBoost heeds it.
    std::vector<int> monotone = {};
};

/// Fits a technique. Parameters that are absent take their defaults (default_parameters());
/// whole-numbered ones are rounded. Beside the technique's own ones:
/// - `target_transform`: "none", or "log" to fit the logarithm of the target;
/// - `relative_weights` of LRRidge, NNLS and Stepwise: fit with weights 1/y^2, so that relative
///   errors count; None: unless `compatible`. Has no effect on a logarithm, whose errors are
///   relative;
/// - `lasso` of NNLS: penalty of the weights; None: 0, or 0.001 if `compatible`.
///
/// LRRidge penalizes the weights of standardized features; those of the features themselves if
/// `compatible`. With weights 1/y^2 its penalty counts as much beside them as it would without.
/// Numbers in (0, 1) for `min_samples_split`, `min_samples_leaf` and `max_features` are shares of
/// the rows and features; `min_samples_split` 1 and `max_features` 1 are all of them.
///
/// Fails (input) with every error: TRN030 for a parameter that the technique does not have, TRN031
/// for one of a wrong value, TRN032 for data that it cannot take (fewer than 2 rows, no features
/// but for Dummy, numbers that are not finite), TRN033 for targets that are not positive where
/// logarithms are asked for, TRN034 if the library behind it refuses. Same input and seed: same
/// bytes.
[[nodiscard]] Result<std::unique_ptr<Regressor>> fit(Technique technique,
                                                     const Matrix& features,
                                                     std::span<const double> target,
                                                     const Parameters& parameters,
                                                     const FitOptions& options);

} // namespace aisprint::training
