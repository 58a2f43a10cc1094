// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/cloudwatch_client.hpp"

#include "cloudwatch_answer.hpp"
#include "s3_answer.hpp"
#include "s3_signature.hpp"
#include "signed_calls.hpp"
#include "url_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace aisprint::clients {

namespace {

constexpr AnswerReader k_answers{cloudwatch_malformed, is_page, "answered with a page of HTML"};

/// A document; what is no UTF-8 is replaced, and then names nothing that is there.
std::string text_of(const Json& document) {
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The pages of a list, one after another, until there is none, or the same again.
template <class Page, class Item>
RemoteResult<std::vector<Item>>
all_pages(const std::function<RemoteResult<HttpResponse>(const std::string& token)>& ask,
          Parsed<Page> (*parse)(const HttpResponse&),
          std::vector<Item> Page::*items) {
    std::vector<Item> result;
    std::set<std::string> asked;
    std::string token;
    for (;;) {
        const RemoteResult<HttpResponse> response = ask(token);
        RemoteResult<Page> page = k_answers.read(response, parse);
        if (!page) {
            return tl::unexpected<RemoteError>(std::move(page).error());
        }
        std::move((*page.*items).begin(), (*page.*items).end(), std::back_inserter(result));
        if (page->next.empty() || page->next == token) {
            return result;
        }
        token = page->next;
        if (!asked.insert(token).second) {
            return tl::unexpected<RemoteError>(
                cloudwatch_malformed(*response, "answered with a list whose pages never end"));
        }
    }
}

} // namespace

CloudWatchClient::CloudWatchClient(Transport& transport, Clock& clock, CloudWatchOptions options)
    : m_transport(transport), m_clock(clock), m_options(std::move(options)) {
    std::string& endpoint = m_options.endpoint;
    endpoint.erase(endpoint.find_last_not_of('/') + 1);
    if (endpoint.empty()) {
        endpoint = fmt::format("https://logs.{}.amazonaws.com", m_options.region);
    }
}

RemoteResult<void> CloudWatchClient::check_options() const {
    return check_signed_options(m_options, "a server of logs",
                                "the access key or secret key for CloudWatch is empty");
}

HttpRequest CloudWatchClient::signed_request(const std::string& action,
                                             const std::string& body) const {
    const UrlParts parts = parts_of(m_options.endpoint);
    const std::string path = parts.rest + "/";
    HttpRequest request;
    request.method = "POST";
    request.url = fmt::format("{}://{}{}", parts.secure ? "https" : "http", parts.host, path);
    request.headers = {{"Host", parts.host},
                       {"Content-Type", "application/x-amz-json-1.1"},
                       {"X-Amz-Target", "Logs_20140328." + action}};
    request.body = body;
    request.timeout = m_options.request_timeout;
    sign(request, path, "", {m_options.access_key, m_options.secret_key, m_options.region, "logs"},
         m_clock.wall_time());
    return request;
}

RemoteResult<HttpResponse> CloudWatchClient::send(const std::string& action,
                                                  const std::string& body,
                                                  const std::stop_token& stop) const {
    if (const RemoteResult<void> usable = check_options(); !usable) {
        return tl::unexpected<RemoteError>(usable.error());
    }
    CallerOptions options = caller_options_of(m_options);
    options.error_of = cloudwatch_error_of;
    return RemoteCaller(m_transport, m_clock, std::move(options))
        .send_repeatedly([&] { return signed_request(action, body); },
                         RemoteCaller::Repeat::whatever_happened, stop);
}

RemoteResult<std::vector<LogStream>> CloudWatchClient::streams(const std::string& group,
                                                               std::stop_token stop) const {
    auto streams = all_pages<LogStreamPage, LogStream>(
        [&](const std::string& token) {
            Json body{{"logGroupName", group}};
            if (!token.empty()) {
                body["nextToken"] = token;
            }
            return send("DescribeLogStreams", text_of(body), stop);
        },
        parse_log_streams, &LogStreamPage::streams);
    if (!streams && streams.error().kind == RemoteErrorKind::gone) {
        return std::vector<LogStream>();
    }
    if (streams) {
        std::sort(streams->begin(), streams->end(),
                  [](const LogStream& a, const LogStream& b) { return a.name < b.name; });
    }
    return streams;
}

RemoteResult<std::vector<LogEvent>> CloudWatchClient::events(const std::string& group,
                                                             const std::string& stream,
                                                             LogMoment from,
                                                             std::stop_token stop) const {
    auto events = all_pages<LogEventPage, LogEvent>(
        [&](const std::string& token) {
            Json body{{"logGroupName", group},
                      {"logStreamName", stream},
                      {"startFromHead", true},
                      {"startTime", from.time_since_epoch().count()}};
            if (!token.empty()) {
                body["nextToken"] = token;
            }
            return send("GetLogEvents", text_of(body), stop);
        },
        parse_log_events, &LogEventPage::events);
    if (events) {
        std::stable_sort(events->begin(), events->end(),
                         [](const LogEvent& a, const LogEvent& b) { return a.time < b.time; });
    }
    return events;
}

RemoteResult<void> CloudWatchClient::remove_stream(const std::string& group,
                                                   const std::string& stream,
                                                   std::stop_token stop) const {
    const Json body{{"logGroupName", group}, {"logStreamName", stream}};
    return k_answers.removed(send("DeleteLogStream", text_of(body), stop));
}

} // namespace aisprint::clients
