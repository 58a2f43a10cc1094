// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/deploy/plan.hpp"
#include "aisprint/deploy/state.hpp"

#include "aisprint/base/random_source.hpp"
#include "aisprint/base/secret.hpp"
#include "aisprint/clients/im_client.hpp"
#include "aisprint/clients/pause.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::deploy {

/// What happened to a component, as it happens.
enum class EventKind {
    starting, ///< about to be created
    created,  ///< URL known
    adopted,  ///< found again at the server
    updating,
    deleting,
    deleted,
    state,    ///< IM's state changed
    retrying, ///< a request failed and will be repeated
    failed,   ///< final
    skipped   ///< not started: something that it needs failed
};

/// An event; `message` is redacted.
struct Event {
    EventKind kind = EventKind::state;
    std::string component;
    std::string url;
    clients::ImStateName state = clients::ImStateName::pending;
    std::string message;
};

/// Takes events, from one thread at a time.
using EventSink = std::function<void(const Event&)>;

/// How long things may take. The pause between two questions for a state is a twentieth of the time
/// that has been waited already, but at least 300 ms, at most `poll` in the first ten minutes and
/// at most `slowest_poll` after them: so the end of a short wait is seen at once, and of a long one
/// never later than by a twentieth of it. A `poll` below 300 ms is taken as it is.
struct RunOptions {
    std::chrono::milliseconds poll{10000};
    std::chrono::milliseconds slowest_poll{30000};
    std::chrono::seconds timeout{3600};    ///< per infrastructure
    int parallel = 4;                      ///< infrastructures being made at once
    int lost_answers = 5;                  ///< failed questions in a row that make `unknown`
    clients::RetryPolicy creation_retries; ///< of creations that were not done
    /// How long IM may take to list an infrastructure whose creation gave no answer. Only after
    /// that it counts as never made.
    std::chrono::seconds creation_grace{30};
    clients::ForceDelete force = clients::ForceDelete::no;
};

/// What a run works with.
struct RunContext {
    clients::ImClient& client;
    clients::Clock& clock;
    RandomSource& random;
    StateStore& store;
    const Redactor& redactor;
    std::filesystem::path im_folder; ///< for logs of contextualisation
    EventSink events;
    std::stop_token stop;
};

/// How a component ended.
struct ComponentOutcome {
    std::string component;
    std::string url;
    clients::ImStateName state = clients::ImStateName::unknown;
    std::string message;  ///< redacted: why it failed; for IM's own message its last lines
    std::string log_path; ///< of the whole message, or empty
    bool remote = false;  ///< failed because IM could not be reached or had an error of its own
    bool ok = false;      ///< configured; of a deletion: gone
    bool skipped = false; ///< not started: something that it needs is not there
};

/// How a run ended.
struct RunSummary {
    std::vector<ComponentOutcome> components; ///< in the order of the plan
    bool interrupted = false;
};

/// What a component says that was not started since one of its successors failed.
inline constexpr const char* k_errors_before = "Errors in previous deployments.";

/// Asks IM for the state of every infrastructure with a URL, and records what changed. Fails (io)
/// if the state cannot be written.
[[nodiscard]] Result<std::map<std::string, clients::ImResult<clients::ImState>>>
ask_states(RunContext& context);

/// Finds infrastructures whose creation was under way when an earlier run ended, by their tag among
/// all that IM lists, and records their URLs; returns their components. IM is asked again until
/// `options.creation_grace` is over since the creation was recorded; what it does not have then is
/// to be created again. Also deletes twins that turned up late, and asks for the documents of
/// infrastructures that another tool made. Fails (remote, DPL0xx) if IM cannot be asked, (io) if
/// the state cannot be written, (cancelled) after a request to stop.
[[nodiscard]] Result<std::vector<std::string>> settle_unknown(RunContext& context,
                                                              const RunOptions& options = {});

/// Carries out a plan: successors before their predecessors, independent ones at once. The state is
/// written before each request that changes something and after each answer. An interrupted run
/// stops starting and waiting, and can be continued by the same call. Fails (io) only if the state
/// cannot be written; failures of components are part of the summary.
[[nodiscard]] Result<RunSummary> carry_out(RunContext& context,
                                           const std::vector<Unit>& units,
                                           const std::vector<Action>& plan,
                                           const RunOptions& options);

/// Deletes every infrastructure of the state, `order` first and in that order (sources before their
/// successors), and waits until IM has forgotten each. Can be repeated until nothing is left.
[[nodiscard]] Result<RunSummary> delete_all(RunContext& context,
                                            const std::vector<std::string>& order,
                                            const std::vector<std::string>& only,
                                            const RunOptions& options);

/// Outputs of one component, or why there are none.
struct ComponentOutputs {
    std::string component;
    std::string json; ///< object; empty if there is none
    std::string error;
};

/// Asks IM for the outputs of every infrastructure with a URL, in order of components.
[[nodiscard]] std::vector<ComponentOutputs> fetch_outputs(RunContext& context,
                                                          const std::vector<std::string>& only);

} // namespace aisprint::deploy
