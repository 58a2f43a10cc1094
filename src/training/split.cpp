// SPDX-License-Identifier: Apache-2.0
#include "split.hpp"

#include "random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace aisprint::training {

namespace {

/// Sets the rows apart for which `is_test` holds.
template <class Predicate>
Split part(std::span<const std::size_t> rows, const Predicate& is_test) {
    Split split;
    for (const std::size_t row : rows) {
        (is_test(row) ? split.test : split.train).push_back(row);
    }
    return split;
}

std::vector<std::size_t> shuffled_groups(std::span<const std::size_t> rows,
                                         std::span<const std::size_t> groups,
                                         std::uint64_t seed) {
    std::set<std::size_t> distinct;
    for (const std::size_t row : rows) {
        distinct.insert(groups[row]);
    }
    std::vector<std::size_t> shuffled(distinct.begin(), distinct.end());
    Random(seed).shuffle(shuffled);
    return shuffled;
}

std::vector<std::size_t>
drawn(const std::vector<std::size_t>& shuffled, std::size_t begin, std::size_t count) {
    const auto first = shuffled.begin() + static_cast<std::ptrdiff_t>(begin);
    std::vector<std::size_t> taken(first, first + static_cast<std::ptrdiff_t>(count));
    std::ranges::sort(taken);
    return taken;
}

std::vector<Split> hold_out(const SplitPlan& plan,
                            std::span<const std::size_t> rows,
                            std::span<const std::size_t> groups) {
    const bool by_group = !groups.empty();
    std::vector<std::size_t> items(rows.begin(), rows.end());
    if (by_group) {
        items = shuffled_groups(rows, groups, plan.seed);
    } else {
        Random(plan.seed).shuffle(items);
    }
    // 0.3 * 10 must give 3
    const auto count =
        static_cast<std::size_t>(std::floor(static_cast<double>(items.size()) * plan.ratio + 1e-9));
    const std::vector<std::size_t> taken =
        drawn(items, 0, by_group ? std::max<std::size_t>(count, 1) : count);
    return {part(rows, [&](std::size_t row) {
        return std::ranges::binary_search(taken, by_group ? groups[row] : row);
    })};
}

std::vector<Split> fold_rows(const SplitPlan& plan, std::span<const std::size_t> rows) {
    std::vector<std::size_t> items(rows.begin(), rows.end());
    Random(plan.seed).shuffle(items);
    const std::size_t size = items.size() / plan.folds;
    std::vector<Split> splits;
    for (std::size_t fold = 0; fold < plan.folds; ++fold) {
        const std::size_t begin = fold * size;
        const std::size_t count = fold + 1 == plan.folds ? items.size() - begin : size;
        const std::vector<std::size_t> taken = drawn(items, begin, count);
        splits.push_back(
            part(rows, [&](std::size_t row) { return std::ranges::binary_search(taken, row); }));
    }
    return splits;
}

Diagnostic too_few(const SplitPlan& plan, std::size_t rows) {
    const std::string how = plan.method == SplitMethod::k_fold ? fmt::format("{}-Fold", plan.folds)
                                                               : std::string("HoldOut");
    return make_error("TRN023",
                      fmt::format("too few samples to perform {} for {}: {} rows, and every set "
                                  "needs 2 at least",
                                  how, plan.purpose, rows),
                      "measure more configurations, or use fewer folds");
}

} // namespace

std::size_t count_groups(std::span<const std::size_t> rows, std::span<const std::size_t> groups) {
    std::set<std::size_t> distinct;
    for (const std::size_t row : rows) {
        distinct.insert(groups[row]);
    }
    return distinct.size();
}

std::vector<Split> deal_groups(std::size_t folds,
                               std::span<const std::size_t> rows,
                               std::span<const std::size_t> groups,
                               std::uint64_t seed) {
    const std::vector<std::size_t> shuffled = shuffled_groups(rows, groups, seed);
    const std::size_t count = std::min(folds, shuffled.size());
    std::vector<Split> splits;
    for (std::size_t fold = 0; fold < count; ++fold) {
        std::set<std::size_t> taken;
        for (std::size_t i = fold; i < shuffled.size(); i += count) {
            taken.insert(shuffled[i]);
        }
        splits.push_back(part(rows, [&](std::size_t row) { return taken.contains(groups[row]); }));
    }
    return splits;
}

Result<std::vector<Split>> split_rows(const SplitPlan& plan,
                                      std::span<const std::size_t> rows,
                                      std::span<const std::size_t> groups) {
    const bool by_group = !groups.empty() && count_groups(rows, groups) >= k_fewest_groups;
    const std::span<const std::size_t> kept = by_group ? groups : std::span<const std::size_t>();
    std::vector<Split> splits;
    switch (plan.method) {
    case SplitMethod::k_fold:
        if (rows.size() < plan.folds) {
            return fail(ErrorKind::input, too_few(plan, rows.size()));
        }
        splits = by_group ? deal_groups(plan.folds, rows, kept, plan.seed) : fold_rows(plan, rows);
        break;
    case SplitMethod::hold_out:
        splits = hold_out(plan, rows, kept);
        break;
    default:
        splits.push_back({{rows.begin(), rows.end()}, {rows.begin(), rows.end()}});
    }
    for (const Split& split : splits) {
        if (split.train.size() < 2 || split.test.size() < 2) {
            return fail(ErrorKind::input, too_few(plan, rows.size()));
        }
    }
    return splits;
}

} // namespace aisprint::training
