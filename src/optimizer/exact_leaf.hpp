// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exact_bounds.hpp"
#include "exact_model.hpp"
#include "exact_options.hpp"

#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/solution.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace aisprint::optimizer::exact {

/// What ends a search inside a configuration, and what it need not find.
struct LeafLimits {
    double threshold = 0;    ///< solutions that cost more are of no use
    std::uint64_t nodes = 0; ///< at most
    bool first_only = false; ///< any solution will do
    /// Asked now and then: the threshold may have fallen; negative: stop.
    std::function<double()> current_threshold;
};

/// How the search inside a configuration ended.
struct LeafResult {
    bool is_complete = true; ///< false: limits were hit, something cheaper may remain
    std::optional<Solution> solution;
    double cost = k_infinite;
    std::uint64_t nodes = 0;
};

/// Searches one configuration depth first, component by component. Which of several equally cheap
/// solutions it returns does not depend on the threshold.
[[nodiscard]] LeafResult search_configuration(const Model& model,
                                              Relaxation& relaxation,
                                              const Box& box,
                                              Relaxation::Prices prices,
                                              const LeafLimits& limits);

} // namespace aisprint::optimizer::exact
