// SPDX-License-Identifier: Apache-2.0
#include "signed_calls.hpp"

#include "answer.hpp"
#include "s3_files.hpp"

#include <fmt/format.h>

namespace aisprint::clients {

RemoteResult<void> check_signed_options(const SignedOptions& options,
                                        std::string_view server,
                                        std::string_view no_keys) {
    const std::string& endpoint = options.endpoint;
    if (!is_http_url(endpoint) || endpoint.find_first_of("?#") != std::string::npos) {
        return refused_here(fmt::format("\"{}\" is not the address of {}; it begins with http:// "
                                        "or https:// and ends with host and port",
                                        shortened_text(endpoint), server));
    }
    if (options.access_key.empty() || options.secret_key.empty()) {
        return refused_here(std::string(no_keys));
    }
    return {};
}

CallerOptions caller_options_of(const SignedOptions& options) {
    CallerOptions result;
    result.retries = options.retries;
    result.longest_pause = options.longest_pause;
    result.random = options.random;
    return result;
}

} // namespace aisprint::clients
