// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/evaluator.hpp"
#include "ledger.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace aisprint::optimizer {

/// The moves from a placement: some components are placed anew. Every assignment goes to functions,
/// to machines in use and to machines of layers that use none (as far as the move leaves them
/// unused), and keeps C6 inside a component. Moves are
/// - a component anew: any of its deployments, its partitions on any of those resources (this
///   holds the reference's moves of one partition, M1, M3, M5 and half of M4);
/// - a machine for another one, with all its partitions (M2);
/// - all partitions of a machine to functions, each to the cheapest (M4);
/// - a machine emptied, its components one after the other to where they add the least cost, in any
///   of their deployments.
/// Moves that cannot be stable are left out.
class Neighbourhood {
public:
    explicit Neighbourhood(const Instance& instance);

    /// The moves from the evaluator's (complete) placement, in an order that depends on it only.
    void collect(const Evaluator& evaluator);

    [[nodiscard]] std::size_t size() const { return m_moves.size(); }

    /// Lower bound of the cost after a move.
    [[nodiscard]] double least_cost(std::size_t move) const { return m_moves[move].least_cost; }

    /// Makes a move. Node numbers are left to the caller.
    void apply(std::size_t move, Evaluator& evaluator) const;

    /// Takes a move back, given the placement before it.
    void undo(std::size_t move, const Solution& before, Evaluator& evaluator) const;

    /// Where a component, not placed so far, adds the least cost, without regard to times; no
    /// deployment (k_none) if there is no stable place.
    [[nodiscard]] Choice cheapest_choice(std::size_t component, const Evaluator& evaluator);

private:
    struct Part {
        std::size_t component = 0;
        std::size_t deployment = 0;
        std::size_t first_resource = 0;
        std::size_t count = 0;
    };
    struct Move {
        double least_cost = 0;
        std::size_t first_part = 0;
        std::size_t part_count = 0;
    };
    /// A component with its new choice.
    struct Change {
        std::size_t component = 0;
        Choice choice;
    };
    struct Place {
        Choice choice{k_none, {}};
        double cost = 0;
    };

    const Instance* m_instance;
    Ledger m_ledger;
    std::vector<Move> m_moves;
    std::vector<Part> m_parts;
    std::vector<std::size_t> m_resources;
    /// By partition: its machines, then some of its functions, cheapest first.
    std::vector<std::vector<std::size_t>> m_shortlist;
    std::vector<std::size_t> m_trail;
    std::size_t m_forbidden = k_none;
    std::size_t m_assignments = 0;

    void make_shortlist(std::size_t partition);
    void add_component_moves(const Evaluator& evaluator, std::size_t component);
    void add_function_moves(const Evaluator& evaluator, std::size_t component);
    void add_machine_moves(const Evaluator& evaluator, std::size_t machine);
    void add_exchange(const Evaluator& evaluator, std::size_t machine, std::size_t other);
    void add_flight(const Evaluator& evaluator, std::size_t machine);
    void add_emptying(const Evaluator& evaluator, std::size_t machine);
    /// Calls `leaf` for assignments of a deployment's partitions from `position` on, with the
    /// ledger as it would be.
    template <typename Leaf>
    void assign(std::size_t component, std::size_t deployment, std::size_t position, Leaf leaf);
    [[nodiscard]] Place find_cheapest(std::size_t component);
    void take_out(const Choice& choice, std::size_t component);
    void put_back(const Choice& choice, std::size_t component);
    /// Makes a change in the ledger.
    void make(const Evaluator& evaluator, const Change& change);
    void revert(const Evaluator& evaluator, std::span<const Change> changes);
    /// Keeps changes, made in the ledger, as a move if they are stable.
    void add_move(std::span<const Change> changes);
    [[nodiscard]] std::vector<std::size_t> components_on(const Evaluator& evaluator,
                                                         std::size_t machine) const;
};

} // namespace aisprint::optimizer
