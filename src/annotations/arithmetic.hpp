// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/value.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace aisprint::annotations {

/// Python's `left OP right` for numbers, `+` also for strings and lists. The error says why it
/// has no value, as the end of a sentence: "divides by zero".
[[nodiscard]] tl::expected<Value, std::string>
apply_binary(std::string_view operation, const Value& left, const Value& right);

/// Python's `OP operand` for numbers; `not` for booleans. The error is as above.
[[nodiscard]] tl::expected<Value, std::string> apply_unary(std::string_view operation,
                                                           const Value& operand);

} // namespace aisprint::annotations
