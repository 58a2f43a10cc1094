// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exact_model.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aisprint::optimizer::exact {

/// By how much subgradient steps aim beyond the threshold that they are to pass.
constexpr double k_overshoot = 0.06;

/// A set of configurations: for every layer the machines it may use, each with a range of node
/// numbers, and whether it may stay empty. A single configuration if nothing is left to choose.
struct Box {
    std::vector<int> low;           ///< per machine slot, at least 1
    std::vector<int> high;          ///< per machine slot; 0: not to be used
    std::vector<bool> may_be_empty; ///< per layer of the model

    /// Machines still possible in a layer.
    [[nodiscard]] std::size_t choices(const Model& model, std::size_t layer) const;
    [[nodiscard]] bool is_single(const Model& model) const;
};

/// All configurations of a model.
[[nodiscard]] Box whole_box(const Model& model);

/// A cheaper description of a component than its list of options: what its partitions cost at given
/// prices, when each takes its best place.
struct FlatPlace {
    std::uint32_t slot = 0;
    bool is_exclusive = false;
    int min_nodes = 1;
    double work = 0;
    double memory_mb = 0;
    double cost = 0;
};

/// Where components may start and end: C6 and closed layers leave some of them only the edge, or
/// only the cloud.
enum class Side : std::uint8_t { both, edge_only, cloud_only };

/// Lagrangian relaxation of the capacities: at prices of work and memory per slot every component
/// takes its cheapest places and every layer its most profitable machine and node number. Any
/// prices give a lower bound of the cost of all solutions in a box; prices are improved by
/// subgradient steps (Held, Wolfe and Crowder, "Validation of subgradient optimization", 1974).
class Relaxation {
public:
    explicit Relaxation(const Model& model);

    /// Prices per slot: of a node's worth of work, then of memory.
    using Prices = std::vector<double>;

    [[nodiscard]] Prices first_prices() const;

    /// Improves `prices` until the bound exceeds `threshold` or the steps are used up; leaves the
    /// best prices there and returns their bound. Infinite if a component has no place.
    [[nodiscard]] double
    improve(const Box& box, Prices& prices, double threshold, std::size_t steps);

    /// Takes out of a box what costs more than the threshold at the given prices with their bound.
    /// False if nothing remains.
    [[nodiscard]] bool shrink(Box& box, const Prices& prices, double bound, double threshold) const;

    /// Cheapest weight of each component at the prices of the last evaluation.
    [[nodiscard]] const std::vector<double>& unit_weights() const { return m_unit_weights; }

    /// The bound at the given prices.
    [[nodiscard]] double evaluate(const Box& box, const Prices& prices);

    /// Nodes' worth of work on each slot in the last evaluation.
    [[nodiscard]] const std::vector<double>& used_work() const { return m_work; }

    /// Where each component may be, for the box of the last evaluation.
    [[nodiscard]] const std::vector<Side>& sides() const { return m_sides; }

    /// Settles where components may be; to be called before evaluate() with a new box. False if
    /// one may be nowhere.
    [[nodiscard]] bool set_box(const Box& box);

private:
    struct FlatPart {
        std::size_t first = 0; ///< places [first, edge_end) on the edge, [edge_end, last) not
        std::size_t edge_end = 0;
        std::size_t last = 0;
        double function_cost = 0; ///< of the cheapest function without a slot; infinite if none
    };
    struct FlatVariant {
        std::size_t first = 0; ///< parts
        std::size_t last = 0;
    };
    struct FlatUnit {
        std::size_t first = 0; ///< variants
        std::size_t last = 0;
    };
    struct Best {
        double weight = 0;
        std::size_t place = k_none;
    };
    struct LayerChoice {
        double value = 0;
        std::size_t slot = k_none;
        int nodes = 0;
    };

    const Model* m_model;
    std::vector<FlatPlace> m_places;
    std::vector<FlatPart> m_parts;
    std::vector<FlatVariant> m_variants;
    std::vector<FlatUnit> m_units;
    std::vector<Side> m_sides;
    std::vector<double> m_unit_weights;
    std::vector<double> m_layer_values;
    std::vector<double> m_work; ///< used minus offered follows from these
    std::vector<double> m_memory;
    std::vector<double> m_work_gap; ///< subgradient
    std::vector<double> m_memory_gap;
    std::vector<double> m_scale;
    std::vector<double> m_memory_scale;
    std::vector<Best> m_edge_best; ///< scratch, per part of a variant
    std::vector<Best> m_cloud_best;
    std::vector<std::size_t> m_taken; ///< scratch: places of the best variant
    std::vector<std::size_t> m_candidate;

    void add_unit(const Unit& unit);
    [[nodiscard]] Best
    best_of(const Box& box, const Prices& prices, std::size_t first, std::size_t last) const;
    [[nodiscard]] double weigh_unit(const Box& box, const Prices& prices, std::size_t unit);
    [[nodiscard]] LayerChoice
    weigh_layer(const Box& box, const Prices& prices, std::size_t layer) const;
    [[nodiscard]] bool opens(const Box& box, std::size_t first, std::size_t last) const;
    void spread_sides();
    [[nodiscard]] double step_length() const;
};

} // namespace aisprint::optimizer::exact
