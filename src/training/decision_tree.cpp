// SPDX-License-Identifier: Apache-2.0
#include "cart.hpp"

namespace aisprint::training {

CoreResult fit_decision_tree(const Problem& problem, ParameterReader& parameters) {
    const TreeSettings settings = read_tree_settings(problem, parameters);
    if (parameters.failed()) {
        return parameters.failure();
    }
    const std::vector<std::uint32_t> once(problem.rows(), 1);
    std::vector<Tree> trees;
    trees.push_back(TreeGrower(problem).grow(once, settings, Random(problem.options.seed)));
    return make_forest(std::move(trees), problem.columns());
}

} // namespace aisprint::training
