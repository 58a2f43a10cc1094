// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/secret.hpp"
#include "aisprint/base/yaml.hpp"

namespace aisprint::tosca {

/// Makes the secrets that stand in a TOSCA document known to `redactor`: values, and defaults of
/// inputs, whose names tell that they are passwords, tokens or keys.
void add_secrets(const yaml::Node& document, Redactor& redactor);

} // namespace aisprint::tosca
