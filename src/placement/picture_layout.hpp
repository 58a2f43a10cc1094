// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/instance.hpp"
#include "aisprint/optimizer/solution.hpp"

#include <cstddef>
#include <vector>

namespace aisprint::placement {

/// A column of the picture: a machine in use, or the functions of a layer.
struct PictureColumn {
    std::size_t layer = 0;
    std::size_t resource = optimizer::k_none; ///< none: functions of the layer
};

/// A partition in the picture. Rows follow the order of execution, one partition each.
struct PictureChip {
    std::size_t component = 0;
    std::size_t position = 0;
    std::size_t resource = 0;
    std::size_t column = 0;
};

/// The rows of a component.
struct PictureLane {
    std::size_t component = 0;
    std::size_t first_row = 0;
    std::size_t rows = 0;
};

/// Data that move from a partition to a later one; chips by index, which is their row.
struct PictureArrow {
    std::size_t from = 0;
    std::size_t to = 0;
    double data_size = 0;
    double seconds = 0; ///< 0 on the same resource
    bool moves = false; ///< between different resources
};

/// Where everything of a placement goes, in columns and rows.
struct PictureLayout {
    std::vector<PictureColumn> columns;
    std::vector<PictureChip> chips;
    std::vector<PictureLane> lanes;
    std::vector<PictureArrow> arrows;
};

/// Columns by layer, in the order of the problem (edge, cloud, functions); rows in topological
/// order.
[[nodiscard]] PictureLayout lay_out(const optimizer::Instance& instance,
                                    const optimizer::Solution& solution);

} // namespace aisprint::placement
