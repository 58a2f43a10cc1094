// SPDX-License-Identifier: Apache-2.0
// A small deployment on the stand-in for the Infrastructure Manager, in virtual time.
#pragma once

#include "fake_clock.hpp"
#include "im_double.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/deploy/run.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace aisprint::deploy::test {

/// Draws different texts, the same ones in each run.
class CountingRandom final : public RandomSource {
public:
    explicit CountingRandom(std::uint64_t first = 0) : m_next(first) {}
    [[nodiscard]] std::string draw(std::size_t length) override {
        std::string text = std::to_string(++m_next);
        return "tag" + std::string(length - 3 - text.size(), '0') + text;
    }

private:
    std::atomic<std::uint64_t> m_next;
};

/// A document with a number of nodes and an input that stands for the rest.
[[nodiscard]] inline std::string
document_of(const std::string& component, int nodes = 1, const std::string& rest = "x") {
    return clients::test::small_document(component, {},
                                         "topology_template:\n"
                                         "  inputs:\n"
                                         "    rest: {default: " +
                                             rest +
                                             "}\n"
                                             "  node_templates:\n"
                                             "    wn:\n"
                                             "      type: tosca.nodes.indigo.Compute\n"
                                             "      capabilities:\n"
                                             "        scalable: {properties: {count: " +
                                             std::to_string(nodes) + "}}\n");
}

/// A component's document, ready to be deployed.
[[nodiscard]] inline Unit unit_of(const std::string& component,
                                  std::vector<std::string> successors,
                                  const std::string& text) {
    Unit unit;
    unit.component = component;
    unit.document_path = "im/" + component + ".yaml";
    unit.text = text;
    unit.content = yaml::parse(SourceFile(unit.document_path, text)).value();
    unit.successors = std::move(successors);
    return unit;
}

/// Three components in a row: a sends to b, b to c.
[[nodiscard]] inline std::vector<Unit> chain() {
    return {unit_of("a", {"b"}, document_of("a")), unit_of("b", {"c"}, document_of("b")),
            unit_of("c", {}, document_of("c"))};
}

/// The cloud, the files, and runs of the program upon them. Each run reads its state anew.
class Bench {
public:
    explicit Bench(clients::test::ImDoubleOptions double_options = {})
        : im([&] {
              double_options.now = [this] { return clock.now(); };
              return double_options;
          }()),
          m_transport(im.transport()) {}

    /// A whole run as the command makes it: settle, ask, plan, carry out.
    Result<RunSummary> deploy(const PlanOptions& plan_options = {}) {
        m_stop = std::stop_source{};
        AISPRINT_TRY_ASSIGN(StateStore store, StateStore::open(folder(), "im"));
        clients::ImClient client(*transport(), clock, client_options());
        RunContext context = context_of(client, store);
        AISPRINT_TRY(store.set_im_url(client_options().url));
        AISPRINT_TRY(settle_unknown(context, options));
        AISPRINT_TRY_ASSIGN(const auto live, ask_states(context));
        AISPRINT_TRY_ASSIGN(plan, make_plan(units, store.state(), live, plan_options));
        return carry_out(context, units, plan, options);
    }

    /// Deletes everything, once.
    Result<RunSummary> remove(const std::vector<std::string>& order = {"a", "b", "c"}) {
        m_stop = std::stop_source{};
        AISPRINT_TRY_ASSIGN(StateStore store, StateStore::open(folder(), "im"));
        clients::ImClient client(*transport(), clock, client_options());
        RunContext context = context_of(client, store);
        return delete_all(context, order, {}, options);
    }

    /// Only finds out what became of earlier requests.
    Result<std::vector<std::string>> settle(std::stop_source stop = {}) {
        m_stop = std::move(stop);
        AISPRINT_TRY_ASSIGN(StateStore store, StateStore::open(folder(), "im"));
        clients::ImClient client(*transport(), clock, client_options());
        RunContext context = context_of(client, store);
        return settle_unknown(context, options);
    }

    [[nodiscard]] std::vector<ComponentOutputs> outputs() {
        StateStore store = StateStore::open(folder(), "im").value();
        clients::ImClient client(*transport(), clock, client_options());
        RunContext context = context_of(client, store);
        return fetch_outputs(context, {});
    }

    /// The state as a new run would find it.
    [[nodiscard]] DeploymentState state() const {
        return StateStore::open(folder(), "im").value().state();
    }

    [[nodiscard]] std::filesystem::path folder() const { return scratch.path() / "im"; }

    [[nodiscard]] std::vector<Event> events() const {
        const std::lock_guard guard(m_mutex);
        return m_events;
    }

    /// Calls `hook` at each event of later runs, with the number of the event.
    void at_each_event(std::function<void(int, std::stop_source&)> hook) {
        m_hook = std::move(hook);
    }

    /// Has later runs send through another transport, that may use the double's.
    void wrap_transport(
        const std::function<std::unique_ptr<clients::Transport>(clients::Transport&)>& wrap) {
        m_wrapper = wrap(*m_transport);
    }

    [[nodiscard]] clients::ImClientOptions client_options() const {
        clients::ImClientOptions result;
        result.url = url;
        result.authorization = Secret("id = im; type = InfrastructureManager; username = ann; "
                                      "password = pw1");
        return result;
    }

    std::string url = "http://im.test"; ///< of the server
    ScratchDirectory scratch;
    clients::test::FakeClock clock;
    clients::test::ImDouble im;
    std::vector<Unit> units = chain();
    std::vector<Action> plan; ///< of the last run
    RunOptions options;
    Redactor redactor;
    CountingRandom random;

private:
    [[nodiscard]] clients::Transport* transport() {
        return m_wrapper ? m_wrapper.get() : m_transport.get();
    }

    RunContext context_of(clients::ImClient& client, StateStore& store) {
        return RunContext{client,
                          clock,
                          random,
                          store,
                          redactor,
                          folder(),
                          [this](const Event& event) {
                              const std::lock_guard guard(m_mutex);
                              m_events.push_back(event);
                              if (m_hook) {
                                  m_hook(static_cast<int>(m_events.size()), m_stop);
                              }
                          },
                          m_stop.get_token()};
    }

    std::unique_ptr<clients::Transport> m_transport;
    std::unique_ptr<clients::Transport> m_wrapper;
    std::stop_source m_stop;
    std::function<void(int, std::stop_source&)> m_hook;
    mutable std::mutex m_mutex;
    std::vector<Event> m_events;
};

} // namespace aisprint::deploy::test
