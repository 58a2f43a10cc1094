// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/problem.hpp"

#include "aisprint/base/result.hpp"

namespace aisprint::optimizer {

namespace {

std::vector<std::size_t> incoming_counts(const Problem& problem) {
    std::vector<std::size_t> counts(problem.components.size(), 0);
    for (const Component& component : problem.components) {
        for (const Successor& successor : component.successors) {
            ++counts[successor.component];
        }
    }
    return counts;
}

} // namespace

std::vector<std::size_t> start_components(const Problem& problem) {
    const std::vector<std::size_t> counts = incoming_counts(problem);
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] == 0) {
            starts.push_back(i);
        }
    }
    return starts;
}

std::vector<std::size_t> topological_order(const Problem& problem) {
    std::vector<std::size_t> counts = incoming_counts(problem);
    std::vector<std::size_t> order = start_components(problem);
    for (std::size_t at = 0; at < order.size(); ++at) {
        for (const Successor& successor : problem.components[order[at]].successors) {
            if (--counts[successor.component] == 0) {
                order.push_back(successor.component);
            }
        }
    }
    AISPRINT_ASSERT(order.size() == problem.components.size());
    return order;
}

} // namespace aisprint::optimizer
