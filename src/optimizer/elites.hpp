// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/heuristics.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aisprint::optimizer {

/// The best distinct solutions: the cheapest feasible ones or, until there is one, the least
/// violating. Equally good ones are ordered by the iteration that found them, so that the list
/// does not depend on the order in which they are offered or lists are merged.
class Elites {
public:
    explicit Elites(std::size_t capacity) : m_capacity(capacity) {}

    /// Offers a solution found in an iteration. It may be dropped at once.
    void offer(Ranked ranked, std::uint64_t iteration);

    /// Offers all of another list.
    void merge(const Elites& other);

    [[nodiscard]] bool feasible() const { return m_feasible; }

    /// A feasible solution that costs more, or an infeasible one that violates more, is of no use.
    [[nodiscard]] double worst_cost() const;
    [[nodiscard]] double worst_violation() const;

    [[nodiscard]] std::vector<Ranked> take();

private:
    struct Entry {
        Ranked ranked;
        std::uint64_t iteration = 0;
    };
    std::size_t m_capacity;
    bool m_feasible = false;
    std::vector<Entry> m_entries; ///< best first

    [[nodiscard]] static bool before(const Entry& a, const Entry& b);
    [[nodiscard]] bool is_full() const { return m_entries.size() == m_capacity; }
};

} // namespace aisprint::optimizer
