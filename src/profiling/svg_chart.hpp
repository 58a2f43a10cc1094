// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "svg_picture.hpp"

#include <optional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// What is special about a point.
enum class PointKind { single, mean, degraded, outlier };

/// A point of a chart.
struct ChartPoint {
    double x = 0;
    double y = 0;
    std::optional<double> lower; ///< of its interval, in y
    std::optional<double> upper;
    PointKind kind = PointKind::single;
    std::string tip; ///< tool tip, not escaped
};

/// Points of one colour. A line joins its means.
struct ChartSeries {
    std::string name;
    std::vector<ChartPoint> points;
};

/// Whether the line of equal coordinates is drawn, and both axes are of the same length.
enum class Diagonal { no, yes };

/// A chart of points.
struct Chart {
    std::string title;
    std::string x_label;
    std::string y_label;
    double x_least_step = 0;
    Diagonal diagonal = Diagonal::no;
    std::vector<ChartSeries> series;
};

/// Draws a chart.
[[nodiscard]] SvgPicture draw_chart(const Chart& chart);

} // namespace aisprint::profiling
