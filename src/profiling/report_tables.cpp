// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/markup.hpp"

#include "report_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aisprint::profiling {

namespace {

struct Column {
    const char* name;
    const char* style; ///< "n" for numbers
};

std::string head(const std::vector<Column>& columns) {
    std::string text = "<div class=\"wide\"><table><thead><tr>";
    for (const Column& column : columns) {
        text += fmt::format("<th scope=\"col\" class=\"{}\">{}</th>", column.style, column.name);
    }
    return text + "</tr></thead><tbody>\n";
}

const char* const k_table_end = "</tbody></table></div>\n";

std::string cell(const std::string& text) {
    return "<td>" + escape_markup(text) + "</td>";
}

std::string number_cell(const std::string& text) {
    return "<td class=\"n\">" + escape_markup(text) + "</td>";
}

/// A cell that reaches over the rows of all configurations of a unit.
std::string tall_cell(std::size_t rows, const std::string& markup) {
    return fmt::format("<td rowspan=\"{}\">{}</td>", rows, markup);
}

std::string interval_text(const Configuration& configuration) {
    if (!configuration.interval) {
        return "one run";
    }
    return fmt::format("{:.4g} to {:.4g} s", std::max(configuration.interval->lower, 0.0),
                       configuration.interval->upper);
}

std::string mark(const std::string& text) {
    return "<span class=\"mark\">" + escape_markup(text) + "</span>";
}

/// How many runs of a configuration are degraded, or outliers.
std::string configuration_marks(const UnitView& view, const Configuration& configuration) {
    std::size_t degraded = 0;
    std::size_t outliers = 0;
    for (const std::size_t member : configuration.members) {
        degraded += view.unit->health.count(view.measured[member].run);
        outliers += view.outliers.count(member);
    }
    std::string text;
    if (degraded > 0) {
        text += mark(fmt::format("{} degraded", degraded));
    }
    if (outliers > 0) {
        text += mark(fmt::format("{} outlier{}", outliers, outliers == 1 ? "" : "s"));
    }
    return text;
}

std::string level_text(const Configuration& configuration) {
    return configuration.requested_throughput
               ? fmt::format("{}, {:.6g} requests/s", configuration.parallelism,
                             *configuration.requested_throughput)
               : std::to_string(configuration.parallelism);
}

std::string model_text(const UnitView& view) {
    const auto error = mean_error(view);
    return view.unit->model + (error
                                   ? fmt::format("{}error {:.1f} %",
                                                 view.unit->model.empty() ? "" : ", ", 100 * *error)
                                   : "");
}

std::string summary_rows(const UnitView& view, std::size_t number) {
    const ReportUnit& unit = *view.unit;
    const std::size_t rows = std::max<std::size_t>(view.configurations.size(), 1);
    const std::string begin = "<tr>" +
                              tall_cell(rows, fmt::format("<a href=\"#unit-{}\">{}</a>", number,
                                                          escape_markup(unit.id))) +
                              tall_cell(rows, escape_markup(unit.resource));
    const std::string end = tall_cell(rows, escape_markup(model_text(view)));
    if (view.configurations.empty()) {
        return begin + "<td colspan=\"6\">" + mark("no job has ended") + "</td>" + end + "</tr>\n";
    }
    std::string text;
    for (std::size_t c = 0; c < view.configurations.size(); ++c) {
        const Configuration& configuration = view.configurations[c];
        text += (c == 0 ? begin : "<tr>") + number_cell(level_text(configuration)) +
                number_cell(std::to_string(configuration.members.size())) +
                number_cell(seconds_text(configuration.mean_response_time)) +
                number_cell(interval_text(configuration)) +
                number_cell(fmt::format("{:.4g}", configuration.mean_throughput)) + "<td>" +
                configuration_marks(view, configuration) + "</td>" + (c == 0 ? end : "") +
                "</tr>\n";
    }
    return text;
}

} // namespace

