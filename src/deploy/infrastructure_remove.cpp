// SPDX-License-Identifier: Apache-2.0
// Deleting an infrastructure.
#include "infrastructure.hpp"

#include "aisprint/clients/im_client.hpp"

#include <fmt/format.h>

#include <utility>

namespace aisprint::deploy {

using clients::ImError;
using clients::ImErrorKind;
using clients::ImStateName;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds k_after_refusal{5'000};
constexpr milliseconds k_ask_again{10'000};

} // namespace

Step Infrastructure::remove(Forget forget) {
    if (m_record.url.empty()) {
        return remove_unmade(forget);
    }
    m_record.phase = Phase::deleting;
    m_record.changed = m_session.clock().wall_time();
    if (m_session.stop().stop_requested() || !save()) {
        return tl::unexpected(interrupted());
    }
    tell(EventKind::deleting);
    const milliseconds begin = m_session.clock().now();
    if (Step step = ask_for_removal(begin); !step) {
        return step;
    }
    if (Step step = wait_until_gone(begin); !step) {
        return step;
    }
    return finish_removal(forget);
}

/// There is no URL: nothing was made, or nobody knows.
Step Infrastructure::remove_unmade(Forget forget) {
    if (m_record.phase == Phase::creating && !m_record.tag.empty()) {
        const auto made = settle();
        if (!made) {
            return tl::unexpected(made.error());
        }
        if (*made) {
            return remove(forget);
        }
    }
    return finish_removal(forget);
}

Step Infrastructure::ask_for_removal(milliseconds begin) {
    m_lost = 0;
    for (;;) {
        const auto removed =
            m_session.client().remove(m_record.url, m_session.options().force, m_session.stop());
        if (removed || removed.error().kind == ImErrorKind::gone) {
            return {};
        }
        const ImError& error = removed.error();
        if (error.kind == ImErrorKind::cancelled) {
            return tl::unexpected(interrupted());
        }
        const bool is_conflict = error.kind == ImErrorKind::conflict;
        if (!is_conflict && !error.is_transient()) {
            return tl::unexpected(not_removed(error.message, false));
        }
        m_lost = is_conflict ? 0 : m_lost + 1;
        if (m_lost >= m_session.options().lost_answers || is_over(begin)) {
            return tl::unexpected(not_removed(error.message, !is_conflict));
        }
        tell(EventKind::retrying, error.message);
        if (!m_session.pause(k_after_refusal)) {
            return tl::unexpected(interrupted());
        }
    }
}

/// Servers that delete at once forget it before they answer, others some time after.
Step Infrastructure::wait_until_gone(milliseconds begin) {
    milliseconds asked = m_session.clock().now();
    m_lost = 0;
    for (;;) {
        const auto state = m_session.client().state(m_record.url, m_session.stop());
        const bool is_gone = !state && state.error().kind == ImErrorKind::gone;
        if (is_gone && m_session.is_unlisted(m_record.url)) {
            return {};
        }
        if (!state && state.error().kind == ImErrorKind::cancelled) {
            return tl::unexpected(interrupted());
        }
        if (!state && !is_gone &&
            (!state.error().is_transient() || ++m_lost >= m_session.options().lost_answers)) {
            return tl::unexpected(not_removed(state.error().message, state.error().is_transient()));
        }
        if (is_over(begin)) {
            return tl::unexpected(not_removed(
                fmt::format("still there after {} s", m_session.options().timeout.count()), false));
        }
        if (state) {
            m_lost = 0;
        }
        const milliseconds now = m_session.clock().now();
        if (state && state->state != ImStateName::deleting && now - asked >= k_ask_again) {
            if (Step step = ask_for_removal(begin); !step) {
                return step;
            }
            asked = now;
        }
        if (!m_session.pause(poll_pause(m_session.options(), now - begin))) {
            return tl::unexpected(interrupted());
        }
    }
}

Step Infrastructure::finish_removal(Forget forget) {
    m_record.url.clear();
    m_record.phase = Phase::failed;
    m_record.state = ImStateName::failed;
    m_record.message.clear();
    if (m_record.may_have_twin &&
        remove_twins(m_session.options().timeout) != TwinCheck::none_there) {
        if (m_session.stop().stop_requested()) {
            return tl::unexpected(interrupted());
        }
        return tl::unexpected(failed("deleted, but a second one may have been made when an answer "
                                     "was lost: delete again to look for it",
                                     nullptr));
    }
    if (forget == Forget::yes && !m_session.erase(m_component)) {
        return tl::unexpected(interrupted());
    }
    tell(EventKind::deleted);
    return {};
}

/// The record stays `deleting`: the next run goes on.
ComponentOutcome Infrastructure::not_removed(const std::string& message, bool remote) {
    ComponentOutcome result =
        failed(message.empty() ? std::string("IM refuses to delete it") : message, nullptr);
    result.remote = remote;
    return result;
}

} // namespace aisprint::deploy
