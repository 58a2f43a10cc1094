// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/im_client.hpp"

#include "im_answer.hpp"
#include "remote_caller.hpp"
#include "url_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace aisprint::clients {

namespace {

constexpr ImVersion k_first_with_dry_run{1, 17, 0};
constexpr ImVersion k_first_with_async_delete{1, 15, 0};

struct StateWord {
    ImStateName state;
    std::string_view word;
};

constexpr std::array<StateWord, 9> k_states = {{{ImStateName::pending, "pending"},
                                                {ImStateName::running, "running"},
                                                {ImStateName::configured, "configured"},
                                                {ImStateName::unconfigured, "unconfigured"},
                                                {ImStateName::failed, "failed"},
                                                {ImStateName::stopped, "stopped"},
                                                {ImStateName::off, "off"},
                                                {ImStateName::unknown, "unknown"},
                                                {ImStateName::deleting, "deleting"}}};

ImError malformed(const HttpResponse& response, const std::string& what) {
    return malformed_answer(response, "the Infrastructure Manager " + what);
}

constexpr AnswerReader k_answers{malformed, is_html,
                                 "answered with a page of HTML; is the address right?"};

ImError refused(std::string message) {
    ImError error;
    error.kind = ImErrorKind::refused;
    error.delivery = Delivery::not_sent;
    error.message = std::move(message);
    return error;
}

} // namespace

std::string to_string(ImStateName state) {
    const auto found = std::find_if(k_states.begin(), k_states.end(),
                                    [&](const StateWord& item) { return item.state == state; });
    return std::string(found->word);
}

ImStateName parse_im_state(std::string_view word) {
    const auto found = std::find_if(k_states.begin(), k_states.end(),
                                    [&](const StateWord& item) { return item.word == word; });
    return found == k_states.end() ? ImStateName::unknown : found->state;
}

ImClient::ImClient(Transport& transport, Clock& clock, ImClientOptions options)
    : m_transport(transport), m_clock(clock), m_options(std::move(options)) {
    std::string& url = m_options.url;
    url.erase(url.find_last_not_of('/') + 1);
}

HttpRequest ImClient::request_to(const std::string& method, std::string url) const {
    HttpRequest request;
    request.method = method;
    request.url = std::move(url);
    request.headers = {{"Authorization", m_options.authorization.reveal()},
                       {"Accept", "application/json"}};
    request.timeout = m_options.request_timeout;
    return request;
}

ImResult<std::string> ImClient::address_of(const std::string& url) const {
    const std::optional<std::string> id = infrastructure_id(url);
    if (!is_http_url(url) || !id || !is_http_url(m_options.url)) {
        return tl::unexpected<ImError>(
            refused(fmt::format("\"{}\" is not the URL of an infrastructure",
                                shortened_text(is_http_url(m_options.url) ? url : m_options.url))));
    }
    const UrlParts ours = parts_of(m_options.url);
    const UrlParts theirs = parts_of(url);
    if (ours.host == theirs.host) {
        return m_options.url + "/infrastructures/" + *id;
    }
    if (ours.secure && !theirs.secure) {
        return tl::unexpected<ImError>(refused(fmt::format(
            "the infrastructure has the unprotected address http://{}, to which no credentials "
            "are sent from an https server; name its server's own address",
            theirs.host)));
    }
    return url;
}

RemoteCaller ImClient::caller() const {
    return RemoteCaller(m_transport, m_clock,
                        {m_options.retries, m_options.longest_pause, m_options.random, error_of});
}

ImResult<HttpResponse> ImClient::send_repeatedly(const HttpRequest& request,
                                                 const std::stop_token& stop) const {
    return caller().send_repeatedly([&request] { return request; },
                                    RemoteCaller::Repeat::whatever_happened, stop);
}

ImResult<ImVersion> ImClient::version(std::stop_token stop) {
    const ImResult<ImVersion> version = k_answers.read(
        send_repeatedly(request_to("GET", m_options.url + "/version"), std::move(stop)),
        parse_version);
    if (version) {
        const std::lock_guard lock(m_mutex);
        m_version = *version;
    }
    return version;
}

