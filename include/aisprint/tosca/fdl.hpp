// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/tosca/write.hpp"

#include <string>
#include <vector>

namespace aisprint::tosca {

/// What `script` of a service says: a file beside the FDL that oscar-cli uploads, or the path in
/// the image, as OSCAR's REST interface takes it.
enum class FdlStyle { file, api };

/// An FDL document with the scripts that it names.
struct Fdl {
    yaml::Node content;
    std::map<std::string, std::string> scripts; ///< file name -> text; empty for FdlStyle::api
};

/// The FDL of a deployment from its TOSCA documents: OSCAR services by cluster, Lambda functions
/// in SCAR form under functions.aws (with Compatibility::reference under functions.oscar).
/// Where two services have the same name, the first one counts. Fails (input,
/// TSC130 to TSC132) for documents that hold no service, or one that cannot be put into FDL.
[[nodiscard]] Result<Fdl> build_fdl(const Deployment& deployment,
                                    const std::vector<StoredDocument>& documents,
                                    FdlStyle style,
                                    Compatibility compatibility);

/// Writes fdl.yaml and its scripts, mode 0600, into the deployment's `oscar/` folder; returns the
/// path of fdl.yaml as shown. Fails (io).
[[nodiscard]] Result<std::string>
write_fdl(const config::ApplicationFolder& folder, const DeploymentFiles& files, const Fdl& fdl);

} // namespace aisprint::tosca
