// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/problem.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace aisprint::optimizer {

/// No index.
constexpr std::size_t k_none = static_cast<std::size_t>(-1);

/// A load per node below this counts as stable (U < 1, C5).
constexpr double k_full_load = 1.0 - 1e-12;

/// Relative tolerance of a response time limit.
constexpr double k_time_tolerance = 1e-9;

/// True if a response time keeps to a limit.
[[nodiscard]] inline bool within(double time_s, double limit_s) {
    return time_s <= limit_s + k_time_tolerance * limit_s;
}

/// How the time on a resource comes about.
enum class TimeKind {
    queue,   ///< demand / (1 - U)
    table,   ///< by number of nodes (trained model on machines)
    constant ///< functions
};

/// A candidate with everything that does not depend on the placement worked out for one rate.
struct CandidateFigures {
    std::size_t resource = 0;
    double memory_mb = 0;
    TimeKind kind = TimeKind::queue;
    double demand_s = 0;         ///< queue
    double work = 0;             ///< queue: demand x load; utilisation on one node
    double time_s = 0;           ///< constant
    double cost = 0;             ///< functions: over the horizon
    std::vector<double> table_s; ///< table: by nodes - 1, for 1 .. N_j; infinite: cannot serve
    double mean_time_s = -1;     ///< replaces a trained prediction inside pipelines; < 0: none
    bool exclusive = false;      ///< shares its resource with no other partition (C4)

    /// Response time on `nodes` nodes at a utilisation below 1; infinite at or above 1.
    [[nodiscard]] double time(int nodes, double utilisation) const;
    /// The same where more of the pipeline follows: the mean time of a trained model, if told.
    [[nodiscard]] double inner_time(int nodes, double utilisation) const;
};

/// A partition with its loads.
struct PartitionFigures {
    std::size_t component = 0;
    std::size_t deployment = 0;
    std::size_t position = 0;
    double load = 0;  ///< requests per second that reach it
    double reach = 1; ///< share of the component's requests that reach it
    std::vector<CandidateFigures> candidates;
};

/// A problem at one arrival rate, ready to be evaluated many times: loads, times of functions,
/// tables of trained models, transfer times. Keeps a reference to the problem. Immutable, so
/// threads may share it.
class Instance {
public:
    /// The problem must be well formed (see Problem); `arrival_rate` is above 0.
    Instance(const Problem& problem, double arrival_rate);
    explicit Instance(const Problem& problem) : Instance(problem, problem.arrival_rate) {}

    [[nodiscard]] const Problem& problem() const { return *m_problem; }
    [[nodiscard]] double arrival_rate() const { return m_arrival_rate; }

    /// Requests per second that reach a component (2.2 of the formulation).
    [[nodiscard]] double component_load(std::size_t component) const {
        return m_component_loads[component];
    }

    [[nodiscard]] const std::vector<std::size_t>& order() const { return m_order; }

    /// Predecessors of a component.
    [[nodiscard]] const std::vector<std::size_t>& predecessors(std::size_t component) const {
        return m_predecessors[component];
    }

    /// Partitions of all deployments of all components are numbered through: those of a deployment
    /// are [first_partition, first_partition + size).
    [[nodiscard]] std::size_t first_partition(std::size_t component, std::size_t deployment) const {
        return m_first_partition[component][deployment];
    }
    [[nodiscard]] std::size_t partition_count() const { return m_partitions.size(); }
    [[nodiscard]] const PartitionFigures& partition(std::size_t index) const {
        return m_partitions[index];
    }

    /// The figures of a partition on a resource, or null if it is no candidate.
    [[nodiscard]] const CandidateFigures* candidate(std::size_t partition,
                                                    std::size_t resource) const {
        const std::size_t at = m_candidate_index[partition * m_resource_count + resource];
        return at == k_none ? nullptr : &m_partitions[partition].candidates[at];
    }

    /// Seconds to move data between two resources: 0 on the same one, else the fastest common
    /// domain of their layers; infinite if there is none.
    [[nodiscard]] double transfer_time(std::size_t from, std::size_t to, double data_size) const;

    /// True if data can move between two resources: the same one, or layers with a common domain.
    [[nodiscard]] bool reaches(std::size_t from, std::size_t to) const {
        return from == to || m_is_linked[pair_of_layers(from, to)] != 0;
    }

    /// True if what is on `to` may come next after what is on `from` (C6 and C9).
    [[nodiscard]] bool may_follow(std::size_t from, std::size_t to) const {
        return m_may_follow[from * m_resource_count + to] != 0;
    }

    /// True if `a` reaches everything that `b` reaches.
    [[nodiscard]] bool reaches_all_of(std::size_t a, std::size_t b) const {
        return m_all_linked || a == b || (reaches(a, b) && m_covers[pair_of_layers(a, b)] != 0);
    }

    /// True if every two layers with resources share a domain, so that C9 excludes nothing.
    [[nodiscard]] bool all_linked() const { return m_all_linked; }

    /// Data size of the edge to the successor number `successor` of `component`, under a
    /// deployment.
    [[nodiscard]] double
    edge_data(std::size_t component, std::size_t deployment, std::size_t successor) const;

    [[nodiscard]] bool is_edge(std::size_t resource) const {
        return m_problem->resources[resource].kind == ResourceKind::edge;
    }
    [[nodiscard]] bool is_function(std::size_t resource) const {
        return m_problem->resources[resource].kind == ResourceKind::function;
    }

    /// Local and path constraints that a component takes part in.
    [[nodiscard]] const std::vector<std::size_t>& locals_of(std::size_t component) const {
        return m_locals_of[component];
    }
    [[nodiscard]] const std::vector<std::size_t>& paths_of(std::size_t component) const {
        return m_paths_of[component];
    }

    /// For the step from component number `step` of a path to the next: index of that edge among
    /// the component's successors.
    [[nodiscard]] std::size_t path_successor(std::size_t path, std::size_t step) const {
        return m_path_successors[path][step];
    }

private:
    struct Link {
        double access_delay_s = 0;
        double seconds_per_unit = 0;
    };

    const Problem* m_problem;
    double m_arrival_rate;
    std::size_t m_resource_count;
    std::vector<std::size_t> m_order;
    std::vector<double> m_component_loads;
    std::vector<std::vector<std::size_t>> m_predecessors;
    std::vector<std::vector<std::size_t>> m_first_partition;
    std::vector<PartitionFigures> m_partitions;
    std::vector<std::size_t> m_candidate_index;
    std::vector<std::vector<Link>> m_links; ///< by pair of layers
    std::vector<std::uint8_t> m_is_linked;  ///< the same: a common domain
    std::vector<std::uint8_t> m_covers;     ///< the same: first linked to all that second is
    std::vector<std::uint8_t> m_may_follow; ///< by pair of resources
    bool m_all_linked = true;
    std::vector<std::vector<std::size_t>> m_locals_of;
    std::vector<std::vector<std::size_t>> m_paths_of;
    std::vector<std::vector<std::size_t>> m_path_successors;

    void number_partitions();
    void compute_loads();
    void compute_figures();
    void compute_links();
    void compute_orders();
    [[nodiscard]] std::size_t pair_of_layers(std::size_t from, std::size_t to) const {
        const std::vector<Resource>& resources = m_problem->resources;
        return resources[from].layer * m_problem->layers.size() + resources[to].layer;
    }
    void index_constraints();
};

} // namespace aisprint::optimizer
