// SPDX-License-Identifier: Apache-2.0
// Making and changing an infrastructure.
#include "document.hpp"
#include "infrastructure.hpp"

#include "aisprint/clients/im_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aisprint::deploy {

using clients::Delivery;
using clients::ImError;
using clients::ImErrorKind;
using clients::ImStateName;

namespace {

/// Between two looks at IM's list for an infrastructure whose creation gave no answer.
constexpr std::chrono::milliseconds k_look_again{3000};

/// How long after the last request for it an infrastructure may turn up that IM did not list.
constexpr std::chrono::seconds k_latest_twin{600};

bool is_remote(const ImError& error) {
    return error.is_transient() || error.kind == ImErrorKind::unreachable;
}

/// What the metadata of a document call the infrastructure.
std::string infra_name_of(const yaml::Node& document) {
    const yaml::Node* metadata = document.find("metadata");
    const yaml::Node* name = metadata == nullptr ? nullptr : metadata->find("infra_name");
    return name == nullptr ? std::string() : name->scalar;
}

} // namespace

Infrastructure::Infrastructure(Session& session, std::string component)
    : m_session(session), m_component(std::move(component)),
      m_record(session.find(m_component).value_or(InfrastructureRecord{})) {}

bool Infrastructure::save() {
    return m_session.put(m_component, m_record);
}

void Infrastructure::tell(EventKind kind, const std::string& message) {
    m_session.tell({kind, m_component, m_record.url, m_record.state, message});
}

ComponentOutcome Infrastructure::outcome(const std::string& message) const {
    return {.component = m_component,
            .url = m_record.url,
            .state = m_record.state,
            .message = m_session.clean(message),
            .log_path = {}};
}

ComponentOutcome Infrastructure::interrupted() const {
    return outcome("interrupted");
}

ComponentOutcome Infrastructure::succeeded() const {
    ComponentOutcome result = outcome({});
    result.ok = true;
    return result;
}

ComponentOutcome Infrastructure::keep() {
    const bool is_configured = m_record.state == ImStateName::configured;
    if (is_configured && m_record.phase == Phase::failed) {
        m_record.phase = Phase::created;
        m_record.message.clear();
        if (!save()) {
            return interrupted();
        }
    }
    ComponentOutcome result = outcome(m_record.message);
    result.ok = is_configured;
    return result;
}

/// Ends a component that goes on in no way; what is recorded keeps its phase.
ComponentOutcome Infrastructure::failed(const std::string& message, const ImError* error) {
    m_record.message = m_session.clean(message);
    if (save()) {
        tell(EventKind::failed, message);
    }
    ComponentOutcome result = outcome(message);
    result.remote = error != nullptr && is_remote(*error);
    return result;
}

void Infrastructure::prepare(const Unit& unit) {
    const DocumentDigests digests = digests_of(unit.text, unit.content);
    InfrastructureRecord next;
    next.document_path = unit.document_path;
    next.document_digest = digests.text;
    next.content_digest = digests.content;
    next.shape_digest = digests.shape;
    next.infra_name = infra_name_of(unit.content);
    // What may turn up late is found by its tag: then the tag must stay.
    next.may_have_twin = m_record.may_have_twin;
    next.tag = next.may_have_twin ? m_record.tag : m_session.draw_tag();
    m_record = std::move(next);
}

Step Infrastructure::create(const Unit& unit) {
    if (m_record.phase == Phase::creating && m_record.url.empty() && !m_record.tag.empty()) {
        auto found = settle();
        if (!found) {
            return tl::unexpected(std::move(found).error());
        }
        if (*found) {
            return {};
        }
    }
    prepare(unit);
    const std::string text = text_with_tag(unit.content, m_record.tag);
    for (;;) {
        m_record.phase = Phase::creating;
        m_record.state = ImStateName::pending;
        ++m_record.attempts;
        m_record.created = m_session.clock().wall_time();
        m_record.changed = m_record.created;
        if (m_session.stop().stop_requested() || !save()) {
            return tl::unexpected(interrupted());
        }
        tell(EventKind::starting);
        const auto url = m_session.client().create(text, m_session.stop());
        if (url) {
            return take_url(*url, EventKind::created);
        }
        if (url.error().kind == ImErrorKind::cancelled) {
            return tl::unexpected(interrupted());
        }
        if (url.error().delivery == Delivery::not_sent) {
            return could_not_create(url.error());
        }
        tell(EventKind::retrying, url.error().message);
        std::string message;
        switch (look_for_lost(m_session.clock().wall_time(), message)) {
        case Finding::made:
            return take_url(m_record.url, EventKind::adopted);
        case Finding::interrupted:
            return tl::unexpected(interrupted());
        case Finding::unclear:
            return lost_creation(message);
        case Finding::not_made:
            m_record.may_have_twin = true;
            if (m_record.attempts >= m_session.options().creation_retries.attempts) {
                return could_not_create(url.error());
            }
            break;
        }
    }
}

Step Infrastructure::take_url(const std::string& url, EventKind kind) {
    m_record.url = url;
    m_record.phase = Phase::created;
    m_record.state = ImStateName::pending;
    m_record.message.clear();
    m_record.changed = m_session.clock().wall_time();
    if (!save()) {
        return tl::unexpected(interrupted());
    }
    tell(kind);
    return {};
}

