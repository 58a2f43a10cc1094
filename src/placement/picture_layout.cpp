// SPDX-License-Identifier: Apache-2.0
#include "picture_layout.hpp"

#include <algorithm>

namespace aisprint::placement {

namespace {

using optimizer::Instance;
using optimizer::k_none;
using optimizer::Solution;

/// The column of a resource; makes one if there is none yet.
std::size_t
column_of(const Instance& instance, std::size_t resource, std::vector<PictureColumn>& columns) {
    const std::size_t layer = instance.problem().resources[resource].layer;
    const std::size_t wanted = instance.is_function(resource) ? k_none : resource;
    const auto found = std::ranges::find_if(columns, [&](const PictureColumn& column) {
        return column.layer == layer && column.resource == wanted;
    });
    if (found != columns.end()) {
        return static_cast<std::size_t>(found - columns.begin());
    }
    columns.push_back({layer, wanted});
    return columns.size() - 1;
}

/// Columns of all resources in use, left to right.
std::vector<PictureColumn> make_columns(const Instance& instance, const Solution& solution) {
    std::vector<std::size_t> used;
    for (const optimizer::Choice& choice : solution.components) {
        used.insert(used.end(), choice.resources.begin(), choice.resources.end());
    }
    std::ranges::sort(used, [&](std::size_t a, std::size_t b) {
        const auto& resources = instance.problem().resources;
        return std::pair(resources[a].layer, a) < std::pair(resources[b].layer, b);
    });
    std::vector<PictureColumn> columns;
    for (const std::size_t resource : used) {
        column_of(instance, resource, columns);
    }
    return columns;
}

PictureArrow make_arrow(const Instance& instance,
                        const PictureLayout& layout,
                        std::size_t from,
                        std::size_t to,
                        double data_size) {
    const std::size_t source = layout.chips[from].resource;
    const std::size_t target = layout.chips[to].resource;
    return {from, to, data_size, instance.transfer_time(source, target, data_size),
            source != target};
}

void add_arrows(const Instance& instance, const Solution& solution, PictureLayout& layout) {
    const auto& components = instance.problem().components;
    std::vector<std::size_t> first_row(components.size(), 0);
    for (const PictureLane& lane : layout.lanes) {
        first_row[lane.component] = lane.first_row;
    }
    for (const PictureLane& lane : layout.lanes) {
        const std::size_t i = lane.component;
        const std::size_t deployment = solution.components[i].deployment;
        const auto& partitions = components[i].deployments[deployment].partitions;
        for (std::size_t q = 0; q + 1 < lane.rows; ++q) {
            const auto& sizes = partitions[q].data_sizes;
            layout.arrows.push_back(make_arrow(instance, layout, lane.first_row + q,
                                               lane.first_row + q + 1,
                                               sizes.empty() ? 0 : sizes.front()));
        }
        const auto& successors = components[i].successors;
        for (std::size_t k = 0; k < successors.size(); ++k) {
            layout.arrows.push_back(make_arrow(instance, layout, lane.first_row + lane.rows - 1,
                                               first_row[successors[k].component],
                                               instance.edge_data(i, deployment, k)));
        }
    }
}

} // namespace

PictureLayout lay_out(const Instance& instance, const Solution& solution) {
    PictureLayout layout;
    layout.columns = make_columns(instance, solution);
    for (const std::size_t i : instance.order()) {
        const auto& resources = solution.components[i].resources;
        layout.lanes.push_back({i, layout.chips.size(), resources.size()});
        for (std::size_t q = 0; q < resources.size(); ++q) {
            layout.chips.push_back(
                {i, q, resources[q], column_of(instance, resources[q], layout.columns)});
        }
    }
    add_arrows(instance, solution, layout);
    return layout;
}

} // namespace aisprint::placement
