// SPDX-License-Identifier: Apache-2.0
#include "svg_picture.hpp"

#include "aisprint/base/markup.hpp"
#include "aisprint/base/source_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace aisprint::profiling {

namespace {

// In pixels.
constexpr double k_margin = 16;
constexpr double k_legend_line = 20;
constexpr double k_legend_mark = 12;
constexpr double k_legend_gap = 18;
constexpr double k_letter = 6.9;
constexpr std::size_t k_legend_letters = 40;

const char* const k_style = R"(
:root{--ink:#1b2733;--muted:#5a6875;--paper:#ffffff;--grid:#dde3e9;--line:#8b98a5;--bad:#c5283d;
--s0:#2763b3;--s1:#b8590c;--s2:#1d7a5f;--s3:#8a3ea8;--s4:#a8324e;--s5:#4d6b0f;--s6:#0c7a8a;--s7:#6b5b4b;
--wait:#b9c2cb;--pod:#e2b04a;--over:#a884c8;--comp:#3b78c4;--back:#3f9c78;--job:#7d8da0}
@media (prefers-color-scheme:dark){:root{--ink:#e8edf2;--muted:#a3b0bd;--paper:#14191f;--grid:#2e3842;
--line:#73808d;--bad:#ff6b7d;--s0:#7fb2f5;--s1:#f0a35e;--s2:#58c7a3;--s3:#cf95e6;--s4:#f28ba3;--s5:#a9c957;
--s6:#5fcbdc;--s7:#c9b7a3;--wait:#5d6a77;--pod:#d9a441;--over:#9c78be;--comp:#5a95de;--back:#4bb893;
--job:#8a9bae}}
svg text{fill:var(--ink);font:12px system-ui,"Segoe UI","DejaVu Sans",Arial,sans-serif}
svg .paper{fill:var(--paper)}svg .grid{stroke:var(--grid);stroke-width:1}
svg .axis,svg .diagonal{stroke:var(--line);stroke-width:1.2;fill:none}svg .diagonal{stroke-dasharray:5 4}
svg .tick{fill:var(--muted);font-size:11px}svg .mid{text-anchor:middle}svg .end{text-anchor:end}
svg .head{font-weight:600;font-size:13px}
svg .s{fill:var(--c);stroke:var(--c)}svg .path{fill:none;stroke:var(--c);stroke-width:1.8}
svg .again{stroke-dasharray:5 3}svg .bar{fill:none;stroke:var(--c);stroke-width:1.4}
svg .dot{fill:var(--c);opacity:.55}svg .mean{fill:var(--c);stroke:var(--paper);stroke-width:1}
svg .degraded{fill:none;stroke:var(--bad);stroke-width:1.6}svg .outlier{stroke:var(--bad);stroke-width:1.6}
svg .s0{--c:var(--s0)}svg .s1{--c:var(--s1)}svg .s2{--c:var(--s2)}svg .s3{--c:var(--s3)}
svg .s4{--c:var(--s4)}svg .s5{--c:var(--s5)}svg .s6{--c:var(--s6)}svg .s7{--c:var(--s7)}
svg .wait{fill:var(--wait)}svg .pod{fill:var(--pod)}svg .over{fill:var(--over)}svg .comp{fill:var(--comp)}
svg .back{fill:var(--back)}svg .job{fill:var(--job)}svg .failed{fill:var(--bad)}
svg .hit{fill:transparent}svg .hit:hover{stroke:var(--ink)}
)";

std::string line(double x1, double y1, double x2, double y2, const char* style) {
    return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" "
                       "class=\"{}\"/>\n",
                       x1, y1, x2, y2, style);
}

double entry_width(const LegendEntry& entry) {
    const std::size_t letters = std::min(count_code_points(entry.name), k_legend_letters);
    return k_legend_mark + 6 + k_letter * static_cast<double>(letters) + k_legend_gap;
}

/// The line and the place in it of each entry.
std::vector<std::pair<int, double>> legend_places(const std::vector<LegendEntry>& entries,
                                                  double width) {
    std::vector<std::pair<int, double>> places;
    int row = 0;
    double x = 0;
    for (const LegendEntry& entry : entries) {
        if (x > 0 && x + entry_width(entry) > width) {
            ++row;
            x = 0;
        }
        places.emplace_back(row, x);
        x += entry_width(entry);
    }
    return places;
}

/// The outer element, with an empty margin around the picture.
std::string opened(const SvgPicture& picture, double margin) {
    return fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{0}" )"
        R"(width="{1:.0f}" height="{2:.0f}" viewBox="{3:.0f} {3:.0f} {1:.0f} {2:.0f}">)"
        "\n<title>{0}</title>\n",
        escape_markup(picture.title), picture.width + 2 * margin, picture.height + 2 * margin,
        0 - margin);
}

} // namespace

