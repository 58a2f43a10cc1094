// SPDX-License-Identifier: Apache-2.0
#include "exact_bounds.hpp"

#include "aisprint/optimizer/solution.hpp"

#include <algorithm>
#include <cmath>

namespace aisprint::optimizer::exact {

std::size_t Box::choices(const Model& model, std::size_t layer) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        model.layers[layer], [&](std::size_t slot) { return high[slot] > 0; }));
}

bool Box::is_single(const Model& model) const {
    for (std::size_t l = 0; l < model.layers.size(); ++l) {
        const std::size_t count = choices(model, l);
        if (count + (may_be_empty[l] ? 1 : 0) > 1) {
            return false;
        }
        for (const std::size_t slot : model.layers[l]) {
            if (high[slot] > low[slot]) {
                return false;
            }
        }
    }
    return true;
}

Box whole_box(const Model& model) {
    Box box;
    for (std::size_t s = 0; s < model.machine_slots; ++s) {
        box.low.push_back(1);
        box.high.push_back(model.slots[s].nodes);
    }
    box.may_be_empty.assign(model.layers.size(), true);
    return box;
}

Relaxation::Relaxation(const Model& model)
    : m_model(&model), m_sides(model.units.size(), Side::both),
      m_unit_weights(model.units.size(), 0.0), m_layer_values(model.layers.size(), 0.0),
      m_work(model.slots.size(), 0.0), m_memory(model.slots.size(), 0.0),
      m_work_gap(model.slots.size(), 0.0), m_memory_gap(model.slots.size(), 0.0) {
    for (const Unit& unit : model.units) {
        add_unit(unit);
    }
    double mean_cost = 0;
    for (std::size_t s = 0; s < model.machine_slots; ++s) {
        mean_cost += model.slots[s].node_cost / static_cast<double>(model.machine_slots);
    }
    for (const Slot& slot : model.slots) {
        const double price = std::max(slot.node_cost, 1e-3 * mean_cost + 1e-9);
        m_scale.push_back(price);
        m_memory_scale.push_back(slot.memory_mb > 0 ? price / slot.memory_mb : 0.0);
    }
}

void Relaxation::add_unit(const Unit& unit) {
    FlatUnit flat{m_variants.size(), 0};
    for (const Variant& variant : unit.variants) {
        FlatVariant flat_variant{m_parts.size(), 0};
        for (const Part& part : variant.parts) {
            FlatPart flat_part;
            flat_part.first = m_places.size();
            flat_part.function_cost = k_infinite;
            for (std::size_t p = 0; p < part.places.size(); ++p) {
                if (p == part.edge_places) {
                    flat_part.edge_end = m_places.size();
                }
                const Place& place = part.places[p];
                if (place.slot == k_none) {
                    flat_part.function_cost =
                        std::min(flat_part.function_cost, place.figures->cost);
                } else {
                    m_places.push_back({static_cast<std::uint32_t>(place.slot),
                                        place.figures->exclusive, place.min_nodes,
                                        place.figures->work, place.figures->memory_mb,
                                        place.figures->cost});
                }
            }
            if (part.edge_places == part.places.size()) {
                flat_part.edge_end = m_places.size();
            }
            flat_part.last = m_places.size();
            m_parts.push_back(flat_part);
        }
        flat_variant.last = m_parts.size();
        m_variants.push_back(flat_variant);
        const std::size_t length = variant.parts.size();
        if (m_edge_best.size() < length) {
            m_edge_best.resize(length);
            m_cloud_best.resize(length);
        }
    }
    flat.last = m_variants.size();
    m_units.push_back(flat);
}

Relaxation::Prices Relaxation::first_prices() const {
    Prices prices(2 * m_model->slots.size(), 0.0);
    for (std::size_t s = 0; s < m_model->machine_slots; ++s) {
        prices[s] = m_model->slots[s].node_cost;
    }
    return prices;
}

bool Relaxation::opens(const Box& box, std::size_t first, std::size_t last) const {
    for (std::size_t p = first; p < last; ++p) {
        const std::size_t slot = m_places[p].slot;
        if (slot >= m_model->machine_slots || box.high[slot] >= m_places[p].min_nodes) {
            return true;
        }
    }
    return false;
}

bool Relaxation::set_box(const Box& box) {
    // A component has `k` partitions on the edge, then the rest in the cloud. What k may be:
    for (std::size_t i = 0; i < m_units.size(); ++i) {
        bool all_edge = false;
        bool starts_on_edge = false;
        bool ends_in_cloud = false;
        for (std::size_t v = m_units[i].first; v < m_units[i].last; ++v) {
            const FlatVariant& variant = m_variants[v];
            std::size_t edge_prefix = 0;
            const std::size_t length = variant.last - variant.first;
            while (edge_prefix < length) {
                const FlatPart& part = m_parts[variant.first + edge_prefix];
                if (!opens(box, part.first, part.edge_end)) {
                    break;
                }
                ++edge_prefix;
            }
            std::size_t cloud_suffix = 0;
            while (cloud_suffix < length) {
                const FlatPart& part = m_parts[variant.last - 1 - cloud_suffix];
                if (part.function_cost == k_infinite && !opens(box, part.edge_end, part.last)) {
                    break;
                }
                ++cloud_suffix;
            }
            if (edge_prefix + cloud_suffix < length) {
                continue;
            }
            all_edge = all_edge || edge_prefix == length;
            starts_on_edge = starts_on_edge || edge_prefix > 0;
            ends_in_cloud = ends_in_cloud || cloud_suffix > 0;
        }
        if (!all_edge && !ends_in_cloud) {
            return false;
        }
        // the two halves of what spread_sides() passes on
        m_sides[i] = !ends_in_cloud    ? Side::edge_only
                     : !starts_on_edge ? Side::cloud_only
                                       : Side::both;
        m_unit_weights[i] = all_edge ? 0.0 : 1.0;
    }
    spread_sides();
    return true;
}

