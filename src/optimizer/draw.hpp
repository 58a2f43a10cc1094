// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/instance.hpp"
#include "aisprint/optimizer/solution.hpp"
#include "random.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

/// Random placements at a high rate. Only a filter: what passes it is evaluated by the Evaluator.
namespace aisprint::optimizer {

/// A problem at one rate, packed for drawing. Machines are grouped by slots, one per edge or cloud
/// layer, edge first; since a layer uses one machine (C1), all state of a draw is per slot.
/// Immutable, so threads may share it.
class DrawTables {
public:
    explicit DrawTables(const Instance& instance);

    struct Machine {
        std::uint32_t resource = 0;
        double price = 0;     ///< of a node over the horizon
        double nodes = 1;     ///< available
        double most_work = 0; ///< work below which all nodes together are stable
        double most_memory_mb = 0;
    };
    struct Slot {
        std::uint32_t first_machine = 0;
        std::uint32_t machine_count = 0;
    };
    /// A candidate. Times are weighted by the share of requests that reach the partition:
    /// `queued_s` x 1 / (1 - U) + `fixed_s`, where for a trained model on a machine `fixed_s` is
    /// the least over all node numbers, so that sums are lower bounds.
    struct Option {
        std::uint32_t resource = 0;
        std::uint32_t slot = 0; ///< of functions: slot_count()
        std::uint32_t layer = 0;
        bool in_cloud = false;
        bool exclusive = false;
        bool shared = false; ///< a function that other partitions may use, too
        double work = 0;
        double memory_mb = 0;
        double cost = 0; ///< functions
        double queued_s = 0;
        double fixed_s = 0;
        double fixed_inner_s = 0; ///< in place of fixed_s where more of the pipeline follows
    };
    struct Partition {
        std::uint32_t first_slot = 0; ///< in slots_of(): the slots with a candidate
        std::uint32_t first_cloud_slot = 0;
        std::uint32_t end_slot = 0;
        std::uint32_t first_function = 0; ///< options
        std::uint32_t function_count = 0;
        std::uint32_t output_size = 0; ///< number of its data size
        double reach = 1;
    };
    struct Deployment {
        std::uint32_t first_partition = 0;
        std::uint32_t partition_count = 0;
        std::uint32_t first_edge_size = 0; ///< numbers of the data sizes to the successors
    };
    struct Component {
        std::uint32_t first_deployment = 0;
        std::uint32_t deployment_count = 0;
        std::uint32_t first_position = 0; ///< in the chosen options of a draw
        bool timed = false;               ///< part of a constraint
    };
    struct Local {
        std::uint32_t component = 0;
        double limit_s = 0;
    };
    struct Step {
        std::uint32_t component = 0;
        std::uint32_t successor = 0; ///< of the next step among the component's successors
    };
    struct Path {
        std::vector<Step> steps;
        double limit_s = 0;
    };

    [[nodiscard]] const Instance& instance() const { return *m_instance; }
    [[nodiscard]] std::size_t slot_count() const { return m_slots.size(); }

private:
    friend class Draw;

    const Instance* m_instance;
    std::vector<Machine> m_machines;
    std::vector<Slot> m_slots;
    std::size_t m_edge_slots = 0;
    std::vector<Option> m_options;
    std::vector<std::int32_t> m_option_of; ///< by partition and machine; -1: no candidate
    std::vector<std::uint32_t> m_slots_of;
    std::vector<Partition> m_partitions;
    std::vector<Deployment> m_deployments;
    std::vector<Component> m_components;
    std::size_t m_positions = 0;
    std::vector<std::uint32_t> m_edge_sizes;
    std::vector<double> m_sizes;     ///< distinct data sizes
    std::vector<double> m_transfers; ///< by size and pair of layers
    std::vector<Local> m_locals;
    std::vector<Path> m_paths;

