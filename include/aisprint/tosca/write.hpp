// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/tosca/document.hpp"

#include <string>
#include <vector>

namespace aisprint::tosca {

/// Whether files of an earlier run were written again, or left as they are.
enum class WriteState { written, unchanged, removed };

/// A file of `im/` and what happened to it.
struct WrittenFile {
    std::string component;
    std::string path; ///< as shown to the user
    WriteState state = WriteState::written;
};

/// Writes documents, names and the index of what was written into the deployment's `im/` folder:
/// mode 0600, folder 0700, with a .gitignore. Documents of components that are no longer part of
/// the deployment are deleted if the index says that they are ours. Fails (io).
[[nodiscard]] Result<std::vector<WrittenFile>>
write_documents(const config::ApplicationFolder& folder,
                const DeploymentFiles& files,
                const std::vector<Document>& documents,
                const DeploymentNames& names);

/// A document as it lies in `im/`.
struct StoredDocument {
    std::string component;
    std::string path; ///< as shown to the user
    std::string text;
    yaml::Node content;
};

/// Reads the documents that the index of a deployment lists, in the order of the graph. Fails
/// (input, TSC0xx) if there is none, if one is missing, or if one is no YAML.
[[nodiscard]] Result<std::vector<StoredDocument>>
load_documents(const config::ApplicationFolder& folder, const DeploymentFiles& files);

} // namespace aisprint::tosca