void Relaxation::spread_sides() {
    const std::vector<std::size_t>& order = m_model->instance->order();
    for (auto at = order.rbegin(); at != order.rend(); ++at) {
        if (m_sides[*at] == Side::edge_only) {
            for (const std::size_t predecessor : m_model->units[*at].predecessors) {
                m_sides[predecessor] = Side::edge_only;
            }
        }
    }
    for (const std::size_t i : order) {
        if (m_sides[i] == Side::cloud_only || m_unit_weights[i] > 0) {
            for (const std::size_t successor : m_model->units[i].successors) {
                // where both rules meet there is no solution; weigh_unit() finds no place then
                if (m_sides[successor] != Side::edge_only) {
                    m_sides[successor] = Side::cloud_only;
                }
            }
        }
    }
}

Relaxation::Best Relaxation::best_of(const Box& box,
                                     const Prices& prices,
                                     std::size_t first,
                                     std::size_t last) const {
    Best best{k_infinite, k_none};
    const std::size_t slots = m_model->slots.size();
    for (std::size_t p = first; p < last; ++p) {
        const FlatPlace& place = m_places[p];
        const std::size_t slot = place.slot;
        double work = place.work;
        if (slot < m_model->machine_slots) {
            if (box.high[slot] < place.min_nodes) { // also closed: high 0
                continue;
            }
            if (place.is_exclusive) {
                work = box.low[slot];
            }
        } else if (place.is_exclusive) {
            work = 1;
        }
        const double weight =
            place.cost + prices[slot] * work + prices[slots + slot] * place.memory_mb;
        if (weight < best.weight) {
            best = {weight, p};
        }
    }
    return best;
}

double Relaxation::weigh_unit(const Box& box, const Prices& prices, std::size_t unit) {
    double best = k_infinite;
    const Side side = m_sides[unit];
    for (std::size_t v = m_units[unit].first; v < m_units[unit].last; ++v) {
        const FlatVariant& variant = m_variants[v];
        const std::size_t length = variant.last - variant.first;
        for (std::size_t q = 0; q < length; ++q) {
            const FlatPart& part = m_parts[variant.first + q];
            if (side != Side::cloud_only) {
                m_edge_best[q] = best_of(box, prices, part.first, part.edge_end);
            }
            if (side != Side::edge_only) {
                m_cloud_best[q] = best_of(box, prices, part.edge_end, part.last);
                if (part.function_cost < m_cloud_best[q].weight) {
                    m_cloud_best[q] = {part.function_cost, k_none};
                }
            }
        }
        const std::size_t first_k = side == Side::edge_only ? length : 0;
        const std::size_t last_k = side == Side::cloud_only ? 0 : length;
        double edge_sum = 0;
        if (side == Side::edge_only) {
            for (std::size_t q = 0; q < length; ++q) {
                edge_sum += m_edge_best[q].weight;
            }
        }
        for (std::size_t k = first_k; k <= last_k; ++k) {
            // partitions [0, k) on the edge; sums afresh, an infinite one cannot be taken back
            double weight = edge_sum;
            for (std::size_t q = k; q < length; ++q) {
                weight += m_cloud_best[q].weight;
            }
            if (weight < best) {
                best = weight;
                m_candidate.clear();
                for (std::size_t q = 0; q < length; ++q) {
                    m_candidate.push_back(q < k ? m_edge_best[q].place : m_cloud_best[q].place);
                }
            }
            if (k < last_k) {
                edge_sum += m_edge_best[k].weight;
            }
        }
    }
    return best;
}

Relaxation::LayerChoice
Relaxation::weigh_layer(const Box& box, const Prices& prices, std::size_t layer) const {
    LayerChoice best{box.may_be_empty[layer] ? 0.0 : k_infinite, k_none, 0};
    const std::size_t slots = m_model->slots.size();
    for (const std::size_t slot : m_model->layers[layer]) {
        if (box.high[slot] < 1) {
            continue;
        }
        for (const int nodes : {box.low[slot], box.high[slot]}) {
            const double value = (m_model->slots[slot].node_cost - prices[slot]) * nodes -
                                 prices[slots + slot] * m_model->memory(slot, nodes);
            if (value < best.value) {
                best = {value, slot, nodes};
            }
        }
    }
    return best;
}

