// SPDX-License-Identifier: Apache-2.0
#include "views/deploy_view.hpp"

#include "views/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aisprint::cli {

namespace {

using deploy::ActionKind;
using deploy::EventKind;

/// Kinds in the order in which they are counted aloud.
constexpr std::array k_kinds{ActionKind::create, ActionKind::adopt,   ActionKind::resume,
                             ActionKind::update, ActionKind::replace, ActionKind::remove,
                             ActionKind::keep};

const deploy::Footprint* footprint_of(const std::vector<deploy::Unit>& units,
                                      const std::string& component) {
    const auto found = std::ranges::find(units, component, &deploy::Unit::component);
    return found == units.end() ? nullptr : &found->footprint;
}

/// What all documents ask for together; cost is told only if each of them tells it.
deploy::Footprint total_of(const std::vector<deploy::Unit>& units) {
    deploy::Footprint total;
    total.cost_per_hour = 0;
    for (const deploy::Unit& unit : units) {
        total.machines += unit.footprint.machines;
        total.cores += unit.footprint.cores;
        total.memory_gb += unit.footprint.memory_gb;
        total.disk_gb += unit.footprint.disk_gb;
        total.gpus += unit.footprint.gpus;
        total.public_addresses += unit.footprint.public_addresses;
        if (unit.footprint.cost_per_hour) {
            *total.cost_per_hour += *unit.footprint.cost_per_hour;
        }
    }
    return total;
}

std::vector<std::string> footprint_cells(const deploy::Footprint& footprint) {
    return {fmt::format("{}", footprint.machines),
            fmt::format("{}", footprint.cores),
            footprint.gpus == 0 ? "" : fmt::format("{}", footprint.gpus),
            fmt::format("{:.6g}", footprint.memory_gb),
            fmt::format("{:.6g}", footprint.disk_gb),
            fmt::format("{}", footprint.public_addresses),
            footprint.cost_per_hour ? fmt::format("{:.6g}", *footprint.cost_per_hour) : ""};
}

nlohmann::ordered_json to_json(const deploy::Footprint& footprint) {
    nlohmann::ordered_json json{
        {"machines", footprint.machines}, {"cores", footprint.cores},
        {"gpus", footprint.gpus},         {"memory_gb", footprint.memory_gb},
        {"disk_gb", footprint.disk_gb},   {"public_addresses", footprint.public_addresses}};
    if (footprint.cost_per_hour) {
        json["cost_per_hour"] = *footprint.cost_per_hour;
    }
    return json;
}

std::string counts_text(const std::vector<deploy::Action>& plan) {
    std::vector<std::string> parts;
    for (const ActionKind kind : k_kinds) {
        const auto count = std::ranges::count(plan, kind, &deploy::Action::kind);
        if (count > 0) {
            parts.push_back(fmt::format("{} to {}", count, deploy::to_string(kind)));
        }
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::string word_of(EventKind kind) {
    switch (kind) {
    case EventKind::starting:
        return "starting";
    case EventKind::created:
        return "created";
    case EventKind::adopted:
        return "adopted";
    case EventKind::updating:
        return "updating";
    case EventKind::deleting:
        return "deleting";
    case EventKind::deleted:
        return "deleted";
    case EventKind::state:
        return "state";
    case EventKind::retrying:
        return "retrying";
    case EventKind::failed:
        return "failed";
    case EventKind::skipped:
        return "skipped";
    }
    return {};
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

/// The same lines, cut off after so many characters; texts of IM may hold control characters.
std::string with_short_lines(const std::string& text, std::size_t columns) {
    std::string result;
    std::size_t column = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool begins = (byte & 0xC0U) != 0x80U; // no further byte of a UTF-8 sequence
        column = c == '\n' ? 0 : column + (begins ? 1 : 0);
        if (column <= columns) {
            result += byte < ' ' && c != '\n' ? ' ' : c;
        }
    }
    return result;
}

/// The guide's line for an event on the result stream, or nothing.
std::string guide_line(const deploy::Event& event) {
    switch (event.kind) {
    case EventKind::starting:
        return fmt::format("Launching deployment for component {}\n", event.component);
    case EventKind::deleting:
        return fmt::format("Deleting infrastructure for component {}\n", event.component);
    case EventKind::deleted:
        return "Infrastructure successfully deleted.\n";
    default:
        return {};
    }
}

/// The line for an event on the error stream, or nothing.
std::string progress_line(const deploy::Event& event, Undertaking undertaking) {
    switch (event.kind) {
    case EventKind::created:
        return fmt::format("Infrastructure {} successfully created. Wait it to be configured.\n",
                           event.url);
    case EventKind::adopted:
        return fmt::format("{}: found again as {}\n", event.component, event.url);
    case EventKind::updating:
        return fmt::format("{}: updating {}\n", event.component, event.url);
    case EventKind::state:
        return fmt::format("{}: {}\n", event.component, clients::to_string(event.state));
    case EventKind::retrying:
        return fmt::format("{}: {}\nWaiting to retry.\n", event.component, event.message);
    case EventKind::failed:
        if (undertaking == Undertaking::remove) {
            return fmt::format("Error deleting infrastructure: {}.\n", event.message);
        }
        return fmt::format("Error launching deployment for component {}.\n{}\n", event.component,
                           event.message);
    case EventKind::skipped:
        return fmt::format("{}: not started: {}\n", event.component, event.message);
    case EventKind::starting:
    case EventKind::deleting:
    case EventKind::deleted:
        return {};
    }
    return {};
}

} // namespace

bool has_changes(const std::vector<deploy::Action>& plan) {
    return std::ranges::any_of(plan, [](const deploy::Action& action) {
        return action.kind != ActionKind::keep && action.kind != ActionKind::resume;
    });
}

std::string plan_text(const std::vector<deploy::Unit>& units,
                      const std::vector<deploy::Action>& plan,
                      const std::string& command) {
    TextTable table({"ACTION", "COMPONENT", "MACHINES", "CORES", "GPUS", "MEMORY GB", "DISK GB",
                     "ADDRESSES", "COST/H", "REASON"},
                    {Align::left, Align::left, Align::right, Align::right, Align::right,
                     Align::right, Align::right, Align::right, Align::right, Align::left});
    for (const deploy::Action& action : plan) {
        std::vector<std::string> cells{deploy::to_string(action.kind), action.component};
        const deploy::Footprint* footprint = footprint_of(units, action.component);
        const std::vector<std::string> sizes =
            footprint == nullptr ? std::vector<std::string>(7) : footprint_cells(*footprint);
        cells.insert(cells.end(), sizes.begin(), sizes.end());
        cells.push_back(action.reason);
        table.add(std::move(cells));
    }
    std::vector<std::string> cells{"", "all"};
    const std::vector<std::string> sizes = footprint_cells(total_of(units));
    cells.insert(cells.end(), sizes.begin(), sizes.end());
    table.add(std::move(cells));
    std::string text = table.text(0) + "\n" + counts_text(plan) + "\n";
    text += has_changes(plan) ? fmt::format("Carry it out with: {}\n", command)
                              : std::string("Nothing to change.\n");
    return text;
}

nlohmann::ordered_json plan_json(const std::vector<deploy::Unit>& units,
                                 const std::vector<deploy::Action>& plan) {
    nlohmann::ordered_json actions = nlohmann::ordered_json::array();
    for (const deploy::Action& action : plan) {
        nlohmann::ordered_json entry{{"action", deploy::to_string(action.kind)},
                                     {"component", action.component},
                                     {"reason", action.reason}};
        if (!action.url.empty()) {
            entry["url"] = action.url;
        }
        if (const deploy::Footprint* footprint = footprint_of(units, action.component)) {
            entry["asks_for"] = to_json(*footprint);
        }
        actions.push_back(std::move(entry));
    }
    nlohmann::ordered_json counts = nlohmann::ordered_json::object();
    for (const ActionKind kind : k_kinds) {
        counts[deploy::to_string(kind)] = std::ranges::count(plan, kind, &deploy::Action::kind);
    }
    return {{"actions", std::move(actions)},
            {"counts", std::move(counts)},
            {"total", to_json(total_of(units))},
            {"changes", has_changes(plan)}};
}

nlohmann::ordered_json to_json(const deploy::RunSummary& summary) {
    nlohmann::ordered_json components = nlohmann::ordered_json::array();
    for (const deploy::ComponentOutcome& outcome : summary.components) {
        nlohmann::ordered_json entry{{"component", outcome.component},
                                     {"url", outcome.url},
                                     {"state", clients::to_string(outcome.state)},
                                     {"ok", outcome.ok}};
        if (!outcome.message.empty()) {
            entry["message"] = outcome.message;
        }
        if (!outcome.log_path.empty()) {
            entry["log"] = outcome.log_path;
        }
        components.push_back(std::move(entry));
    }
    return {{"components", std::move(components)}, {"interrupted", summary.interrupted}};
}

nlohmann::ordered_json to_json(const deploy::Event& event) {
    nlohmann::ordered_json json{{"event", word_of(event.kind)}, {"component", event.component}};
    if (!event.url.empty()) {
        json["url"] = event.url;
    }
    if (event.kind == EventKind::state) {
        json["state"] = clients::to_string(event.state);
    }
    if (!event.message.empty()) {
        json["message"] = event.message;
    }
    return json;
}

DeployProgress::DeployProgress(Session& session, Undertaking undertaking)
    : m_session(session), m_undertaking(undertaking) {}

void DeployProgress::show(const deploy::Event& event) {
    m_session.print_event(to_json(event));
    Row& row = m_rows[event.component];
    // of what had no infrastructure, nothing was announced
    const bool is_silent = event.kind == EventKind::deleted && row.state.empty();
    row.state =
        event.kind == EventKind::state ? clients::to_string(event.state) : word_of(event.kind);
    if (!event.url.empty()) {
        row.detail = event.url;
    }
    if (!event.message.empty()) {
        row.detail = first_line(event.message);
    }
    if (fits()) {
        draw();
        return;
    }
    if (!m_session.options().quiet && !is_silent) {
        m_session.print(guide_line(event));
    }
    m_session.tell(progress_line(event, m_undertaking));
}

bool DeployProgress::fits() const {
    const Environment& environment = m_session.environment();
    return environment.err_is_terminal && environment.out_is_terminal &&
           m_rows.size() + 2 < environment.err_lines;
}

void DeployProgress::draw() {
    TextTable table({"COMPONENT", "STATE", ""}, {Align::left, Align::left, Align::left});
    for (const auto& [component, row] : m_rows) {
        table.add({component, row.state, row.detail});
    }
    std::string text = m_drawn_lines == 0 ? "" : fmt::format("\x1b[{}A\x1b[J", m_drawn_lines);
    // a line that wraps would take two, and the table could not be drawn over
    text += with_short_lines(table.text(0), m_session.environment().err_columns - 1);
    m_session.tell(text);
    m_drawn_lines = m_rows.size() + 1;
}

void DeployProgress::end() {
    m_drawn_lines = 0;
    m_rows.clear();
}

} // namespace aisprint::cli
