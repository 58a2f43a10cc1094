// SPDX-License-Identifier: Apache-2.0
#include "aisprint/deploy/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace aisprint::deploy {

namespace {

using clients::ImErrorKind;
using clients::ImStateName;
using LiveStates = std::map<std::string, clients::ImResult<clients::ImState>>;

/// Positions of units, each after its successors; otherwise in the order of the units.
std::vector<std::size_t> from_sinks(const std::vector<Unit>& units) {
    std::map<std::string, std::size_t> place;
    for (std::size_t i = 0; i < units.size(); ++i) {
        place.emplace(units[i].component, i);
    }
    std::vector<std::size_t> missing(units.size(), 0);
    std::vector<std::vector<std::size_t>> predecessors(units.size());
    for (std::size_t i = 0; i < units.size(); ++i) {
        for (const std::string& successor : units[i].successors) {
            const auto found = place.find(successor);
            if (found != place.end() && found->second != i) {
                predecessors[found->second].push_back(i);
                ++missing[i];
            }
        }
    }
    std::set<std::size_t> ready;
    for (std::size_t i = 0; i < units.size(); ++i) {
        if (missing[i] == 0) {
            ready.insert(i);
        }
    }
    std::vector<std::size_t> order;
    while (!ready.empty()) {
        const std::size_t next = *ready.begin();
        ready.erase(ready.begin());
        order.push_back(next);
        for (const std::size_t predecessor : predecessors[next]) {
            if (--missing[predecessor] == 0) {
                ready.insert(predecessor);
            }
        }
    }
    for (std::size_t i = 0; i < units.size(); ++i) { // cycles: a graph's check refuses them
        if (missing[i] != 0) {
            order.push_back(i);
        }
    }
    return order;
}

class Planner {
public:
    Planner(const DeploymentState& state, const LiveStates& live, const PlanOptions& options)
        : m_state(state), m_live(live), m_options(options) {}

    Result<std::vector<Action>> plan(const std::vector<Unit>& units) {
        check_names(units);
        std::set<std::string> with_document;
        for (const std::size_t i : from_sinks(units)) {
            with_document.insert(units[i].component);
            if (is_chosen(units[i].component)) {
                m_actions.push_back(action_for(units[i]));
            }
        }
        for (const auto& [component, record] : m_state.components) {
            if (!with_document.contains(component) && is_chosen(component)) {
                m_actions.push_back(action_without_document(component, record));
            }
        }
        if (!m_errors.empty()) {
            return fail(ErrorKind::input, std::move(m_errors));
        }
        return std::move(m_actions);
    }

private:
    void check_names(const std::vector<Unit>& units) {
        std::vector<std::string> known;
        for (const Unit& unit : units) {
            known.push_back(unit.component);
        }
        for (const auto& [component, record] : m_state.components) {
            known.push_back(component);
        }
        for (const std::string& name : m_options.only) {
            if (std::ranges::find(known, name) == known.end()) {
                const auto close = closest_name(name, known);
                m_errors.push_back(
                    make_error("DPL006", fmt::format("the deployment has no component '{}'", name),
                               close ? fmt::format("did you mean '{}'?", *close)
                                     : "name components of the deployment, separated by commas"));
            }
        }
    }

    [[nodiscard]] bool is_chosen(const std::string& component) const {
        return m_options.only.empty() ||
               std::ranges::find(m_options.only, component) != m_options.only.end();
    }

    Action action_for(const Unit& unit) {
        const auto found = m_state.components.find(unit.component);
        if (found == m_state.components.end()) {
            return {ActionKind::create, unit.component, "not deployed yet", {}};
        }
        const InfrastructureRecord& record = found->second;
        if (record.url.empty()) {
            return {ActionKind::create, unit.component, reason_without_url(record), {}};
        }
        const auto live = m_live.find(unit.component);
        if (live != m_live.end() && !live->second &&
            live->second.error().kind == ImErrorKind::gone) {
            return {ActionKind::create, unit.component, "IM does not know it any more", record.url};
        }
        const ImStateName state =
            live != m_live.end() && live->second ? live->second->state : record.state;
        return action_for_existing(unit, record, state);
    }

    static std::string reason_without_url(const InfrastructureRecord& record) {
        if (record.phase == Phase::creating) {
            return "its creation was under way when an earlier run ended";
        }
        return record.attempts == 0 ? "not started by an earlier run"
                                    : "an earlier run could not create it";
    }

    Action
    action_for_existing(const Unit& unit, const InfrastructureRecord& record, ImStateName state) {
        const auto action = [&](ActionKind kind, std::string reason) {
            return Action{kind, unit.component, std::move(reason), record.url};
        };
        if (record.phase == Phase::deleting) {
            return action(ActionKind::replace,
                          "its deletion was under way when an earlier run ended");
        }
        if (state == ImStateName::failed || state == ImStateName::unconfigured) {
            return replacement(unit, record, fmt::format("IM says {}", clients::to_string(state)));
        }
        if (record.content_digest.empty()) {
            return action(ActionKind::adopt,
                          "made by another tool; taken as it is, for its document is not known");
        }
        const DocumentDigests digests = digests_of(unit.text, unit.content);
        if (digests.shape != record.shape_digest && record.tag.empty() &&
            m_options.replace == Replace::no) {
            return action(ActionKind::adopt,
                          "made by another tool from another document; --replace makes it anew");
        }
        if (digests.shape != record.shape_digest) {
            return replacement(unit, record, "the document has changed");
        }
        if (record.phase == Phase::updating) {
            return action(ActionKind::update, "its update was under way when an earlier run ended");
        }
        if (digests.content != record.content_digest) {
            return action(ActionKind::update, "only numbers of nodes have changed");
        }
        if (state == ImStateName::configured) {
            return action(ActionKind::keep, "unchanged");
        }
        return action(ActionKind::resume,
                      fmt::format("not configured yet: {}", clients::to_string(state)));
    }

    Action
    replacement(const Unit& unit, const InfrastructureRecord& record, const std::string& reason) {
        if (m_options.replace == Replace::no) {
            m_errors.push_back(
                make_error_in(unit.document_path, "DPL005",
                              fmt::format("component '{}' must be deleted and created again: {}",
                                          unit.component, reason),
                              "give --replace to allow that (what it stores is lost), or --only to "
                              "deploy others"));
        }
        return {ActionKind::replace, unit.component, reason, record.url};
    }

    [[nodiscard]] Action action_without_document(const std::string& component,
                                                 const InfrastructureRecord& record) const {
        if (m_options.prune == Prune::yes) {
            return {ActionKind::remove, component, "no longer part of the deployment", record.url};
        }
        return {ActionKind::keep, component, "no longer part of the deployment; --prune deletes it",
                record.url};
    }

    const DeploymentState& m_state;
    const LiveStates& m_live;
    const PlanOptions& m_options;
    std::vector<Action> m_actions;
    std::vector<Diagnostic> m_errors;
};

} // namespace

Result<std::vector<Action>> make_plan(const std::vector<Unit>& units,
                                      const DeploymentState& state,
                                      const LiveStates& live,
                                      const PlanOptions& options) {
    return Planner(state, live, options).plan(units);
}

std::string to_string(ActionKind kind) {
    switch (kind) {
    case ActionKind::create:
        return "create";
    case ActionKind::adopt:
        return "adopt";
    case ActionKind::resume:
        return "resume";
    case ActionKind::keep:
        return "keep";
    case ActionKind::update:
        return "update";
    case ActionKind::replace:
        return "replace";
    case ActionKind::remove:
        return "delete";
    }
    return {};
}

} // namespace aisprint::deploy