std::string seconds_text(double seconds) {
    constexpr int k_microseconds = 6;
    constexpr double k_many = 1000;
    const double value = rounded(seconds, k_microseconds);
    return value < k_many ? fmt::format("{:.4g} s", value) : fmt::format("{:.0f} s", value);
}

std::string summary_table(const std::vector<UnitView>& views) {
    std::string text = head({{"unit", ""},
                             {"resource", ""},
                             {"parallelism", "n"},
                             {"runs", "n"},
                             {"mean response time", "n"},
                             {"95 % interval", "n"},
                             {"jobs/s", "n"},
                             {"marks", ""},
                             {"best model", ""}});
    for (std::size_t i = 0; i < views.size(); ++i) {
        text += summary_rows(views[i], i + 1);
    }
    return text + k_table_end;
}

std::string runs_table(const UnitView& view) {
    std::string text = head({{"run", ""},
                             {"parallelism", "n"},
                             {"jobs", "n"},
                             {"mean response time", "n"},
                             {"jobs/s", "n"},
                             {"remarks", ""}});
    for (std::size_t m = 0; m < view.measured.size(); ++m) {
        const Measurement& one = view.measured[m];
        std::string remarks = view.outliers.count(m) > 0 ? mark("outlier") : "";
        if (const auto health = view.unit->health.find(one.run);
            health != view.unit->health.end()) {
            remarks += mark("degraded");
            for (const std::string& reason : health->second) {
                remarks += " " + escape_markup(reason) + ".";
            }
        }
        const std::string asked =
            one.row.requested_throughput
                ? fmt::format(", {:.6g} requests/s", *one.row.requested_throughput)
                : "";
        text += "<tr>" + cell(one.row.run_name + asked) +
                number_cell(std::to_string(one.row.parallelism)) +
                number_cell(std::to_string(one.jobs)) +
                number_cell(seconds_text(one.row.average_response_time)) +
                number_cell(fmt::format("{:.4g}", one.row.observed_throughput)) + "<td>" + remarks +
                "</td></tr>\n";
    }
    return text + k_table_end;
}

std::string parts_table(const UnitView& view) {
    std::string text = head({{"part", ""},
                             {"jobs", "n"},
                             {"mean", "n"},
                             {"deviation", "n"},
                             {"minimum", "n"},
                             {"median", "n"},
                             {"95 %", "n"},
                             {"maximum", "n"},
                             {"total", "n"}});
    for (const PartStatistics& part : part_statistics(view.unit->runs)) {
        const Distribution& figures = part.figures;
        text += "<tr>" + cell(part.part) + number_cell(std::to_string(figures.count));
        for (const double value : {figures.mean, figures.deviation, figures.minimum, figures.median,
                                   figures.percentile_95, figures.maximum, figures.total}) {
            text += number_cell(seconds_text(value));
        }
        text += "</tr>\n";
    }
    return text + k_table_end;
}

std::string page_style() {
    return R"(body{margin:0;padding:24px;background:var(--paper);color:var(--ink);
font:15px/1.45 system-ui,"Segoe UI","DejaVu Sans",Arial,sans-serif}
main{max-width:1100px;margin:0 auto}a{color:var(--s0)}
h1{font-size:22px;margin:0 0 4px}h2{font-size:18px;margin:34px 0 8px;border-bottom:1px solid var(--grid)}
h3{font-size:15px;margin:22px 0 6px}p,ul{margin:4px 0}.muted{color:var(--muted)}
figure{margin:10px 0;overflow-x:auto}.wide{overflow-x:auto}details{margin:4px 0}
summary{cursor:pointer;padding:2px 0}
table{border-collapse:collapse;font-size:14px}th,td{text-align:left;padding:3px 14px 3px 0;
vertical-align:top;border-bottom:1px solid var(--grid)}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.mark{color:var(--bad);border:1px solid var(--bad);border-radius:4px;padding:0 5px;margin-right:5px;
font-size:12.5px;white-space:nowrap}
@media print{body{padding:0}}
)";
}

} // namespace aisprint::profiling
