// SPDX-License-Identifier: Apache-2.0
// What answers of the Infrastructure Manager mean. Pure functions of answers.
#pragma once

#include "answer.hpp"

#include "aisprint/clients/im_client.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::clients {

/// Kind and text of an answer whose status is not 2xx.
[[nodiscard]] ImError error_of(const HttpResponse& response);

/// The number of an infrastructure in its URL: what stands behind the last "/infrastructures/".
/// Nothing if there is none, or if it is not made of letters, digits, '.', '_' and '-'.
[[nodiscard]] std::optional<std::string> infrastructure_id(std::string_view url);

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
