// SPDX-License-Identifier: Apache-2.0
#include "svg_chart.hpp"

#include "aisprint/base/markup.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aisprint::profiling {

namespace {

// In pixels.
constexpr double k_width = 690;
constexpr double k_plot_height = 300;
constexpr double k_left = 56;
constexpr double k_right = 26;
constexpr double k_title_height = 26;
constexpr double k_label_height = 26;
constexpr double k_bottom = 44;
constexpr double k_series_shift = 5;
constexpr double k_most_shift = 20;
constexpr double k_cap = 4;

std::string series_style(std::size_t series) {
    return fmt::format("s{}{}", series % k_series_colours,
                       series / k_series_colours % 2 == 1 ? " again" : "");
}

/// How far a series is moved aside, so that intervals at the same place can be told apart.
double shift_of(std::size_t series, std::size_t count) {
    const double place = static_cast<double>(series) - static_cast<double>(count - 1) / 2;
    const double span = static_cast<double>(count - 1) * k_series_shift / 2;
    return place * k_series_shift * std::min(1.0, k_most_shift / std::max(span, 1.0));
}

std::string draw_interval(const ChartPoint& point, double x, const Plot& plot) {
    if (!point.lower || !point.upper) {
        return "";
    }
    const double low = plot.y_of(std::max(*point.lower, 0.0));
    const double high = plot.y_of(*point.upper);
    return fmt::format("<path d=\"M{0:.1f} {2:.1f}H{1:.1f}M{0:.1f} {3:.1f}H{1:.1f}M{4:.1f} "
                       "{2:.1f}V{3:.1f}\" class=\"bar\"/>",
                       x - k_cap, x + k_cap, low, high, x);
}

std::string draw_mark(PointKind kind, double x, double y) {
    const auto circle = [&](double radius, const char* style) {
        return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" class=\"{}\"/>", x, y,
                           radius, style);
    };
    switch (kind) {
    case PointKind::single:
        return circle(3, "dot");
    case PointKind::mean:
        return circle(4.5, "mean");
    case PointKind::degraded:
        return circle(3, "dot") + circle(5.5, "degraded");
    case PointKind::outlier:
        return circle(3, "dot") +
               fmt::format("<path d=\"M{0:.1f} {2:.1f}L{1:.1f} {3:.1f}M{0:.1f} {3:.1f}L{1:.1f} "
                           "{2:.1f}\" class=\"outlier\"/>",
                           x - 5, x + 5, y - 5, y + 5);
    }
    return "";
}

std::string draw_series(const ChartSeries& series, double shift, const Plot& plot) {
    std::string path;
    std::string marks;
    for (const ChartPoint& point : series.points) {
        const double x = plot.x_of(point.x) + shift;
        const double y = plot.y_of(point.y);
        if (point.kind == PointKind::mean) {
            path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x, y);
        }
        marks += "<g>" +
                 (point.tip.empty() ? "" : "<title>" + escape_markup(point.tip) + "</title>") +
                 draw_interval(point, x, plot) + draw_mark(point.kind, x, y) + "</g>\n";
    }
    return (path.empty() ? "" : "<path d=\"" + path + "\" class=\"path\"/>\n") + marks;
}

/// The axes that hold all points and intervals.
void fit_axes(const Chart& chart, Plot& plot) {
    double x = 0;
    double y = 0;
    for (const ChartSeries& series : chart.series) {
        for (const ChartPoint& point : series.points) {
            x = std::max(x, point.x);
            y = std::max({y, point.y, point.upper.value_or(0)});
        }
    }
    if (chart.diagonal == Diagonal::yes) {
        x = y = std::max(x, y);
    }
    plot.x = make_axis(x, 8, chart.x_least_step);
    plot.y = make_axis(y, 6, 0);
    if (chart.diagonal == Diagonal::yes) {
        plot.x = plot.y;
    }
}

} // namespace

SvgPicture draw_chart(const Chart& chart) {
    std::vector<LegendEntry> legend;
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
        legend.push_back({chart.series[s].name, "s " + series_style(s)});
    }
    const double legend_width = k_width - k_left;
    const double top = k_title_height + legend_height(legend, legend_width) + k_label_height;
    const double plot_width =
        chart.diagonal == Diagonal::yes ? k_plot_height : k_width - k_left - k_right;
    Plot plot{k_left, top, plot_width, k_plot_height, {}, {}};
    fit_axes(chart, plot);

    SvgPicture picture{chart.title, k_width, plot.bottom() + k_bottom, ""};
    picture.content = svg_text(0, 15, "head", shortened_markup(chart.title, 90)) +
                      draw_legend(legend, 0, k_title_height, legend_width) +
                      draw_x_axis(plot, chart.x_label) + draw_y_axis(plot, chart.y_label);
    if (chart.diagonal == Diagonal::yes) {
        picture.content += fmt::format("<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\" "
                                       "class=\"diagonal\"/>\n",
                                       plot.left, plot.bottom(), plot.right(), plot.top);
    }
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
        const double shift = chart.diagonal == Diagonal::yes ? 0 : shift_of(s, chart.series.size());
        picture.content += "<g class=\"" + series_style(s) + "\">\n" +
                           draw_series(chart.series[s], shift, plot) + "</g>\n";
    }
    return picture;
}

} // namespace aisprint::profiling
