// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluator.hpp"

#include <optional>
#include <vector>

namespace aisprint::training {

/// Hyper-parameters that are searched together: some are given, others drawn from priors.
struct SearchSpace {
    Parameters fixed;
    std::vector<std::pair<std::string, Prior>> priors;
};

/// The combinations that the configuration asks for, the last option fastest. Techniques of trees
/// also try the logarithm of the target, unless `compatible` or said otherwise.
[[nodiscard]] std::vector<SearchSpace> search_spaces(const TrainingConfig& config,
                                                     Technique technique);

/// Searches a technique's hyper-parameters for these features: every combination, and with priors
/// by tree-structured Parzen estimators (Bergstra et al., NIPS 2011). `start` is tried first, if it
/// lies in the priors. The best one found.
[[nodiscard]] Scored search(const Evaluator& evaluator,
                            const std::vector<std::size_t>& features,
                            const std::optional<Parameters>& start);

} // namespace aisprint::training
