// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace aisprint::profiling {

/// A drawing without its outer element.
struct SvgPicture {
    std::string title; ///< not escaped
    double width = 0;
    double height = 0;
    std::string content;
};

/// The picture as a part of a page that has svg_style().
[[nodiscard]] std::string inline_svg(const SvgPicture& picture);

/// The picture as a file of its own.
[[nodiscard]] std::string svg_file(const SvgPicture& picture);

/// Style rules: colours by role for light and dark screens, and all classes that pictures use.
[[nodiscard]] std::string svg_style();

/// How many series have colours of their own; further ones begin again, with broken lines.
inline constexpr std::size_t k_series_colours = 8;

/// A range from 0 with places for labels at round numbers.
struct Axis {
    double high = 1;
    double step = 1;

    [[nodiscard]] std::vector<double> ticks() const;
};

/// The shortest axis of about `parts` steps that holds 0 and `highest`. `least_step` keeps counts
/// whole.
[[nodiscard]] Axis make_axis(double highest, int parts, double least_step);

/// Where the plot is in a picture, in pixels, and what it shows.
struct Plot {
    double left = 0;
    double top = 0;
    double width = 0;
    double height = 0;
    Axis x;
    Axis y;

    [[nodiscard]] double x_of(double value) const { return left + width * value / x.high; }
    [[nodiscard]] double y_of(double value) const { return top + height * (1 - value / y.high); }
    [[nodiscard]] double bottom() const { return top + height; }
    [[nodiscard]] double right() const { return left + width; }
};

/// The horizontal axis below a plot, with grid lines and its label.
[[nodiscard]] std::string draw_x_axis(const Plot& plot, const std::string& label);

/// The vertical axis at the left of a plot, with grid lines and its label.
[[nodiscard]] std::string draw_y_axis(const Plot& plot, const std::string& label);

/// A name in a legend and the class of its mark.
struct LegendEntry {
    std::string name; ///< not escaped
    std::string style;
};

/// Height that a legend takes at a width, in pixels.
[[nodiscard]] double legend_height(const std::vector<LegendEntry>& entries, double width);

/// A legend in lines of `width` pixels.
[[nodiscard]] std::string
draw_legend(const std::vector<LegendEntry>& entries, double left, double top, double width);

/// Text whose place is given by its class; `escaped` stands as it is.
[[nodiscard]] std::string
svg_text(double x, double y, const std::string& style, const std::string& escaped);

} // namespace aisprint::profiling
