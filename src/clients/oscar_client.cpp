// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/oscar_client.hpp"

#include "oscar_answer.hpp"
#include "remote_caller.hpp"

#include "aisprint/base/base64.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace aisprint::clients {

namespace {

RemoteError malformed(const HttpResponse& response, const std::string& what) {
    return malformed_answer(response, "the OSCAR cluster " + what);
}

constexpr AnswerReader k_answers{malformed, is_html,
                                 "answered with a page of HTML; is the address right?"};

} // namespace

OscarClient::OscarClient(Transport& transport, Clock& clock, OscarClientOptions options)
    : m_transport(transport), m_clock(clock), m_options(std::move(options)) {
    std::string& url = m_options.url;
    url.erase(url.find_last_not_of('/') + 1);
}

HttpRequest OscarClient::request_to(const std::string& method, const std::string& path) const {
    HttpRequest request;
    request.method = method;
    request.url = m_options.url + path;
    request.headers = {{"Authorization", "Basic " + encode_base64(m_options.user + ":" +
                                                                  m_options.password.reveal())},
                       {"Accept", "application/json"}};
    request.timeout = method == "GET" ? m_options.request_timeout : m_options.change_timeout;
    return request;
}

RemoteCaller OscarClient::caller() const {
    CallerOptions options;
    options.retries = m_options.retries;
    options.longest_pause = m_options.longest_pause;
    options.random = m_options.random;
    options.error_of = oscar_error_of;
    return RemoteCaller(m_transport, m_clock, std::move(options));
}

RemoteResult<HttpResponse> OscarClient::send_repeatedly(const HttpRequest& request,
                                                        const std::stop_token& stop) const {
    return caller().send_repeatedly([&request] { return request; },
                                    RemoteCaller::Repeat::whatever_happened, stop);
}

RemoteResult<void> OscarClient::health(std::stop_token stop) const {
    HttpRequest request = request_to("GET", "/health");
    request.headers.clear(); // open to all: no need to show a password to whoever answers
    return k_answers.done(caller().send(request, stop));
}

RemoteResult<OscarInfo> OscarClient::info(std::stop_token stop) const {
    return k_answers.read(send_repeatedly(request_to("GET", "/system/info"), stop),
                          parse_oscar_info);
}

RemoteResult<OscarConfig> OscarClient::config(std::stop_token stop) const {
    return k_answers.read(send_repeatedly(request_to("GET", "/system/config"), stop),
                          parse_oscar_config);
}

RemoteResult<std::vector<OscarDeployedService>> OscarClient::services(std::stop_token stop) const {
    return k_answers.read(send_repeatedly(request_to("GET", "/system/services"), stop),
                          parse_oscar_services);
}

RemoteResult<std::optional<OscarDeployedService>> OscarClient::service(const std::string& name,
                                                                       std::stop_token stop) const {
    RemoteResult<OscarDeployedService> service = k_answers.read(
        send_repeatedly(request_to("GET", "/system/services/" + percent_encoded(name)), stop),
        parse_oscar_service);
    if (service) {
        return std::optional<OscarDeployedService>(std::move(*service));
    }
    if (service.error().kind == RemoteErrorKind::gone) {
        return std::optional<OscarDeployedService>();
    }
    return tl::unexpected<RemoteError>(std::move(service).error());
}

RemoteResult<void> OscarClient::create(const OscarService& service, std::stop_token stop) const {
    HttpRequest request = request_to("POST", "/system/services");
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = to_oscar_json(service);
    int sent = 0;
    const RemoteResult<HttpResponse> response = caller().send_repeatedly(
        [&] {
            ++sent;
            return request;
        },
        RemoteCaller::Repeat::whatever_happened, stop);
    if (!response && response.error().kind == RemoteErrorKind::conflict && sent > 1) {
        // an earlier attempt, whose answer was lost, may have made it
        const auto found = this->service(service.name, stop);
        if (found && *found && (*found)->image == service.image &&
            (*found)->script == service.script) {
            return {};
        }
    }
    return k_answers.done(response);
}

