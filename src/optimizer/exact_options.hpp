// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exact_bounds.hpp"
#include "exact_model.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace aisprint::optimizer::exact {

/// One configuration: the slots that are open, numbered through, with their nodes.
struct Configuration {
    std::vector<std::size_t> slots;  ///< open slots: machines, then functions
    std::vector<std::size_t> locals; ///< by slot: its number here, or k_none
    std::vector<int> nodes;          ///< by number here
    double machine_cost = 0;

    Configuration(const Model& model, const Box& box);
};

/// What an option puts on an open slot.
struct Use {
    std::uint32_t local = 0;
    std::uint32_t partitions = 0;
    bool is_exclusive = false;
    double load = 0; ///< share of the slot's capacity, 1 = saturated
    double memory_mb = 0;
    double demand_s = 0; ///< weighted by the requests that come: time is demand / (1 - U)
};

/// A way to run a component in a configuration.
struct Option {
    std::size_t variant = 0;
    std::uint32_t first_use = 0; ///< in OptionList::uses
    std::uint32_t last_use = 0;
    double fixed_s = 0;          ///< times that do not depend on utilisations, with transfers
    double inner_fixed_s = 0;    ///< the same where more of a path follows
    double cost = 0;             ///< of functions
    std::size_t first_place = 0; ///< resources: in OptionList::resources
    std::size_t first_resource = 0;
    std::size_t last_resource = 0;
};

/// The options of a component, in canonical order: by deployment, then by resources.
struct OptionList {
    std::vector<Option> options;
    std::vector<Use> uses;
    std::vector<std::size_t> resources;

    [[nodiscard]] std::span<const Use> uses_of(const Option& option) const {
        return {uses.data() + option.first_use, uses.data() + option.last_use};
    }
};

/// What options may weigh at given prices; heavier ones are in no solution that is cheap enough.
struct WeightLimit {
    const Relaxation::Prices* prices = nullptr;
    double limit = 0;
};

/// All options of a component that obey its own limits and are not dominated by another one that
/// asks for no more of anything and leaves its neighbours as much freedom.
[[nodiscard]] OptionList build_options(const Model& model,
                                       std::size_t unit,
                                       const Configuration& configuration,
                                       const WeightLimit& weight_limit);

} // namespace aisprint::optimizer::exact
