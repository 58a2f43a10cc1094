// SPDX-License-Identifier: Apache-2.0
#include "svg_gantt.hpp"

#include "aisprint/base/markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace aisprint::profiling {

namespace {

// In pixels.
constexpr double k_width = 872;
constexpr double k_left = 64;
constexpr double k_right = 24;
constexpr double k_title_height = 26;
constexpr double k_label_height = 26;
constexpr double k_bottom = 44;
constexpr double k_load_height = 220;
constexpr double k_most_row_height = 16;
constexpr double k_bars_height = 1200;
/// From this height on a row has room for the name of its job.
constexpr double k_named_row_height = 11;
/// So many jobs have tool tips.
constexpr std::size_t k_most_tips = 100;
constexpr std::size_t k_name_letters = 5;
constexpr std::size_t k_time_slots = 240;

struct PartLook {
    const char* name;
    const char* style;
};
/// The parts in the order of time; the last one is what lies between moments that are not next to
/// each other, since those between are not known.
constexpr std::array<PartLook, 6> k_parts{{{"Wait", "wait"},
                                           {"Pod creation", "pod"},
                                           {"Overhead", "over"},
                                           {"Compute", "comp"},
                                           {"Write back", "back"},
                                           {"Job", "job"}}};
constexpr std::size_t k_undivided = 5;

/// A stretch of a job in one part, in seconds since the first moment of the run.
struct Segment {
    std::size_t part = k_undivided;
    double begin = 0;
    double end = 0;
};

struct Bar {
    const JobRecord* job = nullptr;
    std::vector<Segment> segments; ///< not empty

    [[nodiscard]] double begin() const { return segments.front().begin; }
    [[nodiscard]] double end() const { return segments.back().end; }
};

std::array<const std::optional<Moment>*, 6> moments_of(const JobRecord& job) {
    return {&job.job_create,   &job.pod_create, &job.job_start,
            &job.script_start, &job.script_end, &job.job_finish};
}

std::vector<Segment> segments_of(const JobRecord& job, Moment origin) {
    const auto moments = moments_of(job);
    const auto seconds = [&](std::size_t m) {
        return std::chrono::duration<double>(**moments[m] - origin).count();
    };
    std::vector<Segment> segments;
    std::optional<std::size_t> last;
    for (std::size_t m = 0; m < moments.size(); ++m) {
        if (!moments[m]->has_value()) {
            continue;
        }
        if (last) {
            segments.push_back({m == *last + 1 ? *last : k_undivided, seconds(*last), seconds(m)});
        }
        last = m;
    }
    return segments;
}

/// The jobs that can be drawn, in the order of their start, then of their names.
std::vector<Bar> bars_of(const std::vector<JobRecord>& jobs) {
    std::optional<Moment> origin;
    for (const JobRecord& job : jobs) {
        for (const auto* moment : moments_of(job)) {
            if (moment->has_value()) {
                origin = origin ? std::min(*origin, **moment) : **moment;
            }
        }
    }
    std::vector<Bar> bars;
    for (const JobRecord& job : jobs) {
        Bar bar{&job, origin ? segments_of(job, *origin) : std::vector<Segment>{}};
        if (!bar.segments.empty()) {
            bars.push_back(std::move(bar));
        }
    }
    std::stable_sort(bars.begin(), bars.end(), [](const Bar& a, const Bar& b) {
        return a.begin() != b.begin() ? a.begin() < b.begin() : a.job->name < b.job->name;
    });
    return bars;
}

std::string tool_tip(const Bar& bar) {
    std::string text = bar.job->name;
    for (const Segment& segment : bar.segments) {
        text +=
            fmt::format(", {} {:.4g} s", k_parts[segment.part].name, segment.end - segment.begin);
    }
    if (bar.job->status != JobStatus::succeeded) {
        text += ", " + to_string(bar.job->status);
    }
    return text;
}

/// One path for each part holds the segments of all jobs, which keeps pictures small.
std::string draw_bars(const std::vector<Bar>& bars, const Plot& plot, double row_height) {
    const double thickness = row_height * 0.8;
    std::array<std::string, k_parts.size()> paths;
    std::string failed;
    std::string names;
    for (std::size_t row = 0; row < bars.size(); ++row) {
        const Bar& bar = bars[row];
        const double y = plot.top + row_height * static_cast<double>(row) + row_height * 0.1;
        for (const Segment& segment : bar.segments) {
            if (segment.end > segment.begin) {
                paths[segment.part] += fmt::format(
                    "M{:.1f} {:.1f}h{:.2f}v{:.1f}h-{:.2f}z", plot.x_of(segment.begin), y,
                    plot.width * (segment.end - segment.begin) / plot.x.high, thickness,
                    plot.width * (segment.end - segment.begin) / plot.x.high);
            }
        }
        if (bar.job->status != JobStatus::succeeded) {
            failed +=
                fmt::format("M{:.1f} {:.1f}h5v{:.1f}h-5z", plot.x_of(bar.end()) + 1, y, thickness);
        }
        if (row_height >= k_named_row_height) {
            names += svg_text(plot.left - 6, y + thickness / 2 + 4, "tick end",
                              escape_markup(bar.job->name.substr(0, k_name_letters)));
        }
        if (bars.size() <= k_most_tips) {
            names += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
                                 "height=\"{:.1f}\" class=\"hit\"><title>{}</title></rect>\n",
                                 plot.x_of(bar.begin()), y,
                                 std::max(1.0, plot.x_of(bar.end()) - plot.x_of(bar.begin())),
                                 thickness, escape_markup(tool_tip(bar)));
        }
    }
    std::string text;
    for (std::size_t part = 0; part < paths.size(); ++part) {
        if (!paths[part].empty()) {
            text +=
                fmt::format("<path d=\"{}\" class=\"{}\"/>\n", paths[part], k_parts[part].style);
        }
    }
    return text + (failed.empty() ? "" : "<path d=\"" + failed + "\" class=\"failed\"/>\n") + names;
}

