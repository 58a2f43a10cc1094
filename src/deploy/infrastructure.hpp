// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.hpp"

#include "aisprint/deploy/run.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>

namespace aisprint::deploy {

/// A step that went well, or how the component ended.
using Step = tl::expected<void, ComponentOutcome>;

/// Whether a component is forgotten once its infrastructure is gone.
enum class Forget { no, yes };

/// What a look for infrastructures with the same tag has shown.
enum class TwinCheck { none_there, being_deleted, unclear };

/// For what need not be over before a run goes on.
inline constexpr std::chrono::milliseconds k_short_wait{15'000};

/// One component's infrastructure in the hands of one thread. Its record is written before each
/// request that changes something and after each answer.
class Infrastructure {
public:
    Infrastructure(Session& session, std::string component);

    /// Makes an infrastructure from a unit, under a fresh tag that is recorded first. If no answer
    /// tells whether it was made, IM's list does, by the tag; only what IM does not list after a
    /// while is asked for again.
    [[nodiscard]] Step create(const Unit& unit);

    /// Sends a document in which numbers of nodes differ.
    [[nodiscard]] Step update(const Unit& unit);

    /// Asks for the state until it is final or time is over.
    [[nodiscard]] ComponentOutcome watch();

    /// Deletes it and waits until IM has forgotten it.
    [[nodiscard]] Step remove(Forget forget);

    /// Finds out whether IM has what an earlier run asked for: true if so, and its URL is recorded.
    [[nodiscard]] tl::expected<bool, ComponentOutcome> settle();

    /// Deletes other infrastructures with the same tag, if there may be some, and waits for that as
    /// long as told. What is not there now may still turn up: it is looked for by later runs, too,
    /// until ten minutes have passed since the creation.
    [[nodiscard]] TwinCheck remove_twins(std::chrono::milliseconds patience);

    /// Leaves it as it is; notes if it has recovered from a failure.
    [[nodiscard]] ComponentOutcome keep();

    /// The outcome of something that went well.
    [[nodiscard]] ComponentOutcome succeeded() const;

    [[nodiscard]] const InfrastructureRecord& record() const { return m_record; }

private:
    /// What is known of a creation whose answer was lost.
    enum class Finding { made, not_made, unclear, interrupted };

    void remove_twin(const std::string& url);
    void prepare(const Unit& unit);
    [[nodiscard]] bool save();
    void tell(EventKind kind, const std::string& message = {});
    [[nodiscard]] ComponentOutcome outcome(const std::string& message) const;
    [[nodiscard]] ComponentOutcome interrupted() const;
    [[nodiscard]] ComponentOutcome failed(const std::string& message,
                                          const clients::ImError* error);

    [[nodiscard]] Step take_url(const std::string& url, EventKind kind);
    [[nodiscard]] Finding look_for_lost(std::chrono::seconds lost_at, std::string& message);
    [[nodiscard]] Step could_not_create(const clients::ImError& error);
    [[nodiscard]] Step lost_creation(const std::string& message);

    [[nodiscard]] std::optional<ComponentOutcome> take_state(clients::ImStateName state);
    [[nodiscard]] std::optional<ComponentOutcome> take_error(const clients::ImError& error);
    void note_outputs();
    [[nodiscard]] ComponentOutcome failed_at_server(clients::ImStateName state);
    [[nodiscard]] ComponentOutcome timed_out();

    [[nodiscard]] Step remove_unmade(Forget forget);
    [[nodiscard]] Step ask_for_removal(std::chrono::milliseconds begin);
    [[nodiscard]] Step wait_until_gone(std::chrono::milliseconds begin);
    [[nodiscard]] Step finish_removal(Forget forget);
    [[nodiscard]] ComponentOutcome not_removed(const std::string& message, bool remote);
    [[nodiscard]] bool is_over(std::chrono::milliseconds begin) const;

    Session& m_session;
    std::string m_component;
    InfrastructureRecord m_record;
    int m_lost = 0; ///< answers in a row
    int m_gone = 0; ///< answers "not known" in a row
};

/// The pause before the next question for a state; see RunOptions.
[[nodiscard]] std::chrono::milliseconds poll_pause(const RunOptions& options,
                                                   std::chrono::milliseconds waited);

} // namespace aisprint::deploy
