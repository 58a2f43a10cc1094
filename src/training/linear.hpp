// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core.hpp"

#include <Eigen/Dense>

#include <memory>
#include <vector>

namespace aisprint::training {

enum class Intercept { no, yes };

/// A least-squares problem made well-conditioned: rows times the root of their weights, columns
/// divided by their spread and, with an intercept, centred at their weighted means.
struct Design {
    Eigen::MatrixXd columns;
    Eigen::VectorXd target;
    Eigen::VectorXd roots;     ///< of the rows' weights
    std::vector<double> mean;  ///< 0 without intercept
    std::vector<double> scale; ///< 1 for columns that are nothing but 0 here
    std::vector<char> usable;  ///< 0 for columns that are nothing but 0 here
    double target_mean = 0;
};

[[nodiscard]] Design make_design(const Problem& problem, Intercept intercept);

/// intercept + sum of weight x feature, from the weights of the design's columns.
[[nodiscard]] std::unique_ptr<const Core> make_linear(const Design& design,
                                                      const Eigen::VectorXd& weights);

} // namespace aisprint::training