/// Mean number of jobs in each part during each slot of time.
using Loads = std::array<std::vector<double>, k_parts.size()>;

Loads loads_of(const std::vector<Bar>& bars, double slot) {
    Loads loads;
    Loads changes; // of the number of jobs that fill a slot
    for (std::size_t part = 0; part < k_parts.size(); ++part) {
        loads[part].assign(k_time_slots + 1, 0);
        changes[part].assign(k_time_slots + 2, 0);
    }
    for (const Bar& bar : bars) {
        for (const Segment& segment : bar.segments) {
            if (!(segment.end > segment.begin)) {
                continue;
            }
            const double begin = segment.begin / slot;
            const double end = std::min(segment.end / slot, static_cast<double>(k_time_slots));
            const auto first = static_cast<std::size_t>(begin);
            const auto last = static_cast<std::size_t>(end);
            auto& load = loads[segment.part];
            if (first == last) {
                load[first] += end - begin;
                continue;
            }
            load[first] += static_cast<double>(first + 1) - begin;
            load[last] += end - static_cast<double>(last);
            changes[segment.part][first + 1] += 1;
            changes[segment.part][last] -= 1;
        }
    }
    for (std::size_t part = 0; part < k_parts.size(); ++part) {
        double filled = 0;
        for (std::size_t s = 0; s <= k_time_slots; ++s) {
            filled += changes[part][s];
            loads[part][s] += filled;
        }
        loads[part].resize(k_time_slots);
    }
    return loads;
}

/// Areas upon each other, the last part at the bottom. `plot.y` is set to hold the highest pile.
std::string draw_loads(const Loads& loads, double slot, Plot& plot) {
    std::vector<double> piles(k_time_slots, 0);
    for (const std::vector<double>& load : loads) {
        for (std::size_t s = 0; s < k_time_slots; ++s) {
            piles[s] += load[s];
        }
    }
    plot.y = make_axis(*std::max_element(piles.begin(), piles.end()), 5, 0);
    std::string text;
    // Each area reaches to the ground; the next one, which is lower, is painted over it.
    for (std::size_t part = 0; part < k_parts.size(); ++part) {
        const std::vector<double>& load = loads[part];
        if (std::accumulate(load.begin(), load.end(), 0.0) > 0) {
            std::string path = fmt::format("M{:.1f} {:.1f}", plot.left, plot.bottom());
            for (std::size_t s = 0; s < k_time_slots; ++s) {
                path += fmt::format("V{:.1f}H{:.1f}", plot.y_of(piles[s]),
                                    plot.x_of(slot * static_cast<double>(s + 1)));
            }
            text += fmt::format("<path d=\"{}V{:.1f}z\" class=\"{}\"/>\n", path, plot.bottom(),
                                k_parts[part].style);
        }
        for (std::size_t s = 0; s < k_time_slots; ++s) {
            piles[s] = std::max(piles[s] - load[s], 0.0);
        }
    }
    return text;
}

std::vector<LegendEntry> legend_of(const std::vector<Bar>& bars) {
    std::array<bool, k_parts.size()> used{};
    bool failed = false;
    for (const Bar& bar : bars) {
        for (const Segment& segment : bar.segments) {
            used[segment.part] = true;
        }
        failed = failed || bar.job->status != JobStatus::succeeded;
    }
    std::vector<LegendEntry> legend;
    for (std::size_t part = 0; part < k_parts.size(); ++part) {
        if (used[part]) {
            legend.push_back({k_parts[part].name, k_parts[part].style});
        }
    }
    if (failed) {
        legend.push_back({"Failed", "failed"});
    }
    return legend;
}

} // namespace

SvgPicture draw_gantt(const ServiceRun& run, const std::string& title, std::size_t most_bars) {
    const std::vector<Bar> bars = bars_of(run.jobs);
    const bool single = bars.size() <= most_bars;
    double end = 0;
    for (const Bar& bar : bars) {
        end = std::max(end, bar.end());
    }
    std::string heading = title;
    if (bars.size() < run.jobs.size()) {
        heading += fmt::format(" (not drawn, since nothing is known of their times: {})",
                               run.jobs.size() - bars.size());
    }
    const std::vector<LegendEntry> legend = legend_of(bars);
    const double plot_width = k_width - k_left - k_right;
    const double count = static_cast<double>(std::max<std::size_t>(bars.size(), 1));
    const double row_height = std::min(k_most_row_height, k_bars_height / count);
    Plot plot{k_left,
              k_title_height + legend_height(legend, k_width) + k_label_height,
              plot_width,
              single ? row_height * count : k_load_height,
              make_axis(end, 8, 0),
              {}};
    std::string drawn;
    std::string axis;
    if (single) {
        drawn = draw_bars(bars, plot, row_height);
        axis = svg_text(0, plot.top - 10, "tick", "Jobs in order of start");
    } else {
        const double slot = plot.x.high / static_cast<double>(k_time_slots);
        drawn = draw_loads(loads_of(bars, slot), slot, plot);
        axis = draw_y_axis(plot, "Jobs at a time");
    }
    SvgPicture picture{title, k_width, plot.bottom() + k_bottom, ""};
    picture.content = svg_text(0, 15, "head", shortened_markup(heading, 110)) +
                      draw_legend(legend, 0, k_title_height, k_width) +
                      draw_x_axis(plot, "Time (seconds)") + axis + drawn;
    return picture;
}

} // namespace aisprint::profiling
