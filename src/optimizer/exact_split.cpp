// SPDX-License-Identifier: Apache-2.0
#include "exact_split.hpp"

#include <algorithm>

namespace aisprint::optimizer::exact {

namespace {

/// One box per machine that a layer may use, and one without.
std::vector<Box> split_layer(const Model& model, const Box& box, std::size_t layer) {
    std::vector<Box> boxes;
    Box closed = box;
    for (const std::size_t slot : model.layers[layer]) {
        closed.high[slot] = 0;
    }
    if (box.may_be_empty[layer]) {
        boxes.push_back(closed);
    }
    closed.may_be_empty[layer] = false;
    for (const std::size_t slot : model.layers[layer]) {
        if (box.high[slot] > 0) {
            boxes.push_back(closed);
            boxes.back().high[slot] = box.high[slot];
        }
    }
    return boxes;
}

} // namespace

std::vector<Box> split(const Model& model, const Box& box, const std::vector<double>& work_on) {
    // dearest layer with a choice first, then the dearest range of nodes
    std::size_t chosen = k_none;
    double dearest = -1;
    for (std::size_t l = 0; l < model.layers.size(); ++l) {
        if (box.choices(model, l) + (box.may_be_empty[l] ? 1 : 0) < 2) {
            continue;
        }
        for (const std::size_t slot : model.layers[l]) {
            if (box.high[slot] > 0 && model.slots[slot].node_cost > dearest) {
                dearest = model.slots[slot].node_cost;
                chosen = l;
            }
        }
    }
    if (chosen != k_none) {
        return split_layer(model, box, chosen);
    }
    std::size_t widest = k_none;
    double spread = -1;
    for (std::size_t s = 0; s < model.machine_slots; ++s) {
        if (box.high[s] > box.low[s]) {
            const double value = model.slots[s].node_cost * (box.high[s] - box.low[s]);
            if (value > spread) {
                spread = value;
                widest = s;
            }
        }
    }
    const double work = work_on[widest];
    const int middle =
        std::clamp(static_cast<int>(std::min(work, 1e9)), box.low[widest], box.high[widest] - 1);
    Box below = box;
    below.high[widest] = middle;
    Box above = box;
    above.low[widest] = middle + 1;
    return {below, above};
}

} // namespace aisprint::optimizer::exact
