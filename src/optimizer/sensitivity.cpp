// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/tradeoffs.hpp"

#include "relax.hpp"
#include "relax_values.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace aisprint::optimizer {

namespace {

/// The useful step of a limit that is not counted in nodes.
constexpr double k_step = 0.1;

/// Optima of a problem without some of its requirements, or with other values.
class SensitivityTable {
public:
    SensitivityTable(const Problem& problem,
                     const ExactResult& best,
                     const TradeoffOptions& options)
        : m_problem(&problem), m_best(&best), m_threads(options.threads),
          m_deadline(options.duration_s), m_requirements(list_requirements(problem)),
          m_plenty(generous_limits(Instance(problem))) {
        for (std::size_t j = 0; j < m_plenty.size(); ++j) {
            m_plenty[j].nodes = affordable_nodes(j);
        }
    }

    std::vector<Sensitivity> run() {
        for (const Requirement& requirement : m_requirements) {
            Sensitivity line;
            line.requirement = requirement;
            line.cost = m_best->cost;
            line.cost_without = m_best->cost;
            line.cost_relaxed = m_best->cost;
            m_lines.push_back(line);
        }
        std::vector<std::size_t> group; // requirements of one kind stand together
        for (std::size_t r = 0; r < m_requirements.size(); ++r) {
            group.push_back(r);
            const bool ends = r + 1 == m_requirements.size() ||
                              m_requirements[r + 1].kind != m_requirements[r].kind;
            if (ends) {
                drop(group);
                group.clear();
            }
        }
        for (Sensitivity& line : m_lines) {
            relax(line);
        }
        return std::move(m_lines);
    }

private:
    /// A cost, and whether it is known to be the least.
    struct Optimum {
        double cost = 0;
        bool proved = false;
    };

    const Problem* m_problem;
    const ExactResult* m_best;
    unsigned m_threads;
    Deadline m_deadline;
    std::vector<Requirement> m_requirements;
    std::vector<Plenty> m_plenty;
    std::vector<Sensitivity> m_lines;

    /// More nodes would alone cost more than the optimum.
    [[nodiscard]] int affordable_nodes(std::size_t resource) const {
        const Resource& machine = m_problem->resources[resource];
        const double node_cost = m_problem->horizon_h * machine.cost;
        const double affordable = std::floor(m_best->cost / std::max(node_cost, 1e-12)) + 1;
        if (affordable < static_cast<double>(m_plenty[resource].nodes)) {
            return std::max(machine.nodes, static_cast<int>(affordable));
        }
        return m_plenty[resource].nodes;
    }

    /// The optimum of a relaxed problem; not above that of the problem itself.
    Optimum optimum(const Problem& problem, double rate) {
        const Instance instance(problem, rate);
        std::optional<Solution> incumbent;
        if (evaluate(instance, *m_best->solution).feasible()) {
            incumbent = m_best->solution;
        }
        const ExactResult result = find_cheapest(instance, incumbent, m_deadline, m_threads);
        Optimum optimum{m_best->cost, m_best->status == ExactStatus::optimal &&
                                          (result.status == ExactStatus::optimal ||
                                           result.status == ExactStatus::infeasible)};
        if (result.solution) {
            optimum.cost = std::min(optimum.cost, result.cost);
        }
        return optimum;
    }

    Optimum optimum_without(std::span<const std::size_t> dropped) {
        RequirementSet kept(m_requirements.size(), true);
        std::vector<double> rates{m_problem->arrival_rate};
        for (const std::size_t r : dropped) {
            kept[r] = false;
            if (m_requirements[r].kind == RequirementKind::arrival_rate) {
                rates = lower_rates(*m_problem);
            }
        }
        const Problem problem = relaxed(*m_problem, m_requirements, kept, m_plenty);
        Optimum least{m_best->cost, true};
        for (const double rate : rates) {
            const Optimum found = optimum(problem, rate);
            least.cost = std::min(least.cost, found.cost);
            least.proved = least.proved && found.proved;
        }
        return least;
    }

    /// Finds the costs without each of some requirements, by halves: where nothing is gained
    /// without all of them, nothing is without one.
    void drop(std::span<const std::size_t> group) {
        if (group.empty()) {
            return;
        }
        const Optimum without = optimum_without(group);
        const bool no_gain = without.proved && same_cost(without.cost, m_best->cost);
        if (group.size() == 1 || no_gain) {
            for (const std::size_t r : group) {
                m_lines[r].cost_without = no_gain ? m_best->cost : without.cost;
                m_lines[r].proved = without.proved;
            }
            return;
        }
        drop(group.first(group.size() / 2));
        drop(group.subspan(group.size() / 2));
    }

    [[nodiscard]] static std::optional<double> next_value(const Requirement& requirement) {
        switch (requirement.kind) {
        case RequirementKind::node_limit:
            return requirement.value + 1;
        case RequirementKind::local_limit:
        case RequirementKind::path_limit:
        case RequirementKind::memory_limit:
            return requirement.value * (1 + k_step);
        case RequirementKind::arrival_rate:
            return requirement.value * (1 - k_step);
        case RequirementKind::one_resource_per_layer:
        case RequirementKind::no_return_to_edge:
        case RequirementKind::network_domain:
            break;
        }
        return std::nullopt;
    }

    void relax(Sensitivity& line) {
        line.relaxed_value = next_value(line.requirement);
        // a rate just below can be better than the few that were tried: functions start cold at low
        const bool no_gain = line.proved && line.cost_without == line.cost &&
                             line.requirement.kind != RequirementKind::arrival_rate;
        if (!line.relaxed_value || no_gain) {
            return;
        }
        Problem problem = *m_problem;
        set_value(problem, line.requirement, *line.relaxed_value);
        const Optimum found = optimum(problem, problem.arrival_rate);
        line.cost_relaxed = found.cost;
        line.cost_without = std::min(line.cost_without, found.cost);
        line.proved = line.proved && found.proved;
    }
};

} // namespace

std::vector<Sensitivity>
sensitivity(const Problem& problem, const ExactResult& best, const TradeoffOptions& options) {
    if (!best.solution) {
        return {};
    }
    return SensitivityTable(problem, best, options).run();
}

} // namespace aisprint::optimizer
