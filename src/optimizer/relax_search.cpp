// SPDX-License-Identifier: Apache-2.0
#include "relax_search.hpp"

#include "aisprint/base/result.hpp"
#include "aisprint/optimizer/evaluator.hpp"

#include <algorithm>
#include <cmath>

namespace aisprint::optimizer {

namespace {

/// Relative precision of time limits, memory and arrival rates.
constexpr double k_time_grain = 1e-6;
constexpr double k_memory_grain = 1e-6;
constexpr double k_rate_grain = 1e-4;

/// A solution under the problem with one requirement set to another value.
class Trial {
public:
    Trial(const Problem& original,
          const Requirement& requirement,
          double value,
          const Solution& solution)
        : problem(with_value(original, requirement, value)), instance(problem),
          evaluator(instance) {
        evaluator.load(solution);
    }
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    Problem problem;
    Instance instance;
    Evaluator evaluator;

private:
    static Problem
    with_value(const Problem& original, const Requirement& requirement, double value) {
        Problem copy = original;
        set_value(copy, requirement, value);
        return copy;
    }
};

} // namespace

RelaxSearch::RelaxSearch(const Problem& problem,
                         std::vector<Requirement> requirements,
                         const Deadline& deadline,
                         unsigned threads)
    : m_problem(&problem), m_requirements(std::move(requirements)),
      m_plenty(generous_limits(Instance(problem))), m_deadline(deadline), m_threads(threads) {}

const RelaxSearch::Witness* RelaxSearch::find_witness(const RequirementSet& kept) const {
    for (const Witness& witness : m_witnesses) {
        bool holds = true;
        for (std::size_t r = 0; r < kept.size() && holds; ++r) {
            holds = !(kept[r] && witness.broken[r]);
        }
        if (holds) {
            return &witness;
        }
    }
    return nullptr;
}

bool RelaxSearch::has_solution() const {
    return find_witness(RequirementSet(m_requirements.size(), true)) != nullptr;
}

std::vector<double> RelaxSearch::rates(const RequirementSet& kept) const {
    for (std::size_t r = 0; r < kept.size(); ++r) {
        if (m_requirements[r].kind == RequirementKind::arrival_rate && !kept[r]) {
            return lower_rates(*m_problem);
        }
    }
    return {m_problem->arrival_rate};
}

Finding RelaxSearch::search(const Instance& instance) {
    Finding finding = find_feasible(instance, m_deadline, m_threads);
    m_complete = m_complete && finding.verdict != Verdict::unknown;
    return finding;
}

void RelaxSearch::remember(const Instance& relaxed, const Solution& solution) {
    Evaluator evaluator(relaxed);
    evaluator.load(solution);
    evaluator.reduce_nodes();
    Witness witness;
    witness.solution = evaluator.solution();
    witness.rate = relaxed.arrival_rate();
    witness.broken =
        broken_requirements(*m_problem, m_requirements, m_plenty, witness.rate, witness.solution);
    m_witnesses.push_back(std::move(witness));
}

Verdict RelaxSearch::test(const RequirementSet& kept) {
    if (find_witness(kept) != nullptr) {
        return Verdict::feasible;
    }
    const Problem problem = relaxed(*m_problem, m_requirements, kept, m_plenty);
    Verdict answer = Verdict::infeasible;
    for (const double rate : rates(kept)) {
        const Instance instance(problem, rate);
        const Finding finding = search(instance);
        if (finding.verdict == Verdict::feasible) {
            remember(instance, finding.solution);
            return finding.verdict;
        }
        if (finding.verdict == Verdict::unknown) {
            answer = finding.verdict;
        }
    }
    return answer;
}

double RelaxSearch::needed_time(const Requirement& requirement, const Solution& solution) const {
    Trial trial(*m_problem, requirement, k_infinite, solution);
    const auto time = [&] {
        return requirement.kind == RequirementKind::path_limit
                   ? trial.evaluator.path_time(requirement.subject)
                   : trial.evaluator.component_time(
                         trial.problem.local_constraints[requirement.subject].component);
    };
    const double before = time();
    add_nodes(trial.evaluator);
    return std::min(before, time());
}

double RelaxSearch::needed_nodes(const Requirement& requirement, const Solution& solution) const {
    const int most = std::max(solution.nodes[requirement.subject], 1);
    Trial trial(*m_problem, requirement, most, solution);
    add_nodes(trial.evaluator);
    for (int nodes = static_cast<int>(requirement.value) + 1; nodes < most; ++nodes) {
        trial.evaluator.set_nodes(requirement.subject, nodes);
        if (trial.evaluator.feasible()) {
            return nodes;
        }
    }
    return most;
}

double RelaxSearch::needed_memory(const Requirement& requirement, const Solution& solution) const {
    Trial trial(*m_problem, requirement, k_infinite, solution);
    add_nodes(trial.evaluator);
    double sum_mb = 0;
    for (const std::size_t partition : trial.evaluator.partitions_on(requirement.subject)) {
        sum_mb += trial.instance.candidate(partition, requirement.subject)->memory_mb;
    }
    const bool per_node = m_problem->memory_rule == MemoryRule::one_node;
    const int nodes = per_node ? 1 : std::max(1, trial.evaluator.nodes(requirement.subject));
    double memory_mb = sum_mb / nodes;
    while (memory_mb * nodes < sum_mb) {
        memory_mb = std::nextafter(memory_mb, k_infinite);
    }
    return memory_mb;
}

double RelaxSearch::needed(const Requirement& requirement, const Solution& solution) const {
    switch (requirement.kind) {
    case RequirementKind::node_limit:
        return needed_nodes(requirement, solution);
    case RequirementKind::memory_limit:
        return needed_memory(requirement, solution);
    default:
        return needed_time(requirement, solution);
    }
}

Probe RelaxSearch::probe(const Requirement& requirement, double value) {
    Problem problem = *m_problem;
    set_value(problem, requirement, value);
    const Finding finding = search(Instance(problem));
    return finding.verdict == Verdict::feasible
               ? Probe{finding.verdict, needed(requirement, finding.solution)}
               : Probe{finding.verdict, 0};
}

double RelaxSearch::largest_rate(const Solution& solution, double feasible) const {
    return largest_rate_of(*m_problem, solution, feasible, m_problem->arrival_rate);
}

Probe RelaxSearch::probe_rate(double rate) {
    const Finding finding = search(Instance(*m_problem, rate));
    return finding.verdict == Verdict::feasible
               ? Probe{finding.verdict, largest_rate(finding.solution, rate)}
               : Probe{finding.verdict, 0};
}

std::optional<double> RelaxSearch::needed_value(const Requirement& requirement,
                                                const Witness& witness) {
    const Solution& solution = witness.solution;
    const auto probe_value = [&](double value) { return probe(requirement, value); };
    switch (requirement.kind) {
    case RequirementKind::local_limit:
    case RequirementKind::path_limit: {
        return smallest_value(requirement.value, needed_time(requirement, solution),
                              {k_time_grain, 0}, probe_value);
    }
    case RequirementKind::node_limit:
        return smallest_value(requirement.value, needed_nodes(requirement, solution), {0, 1},
                              probe_value);
    case RequirementKind::memory_limit:
        return smallest_value(requirement.value, needed_memory(requirement, solution),
                              {k_memory_grain, 0}, probe_value);
    case RequirementKind::arrival_rate: {
        double rate = largest_rate(solution, witness.rate);
        const auto probe_interval = [&](double interval_s) {
            const Probe found = probe_rate(1.0 / interval_s);
            rate = std::max(rate, found.value); // the one that was tested, not 1 / (1 / rate)
            return Probe{found.verdict, 1.0 / found.value};
        };
        static_cast<void>(
            smallest_value(1.0 / requirement.value, 1.0 / rate, {k_rate_grain, 0}, probe_interval));
        return rate;
    }
    case RequirementKind::one_resource_per_layer:
    case RequirementKind::no_return_to_edge:
    case RequirementKind::network_domain:
        break;
    }
    return std::nullopt;
}

std::optional<Requirement> RelaxSearch::relax(std::size_t r) {
    RequirementSet kept(m_requirements.size(), true);
    kept[r] = false;
    if (test(kept) != Verdict::feasible) {
        return std::nullopt;
    }
    const Witness* witness = find_witness(kept);
    AISPRINT_ASSERT(witness != nullptr);
    Requirement requirement = m_requirements[r];
    requirement.needed = needed_value(requirement, Witness(*witness)); // searches add witnesses
    if (has_value(requirement.kind) && !requirement.needed) {
        return std::nullopt;
    }
    return requirement;
}

void shrink(std::vector<bool>& kept,
            std::span<const std::size_t> group,
            const std::function<Verdict(const std::vector<bool>&)>& test) {
    if (group.empty()) {
        return;
    }
    std::vector<bool> fewer = kept;
    for (const std::size_t member : group) {
        fewer[member] = false;
    }
    if (test(fewer) == Verdict::infeasible) {
        kept = std::move(fewer);
        return;
    }
    if (group.size() > 1) {
        shrink(kept, group.first(group.size() / 2), test);
        shrink(kept, group.subspan(group.size() / 2), test);
    }
}

} // namespace aisprint::optimizer
