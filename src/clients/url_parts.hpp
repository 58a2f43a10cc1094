// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace aisprint::clients {

/// Scheme, host with port, and what follows, of an http or https URL.
struct UrlParts {
    bool secure = false;
    std::string host; ///< lower case, without the scheme's own port and without a user
    std::string rest;
};

/// The parts of what is_http_url() accepts.
[[nodiscard]] UrlParts parts_of(std::string_view url);

} // namespace aisprint::clients
