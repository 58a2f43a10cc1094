// SPDX-License-Identifier: Apache-2.0
#include "exact_choices.hpp"

#include "aisprint/optimizer/solution.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace aisprint::optimizer::exact {

namespace {

constexpr int k_climb_steps = 50;
constexpr int k_rounds = 3;

} // namespace

Choices::Choices(const Model& model, const Box& box)
    : m_model(&model), m_configuration(model, box) {
    for (std::size_t l = 0; l < m_configuration.slots.size(); ++l) {
        m_memory_limits.push_back(model.memory(m_configuration.slots[l], m_configuration.nodes[l]) *
                                  (1 + k_slack));
    }
}

bool Choices::prepare(Relaxation& relaxation,
                      const Box& box,
                      const Relaxation::Prices& prices,
                      double threshold) {
    m_threshold = threshold;
    const double bound = relaxation.evaluate(box, prices);
    if (bound > m_threshold) {
        return false;
    }
    const std::vector<double> weights = relaxation.unit_weights();
    for (std::size_t i = 0; i < m_model->units.size(); ++i) {
        const WeightLimit limit{&prices, weights[i] + (m_threshold - bound) + k_slack};
        m_lists.push_back(build_options(*m_model, i, m_configuration, limit));
        if (m_lists.back().options.empty()) {
            return false;
        }
        m_alive.emplace_back(m_lists.back().options.size());
        std::iota(m_alive.back().begin(), m_alive.back().end(), std::size_t{0});
    }
    Multipliers start;
    for (std::size_t l = 0; l < m_configuration.slots.size(); ++l) {
        const std::size_t slot = m_configuration.slots[l];
        start.load.push_back(prices[slot] * m_configuration.nodes[l]);
        start.memory.push_back(prices[m_model->slots.size() + slot]);
    }
    return tighten(std::move(start));
}

double Choices::weigh(const Multipliers& set, std::size_t unit, std::size_t option) const {
    const Option& chosen = m_lists[unit].options[option];
    double weight = chosen.cost;
    for (const Use& use : m_lists[unit].uses_of(chosen)) {
        const double load = use.is_exclusive ? 1.0 : use.load;
        weight += set.load[use.local] * load + set.memory[use.local] * use.memory_mb;
    }
    return weight;
}

/// Bound of a set; `chosen` receives the cheapest option of each component.
double Choices::bound_of(Multipliers& set, std::vector<std::size_t>& chosen) const {
    set.capacity = 0;
    for (std::size_t l = 0; l < set.load.size(); ++l) {
        set.capacity += set.load[l] + set.memory[l] * m_memory_limits[l];
    }
    set.bound = m_configuration.machine_cost - set.capacity;
    for (std::size_t i = 0; i < m_lists.size(); ++i) {
        double least = k_infinite;
        for (const std::size_t o : m_alive[i]) {
            const double weight = weigh(set, i, o);
            if (weight < least) {
                least = weight;
                chosen[i] = o;
            }
        }
        set.bound += least;
    }
    return set.bound;
}

/// Subgradient steps on the option lists; options too heavy for the threshold are dropped in
/// between. False if the configuration holds nothing cheap enough.
bool Choices::tighten(Multipliers start) {
    for (int round = 0; round < k_rounds; ++round) {
        Multipliers best = climb(start);
        if (best.bound > m_threshold) {
            return false;
        }
        m_sets.push_back(best);
        const std::size_t dropped = drop_heavy(best);
        if (dropped == k_none) {
            return false;
        }
        if (dropped == 0) {
            break;
        }
        start = std::move(best);
    }
    return true;
}

/// Gaps of the chosen options, and the square of the length of those that a step can close.
double
Choices::measure(const Multipliers& set, const std::vector<std::size_t>& chosen, Gaps& gaps) const {
    std::ranges::fill(gaps.load, -1.0);
    std::ranges::fill(gaps.memory, -1.0);
    for (std::size_t i = 0; i < m_lists.size(); ++i) {
        for (const Use& use : m_lists[i].uses_of(m_lists[i].options[chosen[i]])) {
            gaps.load[use.local] += use.is_exclusive ? 1.0 : use.load;
            gaps.memory[use.local] += use.memory_mb / m_memory_limits[use.local];
        }
    }
    double length = 0;
    for (std::size_t l = 0; l < gaps.load.size(); ++l) {
        if (!m_model->slots[m_configuration.slots[l]].memory_binds) {
            gaps.memory[l] = 0;
        }
        if (gaps.load[l] > 0 || set.load[l] > 0) {
            length += gaps.load[l] * gaps.load[l];
        }
        if (gaps.memory[l] > 0 || set.memory[l] > 0) {
            length += gaps.memory[l] * gaps.memory[l];
        }
    }
    return length;
}

Multipliers Choices::climb(const Multipliers& start) const {
    const std::size_t count = start.load.size();
    const double target = m_threshold + k_overshoot * std::abs(m_threshold);
    Multipliers current = start;
    Multipliers best = start;
    best.bound = -k_infinite;
    std::vector<std::size_t> chosen(m_lists.size(), 0);
    Gaps gaps{std::vector<double>(count), std::vector<double>(count)};
    double share = 1;
    int idle = 0;
    for (int step = 0; step < k_climb_steps && best.bound <= m_threshold; ++step) {
        const double bound = bound_of(current, chosen);
        const bool is_clear = bound > best.bound + 1e-3 * (m_threshold - best.bound);
        idle = is_clear ? 0 : idle + 1;
        if (bound > best.bound) {
            best = current;
        }
        if (idle >= 4) {
            share *= 0.5;
            idle = 0;
            if (share < 0.02) {
                break;
            }
            current = best;
            static_cast<void>(bound_of(current, chosen));
        }
        const double length = measure(current, chosen, gaps);
        if (length <= 0) {
            break;
        }
        const double size = share * (target - current.bound) / length;
        for (std::size_t l = 0; l < count; ++l) {
            current.load[l] = std::max(0.0, current.load[l] + size * gaps.load[l]);
            if (gaps.memory[l] != 0) {
                current.memory[l] =
                    std::max(0.0, current.memory[l] + size * gaps.memory[l] / m_memory_limits[l]);
            }
        }
    }
    return best;
}

/// Number of options dropped; k_none if a component has none left.
std::size_t Choices::drop_heavy(const Multipliers& set) {
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < m_lists.size(); ++i) {
        std::vector<double> weights;
        for (const std::size_t o : m_alive[i]) {
            weights.push_back(weigh(set, i, o));
        }
        const double limit =
            *std::ranges::min_element(weights) + (m_threshold - set.bound) + k_slack;
        std::vector<std::size_t> kept;
        for (std::size_t k = 0; k < weights.size(); ++k) {
            if (weights[k] <= limit) {
                kept.push_back(m_alive[i][k]);
            }
        }
        dropped += m_alive[i].size() - kept.size();
        m_alive[i] = std::move(kept);
        if (m_alive[i].empty()) {
            return k_none;
        }
    }
    return dropped;
}

} // namespace aisprint::optimizer::exact
