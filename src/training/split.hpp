// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/training/config.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace aisprint::training {

/// Rows to fit to and rows to judge by, ascending.
struct Split {
    std::vector<std::size_t> train;
    std::vector<std::size_t> test;
};

/// How to split rows.
struct SplitPlan {
    SplitMethod method = SplitMethod::k_fold;
    double ratio = 0;      ///< of hold-out
    std::size_t folds = 0; ///< of k-fold
    std::uint64_t seed = 0;
    std::string purpose; ///< "validation" or the like, for messages
};

/// Fewer groups than this cannot be kept apart; rows are drawn then.
constexpr std::size_t k_fewest_groups = 4;

/// How many groups the rows belong to.
[[nodiscard]] std::size_t count_groups(std::span<const std::size_t> rows,
                                       std::span<const std::size_t> groups);

/// Splits `rows` by All, HoldOut or KFold; `groups` of all rows stay together, or are empty. Fails
/// (input, TRN023) unless there are two rows in every set.
[[nodiscard]] Result<std::vector<Split>> split_rows(const SplitPlan& plan,
                                                    std::span<const std::size_t> rows,
                                                    std::span<const std::size_t> groups);

/// Deals shuffled groups to at most `folds` folds, whatever their sizes. No fold is empty.
[[nodiscard]] std::vector<Split> deal_groups(std::size_t folds,
                                             std::span<const std::size_t> rows,
                                             std::span<const std::size_t> groups,
                                             std::uint64_t seed);

} // namespace aisprint::training
