// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/explain.hpp"

#include "relax.hpp"
#include "relax_layers.hpp"
#include "relax_search.hpp"
#include "relax_values.hpp"

#include <array>
#include <numeric>

namespace aisprint::optimizer {

namespace {

/// Kinds in the order in which they are dropped. What can be dropped first is not part of the
/// answer: a limit that nothing can meet is told as such, without load and nodes. Limits go before
/// structure, because a search with few of them is easier.
constexpr std::array k_dropping_order{RequirementKind::arrival_rate,
                                      RequirementKind::memory_limit,
                                      RequirementKind::path_limit,
                                      RequirementKind::local_limit,
                                      RequirementKind::no_return_to_edge,
                                      RequirementKind::network_domain,
                                      RequirementKind::one_resource_per_layer,
                                      RequirementKind::node_limit};

/// Components that make the problem infeasible while all requirements are in force: without the
/// load and the time of any one of them there is a solution.
std::vector<bool> find_components(const Problem& problem,
                                  const Deadline& deadline,
                                  unsigned threads,
                                  bool& is_complete) {
    std::vector<bool> bound(problem.components.size(), true);
    std::vector<std::size_t> all(bound.size());
    std::iota(all.begin(), all.end(), 0U);
    shrink(bound, all, [&](const std::vector<bool>& fewer) {
        const Problem reduced = with_free_components(problem, fewer);
        const Verdict verdict = find_feasible(Instance(reduced), deadline, threads).verdict;
        is_complete = is_complete && verdict != Verdict::unknown;
        return verdict;
    });
    return bound;
}

/// Requirements that make the problem infeasible, none of which can be left out.
RequirementSet find_clash(RelaxSearch& search) {
    const std::vector<Requirement>& requirements = search.requirements();
    const auto test = [&](const std::vector<bool>& kept) { return search.test(kept); };
    const RequirementSet none(requirements.size(), false);
    if (test(none) == Verdict::infeasible) {
        return none;
    }
    RequirementSet kept(requirements.size(), true);
    for (const RequirementKind kind : k_dropping_order) {
        std::vector<std::size_t> group;
        for (std::size_t r = 0; r < requirements.size(); ++r) {
            if (requirements[r].kind == kind) {
                group.push_back(r);
            }
        }
        shrink(kept, group, test);
    }
    return kept;
}

void add_clash(const RequirementSet& clash, RelaxSearch& search, Explanation& explanation) {
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
}

} // namespace

Explanation explain_infeasibility(const Problem& problem, double duration_s, unsigned threads) {
    const Deadline deadline(duration_s);
    const std::vector<Requirement> requirements = list_requirements(problem);
    Explanation explanation;
    // components first: searches with many requirements lifted are easy when few are left
    const std::vector<bool> bound =
        find_components(problem, deadline, threads, explanation.complete);
    const Problem reduced = with_free_components(problem, bound);
    RelaxSearch reduced_search(reduced, requirements, deadline, threads);
    const RequirementSet clash = find_clash(reduced_search);
    if (reduced_search.has_solution()) {
        return {};
    }
    RelaxSearch search(problem, requirements, deadline, threads);
    add_clash(clash, search, explanation);
    for (std::size_t i = 0; i < bound.size(); ++i) {
        if (bound[i]) {
            explanation.components.push_back(i);
        }
    }
    explanation.complete = explanation.complete && reduced_search.complete() && search.complete();
    return explanation;
}

} // namespace aisprint::optimizer
