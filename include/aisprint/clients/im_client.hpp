// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/secret.hpp"
#include "aisprint/clients/http.hpp"
#include "aisprint/clients/pause.hpp"
#include "aisprint/clients/remote_error.hpp"

#include <chrono>
#include <compare>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::clients {

class RemoteCaller;

/// Why a call of the Infrastructure Manager gave no result: 409 is an action that is not possible
/// in the present state, 404 an infrastructure that is unknown or deleted.
using ImErrorKind = RemoteErrorKind;
using ImError = RemoteError;
template <class T>
using ImResult = RemoteResult<T>;

/// States of an infrastructure and of its virtual machines, as the server names them.
enum class ImStateName {
    pending,
    running,
    configured,
    unconfigured,
    failed,
    stopped,
    off,
    unknown,
    deleting
};

/// The server's word for a state.
[[nodiscard]] std::string to_string(ImStateName state);

/// The state for a server's word; `unknown` for words that are not of the protocol.
[[nodiscard]] ImStateName parse_im_state(std::string_view word);

/// State of an infrastructure, and of each virtual machine by its number.
struct ImState {
    ImStateName state = ImStateName::unknown;
    std::map<std::string, ImStateName> machines;
};

/// Version of a server: 1.15.0.
struct ImVersion {
    int major = 0;
    int minor = 0;
    int patch = 0;
    auto operator<=>(const ImVersion&) const = default;
};

/// How a deletion goes about machines that cannot be reached.
enum class ForceDelete { no, yes };

/// How a client talks to its server.
struct ImClientOptions {
    std::string url; ///< of the REST interface; trailing slashes are dropped
    Secret authorization;
    RetryPolicy retries;
    /// The server's Retry-After is followed up to this.
    std::chrono::milliseconds longest_pause{120000};
    std::chrono::milliseconds request_timeout{60000};
    std::chrono::milliseconds create_timeout{120000};
    std::function<double()> random; ///< in [0, 1), for jitter; null: no jitter
};

/// Speaks the REST protocol of the Infrastructure Manager (spec in docs/deploying.md). Calls that
/// only read are repeated as the policy says (no answer, 429, 5xx); create() is sent once, unless
/// it certainly did not arrive, since a lost answer does not tell whether machines were made. May
/// be used by several threads at once.
///
/// Requests about an infrastructure go to the address in the options if its URL has the same host,
/// whatever the URL's scheme and path: behind a proxy the server may give out http URLs, and
/// credentials must not follow them. URLs of other hosts are followed as they are, but never from
/// https to http.
class ImClient {
public:
    ImClient(Transport& transport, Clock& clock, ImClientOptions options);
    ImClient(const ImClient&) = delete;
    ImClient& operator=(const ImClient&) = delete;

    /// GET /version.
    [[nodiscard]] ImResult<ImVersion> version(std::stop_token stop);

    /// GET /infrastructures: URLs of all infrastructures of this user.
    [[nodiscard]] ImResult<std::vector<std::string>> list(std::stop_token stop);

    /// POST /infrastructures?async=1: the URL of the new infrastructure, as the server tells it.
    /// Repeated only after errors with Delivery::not_sent that are transient.
    [[nodiscard]] ImResult<std::string> create(const std::string& document, std::stop_token stop);

    /// POST /infrastructures?dry_run=1: JSON text of what the document would need. Servers before
    /// 1.17 would create it for real: the version is asked first, and refused if older.
    [[nodiscard]] ImResult<std::string> estimate_json(const std::string& document,
                                                      std::stop_token stop);

    /// GET U/state.
    [[nodiscard]] ImResult<ImState> state(const std::string& url, std::stop_token stop);

    /// GET U/contmsg: what contextualisation printed.
    [[nodiscard]] ImResult<std::string> contextualisation(const std::string& url,
                                                          std::stop_token stop);

    /// GET U/outputs as JSON text of the object under "outputs".
    [[nodiscard]] ImResult<std::string> outputs_json(const std::string& url, std::stop_token stop);

    /// GET U/tosca: the document that the infrastructure was made from.
    [[nodiscard]] ImResult<std::string> document(const std::string& url, std::stop_token stop);

    /// POST U: adds or removes nodes until the infrastructure is as `document` says. Repeated as
    /// reads are, since it says what should be, not what to add.
    [[nodiscard]] ImResult<void>
    update(const std::string& url, const std::string& document, std::stop_token stop);

    /// DELETE U, repeated as reads are. 404 is success if it is IM that says so: it is gone.
    /// Asynchronous where the server's version can: ask state() until it is gone.
    [[nodiscard]] ImResult<void>
    remove(const std::string& url, ForceDelete force, std::stop_token stop);

private:
    [[nodiscard]] RemoteCaller caller() const;
    [[nodiscard]] ImResult<HttpResponse> send_repeatedly(const HttpRequest& request,
                                                         const std::stop_token& stop) const;
    [[nodiscard]] HttpRequest request_to(const std::string& method, std::string url) const;
    [[nodiscard]] ImResult<std::string> address_of(const std::string& url) const;
    [[nodiscard]] ImResult<HttpResponse>
    get(const std::string& url, const std::string& property, std::stop_token stop);
    [[nodiscard]] std::optional<ImVersion> known_version(std::stop_token stop);

    Transport& m_transport;
    Clock& m_clock;
    ImClientOptions m_options;
    std::mutex m_mutex; ///< guards m_version
    std::optional<ImVersion> m_version;
};

} // namespace aisprint::clients
