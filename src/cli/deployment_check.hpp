// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "toscarizer_options.hpp"

#include "aisprint/tosca/write.hpp"

#include <optional>
#include <vector>

namespace aisprint::cli {

/// A deployment that was found without fault.
struct CheckedDeployment {
    ChosenDeployment chosen;
    tosca::Deployment deployment;
    std::vector<tosca::StoredDocument> documents; ///< of its components, in their order
    std::optional<clients::ImAuth> auth;          ///< nothing if it was not asked for
    Redactor redactor; ///< knows all secrets of documents and credentials
};

/// Whether credentials have to be there: `if_present` checks them if there are any.
enum class NeedAuth { yes, if_present };

/// Reads and checks everything that a deployment is made of: the application's files, the documents
/// against the types that they use, and the credentials against the layers. Fails (input) with all
/// findings of all of them.
[[nodiscard]] Result<CheckedDeployment> check_deployment(const DeploymentArguments& arguments,
                                                         const ImAuthArguments& auth,
                                                         NeedAuth need,
                                                         Reporter& reporter);

/// Checks documents against the types that are shipped with the program. Fails (input) with all
/// errors, (io) if the types cannot be found.
[[nodiscard]] Result<void> check_documents(const std::vector<tosca::StoredDocument>& documents,
                                           Reporter& reporter);

} // namespace aisprint::cli
