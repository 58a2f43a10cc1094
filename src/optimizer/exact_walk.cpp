// SPDX-License-Identifier: Apache-2.0
#include "exact_walk.hpp"

#include "exact_leaf.hpp"

#include "aisprint/optimizer/evaluator.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace aisprint::optimizer::exact {

namespace {

/// Nodes of the depth-first search in one configuration: about a millisecond.
constexpr std::uint64_t k_nodes_per_configuration = 4000;
constexpr int k_rounds = 60;

class Walk {
public:
    Walk(const Model& model, Relaxation& relaxation, const std::function<bool()>& is_stopped)
        : m_model(&model), m_relaxation(&relaxation), m_is_stopped(&is_stopped) {}

    WalkResult run(const Solution& start) {
        Evaluator evaluator(*m_model->instance);
        evaluator.load(start);
        lower_nodes(evaluator);
        m_result.solution = evaluator.solution();
        m_result.cost = evaluator.cost();
        m_prices = m_relaxation->first_prices();
        static_cast<void>(try_box(box_of(*m_model, m_result.solution), 0));
        for (int round = 0; round < k_rounds && step(); ++round) {}
        return std::move(m_result);
    }

private:
    struct Neighbour {
        double bound = 0;
        Box box;
    };

    const Model* m_model;
    Relaxation* m_relaxation;
    const std::function<bool()>* m_is_stopped;
    Relaxation::Prices m_prices;
    WalkResult m_result;

    [[nodiscard]] double threshold() const {
        return m_result.cost - 1e-9 * std::max(1.0, m_result.cost);
    }

    [[nodiscard]] double machine_cost(const Box& box) const {
        double cost = 0;
        for (std::size_t s = 0; s < m_model->machine_slots; ++s) {
            cost += m_model->slots[s].node_cost * box.high[s];
        }
        return cost;
    }

    /// Fewer nodes of each machine, dearest first, as long as the solution stays feasible.
    void lower_nodes(Evaluator& evaluator) const {
        std::vector<std::size_t> slots(m_model->machine_slots);
        std::iota(slots.begin(), slots.end(), std::size_t{0});
        std::ranges::stable_sort(slots, [&](std::size_t a, std::size_t b) {
            return m_model->slots[a].node_cost > m_model->slots[b].node_cost;
        });
        for (const std::size_t slot : slots) {
            const std::size_t resource = m_model->slots[slot].resource;
            int low = 0; // not feasible
            int high = evaluator.nodes(resource);
            while (high - low > 1) {
                const int middle = low + (high - low) / 2;
                evaluator.set_nodes(resource, middle);
                (evaluator.feasible() ? high : low) = middle;
            }
            if (high > 0) {
                evaluator.set_nodes(resource, high);
            }
        }
    }

    /// One improvement; false if no neighbour gives one.
    bool step() {
        const Box here = box_of(*m_model, m_result.solution);
        std::vector<Neighbour> neighbours;
        for (std::size_t l = 0; l < m_model->layers.size(); ++l) {
            add_neighbours(here, l, neighbours);
        }
        std::ranges::stable_sort(neighbours, {}, &Neighbour::bound);
        for (const Neighbour& neighbour : neighbours) {
            if ((*m_is_stopped)()) {
                return false;
            }
            if (neighbour.bound <= threshold() && try_box(neighbour.box, 30)) {
                return true;
            }
        }
        return false;
    }

    void add_neighbours(const Box& here, std::size_t layer, std::vector<Neighbour>& neighbours) {
        Box closed = here;
        for (const std::size_t slot : m_model->layers[layer]) {
            closed.high[slot] = 0;
        }
        closed.may_be_empty[layer] = true;
        if (!here.may_be_empty[layer]) {
            add_neighbour(closed, neighbours);
        }
        closed.may_be_empty[layer] = false;
        for (const std::size_t slot : m_model->layers[layer]) {
            for (const int nodes : node_numbers(slot, here.high[slot])) {
                Box box = closed;
                box.low[slot] = nodes;
                box.high[slot] = nodes;
                add_neighbour(box, neighbours);
            }
        }
    }

    /// Node numbers to try on a machine that has `now` nodes, 0 if it is not used.
    [[nodiscard]] std::vector<int> node_numbers(std::size_t slot, int now) const {
        const int most = m_model->slots[slot].nodes;
        std::vector<int> numbers;
        if (now == 0) {
            for (int n = 1; n <= most; n = n < 5 ? n + 1 : 2 * n) {
                numbers.push_back(n);
            }
            return numbers;
        }
        for (const int n : {now / 2, now - 2, now - 1, now + 1}) {
            if (n >= 1 && n <= most && std::ranges::find(numbers, n) == numbers.end()) {
                numbers.push_back(n);
            }
        }
        return numbers;
    }

    void add_neighbour(const Box& box, std::vector<Neighbour>& neighbours) {
        if (machine_cost(box) > threshold() || !m_relaxation->set_box(box)) {
            return;
        }
        Relaxation::Prices prices = m_prices;
        const double bound = m_relaxation->improve(box, prices, threshold(), 8);
        if (bound <= threshold()) {
            neighbours.push_back({bound, box});
        }
    }

    /// Searches a configuration for a moment; true if it held something cheaper.
    bool try_box(const Box& box, std::size_t steps) {
        if (!m_relaxation->set_box(box)) {
            return false;
        }
        Relaxation::Prices prices = m_prices;
        if (m_relaxation->improve(box, prices, threshold(), steps) > threshold()) {
            return false;
        }
        if (steps > 0) {
            m_prices = prices;
        }
        LeafLimits limits;
        limits.threshold = threshold();
        limits.nodes = k_nodes_per_configuration;
        LeafResult found =
            search_configuration(*m_model, *m_relaxation, box, std::move(prices), limits);
        ++m_result.configurations;
        m_result.nodes += found.nodes;
        if (!found.solution) {
            return false;
        }
        m_result.solution = *std::move(found.solution);
        m_result.cost = found.cost;
        return true;
    }
};

} // namespace

Box box_of(const Model& model, const Solution& solution) {
    Box box = whole_box(model);
    for (std::size_t l = 0; l < model.layers.size(); ++l) {
        bool is_empty = true;
        for (const std::size_t slot : model.layers[l]) {
            const int nodes = solution.nodes[model.slots[slot].resource];
            box.low[slot] = std::max(1, nodes);
            box.high[slot] = nodes;
            is_empty = is_empty && nodes == 0;
        }
        box.may_be_empty[l] = is_empty;
    }
    return box;
}

WalkResult walk_configurations(const Model& model,
                               Relaxation& relaxation,
                               const Solution& start,
                               const std::function<bool()>& is_stopped) {
    return Walk(model, relaxation, is_stopped).run(start);
}

} // namespace aisprint::optimizer::exact
