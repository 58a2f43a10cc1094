// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/deploy/run.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace aisprint::cli {

/// How much of what is secret in outputs is shown.
enum class ShownSecrets { none, all_but_keys, all };

/// Component -> outputs, or "Error: ..." where there are none.
[[nodiscard]] nlohmann::ordered_json
outputs_json(const std::vector<deploy::ComponentOutputs>& outputs, ShownSecrets shown);

/// The same as YAML.
[[nodiscard]] std::string outputs_yaml(const nlohmann::ordered_json& outputs);

} // namespace aisprint::cli
