// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "im_auth_reader.hpp"

#include "aisprint/base/reporter.hpp"

#include <string>
#include <vector>

namespace aisprint::clients {

/// Checks credentials whose values are final: types, fields that a type needs, ids, order, and
/// that a server reads every value as it is. Adds errors; warnings go to the reporter.
void check_credentials(const std::string& file,
                       const RawAuth& auth,
                       std::vector<Diagnostic>& errors,
                       Reporter& reporter);

/// True for fields whose values may be shown: names of users, hosts, regions and the like.
[[nodiscard]] bool is_public_field(const std::string& type, const std::string& key);

} // namespace aisprint::clients
