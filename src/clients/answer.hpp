// SPDX-License-Identifier: Apache-2.0
// What the answers of all services have in common. Pure functions of answers.
#pragma once

#include "aisprint/clients/http.hpp"
#include "aisprint/clients/remote_error.hpp"

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace aisprint::clients {

using Json = nlohmann::ordered_json;

/// A value, or what is wrong with the answer.
template <class T>
using Parsed = tl::expected<T, std::string>;

[[nodiscard]] inline tl::unexpected<std::string> wrong(std::string what) {
    return tl::unexpected<std::string>(std::move(what));
}

/// `text` with ASCII letters in lower case.
[[nodiscard]] std::string lower(std::string_view text);

/// `text` without white space at its ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// The JSON of a text, or nothing if it is none, or nested too deeply to be handled.
[[nodiscard]] std::optional<Json> json_of(const std::string& text);

/// The JSON object of an answer that must be one.
[[nodiscard]] Parsed<Json> object_of(const HttpResponse& response);

/// The JSON array of an answer that must be one; null counts as an empty one.
[[nodiscard]] Parsed<Json> array_of(const HttpResponse& response);

/// True if the answer's type is JSON.
[[nodiscard]] bool says_json(const HttpResponse& response);

/// The answer's type, for messages.
[[nodiscard]] std::string type_of(const HttpResponse& response);

/// True if an answer is a page for people, which no service sends when it is not asked for one.
[[nodiscard]] bool is_html(const HttpResponse& response);

/// "status N with a page of HTML titled ...", or "status N without a text".
[[nodiscard]] std::string text_of_status(const HttpResponse& response);

/// A server's text without stack traces, in one line of at most 600 code points.
[[nodiscard]] std::string shortened_text(std::string_view text);

/// The kind of error that a status other than 2xx and 3xx is.
[[nodiscard]] RemoteErrorKind kind_of_status(int status);

/// Whether a server that answers with this status may have done what was asked: one that says 4xx
/// has refused; behind a 5xx the request may have been carried out.
[[nodiscard]] Delivery delivery_of_status(int status);

/// The error of an answer that is not as the protocol says.
[[nodiscard]] RemoteError malformed_answer(const HttpResponse& response, std::string message);

/// How the answers of one service are read once they came; the error of a call that brought none is
/// handed on.
struct AnswerReader {
    /// The error of an answer that is not as the protocol says.
    RemoteError (*malformed)(const HttpResponse& response, const std::string& what) = nullptr;
    /// True for a page for people, which no service sends when it is not asked for one.
    bool (*is_page)(const HttpResponse& response) = nullptr;
    /// What the service did if is_page() says so.
    std::string_view page_text;

    /// What `parse` finds in the answer, or what it finds wrong with it.
    template <class Parse>
    [[nodiscard]] auto read(const RemoteResult<HttpResponse>& response, const Parse& parse) const {
        using Value = typename std::invoke_result_t<Parse, const HttpResponse&>::value_type;
        if (!response) {
            return RemoteResult<Value>(tl::unexpect, response.error());
        }
        auto value = parse(*response);
        if (!value) {
            return RemoteResult<Value>(tl::unexpect, malformed(*response, value.error()));
        }
        if constexpr (std::is_void_v<Value>) {
            return RemoteResult<void>();
        } else {
            return RemoteResult<Value>(std::move(*value));
        }
    }

    /// Success of a call whose answer says nothing: anything but a page for people.
    [[nodiscard]] RemoteResult<void> done(const RemoteResult<HttpResponse>& response) const;

    /// Success, too, if what was to be removed is not there.
    [[nodiscard]] RemoteResult<void> removed(const RemoteResult<HttpResponse>& response) const;
};

/// How long Retry-After asks to wait, at the wall time `now`; nothing if it does not, or not
/// legibly.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(const HttpResponse& response,
                                                                   std::chrono::seconds now);

/// True for what may be an http or https URL: a host, no blanks, no control characters.
[[nodiscard]] bool is_http_url(std::string_view text);

/// The second that a time of RFC 3339 lies in ("2023-06-01T10:01:13Z", also with a fraction or an
/// offset); nothing if it is none.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_rfc3339(std::string_view text);

} // namespace aisprint::clients