std::optional<ImVersion> ImClient::known_version(std::stop_token stop) {
    {
        const std::lock_guard lock(m_mutex);
        if (m_version) {
            return m_version;
        }
    }
    const ImResult<ImVersion> version = k_answers.read(
        caller().send(request_to("GET", m_options.url + "/version"), stop), parse_version);
    if (!version) {
        return std::nullopt;
    }
    const std::lock_guard lock(m_mutex);
    m_version = *version;
    return m_version;
}

ImResult<std::vector<std::string>> ImClient::list(std::stop_token stop) {
    return k_answers.read(
        send_repeatedly(request_to("GET", m_options.url + "/infrastructures"), std::move(stop)),
        parse_list);
}

ImResult<std::string> ImClient::create(const std::string& document, std::stop_token stop) {
    HttpRequest request = request_to("POST", m_options.url + "/infrastructures?async=1");
    request.headers.push_back({"Content-Type", "text/yaml"});
    request.body = document;
    request.timeout = m_options.create_timeout;
    return k_answers.read(
        caller().send_repeatedly([&request] { return request; }, RemoteCaller::Repeat::if_not_sent,
                                 stop),
        [this](const HttpResponse& response) { return parse_created(response, m_options.url); });
}

ImResult<std::string> ImClient::estimate_json(const std::string& document, std::stop_token stop) {
    const ImResult<ImVersion> server = version(stop);
    if (!server) {
        return tl::unexpected<ImError>(server.error());
    }
    if (*server < k_first_with_dry_run) {
        return tl::unexpected<ImError>(
            refused(fmt::format("version {}.{}.{} of the Infrastructure Manager cannot estimate; "
                                "1.17 or later can",
                                server->major, server->minor, server->patch)));
    }
    HttpRequest request = request_to("POST", m_options.url + "/infrastructures?dry_run=1");
    request.headers.push_back({"Content-Type", "text/yaml"});
    request.body = document;
    request.timeout = m_options.create_timeout;
    return k_answers.read(send_repeatedly(request, std::move(stop)), parse_estimate);
}

ImResult<HttpResponse>
ImClient::get(const std::string& url, const std::string& property, std::stop_token stop) {
    const ImResult<std::string> address = address_of(url);
    if (!address) {
        return tl::unexpected<ImError>(address.error());
    }
    return send_repeatedly(request_to("GET", *address + "/" + property), std::move(stop));
}

ImResult<ImState> ImClient::state(const std::string& url, std::stop_token stop) {
    return k_answers.read(get(url, "state", std::move(stop)), parse_state);
}

ImResult<std::string> ImClient::contextualisation(const std::string& url, std::stop_token stop) {
    return k_answers.read(get(url, "contmsg", std::move(stop)), parse_contextualisation);
}

ImResult<std::string> ImClient::outputs_json(const std::string& url, std::stop_token stop) {
    return k_answers.read(get(url, "outputs", std::move(stop)), parse_outputs);
}

ImResult<std::string> ImClient::document(const std::string& url, std::stop_token stop) {
    return k_answers.read(get(url, "tosca", std::move(stop)), parse_document);
}

ImResult<void>
ImClient::update(const std::string& url, const std::string& document, std::stop_token stop) {
    const ImResult<std::string> address = address_of(url);
    if (!address) {
        return tl::unexpected<ImError>(address.error());
    }
    HttpRequest request = request_to("POST", *address);
    request.headers.push_back({"Content-Type", "text/yaml"});
    request.body = document;
    request.timeout = m_options.create_timeout;
    return k_answers.done(send_repeatedly(request, std::move(stop)));
}

ImResult<void> ImClient::remove(const std::string& url, ForceDelete force, std::stop_token stop) {
    const ImResult<std::string> address = address_of(url);
    if (!address) {
        return tl::unexpected<ImError>(address.error());
    }
    const std::optional<ImVersion> server = known_version(stop);
    HttpRequest request = request_to("DELETE", *address);
    if (server && *server >= k_first_with_async_delete) {
        request.url += "?async=1";
    } else {
        request.timeout = m_options.create_timeout; // the answer comes when the machines are gone
    }
    if (force == ForceDelete::yes) {
        request.url += request.url == *address ? "?force=1" : "&force=1";
    }
    return k_answers.removed(send_repeatedly(request, std::move(stop)));
}

} // namespace aisprint::clients
