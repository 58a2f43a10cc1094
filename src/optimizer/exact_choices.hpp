// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exact_bounds.hpp"
#include "exact_model.hpp"
#include "exact_options.hpp"

#include <cstddef>
#include <vector>

namespace aisprint::optimizer::exact {

/// Tolerance of sums that the search compares with limits; the evaluator has the last word.
constexpr double k_slack = 1e-9;

/// Prices of the loads and memory of the open slots, with what they bound.
struct Multipliers {
    std::vector<double> load;
    std::vector<double> memory;
    double capacity = 0; ///< worth of all capacities
    double bound = 0;    ///< machine cost + least weights - capacity
};

/// What components may choose in a configuration: their options, less those that are too heavy for
/// any solution below the threshold.
class Choices {
public:
    Choices(const Model& model, const Box& box);

    /// Builds the options and drops what the relaxation over them shows to be of no use. False if
    /// the configuration holds nothing as cheap as the threshold.
    [[nodiscard]] bool prepare(Relaxation& relaxation,
                               const Box& box,
                               const Relaxation::Prices& prices,
                               double threshold);

    [[nodiscard]] const Configuration& configuration() const { return m_configuration; }
    [[nodiscard]] const std::vector<OptionList>& lists() const { return m_lists; }
    /// Numbers of the options that are left of each component.
    [[nodiscard]] std::vector<std::vector<std::size_t>>& alive() { return m_alive; }
    [[nodiscard]] const std::vector<std::vector<std::size_t>>& alive() const { return m_alive; }
    /// Prices that give the best bounds found.
    [[nodiscard]] const std::vector<Multipliers>& sets() const { return m_sets; }
    /// Memory of each open slot, with some tolerance.
    [[nodiscard]] const std::vector<double>& memory_limits() const { return m_memory_limits; }

    /// Cost of an option and the worth of what it takes.
    [[nodiscard]] double weigh(const Multipliers& set, std::size_t unit, std::size_t option) const;

private:
    const Model* m_model;
    Configuration m_configuration;
    double m_threshold = 0;
    std::vector<double> m_memory_limits;
    std::vector<OptionList> m_lists;
    std::vector<std::vector<std::size_t>> m_alive;
    std::vector<Multipliers> m_sets;

    /// How far the cheapest options overdraw each capacity, relative to it.
    struct Gaps {
        std::vector<double> load;
        std::vector<double> memory;
    };

    [[nodiscard]] bool tighten(Multipliers start);
    [[nodiscard]] Multipliers climb(const Multipliers& start) const;
    [[nodiscard]] double bound_of(Multipliers& set, std::vector<std::size_t>& chosen) const;
    [[nodiscard]] double
    measure(const Multipliers& set, const std::vector<std::size_t>& chosen, Gaps& gaps) const;
    [[nodiscard]] std::size_t drop_heavy(const Multipliers& set);
};

} // namespace aisprint::optimizer::exact
