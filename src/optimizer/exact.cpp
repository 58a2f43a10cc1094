// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/exact.hpp"

#include "exact_tree.hpp"

namespace aisprint::optimizer {

double ExactResult::gap() const {
    if (!solution) {
        return k_infinite;
    }
    return cost > 0 ? (cost - lower_bound) / cost : 0.0;
}

ExactResult branch_and_bound(const Instance& instance, const ExactOptions& options) {
    return exact::TreeSearch(instance, options).run();
}

} // namespace aisprint::optimizer
