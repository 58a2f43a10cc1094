// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fields.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace aisprint::perf {

/// The part of a model that turns features into a raw prediction. Immutable.
class Estimator {
public:
    [[nodiscard]] virtual double predict(std::span<const double> features) const = 0;
    virtual ~Estimator() = default;
};

/// Reads `model` of a technique with so many features; null after errors in `in`.
[[nodiscard]] std::unique_ptr<const Estimator>
read_estimator(const std::string& technique, const Json* model, std::size_t features, Fields& in);

/// Trees of our own trainer (mean of double precision trees), and XGBoost's own JSON model.
[[nodiscard]] std::unique_ptr<const Estimator>
read_forest(const Json* model, std::size_t features, Fields& in);
[[nodiscard]] std::unique_ptr<const Estimator>
read_xgboost(const Json* model, std::size_t features, Fields& in);

} // namespace aisprint::perf
