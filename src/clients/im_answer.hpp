// SPDX-License-Identifier: Apache-2.0
// What answers of the Infrastructure Manager mean. Pure functions of answers.
#pragma once

#include "aisprint/clients/im_client.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::clients {

/// A value, or what is wrong with the answer.
template <class T>
using Parsed = tl::expected<T, std::string>;

/// True if an answer is a page for people, which IM never sends when it is not asked for one.
[[nodiscard]] bool is_html(const HttpResponse& response);

/// Kind and text of an answer whose status is not 2xx.
[[nodiscard]] ImError error_of(const HttpResponse& response);

/// A server's text without stack traces, in one line of at most 600 code points.
[[nodiscard]] std::string shortened_text(std::string_view text);

/// How long Retry-After asks to wait, at the wall time `now`; nothing if it does not, or not
/// legibly.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(const HttpResponse& response,
                                                                   std::chrono::seconds now);

/// The number of an infrastructure in its URL: what stands behind the last "/infrastructures/".
/// Nothing if there is none, or if it is not made of letters, digits, '.', '_' and '-'.
[[nodiscard]] std::optional<std::string> infrastructure_id(std::string_view url);

/// True for what may be an http or https URL: a host, no blanks, no control characters.
[[nodiscard]] bool is_http_url(std::string_view text);

[[nodiscard]] Parsed<ImVersion> parse_version(const HttpResponse& response);
[[nodiscard]] Parsed<std::vector<std::string>> parse_list(const HttpResponse& response);

/// The URL of a new infrastructure. If the body is of no use, the header InfID is.
[[nodiscard]] Parsed<std::string> parse_created(const HttpResponse& response,
                                                const std::string& server_url);

[[nodiscard]] Parsed<ImState> parse_state(const HttpResponse& response);
[[nodiscard]] Parsed<std::string> parse_contextualisation(const HttpResponse& response);
[[nodiscard]] Parsed<std::string> parse_outputs(const HttpResponse& response);
[[nodiscard]] Parsed<std::string> parse_document(const HttpResponse& response);

/// The whole answer as JSON text, if it is an object.
[[nodiscard]] Parsed<std::string> parse_estimate(const HttpResponse& response);

} // namespace aisprint::clients
