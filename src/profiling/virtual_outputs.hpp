// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/secret.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// What the Infrastructure Manager tells of a cluster that it has made.
struct ClusterOutputs {
    std::string oscar_endpoint; ///< without a slash at the end
    Secret oscar_password;
    std::string minio_endpoint; ///< without a slash at the end
    Secret minio_password;
    std::string address; ///< of the front end; empty: not told
    std::string user;    ///< of the front end; empty: not told
    Secret key;          ///< of the front end; empty: not told
};

/// Outputs from their JSON text. If something that is needed is not there (yet), the names of what
/// is missing; `outputs` alone if it is no object.
[[nodiscard]] tl::expected<ClusterOutputs, std::vector<std::string>>
parse_outputs(const std::string& json);

/// An infrastructure as virtual_infrastructures.json has it.
struct VirtualInfrastructure {
    std::string url;
    std::filesystem::path document;
    std::optional<ClusterOutputs> outputs; ///< nothing: not told yet
};

/// The text of virtual_infrastructures.json: infrastructures by resource. Holds passwords.
[[nodiscard]] std::string
to_json_text(const std::map<std::string, VirtualInfrastructure>& infrastructures);

} // namespace aisprint::profiling
