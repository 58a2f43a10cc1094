// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/diagnostic.hpp"

#include <nlohmann/json.hpp>

namespace aisprint {

/// The machine-readable form: severity, code, message, range (file, line, column, length),
/// snippet, notes and hint; absent parts are left out.
[[nodiscard]] nlohmann::ordered_json to_json(const Diagnostic& diagnostic);

} // namespace aisprint
