// SPDX-License-Identifier: Apache-2.0
// What the clients that sign their requests have in common.
#pragma once

#include "remote_caller.hpp"

#include "aisprint/clients/remote_error.hpp"
#include "aisprint/clients/signed_options.hpp"

#include <string_view>

namespace aisprint::clients {

/// Nothing, if requests can be signed and sent with these options. Fails (refused, not sent) if the
/// endpoint is not the address of `server` ("an S3 server"), or with `no_keys` if a key is empty.
[[nodiscard]] RemoteResult<void> check_signed_options(const SignedOptions& options,
                                                      std::string_view server,
                                                      std::string_view no_keys);

/// How a caller with these options repeats; the errors are for the client to fill in.
[[nodiscard]] CallerOptions caller_options_of(const SignedOptions& options);

} // namespace aisprint::clients
