// SPDX-License-Identifier: Apache-2.0
#include "views/status_view.hpp"

#include "views/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace aisprint::cli {

namespace {

constexpr const char* k_configured = "configured";

std::string machines_text(const clients::ImState& state) {
    std::map<clients::ImStateName, int> counts;
    for (const auto& [number, machine_state] : state.machines) {
        ++counts[machine_state];
    }
    std::vector<std::string> parts;
    for (const auto& [machine_state, count] : counts) {
        parts.push_back(fmt::format("{} {}", count, clients::to_string(machine_state)));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::string age_text(std::chrono::seconds age) {
    const auto seconds = age.count();
    if (seconds < 60) {
        return fmt::format("{} s", seconds);
    }
    if (seconds < 3600) {
        return fmt::format("{} min", seconds / 60);
    }
    return seconds < 172800 ? fmt::format("{} h", seconds / 3600)
                            : fmt::format("{} d", seconds / 86400);
}

} // namespace

std::vector<StatusLine> status_lines(const deploy::DeploymentState& state,
                                     const LiveStates& live,
                                     std::chrono::seconds now,
                                     const Redactor& redactor) {
    std::vector<StatusLine> lines;
    for (const auto& [component, record] : state.components) {
        StatusLine line;
        line.component = component;
        line.url = record.url;
        line.message = redactor.redact(record.message);
        line.age = record.created.count() == 0 ? std::chrono::seconds(0) : now - record.created;
        const auto told = live.find(component);
        if (told == live.end()) {
            line.state = record.phase == deploy::Phase::creating ? "creating"
                                                                 : clients::to_string(record.state);
        } else if (told->second) {
            line.state = clients::to_string(told->second->state);
            line.machines = machines_text(*told->second);
        } else {
            const clients::ImError& error = told->second.error();
            line.state = error.kind == clients::ImErrorKind::gone ? "gone" : "not known";
            line.message = redactor.redact(error.message);
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

bool all_configured(const std::vector<StatusLine>& lines) {
    return !lines.empty() && std::ranges::all_of(lines, [](const StatusLine& line) {
        return line.state == k_configured;
    });
}

std::string status_text(const std::vector<StatusLine>& lines) {
    TextTable table(
        {"COMPONENT", "STATE", "MACHINES", "AGE", "URL", "MESSAGE"},
        {Align::left, Align::left, Align::left, Align::right, Align::left, Align::left});
    for (const StatusLine& line : lines) {
        table.add({line.component, line.state, line.machines,
                   line.age.count() > 0 ? age_text(line.age) : "", line.url,
                   line.message.substr(0, line.message.find('\n'))});
    }
    return table.text(0);
}

nlohmann::ordered_json to_json(const std::vector<StatusLine>& lines) {
    nlohmann::ordered_json components = nlohmann::ordered_json::array();
    for (const StatusLine& line : lines) {
        components.push_back({{"component", line.component},
                              {"state", line.state},
                              {"machines", line.machines},
                              {"age_seconds", line.age.count()},
                              {"url", line.url},
                              {"message", line.message}});
    }
    return {{"components", std::move(components)}};
}

} // namespace aisprint::cli
