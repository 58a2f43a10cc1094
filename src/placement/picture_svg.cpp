// SPDX-License-Identifier: Apache-2.0
#include "picture_svg.hpp"

#include "aisprint/base/markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aisprint::placement {

namespace {

using optimizer::ConstraintKind;
using optimizer::k_none;
using optimizer::ResourceKind;

// All in pixels.
constexpr double k_lane_width = 216;
constexpr double k_column_width = 200;
constexpr double k_gutter = 92;
constexpr double k_margin = 10;
constexpr double k_domain_height = 24;
constexpr double k_head_height = 112;
constexpr double k_row_height = 50;
constexpr double k_chip_height = 36;
constexpr double k_chip_inset = 10;
constexpr double k_path_height = 46;
constexpr double k_bar_height = 7;
constexpr double k_label_height = 24;
constexpr double k_label_width = 84;
/// With more moving data than this, sizes stand in the table and in tool tips only.
constexpr std::size_t k_most_labels = 40;
/// With more arrows than this, each is painted thinly; the one under the pointer stands out.
constexpr std::size_t k_most_strong_arrows = 60;
/// Share of a limit from which a bar warns.
constexpr double k_nearly_full = 0.9;

const char* kind_class(ResourceKind kind) {
    switch (kind) {
    case ResourceKind::edge:
        return "edge";
    case ResourceKind::vm:
        return "cloud";
    case ResourceKind::function:
        return "function";
    }
    return "";
}

std::string text_at(double x, double y, const std::string& style, const std::string& escaped) {
    return fmt::format(R"(<text x="{:.1f}" y="{:.1f}" class="{}">{}</text>)", x, y, style,
                       escaped) +
           "\n";
}

/// A bar of a share of its limit; full and red above it.
std::string bar(double x, double y, double width, double share, bool holds) {
    const double shown = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 1.0;
    const char* style = !holds ? "over" : share >= k_nearly_full ? "near" : "fine";
    return fmt::format(
        R"(<rect x="{0:.1f}" y="{1:.1f}" width="{2:.1f}" height="{3}" rx="2" class="track"/>)"
        R"(<rect x="{0:.1f}" y="{1:.1f}" width="{4:.1f}" height="{3}" rx="2" class="{5}"/>)"
        "\n",
        x, y, width, k_bar_height, width * shown, style);
}

/// Draws one picture; the parts are appended in the order in which they are painted.
class Drawing {
public:
    explicit Drawing(const PictureSubject& subject)
        : m_subject(subject), m_problem(subject.instance.problem()) {
        m_domains = drawn_domains();
        m_head_top = k_margin + k_domain_height * static_cast<double>(m_domains.size());
        m_rows_top = m_head_top + k_head_height + k_margin;
        m_rows_bottom =
            m_rows_top + k_row_height * static_cast<double>(m_subject.layout.chips.size());
        const auto columns = static_cast<double>(m_subject.layout.columns.size());
        m_width = k_lane_width + columns * (k_column_width + k_gutter) + k_margin;
        m_height = m_rows_bottom + 2 * k_margin +
                   k_path_height * static_cast<double>(m_problem.path_constraints.size());
    }

    std::string draw() {
        m_svg = fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" role="img" )"
                            R"(aria-labelledby="picture-title picture-desc" width="{0:.0f}" )"
                            R"(height="{1:.0f}" viewBox="0 0 {0:.0f} {1:.0f}">)"
                            "\n",
                            m_width, m_height);
        m_svg +=
            fmt::format("<title id=\"picture-title\">Placement of {}</title>\n"
                        "<desc id=\"picture-desc\">{}</desc>\n"
                        R"(<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" )"
                        R"(markerWidth="7" markerHeight="7" orient="auto">)"
                        R"(<path d="M0 0L8 4L0 8z" class="tip"/></marker></defs>)"
                        "\n",
                        escape_markup(m_problem.name.empty() ? "the application" : m_problem.name),
                        description());
        draw_lane_bands();
        draw_domains();
        draw_columns();
        draw_lanes();
        const bool dense = m_subject.layout.arrows.size() > k_most_strong_arrows;
        m_svg += dense ? "<g class=\"dense\">\n" : "<g>\n";
        for (const PictureArrow& arrow : m_subject.layout.arrows) {
            draw_arrow(arrow);
        }
        m_svg += "</g>\n";
        for (std::size_t row = 0; row < m_subject.layout.chips.size(); ++row) {
            draw_chip(row);
        }
        draw_labels();
        draw_paths();
        return m_svg + "</svg>\n";
    }

