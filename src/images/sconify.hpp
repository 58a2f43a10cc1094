// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/images/build.hpp"

namespace aisprint::images {

/// What the SCONE tool printed, taken apart.
struct SconePolicy {
    std::string policy;               ///< YAML, or empty: there is none
    std::vector<std::string> missing; ///< fields that a policy must have
    std::vector<Secret> secrets;      ///< keys and tags of the encrypted file system
};

/// Cuts the session policy out of the tool's progress lines ("100%: ...") and checks it.
[[nodiscard]] SconePolicy read_scone_policy(const std::string& output);

/// Runs the tool on an image that was built. Its policy goes to scone/NAME-sgx.policy.yaml, which
/// only the owner may read, and its output without the keys to the end of `log`. Fails (input,
/// IMG024) if the tool fails, (input, IMG025) if it gives no complete policy, or (io).
[[nodiscard]] Result<void> sconify(const config::ApplicationFolder& folder,
                                   const std::string& command,
                                   const Image& image,
                                   const std::filesystem::path& log,
                                   const Redactor& redactor,
                                   const std::stop_token& stop);

} // namespace aisprint::images
