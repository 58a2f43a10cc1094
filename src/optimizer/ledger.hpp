// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/evaluator.hpp"

#include <cstddef>
#include <vector>

namespace aisprint::optimizer {

/// What a placement costs at the least stable node numbers, a lower bound of its cost, kept up to
/// date while partitions come and go. Only C1 and C5 are looked at.
class Ledger {
public:
    explicit Ledger(const Instance& instance);

    /// Takes over a placement.
    void load(const Evaluator& evaluator);

    void add(std::size_t partition, std::size_t resource) { change(partition, resource, 1); }
    void remove(std::size_t partition, std::size_t resource) { change(partition, resource, -1); }

    /// True if no machine is overloaded at N_j nodes.
    [[nodiscard]] bool is_stable() const { return m_overloaded == 0; }
    [[nodiscard]] double least_cost() const { return m_cost; }

    /// True if a resource may be used: a function, or a machine whose layer uses no other one.
    [[nodiscard]] bool is_open(std::size_t resource) const;
    [[nodiscard]] bool is_used(std::size_t resource) const { return m_states[resource].users > 0; }

private:
    struct State {
        int users = 0;
        int least_nodes = 0;
        int nodes = 1; ///< available
        double work = 0;
        double price = 0; ///< of a node over the horizon; functions: 0
        std::size_t layer = 0;
        bool is_machine = true;
    };

    const Instance* m_instance;
    std::vector<State> m_states;
    std::vector<int> m_machines_of_layer;
    int m_overloaded = 0;
    double m_cost = 0;

    void change(std::size_t partition, std::size_t resource, int direction);
};

} // namespace aisprint::optimizer