RemoteResult<void> OscarClient::update(const OscarService& service, std::stop_token stop) const {
    HttpRequest request = request_to("PUT", "/system/services");
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = to_oscar_json(service);
    return k_answers.done(send_repeatedly(request, stop));
}

RemoteResult<void> OscarClient::remove(const std::string& name, std::stop_token stop) const {
    return k_answers.removed(
        send_repeatedly(request_to("DELETE", "/system/services/" + percent_encoded(name)), stop));
}

RemoteResult<std::vector<OscarJob>> OscarClient::jobs(const std::string& service,
                                                      std::stop_token stop) const {
    const std::string path = "/system/logs/" + percent_encoded(service);
    std::map<std::string, OscarJob> jobs;
    std::set<std::string> asked;
    std::string next;
    do {
        const std::string page = next.empty() ? "" : "?page=" + percent_encoded(next);
        const RemoteResult<HttpResponse> response =
            send_repeatedly(request_to("GET", path + page), stop);
        RemoteResult<OscarJobPage> list = k_answers.read(response, parse_oscar_jobs);
        if (!list) {
            return tl::unexpected<RemoteError>(std::move(list).error());
        }
        for (auto& [name, job] : list->jobs) {
            jobs[name] = std::move(job); // of a job in two pages, the later word counts
        }
        next = std::move(list->next);
        if (!next.empty() && !asked.insert(next).second) {
            return tl::unexpected<RemoteError>(
                malformed(*response, "answered with a list of jobs whose pages never end"));
        }
    } while (!next.empty());
    std::vector<OscarJob> result;
    result.reserve(jobs.size());
    for (auto& [name, job] : jobs) {
        result.push_back(std::move(job));
    }
    return result;
}

RemoteResult<std::string> OscarClient::log(const std::string& service,
                                           const std::string& job,
                                           LogTimestamps timestamps,
                                           std::stop_token stop) const {
    const RemoteResult<HttpResponse> response = caller().send(
        request_to("GET", fmt::format("/system/logs/{}/{}{}", percent_encoded(service),
                                      percent_encoded(job),
                                      timestamps == LogTimestamps::yes ? "?timestamps=true" : "")),
        stop);
    if (!response) {
        return tl::unexpected<RemoteError>(response.error());
    }
    return response->body;
}

RemoteResult<void>
OscarClient::remove_logs(const std::string& service, OscarLogs which, std::stop_token stop) const {
    const std::string query = which == OscarLogs::of_all_jobs ? "?all=true" : "";
    return k_answers.removed(send_repeatedly(
        request_to("DELETE", "/system/logs/" + percent_encoded(service) + query), stop));
}

RemoteResult<OscarInvocation> OscarClient::invoke(const std::string& service,
                                                  const Secret& token,
                                                  std::string_view payload,
                                                  const OscarCallLimits& limits,
                                                  std::stop_token stop) const {
    HttpRequest request = request_to("POST", "/run/" + percent_encoded(service));
    request.headers = {{"Authorization", "Bearer " + token.reveal()}};
    request.body = encode_base64(payload);
    request.timeout = limits.whole;
    request.connect_timeout = limits.connect;
    OscarInvocation invocation;
    CallerOptions options;
    options.error_of = [&invocation](const HttpResponse& response) {
        invocation = {response.status, response.body};
        return oscar_error_of(response);
    };
    const RemoteResult<HttpResponse> response =
        RemoteCaller(m_transport, m_clock, std::move(options)).send(request, stop);
    if (response) {
        return OscarInvocation{response->status, response->body};
    }
    if (invocation.status != 0) {
        return invocation; // the function's own error is an answer, too
    }
    return tl::unexpected<RemoteError>(response.error());
}

} // namespace aisprint::clients
