// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph_index.hpp"
#include "model_impl.hpp"

#include "aisprint/partition/cuts.hpp"

#include <cstddef>
#include <limits>
#include <vector>

namespace aisprint::partition {

/// One pass over the nodes in order, with the set of live tensors: those that depend on an input,
/// are there already, and are needed later on. The tensors that are live between two nodes are
/// a cut. A single tensor that is on every way from the inputs to the outputs is the only live one
/// right behind its node, whatever the order of the nodes: a tensor that were live with it would be
/// a way around it.
class CutSweep {
public:
    /// What is live before a node.
    struct Frontier {
        std::vector<GraphIndex::Id> tensors;
        std::size_t position = 0;
    };

    /// Sweeps; remembers the frontiers of at most `max_tensors` tensors.
    CutSweep(const GraphIndex& graph, std::size_t max_tensors);

    /// The position at which this is the only live tensor; 0 if there is none.
    [[nodiscard]] std::size_t alone_before(GraphIndex::Id id) const { return m_alone_before[id]; }

    /// The small frontiers with something to compute on both sides, in order of position; one for
    /// each set of tensors.
    [[nodiscard]] const std::vector<Frontier>& frontiers() const { return m_frontiers; }

    /// The smallest frontier with something to compute on both sides, the first if there are
    /// several; no tensors if there is none.
    [[nodiscard]] const Frontier& narrowest() const { return m_narrowest; }

    /// How many nodes depend on an input and serve an output.
    [[nodiscard]] std::size_t varying_nodes() const { return m_varying_nodes; }

    /// True if all such nodes from one position up to another are light ones.
    [[nodiscard]] bool
    only_light_between(const onnx::GraphProto& graph, std::size_t from, std::size_t to) const;

private:
    void find_last_uses();
    void sweep(std::size_t max_tensors);
    void add_live(GraphIndex::Id id);
    void drop_live(GraphIndex::Id id);
    [[nodiscard]] std::vector<GraphIndex::Id> live_tensors() const;
    void note_frontier(std::size_t position, std::size_t max_tensors);

    /// A doubly linked list through the tensors, in the order in which they came to live.
    struct Link {
        GraphIndex::Id before;
        GraphIndex::Id after;
    };

    const GraphIndex& m_graph;
    std::vector<std::size_t> m_last_use;
    std::vector<std::size_t> m_alone_before;
    std::vector<Frontier> m_frontiers;
    Frontier m_narrowest;
    std::size_t m_varying_nodes = 0;
    std::vector<Link> m_links;
    std::size_t m_live_count = 0;
    std::size_t m_smallest = std::numeric_limits<std::size_t>::max();
};

/// What the two sides of each position cost, from sums over the nodes before and behind it.
class CutCosts {
public:
    explicit CutCosts(const Model::Impl& model);

    /// The side before, and the side behind, a cut right before node `position`.
    [[nodiscard]] const SideCost& first(std::size_t position) const { return m_first[position]; }
    [[nodiscard]] const SideCost& second(std::size_t position) const { return m_second[position]; }

private:
    std::vector<SideCost> m_first;
    std::vector<SideCost> m_second;
};

} // namespace aisprint::partition
