// SPDX-License-Identifier: Apache-2.0
// Carries out a plan: a thread for each component that is being worked on.
#include "infrastructure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace aisprint::deploy {

namespace {

using clients::ImStateName;

/// Does what one action asks for, from beginning to end.
ComponentOutcome carry_out_action(Session& session, const Action& action, const Unit* unit) {
    Infrastructure infrastructure(session, action.component);
    const auto then_watch = [&](const Step& step) {
        return step ? infrastructure.watch() : step.error();
    };
    switch (action.kind) {
    case ActionKind::keep:
        return infrastructure.keep();
    case ActionKind::adopt:
    case ActionKind::resume:
        return infrastructure.watch();
    case ActionKind::create:
        AISPRINT_ASSERT(unit != nullptr);
        return then_watch(infrastructure.create(*unit));
    case ActionKind::update:
        AISPRINT_ASSERT(unit != nullptr);
        return then_watch(infrastructure.update(*unit));
    case ActionKind::replace: {
        AISPRINT_ASSERT(unit != nullptr);
        const Step removed = infrastructure.remove(Forget::no);
        return removed ? then_watch(infrastructure.create(*unit)) : removed.error();
    }
    case ActionKind::remove: {
        const Step removed = infrastructure.remove(Forget::yes);
        return removed ? infrastructure.succeeded() : removed.error();
    }
    }
    return {};
}

/// True for what must not begin before the successors are configured; the others run already.
bool waits_for_successors(ActionKind kind) {
    return kind == ActionKind::create || kind == ActionKind::update || kind == ActionKind::replace;
}

/// One action of the plan on its way.
struct Task {
    const Action* action = nullptr;
    const Unit* unit = nullptr;
    std::vector<std::size_t> predecessors; ///< tasks that wait for this one
    std::size_t waiting_for = 0;
    bool is_done = false;
    ComponentOutcome outcome;
};

class Crew {
public:
    Crew(Session& session, const std::vector<Unit>& units, const std::vector<Action>& plan)
        : m_session(session), m_tasks(plan.size()) {
        std::map<std::string, std::size_t> place;
        for (std::size_t i = 0; i < plan.size(); ++i) {
            m_tasks[i].action = &plan[i];
            place.emplace(plan[i].component, i);
        }
        for (const Unit& unit : units) {
            m_units.emplace(unit.component, &unit);
        }
        for (std::size_t i = 0; i < m_tasks.size(); ++i) {
            const auto unit = m_units.find(plan[i].component);
            m_tasks[i].unit = unit == m_units.end() ? nullptr : unit->second;
            if (m_tasks[i].unit != nullptr && waits_for_successors(plan[i].kind)) {
                link_to_successors(i, place);
            }
        }
    }

    /// Works until nothing is left to be started and nothing runs.
    RunSummary work() {
        {
            std::unique_lock lock(m_mutex);
            skip_those_without_successors();
            for (std::size_t i = 0; i < m_tasks.size(); ++i) {
                if (!m_tasks[i].is_done && m_tasks[i].waiting_for == 0) {
                    m_ready.insert(i);
                }
            }
            start_ready();
            m_all_ended.wait(lock, [this] { return m_running == 0; });
        }
        for (std::thread& thread : m_threads) {
            thread.join();
        }
        return summary();
    }

private:
    void link_to_successors(std::size_t task, const std::map<std::string, std::size_t>& place) {
        for (const std::string& successor : m_tasks[task].unit->successors) {
            if (const auto found = place.find(successor); found != place.end()) {
                if (found->second != task) {
                    m_tasks[found->second].predecessors.push_back(task);
                    ++m_tasks[task].waiting_for;
                }
            } else if (m_units.contains(successor) && !is_configured(successor)) {
                m_without_successor.emplace(task, successor);
            }
        }
    }

    [[nodiscard]] bool is_configured(const std::string& component) const {
        const auto record = m_session.find(component);
        return record && !record->url.empty() && record->state == ImStateName::configured;
    }

    void skip_those_without_successors() {
        for (const auto& [task, successor] : m_without_successor) {
            if (!m_tasks[task].is_done) {
                skip(task, fmt::format("'{}', which it sends to, is not configured", successor));
            }
        }
    }

    /// Starts as many as may run at once. Needs the mutex.
    void start_ready() {
        const auto most = static_cast<std::size_t>(std::max(1, m_session.options().parallel));
        while (!m_ready.empty() && m_running < most && !m_session.stop().stop_requested()) {
            const std::size_t next = *m_ready.begin();
            m_ready.erase(m_ready.begin());
            ++m_running;
            m_session.clock().thread_begins();
            m_threads.emplace_back([this, next] { run(next); });
        }
    }

