// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/module_scope.hpp"
#include "aisprint/annotations/reader.hpp"
#include "aisprint/base/diagnostic.hpp"

#include <vector>

namespace aisprint::annotations {

/// Reads the annotations among the decorators of one function; all that is wrong goes to
/// `errors`, warnings to `reporter`. Decorators of other packages are passed over.
[[nodiscard]] std::vector<Annotation> read_decorators(const std::vector<Node>& decorators,
                                                      const ModuleScope& scope,
                                                      std::vector<Diagnostic>& errors,
                                                      Reporter& reporter);

} // namespace aisprint::annotations
