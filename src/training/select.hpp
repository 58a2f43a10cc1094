// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluator.hpp"

#include <vector>

namespace aisprint::training {

/// How many features may be chosen.
struct FeatureLimits {
    std::size_t least = 1;
    std::size_t most = 1;
};

/// Sequential forward selection from `pool` with these hyper-parameters, judged by `evaluator`'s
/// folds: the feature that helps most joins, the first of equals; then the best size counts, the
/// smallest of equals. Ascending. Empty if no set can be judged.
[[nodiscard]] std::vector<std::size_t> select_forward(const Evaluator& evaluator,
                                                      const std::vector<std::size_t>& pool,
                                                      const Parameters& parameters,
                                                      const FeatureLimits& limits);

/// The features that count most, until their shares of `importance` reach `tolerance`; at most
/// `most` of them, unless that is 0. Ascending; all, if nothing counts.
[[nodiscard]] std::vector<std::size_t>
select_important(const std::vector<double>& importance, double tolerance, std::size_t most);

} // namespace aisprint::training
