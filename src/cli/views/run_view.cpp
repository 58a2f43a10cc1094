// SPDX-License-Identifier: Apache-2.0
#include "views/run_view.hpp"

#include "views/text_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <vector>

namespace aisprint::cli {

namespace {

using namespace profiling;
using Json = nlohmann::ordered_json;

constexpr double k_percent = 100;

std::string seconds(double value) {
    return fmt::format("{:.4g}", value);
}

std::string interval_text(const TimeComparison& times) {
    return times.interval ? fmt::format("{} to {}", seconds(std::max(0.0, times.interval->lower)),
                                        seconds(times.interval->upper))
                          : "";
}

std::string expected_text(const std::optional<ExpectedTime>& expected) {
    return expected ? seconds(expected->seconds) : "-";
}

std::string error_text(const std::optional<ExpectedTime>& expected, const TimeComparison& times) {
    const auto error = error_of(expected, times);
    return error ? fmt::format("{:+.1f}", k_percent * *error) : "-";
}

std::vector<std::string> time_cells(const TimeComparison& times) {
    return {times.inputs == 0 ? "-" : seconds(times.mean),
            interval_text(times),
            expected_text(times.model),
            error_text(times.model, times),
            expected_text(times.forecast),
            error_text(times.forecast, times)};
}

TextTable table_of(std::vector<std::string> header, std::vector<Align> alignment) {
    for (const char* title :
         {"MEASURED s", "95 % INTERVAL", "MODEL s", "ERROR %", "FORECAST s", "ERROR %"}) {
        header.emplace_back(title);
        alignment.push_back(Align::right);
    }
    return {std::move(header), std::move(alignment)};
}

std::vector<std::string> joined(std::vector<std::string> left, std::vector<std::string> right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

std::string components_text(const LiveResult& result) {
    TextTable table = table_of({"UNIT", "COMPONENT", "AT ONCE", "BUSY %"},
                               {Align::left, Align::left, Align::right, Align::right});
    for (const LiveComponent& component : result.components) {
        table.add(
            joined({component.unit, component.partition, fmt::format("{}", component.parallelism),
                    fmt::format("{:.0f}", k_percent * component.busy)},
                   time_cells(component.times)));
    }
    return table.text(0);
}

/// Whether a path keeps its limit: not if its interval reaches beyond it.
std::string verdict(const LivePath& path) {
    if (!path.threshold || path.times.inputs == 0) {
        return "";
    }
    if (path.times.mean > *path.threshold) {
        return "broken";
    }
    return path.times.interval && path.times.interval->upper > *path.threshold ? "unsure" : "kept";
}

std::string paths_text(const LiveResult& result) {
    TextTable table = table_of({"PATH", "LIMIT s", "", "COMPONENTS"},
                               {Align::left, Align::right, Align::left, Align::left});
    for (const LivePath& path : result.paths) {
        table.add(joined({path.name, path.threshold ? seconds(*path.threshold) : "", verdict(path),
                          fmt::format("{}", fmt::join(path.partitions, " > "))},
                         time_cells(path.times)));
    }
    return table.text(0);
}

std::string notes_text(const LiveResult& result) {
    std::string text;
    for (const LiveComponent& component : result.components) {
        for (const std::string& note : component.notes) {
            text += fmt::format("{}: {}\n", component.unit, note);
        }
    }
    for (const std::string& why : result.health) {
        text += fmt::format("degraded: {}\n", why);
    }
    return text.empty() ? text : "\n" + text;
}

Json to_json(const std::optional<ExpectedTime>& expected, const TimeComparison& times) {
    if (!expected) {
        return nullptr;
    }
    Json json{{"seconds", expected->seconds}};
    if (expected->lower && expected->upper) {
        json["lower"] = *expected->lower;
        json["upper"] = *expected->upper;
    }
    if (const auto error = error_of(expected, times)) {
        json["error"] = *error;
    }
    return json;
}

void add_times(const TimeComparison& times, Json& json) {
    json["inputs"] = times.inputs;
    json["measured"] = times.inputs == 0 ? Json(nullptr) : Json(times.mean);
    if (times.interval) {
        json["interval"] = {{"lower", times.interval->lower}, {"upper", times.interval->upper}};
    }
    json["model"] = to_json(times.model, times);
    json["forecast"] = to_json(times.forecast, times);
}

} // namespace

std::string live_text(const LiveResult& result) {
    return fmt::format("\n{}: {} inputs, {} of them warm-up, {:.4g} inputs/s asked for ({}), "
                       "{:.4g} came, {:.4g} done\n\n",
                       result.deployment, result.options.inputs, result.options.warm_up,
                       result.options.rate,
                       result.options.arrival == Arrival::poisson ? "poisson" : "constant",
                       result.observed_rate, result.completed_rate) +
           components_text(result) + "\n" + paths_text(result) + notes_text(result);
}

Json to_json(const LiveResult& result) {
    Json json{{"deployment", result.deployment},
              {"rate", result.options.rate},
              {"distribution", result.options.arrival == Arrival::poisson ? "poisson" : "constant"},
              {"inputs", result.options.inputs},
              {"warm_up", result.options.warm_up},
              {"seed", result.options.seed},
              {"observed_rate", result.observed_rate},
              {"completed_rate", result.completed_rate},
              {"components", Json::array()},
              {"paths", Json::array()},
              {"degraded", result.health}};
    for (const LiveComponent& component : result.components) {
        Json entry{{"unit", component.unit},
                   {"component", component.partition},
                   {"parallelism", component.parallelism},
                   {"busy", component.busy},
                   {"predictor", component.model_name}};
        add_times(component.times, entry);
        entry["notes"] = component.notes;
        json["components"].push_back(std::move(entry));
    }
    for (const LivePath& path : result.paths) {
        Json entry{{"name", path.name},
                   {"components", path.partitions},
                   {"limit", path.threshold ? Json(*path.threshold) : Json(nullptr)}};
        if (const std::string word = verdict(path); !word.empty()) {
            entry["verdict"] = word;
        }
        add_times(path.times, entry);
        json["paths"].push_back(std::move(entry));
    }
    return json;
}

} // namespace aisprint::cli