double Relaxation::evaluate(const Box& box, const Prices& prices) {
    const std::size_t slots = m_model->slots.size();
    std::ranges::fill(m_work, 0.0);
    std::ranges::fill(m_memory, 0.0);
    double bound = 0;
    for (std::size_t i = 0; i < m_units.size(); ++i) {
        m_unit_weights[i] = weigh_unit(box, prices, i);
        bound += m_unit_weights[i];
        if (bound == k_infinite) {
            return bound;
        }
        for (const std::size_t p : m_candidate) {
            if (p == k_none) {
                continue;
            }
            const FlatPlace& place = m_places[p];
            const bool is_machine = place.slot < m_model->machine_slots;
            m_work[place.slot] += !place.is_exclusive ? place.work
                                  : is_machine        ? box.low[place.slot]
                                                      : 1.0;
            m_memory[place.slot] += place.memory_mb;
        }
    }
    m_work_gap = m_work;
    m_memory_gap = m_memory;
    for (std::size_t l = 0; l < m_model->layers.size(); ++l) {
        const LayerChoice choice = weigh_layer(box, prices, l);
        bound += choice.value;
        m_layer_values[l] = choice.value;
        if (choice.slot != k_none) {
            m_work_gap[choice.slot] -= choice.nodes;
            m_memory_gap[choice.slot] -= m_model->memory(choice.slot, choice.nodes);
        }
    }
    for (std::size_t s = m_model->machine_slots; s < slots; ++s) {
        bound -= prices[s] + prices[slots + s] * m_model->slots[s].memory_mb;
        m_work_gap[s] -= 1;
        m_memory_gap[s] -= m_model->slots[s].memory_mb;
    }
    return bound;
}

double Relaxation::step_length() const {
    double sum = 0;
    for (std::size_t s = 0; s < m_work_gap.size(); ++s) {
        sum += m_scale[s] * m_scale[s] * m_work_gap[s] * m_work_gap[s];
        if (m_model->slots[s].memory_binds) {
            const double gap = m_memory_scale[s] * m_memory_gap[s];
            sum += gap * gap;
        }
    }
    return sum;
}

double Relaxation::improve(const Box& box, Prices& prices, double threshold, std::size_t steps) {
    const std::size_t slots = m_model->slots.size();
    Prices current = prices;
    // a little above the threshold: steps towards it alone would never cross it
    const double target = threshold + k_overshoot * std::abs(threshold);
    double best = -k_infinite;
    double share = 1;
    std::size_t idle = 0;
    for (std::size_t step = 0; step <= steps; ++step) {
        const double bound = evaluate(box, current);
        if (bound > best) {
            const bool clearly = bound > best + 1e-3 * (threshold - best);
            best = bound;
            prices = current;
            idle = clearly ? 0 : idle + 1;
        } else {
            ++idle;
        }
        if (best > threshold || step == steps) {
            break;
        }
        if (idle >= 4) {
            share *= 0.5;
            idle = 0;
            current = prices;
            if (share < 0.02) {
                break;
            }
            static_cast<void>(evaluate(box, current));
        }
        const double length = step_length();
        if (length <= 0) {
            break;
        }
        const double step_size = share * (target - bound) / length;
        for (std::size_t s = 0; s < slots; ++s) {
            current[s] =
                std::max(0.0, current[s] + step_size * m_scale[s] * m_scale[s] * m_work_gap[s]);
            if (m_model->slots[s].memory_binds) {
                current[slots + s] =
                    std::max(0.0, current[slots + s] + step_size * m_memory_scale[s] *
                                                           m_memory_scale[s] * m_memory_gap[s]);
            }
        }
    }
    return best;
}

bool Relaxation::shrink(Box& box, const Prices& prices, double bound, double threshold) const {
    const std::size_t slots = m_model->slots.size();
    for (std::size_t l = 0; l < m_model->layers.size(); ++l) {
        const double rest = bound - weigh_layer(box, prices, l).value;
        const double room = threshold - rest; // what this layer may contribute at most
        if (room < 0) {
            box.may_be_empty[l] = false;
        }
        for (const std::size_t slot : m_model->layers[l]) {
            if (box.high[slot] < 1) {
                continue;
            }
            const auto value = [&](int nodes) {
                return (m_model->slots[slot].node_cost - prices[slot]) * nodes -
                       prices[slots + slot] * m_model->memory(slot, nodes);
            };
            // linear in the nodes: bisect for the end of the range that may stay
            int low = box.low[slot];
            int high = box.high[slot];
            if (value(low) > room && value(high) > room) {
                box.high[slot] = 0;
                continue;
            }
            const bool low_fits = value(low) <= room;
            if (low_fits && value(high) <= room) {
                continue;
            }
            while (high - low > 1) {
                const int middle = low + (high - low) / 2;
                (value(middle) <= room) == low_fits ? low = middle : high = middle;
            }
            (low_fits ? box.high[slot] : box.low[slot]) = low_fits ? low : high;
        }
        if (!box.may_be_empty[l] && box.choices(*m_model, l) == 0) {
            return false;
        }
    }
    return true;
}

} // namespace aisprint::optimizer::exact
