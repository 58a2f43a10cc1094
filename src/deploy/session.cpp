// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "text.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

namespace aisprint::deploy {

using clients::ImErrorKind;

std::string infrastructure_id(const std::string& url) {
    return url.substr(url.rfind('/') + 1);
}

Session::Session(RunContext& context, const RunOptions& options)
    : m_context(context), m_options(options),
      m_forward(context.stop, [this] { m_stop.request_stop(); }) {
    for (const auto& [component, record] : context.store.state().components) {
        if (!record.url.empty()) {
            m_tags[infrastructure_id(record.url)] = record.tag;
        }
    }
}

bool Session::pause(std::chrono::milliseconds duration) {
    m_context.clock.sleep(duration, stop());
    return !stop().stop_requested();
}

void Session::tell(Event event) {
    event.message = clean(event.message);
    const std::lock_guard guard(m_event_mutex);
    if (m_context.events) {
        m_context.events(event);
    }
}

std::string Session::clean(std::string_view text) const {
    return m_context.redactor.redact(readable_text(text));
}

std::string Session::draw_tag() {
    constexpr std::size_t k_length = 20; // 103 bits: no two of any user are ever equal
    const std::lock_guard guard(m_mutex);
    return m_context.random.draw(k_length);
}

std::optional<InfrastructureRecord> Session::find(const std::string& component) const {
    return m_context.store.find(component);
}

bool Session::put(const std::string& component, const InfrastructureRecord& record) {
    if (!record.url.empty()) {
        const std::lock_guard guard(m_mutex);
        m_tags[infrastructure_id(record.url)] = record.tag;
    }
    return keep(m_context.store.put(component, record));
}

bool Session::erase(const std::string& component) {
    return keep(m_context.store.erase(component));
}

bool Session::keep(Result<void> written) {
    if (written) {
        return true;
    }
    {
        const std::lock_guard guard(m_mutex);
        if (!m_failure) {
            m_failure = std::move(written).error();
        }
    }
    m_stop.request_stop();
    return false;
}

std::optional<Failure> Session::failure() const {
    const std::lock_guard guard(m_mutex);
    return m_failure;
}

bool Session::is_of_another_tag(const std::string& url, const std::string& tag) const {
    const std::lock_guard guard(m_mutex);
    const auto found = m_tags.find(infrastructure_id(url));
    return found != m_tags.end() && found->second != tag;
}

bool Session::is_unlisted(const std::string& url) {
    const auto urls = client().list(stop());
    return urls && std::ranges::none_of(*urls, [&](const std::string& listed) {
               return infrastructure_id(listed) == infrastructure_id(url);
           });
}

namespace {

/// True if an infrastructure was not made from a TOSCA document. What was deleted since it was
/// listed is not in the next list; until then nothing is known of it.
bool has_no_document(const clients::ImError& error) {
    return error.kind == ImErrorKind::unauthorised &&
           error.message.find("property is not valid") != std::string::npos;
}

} // namespace

clients::ImResult<std::vector<std::string>> Session::find_tagged(const std::string& tag) {
    constexpr const char* k_first_key = "tosca_definitions_version"; // of every document
    const auto urls = client().list(stop());
    if (!urls) {
        return tl::unexpected(urls.error());
    }
    std::vector<std::string> found;
    std::optional<clients::ImError> unread;
    for (const std::string& url : *urls) {
        if (is_of_another_tag(url, tag)) {
            continue;
        }
        const auto document = client().document(url, stop());
        if (document && document->find(tag) != std::string::npos) {
            found.push_back(url);
        } else if (document && document->find(k_first_key) == std::string::npos) {
            unread = clients::ImError{.kind = ImErrorKind::malformed,
                                      .message = "IM tells a document that is none"};
        } else if (!document && !has_no_document(document.error())) {
            unread = document.error();
        }
    }
    if (found.empty() && unread) {
        return tl::unexpected(*unread);
    }
    return found;
}

void for_each_name(clients::Clock& clock,
                   const std::vector<std::string>& names,
                   const std::function<void(const std::string&)>& work) {
    constexpr std::size_t k_threads = 8;
    std::atomic<std::size_t> next{0};
    const auto take_all = [&] {
        for (std::size_t i = next++; i < names.size(); i = next++) {
            work(names[i]);
        }
        clock.thread_ends();
    };
    std::vector<std::thread> threads;
    const std::size_t count = std::min(k_threads, names.size());
    for (std::size_t i = 0; i < count; ++i) {
        clock.thread_begins();
    }
    for (std::size_t i = 0; i < count; ++i) {
        threads.emplace_back(take_all);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

} // namespace aisprint::deploy