std::string svg_style() {
    return k_style;
}

std::string inline_svg(const SvgPicture& picture) {
    return opened(picture, 0) + picture.content + "</svg>\n";
}

std::string svg_file(const SvgPicture& picture) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + opened(picture, k_margin) + "<style>" +
           k_style + "</style>\n" +
           fmt::format("<rect x=\"-{0}\" y=\"-{0}\" width=\"100%\" height=\"100%\" "
                       "class=\"paper\"/>\n",
                       k_margin) +
           picture.content + "</svg>\n";
}

std::vector<double> Axis::ticks() const {
    std::vector<double> places;
    const auto count = static_cast<int>(std::lround(high / step));
    for (int i = 0; i <= count; ++i) {
        places.push_back(step * i);
    }
    return places;
}

Axis make_axis(double highest, int parts, double least_step) {
    constexpr std::array<double, 4> k_round{1, 2, 5, 10};
    if (!std::isfinite(highest) || highest <= 0) {
        highest = 1;
    }
    const double wanted = highest / parts;
    const double power = std::pow(10, std::floor(std::log10(wanted)));
    double step = power;
    for (const double factor : k_round) {
        step = factor * power;
        if (step >= wanted * (1 - 1e-9)) {
            break;
        }
    }
    step = std::max(step, least_step);
    return {step * std::max(1.0, std::ceil(highest / step * (1 - 1e-9))), step};
}

std::string svg_text(double x, double y, const std::string& style, const std::string& escaped) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", x, y, style,
                       escaped);
}

std::string draw_x_axis(const Plot& plot, const std::string& label) {
    std::string text;
    for (const double tick : plot.x.ticks()) {
        const double x = plot.x_of(tick);
        text += line(x, plot.top, x, plot.bottom(), "grid");
        text += svg_text(x, plot.bottom() + 16, "tick mid", fmt::format("{:.6g}", tick));
    }
    return text + line(plot.left, plot.bottom(), plot.right(), plot.bottom(), "axis") +
           svg_text(plot.left + plot.width / 2, plot.bottom() + 34, "mid", escape_markup(label));
}

std::string draw_y_axis(const Plot& plot, const std::string& label) {
    std::string text;
    for (const double tick : plot.y.ticks()) {
        const double y = plot.y_of(tick);
        text += line(plot.left, y, plot.right(), y, "grid");
        text += svg_text(plot.left - 6, y + 4, "tick end", fmt::format("{:.6g}", tick));
    }
    return text + line(plot.left, plot.top, plot.left, plot.bottom(), "axis") +
           svg_text(0, plot.top - 10, "tick", escape_markup(label));
}

double legend_height(const std::vector<LegendEntry>& entries, double width) {
    const auto places = legend_places(entries, width);
    return places.empty() ? 0 : k_legend_line * (places.back().first + 1);
}

std::string
draw_legend(const std::vector<LegendEntry>& entries, double left, double top, double width) {
    const auto places = legend_places(entries, width);
    std::string text;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const double x = left + places[i].second;
        const double y = top + k_legend_line * places[i].first;
        text += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{}\" height=\"{}\" rx=\"2\" "
                            "class=\"{}\"/>",
                            x, y + 3, k_legend_mark, k_legend_mark, entries[i].style);
        text += svg_text(x + k_legend_mark + 6, y + 13, "name",
                         shortened_markup(entries[i].name, k_legend_letters));
    }
    return text;
}

} // namespace aisprint::profiling
