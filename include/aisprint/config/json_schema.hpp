// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/config/schema.hpp"

#include <nlohmann/json.hpp>

namespace aisprint::config {

/// The format as a JSON Schema (draft 7, which editors' YAML servers read).
[[nodiscard]] nlohmann::ordered_json to_json_schema(const Format& format);

/// File name of a format's schema: NAME.schema.json.
[[nodiscard]] std::string schema_file_name(const Format& format);

} // namespace aisprint::config