    void add_machines();
    void add_sizes();
    void add_partitions();
    void add_candidates(std::size_t index, const std::vector<std::size_t>& uses);
    void add_constraints();
    [[nodiscard]] std::uint32_t size_number(double size) const;
    [[nodiscard]] Option make_option(std::size_t partition, const CandidateFigures& figures) const;
};

/// Where a draw is content with less than uniform choices.
enum class DrawStyle {
    uniform, ///< every machine, deployment and candidate alike
    thrifty  ///< some layers stay closed; candidates that need no further node are preferred
};

/// One random placement after the other, without allocation.
class Draw {
public:
    explicit Draw(const DrawTables& tables);

    /// Draws anew: a machine per layer, then per component, predecessors first, a deployment and
    /// candidates of its partitions, among those that keep C2 to C6 and C9; the next deployment if
    /// one does not work out. False as soon as none does, or as the machines' least node numbers
    /// and the functions cost more than `cost_limit`.
    [[nodiscard]] bool next(Random& random, DrawStyle style, double cost_limit);

    /// Cost at the least stable node numbers: a lower bound for the assignment drawn.
    [[nodiscard]] double least_cost() const { return m_cost; }

    /// Sum of relative violations of the local limits or, if those hold, of the path limits; at
    /// all nodes or at the least stable ones. With trained models a lower bound.
    [[nodiscard]] double violation_at_all_nodes();
    [[nodiscard]] double violation_at_least_nodes();

    /// The assignment with all nodes, or with the least stable ones.
    void store_with_all_nodes(Solution& solution) const;
    void store_with_least_nodes(Solution& solution) const;

private:
    struct SlotState {
        const DrawTables::Machine* machine = nullptr; ///< null: closed
        std::uint32_t number = 0;                     ///< of the machine
        std::uint32_t users = 0;
        bool exclusive = false;
        double work = 0;
        double memory_mb = 0;
        double nodes = 0; ///< least stable number
    };
    struct FunctionState {
        std::uint32_t users = 0;
        bool exclusive = false;
        double memory_mb = 0;
    };

    /// What a partition found, to take its component back.
    struct Undo {
        SlotState slot;
        FunctionState function;
        double cost = 0;
    };

    const DrawTables* m_tables;
    std::vector<Undo> m_undo; ///< of the component being drawn
    std::vector<SlotState> m_slots;
    std::vector<FunctionState> m_functions; ///< by resource
    std::vector<std::uint32_t> m_touched;   ///< shared functions in use
    std::vector<std::uint32_t> m_deployment;
    std::vector<const DrawTables::Option*> m_chosen; ///< by position
    std::vector<char> m_after_cloud;                 ///< by component
    bool m_all_linked = true;
    std::vector<std::uint32_t> m_before; ///< resources that the next partition comes after
    std::vector<const DrawTables::Option*> m_admissible;
    std::vector<const DrawTables::Option*> m_free; ///< admissible without a further node
    std::vector<double> m_idle;                    ///< 1 / (1 - U) by slot; 0 for functions
    std::vector<double> m_time;
    std::vector<double> m_inner_time;
    double m_cost = 0;

    void reset();
    void draw_machines(Random& random, DrawStyle style);
    [[nodiscard]] bool draw_component(std::size_t component, Random& random, DrawStyle style);
    [[nodiscard]] bool
    draw_deployment(std::size_t component, std::size_t number, Random& random, DrawStyle style);
    void roll_back(std::size_t component);
    void note_before(std::size_t component, std::size_t position);
    [[nodiscard]] bool may_follow(const DrawTables::Option& option) const;
    [[nodiscard]] const DrawTables::Option*
    draw_option(std::size_t partition, bool after_cloud, Random& random, DrawStyle style);
    [[nodiscard]] const DrawTables::Option* pick_function(const DrawTables::Partition& shape,
                                                          std::size_t number) const;
    [[nodiscard]] std::size_t count_functions(const DrawTables::Partition& shape) const;
    [[nodiscard]] bool function_has_room(const DrawTables::Option& option) const;
    void take(const DrawTables::Option& option);
    [[nodiscard]] double violation();
    void compute_times(std::size_t component);
    void store(Solution& solution) const;
    [[nodiscard]] double transfer(std::uint32_t size,
                                  const DrawTables::Option& from,
                                  const DrawTables::Option& to) const;
};

} // namespace aisprint::optimizer