private:
    struct Point {
        double x = 0;
        double y = 0;
    };

    [[nodiscard]] double column_left(std::size_t column) const {
        return k_lane_width + static_cast<double>(column) * (k_column_width + k_gutter);
    }
    [[nodiscard]] double row_middle(std::size_t row) const {
        return m_rows_top + k_row_height * (static_cast<double>(row) + 0.5);
    }
    [[nodiscard]] double chip_left(std::size_t row) const {
        return column_left(m_subject.layout.chips[row].column) + k_chip_inset;
    }
    [[nodiscard]] double chip_right(std::size_t row) const {
        return chip_left(row) + k_column_width - 2 * k_chip_inset;
    }

    /// Domains that reach a column, with their number.
    [[nodiscard]] std::vector<std::size_t> drawn_domains() const {
        std::vector<std::size_t> drawn;
        for (std::size_t d = 0; d < m_problem.domains.size(); ++d) {
            const auto& layers = m_problem.domains[d].layers;
            const bool reaches =
                std::ranges::any_of(m_subject.layout.columns, [&](const PictureColumn& column) {
                    return std::ranges::find(layers, column.layer) != layers.end();
                });
            if (reaches) {
                drawn.push_back(d);
            }
        }
        return drawn;
    }

    [[nodiscard]] bool violated(ConstraintKind kind, std::size_t subject) const {
        return std::ranges::any_of(m_subject.evaluation.violations, [&](const auto& violation) {
            return violation.kind == kind && violation.subject == subject;
        });
    }

    /// The placement in a sentence per component.
    [[nodiscard]] std::string description() const {
        std::string text;
        for (const PictureChip& chip : m_subject.layout.chips) {
            const auto& component = m_problem.components[chip.component];
            const std::string part = partition_label(m_subject, chip);
            const std::string whole = component_label(component);
            text += fmt::format("{}{} on {}. ", whole, part == whole ? "" : " " + part,
                                m_problem.resources[chip.resource].name);
        }
        return escape_markup(text);
    }

    void draw_lane_bands() {
        bool odd = false;
        for (const PictureLane& lane : m_subject.layout.lanes) {
            odd = !odd;
            if (odd) {
                m_svg += fmt::format(
                    R"(<rect x="0" y="{:.1f}" width="{:.1f}" height="{:.1f}" class="band"/>)"
                    "\n",
                    row_middle(lane.first_row) - k_row_height / 2, m_width,
                    k_row_height * static_cast<double>(lane.rows));
            }
        }
    }

    void draw_domains() {
        for (std::size_t k = 0; k < m_domains.size(); ++k) {
            const auto& domain = m_problem.domains[m_domains[k]];
            const double y = k_margin + k_domain_height * (static_cast<double>(k) + 0.5);
            std::vector<double> dots;
            for (std::size_t c = 0; c < m_subject.layout.columns.size(); ++c) {
                const std::size_t layer = m_subject.layout.columns[c].layer;
                if (std::ranges::find(domain.layers, layer) != domain.layers.end()) {
                    dots.push_back(column_left(c) + k_column_width / 2);
                }
            }
            const std::string units = m_subject.data_unit == "KB" ? " kbit/s" : "";
            m_svg += fmt::format("<g><title>{}: bandwidth {:.10g}{}, access delay {:.4g} s</title>",
                                 escape_markup(domain.name), domain.bandwidth, units,
                                 domain.access_delay_s);
            m_svg += fmt::format(R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" )"
                                 R"(class="wire"/>)",
                                 dots.front(), y, dots.back(), y);
            for (const double x : dots) {
                m_svg +=
                    fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="4" class="dot"/>)", x, y);
            }
            m_svg += "</g>\n" + text_at(k_margin, y + 4, "small",
                                        shortened_markup(fmt::format("{}: {:.10g}{}", domain.name,
                                                                     domain.bandwidth, units),
                                                         33));
        }
    }

    void draw_columns() {
        for (std::size_t c = 0; c < m_subject.layout.columns.size(); ++c) {
            const PictureColumn& column = m_subject.layout.columns[c];
            const auto& layer = m_problem.layers[column.layer];
            const double x = column_left(c);
            m_svg += fmt::format(R"(<rect x="{:.1f}" y="{:.1f}" width="{}" height="{:.1f}" rx="8" )"
                                 R"(class="column {}"/>)"
                                 "\n",
                                 x, m_head_top, k_column_width, m_rows_bottom - m_head_top,
                                 kind_class(layer.kind));
            m_svg += text_at(x + k_chip_inset, m_head_top + 18, "small",
                             shortened_markup(layer.name, 26));
            if (column.resource == k_none) {
                draw_function_head(c, x);
            } else {
                draw_machine_head(column.resource, x);
            }
        }
    }

    void draw_machine_head(std::size_t j, double x) {
        const auto& resource = m_problem.resources[j];
        const double left = x + k_chip_inset;
        const double width = k_column_width - 2 * k_chip_inset;
        const double utilisation = m_subject.evaluation.utilisation[j];
        const std::string described =
            resource.description == "No description" ? "" : " - " + resource.description;
        m_svg += "<g><title>" + escape_markup(resource.name + described) + "</title>" +
                 text_at(left, m_head_top + 36, "strong", shortened_markup(resource.name, 22)) +
                 "</g>\n";
        m_svg += text_at(left, m_head_top + 53, "plain",
                         fmt::format("{} of {} nodes, {:.4f} $", m_subject.solution.nodes[j],
                                     resource.nodes, resource_cost(m_subject, j)));
        const bool stable = !violated(ConstraintKind::stability, j);
        m_svg += text_at(left, m_head_top + 70, "small",
                         std::isnan(utilisation)
                             ? "utilisation not modelled"
                             : fmt::format("utilisation {:.1f} %", 100 * utilisation));
        if (!std::isnan(utilisation)) {
            m_svg += bar(left, m_head_top + 74, width, utilisation, stable);
        }
        const double memory = m_subject.evaluation.memory_mb[j];
        const double limit = memory_limit(m_subject, j);
        m_svg += text_at(left, m_head_top + 95, "small",
                         fmt::format("memory {:.6g} of {:.6g} MB", memory, limit));
        m_svg +=
            bar(left, m_head_top + 99, width, memory / limit, !violated(ConstraintKind::memory, j));
    }

    void draw_function_head(std::size_t column, double x) {
        std::vector<std::size_t> used;
        double cost = 0;
        for (const PictureChip& chip : m_subject.layout.chips) {
            if (chip.column == column && std::ranges::find(used, chip.resource) == used.end()) {
                used.push_back(chip.resource);
                cost += resource_cost(m_subject, chip.resource);
            }
        }
        const double left = x + k_chip_inset;
        m_svg += text_at(left, m_head_top + 36, "strong", "functions");
        m_svg += text_at(left, m_head_top + 53, "plain",
                         fmt::format("{} in use, {:.4f} $", used.size(), cost));
    }

    void draw_lanes() {
        for (const PictureLane& lane : m_subject.layout.lanes) {
            const std::size_t i = lane.component;
            const double top = row_middle(lane.first_row) - k_row_height / 2;
            const std::string name = component_label(m_problem.components[i]);
            m_svg += "<g><title>" + escape_markup(name) + "</title>" +
                     text_at(k_margin, top + 18, "strong", shortened_markup(name, 26)) + "</g>\n";
            const double time = m_subject.evaluation.component_times[i];
            const auto limit = std::ranges::find(m_problem.local_constraints, i,
                                                 &optimizer::LocalConstraint::component);
            if (limit == m_problem.local_constraints.end()) {
                m_svg += text_at(k_margin, top + 34, "small", seconds_label(time) + ", no limit");
                continue;
            }
            const auto index =
                static_cast<std::size_t>(limit - m_problem.local_constraints.begin());
            draw_limit(k_margin, top + 34, k_lane_width - 3 * k_margin,
                       m_subject.evaluation.local_times[index], limit->threshold_s,
                       !violated(ConstraintKind::local_response_time, index));
        }
    }

    /// A response time with its limit, as text and as a bar below.
    void draw_limit(double x, double y, double width, double time, double limit, bool holds) {
        m_svg += text_at(x, y, holds ? "small" : "small broken",
                         fmt::format("{} of {}{}", seconds_label(time), seconds_label(limit),
                                     holds ? "" : ", over the limit"));
        m_svg += bar(x, y + 4, width, time / limit, holds);
    }

    void draw_arrow(const PictureArrow& arrow) {
        const auto& from = m_subject.layout.chips[arrow.from];
        const auto& to = m_subject.layout.chips[arrow.to];
        const double y1 = row_middle(arrow.from);
        const double y2 = row_middle(arrow.to);
        std::string path;
        Point middle;
        if (from.column == to.column && arrow.to == arrow.from + 1 && !arrow.moves) {
            const double x = (chip_left(arrow.from) + chip_right(arrow.from)) / 2;
            path = fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}", x, y1 + k_chip_height / 2, x,
                               y2 - k_chip_height / 2);
        } else if (from.column == to.column) {
            const double x = chip_right(arrow.from);
            const double reach = 14 + 6 * std::min(static_cast<double>(arrow.to - arrow.from), 8.0);
            path = fmt::format("M{0:.1f} {1:.1f}C{2:.1f} {1:.1f} {2:.1f} {3:.1f} {0:.1f} {3:.1f}",
                               x, y1, x + reach, y2);
            middle = {x + k_chip_inset + k_gutter / 2, (y1 + y2) / 2};
        } else {
            const bool right = to.column > from.column;
            const double x1 = right ? chip_right(arrow.from) : chip_left(arrow.from);
            const double x2 = right ? chip_left(arrow.to) : chip_right(arrow.to);
            const double bend = std::max(40.0, std::abs(x2 - x1) / 2) * (right ? 1 : -1);
            path = fmt::format("M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", x1, y1,
                               x1 + bend, y1, x2 - bend, y2, x2, y2);
            // Labels stand in the gutter before the target.
            const double gutter = k_gutter / 2 + k_chip_inset;
            middle = {x2 + (right ? -gutter : gutter),
                      to.column + 1 == from.column || from.column + 1 == to.column
                          ? (y1 + y2) / 2
                          : y2 - k_label_height};
        }
        m_svg +=
            fmt::format(R"x(<path d="{}" class="arrow{}" marker-end="url(#tip)"><title>{}</title>)x"
                        "</path>\n",
                        path, arrow.moves ? " moves" : "", tool_tip(arrow));
        if (arrow.moves) {
            m_labels.push_back({middle, &arrow});
        }
    }

    [[nodiscard]] std::string tool_tip(const PictureArrow& arrow) const {
        const auto name = [&](std::size_t row) {
            const PictureChip& chip = m_subject.layout.chips[row];
            const std::string whole = component_label(m_problem.components[chip.component]);
            const std::string part = partition_label(m_subject, chip);
            return part == whole ? whole : whole + " " + part;
        };
        return escape_markup(
            fmt::format("{} to {}: {}, {}", name(arrow.from), name(arrow.to),
                        data_label(m_subject, arrow.data_size),
                        arrow.moves ? seconds_label(arrow.seconds) : "on the same resource"));
    }

    void draw_chip(std::size_t row) {
        const PictureChip& chip = m_subject.layout.chips[row];
        const auto& resource = m_problem.resources[chip.resource];
        const double x = chip_left(row);
        const double y = row_middle(row) - k_chip_height / 2;
        const double width = k_column_width - 2 * k_chip_inset;
        const std::string label = partition_label(m_subject, chip);
        const std::string time =
            seconds_label(m_subject.evaluation.partition_times[chip.component][chip.position]);
        const bool function = resource.kind == ResourceKind::function;
        m_svg += fmt::format(
            R"(<g><title>{} on {}: {}</title><rect x="{:.1f}" y="{:.1f}" width="{:.1f}" )"
            R"(height="{}" rx="6" class="chip {}"/>)",
            escape_markup(label), escape_markup(resource.name), time, x, y, width, k_chip_height,
            kind_class(resource.kind));
        m_svg += text_at(x + 8, y + 15, "plain", shortened_markup(label, 22));
        m_svg += text_at(x + 8, y + 29, "small",
                         function ? shortened_markup(resource.name, 13) + ", " + time : time) +
                 "</g>\n";
    }

    void draw_labels() {
        if (m_labels.size() > k_most_labels) {
            return;
        }
        std::vector<Point> taken;
        for (const auto& [place, arrow] : m_labels) {
            Point free = place;
            const auto collides = [&](const Point& other) {
                return std::abs(other.x - free.x) < k_label_width &&
                       std::abs(other.y - free.y) < k_label_height;
            };
            while (std::ranges::any_of(taken, collides)) {
                free.y += k_label_height / 2;
            }
            taken.push_back(free);
            m_svg += text_at(free.x, free.y - 2, "label",
                             escape_markup(data_label(m_subject, arrow->data_size)));
            m_svg += text_at(free.x, free.y + 10, "label", seconds_label(arrow->seconds));
        }
    }

    void draw_paths() {
        for (std::size_t p = 0; p < m_problem.path_constraints.size(); ++p) {
            const auto& path = m_problem.path_constraints[p];
            const double y = m_rows_bottom + k_margin + k_path_height * static_cast<double>(p);
            std::string members;
            for (const std::size_t component : path.components) {
                members += (members.empty() ? "" : ", ") +
                           component_label(m_problem.components[component]);
            }
            m_svg +=
                "<g><title>" + escape_markup(path.name + ": " + members) + "</title>" +
                text_at(k_margin, y + 18, "strong", shortened_markup("path " + path.name, 26)) +
                text_at(k_lane_width, y + 18, "small",
                        shortened_markup(
                            members, static_cast<std::size_t>((m_width - k_lane_width) / 6.5))) +
                "</g>\n";
            draw_limit(k_lane_width, y + 33, m_width - k_lane_width - k_gutter,
                       m_subject.evaluation.path_times[p], path.threshold_s,
                       !violated(ConstraintKind::path_response_time, p));
        }
    }

    struct Label {
        Point place;
        const PictureArrow* arrow = nullptr;
    };

    const PictureSubject& m_subject;
    const optimizer::Problem& m_problem;
    std::vector<std::size_t> m_domains;
    std::vector<Label> m_labels;
    std::string m_svg;
    double m_head_top = 0;
    double m_rows_top = 0;
    double m_rows_bottom = 0;
    double m_width = 0;
    double m_height = 0;
};

} // namespace

std::string draw_svg(const PictureSubject& subject) {
    return Drawing(subject).draw();
}

} // namespace aisprint::placement
