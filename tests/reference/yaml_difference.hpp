// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/yaml.hpp"

#include <string>
#include <vector>

namespace aisprint {

/// Where two documents differ as data, as "PATH: expected A, found B"; the order of keys and the
/// way that scalars are spelt do not matter. Texts under `spec` and `qos_constraints` (the default
/// of an input) are compared as the YAML that they hold.
[[nodiscard]] std::vector<std::string> differences(const yaml::Node& expected,
                                                   const yaml::Node& found);

/// The document in `text`; a text that is no YAML fails the test.
[[nodiscard]] yaml::Node parse_yaml(const std::string& name, const std::string& text);

} // namespace aisprint
