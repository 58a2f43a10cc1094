// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/problem.hpp"

#include "aisprint/base/result.hpp"

#include <algorithm>
#include <set>

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

using LayerPairs = std::set<std::pair<std::size_t, std::size_t>>;

bool share_domain(const Problem& problem, std::size_t a, std::size_t b) {
    return std::ranges::any_of(problem.domains, [&](const NetworkDomain& domain) {
        return std::ranges::find(domain.layers, a) != domain.layers.end() &&
               std::ranges::find(domain.layers, b) != domain.layers.end();
    });
}

void add_unlinked(const Problem& problem,
                  const Partition& from,
                  const Partition& to,
                  LayerPairs& pairs) {
    LayerPairs seen;
    for (const Candidate& first : from.candidates) {
        for (const Candidate& second : to.candidates) {
            const std::pair<std::size_t, std::size_t> pair = std::minmax(
                problem.resources[first.resource].layer, problem.resources[second.resource].layer);
            if (first.resource != second.resource && seen.insert(pair).second &&
                !share_domain(problem, pair.first, pair.second)) {
                pairs.insert(pair);
            }
        }
    }
}

} // namespace

std::vector<std::pair<std::size_t, std::size_t>> unlinked_layers(const Problem& problem) {
    LayerPairs pairs;
    for (const Component& component : problem.components) {
        for (const Deployment& deployment : component.deployments) {
            for (std::size_t q = 1; q < deployment.partitions.size(); ++q) {
                add_unlinked(problem, deployment.partitions[q - 1], deployment.partitions[q],
                             pairs);
            }
            for (const Successor& successor : component.successors) {
                for (const Deployment& next : problem.components[successor.component].deployments) {
                    add_unlinked(problem, deployment.partitions.back(), next.partitions.front(),
                                 pairs);
                }
            }
        }
    }
    return {pairs.begin(), pairs.end()};
}

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
