// SPDX-License-Identifier: Apache-2.0
#include "aisprint/placement/picture.hpp"

#include "aisprint/base/markup.hpp"

#include "picture_svg.hpp"

#include <fmt/format.h>

#include <cmath>

namespace aisprint::placement {

namespace {

/// Colours by role, for light and dark screens and for paper.
const char* const k_style = R"(
:root{--ink:#1b2733;--muted:#5a6875;--paper:#ffffff;--band:#f3f5f8;--line:#8b98a5;--track:#dde3e9;
--edge:#e3f4ee;--edge-ink:#1d7a5f;--cloud:#e6effb;--cloud-ink:#2763b3;--function:#fbf0e0;
--function-ink:#a4620f;--fine:#2e8f6e;--near:#c98410;--over:#c5283d}
@media (prefers-color-scheme:dark){:root{--ink:#e8edf2;--muted:#a3b0bd;--paper:#14191f;--band:#1b222a;
--line:#73808d;--track:#39444f;--edge:#16332a;--edge-ink:#58c7a3;--cloud:#182c45;--cloud-ink:#7fb2f5;
--function:#3a2b14;--function-ink:#e7ab5c;--fine:#4bb893;--near:#e0a53d;--over:#ff6b7d}}
body{margin:0;padding:24px;background:var(--paper);color:var(--ink);
font:15px/1.45 system-ui,"Segoe UI","DejaVu Sans",Arial,sans-serif}
h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:28px 0 8px}
p{margin:2px 0}.muted{color:var(--muted)}.broken{color:var(--over);fill:var(--over)}
figure{margin:16px 0;overflow-x:auto}
table{border-collapse:collapse}th,td{text-align:left;padding:3px 14px 3px 0;vertical-align:top;
border-bottom:1px solid var(--track)}td.n,th.n{text-align:right}
svg text{fill:var(--ink);font-size:12.5px}
svg .strong{font-weight:600;font-size:13px}svg .small{font-size:11.5px;fill:var(--muted)}
svg .small.broken{fill:var(--over)}
svg .label{font-size:11px;text-anchor:middle;paint-order:stroke;stroke:var(--paper);stroke-width:4px}
svg .band{fill:var(--band)}svg .wire{stroke:var(--line);stroke-width:2}svg .dot{fill:var(--line)}
svg .column{stroke-width:1.5}svg .column.edge{fill:var(--edge);stroke:var(--edge-ink)}
svg .column.cloud{fill:var(--cloud);stroke:var(--cloud-ink)}
svg .column.function{fill:var(--function);stroke:var(--function-ink);stroke-dasharray:6 4}
svg .chip{fill:var(--paper);stroke-width:1.5}svg .chip.edge{stroke:var(--edge-ink)}
svg .chip.cloud{stroke:var(--cloud-ink)}svg .chip.function{stroke:var(--function-ink)}
svg .arrow{fill:none;stroke:var(--line);stroke-width:1.3}svg .arrow.moves{stroke-width:2}
svg .dense .arrow{opacity:.3}svg .arrow:hover{stroke:var(--ink);stroke-width:3;opacity:1}
svg .tip{fill:var(--line)}svg .track{fill:var(--track)}
svg .fine{fill:var(--fine)}svg .near{fill:var(--near)}svg .over{fill:var(--over)}
@media print{body{padding:0}}
)";

std::string certificate_line(double cost, const std::optional<Certificate>& certificate) {
    if (!certificate) {
        return "not proved optimal (no exact search was run)";
    }
    if (certificate->optimal && !(certificate->gap > 0)) {
        return fmt::format("optimal, proved: no placement costs less than {:.4f} $", cost);
    }
    return fmt::format("at least {:.4f} $ are needed, proved; gap {:.2f} %",
                       certificate->lower_bound, 100 * certificate->gap);
}

std::string heading(const PictureSubject& subject, const std::optional<Certificate>& certificate) {
    const auto& problem = subject.instance.problem();
    const std::size_t broken = subject.evaluation.violations.size();
    std::string text = fmt::format(
        "<h1>{}</h1>\n<p>{:.4f} $ over {:.6g} h, {:.6g} requests/s, {} components</p>\n",
        escape_markup(problem.name.empty() ? "Placement" : problem.name), subject.evaluation.cost,
        problem.horizon_h, subject.instance.arrival_rate(), problem.components.size());
    if (broken > 0) {
        return text + fmt::format("<p class=\"broken\">{} {} broken</p>\n", broken,
                                  broken == 1 ? "constraint is" : "constraints are");
    }
    return text + fmt::format("<p class=\"muted\">Keeps every constraint; {}</p>\n",
                              certificate_line(subject.evaluation.cost, certificate));
}

std::string cells(const std::vector<std::string>& values) {
    std::string text = "<tr>";
    for (const std::string& value : values) {
        text += "<td>" + escape_markup(value) + "</td>";
    }
    return text + "</tr>\n";
}

std::string head(const std::vector<std::string>& names) {
    std::string text = "<table><thead><tr>";
    for (const std::string& name : names) {
        text += "<th scope=\"col\">" + name + "</th>";
    }
    return text + "</tr></thead><tbody>\n";
}

std::string placement_table(const PictureSubject& subject) {
    const auto& problem = subject.instance.problem();
    std::string text = "<h2>Partitions</h2>\n" +
                       head({"component", "partition", "layer", "resource", "response time"});
    for (const PictureChip& chip : subject.layout.chips) {
        const auto& resource = problem.resources[chip.resource];
        const std::string whole = component_label(problem.components[chip.component]);
        const std::string part = partition_label(subject, chip);
        text += cells(
            {whole, part == whole ? "whole" : part, problem.layers[resource.layer].name,
             resource.name,
             seconds_label(subject.evaluation.partition_times[chip.component][chip.position])});
    }
    return text + "</tbody></table>\n";
}

std::string transfer_table(const PictureSubject& subject) {
    const auto& problem = subject.instance.problem();
    const auto name = [&](std::size_t row) {
        const PictureChip& chip = subject.layout.chips[row];
        const std::string whole = component_label(problem.components[chip.component]);
        const std::string part = partition_label(subject, chip);
        return (part == whole ? whole : whole + " " + part) + " (" +
               problem.resources[chip.resource].name + ")";
    };
    std::string rows;
    for (const PictureArrow& arrow : subject.layout.arrows) {
        if (arrow.moves) {
            rows += cells({name(arrow.from), name(arrow.to), data_label(subject, arrow.data_size),
                           seconds_label(arrow.seconds)});
        }
    }
    return rows.empty()
               ? ""
               : "<h2>Data between resources</h2>\n" +
                     head({"from", "to", "data", "transfer time"}) + rows + "</tbody></table>\n";
}

} // namespace

std::string draw_placement(const optimizer::Instance& instance,
                           const optimizer::Solution& solution,
                           const optimizer::Evaluation& evaluation,
                           const std::optional<Certificate>& certificate,
                           const std::string& data_unit) {
    const PictureLayout layout = lay_out(instance, solution);
    const PictureSubject subject{instance, solution, evaluation, layout, data_unit};
    const std::string name = instance.problem().name;
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
           escape_markup(name.empty() ? "Placement" : "Placement of " + name) +
           "</title>\n<style>" + k_style + "</style>\n</head>\n<body>\n<main>\n" +
           heading(subject, certificate) + "<figure>\n" + draw_svg(subject) + "</figure>\n" +
           placement_table(subject) + transfer_table(subject) + "</main>\n</body>\n</html>\n";
}

} // namespace aisprint::placement
