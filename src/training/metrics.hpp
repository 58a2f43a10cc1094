// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/training/train.hpp"

#include <span>

namespace aisprint::training {

/// Errors of predictions.
[[nodiscard]] Metrics measure(std::span<const double> predictions, std::span<const double> truth);

/// Spearman's correlation of ranks; 0 if either is constant.
[[nodiscard]] double rank_correlation(std::span<const double> a, std::span<const double> b);

} // namespace aisprint::training
