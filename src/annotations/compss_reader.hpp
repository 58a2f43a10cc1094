// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/compss.hpp"
#include "aisprint/annotations/module_scope.hpp"
#include "aisprint/base/reporter.hpp"

#include <optional>

namespace aisprint::annotations {

/// Finds out whether and how a component uses COMPSs. An operation that is started and not
/// waited for gives a warning (ANN072).
[[nodiscard]] std::optional<CompssUse> find_compss_use(const ModuleScope& scope,
                                                       Reporter& reporter);

} // namespace aisprint::annotations
