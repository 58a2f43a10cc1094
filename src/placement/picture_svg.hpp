// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/instance.hpp"
#include "aisprint/optimizer/solution.hpp"

#include "picture_layout.hpp"

#include <string>

namespace aisprint::placement {

/// What a picture shows.
struct PictureSubject {
    const optimizer::Instance& instance;
    const optimizer::Solution& solution;
    const optimizer::Evaluation& evaluation;
    const PictureLayout& layout;
    const std::string& data_unit;
};

/// The inline SVG, with title and description.
[[nodiscard]] std::string draw_svg(const PictureSubject& subject);

/// Names and numbers for people, not escaped.
[[nodiscard]] std::string component_label(const optimizer::Component& component);
[[nodiscard]] std::string partition_label(const PictureSubject& subject, const PictureChip& chip);
[[nodiscard]] std::string seconds_label(double seconds);
[[nodiscard]] std::string data_label(const PictureSubject& subject, double data_size);

/// What the resource costs over the horizon.
[[nodiscard]] double resource_cost(const PictureSubject& subject, std::size_t resource);

/// Memory that the partitions on a resource may take, in MB.
[[nodiscard]] double memory_limit(const PictureSubject& subject, std::size_t resource);

} // namespace aisprint::placement
