// SPDX-License-Identifier: Apache-2.0
// RandomForest: trees on bootstrap samples (Breiman, Machine Learning 45, 2001).
#include "cart.hpp"

#include <utility>

namespace aisprint::training {

CoreResult fit_random_forest(const Problem& problem, ParameterReader& parameters) {
    TreeSettings settings = read_tree_settings(problem, parameters);
    settings.ties = Ties::drawn;
    const std::size_t count = parameters.whole("n_estimators", 1, 100'000);
    if (parameters.failed()) {
        return parameters.failure();
    }
    const TreeGrower grower(problem);
    std::vector<Tree> trees;
    for (std::size_t tree = 0; tree < count; ++tree) {
        Random random(problem.options.seed, tree);
        std::vector<std::uint32_t> counts(problem.rows(), 0);
        for (std::size_t i = 0; i < problem.rows(); ++i) {
            ++counts[random.below(problem.rows())];
        }
        trees.push_back(grower.grow(counts, settings, random));
    }
    return make_forest(std::move(trees), problem.columns());
}

} // namespace aisprint::training
