// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core.hpp"
#include "random.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace aisprint::training {

/// What a split lowers: the sum of squared errors around means, or of absolute ones around medians.
enum class Criterion { squared_error, absolute_error };

/// Which of equal splits is taken: the one with the widest gap between the values on its sides,
/// then that of the lowest feature; or one by lot. Features that are made of each other often part
/// the rows alike and differ in where the values between go. One tree had better choose well; the
/// trees of a forest had better differ.
enum class Ties { widest_gap, drawn };

struct TreeSettings {
    Criterion criterion = Criterion::squared_error;
    Ties ties = Ties::widest_gap;
    std::size_t max_depth = SIZE_MAX;
    std::size_t max_features = SIZE_MAX; ///< looked at for each split, drawn at random
    std::size_t min_samples_split = 2;   ///< rows
    std::size_t min_samples_leaf = 1;    ///< rows
};

/// Reads criterion, max_depth, max_features, min_samples_split and min_samples_leaf.
[[nodiscard]] TreeSettings read_tree_settings(const Problem& problem, ParameterReader& parameters);

/// A node; a leaf has left == -1 and its value in `value`.
struct TreeNode {
    int feature = 0;
    double threshold = 0;
    int left = -1;
    int right = -1;
    double value = 0;
};

/// Nodes from the root on, each before its children. `x <= threshold` goes left.
using Tree = std::vector<TreeNode>;

/// Grows regression trees (Breiman, Friedman, Olshen and Stone, 1984) on one problem. The problem
/// must outlive it.
class TreeGrower {
public:
    explicit TreeGrower(const Problem& problem);

    /// `counts` says how often each row is there. Of equal splits of one feature, that with the
    /// lowest threshold. What is drawn at a node does not depend on how deep the tree may get.
    [[nodiscard]] Tree grow(const std::vector<std::uint32_t>& counts,
                            const TreeSettings& settings,
                            Random random) const;

private:
    const Problem& m_problem;
    std::vector<std::vector<std::uint32_t>> m_orders; ///< by feature: rows by rising value
};

/// The mean of trees.
[[nodiscard]] std::unique_ptr<const Core> make_forest(std::vector<Tree> trees,
                                                      std::size_t features);

} // namespace aisprint::training
