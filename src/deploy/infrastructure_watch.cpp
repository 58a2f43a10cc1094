// SPDX-License-Identifier: Apache-2.0
// Waiting until an infrastructure is configured.
#include "infrastructure.hpp"

#include "text.hpp"

#include "aisprint/base/digest.hpp"
#include "aisprint/base/files.hpp"
#include "aisprint/clients/im_client.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aisprint::deploy {

using clients::ImError;
using clients::ImErrorKind;
using clients::ImStateName;
using std::chrono::milliseconds;

std::chrono::milliseconds poll_pause(const RunOptions& options, milliseconds waited) {
    constexpr milliseconds k_least{300};
    constexpr milliseconds k_long_wait{600'000};
    constexpr int k_part = 20;
    const milliseconds most =
        waited < k_long_wait ? options.poll : std::max(options.poll, options.slowest_poll);
    return std::min(most, std::max(k_least, waited / k_part));
}

bool Infrastructure::is_over(milliseconds begin) const {
    return m_session.clock().now() - begin >= m_session.options().timeout;
}

ComponentOutcome Infrastructure::watch() {
    const milliseconds begin = m_session.clock().now();
    m_lost = 0;
    m_gone = 0;
    for (;;) {
        const auto state = m_session.client().state(m_record.url, m_session.stop());
        if (!state && state.error().kind == ImErrorKind::cancelled) {
            return interrupted();
        }
        if (auto end = state ? take_state(state->state) : take_error(state.error())) {
            // A twin that cannot be removed now is looked for again by the next run.
            static_cast<void>(remove_twins(k_short_wait));
            return std::move(*end);
        }
        if (is_over(begin)) {
            return timed_out();
        }
        if (!m_session.pause(poll_pause(m_session.options(), m_session.clock().now() - begin))) {
            return interrupted();
        }
    }
}

std::optional<ComponentOutcome> Infrastructure::take_state(ImStateName state) {
    m_lost = 0;
    m_gone = 0;
    if (state == ImStateName::failed || state == ImStateName::unconfigured) {
        return failed_at_server(state);
    }
    if (state != m_record.state || m_record.phase != Phase::created) {
        m_record.state = state;
        m_record.phase = Phase::created;
        m_record.message.clear();
        m_record.changed = m_session.clock().wall_time();
        if (!save()) {
            return interrupted();
        }
        tell(EventKind::state);
    }
    if (state != ImStateName::configured) {
        return std::nullopt;
    }
    note_outputs();
    return succeeded();
}

/// Outputs are read when asked for; what is recorded tells whether they have changed.
void Infrastructure::note_outputs() {
    const auto outputs = m_session.client().outputs_json(m_record.url, m_session.stop());
    if (outputs) {
        m_record.outputs_digest = sha256_hex(*outputs);
        static_cast<void>(save()); // a failure is kept by the session and ends the run
    }
}

std::optional<ComponentOutcome> Infrastructure::take_error(const ImError& error) {
    constexpr int k_sure_that_gone = 3; // a server that restarts may not know it for a moment
    if (error.kind == ImErrorKind::gone) {
        if (++m_gone < k_sure_that_gone || !m_session.is_unlisted(m_record.url)) {
            return std::nullopt;
        }
        m_record.phase = Phase::failed;
        m_record.state = ImStateName::failed;
        return failed("IM does not know it any more", &error);
    }
    m_gone = 0;
    if (error.kind == ImErrorKind::unauthorised) {
        return failed(error.message, &error);
    }
    ++m_lost;
    if (m_lost == m_session.options().lost_answers) {
        m_record.state = ImStateName::unknown;
        m_record.changed = m_session.clock().wall_time();
        if (!save()) {
            return interrupted();
        }
        tell(EventKind::state, error.message);
    } else if (m_lost < m_session.options().lost_answers) {
        tell(EventKind::retrying, error.message);
    }
    return std::nullopt;
}

ComponentOutcome Infrastructure::failed_at_server(ImStateName state) {
    constexpr std::size_t k_lines = 20;
    constexpr std::size_t k_longest_message = 65536;
    m_record.state = state;
    m_record.phase = Phase::failed;
    m_record.changed = m_session.clock().wall_time();
    const auto log = m_session.client().contextualisation(m_record.url, m_session.stop());
    const std::string text =
        m_session.clean(log ? *log : fmt::format("IM does not tell why: {}", log.error().message));
    m_record.message =
        text.size() <= k_longest_message ? text : text.substr(text.size() - k_longest_message);
    std::string name = m_component;
    std::ranges::replace(name, '/', '_');
    const std::filesystem::path path = m_session.im_folder() / (name + ".log");
    const bool has_log = log && !log->empty();
    const auto written =
        has_log ? write_file_atomic(path, text, Access::owner_only) : Result<void>{};
    if (!save()) {
        return interrupted();
    }
    ComponentOutcome result =
        outcome(text.empty() ? fmt::format("IM says {} and gives no reason", to_string(state))
                             : last_lines(text, k_lines));
    if (!written) {
        result.message += fmt::format("\n({})", written.error().diagnostics.front().message);
    } else if (has_log) {
        result.log_path = path.string();
    }
    tell(EventKind::failed, result.message);
    return result;
}

/// The infrastructure stays, and so does its record: the next run goes on waiting.
ComponentOutcome Infrastructure::timed_out() {
    const bool is_lost = m_lost >= m_session.options().lost_answers;
    ComponentOutcome result =
        failed(fmt::format("not configured after {} s; it was left as it is, deploy again to go on",
                           m_session.options().timeout.count()),
               nullptr);
    result.remote = is_lost;
    return result;
}

} // namespace aisprint::deploy
