// SPDX-License-Identifier: Apache-2.0
#include "elites.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace aisprint::optimizer {

bool Elites::before(const Entry& a, const Entry& b) {
    return std::tie(a.ranked.violation_rate, a.ranked.cost, a.iteration) <
           std::tie(b.ranked.violation_rate, b.ranked.cost, b.iteration);
}

void Elites::offer(Ranked ranked, std::uint64_t iteration) {
    const bool feasible = ranked.violation_rate == 0;
    if (m_capacity == 0 || (m_feasible && !feasible)) {
        return;
    }
    if (feasible && !m_feasible) {
        m_entries.clear();
        m_feasible = true;
    }
    Entry entry{std::move(ranked), iteration};
    const auto same = std::ranges::find_if(m_entries, [&](const Entry& other) {
        return other.ranked.cost == entry.ranked.cost &&
               other.ranked.solution == entry.ranked.solution;
    });
    if (same != m_entries.end()) {
        if (!before(entry, *same)) {
            return;
        }
        m_entries.erase(same);
    }
    m_entries.insert(std::ranges::upper_bound(m_entries, entry, before), std::move(entry));
    if (m_entries.size() > m_capacity) {
        m_entries.pop_back();
    }
}

void Elites::merge(const Elites& other) {
    for (const Entry& entry : other.m_entries) {
        offer(entry.ranked, entry.iteration);
    }
}

double Elites::worst_cost() const {
    return m_feasible && is_full() ? m_entries.back().ranked.cost : k_infinite;
}

double Elites::worst_violation() const {
    return !m_feasible && is_full() ? m_entries.back().ranked.violation_rate : k_infinite;
}

std::vector<Ranked> Elites::take() {
    std::vector<Ranked> result;
    for (Entry& entry : m_entries) {
        result.push_back(std::move(entry.ranked));
    }
    m_entries.clear();
    m_feasible = false;
    return result;
}

} // namespace aisprint::optimizer
