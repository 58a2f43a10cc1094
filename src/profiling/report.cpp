// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/report.hpp"

#include "aisprint/base/markup.hpp"

#include "report_page.hpp"
#include "svg_chart.hpp"
#include "svg_gantt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace aisprint::profiling {

namespace {

/// So many bars of jobs are drawn in a page, over all runs.
constexpr std::size_t k_most_page_bars = 20000;
constexpr std::size_t k_least_run_bars = 20;

/// The units of one component, in the order of the report.
struct ComponentView {
    std::string name;
    std::vector<std::pair<std::size_t, const UnitView*>> units; ///< with their numbers from 1
};

std::vector<ComponentView> by_component(const std::vector<UnitView>& views) {
    std::vector<ComponentView> components;
    for (std::size_t i = 0; i < views.size(); ++i) {
        const std::string& name = views[i].unit->component;
        auto found = std::find_if(components.begin(), components.end(),
                                  [&](const ComponentView& view) { return view.name == name; });
        if (found == components.end()) {
            found = components.insert(found, ComponentView{name, {}});
        }
        found->units.emplace_back(i + 1, &views[i]);
    }
    return components;
}

/// How many bars each run may have so that the page stays small.
std::size_t bars_for_each_run(const ReportData& data) {
    std::size_t runs = 0;
    std::size_t bars = 0;
    for (const ReportUnit& unit : data.units) {
        for (const ServiceRun& run : unit.runs) {
            ++runs;
            bars += run.jobs.size() <= k_most_job_bars ? run.jobs.size() : 0;
        }
    }
    return bars <= k_most_page_bars ? k_most_job_bars
                                    : std::max(k_least_run_bars, k_most_page_bars / runs);
}

PointKind kind_of(const UnitView& view, std::size_t measurement) {
    return view.unit->health.count(view.measured[measurement].run) > 0 ? PointKind::degraded
           : view.outliers.count(measurement) > 0                      ? PointKind::outlier
                                                                       : PointKind::single;
}

std::string run_tip(const Measurement& one) {
    return fmt::format("{}: {}", one.row.run_name, seconds_text(one.row.average_response_time));
}

/// Means and runs of a unit: over parallelism, or over throughput for each parallelism.
std::vector<ChartSeries> response_series(const UnitView& view) {
    std::vector<ChartSeries> list;
    for (const Configuration& configuration : view.configurations) {
        const std::string name =
            view.unit->id + (configuration.requested_throughput
                                 ? fmt::format(", parallelism {}", configuration.parallelism)
                                 : "");
        if (list.empty() || list.back().name != name) {
            list.push_back({name, {}});
        }
        const double x = configuration.requested_throughput.value_or(configuration.parallelism);
        for (const std::size_t member : configuration.members) {
            const Measurement& one = view.measured[member];
            list.back().points.push_back({x, one.row.average_response_time, std::nullopt,
                                          std::nullopt, kind_of(view, member), run_tip(one)});
        }
        ChartPoint mean{x,
                        configuration.mean_response_time,
                        std::nullopt,
                        std::nullopt,
                        PointKind::mean,
                        fmt::format("mean {}", seconds_text(configuration.mean_response_time))};
        if (configuration.interval) {
            mean.lower = configuration.interval->lower;
            mean.upper = configuration.interval->upper;
            mean.tip += fmt::format(", 95 % interval {:.4g} to {:.4g} s",
                                    std::max(*mean.lower, 0.0), *mean.upper);
        }
        list.back().points.push_back(std::move(mean));
    }
    return list;
}

SvgPicture response_chart(const ComponentView& component) {
    bool synchronous = false;
    Chart chart;
    for (const auto& [number, view] : component.units) {
        for (ChartSeries& series : response_series(*view)) {
            chart.series.push_back(std::move(series));
        }
        for (const Measurement& one : view->measured) {
            synchronous = synchronous || one.row.requested_throughput.has_value();
        }
    }
    chart.title = component.name + (synchronous ? ": response time against throughput"
                                                : ": response time against parallelism");
    chart.x_label = synchronous ? "Requested throughput (requests/s)" : "Parallelism";
    chart.y_label = "Average response time (seconds)";
    chart.x_least_step = synchronous ? 0 : 1;
    return draw_chart(chart);
}

SvgPicture prediction_chart(const UnitView& view) {
    Chart chart;
    chart.title = view.unit->id + ": predicted against measured response time";
    chart.x_label = "Measured (seconds)";
    chart.y_label = "Predicted (seconds)";
    chart.diagonal = Diagonal::yes;
    ChartSeries series{view.unit->id, {}};
    for (const MatchedPrediction& match : view.matched) {
        const Measurement& one = view.measured[match.measurement];
        series.points.push_back(
            {one.row.average_response_time, match.prediction->value, match.prediction->lower,
             match.prediction->upper, kind_of(view, match.measurement),
             fmt::format("{}, predicted {}", run_tip(one), seconds_text(match.prediction->value))});
    }
    chart.series.push_back(std::move(series));
    return draw_chart(chart);
}

std::string counted(std::size_t count, const char* what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// A name that is one segment of a path on every file system.
std::string file_name(const std::string& name) {
    std::string safe;
    for (const char letter : name) {
        const bool bad = static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F ||
                         std::string_view("/\\:*?\"<>|").find(letter) != std::string_view::npos;
        safe += bad ? '_' : letter;
    }
    return safe.empty() || safe.front() == '.' ? "_" + safe : safe;
}

class ReportWriter {
public:
    explicit ReportWriter(const ReportData& data)
        : m_data(data), m_most_bars(bars_for_each_run(data)) {
        for (const ReportUnit& unit : data.units) {
            m_views.push_back(view_of(unit, data));
        }
    }

    Report write() {
        const std::string title =
            m_data.title.empty() ? "Profiling campaign" : escape_markup(m_data.title);
        m_report.html =
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
            "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>" +
            title + "</title>\n<style>" + svg_style() + page_style() +
            "</style>\n</head>\n<body>\n<main>\n<h1>" + title + "</h1>\n" + overview() +
            "<h2>Summary</h2>\n" + summary_table(m_views);
        for (const ComponentView& component : by_component(m_views)) {
            write_component(component);
        }
        m_report.html += "</main>\n</body>\n</html>\n";
        return std::move(m_report);
    }

private:
    [[nodiscard]] std::string overview() const {
        std::size_t runs = 0;
        std::size_t jobs = 0;
        std::size_t degraded = 0;
        std::size_t outliers = 0;
        for (const UnitView& view : m_views) {
            runs += view.unit->runs.size();
            degraded += view.unit->health.size();
            outliers += view.outliers.size();
            for (const ServiceRun& run : view.unit->runs) {
                jobs += run.jobs.size();
            }
        }
        std::string text = fmt::format("<p>{}, {}, {}; degraded runs: {}, outliers: {}</p>\n",
                                       counted(m_views.size(), "unit"), counted(runs, "run"),
                                       counted(jobs, "job"), degraded, outliers);
        if (!m_data.environment.empty()) {
            text += "<ul class=\"muted\">\n";
            for (const std::string& line : m_data.environment) {
                text += "<li>" + escape_markup(line) + "</li>\n";
            }
            text += "</ul>\n";
        }
        return text;
    }

    void add_figure(const SvgPicture& picture, const std::string& name) {
        m_report.html += "<figure>\n" + inline_svg(picture) + "</figure>\n";
        std::string free = name;
        for (int i = 2; m_report.pictures.count(free + ".svg") > 0; ++i) {
            free = fmt::format("{}_{}", name, i);
        }
        m_report.pictures.emplace(free + ".svg", svg_file(picture));
    }

    void write_component(const ComponentView& component) {
        m_report.html += "<h2>Component " + escape_markup(component.name) + "</h2>\n";
        m_report.html += "<p class=\"muted\">Large points are means over the runs of a "
                         "configuration, with the 95 % interval of the mean where there is more "
                         "than one run; small ones are runs. A ring marks a degraded run, a cross "
                         "an outlier.</p>\n";
        add_figure(response_chart(component), file_name(component.name) + "_response_time");
        for (const auto& [number, view] : component.units) {
            write_unit(number, *view);
        }
    }

    void write_unit(std::size_t number, const UnitView& view) {
        const ReportUnit& unit = *view.unit;
        m_report.html += fmt::format("<h3 id=\"unit-{}\">{}</h3>\n<p class=\"muted\">service {} on "
                                     "{}, {:.6g} cores for each container</p>\n",
                                     number, escape_markup(unit.id), escape_markup(unit.service),
                                     escape_markup(unit.resource), unit.cpu);
        if (!view.matched.empty()) {
            add_figure(prediction_chart(view), file_name(unit.id) + "_predicted_measured");
            if (const auto error = mean_error(view)) {
                m_report.html +=
                    fmt::format("<p>Mean error of {}: {:.1f} %</p>\n",
                                counted(view.matched.size(), "prediction"), 100 * *error);
            }
        }
        if (view.matched.size() < unit.predictions.size()) {
            m_report.html +=
                fmt::format("<p class=\"muted\">Predictions without a measurement: {}</p>\n",
                            unit.predictions.size() - view.matched.size());
        }
        m_report.html += "<details><summary>Runs</summary>\n" + runs_table(view) + "</details>\n" +
                         "<details><summary>Parts of the response time, over all jobs</summary>\n" +
                         parts_table(view) + "</details>\n";
        for (const ServiceRun& run : unit.runs) {
            write_run(view, run);
        }
    }

    void write_run(const UnitView& view, const ServiceRun& run) {
        const std::string title =
            fmt::format("{}, run {}: {}, parallelism {}", view.unit->id, run.number,
                        counted(run.jobs.size(), "job"), run.parallelism);
        m_report.html += fmt::format(
            "<details class=\"run\"><summary>Jobs of run {}: {} at parallelism {}{}"
            "</summary>\n",
            run.number, run.jobs.size(), run.parallelism,
            view.unit->health.count(run.number) > 0 ? " <span class=\"mark\">degraded</span>" : "");
        add_figure(draw_gantt(run, title, m_most_bars),
                   "Gantts/" + file_name(fmt::format("{}_Run #{}", view.unit->id, run.number)));
        m_report.html += "</details>\n";
    }

    const ReportData& m_data;
    std::size_t m_most_bars = k_most_job_bars;
    std::vector<UnitView> m_views;
    Report m_report;
};

} // namespace

UnitView view_of(const ReportUnit& unit, const ReportData& data) {
    UnitView view;
    view.unit = &unit;
    view.measured = data.synchronous ? measurements(unit.runs, unit.cpu, *data.synchronous)
                                     : measurements(unit.runs, unit.cpu);
    view.configurations = configurations(view.measured);
    view.outliers = find_outliers(view.measured);
    std::set<const ReportPrediction*> taken;
    for (std::size_t m = 0; m < view.measured.size(); ++m) {
        const ResponseRow& row = view.measured[m].row;
        const auto found = std::find_if(
            unit.predictions.begin(), unit.predictions.end(), [&](const ReportPrediction& one) {
                return one.cores == row.cores && one.throughput == row.observed_throughput &&
                       taken.count(&one) == 0;
            });
        if (found != unit.predictions.end()) {
            taken.insert(&*found);
            view.matched.push_back({m, &*found});
        }
    }
    return view;
}

std::optional<double> mean_error(const UnitView& view) {
    double sum = 0;
    std::size_t count = 0;
    for (const MatchedPrediction& match : view.matched) {
        const double measured = view.measured[match.measurement].row.average_response_time;
        if (measured > 0) {
            sum += std::abs(match.prediction->value - measured) / measured;
            ++count;
        }
    }
    return count > 0 ? std::optional<double>(sum / static_cast<double>(count)) : std::nullopt;
}

Report make_report(const ReportData& data) {
    return ReportWriter(data).write();
}

} // namespace aisprint::profiling
