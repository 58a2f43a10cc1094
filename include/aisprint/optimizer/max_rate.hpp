// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/problem.hpp"
#include "aisprint/optimizer/solution.hpp"

#include <cstddef>
#include <optional>

namespace aisprint::optimizer {

/// The range and the precision of the search for the largest arrival rate.
struct MaxRateOptions {
    double upper_bound = 1; ///< requests per second; tested first
    double epsilon = 1e-5;  ///< above 0
};

/// The largest rate found, with the figures of the placement at that rate.
struct MaxRateResult {
    double rate = 0;
    Evaluation evaluation;
    std::size_t tests = 0;
};

/// The largest arrival rate, from the problem's own up to the upper bound, at which a placement
/// keeps all conditions (BinarySearch). The rate returned is one that was tested and found
/// feasible; where response times are not monotone in the rate (functions) it is the largest of
/// the bisection. Nothing if the placement is not feasible at the problem's own rate.
[[nodiscard]] std::optional<MaxRateResult>
largest_rate(const Problem& problem, const Solution& solution, const MaxRateOptions& options);

} // namespace aisprint::optimizer
