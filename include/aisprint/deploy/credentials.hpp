// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/diagnostic.hpp"
#include "aisprint/clients/im_auth.hpp"
#include "aisprint/tosca/deployment.hpp"

#include <string>
#include <vector>

namespace aisprint::deploy {

/// What is missing in the credentials for the layers of a deployment: OSCAR for clusters that
/// exist (one whose host matches, if there are several), Lambda with its role, DeployedNode for
/// machines that exist, and any other provider for virtual machines (DPL050..DPL054). Errors are
/// about the file `shown_as`.
[[nodiscard]] std::vector<Diagnostic> check_credentials(const tosca::Deployment& deployment,
                                                        const clients::ImAuth& auth,
                                                        const std::string& shown_as);

} // namespace aisprint::deploy
