// SPDX-License-Identifier: Apache-2.0
// LRRidge: least squares with a penalty of alpha x sum of squared weights, the intercept free.
#include "linear.hpp"

#include <cmath>
#include <limits>

namespace aisprint::training {

namespace {

/// How large the weighted squares of the target are beside the plain ones. The penalty shrinks as
/// much, or weights of relative errors would leave it out of proportion to the errors of most rows.
double share_of_weighted(const Problem& problem) {
    double weighted = 0;
    double plain = 0;
    for (std::size_t i = 0; i < problem.rows(); ++i) {
        const double square = problem.target[i] * problem.target[i];
        weighted += problem.weight(i) * square;
        plain += square;
    }
    return plain > 0 ? weighted / plain : 1.0;
}

} // namespace

CoreResult fit_ridge(const Problem& problem, ParameterReader& parameters) {
    const double alpha =
        parameters.number("alpha", {.high = std::numeric_limits<double>::infinity()});
    if (parameters.failed()) {
        return parameters.failure();
    }
    const double strength = alpha * share_of_weighted(problem);
    const Design design = make_design(problem, Intercept::yes);
    // The penalty as further rows, and QR: the normal equations would square the condition number,
    // which is large for products of columns.
    const Eigen::Index rows = design.columns.rows();
    const Eigen::Index columns = design.columns.cols();
    Eigen::MatrixXd system = Eigen::MatrixXd::Zero(rows + columns, columns);
    system.topRows(rows) = design.columns;
    for (Eigen::Index j = 0; j < columns; ++j) {
        const double scale =
            problem.options.compatible ? design.scale[static_cast<std::size_t>(j)] : 1.0;
        system(rows + j, j) = std::sqrt(strength) / scale;
    }
    Eigen::VectorXd right = Eigen::VectorXd::Zero(rows + columns);
    right.head(rows) = design.target;
    // Without a penalty columns may depend on each other: then the shortest of the solutions.
    return make_linear(design, system.completeOrthogonalDecomposition().solve(right));
}

} // namespace aisprint::training
