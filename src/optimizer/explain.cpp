// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/explain.hpp"

#include "relax_search.hpp"

#include <array>
#include <numeric>

namespace aisprint::optimizer {

namespace {

/// Kinds in the order in which they are dropped. What can be dropped first is not part of the
/// answer, so that a limit which nothing can meet is told as such, without load and nodes.
constexpr std::array k_dropping_order{
    RequirementKind::arrival_rate,      RequirementKind::memory_limit,
    RequirementKind::no_return_to_edge, RequirementKind::one_resource_per_layer,
    RequirementKind::node_limit,        RequirementKind::path_limit,
    RequirementKind::local_limit};

RequirementSet find_clash(RelaxSearch& search) {
    const std::vector<Requirement>& requirements = search.requirements();
    const auto test = [&](const std::vector<bool>& kept) { return search.test(kept); };
    RequirementSet kept(requirements.size(), true);
    std::vector<std::size_t> all(requirements.size());
    std::iota(all.begin(), all.end(), 0U);
    if (test(RequirementSet(requirements.size(), false)) == Verdict::infeasible) {
        return RequirementSet(requirements.size(), false);
    }
    for (const RequirementKind kind : k_dropping_order) {
        std::vector<std::size_t> group;
        for (const std::size_t r : all) {
            if (requirements[r].kind == kind) {
                group.push_back(r);
            }
        }
        shrink(kept, group, test);
    }
    return kept;
}

std::vector<std::size_t>
find_components(RelaxSearch& search, const RequirementSet& clash, std::size_t count) {
    std::vector<bool> bound(count, true);
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), 0U);
    shrink(bound, all,
           [&](const std::vector<bool>& fewer) { return search.test_components(clash, fewer); });
    std::vector<std::size_t> components;
    for (const std::size_t i : all) {
        if (bound[i]) {
            components.push_back(i);
        }
    }
    return components;
}

} // namespace

Explanation explain_infeasibility(const Problem& problem, double duration_s, unsigned threads) {
    RelaxSearch search(problem, duration_s, threads);
    const RequirementSet clash = find_clash(search);
    Explanation explanation;
    if (search.has_solution()) {
        return explanation;
    }
    explanation.components = find_components(search, clash, problem.components.size());
    for (std::size_t r = 0; r < clash.size(); ++r) {
        if (!clash[r]) {
            continue;
        }
        Requirement requirement = search.requirements()[r];
        // a requirement outside the clash cannot help: the clash would be left as it is
        if (const std::optional<Requirement> relaxation = search.relax(r)) {
            requirement.needed = relaxation->needed;
            explanation.relaxations.push_back(*relaxation);
        }
        explanation.clash.push_back(requirement);
    }
    explanation.complete = search.complete();
    return explanation;
}

} // namespace aisprint::optimizer