    void run(std::size_t index) {
        Task& task = m_tasks[index];
        ComponentOutcome outcome = carry_out_action(m_session, *task.action, task.unit);
        {
            const std::lock_guard guard(m_mutex);
            task.outcome = std::move(outcome);
            task.is_done = true;
            release(index);
            --m_running;
            start_ready();
            if (m_running == 0) {
                m_all_ended.notify_all();
            }
        }
        m_session.clock().thread_ends();
    }

    /// Tells those that wait for a task how it ended. Needs the mutex.
    void release(std::size_t index) {
        if (!m_tasks[index].outcome.ok && m_session.stop().stop_requested()) {
            return; // they are not started, but nothing has failed for them
        }
        for (const std::size_t predecessor : m_tasks[index].predecessors) {
            Task& waiting = m_tasks[predecessor];
            if (waiting.is_done) {
                continue;
            }
            if (!m_tasks[index].outcome.ok) {
                skip(predecessor, k_errors_before);
            } else if (--waiting.waiting_for == 0) {
                m_ready.insert(predecessor);
            }
        }
    }

    /// Ends a task that is not started. Needs the mutex.
    void skip(std::size_t index, const std::string& message) {
        Task& task = m_tasks[index];
        task.is_done = true;
        const std::string& component = task.action->component;
        const auto known = m_session.find(component);
        InfrastructureRecord record = known.value_or(InfrastructureRecord{});
        if (!known || (record.url.empty() && record.phase != Phase::creating)) {
            note_skipped(component, record, message);
        }
        task.outcome = {.component = component,
                        .url = record.url,
                        .state = record.url.empty() ? ImStateName::failed : record.state,
                        .message = message,
                        .log_path = {}};
        task.outcome.skipped = true;
        m_session.tell({EventKind::skipped, component, record.url, task.outcome.state, message});
        release(index);
    }

    void note_skipped(const std::string& component,
                      InfrastructureRecord& record,
                      const std::string& message) {
        record.phase = Phase::failed;
        record.state = ImStateName::failed;
        record.message = message;
        record.attempts = 0;
        static_cast<void>(m_session.put(component, record)); // the session keeps the failure
    }

    RunSummary summary() {
        RunSummary result;
        for (Task& task : m_tasks) {
            if (!task.is_done) {
                const auto record = m_session.find(task.action->component);
                task.outcome = {.component = task.action->component,
                                .url = record ? record->url : std::string(),
                                .state = record ? record->state : ImStateName::unknown,
                                .message = "not started",
                                .log_path = {}};
            }
            result.components.push_back(std::move(task.outcome));
        }
        result.interrupted = m_session.stop().stop_requested() &&
                             !std::ranges::all_of(result.components, &ComponentOutcome::ok);
        return result;
    }

    Session& m_session;
    std::map<std::string, const Unit*> m_units;
    std::map<std::size_t, std::string> m_without_successor;
    std::mutex m_mutex; ///< guards what follows
    std::condition_variable m_all_ended;
    std::vector<Task> m_tasks;
    std::set<std::size_t> m_ready;
    std::size_t m_running = 0;
    std::vector<std::thread> m_threads;
};

/// Components of a state: those of `order` first, then the others by name; only those of `only`.
std::vector<std::string> in_order(const DeploymentState& state,
                                  const std::vector<std::string>& order,
                                  const std::vector<std::string>& only) {
    std::vector<std::string> result;
    const auto add = [&](const std::string& component) {
        const bool is_chosen = only.empty() || std::ranges::find(only, component) != only.end();
        if (is_chosen && state.components.contains(component) &&
            std::ranges::find(result, component) == result.end()) {
            result.push_back(component);
        }
    };
    std::ranges::for_each(order, add);
    for (const auto& [component, record] : state.components) {
        add(component);
    }
    return result;
}

} // namespace

Result<RunSummary> carry_out(RunContext& context,
                             const std::vector<Unit>& units,
                             const std::vector<Action>& plan,
                             const RunOptions& options) {
    Session session(context, options);
    RunSummary summary = Crew(session, units, plan).work();
    if (auto failure = session.failure()) {
        return tl::unexpected(std::move(*failure));
    }
    return summary;
}

Result<RunSummary> delete_all(RunContext& context,
                              const std::vector<std::string>& order,
                              const std::vector<std::string>& only,
                              const RunOptions& options) {
    Session session(context, options);
    RunSummary summary;
    for (const std::string& component : in_order(context.store.state(), order, only)) {
        Infrastructure infrastructure(session, component);
        if (session.stop().stop_requested()) {
            summary.interrupted = true;
            ComponentOutcome left = infrastructure.succeeded();
            left.ok = false;
            left.message = "not started";
            summary.components.push_back(std::move(left));
            continue;
        }
        const Step removed = infrastructure.remove(Forget::yes);
        summary.components.push_back(removed ? infrastructure.succeeded() : removed.error());
        if (auto failure = session.failure()) {
            return tl::unexpected(std::move(*failure));
        }
        summary.interrupted = summary.interrupted || (!removed && session.stop().stop_requested());
    }
    return summary;
}

} // namespace aisprint::deploy
