// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/instance.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

/// Parts of the exact search; see exact.hpp.
namespace aisprint::optimizer::exact {

/// A resource whose capacity is limited: every machine, and functions that partitions of several
/// components may share. Functions that cannot run out of anything have no slot.
struct Slot {
    std::size_t resource = 0;
    std::size_t layer = k_none; ///< of machines; none for functions
    bool is_edge = false;
    int nodes = 1;             ///< N_j
    double node_cost = 0;      ///< over the horizon; functions 0
    double memory_mb = 0;      ///< of one node
    bool has_tables = false;   ///< trained models run here: more nodes may be slower
    bool memory_binds = false; ///< all that could come here together does not fit on one node
};

/// A candidate that is worth looking at.
struct Place {
    std::size_t resource = 0;
    std::size_t slot = k_none;
    const CandidateFigures* figures = nullptr;
    int min_nodes = 1; ///< with fewer the load or a response time limit is exceeded in any case
};

/// A partition with its places: those on the edge first.
struct Part {
    double reach = 1;
    std::vector<Place> places;
    std::size_t edge_places = 0;
};

/// A deployment that has places for all of its partitions.
struct Variant {
    std::size_t deployment = 0;
    std::vector<Part> parts;
    std::vector<double> inner_data; ///< sizes between consecutive partitions
};

/// A component with what it takes part in.
struct Unit {
    std::vector<Variant> variants;
    std::vector<std::size_t> predecessors;
    std::vector<std::size_t> successors;
    double local_limit_s = 0; ///< tightest; infinite if none
    bool on_path = false;
    bool path_before = false; ///< some path comes from a component before this one
    bool path_after = false;  ///< some path goes on to a component after this one
};

/// The instance without candidates that no feasible or no cheapest solution needs.
struct Model {
    const Instance* instance = nullptr;
    std::vector<Slot> slots;
    std::size_t machine_slots = 0;                ///< slots [0, machine_slots) are machines
    std::vector<std::vector<std::size_t>> layers; ///< slots of each layer that has machines
    std::vector<Unit> units;
    bool memory_per_node = true; ///< MemoryRule::one_node
    double cost_limit = 0;       ///< no solution costs more
    bool is_hopeless = false;    ///< a component has no place left

    /// Memory of a slot with some nodes.
    [[nodiscard]] double memory(std::size_t slot, int nodes) const {
        return slots[slot].memory_mb * (memory_per_node ? 1 : nodes);
    }
};

/// Drops candidates that cannot be used (memory, load, response time limits with all nodes), and
/// functions of a partition alone that are neither cheaper nor faster than another in their layer.
[[nodiscard]] Model build_model(const Instance& instance);

} // namespace aisprint::optimizer::exact
