// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/module_scope.hpp"
#include "aisprint/annotations/value.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"

namespace aisprint::annotations {

/// The value of an expression, if it is known without running the program: literals, lists,
/// tuples, dicts, arithmetic on numbers, joined strings, and names that the module binds once to
/// such a value. The value's span is the whole expression. Fails (input, ANN020) otherwise;
/// lower-case `true` and `false` give a warning (ANN070).
[[nodiscard]] Result<Value>
evaluate(const Node& expression, const ModuleScope& scope, Reporter& reporter);

} // namespace aisprint::annotations
