// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/instance.hpp"
#include "aisprint/optimizer/solution.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace aisprint::optimizer {

/// The one evaluator that all methods share: a placement, complete or not, that can be changed one
/// component or one node number at a time. Only what a change touches is worked out again: the
/// resources of the component, then, when asked for, the times of the components on them and of
/// the paths through those. Sums are formed afresh per resource, so that a long walk gives
/// bit for bit the figures of a placement built at once.
class Evaluator {
public:
    explicit Evaluator(const Instance& instance);

    [[nodiscard]] const Instance& instance() const { return *m_instance; }

    /// Forgets everything: nothing placed, no nodes.
    void clear();

    /// Takes over a complete solution.
    void load(const Solution& solution);

    /// Places a component, or places it anew. Each resource must be a candidate of its partition.
    /// Resources in use without nodes get one node.
    void
    place(std::size_t component, std::size_t deployment, std::span<const std::size_t> resources);

    /// Moves one partition of a placed component.
    void move(std::size_t component, std::size_t position, std::size_t resource);

    /// Takes a component out.
    void remove(std::size_t component);

    /// Sets the nodes of a machine; kept while the machine is in use, 0 as soon as it is not.
    void set_nodes(std::size_t resource, int nodes);

    [[nodiscard]] bool is_placed(std::size_t component) const {
        return m_choices[component].deployment != k_none;
    }
    [[nodiscard]] const Choice& choice(std::size_t component) const { return m_choices[component]; }
    [[nodiscard]] int nodes(std::size_t resource) const { return m_resources[resource].nodes; }
    /// Numbers of the partitions on a resource, ascending.
    [[nodiscard]] const std::vector<std::size_t>& partitions_on(std::size_t resource) const {
        return m_resources[resource].partitions;
    }
    [[nodiscard]] bool is_used(std::size_t resource) const {
        return !m_resources[resource].partitions.empty();
    }
    /// Utilisation of a machine, 0 if nothing with a demand is on it.
    [[nodiscard]] double utilisation(std::size_t resource) const;

    /// Cost over the horizon of what is placed.
    [[nodiscard]] double cost() const;

    /// Response times of what is placed; infinite on overload. A path counts its placed components.
    [[nodiscard]] double component_time(std::size_t component);
    [[nodiscard]] double path_time(std::size_t path);

    /// What a resource breaks: node limit, memory, co-location and stability, in this order.
    [[nodiscard]] std::vector<Violation> violations_of(std::size_t resource) const;

    /// True if a placed component breaks C6, inside or after a placed predecessor.
    [[nodiscard]] bool returns_to_edge(std::size_t component) const;

    /// True if a placed component breaks C9, inside or after a placed predecessor.
    [[nodiscard]] bool lacks_domain(std::size_t component) const;

    /// True if a placed component keeps both C6 and C9.
    [[nodiscard]] bool keeps_order(std::size_t component) const;

    /// True if all conditions hold for what is placed; for a complete placement C1 to C9.
    [[nodiscard]] bool feasible();

    /// Sum over the violated local limits, or if those hold the violated path limits, of
    /// (time - limit) / limit; infinite if a condition other than a time limit is violated.
    [[nodiscard]] double violation_rate();

    /// Lowers node numbers, dearest machine first and over again, while the placement stays
    /// feasible. Expects a feasible one.
    void reduce_nodes();

    [[nodiscard]] Solution solution() const;

private:
    struct ResourceState {
        std::vector<std::size_t> partitions; ///< ascending
        double work = 0;
        double memory_mb = 0;
        int nodes = 0;
        bool broken = false; ///< memory, co-location, stability or node limit
    };
    struct ComponentState {
        double cost = 0;         ///< of functions, over the horizon
        double time_s = 0;       ///< as local constraints see it
        double inner_time_s = 0; ///< as paths see it when more follows
        bool stale = true;
        bool broken = false; ///< C6 or C9
    };
    struct PathState {
        double time_s = 0;
        bool stale = true;
    };

    const Instance* m_instance;
    std::vector<Choice> m_choices;
    std::vector<ResourceState> m_resources;
    std::vector<ComponentState> m_components;
    std::vector<PathState> m_paths;
    std::vector<int> m_machines_of_layer; ///< edge and cloud resources in use, per layer
    int m_broken_resources = 0;
    int m_broken_components = 0;
    int m_crowded_layers = 0;

    void attach(std::size_t partition, std::size_t resource);
    void detach(std::size_t partition, std::size_t resource);
    void count_machine(std::size_t resource, int change);
    void refresh_resource(std::size_t resource);
    void refresh_cost(std::size_t component);
    void refresh_order(std::size_t component);
    void refresh_orders_around(std::size_t component);
    void mark_stale(std::size_t component);
    void refresh_times(std::size_t component);
    template <class Report>
    void check_resource(std::size_t resource, Report&& report) const;
    [[nodiscard]] bool is_broken(std::size_t resource) const;
    template <class MayFollow>
    [[nodiscard]] bool follows(std::size_t component, MayFollow&& may_follow) const;
    [[nodiscard]] bool structure_holds() const;
};

/// All figures of a complete solution, and every condition that it breaks. The solution may come
/// from a file: resources that are no candidates and node numbers outside 1 .. N_j are violations,
/// indices outside the problem are not allowed.
[[nodiscard]] Evaluation evaluate(const Instance& instance, const Solution& solution);

} // namespace aisprint::optimizer
