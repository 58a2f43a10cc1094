// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/deploy/run.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::deploy {

/// What tells an infrastructure from others: the end of its URL. Behind proxies the beginnings of
/// URLs of one infrastructure may differ.
[[nodiscard]] std::string infrastructure_id(const std::string& url);

/// What the threads of a run share. All of it may be used by several threads at once.
class Session {
public:
    Session(RunContext& context, const RunOptions& options);

    [[nodiscard]] clients::ImClient& client() { return m_context.client; }
    [[nodiscard]] clients::Clock& clock() { return m_context.clock; }
    [[nodiscard]] const RunOptions& options() const { return m_options; }
    [[nodiscard]] const std::filesystem::path& im_folder() const { return m_context.im_folder; }

    /// Asks for a stop when the caller does, or when the state cannot be written.
    [[nodiscard]] std::stop_token stop() const { return m_stop.get_token(); }

    /// Waits; false after a request to stop.
    [[nodiscard]] bool pause(std::chrono::milliseconds duration);

    /// Hands an event to the caller, redacted.
    void tell(Event event);

    /// A foreign text without secrets and control characters.
    [[nodiscard]] std::string clean(std::string_view text) const;

    [[nodiscard]] std::string draw_tag();

    [[nodiscard]] std::optional<InfrastructureRecord> find(const std::string& component) const;

    /// Records; false if that cannot be done, which stops the run.
    [[nodiscard]] bool put(const std::string& component, const InfrastructureRecord& record);
    [[nodiscard]] bool erase(const std::string& component);

    /// Why the run could not go on, if so.
    [[nodiscard]] std::optional<Failure> failure() const;

    /// True if IM's list certainly lacks an infrastructure. A 404 alone may be a moment's error,
    /// and to believe it would leave machines running that nobody knows of.
    [[nodiscard]] bool is_unlisted(const std::string& url);

    /// The URLs among all that IM lists whose documents carry a tag. Fails if that cannot be told.
    [[nodiscard]] clients::ImResult<std::vector<std::string>> find_tagged(const std::string& tag);

private:
    [[nodiscard]] bool keep(Result<void> written);
    [[nodiscard]] bool is_of_another_tag(const std::string& url, const std::string& tag) const;

    RunContext& m_context;
    const RunOptions& m_options;
    std::stop_source m_stop;
    std::stop_callback<std::function<void()>> m_forward;
    std::mutex m_event_mutex;
    mutable std::mutex m_mutex;                ///< guards what follows
    std::map<std::string, std::string> m_tags; ///< by the id at the end of a URL
    std::optional<Failure> m_failure;
};

/// Does `work` for every name, in a few threads.
void for_each_name(clients::Clock& clock,
                   const std::vector<std::string>& names,
                   const std::function<void(const std::string&)>& work);

} // namespace aisprint::deploy
