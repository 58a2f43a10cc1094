// SPDX-License-Identifier: Apache-2.0
#include "cloudwatch_answer.hpp"

#include "json_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace aisprint::clients {

namespace {

struct CodeKind {
    std::string_view code;
    RemoteErrorKind kind;
};

// CloudWatch says 400 for nearly everything: the code alone tells what is meant
constexpr std::array<CodeKind, 14> k_codes{{
    {"ResourceNotFoundException", RemoteErrorKind::gone},
    {"OperationAbortedException", RemoteErrorKind::conflict},
    {"ThrottlingException", RemoteErrorKind::server},
    {"LimitExceededException", RemoteErrorKind::server},
    {"RequestLimitExceeded", RemoteErrorKind::server},
    {"ServiceUnavailableException", RemoteErrorKind::server},
    {"AccessDeniedException", RemoteErrorKind::unauthorised},
    {"ExpiredTokenException", RemoteErrorKind::unauthorised},
    {"IncompleteSignatureException", RemoteErrorKind::unauthorised},
    {"InvalidClientTokenId", RemoteErrorKind::unauthorised},
    {"InvalidSignatureException", RemoteErrorKind::unauthorised},
    {"MissingAuthenticationTokenException", RemoteErrorKind::unauthorised},
    {"SignatureDoesNotMatch", RemoteErrorKind::unauthorised},
    {"UnrecognizedClientException", RemoteErrorKind::unauthorised},
}};

/// A text of the service's error, which it spells in two ways.
std::string text_in(const Json& document, const char* name, const char* other) {
    for (const char* const key : {name, other}) {
        const auto found = document.find(key);
        if (found != document.end() && found->is_string()) {
            return shortened_text(found->get_ref<const std::string&>());
        }
    }
    return {};
}

/// The object of an answer. The type does not tell: there are servers that call everything HTML.
Parsed<Json> document_of(const HttpResponse& response) {
    std::optional<Json> document = json_of(response.body);
    if (document && document->is_object()) {
        return std::move(*document);
    }
    return object_of(response); // tells what is wrong
}

/// Milliseconds since 1970; the zero moment if the field is absent.
LogMoment moment_in(JsonFields& fields, const std::string& key) {
    const Json* const value = fields.find(key);
    if (value == nullptr) {
        return {};
    }
    constexpr std::int64_t k_last = 253402300799999; // of the year 9999
    const bool is_moment = value->is_number_integer() &&
                           (!value->is_number_unsigned() || value->get<std::uint64_t>() <= k_last);
    if (!is_moment || value->get<std::int64_t>() < 0) {
        fields.complain(key, "a time in milliseconds");
        return {};
    }
    return LogMoment(std::chrono::milliseconds(value->get<std::int64_t>()));
}

} // namespace

RemoteError cloudwatch_malformed(const HttpResponse& response, const std::string& what) {
    return malformed_answer(
        response, fmt::format("the server of logs {}; is the address that of CloudWatch?", what));
}

RemoteError cloudwatch_error_of(const HttpResponse& response) {
    RemoteError error;
    error.status = response.status;
    error.kind = kind_of_status(response.status);
    error.delivery = delivery_of_status(response.status);
    const std::optional<Json> document = json_of(response.body);
    if (!document || !document->is_object()) {
        error.message = text_of_status(response);
        if (error.kind == RemoteErrorKind::gone) {
            error.kind = RemoteErrorKind::malformed; // not CloudWatch says that something is gone
        }
        return error;
    }
    const std::string type = text_in(*document, "__type", "code");
    error.code = type.substr(type.rfind('#') + 1); // some servers put a name space before it
    const auto known = std::find_if(k_codes.begin(), k_codes.end(),
                                    [&](const CodeKind& item) { return item.code == error.code; });
    if (known != k_codes.end()) {
        error.kind = known->kind;
    }
    const std::string message = text_in(*document, "message", "Message");
    if (message.empty()) {
        error.message = error.code.empty() ? text_of_status(response) : error.code;
    } else {
        error.message = error.code.empty() ? message : fmt::format("{} ({})", message, error.code);
    }
    return error;
}

Parsed<LogStreamPage> parse_log_streams(const HttpResponse& response) {
    const Parsed<Json> document = document_of(response);
    if (!document) {
        return wrong(document.error());
    }
    JsonFields fields(*document);
    LogStreamPage page;
    page.next = fields.text("nextToken");
    for (const Json& entry : fields.list("logStreams")) {
        JsonFields stream(entry);
        std::string name = stream.required_text("logStreamName");
        page.streams.push_back({std::move(name), moment_in(stream, "lastIngestionTime")});
        fields.complain_of(stream);
    }
    return checked(std::move(page), fields);
}

Parsed<LogEventPage> parse_log_events(const HttpResponse& response) {
    const Parsed<Json> document = document_of(response);
    if (!document) {
        return wrong(document.error());
    }
    JsonFields fields(*document);
    LogEventPage page;
    page.next = fields.required_text("nextForwardToken");
    for (const Json& entry : fields.list("events")) {
        JsonFields event(entry);
        const LogMoment time = moment_in(event, "timestamp");
        page.events.push_back({time, event.text("message")});
        if (event.find("timestamp") == nullptr) {
            event.complain("timestamp", "a time in milliseconds");
        }
        fields.complain_of(event);
    }
    return checked(std::move(page), fields);
}

} // namespace aisprint::clients