/// The server certainly did not make it.
Step Infrastructure::could_not_create(const ImError& error) {
    m_record.phase = Phase::failed;
    m_record.state = ImStateName::failed;
    return tl::unexpected(failed(error.message, &error));
}

/// Nobody knows whether it was made: the record stays `creating`, so that the next run finds out.
Step Infrastructure::lost_creation(const std::string& message) {
    m_record.state = ImStateName::unknown;
    ComponentOutcome result = failed(
        fmt::format("no answer tells whether it was made, and IM cannot be asked; the next run "
                    "finds out: {}",
                    message),
        nullptr);
    result.remote = true;
    return tl::unexpected(std::move(result));
}

Infrastructure::Finding Infrastructure::look_for_lost(std::chrono::seconds lost_at,
                                                      std::string& message) {
    // A clock that was set back must not make this wait for longer.
    const std::chrono::seconds until =
        std::min(lost_at, m_session.clock().wall_time()) + m_session.options().creation_grace;
    constexpr int k_least_looks = 3; // one list alone may be wrong
    int lost = 0;
    int looks = 0;
    for (;;) {
        const bool is_last = m_session.clock().wall_time() >= until;
        const auto found = m_session.find_tagged(m_record.tag);
        if (found && !found->empty()) {
            m_record.url = found->front();
            m_record.may_have_twin = m_record.may_have_twin || found->size() > 1;
            return Finding::made;
        }
        looks += found ? 1 : 0;
        if (looks >= k_least_looks && is_last) {
            return Finding::not_made;
        }
        if (!found && found.error().kind == ImErrorKind::cancelled) {
            return Finding::interrupted;
        }
        if (!found) {
            message = found.error().message;
            if (++lost >= m_session.options().lost_answers) {
                return Finding::unclear;
            }
        }
        if (!m_session.pause(k_look_again)) {
            return Finding::interrupted;
        }
    }
}

tl::expected<bool, ComponentOutcome> Infrastructure::settle() {
    std::string message;
    switch (look_for_lost(m_record.changed, message)) {
    case Finding::made:
        if (const Step step = take_url(m_record.url, EventKind::adopted); !step) {
            return tl::unexpected(step.error());
        }
        return true;
    case Finding::not_made:
        m_record.phase = Phase::failed;
        m_record.state = ImStateName::failed;
        m_record.message = "IM did not make it.";
        m_record.may_have_twin = true;
        if (!save()) {
            return tl::unexpected(interrupted());
        }
        return false;
    case Finding::unclear:
        return tl::unexpected(lost_creation(message).error());
    case Finding::interrupted:
        break;
    }
    return tl::unexpected(interrupted());
}

TwinCheck Infrastructure::remove_twins(std::chrono::milliseconds patience) {
    const std::chrono::milliseconds begin = m_session.clock().now();
    while (m_record.may_have_twin) {
        const auto found = m_session.find_tagged(m_record.tag);
        bool is_alone = found.has_value();
        for (const std::string& url : found ? *found : std::vector<std::string>{}) {
            if (infrastructure_id(url) != infrastructure_id(m_record.url)) {
                is_alone = false;
                remove_twin(url);
            }
        }
        if (is_alone) {
            if (m_session.clock().wall_time() >= m_record.created + k_latest_twin) {
                m_record.may_have_twin = false;
                return save() ? TwinCheck::none_there : TwinCheck::unclear;
            }
            return TwinCheck::none_there; // later runs look again
        }
        if (m_session.clock().now() - begin >= patience || !m_session.pause(k_look_again)) {
            return found ? TwinCheck::being_deleted : TwinCheck::unclear;
        }
    }
    return TwinCheck::none_there;
}

void Infrastructure::remove_twin(const std::string& url) {
    const auto state = m_session.client().state(url, m_session.stop());
    if (state && state->state == ImStateName::deleting) {
        return;
    }
    const auto removed =
        m_session.client().remove(url, m_session.options().force, m_session.stop());
    if (!removed) {
        tell(EventKind::retrying, removed.error().message);
    }
}

Step Infrastructure::update(const Unit& unit) {
    m_record.phase = Phase::updating;
    if (m_session.stop().stop_requested() || !save()) {
        return tl::unexpected(interrupted());
    }
    tell(EventKind::updating);
    const auto done = m_session.client().update(
        m_record.url, text_with_tag(unit.content, m_record.tag), m_session.stop());
    if (!done) {
        const ImError& error = done.error();
        if (error.kind == ImErrorKind::cancelled) {
            return tl::unexpected(interrupted());
        }
        if (error.delivery == Delivery::not_sent) {
            m_record.phase = Phase::created; // as it was
        }
        return tl::unexpected(failed(error.message, &error));
    }
    const DocumentDigests digests = digests_of(unit.text, unit.content);
    m_record.document_path = unit.document_path;
    m_record.document_digest = digests.text;
    m_record.content_digest = digests.content;
    m_record.shape_digest = digests.shape;
    m_record.phase = Phase::created;
    m_record.state = ImStateName::running;
    m_record.message.clear();
    m_record.changed = m_session.clock().wall_time();
    if (!save()) {
        return tl::unexpected(interrupted());
    }
    return {};
}

} // namespace aisprint::deploy
