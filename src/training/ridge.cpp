// SPDX-License-Identifier: Apache-2.0
// LRRidge: least squares with a penalty of alpha x sum of squared weights, the intercept free.
#include "linear.hpp"

#include <cmath>
#include <limits>

namespace aisprint::training {

CoreResult fit_ridge(const Problem& problem, ParameterReader& parameters) {
    const double alpha =
        parameters.number("alpha", {.high = std::numeric_limits<double>::infinity()});
    const bool scaled =
        parameters.flag_or_none("scaled_penalty").value_or(!problem.options.compatible);
    if (parameters.failed()) {
        return parameters.failure();
    }
    const Design design = make_design(problem, Intercept::yes);
    // The penalty as further rows, and QR: the normal equations would square the condition number,
    // which is large for products of columns.
    const Eigen::Index rows = design.columns.rows();
    const Eigen::Index columns = design.columns.cols();
    Eigen::MatrixXd system = Eigen::MatrixXd::Zero(rows + columns, columns);
    system.topRows(rows) = design.columns;
    for (Eigen::Index j = 0; j < columns; ++j) {
        const double scale = scaled ? 1.0 : design.scale[static_cast<std::size_t>(j)];
        system(rows + j, j) = std::sqrt(alpha) / scale;
    }
    Eigen::VectorXd right = Eigen::VectorXd::Zero(rows + columns);
    right.head(rows) = design.target;
    // Without a penalty columns may depend on each other: then the shortest of the solutions.
    return make_linear(design, system.completeOrthogonalDecomposition().solve(right));
}

} // namespace aisprint::training
