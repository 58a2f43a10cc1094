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

/// A fitted regression. Immutable.
class Regressor {
public:
    Regressor() = default;
    Regressor(const Regressor&) = delete;
    Regressor& operator=(const Regressor&) = delete;
    virtual ~Regressor() = default;

    /// The value for a row of features, in the unit of the target.
    [[nodiscard]] virtual double predict(std::span<const double> features) const = 0;

    /// The member "model" of a model file (docs/formats/performance_model.md).
    [[nodiscard]] virtual nlohmann::ordered_json to_json() const = 0;

    /// "none", or "log" if to_json() gives the logarithm of the target.
    [[nodiscard]] virtual std::string target_transform() const { return "none"; }

    /// How much each feature counts: absolute weights, or numbers of splits; for reports and for
    /// selection.
    [[nodiscard]] virtual std::vector<double> importance() const = 0;
};

/// How a fit goes about it, beside the hyper-parameters.
struct FitOptions {
    std::uint64_t seed = 0; ///< of techniques that draw
    bool compatible = false;
    std::vector<int> monotone; ///< by feature: -1, 0, 1; empty: none
};

/// Fits a technique. Parameters that are absent take their defaults; whole-numbered ones are
/// rounded. `relative_weights` (default true for LRRidge, NNLS and Stepwise unless compatible) fits
/// with weights 1/y^2; `target_transform` "log" fits the logarithm. Fails (input, TRN03x) for
/// parameters that make no sense, and for data that the technique cannot take (fewer than 2 rows,
/// targets that are not positive where logarithms are asked for). Same input and seed: same bytes.
[[nodiscard]] Result<std::unique_ptr<Regressor>> fit(Technique technique,
                                                     const Matrix& features,
                                                     std::span<const double> target,
                                                     const Parameters& parameters,
                                                     const FitOptions& options);

} // namespace aisprint::training
